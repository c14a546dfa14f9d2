"""Autodiscover that sends us elsewhere: to another URL, for another address, round in circles."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from autoconfig.resolver.methods.autodiscover import MAX_REDIRECTS
from autoconfig.resolver.outcome import Trust
from tests.internet import Answer, redirect, xml
from tests.resolver.asking import POX, assert_nothing, line_of, places, pox_of

if TYPE_CHECKING:
    from tests.internet import Request
    from tests.resolver.asking import Resolve, World

pytestmark = pytest.mark.real

_ELSEWHERE = (
    '<Autodiscover xmlns="http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006">'
    '<Response xmlns="http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a">'
    "<Account><Action>{action}</Action><{element}>{value}</{element}></Account></Response></Autodiscover>"
)


def to_url(url: str) -> Answer:
    return xml(_ELSEWHERE.format(action="redirectUrl", element="RedirectUrl", value=url))


def to_address(address: str) -> Answer:
    return xml(_ELSEWHERE.format(action="redirectAddr", element="RedirectAddr", value=address))


@pytest.fixture
def other(world: World) -> str:
    """A domain of somebody else."""
    return world.internet.domain("net")


def first(world: World, answer: Answer) -> None:
    """What the autodiscover host of the domain says."""
    world.site("autodiscover", {POX: answer})


def target(world: World) -> str:
    return f"POST https://autodiscover.{world.domain}{POX}"


def test_another_url_is_asked(resolve: Resolve, world: World, other: str) -> None:
    first(world, to_url(f"https://a.{other}/elsewhere"))
    world.internet.site(f"a.{other}", {"/elsewhere": xml(pox_of(f"imap.{other}"))})
    resolution = resolve(world.address, "autodiscover")
    assert (resolution.source, resolution.trust) == (f"https://a.{other}/elsewhere", Trust.HTTPS_OTHER)
    assert places(resolution.incoming) == [f"imap imap.{other}:993 SSL"]
    assert resolution.confirm == (other,)
    (request,) = world.internet.requests(f"a.{other}")
    assert (request.method, world.address.encode() in request.body) == ("POST", True)


def test_a_redirect_of_http_keeps_method_and_body(resolve: Resolve, world: World, other: str) -> None:
    first(world, redirect(f"https://a.{other}/elsewhere"))
    world.internet.site(f"a.{other}", {"/elsewhere": xml(pox_of(f"imap.{other}"))})
    resolution = resolve(world.address, "autodiscover")
    assert (resolution.source, resolution.trust) == (f"https://a.{other}/elsewhere", Trust.HTTPS_OTHER)
    (request,) = world.internet.requests(f"a.{other}")
    assert (request.method, world.address.encode() in request.body) == ("POST", True)


def test_trust_does_not_grow_again_on_the_way_back(resolve: Resolve, world: World, other: str) -> None:
    first(world, to_url(f"https://a.{other}/x"))
    world.internet.site(f"a.{other}", {"/x": to_url(f"https://www.{world.domain}/y")})
    world.site("www", {"/y": xml(pox_of(world.host("imap")))})
    assert resolve(world.address, "autodiscover").trust is Trust.HTTPS_OTHER


def test_another_address_is_asked_for(resolve: Resolve, world: World, other: str) -> None:
    first(world, to_address(f"ada@{other}"))
    world.internet.site(f"autodiscover.{other}", {POX: xml(pox_of(f"imap.{other}"))})
    resolution = resolve(world.address, "autodiscover")
    assert resolution.source == f"https://autodiscover.{other}{POX}"
    assert (resolution.trust, resolution.confirm) == (Trust.HTTPS_OTHER, (other,))
    bodies = [asked.body for asked in world.internet.requests(f"autodiscover.{other}") if asked.body]
    assert [f"ada@{other}".encode() in body for body in bodies] == [True]


def chain(world: World, length: int) -> None:
    """So many redirects, then settings."""
    places = {f"/{step}": to_url(f"https://www.{world.domain}/{step + 1}") for step in range(1, length)}
    world.site("www", {**places, f"/{length}": xml(pox_of(world.host("imap")))})
    first(world, to_url(f"https://www.{world.domain}/1"))


@pytest.mark.parametrize("length", [1, 5, 9])
def test_a_chain_of_urls_is_followed(resolve: Resolve, world: World, length: int) -> None:
    chain(world, length)
    assert resolve(world.address, "autodiscover").source == f"https://www.{world.domain}/{length}"


def test_a_chain_that_is_too_long_is_stopped(resolve: Resolve, world: World) -> None:
    chain(world, 10)
    assert_nothing(resolve(world.address, "autodiscover"))
    assert len(world.internet.requests(world.host("www"))) == 9


def test_a_url_that_leads_to_itself_is_stopped(resolve: Resolve, world: World) -> None:
    first(world, to_url(f"https://autodiscover.{world.domain}{POX}"))
    resolution = resolve(world.address, "autodiscover")
    assert_nothing(resolution)
    line = line_of(resolution, target(world))
    assert (line.outcome, line.detail) == (
        "failed",
        f"Autodiscover at autodiscover.{world.domain} leads round in a circle.",
    )


def test_two_urls_that_lead_to_each_other_are_stopped(resolve: Resolve, world: World) -> None:
    first(world, to_url(f"https://www.{world.domain}/x"))
    world.site("www", {"/x": to_url(f"https://autodiscover.{world.domain}{POX}")})
    resolution = resolve(world.address, "autodiscover")
    assert_nothing(resolution)
    assert "round in a circle" in line_of(resolution, target(world)).detail
    assert len(world.internet.requests(world.host("www"))) == 1


@pytest.mark.parametrize("local_part", ["ada", "bob"])
def test_two_addresses_that_lead_to_each_other_are_stopped(
    resolve: Resolve, world: World, other: str, local_part: str
) -> None:
    first(world, to_address(f"bob@{other}"))
    world.internet.site(f"autodiscover.{other}", {POX: to_address(f"{local_part}@{world.domain}")})
    resolution = resolve(world.address, "autodiscover")
    assert_nothing(resolution)
    assert len(world.internet.requests(world.host("autodiscover"))) < 10


def test_the_same_address_again_is_stopped(resolve: Resolve, world: World) -> None:
    first(world, to_address(world.address))
    resolution = resolve(world.address, "autodiscover")
    assert_nothing(resolution)
    line = line_of(resolution, target(world))
    assert (line.outcome, line.detail) == (
        "failed",
        "Autodiscover redirects to an address it was asked for before.",
    )


@pytest.mark.parametrize("address", ["nobody", "ada@", "ada@192.0.2.1", "@example.com"])
def test_what_is_no_address_is_a_failure(resolve: Resolve, world: World, address: str) -> None:
    first(world, to_address(address))
    resolution = resolve(world.address, "autodiscover")
    assert_nothing(resolution)
    assert "no address" in line_of(resolution, target(world)).detail


@pytest.mark.parametrize(
    "url",
    [
        "http://{}/x",
        "http://169.254.169.254/",
        "https://169.254.169.254/",
        "https://127.0.0.1/x",
        "file:///etc/passwd",
        "https://ada:secret@{}/x",
        "x",
    ],
)
def test_a_url_that_must_not_be_asked_is_not(resolve: Resolve, world: World, other: str, url: str) -> None:
    for tls in ("valid", None):
        world.internet.site(f"a.{other}", {"*": xml(pox_of(f"imap.{other}"))}, tls=tls)  # type: ignore[arg-type]
    first(world, to_url(url.format(f"a.{other}")))
    resolution = resolve(world.address, "autodiscover")
    assert_nothing(resolution)
    assert line_of(resolution, target(world)).outcome == "failed"
    assert world.internet.requests(f"a.{other}") == []


@pytest.mark.parametrize("domain", ["co.uk", "uk", "com"])
def test_a_public_suffix_is_not_asked(resolve: Resolve, world: World, domain: str) -> None:
    first(world, to_address(f"ada@{domain}"))
    resolution = resolve(world.address, "autodiscover")
    assert_nothing(resolution)
    assert line_of(resolution, target(world)).detail == f"{domain} is a public suffix and is not asked."
    asked = {question.name for question in world.internet.questions(domain)}
    assert asked.isdisjoint({domain, f"autodiscover.{domain}", f"_autodiscover._tcp.{domain}"})


def test_always_new_addresses_do_not_multiply(resolve: Resolve, world: World) -> None:
    """Four ways for each address, ten addresses deep, would be a million requests to whoever is named."""
    asked = []

    def another(request: Request) -> Answer:
        asked.append(request)
        return to_address(f"a{len(asked)}@{world.domain}")

    host = world.host("autodiscover")
    world.internet.zone(world.domain, "_autodiscover._tcp SRV 0 1 443 outlook")
    world.internet.site(world.domain, {POX: another})
    world.internet.site(host, {POX: another})
    world.internet.site(world.host("outlook"), {POX: another})
    world.internet.site(host, {POX: redirect(f"https://{host}{POX}")}, tls=None)
    resolution = resolve(world.address, "autodiscover", deadline=20.0)
    assert_nothing(resolution)
    assert len(asked) <= 4 + 4 * MAX_REDIRECTS
    assert any(re.search(r"more than \d+ times", line.detail) for line in resolution.trace)
