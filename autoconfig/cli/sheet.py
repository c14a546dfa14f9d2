"""The settings of a mailbox as a person reads them: servers, where they come from, what to look out for."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from autoconfig.cli.screen import padded, printable, width_of, widths_of, wrapped
from autoconfig.model import Authentication, SocketType, TcpServer, UrlServer
from autoconfig.model.provider import best_text
from autoconfig.resolver.outcome import Trust

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from autoconfig.cli.screen import Line, Screen
    from autoconfig.model import AnyServer, Provider
    from autoconfig.resolver import Resolution
    from autoconfig.resolver.resolution import ServerFound

HEADINGS = ("KIND", "SERVER", "SECURITY", "LOGIN NAME", "LOGIN WITH", "FROM")
_GAP = "  "
_LABEL = 8
"""Columns of the words on the left: Source, Trust, Help."""

_NO_TLS = "none"
_SECURITY: Mapping[SocketType, str] = {
    SocketType.SSL: "SSL/TLS",
    SocketType.STARTTLS: "STARTTLS",
    SocketType.PLAIN: _NO_TLS,
}
_LOGIN: Mapping[Authentication, str] = {
    Authentication.PASSWORD_CLEARTEXT: "password",
    Authentication.PASSWORD_ENCRYPTED: "encrypted password",
    Authentication.HTTP_BASIC: "password",
    Authentication.HTTP_DIGEST: "encrypted password",
    Authentication.GSSAPI: "Kerberos",
    Authentication.TLS_CLIENT_CERT: "client certificate",
    Authentication.CLIENT_IP_ADDRESS: "your address on the network",
    Authentication.SMTP_AFTER_POP: "fetching mail first",
    Authentication.NONE: "nothing",
}
_TRUST: Mapping[Trust, str] = {
    Trust.LOCAL: "high: your own provider database says so",
    Trust.PACC: "high: the document's digest stands in the DNS of {domain}",
    Trust.HTTPS: "high: a web server of {domain} says so, over a verified connection",
    Trust.HTTPS_OTHER: "medium: {host} says so, over a verified connection; it is not of {domain}",
    Trust.DNSSEC: "high: the DNS of {domain} says so, proven by DNSSEC",
    Trust.DNS: "low: the DNS says so without DNSSEC; anybody on the way could have changed it",
    Trust.HTTP: "low: it came without encryption; anybody on the way could have changed it",
    Trust.GUESS: "low: a guess; servers of these names answer, and nobody says that they are right",
}
_DOUBTFUL = frozenset({Trust.DNS, Trust.HTTP, Trust.GUESS})


def security_of(server: AnyServer) -> str:
    """How the connection to a server is encrypted."""
    if isinstance(server, TcpServer):
        return _SECURITY[server.socket_type]
    return _SECURITY[SocketType.SSL if server.secure else SocketType.PLAIN]


def logins_of(server: AnyServer) -> str:
    """The ways to log in at a server, in words; empty where none is named."""
    return ", ".join(dict.fromkeys(_LOGIN.get(word, str(word)) for word in server.authentication))


def sheet(resolution: Resolution, screen: Screen) -> list[Line]:
    """The lines for settings that were found."""
    provider = resolution.provider
    assert provider is not None
    servers = (*resolution.incoming, *resolution.outgoing, *resolution.other)
    title = f"{printable(provider.display_name)}: settings of {printable(resolution.address.unicode)}"
    lines: list[Line] = [((title, "bold"),), ()]
    lines += _servers(servers, screen)
    for label, text, style in (*_facts(resolution, provider), *_warnings(resolution)):
        lines += _fact(label, printable(text), style, screen)
    return lines


def _servers(found: Sequence[ServerFound], screen: Screen) -> list[Line]:
    """One table where it fits; else one for hosts and one for URLs, or two lines for each server."""
    rows = [tuple(map(printable, _cells(entry))) for entry in found]
    if _fits(rows, screen):
        return _table(rows)
    lines: list[Line] = []
    for group in (TcpServer, UrlServer):
        rows = [tuple(map(printable, _cells(entry))) for entry in found if isinstance(entry.server, group)]
        lines += _table(rows) if _fits(rows, screen) else _in_two_lines(rows, screen)
    return lines


def _fits(rows: Sequence[Sequence[str]], screen: Screen) -> bool:
    gaps = len(_GAP) * (len(HEADINGS) - 1)
    return screen.width is None or sum(widths_of([HEADINGS, *rows])) + gaps <= screen.width


def _table(rows: Sequence[Sequence[str]]) -> list[Line]:
    if not rows:
        return []
    widths = widths_of([HEADINGS, *rows])
    heading = _row(HEADINGS, widths, ("bold",) * len(HEADINGS))
    return [heading, *(_row(row, widths) for row in rows), ()]


def _row(cells: Sequence[str], widths: Sequence[int], styles: Sequence[str] = ()) -> Line:
    styles = styles or ("cyan", "", "red" if cells[2] == _NO_TLS else "", "", "", "dim")
    return tuple(
        (padded(text, width) + _GAP, style) for text, width, style in zip(cells, widths, styles, strict=True)
    )


def _in_two_lines(rows: Sequence[Sequence[str]], screen: Screen) -> list[Line]:
    indent = max(map(width_of, (row[0] for row in rows))) + len(_GAP)
    lines: list[Line] = []
    for kind, place, security, *rest in rows:
        lines.append(((padded(kind, indent), "cyan"), (place, "")))
        style = "red" if security == _NO_TLS else ""
        for text in wrapped(" · ".join((security, *rest)), (screen.width or 0) - indent):
            lines.append(((" " * indent + text, style),))
    return [*lines, ()]


def _cells(entry: ServerFound) -> tuple[str, ...]:
    server = entry.server
    return (
        str(server.type),
        place_of(server),
        security_of(server),
        server.username or "-",
        logins_of(server) or "-",
        entry.method,
    )


def place_of(server: AnyServer) -> str:
    """Host and port, or URL, of a server."""
    if not isinstance(server, TcpServer):
        return server.url
    host = f"[{server.hostname}]" if ":" in server.hostname else server.hostname
    return f"{host}:{server.port}"


def _facts(resolution: Resolution, provider: Provider) -> Iterator[tuple[str, str, str]]:
    trust = resolution.trust
    assert trust is not None
    # The address in the URL is the reader's own and makes the line long.
    source = resolution.source.partition("?emailaddress=")[0]
    yield "Source", f"{source} ({resolution.method}, {resolution.elapsed_ms} ms)", ""
    words = _TRUST[trust].format(domain=resolution.address.domain, host=urlsplit(source).hostname or "a host")
    detail = f" ({resolution.detail})" if resolution.detail else ""
    yield "Trust", f"{words}{detail}", "yellow" if trust in _DOUBTFUL else ""
    if provider.oauth2 is not None:
        yield "OAuth2", f"sign in at {provider.oauth2.issuer_url}", ""
    for step in provider.enable:
        yield "First", f"{best_text(step.texts) or 'allow mail programs'}: {step.url}", "yellow"
    for page in provider.documentation[:1]:
        yield "Help", page.url, ""


def _warnings(resolution: Resolution) -> Iterator[tuple[str, str, str]]:
    for conflict in resolution.conflicts:
        other = conflict.other
        said = f"{other.method} says {conflict.type} {place_of(other.server)} {security_of(other.server)}"
        yield "Differs", f"{said}; {conflict.chosen.method} says {place_of(conflict.chosen.server)}", "yellow"
    if any(not found.server.secure for found in (*resolution.incoming, *resolution.outgoing)):
        yield "Warning", "A server without encryption: anybody on the way can read the password.", "red"
    if resolution.confirm:
        belong = f"Servers belong to {listed(resolution.confirm)}, not to {resolution.address.domain}."
        own = resolution.trust is Trust.LOCAL
        ask = "" if own else " Type a password only if that is your provider."
        yield "Confirm", f"{belong}{ask}", "" if own else "bold yellow"


def listed(domains: Sequence[str]) -> str:
    """Names in a sentence: a, b and c."""
    *firsts, last = domains
    return f"{', '.join(firsts)} and {last}" if firsts else last


def _fact(label: str, text: str, style: str, screen: Screen) -> Iterator[Line]:
    parts = [text] if screen.width is None else wrapped(text, screen.width - _LABEL)
    for number, part in enumerate(parts):
        yield ((padded("" if number else label, _LABEL), "cyan"), (part, style))
