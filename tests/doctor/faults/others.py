"""Faults of PACC and of Apple profiles, and sources that contradict each other."""

from __future__ import annotations

import gzip
from dataclasses import replace
from typing import TYPE_CHECKING

from autoconfig.formats import pacc
from tests.doctor.domain import PACC, PROFILE, profile
from tests.doctor.faults import case
from tests.doctor.faults.case import APPLE, EVERYTHING, PIMALAYA, Mend, fault
from tests.internet import Answer, redirect, xml

if TYPE_CHECKING:
    from tests.doctor.domain import Domain


def publish(domain: Domain, body: bytes) -> Mend:
    """Publish another PACC document with its digest; what is given back publishes the good one."""
    good = domain.page("ua-auto-config", PACC)

    def digest(of: bytes) -> None:
        domain.unzone("_ua-auto-config")
        domain.zone(f'_ua-auto-config TXT "{pacc.txt_record(of)}"')

    def mend() -> None:
        domain.put("ua-auto-config", PACC, good)
        digest(good.content())

    domain.put("ua-auto-config", PACC, replace(good, body=body))
    digest(body)
    return mend


@fault(case.PACC, "pacc-digest-missing", fails=(PIMALAYA,))
def the_digest_is_not_in_the_zone(domain: Domain) -> Mend:
    domain.unzone("_ua-auto-config")
    return lambda: domain.zone(f'_ua-auto-config TXT "{pacc.txt_record(domain.pacc)}"')


@fault(case.PACC, "pacc-digest-wrong", fails=(PIMALAYA,))
def the_digest_is_that_of_an_older_document(domain: Domain) -> Mend:
    domain.unzone("_ua-auto-config")
    domain.zone(f'_ua-auto-config TXT "{pacc.txt_record(domain.pacc + b" ")}"')
    # The old one may stay for a while.
    return lambda: domain.zone(f'_ua-auto-config TXT "{pacc.txt_record(domain.pacc)}"')


@fault(case.PACC, "pacc-redirect", fails=(PIMALAYA,))
def the_pacc_document_is_behind_a_redirect(domain: Domain) -> Mend:
    host = domain.host("ua-auto-config")
    domain.put("ua-auto-config", "/pacc.json", domain.page("ua-auto-config", PACC))
    return domain.instead("ua-auto-config", PACC, redirect(f"https://{host}/pacc.json"))


@fault(case.PACC, "pacc-broken", fails=(PIMALAYA,))
def the_pacc_document_is_not_json(domain: Domain) -> Mend:
    return publish(domain, domain.pacc + b"}")


@fault(case.PACC, "pacc-incomplete", fails=(PIMALAYA,))
def the_pacc_document_names_no_authentication(domain: Domain) -> Mend:
    return publish(domain, domain.pacc.replace(b'"authentication"', b'"login"'))


@fault(case.PACC, "compressed", fails=(PIMALAYA,))
def the_pacc_document_is_compressed_on_the_way(domain: Domain) -> Mend:
    good = domain.page("ua-auto-config", PACC)
    packed = replace(good, body=gzip.compress(good.content(), mtime=0), headers={"Content-Encoding": "gzip"})
    return domain.instead("ua-auto-config", PACC, packed)


@fault(case.PROFILE, "profile-unsigned", partly=(APPLE,))
def the_profile_is_not_signed(domain: Domain) -> Mend:
    return domain.instead("autoconfig", PROFILE, profile(domain.profile))


@fault(case.PROFILE, "profile-type", fails=(APPLE,))
def the_profile_comes_as_text(domain: Domain) -> Mend:
    good = domain.page("autoconfig", PROFILE)
    return domain.instead("autoconfig", PROFILE, replace(good, type="text/xml"))


@fault(case.PROFILE, "profile-missing", asks=(APPLE,))
def there_is_no_profile(domain: Domain) -> Mend:
    return domain.instead("autoconfig", PROFILE, Answer(status=404))


@fault(EVERYTHING, "sources-differ")
def the_zone_names_another_server_than_the_document(domain: Domain) -> Mend:
    domain.unzone("_imaps._tcp")
    domain.zone(f"old A {domain.internet.host(domain.host('mail'))}\n_imaps._tcp SRV 0 1 993 old")

    def mend() -> None:
        domain.unzone("_imaps._tcp")
        domain.zone("_imaps._tcp SRV 0 1 993 mail")

    return mend


@fault(EVERYTHING, "sources-differ")
def thunderbirds_database_has_an_older_server(domain: Domain) -> Mend:
    domain.zone(f"old A {domain.internet.host(domain.host('mail'))}")
    older = domain.document.replace(b"<hostname>mail.", b"<hostname>old.")
    domain.ispdb[domain.name] = xml(older)

    def mend() -> None:
        domain.ispdb[domain.name] = xml(domain.document)

    return mend
