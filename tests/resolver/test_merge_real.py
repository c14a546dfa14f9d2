"""What the winner does not say is added from SRV and Autodiscover, on real servers."""

from __future__ import annotations

import json as json_module
from typing import TYPE_CHECKING

import pytest

from autoconfig.resolver import resolver
from tests.internet import json, silence
from tests.resolver.asking import JSON, places

if TYPE_CHECKING:
    from tests.resolver.asking import Resolve, World

pytestmark = pytest.mark.real

UNHURRIED = 4.0
"""Seconds of patience, all of which is given to whoever may add something."""

ADDED = """
_caldavs._tcp SRV 0 1 443 dav
_carddavs._tcp SRV 0 1 443 dav
_carddavs._tcp TXT "path=/cards/"
_jmap._tcp SRV 0 1 443 jmap
_sieve._tcp SRV 0 1 4190 sieve
"""


@pytest.fixture
def all_welcome(monkeypatch: pytest.MonkeyPatch) -> None:
    """However soon the winner is there, SRV and Autodiscover may finish."""
    monkeypatch.setattr(resolver, "GRACE", 10_000.0)


def exchange(world: World) -> None:
    body = json_module.dumps({"Protocol": "EWS", "Url": f"https://ews.{world.domain}/EWS"})
    world.site("autodiscover", {JSON: json(body)})


@pytest.mark.usefixtures("all_welcome")
def test_services_are_added_each_with_its_own_method_and_trust(resolve: Resolve, world: World) -> None:
    world.isp("mail")
    world.internet.zone(world.domain, ADDED)
    exchange(world)
    resolution = resolve(world.address, patience=UNHURRIED)
    assert (resolution.method, str(resolution.trust)) == ("isp", "https")
    found = {
        place.replace(f".{world.domain}", ""): (entry.method, str(entry.trust))
        for entry in (*resolution.incoming, *resolution.outgoing, *resolution.other)
        for place in places([entry])
    }
    assert found == {
        "imap mail:993 SSL": ("isp", "https"),
        "smtp out.mail:465 SSL": ("isp", "https"),
        "jmap https://jmap/.well-known/jmap": ("srv", "dns"),
        "ews https://ews/EWS": ("autodiscover", "https"),
        "activeSync https://ews/EWS": ("autodiscover", "https"),
        "caldav https://dav/.well-known/caldav": ("srv", "dns"),
        "carddav https://dav/cards/": ("srv", "dns"),
        "managesieve sieve:4190 STARTTLS": ("srv", "dns"),
    }
    assert resolution.conflicts == ()
    assert resolution.provider is not None
    assert len(resolution.provider.servers) == len(found)


def test_calendars_alone_are_added_but_win_nothing(resolve: Resolve, world: World) -> None:
    world.autodiscover("mail")
    world.internet.zone(world.domain, "_caldavs._tcp SRV 0 1 443 dav")
    resolution = resolve(world.address, patience=UNHURRIED)
    assert resolution.method == "autodiscover"
    assert places(resolution.other) == [f"caldav https://dav.{world.domain}/.well-known/caldav"]


@pytest.mark.usefixtures("all_welcome")
def test_a_contradiction_is_listed(resolve: Resolve, world: World) -> None:
    world.isp("mail")
    world.srv("other")
    resolution = resolve(world.address, patience=UNHURRIED)
    contradictions = [
        (conflict.type, conflict.chosen.method, conflict.other.method) for conflict in resolution.conflicts
    ]
    assert contradictions == [("imap", "isp", "srv"), ("smtp", "isp", "srv")]
    assert places([resolution.conflicts[0].other]) == [f"imap other.{world.domain}:993 SSL"]
    assert places(resolution.incoming) == [f"imap mail.{world.domain}:993 SSL"]


def test_nobody_waits_long_for_what_is_only_welcome(resolve: Resolve, world: World) -> None:
    world.isp("mail")
    world.site("autodiscover", {"*": silence()})
    resolution = resolve(world.address, patience=UNHURRIED)
    assert resolution.method == "isp"
    assert resolution.elapsed_ms < UNHURRIED * 1000


@pytest.mark.usefixtures("all_welcome")
def test_an_owner_that_only_an_added_service_names_must_be_confirmed(resolve: Resolve, world: World) -> None:
    other = world.internet.domain("net")
    world.isp("mail")
    world.internet.zone(world.domain, f"_caldavs._tcp SRV 0 1 443 dav.{other}.")
    assert resolve(world.address, patience=UNHURRIED).confirm == (other,)
