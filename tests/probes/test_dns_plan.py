"""The DNS plan loaded into a real name server, then spoilt in one way after the other."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from autoconfig.formats import pacc, zone
from autoconfig.formats.zone import DnsRecord, ServiceHost
from autoconfig.model import (
    Authentication,
    Provider,
    ServerType,
    SocketType,
    TcpServer,
    UrlServer,
)
from autoconfig.net.dns import Dns, name_server
from autoconfig.probes.dns_plan import Finding, check
from autoconfig.probes.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.internet import Internet

pytestmark = pytest.mark.real


class Zone:
    """A mail domain with its whole plan in the DNS, and the tools to spoil it."""

    def __init__(self, internet: Internet) -> None:
        self.internet = internet
        self.domain = internet.domain()
        host = f"settings.{internet.domain('net')}"
        internet.host(host)
        for name in ("imap", "pop", "smtp", "dav"):
            internet.host(f"{name}.{self.domain}")
        self.host = ServiceHost(name=host)
        self.provider = _provider(self.domain)
        document = pacc.render(self.provider, self.domain)
        assert document is not None
        self.digest = pacc.txt_record(document)
        self.plan = zone.plan(self.provider, self.domain, self.host, [self.digest])
        for record in self.plan:
            self.add(record.name, f"{record.type} {record.value}")

    def add(self, name: str, record: str) -> None:
        self.internet.zone(name.removesuffix("."), f"@ {record}")

    def replace(self, label: str, kind: str, *records: str) -> None:
        name = f"{label}.{self.domain}"
        self.internet.unzone(name, kind)
        for record in records:
            self.add(name, record)

    def check(self, plan: tuple[DnsRecord, ...] | None = None) -> list[Finding]:
        async def run() -> list[Finding]:
            dns = Dns([name_server(self.internet.dns)])
            return await check(dns, self.domain, plan or self.plan, self.host)

        return asyncio.run(run())


def _provider(domain: str) -> Provider:
    def tcp(server_type: ServerType, host: str, port: int) -> TcpServer:
        return TcpServer(
            type=server_type,
            hostname=f"{host}.{domain}",
            port=port,
            socket_type=SocketType.SSL,
            authentication=(Authentication.PASSWORD_CLEARTEXT,),
            username="%EMAILADDRESS%",
        )

    return Provider(
        id=domain,
        display_name="Example",
        short_name="Example",
        domains=(domain,),
        incoming=(tcp(ServerType.IMAP, "imap", 993), tcp(ServerType.POP3, "pop", 995)),
        outgoing=(tcp(ServerType.SMTP, "smtp", 465),),
        other=(
            UrlServer(
                type=ServerType.CALDAV,
                url=f"https://dav.{domain}/calendars/",
                authentication=(Authentication.HTTP_BASIC,),
                username="%EMAILADDRESS%",
            ),
        ),
    )


@pytest.fixture
def whole(internet: Internet) -> Zone:
    return Zone(internet)


def test_the_plan_as_it_was_printed_is_found_whole(whole: Zone) -> None:
    findings = whole.check()
    assert {finding.verdict for finding in findings} == {Verdict.OK}
    owners = {record.name for record in whole.plan}
    assert {finding.name for finding in findings} == owners


def test_a_name_with_the_service_s_own_address_is_as_good_as_an_alias(whole: Zone) -> None:
    address = whole.internet.host(whole.host.name)
    whole.replace("autoconfig", "CNAME", f"A {address}")
    assert {finding.verdict for finding in whole.check()} == {Verdict.OK}


def test_a_chain_of_aliases_that_ends_at_the_service_is_fine(whole: Zone) -> None:
    whole.add(f"step.{whole.domain}", f"CNAME {whole.host.name}.")
    whole.replace("autodiscover", "CNAME", f"CNAME step.{whole.domain}.")
    assert {finding.verdict for finding in whole.check()} == {Verdict.OK}


def test_the_older_of_two_digests_may_stay(whole: Zone) -> None:
    whole.add(f"_ua-auto-config.{whole.domain}", f'TXT "{pacc.txt_record(b"old")}"')
    assert {finding.verdict for finding in whole.check()} == {Verdict.OK}


_SRV = "_imaps._tcp"


def _no(label: str, kind: str) -> Callable[[Zone], None]:
    return lambda zone: zone.replace(label, kind)


def _other(label: str, kind: str, record: str) -> Callable[[Zone], None]:
    return lambda zone: zone.replace(label, kind, record.replace("DOMAIN", zone.domain))


def _also(label: str, record: str) -> Callable[[Zone], None]:
    return lambda zone: zone.add(f"{label}.{zone.domain}", record.replace("DOMAIN", zone.domain))


def _aliased_target(zone: Zone) -> None:
    zone.add(f"alias.{zone.domain}", f"CNAME imap.{zone.domain}.")
    zone.replace(_SRV, "SRV", f"SRV 0 1 993 alias.{zone.domain}.")
    zone.plan = tuple(
        DnsRecord(record.name, record.type, f"0 1 993 alias.{zone.domain}.")
        if record.name.startswith(_SRV)
        else record
        for record in zone.plan
    )


def _target_without_address(zone: Zone) -> None:
    zone.internet.unzone(f"imap.{zone.domain}", "A")


def _old_digest_only(zone: Zone) -> None:
    old = pacc.txt_record(b"old")
    zone.replace("_ua-auto-config", "TXT", f'TXT "{old}"')
    older = DnsRecord(f"_ua-auto-config.{zone.domain}.", "TXT", f'"{old}"')
    zone.plan = (*zone.plan, older)


def _newest_digest_only(zone: Zone) -> None:
    older = DnsRecord(f"_ua-auto-config.{zone.domain}.", "TXT", f'"{pacc.txt_record(b"old")}"')
    zone.plan = (*zone.plan, older)


def _swapped_priorities(zone: Zone) -> None:
    zone.internet.host(f"spare.{zone.domain}")
    name = f"{_SRV}.{zone.domain}."
    second = DnsRecord(name, "SRV", f"10 1 993 spare.{zone.domain}.")
    plan = []
    for record in zone.plan:
        plan += [record, second] if record.name == name else [record]
    zone.plan = tuple(plan)
    zone.replace(_SRV, "SRV", f"SRV 10 1 993 imap.{zone.domain}.", f"SRV 0 1 993 spare.{zone.domain}.")


_MISSING, _DIFFERENT, _NOT_ALLOWED = Verdict.MISSING, Verdict.DIFFERENT, Verdict.NOT_ALLOWED

FAULTS: dict[str, tuple[Callable[[Zone], None], str, Verdict, str]] = {
    "autoconfig missing": (_no("autoconfig", "CNAME"), "autoconfig", _MISSING, ""),
    "autodiscover missing": (_no("autodiscover", "CNAME"), "autodiscover", _MISSING, ""),
    "ua-auto-config missing": (_no("ua-auto-config", "CNAME"), "ua-auto-config", _MISSING, ""),
    "autoconfig elsewhere": (
        _other("autoconfig", "CNAME", "CNAME imap.DOMAIN."),
        "autoconfig",
        _DIFFERENT,
        "not to settings.",
    ),
    "alias to nowhere": (
        _other("autoconfig", "CNAME", "CNAME gone.DOMAIN."),
        "autoconfig",
        _DIFFERENT,
        "which has no address",
    ),
    "SRV missing": (_no(_SRV, "SRV"), _SRV, _MISSING, ""),
    "SRV with another port": (_other(_SRV, "SRV", "SRV 0 1 143 imap.DOMAIN."), _SRV, _DIFFERENT, "0 1 143"),
    "SRV with another host": (_other(_SRV, "SRV", "SRV 0 1 993 smtp.DOMAIN."), _SRV, _DIFFERENT, "smtp."),
    "SRV declines what is offered": (_other(_SRV, "SRV", "SRV 0 0 0 ."), _SRV, _DIFFERENT, "it says 0 0 0 ."),
    "SRV with a second host": (_also(_SRV, "SRV 10 1 993 smtp.DOMAIN."), _SRV, _DIFFERENT, "10 1 993 smtp."),
    "SRV priorities swapped": (_swapped_priorities, _SRV, _DIFFERENT, "it says 0 1 993 spare."),
    "SRV target is an alias": (_aliased_target, _SRV, _NOT_ALLOWED, "RFC 2782"),
    "SRV target without an address": (_target_without_address, _SRV, _DIFFERENT, "has no address"),
    "declined service not declined": (_no("_imap._tcp", "SRV"), "_imap._tcp", _MISSING, "may guess"),
    "declined service offered": (
        _other("_pop3._tcp", "SRV", "SRV 0 1 110 pop.DOMAIN."),
        "_pop3._tcp",
        _DIFFERENT,
        "110",
    ),
    "Autodiscover SRV missing": (_no("_autodiscover._tcp", "SRV"), "_autodiscover._tcp", _MISSING, ""),
    "Autodiscover SRV elsewhere": (
        _other("_autodiscover._tcp", "SRV", "SRV 0 1 443 imap.DOMAIN."),
        "_autodiscover._tcp",
        _DIFFERENT,
        "imap.",
    ),
    "DAV path missing": (_no("_caldavs._tcp", "TXT"), "_caldavs._tcp", _MISSING, ""),
    "DAV path wrong": (
        _other("_caldavs._tcp", "TXT", 'TXT "path=/old/"'),
        "_caldavs._tcp",
        _DIFFERENT,
        "path=/old/",
    ),
    "digest missing": (_no("_ua-auto-config", "TXT"), "_ua-auto-config", _MISSING, "no digest"),
    "digest wrong": (
        _other("_ua-auto-config", "TXT", f'TXT "{pacc.txt_record(b"x")}"'),
        "_ua-auto-config",
        _DIFFERENT,
        "not that of the document",
    ),
    "digest stale": (_old_digest_only, "_ua-auto-config", _DIFFERENT, "stale"),
    "older digest gone too early": (
        _newest_digest_only,
        "_ua-auto-config",
        _DIFFERENT,
        "the version before is missing",
    ),
    "extra service": (
        _also("_sieve._tcp", "SRV 0 1 4190 imap.DOMAIN."),
        "_sieve._tcp",
        _NOT_ALLOWED,
        "extra",
    ),
    "extra DAV service": (
        _also("_carddavs._tcp", "SRV 0 1 443 dav.DOMAIN."),
        "_carddavs._tcp",
        _NOT_ALLOWED,
        "extra",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_found_and_named_and_nothing_else_is(whole: Zone, fault: str) -> None:
    spoil, label, verdict, detail = FAULTS[fault]
    spoil(whole)
    wrong = [finding for finding in whole.check() if finding.verdict is not Verdict.OK]
    assert [(finding.name, finding.verdict) for finding in wrong] == [(f"{label}.{whole.domain}.", verdict)]
    assert detail in wrong[0].detail


def test_a_pacc_host_without_a_document_is_extra(whole: Zone) -> None:
    plan = tuple(record for record in whole.plan if "ua-auto-config" not in record.name)
    wrong = [finding for finding in whole.check(plan) if finding.verdict is not Verdict.OK]
    assert [(finding.name, finding.verdict) for finding in wrong] == [
        (f"ua-auto-config.{whole.domain}.", Verdict.NOT_ALLOWED),
        (f"_ua-auto-config.{whole.domain}.", Verdict.NOT_ALLOWED),
    ]


def test_a_name_server_that_fails_leaves_the_name_unknown(whole: Zone) -> None:
    broken = whole.internet.name_server("servfail", below=f"_imaps._tcp.{whole.domain}")

    async def run() -> list[Finding]:
        return await check(Dns([name_server(broken.address)]), whole.domain, whole.plan, whole.host)

    wrong = [finding for finding in asyncio.run(run()) if finding.verdict is not Verdict.OK]
    assert [(finding.name, finding.verdict) for finding in wrong] == [
        (f"_imaps._tcp.{whole.domain}.", Verdict.UNKNOWN)
    ]
    assert "SERVFAIL" in wrong[0].detail
