"""Each place where a document may stand, broken in every way: nothing is found, and the trace says why."""

from __future__ import annotations

import gzip
import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.internet import Answer, alternating, endless, hang_up, html, large, redirect, silence, xml
from tests.resolver.asking import assert_nothing, line_of
from tests.resolver.places import PLACES, Place

if TYPE_CHECKING:
    from tests.internet.certificates import Tls
    from tests.resolver.asking import Resolve, World

pytestmark = pytest.mark.real

BOMB = (
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><clientConfig><emailProvider id="x">'
    "<displayName>&c;</displayName></emailProvider></clientConfig>"
)
NOT_READ = r"(gives|is) no (autoconfig|PACC|Autodiscover) (document|answer): "


@pytest.fixture(params=PLACES)
def place(request: pytest.FixtureRequest, world: World) -> Place:
    """One place after the other; nothing stands there yet."""
    return PLACES[request.param](world)


def assert_broken(resolve: Resolve, world: World, place: Place, outcome: str, detail: str) -> None:
    resolution = resolve(world.address, place.method, ispdb_urls=(world.ispdb_url,))
    assert_nothing(resolution)
    line = line_of(resolution, place.target)
    assert (line.method, line.outcome) == (place.method, outcome)
    assert re.search(detail, line.detail), line.detail


def test_a_good_document_is_found(resolve: Resolve, world: World, place: Place) -> None:
    place.serve(world, place.good)
    resolution = resolve(world.address, place.method, ispdb_urls=(world.ispdb_url,))
    assert (resolution.method, resolution.source) == (place.method, f"https://{place.host}{place.path}")
    assert line_of(resolution, place.target).outcome == "found"


def test_a_host_that_does_not_exist_is_nothing(resolve: Resolve, world: World, place: Place) -> None:
    assert_broken(resolve, world, place, "nothing", rf"{place.host} does not exist in the DNS \((NX|no A)")


@pytest.mark.parametrize("status", [404, 410, 204])
def test_no_document_is_nothing(resolve: Resolve, world: World, place: Place, status: int) -> None:
    place.serve(world, Answer(status=status))
    assert_broken(resolve, world, place, "nothing", f"{place.host} answers {status}")


@pytest.mark.parametrize("status", [400, 403, 500, 503])
def test_another_status_is_a_failure(resolve: Resolve, world: World, place: Place, status: int) -> None:
    place.serve(world, replace(place.good, status=status))
    assert_broken(resolve, world, place, "failed", f"{place.host} answers {status}")


def test_a_request_for_a_password_is_a_failure(resolve: Resolve, world: World, place: Place) -> None:
    place.serve(world, Answer(status=401, headers={"WWW-Authenticate": "Basic realm=x"}))
    assert_broken(resolve, world, place, "failed", f"{place.host} asks for a password")
    assert all("authorization" not in asked.headers for asked in world.internet.requests(place.host))


@pytest.mark.parametrize(
    "answer",
    [
        html(),
        xml(""),
        xml("<clientConfig/>"),
        xml("<Autodiscover/>"),
        xml(BOMB),
        Answer(body=b"\0\xff" * 400),
    ],
    ids=["html", "empty", "no-provider", "no-account", "xml-bomb", "bytes"],
)
def test_what_is_no_document_is_a_failure(
    resolve: Resolve, world: World, place: Place, answer: Answer
) -> None:
    place.serve(world, answer)
    digest = "has not the digest"
    assert_broken(resolve, world, place, "failed", digest if place.method == "pacc" else NOT_READ)


@pytest.mark.parametrize("answer", [large(), endless()], ids=["5-megabytes", "endless"])
def test_a_body_that_is_too_large_is_a_failure(
    resolve: Resolve, world: World, place: Place, answer: Answer
) -> None:
    place.serve(world, answer)
    assert_broken(resolve, world, place, "failed", f"{place.host} sends more than 262144 bytes")


def test_a_compressed_body_is_a_failure(resolve: Resolve, world: World, place: Place) -> None:
    body = gzip.compress(place.good.content())
    place.serve(world, replace(place.good, body=body, headers={"Content-Encoding": "gzip"}))
    assert_broken(resolve, world, place, "failed", f"{place.host} sends compressed")


