"""What PACC says of any provider, and what comes back from it."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from autoconfig.formats import pacc
from autoconfig.model import Authentication, Documentation, Provider
from tests.formats.test_pacc import BOTH, CALDAV, IMAP, ISSUER, OAUTH2, PASSWORD, POP3, SAID, SMTP
from tests.strategies import domains, lines, oauth2s, providers


@st.composite
def sayable(draw: st.DrawFn) -> Provider:
    """Providers that have a document, with any names, hosts and logins."""
    oauth2 = draw(oauth2s())
    logins = st.sampled_from([BOTH, OAUTH2, PASSWORD])
    servers = [
        replace(server, hostname=draw(domains()), authentication=draw(logins))
        for server in (IMAP, POP3, SMTP)
    ]
    return replace(
        SAID,
        display_name=draw(lines()),
        short_name=draw(lines()),
        incoming=tuple(servers[:2]),
        outgoing=tuple(servers[2:]),
        other=draw(st.sampled_from([(), (CALDAV,)])),
        oauth2=oauth2,
    )


@settings(deadline=None)
@given(st.one_of(sayable(), providers()), domains())
def test_there_is_a_document_or_a_reason(provider: Provider, domain: str) -> None:
    body, reason = pacc.render(provider, domain), pacc.unsayable(provider, domain)
    assert (body is None) == bool(reason)
    assert reason == "" or (reason.startswith("PACC cannot say ") and reason.endswith("."))


@settings(deadline=None)
@given(st.one_of(sayable(), providers()), domains())
def test_a_document_is_the_same_bytes_every_time(provider: Provider, domain: str) -> None:
    assert pacc.render(provider, domain) == pacc.render(replace(provider), domain)


@settings(deadline=None)
@given(st.one_of(sayable(), providers()), domains())
def test_what_is_read_from_a_document_is_written_as_the_same_document(
    provider: Provider, domain: str
) -> None:
    body = pacc.render(provider, domain)
    if body is not None:
        parsed = pacc.parse(body, domain)
        assert parsed.remarks == ()
        assert pacc.render(parsed.provider, domain) == body


def test_what_can_be_said_comes_back() -> None:
    provider = replace(
        SAID,
        domains=("example.com",),
        mx_domains=(),
        incoming=(replace(IMAP, authentication=BOTH), replace(POP3, authentication=BOTH)),
        outgoing=(replace(SMTP, authentication=BOTH),),
        other=(replace(CALDAV, authentication=(Authentication.OAUTH2, Authentication.HTTP_BASIC)),),
        oauth2=ISSUER,
        documentation=(Documentation(url="https://example.com/help"),),
    )
    body = pacc.render(provider, "example.com")
    assert body is not None
    assert pacc.parse(body, "example.com").provider == provider
