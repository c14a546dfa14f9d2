"""Faults of the web server: TLS, statuses, types, redirects, pages that stand in the way."""

from __future__ import annotations

import gzip
from dataclasses import replace
from typing import TYPE_CHECKING

from tests.doctor.domain import CONFIG
from tests.doctor.faults.case import (
    ANDROID,
    BOTH,
    DELTA_CHAT,
    EVOLUTION,
    FAIREMAIL,
    KMAIL,
    PACC,
    PIMALAYA,
    READERS,
    SITE,
    THUNDERBIRD,
    Mend,
    fault,
)
from tests.internet import Answer, hang_up, html, redirect

if TYPE_CHECKING:
    from tests.doctor.domain import Domain
    from tests.internet import Request

CHECK_NAMES = tuple(key for key in READERS if key != FAIREMAIL)
"""FairEmail takes a certificate for any name."""


@fault(SITE, "certificate-expired", fails=READERS)
def the_certificate_has_expired(domain: Domain) -> Mend:
    domain.move("autoconfig", "expired")
    return lambda: domain.back("autoconfig")


@fault(SITE, "certificate-untrusted", fails=READERS)
def the_certificate_is_self_signed(domain: Domain) -> Mend:
    domain.move("autoconfig", "self-signed")
    return lambda: domain.back("autoconfig")


@fault(SITE, "certificate-untrusted", fails=READERS)
def the_certificate_is_of_an_unknown_authority(domain: Domain) -> Mend:
    domain.move("autoconfig", "untrusted")
    return lambda: domain.back("autoconfig")


@fault(SITE, "certificate-name", fails=CHECK_NAMES)
def the_certificate_is_for_another_name(domain: Domain) -> Mend:
    domain.move("autoconfig", "wrong-name")
    return lambda: domain.back("autoconfig")


@fault(SITE, "certificate-expires")
def the_certificate_ends_in_three_days(domain: Domain) -> Mend:
    domain.move("autoconfig", "ending")
    return lambda: domain.back("autoconfig")


@fault(PACC, "tls13-missing")
def pacc_is_served_without_tls_1_3(domain: Domain) -> Mend:
    domain.move("ua-auto-config", "tls1.2")
    return lambda: domain.back("ua-auto-config")


@fault(SITE, "unreachable", fails=READERS)
def nobody_listens_on_the_host(domain: Domain) -> Mend:
    domain.unzone("autoconfig")
    domain.internet.refusing(domain.host("autoconfig"))
    return lambda: domain.back("autoconfig")


@fault(SITE, "http-closed", fails=(KMAIL,))
def nobody_listens_on_port_80(domain: Domain) -> Mend:
    domain.move("autoconfig", plain=False)
    return lambda: domain.back("autoconfig")


@fault(SITE, "broken-off", fails=READERS)
def the_web_server_hangs_up(domain: Domain) -> Mend:
    return domain.instead("autoconfig", CONFIG, hang_up())


@fault(SITE, "slow", fails=(THUNDERBIRD,))
def the_answer_takes_longer_than_thunderbird_waits(domain: Domain) -> Mend:
    good = domain.page("autoconfig", CONFIG)
    return domain.instead("autoconfig", CONFIG, replace(good, delay=5.2))


@fault(SITE, "status", fails=READERS)
def the_web_server_has_an_error(domain: Domain) -> Mend:
    return domain.instead("autoconfig", CONFIG, Answer(status=500))


@fault(SITE, "status", fails=READERS)
def the_web_server_forbids_the_document(domain: Domain) -> Mend:
    return domain.instead("autoconfig", CONFIG, Answer(status=403))


@fault(SITE, "password-asked", fails=READERS)
def the_web_server_asks_for_a_password(domain: Domain) -> Mend:
    answer = Answer(status=401, headers={"WWW-Authenticate": 'Basic realm="mail"'})
    return domain.instead("autoconfig", CONFIG, answer)


@fault(SITE, "address-needed", fails=(ANDROID, KMAIL))
def the_service_wants_an_address(domain: Domain) -> Mend:
    good = domain.page("autoconfig", CONFIG)

    def answer(request: Request) -> Answer:
        return good if "emailaddress" in request.query else Answer(status=400)

    return domain.instead("autoconfig", CONFIG, answer)


