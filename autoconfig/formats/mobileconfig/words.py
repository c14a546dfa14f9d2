"""The wire words of Apple's profiles, for reading and for writing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from autoconfig.model import Authentication, ServerType

if TYPE_CHECKING:
    from collections.abc import Mapping

MEDIA_TYPE = "application/x-apple-aspen-config"

PROFILE = "Configuration"
MAIL = "com.apple.mail.managed"

ACCOUNT_TYPES: Mapping[ServerType, str] = {
    ServerType.IMAP: "EmailTypeIMAP",
    ServerType.POP3: "EmailTypePOP",
}
"""In the order of preference: a mail payload has one incoming server."""

LOGINS: Mapping[Authentication, str] = {
    Authentication.PASSWORD_CLEARTEXT: "EmailAuthPassword",
    Authentication.PASSWORD_ENCRYPTED: "EmailAuthCRAMMD5",
    Authentication.NTLM: "EmailAuthNTLM",
}

WITHOUT_LOGIN = frozenset(
    {Authentication.NONE, Authentication.CLIENT_IP_ADDRESS, Authentication.SMTP_AFTER_POP}
)
NO_LOGIN = "EmailAuthNone"

SAYABLE = (*LOGINS, *WITHOUT_LOGIN)
"""What a mail payload can express; OAuth2 it cannot."""

AUTHENTICATIONS: Mapping[str, Authentication] = {
    **{word: authentication for authentication, word in LOGINS.items()},
    NO_LOGIN: Authentication.NONE,
    "EmailAuthHTTPMD5": Authentication.PASSWORD_ENCRYPTED,
}
"""How each word is read."""

INCOMING = "IncomingMailServer"
OUTGOING = "OutgoingMailServer"
"""What the keys of a mail server start with."""

DAV: Mapping[ServerType, tuple[str, str]] = {
    ServerType.CALDAV: ("com.apple.caldav.account", "CalDAV"),
    ServerType.CARDDAV: ("com.apple.carddav.account", "CardDAV"),
}
"""The type of each payload, and what its keys start with."""

DAV_LOGINS = frozenset(
    {Authentication.HTTP_BASIC, Authentication.HTTP_DIGEST, Authentication.PASSWORD_CLEARTEXT}
)
"""A DAV payload names no authentication: the device answers with a password to whatever the server wants."""

HTTP_PORTS: Mapping[str, int] = {"https": 443, "http": 80}
