"""Faults of Autodiscover."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tests.doctor.domain import JSON, POX
from tests.doctor.faults import case
from tests.doctor.faults.case import (
    DELTA_CHAT,
    FAIREMAIL,
    OUTLOOK,
    THUNDERBIRD,
    Mend,
    fault,
)
from tests.internet import Answer, html, xml

if TYPE_CHECKING:
    from tests.doctor.domain import Domain
    from tests.internet import Request

BASE = case.POX
READERS = (THUNDERBIRD, OUTLOOK, DELTA_CHAT, FAIREMAIL)
REFUSED = """<?xml version="1.0" encoding="utf-8"?>
<Autodiscover xmlns="http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006">
  <Response>
    <Error Time="10:00:00.0000000" Id="1"><ErrorCode>600</ErrorCode><Message>Invalid Request</Message></Error>
  </Response>
</Autodiscover>
"""
MOVED = """<?xml version="1.0" encoding="utf-8"?>
<Autodiscover xmlns="http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006">
  <Response xmlns="http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a">
    <Account>
      <AccountType>email</AccountType>
      <Action>redirectUrl</Action>
      <RedirectUrl>https://autodiscover.{domain}/elsewhere.xml</RedirectUrl>
    </Account>
  </Response>
</Autodiscover>
"""
STARTTLS = (("<Port>993</Port>", "<Port>143</Port>"), ("<Encryption>SSL<", "<Encryption>TLS<"))


def edit(domain: Domain, *edits: tuple[str, str]) -> Mend:
    """Change the answer, the first time each text stands there: at IMAP."""
    return domain.edit("autodiscover", POX, *edits)


@fault(BASE, "pox-missing", asks=READERS)
def the_autodiscover_host_is_not_in_the_zone(domain: Domain) -> Mend:
    domain.unzone("autodiscover")
    return lambda: domain.point("autodiscover")


@fault(BASE, "pox-spa", partly=(OUTLOOK,))
def spa_is_not_mentioned(domain: Domain) -> Mend:
    return edit(domain, ("<SPA>off</SPA>", ""))


@fault(BASE, "pox-spa", partly=(OUTLOOK, THUNDERBIRD))
def spa_is_on(domain: Domain) -> Mend:
    return edit(domain, ("<SPA>off</SPA>", "<SPA>on</SPA>"))


@fault(BASE, "pox-plain", partly=(THUNDERBIRD, DELTA_CHAT))
def ssl_is_off_for_starttls(domain: Domain) -> Mend:
    return edit(domain, *STARTTLS, ("<SSL>on</SSL>", "<SSL>off</SSL>"))


@fault(BASE, "pox-encryption", partly=(OUTLOOK,))
def encryption_is_tls_on_the_port_of_ssl(domain: Domain) -> Mend:
    return edit(domain, ("<Encryption>SSL<", "<Encryption>TLS<"))


@fault(BASE, "pox-encryption", partly=(OUTLOOK,))
def encryption_is_ssl_on_the_port_of_starttls(domain: Domain) -> Mend:
    return edit(domain, ("<Port>993</Port>", "<Port>143</Port>"))


@fault(BASE, "pox-imap-missing", fails=(FAIREMAIL,), partly=(DELTA_CHAT,))
def the_answer_names_pop3_alone(domain: Domain) -> Mend:
    return edit(domain, ("<Type>IMAP<", "<Type>POP3<"), ("<Port>993</Port>", "<Port>995</Port>"))


@fault(BASE, "pox-imap-missing", fails=(FAIREMAIL, THUNDERBIRD))
def the_type_is_not_in_capital_letters(domain: Domain) -> Mend:
    return edit(domain, ("<Type>IMAP<", "<Type>Imap<"))


@fault(BASE, "pox-imap-missing", fails=(FAIREMAIL, THUNDERBIRD), partly=(DELTA_CHAT,))
def the_port_is_not_mentioned(domain: Domain) -> Mend:
    return edit(domain, ("<Port>993</Port>", ""))


@fault(BASE, "pox-smtp-missing", fails=(FAIREMAIL,), partly=(THUNDERBIRD, OUTLOOK, DELTA_CHAT))
def the_answer_names_no_smtp(domain: Domain) -> Mend:
    return edit(domain, ("<Type>SMTP<", "<Type>EXHTTPS<"))


@fault(BASE, "pox-words", fails=(FAIREMAIL,))
def the_account_type_has_a_capital_letter(domain: Domain) -> Mend:
    return edit(domain, ("<AccountType>email<", "<AccountType>Email<"))


@fault(BASE, "pox-namespace", fails=(OUTLOOK,))
def the_namespace_is_of_the_request(domain: Domain) -> Mend:
    return edit(domain, ("outlook/responseschema/2006a", "outlook/requestschema/2006"))


@fault(BASE, "pox-error", fails=READERS)
def the_service_answers_with_error_600(domain: Domain) -> Mend:
    return domain.instead("autodiscover", POX, xml(REFUSED))


@fault(BASE, "pox-broken", fails=READERS)
def the_answer_is_another_document(domain: Domain) -> Mend:
    return domain.instead("autodiscover", POX, xml(domain.document))


@fault(BASE, "pox-redirect-url", fails=(THUNDERBIRD, FAIREMAIL))
def the_answer_redirects_to_another_url(domain: Domain) -> Mend:
    domain.put("autodiscover", "/elsewhere.xml", domain.page("autodiscover", POX))
    return domain.instead("autodiscover", POX, xml(MOVED.format(domain=domain.name)))


@fault(BASE, "status", fails=(DELTA_CHAT,))
def the_service_answers_posts_alone(domain: Domain) -> Mend:
    good = domain.page("autodiscover", POX)

    def answer(request: Request) -> Answer:
        return good if request.method == "POST" else Answer(status=405)

    return domain.instead("autodiscover", POX, answer)


@fault(BASE, "content-type", fails=(THUNDERBIRD,))
def the_answer_comes_as_html(domain: Domain) -> Mend:
    good = domain.page("autodiscover", POX)
    return domain.instead("autodiscover", POX, replace(good, type="text/plain"))


@fault(BASE, "certificate-name", fails=(THUNDERBIRD, OUTLOOK, DELTA_CHAT))
def the_certificate_lacks_the_autodiscover_host(domain: Domain) -> Mend:
    domain.move("autodiscover", "wrong-name")
    return lambda: domain.back("autodiscover")


@fault(BASE, "json-broken")
def json_v2_is_answered_with_a_page(domain: Domain) -> Mend:
    domain.put("autodiscover", JSON, html())
    return lambda: domain.put("autodiscover", JSON, Answer(status=404))


@fault(case.SITE_AND_POX, "catch-all-html", fails=(THUNDERBIRD,))
def pages_on_both_hosts_leave_thunderbird_nothing(domain: Domain) -> Mend:
    """Thunderbird alone: it takes a success for an answer before it reads it."""
    good, answer = domain.page("autoconfig", "/mail/config-v1.1.xml"), domain.page("autodiscover", POX)
    body = "<!DOCTYPE html><html><head><meta charset=utf-8></head></html>"

    def config(request: Request) -> Answer:
        return html(body) if "Thunderbird" in request.headers.get("user-agent", "") else good

    def pox(request: Request) -> Answer:
        return html(body) if "Thunderbird" in request.headers.get("user-agent", "") else answer

    domain.put("autoconfig", "/mail/config-v1.1.xml", config)
    domain.put("autodiscover", POX, pox)
    return lambda: (
        domain.put("autoconfig", "/mail/config-v1.1.xml", good),
        domain.put("autodiscover", POX, answer),
    )
