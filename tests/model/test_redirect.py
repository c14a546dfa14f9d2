"""Where Autodiscover leads: a URL or another domain, the same for every mailbox."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from autoconfig.errors import ValueRefused
from autoconfig.model import AutodiscoverRedirect, Provider
from tests.strategies import domains, redirects


def test_a_url_is_folded() -> None:
    redirect = AutodiscoverRedirect(url="HTTPS://Autodiscover.Example.COM")
    assert (redirect.url, redirect.address) == ("https://autodiscover.example.com/", None)


def test_a_domain_is_folded_and_its_address_keeps_the_mailbox_s_own_name() -> None:
    redirect = AutodiscoverRedirect(domain="Bücher.Example")
    assert redirect.domain == "xn--bcher-kva.example"
    assert redirect.address == "%EMAILLOCALPART%@xn--bcher-kva.example"


@pytest.mark.parametrize(
    "given_",
    [{}, {"url": "https://a.example/", "domain": "b.example"}, {"url": None, "domain": None}],
)
def test_it_is_one_of_the_two(given_: dict[str, str | None]) -> None:
    with pytest.raises(ValueRefused, match=r"to one of the two\."):
        AutodiscoverRedirect(**given_)


@pytest.mark.parametrize("mark", ["%EMAILADDRESS%", "%EMAILLOCALPART%", "%REALNAME%"])
@pytest.mark.parametrize(("field", "text"), [("url", "https://a.example/{}"), ("domain", "{}.example")])
def test_nothing_of_the_mailbox_may_stand_in_it(field: str, text: str, mark: str) -> None:
    with pytest.raises(ValueRefused, match="the same for all mailboxes"):
        AutodiscoverRedirect(**{field: text.format(mark)})


@pytest.mark.parametrize("domain", ["", "a b", "192.0.2.1", "2001:db8::1", "ada@example.com", "[::1]"])
def test_what_is_no_mail_domain_is_refused(domain: str) -> None:
    with pytest.raises(ValueRefused, match=r"is not a (domain|host) name"):
        AutodiscoverRedirect(domain=domain)


@pytest.mark.parametrize(
    ("redirect", "found"),
    [
        (AutodiscoverRedirect(url="https://a.example/x"), "https://a.example/x"),
        (AutodiscoverRedirect(url="https://%EMAILDOMAIN%.a.example/x"), "https://example.com.a.example/x"),
        (AutodiscoverRedirect(domain="other.example"), "%EMAILLOCALPART%@other.example"),
        (AutodiscoverRedirect(domain="%EMAILDOMAIN%.example"), "%EMAILLOCALPART%@example.com.example"),
        (AutodiscoverRedirect(domain="example.com"), None),
        (AutodiscoverRedirect(domain="%EMAILDOMAIN%"), None),
    ],
)
def test_at_a_domain_it_leads_anywhere_but_there(redirect: AutodiscoverRedirect, found: str | None) -> None:
    here = redirect.at("example.com")
    assert (None if here is None else here.url or here.address) == found


def test_a_provider_may_have_nothing_else() -> None:
    redirect = AutodiscoverRedirect(domain="other.example")
    provider = Provider(id="a", display_name="A", short_name="A", autodiscover=redirect)
    assert provider.servers == ()


@settings(deadline=None)
@given(redirects(), domains())
def test_at_no_domain_is_a_placeholder_left_or_the_domain_itself_named(
    redirect: AutodiscoverRedirect, domain: str
) -> None:
    try:
        here = redirect.at(domain)
    except ValueRefused:
        return  # too long a name
    if here is not None:
        assert "%EMAILDOMAIN%" not in f"{here.url}{here.domain}"
        assert here.domain != domain
