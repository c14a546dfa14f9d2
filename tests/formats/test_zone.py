"""The DNS plan: which records, pointing where; read back by dnspython as a name server would."""

from __future__ import annotations

import dns.rdatatype
import dns.zone
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autoconfig.errors import DomainError, ValueRefused
from autoconfig.formats import zone
from autoconfig.formats.zone import DnsRecord, ServiceHost
from autoconfig.model import (
    AnyServer,
    Authentication,
    Provider,
    ServerType,
    SocketType,
    TcpServer,
    UrlServer,
)

HOST = ServiceHost(name="settings.example.net")
DOMAIN = "example.com"


def tcp(
    server_type: ServerType, port: int, socket_type: SocketType, host: str = "mail.example.com"
) -> TcpServer:
    return TcpServer(
        type=server_type,
        hostname=host,
        port=port,
        socket_type=socket_type,
        authentication=(Authentication.PASSWORD_CLEARTEXT,),
    )


def url(server_type: ServerType, address: str) -> UrlServer:
    return UrlServer(type=server_type, url=address, authentication=(Authentication.HTTP_BASIC,))


IMAPS = tcp(ServerType.IMAP, 993, SocketType.SSL)
SUBMISSIONS = tcp(ServerType.SMTP, 465, SocketType.SSL)


def provider(*others: AnyServer, incoming: tuple[AnyServer, ...] = (IMAPS,)) -> Provider:
    return Provider(
        id=DOMAIN,
        display_name="Example",
        short_name="Example",
        domains=(DOMAIN,),
        incoming=incoming,
        outgoing=(SUBMISSIONS,),
        other=others,
    )


def values(records: tuple[DnsRecord, ...], name: str, kind: str) -> list[str]:
    return [record.value for record in records if record.name == f"{name}.{DOMAIN}." and record.type == kind]


def test_the_clients_names_are_aliases_of_the_service() -> None:
    records = zone.plan(provider(), DOMAIN, HOST)
    for name in ("autoconfig", "autodiscover"):
        assert values(records, name, "CNAME") == ["settings.example.net."]


def test_with_addresses_the_names_have_them_and_no_alias() -> None:
    host = ServiceHost(name="settings.example.net", addresses=("192.0.2.7", "2001:db8::7"))
    records = zone.plan(provider(), DOMAIN, host)
    assert values(records, "autoconfig", "A") == ["192.0.2.7"]
    assert values(records, "autoconfig", "AAAA") == ["2001:db8::7"]
    assert [record for record in records if record.type == "CNAME"] == []


def test_autodiscover_points_to_the_service_itself() -> None:
    records = zone.plan(provider(), DOMAIN, HOST)
    assert values(records, "_autodiscover._tcp", "SRV") == ["0 1 443 settings.example.net."]


def test_what_is_offered_is_named_and_the_rest_of_the_classic_five_declined() -> None:
    records = zone.plan(provider(), DOMAIN, HOST)
    assert values(records, "_imaps._tcp", "SRV") == ["0 1 993 mail.example.com."]
    assert values(records, "_submissions._tcp", "SRV") == ["0 1 465 mail.example.com."]
    for service in ("_imap", "_pop3", "_pop3s", "_submission"):
        assert values(records, f"{service}._tcp", "SRV") == ["0 0 0 ."], service


@pytest.mark.parametrize("service", ["_sieve", "_jmap", "_caldavs", "_carddavs"])
def test_what_is_not_classic_is_not_declined(service: str) -> None:
    assert values(zone.plan(provider(), DOMAIN, HOST), f"{service}._tcp", "SRV") == []


def test_servers_of_one_service_follow_each_other_by_priority() -> None:
    second = tcp(ServerType.IMAP, 993, SocketType.SSL, "spare.example.com")
    records = zone.plan(provider(incoming=(IMAPS, second)), DOMAIN, HOST)
    assert values(records, "_imaps._tcp", "SRV") == [
        "0 1 993 mail.example.com.",
        "10 1 993 spare.example.com.",
    ]


def test_a_plain_server_is_not_published_beside_a_secure_one() -> None:
    plain = tcp(ServerType.IMAP, 143, SocketType.PLAIN)
    records = zone.plan(provider(incoming=(IMAPS, plain)), DOMAIN, HOST)
    assert values(records, "_imap._tcp", "SRV") == ["0 0 0 ."]


def test_a_plain_server_alone_is_published_not_declined() -> None:
    plain = tcp(ServerType.IMAP, 143, SocketType.PLAIN)
    records = zone.plan(provider(incoming=(plain,)), DOMAIN, HOST)
    assert values(records, "_imap._tcp", "SRV") == ["0 1 143 mail.example.com."]


