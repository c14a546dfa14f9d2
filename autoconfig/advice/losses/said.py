"""What the document of a format says of a provider: written as it is published, and read back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from autoconfig.errors import FormatError, NothingFound
from autoconfig.formats import (
    autodiscover,
    autodiscover_json,
    clients,
    mobileconfig,
    mobilesync,
    mozilla,
    pacc,
    toml,
    zone,
    zone_reading,
)
from autoconfig.formats.clients.account import Login
from autoconfig.formats.clients.places import places
from autoconfig.formats.reading import redirect_of
from autoconfig.model import Authentication, EmailAddress, Provider, TcpServer, UrlServer
from autoconfig.model.placeholders import EMAIL_ADDRESS
from autoconfig.model.unfilled import without_mailbox

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from autoconfig.formats.clients.account import Place
    from autoconfig.model import AnyServer

_NOBODY = "postmaster"
_POX_URL = "https://autodiscover.invalid/autodiscover/autodiscover.xml"
"""Where POX is asked when the provider does not say: no fact about the provider."""

_AUTHENTICATIONS: Mapping[Login, Authentication] = {
    Login.PASSWORD: Authentication.PASSWORD_CLEARTEXT,
    Login.ENCRYPTED: Authentication.PASSWORD_ENCRYPTED,
    Login.TOKEN: Authentication.OAUTH2,
    Login.NONE: Authentication.NONE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """For whom a document is written.

    ``domain`` None is for all domains of the provider, which client configuration and the provider file can
    be; ``mailbox`` None is nobody's, for formats that are about one.
    """

    domain: str | None = None
    mailbox: EmailAddress | None = None
    secrets: clients.Secrets | None = None

    @property
    def address(self) -> EmailAddress:
        """The mailbox, or a name that every domain has."""
        return self.mailbox or EmailAddress(_NOBODY, self.domain or "example.com")


def said(provider: Provider, format_name: str, asking: Asking) -> Provider:
    """The provider as the document of one of FORMATS describes it. Raises NothingFound without one.

    What its reader fills in where the document says nothing is taken out again.
    """
    try:
        return FORMATS[format_name](provider, asking)
    except FormatError as error:
        # A server without a way to log in, say: it can be written, and no reader takes it.
        raise NothingFound(f"No reader can use what {format_name} says of this provider: {error}") from None


def _toml(provider: Provider, _asking: Asking) -> Provider:
    return toml.parse(toml.render(provider)).provider


def _mozilla(provider: Provider, asking: Asking, *, full: bool) -> Provider:
    document = mozilla.render(provider, asking.domain, full=full)
    kinds = "server" if full else "IMAP or POP3 server"
    return mozilla.parse(
        _there(document, f"Client configuration needs an {kinds}, and there is none.")
    ).provider


def _autodiscover(provider: Provider, asking: Asking) -> Provider:
    domain = asking.address.domain
    reason = autodiscover.unsayable(provider, domain)
    answer = autodiscover.parse(_there(autodiscover.render(provider, domain), reason), domain)
    if isinstance(answer, autodiscover.Redirect):
        return _only(domain, autodiscover=redirect_of(answer))
    assert not isinstance(answer, autodiscover.Refused)
    return replace(answer.provider, domains=())


def _mobilesync(provider: Provider, asking: Asking) -> Provider:
    domain = asking.address.domain
    reason = "The mobilesync answer says an ActiveSync server, and there is none."
    answer = mobilesync.parse(_there(mobilesync.render(provider, domain), reason))
    if isinstance(answer, autodiscover.Redirect):
        return _only(domain, autodiscover=redirect_of(answer))
    assert answer is not None
    return _only(domain, incoming=(answer,))


def _autodiscover_json(provider: Provider, asking: Asking) -> Provider:
    domain = asking.address.domain
    servers: list[AnyServer] = []
    redirect = None
    for protocol, url in autodiscover_json.endpoints(provider, domain, _POX_URL).items():
        answer = autodiscover_json.parse(autodiscover_json.render(protocol, url))
        assert answer is not None
        server_type = autodiscover_json.type_of(answer[0])
        if server_type is not None:
            servers.append(UrlServer(type=server_type, url=answer[1], username=EMAIL_ADDRESS))
        elif answer[1] != _POX_URL:
            redirect = redirect_of(autodiscover.Redirect(url=answer[1]))
    if not (servers or redirect):
        raise NothingFound("Autodiscover JSON names services of Exchange, and there is none.")
    return _only(domain, incoming=tuple(servers), autodiscover=redirect)


def _pacc(provider: Provider, asking: Asking) -> Provider:
    domain = asking.address.domain
    document = _there(pacc.render(provider, domain), pacc.unsayable(provider, domain))
    return replace(pacc.parse(document, domain).provider, domains=())


def _mobileconfig(provider: Provider, asking: Asking) -> Provider:
    document = mobileconfig.render(provider, asking.address)
    return mobileconfig.parse(_there(document, mobileconfig.unsayable(provider, asking.address))).provider


def _zone(provider: Provider, asking: Asking) -> Provider:
    domain = asking.address.domain
    records = zone.plan(provider, domain, zone.ServiceHost(name="service.invalid"))
    try:
        return zone_reading.parse(zone.render(domain, records).encode(), domain).provider
    except FormatError:
        raise NothingFound("SRV records can name none of the servers.") from None


def _program(provider: Provider, asking: Asking, *, program: str) -> Provider:
    incoming, outgoing = places(program, provider, asking.address, asking.secrets)
    found = Provider(
        id=asking.address.domain,
        display_name=asking.address.domain,
        short_name=asking.address.domain,
        domains=(asking.address.domain,),
        incoming=_servers(incoming),
        outgoing=_servers(outgoing),
    )
    return without_mailbox(found, asking.address)


def _servers(place: Place | None) -> tuple[TcpServer, ...]:
    if place is None:
        return ()
    server = TcpServer(
        type=place.type,
        hostname=place.host,
        port=place.port,
        socket_type=place.socket,
        authentication=(_AUTHENTICATIONS[place.login],),
        username=place.user or None,
    )
    return (server,)


def _there(document: bytes | None, reason: str) -> bytes:
    if document is None:
        raise NothingFound(reason)
    return document


def _only(domain: str, **parts: object) -> Provider:
    """A provider of whom nothing is said but some parts, not even its domain."""
    return Provider(id=domain, display_name=domain, short_name=domain, **parts)  # type: ignore[arg-type]


FORMATS: Mapping[str, Callable[[Provider, Asking], Provider]] = {
    "mozilla": partial(_mozilla, full=False),
    "mozilla-full": partial(_mozilla, full=True),
    "toml": _toml,
    "autodiscover": _autodiscover,
    "mobilesync": _mobilesync,
    "autodiscover-json": _autodiscover_json,
    "pacc": _pacc,
    "mobileconfig": _mobileconfig,
    "zone": _zone,
    **{program: partial(_program, program=program) for program in clients.PROGRAMS},
}
"""Everything that is published or written, by name."""
