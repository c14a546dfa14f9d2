"""Autodiscover JSON v2: where Exchange's own protocols are."""

from __future__ import annotations

import json as json_module
from typing import TYPE_CHECKING

import pytest

from autoconfig.resolver.outcome import Trust
from tests.internet import Answer, json, xml
from tests.resolver.asking import JSON, POX, assert_nothing, line_of, places, pox_of

if TYPE_CHECKING:
    from tests.internet import Request
    from tests.resolver.asking import Resolve, World

pytestmark = pytest.mark.real


def services(**urls: str) -> dict[str, Answer]:
    """A service that knows these protocols and refuses all others."""

    def answer(request: Request) -> Answer:
        (protocol,) = request.query["Protocol"]
        if protocol in urls:
            return json(json_module.dumps({"Protocol": protocol, "Url": urls[protocol]}))
        return json('{"ErrorCode":"InvalidProtocol","ErrorMessage":"No."}', status=400)

    return {JSON: answer}  # type: ignore[dict-item]


def test_exchange_services_are_found(resolve: Resolve, world: World) -> None:
    sync, ews = f"https://sync.{world.domain}/ActiveSync", f"https://ews.{world.domain}/EWS"
    world.site("autodiscover", services(ActiveSync=sync, EWS=ews))
    resolution = resolve(world.address, "autodiscover")
    assert places(resolution.incoming) == [f"activeSync {sync}", f"ews {ews}"]
    assert (resolution.source, resolution.trust) == (
        f"https://autodiscover.{world.domain}{JSON}",
        Trust.HTTPS,
    )
    requests = [asked for asked in world.internet.requests(world.host("autodiscover")) if not asked.body]
    assert [asked.query for asked in requests] == [
        {"Email": [world.address], "Protocol": [protocol]} for protocol in ("ActiveSync", "EWS")
    ]


def test_one_service_is_enough(resolve: Resolve, world: World) -> None:
    ews = f"https://ews.{world.domain}/EWS"
    world.site("autodiscover", services(EWS=ews))
    assert places(resolve(world.address, "autodiscover").incoming) == [f"ews {ews}"]


def test_they_stand_beside_the_mail_servers_of_pox(resolve: Resolve, world: World) -> None:
    ews = f"https://ews.{world.domain}/EWS"
    pox = xml(pox_of(world.host("mail")))
    world.site("autodiscover", {**services(EWS=ews), POX: Answer(body=pox.body, type=pox.type, delay=0.2)})
    resolution = resolve(world.address, "autodiscover")
    assert places(resolution.incoming) == [f"imap mail.{world.domain}:993 SSL", f"ews {ews}"]
    assert resolution.source == f"https://autodiscover.{world.domain}{POX}"


def test_a_protocol_that_is_not_known_is_nothing(resolve: Resolve, world: World) -> None:
    world.site("autodiscover", services())
    resolution = resolve(world.address, "autodiscover")
    assert_nothing(resolution)
    lines = [line for line in resolution.trace if JSON in line.target]
    assert [line.outcome for line in lines] == ["nothing", "nothing"]
    assert lines[0].detail == f"autodiscover.{world.domain} names no activeSync service."


@pytest.mark.parametrize(
    "url",
    ["http://ews.example.com/EWS", "ews.example.com", "", "javascript:alert(1)", "https://a:b@x.example/"],
)
def test_a_url_that_is_no_safe_place_is_a_failure(resolve: Resolve, world: World, url: str) -> None:
    world.site("autodiscover", services(ActiveSync=url))
    resolution = resolve(world.address, "autodiscover")
    assert_nothing(resolution)
    assert line_of(resolution, f"https://autodiscover.{world.domain}{JSON}").outcome == "failed"


@pytest.mark.parametrize("body", ["", "[]", "null", "[" * 60_000, '{"Protocol":1,"Url":2}', "<html>"])
def test_what_is_no_answer_names_no_service(resolve: Resolve, world: World, body: str) -> None:
    world.site("autodiscover", {JSON: json(body)})
    assert_nothing(resolve(world.address, "autodiscover"))


@pytest.mark.parametrize(("status", "outcome"), [(404, "nothing"), (500, "failed"), (401, "failed")])
def test_a_refusal_is_told_as_such(resolve: Resolve, world: World, status: int, outcome: str) -> None:
    world.site("autodiscover", {JSON: Answer(status=status)})
    resolution = resolve(world.address, "autodiscover")
    assert_nothing(resolution)
    lines = [line for line in resolution.trace if JSON in line.target]
    assert {line.outcome for line in lines} == {outcome}


def test_a_service_elsewhere_must_be_confirmed(resolve: Resolve, world: World) -> None:
    other = world.internet.domain("net")
    world.site("autodiscover", services(EWS=f"https://ews.{other}/"))
    assert resolve(world.address, "autodiscover").confirm == (other,)
