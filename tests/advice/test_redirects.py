"""The linter on where Autodiscover leads."""

from __future__ import annotations

from dataclasses import replace

import pytest

from autoconfig.advice.lint import lint_provider
from autoconfig.advice.redirects import MAX_STEPS, circles
from autoconfig.model import AutodiscoverRedirect, Provider
from tests.formats.minimal import PROVIDER

POX = "autodiscover/autodiscover.xml"
MOVED = replace(PROVIDER, incoming=(), outgoing=(), autodiscover=AutodiscoverRedirect(domain="x.example"))


def remarks(provider: Provider, **redirect: str) -> list[tuple[str, str, str | None]]:
    found = lint_provider(replace(provider, autodiscover=AutodiscoverRedirect(**redirect)))
    return [(remark.path, remark.message, remark.value) for remark in found]


@pytest.mark.parametrize("provider", [PROVIDER, MOVED])
@pytest.mark.parametrize(
    "redirect",
    [
        {"url": f"https://autodiscover-s.outlook.com/{POX}"},
        {"url": f"https://outlook.example.com/{POX}"},
        {"url": "https://example.com/elsewhere.xml"},
        {"domain": "tenant.example"},
        {"domain": "mail.%EMAILDOMAIN%"},
    ],
)
def test_a_redirect_elsewhere_is_fine_with_servers_and_without(
    provider: Provider, redirect: dict[str, str]
) -> None:
    assert remarks(provider, **redirect) == []


def test_http_is_nothing_that_mail_programs_follow() -> None:
    url = "http://other.example/x"
    assert remarks(MOVED, url=url) == [("autodiscover.redirect_url", "Mail programs follow https only.", url)]


@pytest.mark.parametrize(
    "url",
    [
        f"https://autodiscover.example.com/{POX}",
        "https://example.com/AutoDiscover/AutoDiscover.xml",
        f"https://autodiscover.example.com:443/{POX}",
        f"https://autodiscover.%EMAILDOMAIN%/{POX}",
        f"https://%EMAILDOMAIN%/{POX}",
    ],
)
def test_a_url_of_its_own_leads_round_in_a_circle(url: str) -> None:
    message = "The URL is this provider's own: that leads round in a circle."
    assert remarks(MOVED, url=url) == [("autodiscover.redirect_url", message, url)]


def test_every_domain_to_itself_is_no_redirect() -> None:
    message = "The redirect leads every domain to itself."
    assert remarks(PROVIDER, domain="%EMAILDOMAIN%") == [
        ("autodiscover.redirect_address", message, "@%EMAILDOMAIN%")
    ]


def test_the_first_of_several_domains_may_be_the_one_with_the_mailboxes() -> None:
    assert remarks(replace(PROVIDER, domains=("example.com", "alias.example")), domain="example.com") == []


def test_a_domain_of_its_own_without_servers_is_the_end_of_the_way() -> None:
    message = "The redirect leads to a domain that has no server here."
    assert remarks(MOVED, domain="example.com") == [
        ("autodiscover.redirect_address", message, "@example.com")
    ]


def moves(*pairs: tuple[str, str]) -> dict[str, Provider]:
    """A provider for each domain, and the domain it leads to."""
    return {
        domain: replace(MOVED, id=domain, domains=(domain,), autodiscover=AutodiscoverRedirect(domain=target))
        for domain, target in pairs
    }


def said(providers: dict[str, Provider]) -> list[str]:
    found = circles(((provider, f"{name}.toml") for name, provider in providers.items()), providers.get)
    return [str(remark) for remark in found]


def test_two_that_lead_to_each_other_are_both_told() -> None:
    place = "autodiscover.redirect_address: The redirects lead round in a circle:"
    assert said(moves(("a.example", "b.example"), ("b.example", "a.example"))) == [
        f"a.example.toml: {place} a.example to b.example to a.example.",
        f"b.example.toml: {place} b.example to a.example to b.example.",
    ]


def test_a_way_that_ends_is_no_circle() -> None:
    assert said(moves(("a.example", "b.example"), ("b.example", "c.example"))) == []
    assert said({"a.example": PROVIDER}) == []


def test_a_domain_that_is_sent_to_itself_is_no_circle() -> None:
    assert said(moves(("a.example", "a.example"))) == []


def test_ways_without_end_are_left_after_as_many_steps_as_outlook_takes() -> None:
    provider = replace(MOVED, autodiscover=AutodiscoverRedirect(domain="a.%EMAILDOMAIN%"))
    asked: list[str] = []

    def find(domain: str) -> Provider:
        asked.append(domain)
        return provider

    assert list(circles([(provider, "x")], find)) == []
    assert len(asked) == MAX_STEPS
