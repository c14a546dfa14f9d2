"""Reading PACC documents of every dialect: nothing odd breaks a document.

A server that lacks what it needs is dropped alone, with a remark; only a document with nothing usable is
refused. What breaks a rule of the draft and works all the same (another port in a URL) is kept.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from autoconfig.errors import FormatError, ValueRefused
from autoconfig.formats.pacc import individual
from autoconfig.formats.pacc.part import Part
from autoconfig.formats.pacc.words import (
    DAV,
    HTTPS_PORT,
    OAUTH_PUBLIC,
    PASSWORD,
    PORTS,
    PROTOCOLS,
    SUBMIT_BEFORE_03,
)
from autoconfig.formats.parsed import Parsed
from autoconfig.model import (
    INCOMING_TYPES,
    OUTGOING_TYPES,
    AnyServer,
    Authentication,
    Documentation,
    OAuth2,
    Provider,
    ServerType,
    SocketType,
    TcpServer,
    UrlServer,
    normalize_domain,
)
from autoconfig.model.placeholders import EMAIL_ADDRESS, has_placeholder
from autoconfig.model.server import checked_url
from autoconfig.model.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_BYTES = 64 * 1024
"""A document is about one kilobyte."""


class _Login(NamedTuple):
    """How to log in, the same for every server."""

    oauth2: OAuth2 | None
    password: bool

    def at(self, password: Authentication) -> tuple[Authentication, ...]:
        """The authentications of a server where a password means ``password``."""
        return (Authentication.OAUTH2,) * (self.oauth2 is not None) + (password,) * self.password


def parse(data: bytes, domain: str, *, max_bytes: int = MAX_BYTES) -> Parsed:
    """Read the document of a mail domain, which is in the spelling of the model.

    Raises FormatError with the reason.
    """
    root = Part(_content(data, max_bytes), [])
    if root.has(individual.SERVERS) and not root.has("protocols"):
        servers, oauth2 = individual.read(root)
        return _parsed(root, root, domain, servers, oauth2)
    login = _login(root)
    servers = list(_servers(root.part("protocols"), login))
    if servers and not root.has("authentication"):
        root.remark("No way to log in is named; a password is assumed.", "authentication")
    return _parsed(root, root.part("info"), domain, servers, login.oauth2)


def _content(data: bytes, max_bytes: int) -> dict[str, Any]:
    if len(data) > max_bytes:
        raise FormatError(f"The document is larger than {max_bytes} bytes.")
    try:
        content = json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise FormatError("The document is not UTF-8.") from None
    except RecursionError:
        raise FormatError("Not JSON that can be read: nested too deep.") from None
    except json.JSONDecodeError as error:
        raise FormatError(f"Not JSON: {error.msg}.", line=error.lineno) from None
    except ValueError:  # Python refuses to read a decimal number of more than 4,300 digits
        raise FormatError("Not JSON that can be read: a number has too many digits.") from None
    if not isinstance(content, dict):
        raise FormatError("The document is not a JSON object.")
    return content


def _login(root: Part) -> _Login:
    if not root.has("authentication"):
        # Optional in -02: a password is what every server takes for which nothing else is said.
        return _Login(None, True)
    part = root.part("authentication")
    oauth2 = part.part(OAUTH_PUBLIC).made(individual.oauth2_of) if part.has(OAUTH_PUBLIC) else None
    login = _Login(oauth2, part.flag(PASSWORD))
    if not (login.oauth2 or login.password):
        raise FormatError("The document offers no way to log in that is known.", path="authentication")
    return login


def _servers(protocols: Part, login: _Login) -> Iterable[AnyServer]:
    """The usable servers in the order of -03, one of each type."""
    for word in protocols.names():
        if word not in PROTOCOLS and word != SUBMIT_BEFORE_03:
            protocols.remark("Server left out: PACC has no such protocol.", value=word)
    for word, server_type in PROTOCOLS.items():
        server = _server(protocols, word, server_type, login)
        if server is None and server_type is ServerType.SMTP:
            server = _server(protocols, SUBMIT_BEFORE_03, server_type, login)
        if server is not None:
            yield server


def _server(protocols: Part, word: str, server_type: ServerType, login: _Login) -> AnyServer | None:
    if not protocols.has(word):
        return None
    make = _tcp_server if server_type in PORTS else _url_server
    return protocols.part(word).made(lambda part: make(part, server_type, login))


def _tcp_server(part: Part, server_type: ServerType, login: _Login) -> TcpServer:
    return TcpServer(
        type=server_type,
        hostname=normalize_domain(part.needed("host")),
        port=PORTS[server_type],
        socket_type=SocketType.SSL,
        authentication=login.at(Authentication.PASSWORD_CLEARTEXT),
        username=EMAIL_ADDRESS,
    )


def _url_server(part: Part, server_type: ServerType, login: _Login) -> UrlServer:
    url = checked_url(part.needed("url"), schemes=("https",))
    if has_placeholder(url):
        raise ValueRefused("PACC has no placeholders.")
    if urlsplit(url).port not in (None, HTTPS_PORT):
        part.remark(f"PACC knows https on port {HTTPS_PORT} only.", "url", url)
    if server_type in DAV and urlsplit(url).path == "/":
        part.remark("PACC wants a path here, not the host alone.", "url", url)
    return UrlServer(
        type=server_type,
        url=url,
        authentication=login.at(Authentication.HTTP_BASIC),
        username=EMAIL_ADDRESS,
    )


def _parsed(root: Part, info: Part, domain: str, servers: list[AnyServer], oauth2: OAuth2 | None) -> Parsed:
    """The provider of the servers; ``info`` is the object that holds ``provider`` and ``help``."""
    if not servers:
        reason = f" First: {root.remarks[0].message}" if root.remarks else ""
        raise FormatError(f"The document has no usable server.{reason}")
    names = info.part("provider")
    name = _name(names, "name") or domain
    provider = Provider(
        id=domain,
        display_name=name,
        short_name=_name(names, "shortName") or name,
        domains=(domain,),
        incoming=tuple(server for server in servers if server.type in INCOMING_TYPES),
        outgoing=tuple(server for server in servers if server.type in OUTGOING_TYPES),
        other=tuple(server for server in servers if server.type not in INCOMING_TYPES | OUTGOING_TYPES),
        oauth2=oauth2,
        documentation=_documentation(info.part("help")),
    )
    return Parsed(provider=provider, remarks=tuple(root.remarks))


def _name(part: Part, name: str) -> str | None:
    return part.made(lambda found: one_line(found.needed(name), name)) if part.has(name) else None


def _documentation(part: Part) -> tuple[Documentation, ...]:
    if not part.has("documentation"):
        return ()
    page = part.made(lambda found: Documentation(url=found.needed("documentation")))
    return () if page is None else (page,)
