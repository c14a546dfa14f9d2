"""Where the tests of other clients say that they look, ours looks too."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from autoconfig.net.suffixes import mx_domains, registrable_domain
from tests.internet import xml
from tests.resolver.asking import assert_nothing, client_config_of
from tests.shared import shared_path

if TYPE_CHECKING:
    from autoconfig.resolver import Resolution
    from tests.internet import Internet
    from tests.resolver.asking import Resolve, World

ISPDB = "https://autoconfig.thunderbird.net/v1.1/"
_SENT_TO_HTTP_ROOT = "http://{}/.well-known/"
"""Only Thunderbird for Android looks there; the draft does not."""


def cases(kind: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(shared_path("samples", "discovery.json").read_text())[kind]
    return found


def urls(resolution: Resolution) -> set[str]:
    """Every URL that was asked, or would have been had its host existed."""
    return {line.target for line in resolution.trace if "://" in line.target}


@pytest.mark.real
def test_the_urls_of_thunderbird_for_android(resolve: Resolve) -> None:
    asked = 0
    for case in cases("url_cases"):
        if case.get("after_mx") or case.get("ispdb") or not (case["include_email"] and case["email"]):
            continue  # those of the MX are below; we always send the address
        asked += 1
        resolution = resolve(case["email"], "isp", allow_http=not case["https_only"])
        left_out = _SENT_TO_HTTP_ROOT.format(case["domain"])
        assert urls(resolution) == {url for url in case["urls"] if not url.startswith(left_out)}
    assert asked == 2


@pytest.mark.real
def test_the_url_in_the_ispdb(resolve: Resolve) -> None:
    (case,) = (case for case in cases("url_cases") if case.get("ispdb"))
    resolution = resolve(f"test@{case['domain']}", "ispdb", ispdb_urls=(ISPDB,))
    assert urls(resolution) == set(case["urls"])


def with_own_names(case: dict[str, Any], internet: Internet) -> dict[str, Any]:
    """The case with names that no other test has, and the base of its ISPDB."""
    names = {
        "company.example": internet.domain(),
        "emailprovider.example": internet.domain("net"),
        "autoconfig.thunderbird.net": f"db.{internet.domain('org')}",
    }
    text = json.dumps({**case, "base": ISPDB})
    for name, ours in names.items():
        text = text.replace(name, ours)
    changed: dict[str, Any] = json.loads(text)
    return changed


@pytest.mark.real
def test_the_urls_after_an_mx_look_up(resolve: Resolve, world: World) -> None:
    asked = 0
    for written in cases("mx_cases"):
        if "urls" not in written:
            continue  # Nextcloud's, below
        asked += 1
        case = with_own_names(written, world.internet)
        domain = case["email"].partition("@")[2]
        for place, exchange in enumerate(case["mx"]):
            world.internet.zone(domain, f"@ MX {place} {exchange}.")
        found_at = case["found_at"]
        if found_at is not None:
            place_found = case["urls"][found_at - 1].partition("?")[0]
            host, _, path = place_found.removeprefix("https://").partition("/")
            world.internet.site(host, {f"/{path}": xml(client_config_of("imap.example.net"))})
        resolution = resolve(case["email"], "mx", ispdb_urls=(case["base"],))
        if found_at is None:
            assert_nothing(resolution)
            assert urls(resolution) == set(case["urls"])
        else:
            assert resolution.source == place_found
            assert urls(resolution) >= set(case["urls"])
    assert asked == 5


@pytest.mark.real
@pytest.mark.parametrize("exchange", ["mx.company.org", "company.org"])
def test_nothing_is_asked_at_the_suffix_of_nextclouds_cases(
    resolve: Resolve, world: World, exchange: str
) -> None:
    domain = world.internet.domain("org")
    world.internet.zone(domain, f"@ MX 10 {exchange.replace('company.org', domain)}.")
    resolution = resolve(f"test@{domain}", "mx")
    assert [line.target for line in resolution.trace] == [f"MX {domain}"]


def test_registrable_domains() -> None:
    for case in cases("base_domain_cases"):
        assert registrable_domain(case["in"]) == case["out"]


def test_names_less_their_first_label() -> None:
    for case in cases("sub_domain_cases"):
        found = mx_domains(case["in"], "company.example")
        assert found[0] == (case["out"] or case["base"])
