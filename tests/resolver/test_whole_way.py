"""The whole way round: our own service, our own DNS plan, resolved by our own resolver."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from autoconfig.formats import pacc, zone
from autoconfig.model import (
    Authentication,
    EmailAddress,
    Provider,
    ServerType,
    SocketType,
    TcpServer,
    UrlServer,
)
from autoconfig.resolver import resolver
from autoconfig.settings import Settings
from autoconfig.web import create_app
from tests.publishing import FakeStore
from tests.resolver.asking import World, through

if TYPE_CHECKING:
    from autoconfig.model import AnyServer
    from autoconfig.resolver import Resolution
    from tests.resolver.asking import Resolve

pytestmark = pytest.mark.real

MAIL = {ServerType.IMAP: ("imap", 993), ServerType.POP3: ("pop", 995), ServerType.SMTP: ("smtp", 465)}
URLS = {
    ServerType.JMAP: "https://jmap.{}/.well-known/jmap",
    ServerType.CALDAV: "https://dav.{}/calendars/",
    ServerType.CARDDAV: "https://dav.{}/contacts/",
    ServerType.EWS: "https://mail.{}/EWS/Exchange.asmx",
    ServerType.ACTIVESYNC: "https://mail.{}/Microsoft-Server-ActiveSync",
}
CLASSIC = {*MAIL}
DAV = {ServerType.CALDAV, ServerType.CARDDAV}
SIEVE = {ServerType.MANAGESIEVE}
EXCHANGE = {ServerType.EWS, ServerType.ACTIVESYNC}
EVERYTHING = {*MAIL, *URLS, *SIEVE}

SAID = {
    "local": EVERYTHING,
    "isp": CLASSIC | DAV | SIEVE,
    "pacc": CLASSIC | DAV | {ServerType.JMAP},
    "ispdb": CLASSIC | DAV | SIEVE,
    "mx": CLASSIC | DAV | SIEVE,
    "srv": CLASSIC | DAV | SIEVE | {ServerType.JMAP},
    "autodiscover": CLASSIC | EXCHANGE,
    "mailconf": EVERYTHING,
    "guess": CLASSIC,
}
"""What each method's documents can say of everything that the provider has."""


def tcp(server_type: ServerType, host: str, port: int, socket_type: SocketType) -> TcpServer:
    return TcpServer(
        type=server_type,
        hostname=host,
        port=port,
        socket_type=socket_type,
        authentication=(Authentication.PASSWORD_CLEARTEXT,),
        username="%EMAILADDRESS%",
    )


def provider_at(domain: str, mx_domain: str) -> Provider:
    """A provider that has everything, under one domain."""
    mail = {
        kind: tcp(kind, f"{label}.{domain}", port, SocketType.SSL) for kind, (label, port) in MAIL.items()
    }
    urls = {
        kind: UrlServer(
            type=kind,
            url=url.format(domain),
            authentication=() if kind in EXCHANGE else (Authentication.HTTP_BASIC,),
            username="%EMAILADDRESS%",
        )
        for kind, url in URLS.items()
    }
    sieve = tcp(ServerType.MANAGESIEVE, f"sieve.{domain}", 4190, SocketType.STARTTLS)
    return Provider(
        id=domain,
        display_name="Example",
        short_name="Example",
        domains=(domain,),
        mx_domains=(mx_domain,),
        incoming=(
            mail[ServerType.IMAP],
            mail[ServerType.POP3],
            *(urls[kind] for kind in (ServerType.JMAP, ServerType.ACTIVESYNC, ServerType.EWS)),
        ),
        outgoing=(mail[ServerType.SMTP],),
        other=(urls[ServerType.CALDAV], urls[ServerType.CARDDAV], sieve),
    )


class Operator:
    """Somebody who runs our service for a provider and has put our plan into the DNS."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.mx_domain = world.internet.domain("net")
        self.provider = provider_at(world.domain, self.mx_domain)
        self.store = FakeStore(self.provider)
        host = f"setup.{self.mx_domain}"
        self.ispdb_url = f"https://{host}/v1.1/"
        app = create_app(Settings(base_url=f"https://{host}"), store=self.store)
        names = [world.host(label) for label in ("autoconfig", "autodiscover", "ua-auto-config")]
        names.append(f"autoconfig.{self.mx_domain}")
        world.internet.site(host, {"*": through(app)}, names=names)
        document = pacc.render(self.provider, world.domain)
        assert document is not None
        records = zone.plan(
            self.provider, world.domain, zone.ServiceHost(name=host), [pacc.txt_record(document)]
        )
        world.internet.zone(world.domain, zone.render(world.domain, records))
        url = f"https://{host}/mail/config-v1.1.xml?emailaddress=x@{world.domain}&reader=full"
        world.internet.zone(world.domain, f'@ TXT "mailconf={url}"')
        world.internet.zone(self.mx_domain, f"autoconfig CNAME {host}.")
        for label, service in (("imap", "imaps"), ("pop", "pop3s"), ("smtp", "submissions")):
            world.internet.mail(world.host(label), service)

    def expected(self, types: set[ServerType], address: str) -> set[AnyServer]:
        servers = self.provider.for_address(EmailAddress.parse(address)).servers
        return {server for server in servers if server.type in types}


@pytest.fixture
def operator(world: World, monkeypatch: pytest.MonkeyPatch) -> Operator:
    # However soon the winner is there, SRV and Autodiscover may finish.
    monkeypatch.setattr(resolver, "GRACE", 10_000.0)
    return Operator(world)


def found(resolution: Resolution) -> set[AnyServer]:
    entries = (*resolution.incoming, *resolution.outgoing, *resolution.other)
    return {entry.server for entry in entries}


@pytest.mark.parametrize("method", [method for method in SAID if method != "mx"])
def test_each_method_gives_back_the_same_servers(resolve: Resolve, operator: Operator, method: str) -> None:
    address = operator.world.address
    resolution = resolve(
        address, method, store=operator.store, ispdb_urls=(operator.ispdb_url,), patience=4.0
    )
    assert resolution.method == method
    assert found(resolution) == operator.expected(SAID[method], address)
    assert resolution.confirm == ()


def test_a_customers_domain_is_found_by_its_mx_record(resolve: Resolve, operator: Operator) -> None:
    customer = operator.world.internet.domain()
    operator.world.internet.zone(customer, f"@ MX 10 mx1.{operator.mx_domain}.")
    resolution = resolve(f"bob@{customer}", "mx")
    assert resolution.source == f"https://autoconfig.{operator.mx_domain}/mail/config-v1.1.xml"
    assert found(resolution) == operator.expected(SAID["mx"], f"bob@{customer}")
    assert resolution.confirm == (operator.world.domain,)


def test_all_methods_together_give_back_everything(resolve: Resolve, operator: Operator) -> None:
    resolution = resolve(operator.world.address, ispdb_urls=(operator.ispdb_url,), guess=True, patience=4.0)
    assert (resolution.method, resolution.conflicts) == ("isp", ())
    assert found(resolution) == operator.expected(EVERYTHING, operator.world.address)


def test_the_plan_keeps_guessing_from_what_is_not_offered(resolve: Resolve, operator: Operator) -> None:
    """The plan declines what has no server: nothing is greeted there."""
    resolution = resolve(operator.world.address, "guess", patience=4.0)
    assert all("STARTTLS" not in line.target for line in resolution.trace)
