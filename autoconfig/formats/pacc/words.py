"""The wire words of PACC, for reading and for writing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from autoconfig.model import STANDARD_PORTS, ServerType, SocketType

if TYPE_CHECKING:
    from collections.abc import Mapping

MEDIA_TYPE = "application/json"

PROTOCOLS: Mapping[str, ServerType] = {
    "imap": ServerType.IMAP,
    "pop3": ServerType.POP3,
    "jmap": ServerType.JMAP,
    "submit": ServerType.SMTP,
    "caldav": ServerType.CALDAV,
    "carddav": ServerType.CARDDAV,
    "webdav": ServerType.WEBDAV,
}
"""The words of -03, in the order in which they are written."""

WORDS: Mapping[ServerType, str] = {server_type: word for word, server_type in PROTOCOLS.items()}

SUBMIT_BEFORE_03 = "smtp"

PORTS: Mapping[ServerType, int] = {
    server_type: STANDARD_PORTS[server_type, SocketType.SSL]
    for server_type in (ServerType.IMAP, ServerType.POP3, ServerType.SMTP)
}
"""A host is said without its port: TLS from the first byte on this one, and no other."""

HTTPS_PORT = 443

DAV = frozenset({ServerType.CALDAV, ServerType.CARDDAV, ServerType.WEBDAV})
URL_TYPES = DAV | {ServerType.JMAP}

OAUTH_PUBLIC = "oauth-public"
PASSWORD = "password"  # noqa: S105 - the wire word, not a secret

NAME_LENGTH = 60
SHORT_NAME_LENGTH = 20