@pytest.mark.parametrize(
    "answer", [hang_up(), Answer(raw=b"SSH-2.0-x\r\n")], ids=["closed", "another-protocol"]
)
def test_a_server_that_speaks_no_http_is_a_failure(
    resolve: Resolve, world: World, place: Place, answer: Answer
) -> None:
    place.serve(world, answer)
    assert_broken(resolve, world, place, "failed", f"{place.host} broke off")


def test_half_a_document_is_a_failure(resolve: Resolve, world: World, place: Place) -> None:
    place.serve(world, replace(place.good, cut=100))
    assert_broken(resolve, world, place, "failed", f"{place.host} broke off")


@pytest.mark.parametrize(
    ("tls", "reason"),
    [
        ("expired", "certificate has expired"),
        ("self-signed", "self-signed certificate"),
        ("untrusted", "unable to get local issuer certificate"),
        ("wrong-name", "Hostname mismatch"),
    ],
)
def test_a_bad_certificate_is_a_failure(
    resolve: Resolve, world: World, place: Place, tls: Tls, reason: str
) -> None:
    place.serve(world, place.good, tls=tls)
    assert_broken(
        resolve, world, place, "failed", f"The certificate of {place.host} is not valid: .*{reason}"
    )
    assert world.internet.requests(place.host) == []


def test_a_refused_connection_is_a_failure(resolve: Resolve, world: World, place: Place) -> None:
    world.internet.refusing(place.host)
    assert_broken(resolve, world, place, "failed", f"{place.host} cannot be reached")


def test_a_host_in_a_private_network_is_not_asked(resolve: Resolve, world: World, place: Place) -> None:
    place.serve(world, place.good, private=True)
    assert_broken(resolve, world, place, "failed", r"\(loopback\), which is not asked")
    assert world.internet.requests(place.host) == []


def test_a_second_dns_answer_cannot_lead_to_a_private_network(
    resolve: Resolve, world: World, place: Place
) -> None:
    place.serve(world, place.good, private=True)
    addresses = [world.internet.host(world.host("public")), world.internet.host(place.host)]
    rebinding = world.internet.name_server(alternating(place.host, addresses), below=place.host)
    resolution = resolve(
        world.address, place.method, ispdb_urls=(world.ispdb_url,), name_servers=[rebinding.address]
    )
    assert_nothing(resolution)
    assert line_of(resolution, place.target).outcome == "failed"
    assert world.internet.requests(place.host) == []


REDIRECTS = {
    "loop": (lambda place: f"https://{place.host}{place.path}", "More than 5 redirects"),
    "metadata-http": (lambda _: "http://169.254.169.254/latest/", "redirects from https to 'http://169"),
    "metadata-https": (lambda _: "https://169.254.169.254/", r"169.254.169.254 \(link-local\)"),
    "loopback": (lambda _: "https://127.0.0.1/", r"127.0.0.1 \(loopback\)"),
    "file": (lambda _: "file:///etc/passwd", "redirects from https to 'file:"),
    "credentials": (lambda place: f"https://a:b@{place.host}/", "Not asked"),
}


@pytest.mark.parametrize("kind", REDIRECTS)
def test_a_bad_redirect_is_not_followed(resolve: Resolve, world: World, place: Place, kind: str) -> None:
    target, reason = REDIRECTS[kind]
    place.serve(world, redirect(target(place)))
    follows = place.method != "pacc"
    assert_broken(resolve, world, place, "failed", reason if follows else f"{place.host} answers 302")


@pytest.mark.parametrize("fault", ["silent-request", "silent-host", "lost-packets", "slow-drip"])
def test_a_place_that_takes_too_long_is_given_up(resolve: Resolve, world: World, fault: str) -> None:
    """All places at once: each waits until the deadline."""
    places = [prepare(world) for prepare in PLACES.values()]
    for place in places:
        if fault == "silent-request":
            place.serve(world, silence())
        elif fault == "slow-drip":
            place.serve(world, replace(place.good, drip=20))
        elif fault == "lost-packets":
            world.internet.dropping(place.host, 443)
        else:
            world.internet.silent(place.host, 443)
    resolution = resolve(world.address, ispdb_urls=(world.ispdb_url,), deadline=0.6)
    assert_nothing(resolution)
    for place in places:
        line = line_of(resolution, place.target)
        assert (line.method, line.outcome, line.detail) == (place.method, "failed", "given up")
