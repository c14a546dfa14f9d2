"""Autodiscover by POX: both hosts, the http redirect, the SRV record, and what is an answer."""

from __future__ import annotations

import datetime
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from autoconfig.formats import autodiscover
from autoconfig.model import EmailAddress
from autoconfig.resolver.outcome import Trust
from tests.internet import Answer, redirect, xml
from tests.resolver.asking import POX, assert_nothing, line_of, places, pox_of

if TYPE_CHECKING:
    from autoconfig.resolver import Resolution
    from tests.resolver.asking import Resolve, World

pytestmark = pytest.mark.real


def settings(world: World, name: str = "mail", **how: float) -> Answer:
    """A POX answer whose servers have that name under the domain."""
    return replace(xml(pox_of(world.host(name))), **how)  # type: ignore[arg-type]


def at(world: World, host: str, answer: Answer) -> None:
    world.internet.site(host, {POX: answer})


def named(resolution: Resolution) -> str:
    """The first label of the first server found."""
    (place,) = places(resolution.incoming)
    return place.split()[1].partition(".")[0]


def test_the_domain_itself_is_asked(resolve: Resolve, world: World) -> None:
    at(world, world.domain, settings(world))
    resolution = resolve(world.address, "autodiscover")
    assert (resolution.method, resolution.trust) == ("autodiscover", Trust.HTTPS)
    assert resolution.source == f"https://{world.domain}{POX}"
    assert places(resolution.incoming) == [f"imap mail.{world.domain}:993 SSL"]
    assert places(resolution.outgoing) == [f"smtp out.mail.{world.domain}:465 SSL"]
    assert resolution.incoming[0].server.username == world.address


def test_its_autodiscover_host_is_asked(resolve: Resolve, world: World) -> None:
    at(world, world.host("autodiscover"), settings(world))
    assert resolve(world.address, "autodiscover").source == f"https://autodiscover.{world.domain}{POX}"


def test_the_request_is_one_that_every_server_understands(resolve: Resolve, world: World) -> None:
    at(world, world.host("autodiscover"), settings(world))
    resolve(world.address, "autodiscover")
    (request,) = [
        asked for asked in world.internet.requests(world.host("autodiscover")) if asked.method == "POST"
    ]
    assert request.headers["content-type"] == autodiscover.MEDIA_TYPE
    assert autodiscover.parse_request(request.body) == autodiscover.Request(
        EmailAddress.parse(world.address), autodiscover.OUTLOOK_RESPONSE
    )
    assert {"authorization", "cookie"}.isdisjoint(request.headers)


def test_the_domain_comes_before_its_autodiscover_host(resolve: Resolve, world: World) -> None:
    at(world, world.domain, settings(world, "first", delay=0.15))
    at(world, world.host("autodiscover"), settings(world, "second"))
    assert named(resolve(world.address, "autodiscover", patience=2.0)) == "first"


def test_a_web_page_at_the_domain_does_not_hide_the_autodiscover_host(resolve: Resolve, world: World) -> None:
    world.internet.site(world.domain, {"*": xml("<html/>")})
    at(world, world.host("autodiscover"), settings(world, "second"))
    assert named(resolve(world.address, "autodiscover")) == "second"


def test_a_redirect_over_http_is_followed_and_marked(resolve: Resolve, world: World) -> None:
    other = world.internet.domain("net")
    at(world, f"outlook.{other}", settings(world))
    world.site("autodiscover", {POX: redirect(f"https://outlook.{other}{POX}")}, tls=None)
    resolution = resolve(world.address, "autodiscover")
    assert (resolution.source, resolution.trust) == (f"https://outlook.{other}{POX}", Trust.HTTP)
    (request,) = world.internet.requests(world.host("autodiscover"))
    assert (request.method, request.body) == ("GET", b""), "http never learns the address"
    assert "ada" not in request.target


@pytest.mark.parametrize(
    "location", ["http://{}/autodiscover/autodiscover.xml", "ftp://{}/", "", "//[", "/relative"]
)
def test_http_that_leads_nowhere_safe_is_nothing(resolve: Resolve, world: World, location: str) -> None:
    host = f"outlook.{world.internet.domain('net')}"
    world.internet.site(host, {POX: settings(world)}, tls=None)
    world.site("autodiscover", {POX: redirect(location.format(host))}, tls=None)
    resolution = resolve(world.address, "autodiscover")
    assert_nothing(resolution)
    line = line_of(resolution, "http://autodiscover.")
    assert (line.outcome, line.detail) == (
        "nothing",
        f"http://autodiscover.{world.domain} does not redirect to https.",
    )
    assert world.internet.requests(host) == []


