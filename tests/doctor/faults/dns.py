"""Faults of the zone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.doctor.faults.case import (
    ANDROID,
    BOTH,
    EVOLUTION,
    FAIREMAIL,
    MX,
    NEXTCLOUD,
    PIMALAYA,
    PLAY,
    READERS,
    SITE,
    SRV,
    THUNDERBIRD,
    WELL_KNOWN,
    Mend,
    fault,
)

if TYPE_CHECKING:
    from tests.doctor.domain import Domain

SRV_READERS = (EVOLUTION, FAIREMAIL, PLAY, PIMALAYA)


@fault(SITE, "autoconfig-missing", asks=READERS)
def the_autoconfig_host_is_not_in_the_zone(domain: Domain) -> Mend:
    domain.unzone("autoconfig")
    return lambda: domain.point("autoconfig")


@fault(SITE, "autoconfig-missing", asks=READERS)
def the_alias_leads_to_a_host_without_an_address(domain: Domain) -> Mend:
    domain.unzone("autoconfig")
    domain.zone(f"autoconfig CNAME gone.{domain.name}.")
    return lambda: domain.zone(f"gone A {domain.internet.host(domain.web)}")


@fault(SITE, "private-address", fails=READERS)
def the_host_has_an_address_that_nobody_outside_reaches(domain: Domain) -> Mend:
    domain.unzone("autoconfig")
    domain.zone("autoconfig A 192.168.3.4")
    return lambda: domain.back("autoconfig")


@fault(SITE, "dns-broken", fails=READERS)
def the_name_server_fails_for_the_host(domain: Domain) -> Mend:
    good = domain.dns
    domain.dns = domain.internet.name_server("servfail", below=domain.host("autoconfig")).address

    def mend() -> None:
        domain.dns = good

    return mend


@fault(SRV, "srv-declined", fails=SRV_READERS)
def every_service_is_declined(domain: Domain) -> Mend:
    for label in ("_imaps", "_submissions"):
        domain.unzone(f"{label}._tcp")
        domain.zone(f"{label}._tcp SRV 0 0 0 .")

    def mend() -> None:
        for label, port in (("_imaps", 993), ("_submissions", 465)):
            domain.unzone(f"{label}._tcp")
            domain.zone(f"{label}._tcp SRV 0 1 {port} mail")

    return mend


@fault(SRV, "srv-imap-missing", fails=(FAIREMAIL, PLAY), partly=(EVOLUTION, PIMALAYA))
def only_sending_is_in_the_zone(domain: Domain) -> Mend:
    domain.unzone("_imaps._tcp")
    return lambda: domain.zone("_imaps._tcp SRV 0 1 993 mail")


@fault(SRV, "srv-smtp-missing", fails=(FAIREMAIL, PLAY), partly=(EVOLUTION, PIMALAYA))
def only_receiving_is_in_the_zone(domain: Domain) -> Mend:
    domain.unzone("_submissions._tcp")
    return lambda: domain.zone("_submissions._tcp SRV 0 1 465 mail")


@fault(SRV, "server-host-missing", partly=SRV_READERS)
def the_target_of_the_srv_record_does_not_exist(domain: Domain) -> Mend:
    domain.unzone("_imaps._tcp")
    domain.zone("_imaps._tcp SRV 0 1 993 gone")
    return lambda: domain.zone(f"gone A {domain.internet.host(domain.host('mail'))}")


@fault(SRV, "srv-target-alias")
def the_target_of_the_srv_record_is_an_alias(domain: Domain) -> Mend:
    domain.unzone("_imaps._tcp")
    domain.zone("imap CNAME mail\n_imaps._tcp SRV 0 1 993 imap")

    def mend() -> None:
        domain.unzone("imap")
        domain.zone(f"imap A {domain.internet.host(domain.host('mail'))}")

    return mend


@fault(SRV, "port-security", partly=SRV_READERS)
def the_record_for_tls_names_the_port_of_starttls(domain: Domain) -> Mend:
    domain.unzone("_imaps._tcp")
    domain.zone("_imaps._tcp SRV 0 1 143 mail")

    def mend() -> None:
        domain.unzone("_imaps._tcp")
        domain.zone("_imaps._tcp SRV 0 1 993 mail")

    return mend


@fault(MX, "autoconfig-missing", asks=(THUNDERBIRD, ANDROID, EVOLUTION, NEXTCLOUD, FAIREMAIL, PIMALAYA))
def the_hoster_has_no_autoconfig_host(domain: Domain) -> Mend:
    domain.hoster.unzone("autoconfig")
    return lambda: domain.hoster.point("autoconfig")


@fault(WELL_KNOWN, "autoconfig-missing", asks=READERS)
def the_domain_itself_has_no_address(domain: Domain) -> Mend:
    domain.unzone("", "A")
    return lambda: domain.zone(f"@ A {domain.internet.host(domain.web)}")


@fault(BOTH, "srv-target-alias")
def the_autodiscover_record_names_an_alias(domain: Domain) -> Mend:
    domain.zone("other CNAME web\n_autodiscover._tcp SRV 0 1 443 other")

    def mend() -> None:
        domain.unzone("_autodiscover._tcp")
        domain.zone("_autodiscover._tcp SRV 0 1 443 web")

    return mend
