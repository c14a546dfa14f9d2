"""Faults of the mail servers that everybody is sent to."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tests.doctor.domain import SERVICES_USED
from tests.doctor.faults.case import EVERYTHING, Mend, fault
from tests.internet.mail import SERVICES

if TYPE_CHECKING:
    from tests.doctor.domain import Domain
    from tests.internet import Greeter
    from tests.internet.certificates import Tls

SERVED = replace(EVERYTHING, servers=True)
USERS = EVERYTHING.configure


def serve(domain: Domain, *services: str | Greeter, tls: Tls = "valid") -> Mend:
    """Run these on the mail host; what is given back runs those that are published, in their place."""
    running = domain.internet.mail(domain.host("mail"), *services, tls=tls)
    return lambda: domain.internet.replace_mail(running, *SERVICES_USED)


def imap_with(domain: Domain, **wrong: Any) -> Mend:
    """An IMAP server that is wrong in one way."""
    return serve(domain, replace(SERVICES["imaps"], **wrong), "submissions")


@fault(SERVED, "server-certificate-expired", partly=USERS)
def the_certificate_of_the_mail_servers_has_expired(domain: Domain) -> Mend:
    return serve(domain, *SERVICES_USED, tls="expired")


@fault(SERVED, "server-certificate-other-name", partly=USERS)
def the_certificate_of_the_mail_servers_is_for_another_name(domain: Domain) -> Mend:
    return serve(domain, *SERVICES_USED, tls="wrong-name")


@fault(SERVED, "server-certificate-self-signed", partly=USERS)
def the_certificate_of_the_mail_servers_is_signed_by_itself(domain: Domain) -> Mend:
    return serve(domain, *SERVICES_USED, tls="self-signed")


@fault(SERVED, "server-connection-refused", partly=USERS)
def nobody_takes_mail_to_send(domain: Domain) -> Mend:
    return serve(domain, "imaps")


@fault(SERVED, "server-wrong-port", partly=USERS)
def imap_is_only_at_its_other_port(domain: Domain) -> Mend:
    return serve(domain, "imap", "submissions")


@fault(SERVED, "server-tls-missing", partly=USERS)
def imap_begins_in_plain_text(domain: Domain) -> Mend:
    return imap_with(domain, security="plain")


@fault(SERVED, "server-other-protocol", partly=USERS)
def pop3_answers_at_the_port_of_imap(domain: Domain) -> Mend:
    return imap_with(domain, protocol="pop3")


@fault(SERVED, "server-greeting-refused", partly=USERS)
def imap_greets_with_a_refusal(domain: Domain) -> Mend:
    return imap_with(domain, greeting=b"* BYE not today\r\n")


@fault(SERVED, "server-login-missing", partly=USERS)
def the_server_for_sending_offers_no_login(domain: Domain) -> Mend:
    return serve(domain, "imaps", replace(SERVICES["submissions"], mechanisms=()))


@fault(SERVED, "server-password-missing", partly=USERS)
def the_server_for_sending_takes_tokens_alone(domain: Domain) -> Mend:
    return serve(domain, "imaps", replace(SERVICES["submissions"], mechanisms=("XOAUTH2",)))