def test_dav_has_its_path_in_a_text() -> None:
    records = zone.plan(provider(url(ServerType.CALDAV, "https://dav.example.com/cal/")), DOMAIN, HOST)
    assert values(records, "_caldavs._tcp", "SRV") == ["0 1 443 dav.example.com."]
    assert values(records, "_caldavs._tcp", "TXT") == ['"path=/cal/"']


def test_dav_at_the_root_needs_no_path() -> None:
    records = zone.plan(provider(url(ServerType.CALDAV, "https://dav.example.com/")), DOMAIN, HOST)
    assert values(records, "_caldavs._tcp", "TXT") == []


def test_dav_without_tls_is_not_published() -> None:
    records = zone.plan(provider(url(ServerType.CALDAV, "http://dav.example.com/cal/")), DOMAIN, HOST)
    assert values(records, "_caldavs._tcp", "SRV") == []


def test_jmap_and_filters_are_named() -> None:
    jmap = url(ServerType.JMAP, "https://jmap.example.com:8443/session")
    sieve = tcp(ServerType.MANAGESIEVE, 4190, SocketType.STARTTLS)
    records = zone.plan(provider(sieve, incoming=(IMAPS, jmap)), DOMAIN, HOST)
    assert values(records, "_jmap._tcp", "SRV") == ["0 1 8443 jmap.example.com."]
    assert values(records, "_sieve._tcp", "SRV") == ["0 1 4190 mail.example.com."]


def test_a_host_with_the_domain_in_it_is_filled_in() -> None:
    server = tcp(ServerType.IMAP, 993, SocketType.SSL, "imap.%EMAILDOMAIN%")
    records = zone.plan(provider(incoming=(server,)), DOMAIN, HOST)
    assert values(records, "_imaps._tcp", "SRV") == ["0 1 993 imap.example.com."]


def test_a_host_that_depends_on_the_mailbox_cannot_be_named() -> None:
    server = tcp(ServerType.IMAP, 993, SocketType.SSL, "%EMAILLOCALPART%.example.com")
    records = zone.plan(provider(incoming=(server,)), DOMAIN, HOST)
    assert values(records, "_imaps._tcp", "SRV") == ["0 0 0 ."]


def test_each_digest_of_pacc_is_a_text_and_the_host_a_name() -> None:
    records = zone.plan(provider(), DOMAIN, HOST, ["v=UAAC1; d=new", "v=UAAC1; d=old"])
    assert values(records, "_ua-auto-config", "TXT") == ['"v=UAAC1; d=new"', '"v=UAAC1; d=old"']
    assert values(records, "ua-auto-config", "CNAME") == ["settings.example.net."]


def test_without_pacc_there_is_no_host_for_it() -> None:
    assert values(zone.plan(provider(), DOMAIN, HOST), "ua-auto-config", "CNAME") == []


def test_the_zone_text_loads_and_says_the_same() -> None:
    dav = url(ServerType.CARDDAV, "https://dav.example.com/card/")
    records = zone.plan(provider(dav), DOMAIN, HOST, ["v=UAAC1; a=sha256; d=x"])
    loaded = dns.zone.from_text(
        zone.render(DOMAIN, records), origin=DOMAIN, relativize=False, check_origin=False
    )
    found = {
        (name.to_text(), dns.rdatatype.to_text(rdata.rdtype), rdata.to_text())
        for name, _, rdata in loaded.iterate_rdatas()
    }
    assert found == {(record.name, record.type, record.value) for record in records}


def test_no_name_has_an_alias_beside_other_records() -> None:
    records = zone.plan(provider(), DOMAIN, HOST, ["v=UAAC1; d=x"])
    aliases = {record.name for record in records if record.type == "CNAME"}
    assert [record for record in records if record.name in aliases and record.type != "CNAME"] == []


@settings(deadline=None)
@given(st.text(max_size=600))
def test_any_text_survives_the_zone_file(text: str) -> None:
    line = f"x.example.com. 60 IN TXT {zone.quoted(text)}\n"
    loaded = dns.zone.from_text(line, origin=DOMAIN, relativize=False, check_origin=False)
    ((_, _, rdata),) = list(loaded.iterate_rdatas())
    assert b"".join(rdata.strings) == text.encode()


def test_a_service_host_is_folded() -> None:
    assert ServiceHost(name="Settings.Example.NET.").name == "settings.example.net"


@pytest.mark.parametrize("name", ["", "a b", "192.0.2.1"])
def test_a_service_host_is_a_name(name: str) -> None:
    with pytest.raises(DomainError):
        ServiceHost(name=name)


def test_an_address_is_one() -> None:
    with pytest.raises(ValueRefused, match=r"'192\.0\.2' is not an IP address\."):
        ServiceHost(name="a.example", addresses=("192.0.2",))
