"""Pure values: what a mail account is, whatever wrote it down."""

from autoconfig.model.address import (
    EmailAddress,
    normalize_domain,
    normalize_host,
    to_unicode,
)
from autoconfig.model.page import Page
from autoconfig.model.provider import (
    Documentation,
    Enable,
    FormField,
    OAuth2,
    Provider,
    Texts,
    Translation,
    WebMail,
    WebMailLogin,
    best_text,
)
from autoconfig.model.redirect import AutodiscoverRedirect
from autoconfig.model.remark import Remark
from autoconfig.model.server import (
    INCOMING_TYPES,
    OUTGOING_TYPES,
    STANDARD_PORTS,
    AnyServer,
    Authentication,
    Pop3Options,
    Server,
    ServerType,
    SmtpOptions,
    SocketType,
    TcpServer,
    UrlServer,
)

__all__ = [
    "INCOMING_TYPES",
    "OUTGOING_TYPES",
    "STANDARD_PORTS",
    "AnyServer",
    "Authentication",
    "AutodiscoverRedirect",
    "Documentation",
    "EmailAddress",
    "Enable",
    "FormField",
    "OAuth2",
    "Page",
    "Pop3Options",
    "Provider",
    "Remark",
    "Server",
    "ServerType",
    "SmtpOptions",
    "SocketType",
    "TcpServer",
    "Texts",
    "Translation",
    "UrlServer",
    "WebMail",
    "WebMailLogin",
    "best_text",
    "normalize_domain",
    "normalize_host",
    "to_unicode",
]