def test_settings_over_http_are_not_read(resolve: Resolve, world: World) -> None:
    world.site("autodiscover", {POX: settings(world)}, tls=None)
    assert_nothing(resolve(world.address, "autodiscover"))


@pytest.mark.parametrize(
    "target", ["http://169.254.169.254/latest/", "https://169.254.169.254/", "https://127.0.0.1/"]
)
def test_http_cannot_lead_into_a_private_network(resolve: Resolve, world: World, target: str) -> None:
    world.site("autodiscover", {POX: redirect(target)}, tls=None)
    assert_nothing(resolve(world.address, "autodiscover"))


def test_the_srv_record_names_a_host(resolve: Resolve, world: World) -> None:
    host = f"outlook.{world.internet.domain('net')}"
    world.internet.zone(world.domain, f"_autodiscover._tcp SRV 0 1 443 {host}.")
    at(world, host, settings(world))
    resolution = resolve(world.address, "autodiscover")
    assert (resolution.source, resolution.trust) == (f"https://{host}{POX}", Trust.DNS)


def test_the_srv_record_under_dnssec_is_trusted_more(resolve: Resolve, world: World) -> None:
    host = f"outlook.{world.internet.domain('net')}"
    world.internet.zone(world.domain, f"_autodiscover._tcp SRV 0 1 443 {host}.")
    at(world, host, settings(world))
    validating = world.internet.name_server("authenticated")
    resolution = resolve(world.address, "autodiscover", name_servers=[validating.address])
    assert resolution.trust is Trust.DNSSEC


def test_the_srv_record_may_name_a_port(resolve: Resolve, world: World) -> None:
    world.internet.zone(world.domain, "_autodiscover._tcp SRV 0 1 8443 outlook")
    resolution = resolve(world.address, "autodiscover")
    assert line_of(resolution, f"POST https://outlook.{world.domain}:8443{POX}").outcome == "nothing"


def test_a_point_in_the_srv_record_is_no_host(resolve: Resolve, world: World) -> None:
    world.internet.zone(world.domain, "_autodiscover._tcp SRV 0 0 0 .")
    assert_nothing(resolve(world.address, "autodiscover"))


def test_the_https_hosts_come_before_http_and_srv(resolve: Resolve, world: World) -> None:
    host = f"outlook.{world.internet.domain('net')}"
    at(world, host, settings(world, "last"))
    world.internet.zone(world.domain, f"_autodiscover._tcp SRV 0 1 443 {host}.")
    world.site("autodiscover", {POX: redirect(f"https://{host}{POX}")}, tls=None)
    at(world, world.host("autodiscover"), settings(world, "first", delay=0.15))
    resolution = resolve(world.address, "autodiscover", patience=2.0)
    assert (named(resolution), resolution.trust) == ("first", Trust.HTTPS)


@pytest.mark.parametrize("code", [autodiscover.INVALID_REQUEST, autodiscover.SCHEMA_NOT_OFFERED])
def test_an_error_in_a_good_answer_is_nothing(resolve: Resolve, world: World, code: int) -> None:
    now = datetime.datetime.now(datetime.UTC)
    error = autodiscover.render_error(code, autodiscover.OUTLOOK_RESPONSE, now)
    at(world, world.host("autodiscover"), xml(error))
    resolution = resolve(world.address, "autodiscover")
    assert_nothing(resolution)
    line = line_of(resolution, f"POST https://autodiscover.{world.domain}{POX}")
    assert line.outcome == "nothing"
    assert line.detail.startswith(f"autodiscover.{world.domain} says {code}: ")


def test_a_password_is_never_sent(resolve: Resolve, world: World) -> None:
    challenge = Answer(status=401, headers={"WWW-Authenticate": "Basic realm=x, Negotiate, NTLM"})
    for host in (world.domain, world.host("autodiscover")):
        world.internet.site(host, {"*": challenge})
    resolution = resolve(world.address, "autodiscover")
    assert_nothing(resolution)
    for host in (world.domain, world.host("autodiscover")):
        line = line_of(resolution, f"POST https://{host}{POX}")
        assert (line.outcome, line.detail) == (
            "failed",
            f"{host} asks for a password, which discovery never sends.",
        )
        assert all("authorization" not in asked.headers for asked in world.internet.requests(host))


def test_a_settings_answer_without_mail_servers_is_a_failure(resolve: Resolve, world: World) -> None:
    document = pox_of("mail.example.net").replace(b"IMAP", b"GOPHER").replace(b"SMTP", b"UUCP")
    at(world, world.host("autodiscover"), xml(document))
    resolution = resolve(world.address, "autodiscover")
    assert_nothing(resolution)
    line = line_of(resolution, f"POST https://autodiscover.{world.domain}{POX}")
    assert line.outcome == "failed"
    assert "has no usable server" in line.detail