@fault(BOTH, "catch-all-html", fails=(THUNDERBIRD, DELTA_CHAT, EVOLUTION, KMAIL))
def a_page_of_whole_elements_stands_before_the_document(domain: Domain) -> Mend:
    domain.put("autoconfig", CONFIG, html("<!DOCTYPE html><html><title>Welcome</title></html>"))
    return lambda: domain.put("autoconfig", CONFIG, domain.page("", "/.well-known/autoconfig" + CONFIG))


@fault(BOTH, "catch-all-html", fails=(THUNDERBIRD, KMAIL))
def a_page_of_open_elements_stands_before_the_document(domain: Domain) -> Mend:
    body = "<!DOCTYPE html><html><head><meta charset=utf-8><title>Welcome</title></head></html>"
    domain.put("autoconfig", CONFIG, html(body))
    return lambda: domain.put("autoconfig", CONFIG, domain.page("", "/.well-known/autoconfig" + CONFIG))


@fault(BOTH, "empty-answer", fails=(THUNDERBIRD, DELTA_CHAT, KMAIL))
def an_empty_success_stands_before_the_document(domain: Domain) -> Mend:
    return domain.instead("autoconfig", CONFIG, Answer(status=200))


@fault(BOTH, "empty-answer", fails=(THUNDERBIRD, DELTA_CHAT))
def a_204_stands_before_the_document(domain: Domain) -> Mend:
    return domain.instead("autoconfig", CONFIG, Answer(status=204, type=None))


@fault(BOTH, "unknown-domain")
def a_domain_that_is_not_served_gets_a_page(domain: Domain) -> Mend:
    good = domain.page("autoconfig", CONFIG)

    def answer(request: Request) -> Answer:
        unknown = any(address.endswith(".invalid") for address in request.query.get("emailaddress", ()))
        return html() if unknown else good

    return domain.instead("autoconfig", CONFIG, answer)


@fault(SITE, "content-type", fails=(THUNDERBIRD,))
def the_document_comes_as_plain_text(domain: Domain) -> Mend:
    good = domain.page("autoconfig", CONFIG)
    return domain.instead("autoconfig", CONFIG, replace(good, type="text/plain; charset=utf-8"))


@fault(SITE, "content-type", fails=(THUNDERBIRD,))
def the_document_comes_without_a_type(domain: Domain) -> Mend:
    return domain.instead("autoconfig", CONFIG, replace(domain.page("autoconfig", CONFIG), type=None))


@fault(SITE, "compressed", fails=(DELTA_CHAT, PIMALAYA))
def the_document_is_compressed_for_everybody(domain: Domain) -> Mend:
    good = domain.page("autoconfig", CONFIG)
    packed = replace(good, body=gzip.compress(good.content(), mtime=0), headers={"Content-Encoding": "gzip"})
    return domain.instead("autoconfig", CONFIG, packed)


@fault(SITE, "redirect-relative", fails=(DELTA_CHAT, PIMALAYA))
def the_redirect_names_only_a_path(domain: Domain) -> Mend:
    domain.put("autoconfig", "/settings.xml", domain.page("autoconfig", CONFIG))
    return domain.instead("autoconfig", CONFIG, redirect("/settings.xml"))


@fault(SITE, "redirect-not-followed", fails=(PIMALAYA,))
def the_document_is_behind_a_redirect(domain: Domain) -> Mend:
    domain.put("autoconfig", "/settings.xml", domain.page("autoconfig", CONFIG))
    return domain.instead("autoconfig", CONFIG, redirect(f"https://{domain.host('autoconfig')}/settings.xml"))


@fault(SITE, "redirect-scheme", fails=(KMAIL, FAIREMAIL, PIMALAYA))
def the_redirect_leads_away_from_tls(domain: Domain) -> Mend:
    domain.plain[domain.host("autoconfig"), "/settings.xml"] = domain.page("autoconfig", CONFIG)
    return domain.instead("autoconfig", CONFIG, redirect(f"http://{domain.host('autoconfig')}/settings.xml"))


@fault(SITE, "redirects-many", fails=READERS)
def the_redirect_leads_round_in_a_circle(domain: Domain) -> Mend:
    return domain.instead("autoconfig", CONFIG, redirect(f"https://{domain.host('autoconfig')}{CONFIG}"))
