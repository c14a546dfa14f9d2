"""Which redirects the configuration of a web server names."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from autoconfig.export import redirects as module
from autoconfig.export.making import facts_of
from autoconfig.export.redirects import Redirects
from autoconfig.export.servers import configuration
from autoconfig.export.servers.nginx import alternatives
from autoconfig.formats import toml
from autoconfig.stores import Entry

if TYPE_CHECKING:
    from autoconfig.export.making import Facts

DAV = "https://dav.example.net/c/"


def facts(*urls: str) -> Facts:
    """A provider with a calendar at each URL."""
    other = "".join(f'[[other]]\ntype = "caldav"\nurl = "{url}"\n' for url in urls)
    text = f'domains = ["x.example"]\n[[incoming]]\ntype = "imap"\nhostname = "i.example"\n{other}'
    return facts_of(Entry(provider=toml.parse(text.encode()).provider, source="x"), b"")


def test_domains_are_gathered_by_where_they_lead() -> None:
    redirects = Redirects()
    for provider, domain in [(facts(DAV), "a.example"), (facts(), "b.example"), (facts(DAV), "c.example")]:
        redirects.add(provider, domain)
    caldav = redirects.services["caldav"]
    assert (caldav.domains, caldav.everybody) == ({DAV: ["a.example", "c.example"]}, None)
    assert redirects.services["carddav"].domains == {}


def test_the_first_calendar_counts() -> None:
    redirects = Redirects()
    redirects.add(facts(DAV, "https://second.example/"), "a.example")
    assert redirects.services["caldav"].domains == {DAV: ["a.example"]}


def test_a_url_with_the_domain_in_it_is_filled_in() -> None:
    redirects, provider = Redirects(), facts("https://%EMAILDOMAIN%/dav/")
    for domain in ("a.example", "b.example"):
        redirects.add(provider, domain)
    assert redirects.services["caldav"].domains == {
        "https://a.example/dav/": ["a.example"],
        "https://b.example/dav/": ["b.example"],
    }


@pytest.mark.parametrize("host", ["a.example", "autoconfig.a.example"])
def test_nobody_is_led_in_a_circle(host: str) -> None:
    redirects = Redirects()
    redirects.add(facts(f"https://{host}/.well-known/caldav"), "a.example")
    redirects.add(facts(f"https://{host}/.well-known/caldav"), "b.example")
    assert redirects.services["caldav"].domains == {f"https://{host}/.well-known/caldav": ["b.example"]}


@pytest.mark.parametrize("mark", ["$x", "{x}"])
def test_a_url_that_a_web_server_would_not_leave_alone_is_left_out(mark: str) -> None:
    redirects = Redirects()
    redirects.add(facts(f"{DAV}{mark}"), "a.example")
    assert redirects.services["caldav"].domains == {}


def test_where_everybody_is_sent_to_one_place_nobody_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_DOMAINS", 3)
    redirects, provider = Redirects(), facts(DAV)
    for number in range(4):
        redirects.add(provider, f"d{number}.example")
    assert redirects.services["caldav"].everybody == DAV
    assert redirects.left_out == ()
    texts = dict(configuration("/srv/tree", redirects))
    assert not any(b"d1.example" in text or rb"d1\.example" in text for text in texts.values())
    assert all(
        DAV.encode() in texts[name] for name in ("nginx-redirects.conf", "Caddyfile", "apache-redirects.txt")
    )


def test_too_many_domains_for_a_configuration_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_DOMAINS", 3)
    redirects, provider = Redirects(), facts(DAV)
    redirects.add(facts(), "without.example")
    for number in range(4):
        redirects.add(provider, f"d{number}.example")
    assert redirects.left_out == ("caldav",)
    assert redirects.services["caldav"].domains == {}


def test_patterns_are_cut_where_they_would_be_too_long() -> None:
    assert list(alternatives(["a.example", "b.example", "c.example"], 25)) == [
        r"a\.example|b\.example",
        r"c\.example",
    ]
    assert list(alternatives([], 25)) == []
