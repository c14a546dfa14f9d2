"""The wire words of Autodiscover POX, for reading and for writing (MS-OXDSCLI §2.2.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from autoconfig.model import Authentication, ServerType

if TYPE_CHECKING:
    from collections.abc import Mapping

MEDIA_TYPE = "text/xml; charset=utf-8"

_BASE = "http://schemas.microsoft.com/exchange/autodiscover/"
RESPONSE_ROOT = _BASE + "responseschema/2006"
OUTLOOK_REQUEST = _BASE + "outlook/requestschema/2006"
OUTLOOK_RESPONSE = _BASE + "outlook/responseschema/2006a"
MOBILESYNC_RESPONSE = _BASE + "mobilesync/responseschema/2006"

INVALID_REQUEST = 600
SCHEMA_NOT_OFFERED = 601

MESSAGES: Mapping[int, str] = {
    INVALID_REQUEST: "Invalid Request",
    SCHEMA_NOT_OFFERED: "Requested schema version not supported",
}

TYPES: Mapping[ServerType, str] = {
    ServerType.IMAP: "IMAP",
    ServerType.POP3: "POP3",  # not "POP", which Outlook does not know
    ServerType.SMTP: "SMTP",
}

TYPE_WORDS: Mapping[str, ServerType] = {
    **{word.lower(): server_type for server_type, word in TYPES.items()},
    "pop": ServerType.POP3,
}

SAYABLE = (
    Authentication.PASSWORD_CLEARTEXT,
    Authentication.PASSWORD_ENCRYPTED,
    Authentication.NTLM,
    Authentication.NONE,
    Authentication.CLIENT_IP_ADDRESS,
    Authentication.SMTP_AFTER_POP,
)
"""What POX can express: a password, SPA (NTLM), or nothing. OAuth2 alone it cannot."""

WITHOUT_LOGIN = frozenset(
    {Authentication.NONE, Authentication.CLIENT_IP_ADDRESS, Authentication.SMTP_AFTER_POP}
)
