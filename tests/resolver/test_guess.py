"""Guessing: the usual names, believed only after the right greeting under a valid certificate."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from autoconfig.resolver.outcome import Trust
from tests.internet import Greeter
from tests.resolver.asking import assert_nothing, outcomes, places

if TYPE_CHECKING:
    from autoconfig.resolver import Resolution
    from tests.internet.certificates import Tls
    from tests.resolver.asking import Resolve, World

pytestmark = pytest.mark.real


def servers(resolution: Resolution) -> list[str]:
    """Every server, less the domain."""
    found = places((*resolution.incoming, *resolution.outgoing, *resolution.other))
    return [place.replace(f".{resolution.address.domain}", "") for place in found]


def test_a_server_that_greets_is_believed(resolve: Resolve, world: World) -> None:
    world.guess()
    resolution = resolve(world.address, "guess")
    assert servers(resolution) == ["imap imap:993 SSL", "smtp smtp:465 SSL"]
    assert (resolution.method, resolution.trust) == ("guess", Trust.GUESS)
    assert resolution.incoming[0].server.username == world.address


def test_it_is_off_unless_asked_for(resolve: Resolve, world: World) -> None:
    world.guess()
    assert_nothing(resolve(world.address))
    assert ("A", world.host("imap")) not in world.questions()
    assert resolve(world.address, guess=True).method == "guess"


@pytest.mark.parametrize(
    ("host", "service", "expected"),
    [
        ("imap", "imaps", "imap imap:993 SSL"),
        ("mail", "imaps", "imap mail:993 SSL"),
        ("imap", "imap", "imap imap:143 STARTTLS"),
        ("mail", "imap", "imap mail:143 STARTTLS"),
        ("pop", "pop3s", "pop3 pop:995 SSL"),
        ("pop3", "pop3s", "pop3 pop3:995 SSL"),
        ("mail", "pop3s", "pop3 mail:995 SSL"),
        ("pop", "pop3", "pop3 pop:110 STARTTLS"),
    ],
)
def test_the_usual_names_and_ports_for_reading(
    resolve: Resolve, world: World, host: str, service: str, expected: str
) -> None:
    world.internet.mail(world.host(host), service)
    assert servers(resolve(world.address, "guess")) == [expected]


@pytest.mark.parametrize(
    ("host", "service", "expected"),
    [
        ("smtp", "submissions", "smtp smtp:465 SSL"),
        ("mail", "submissions", "smtp mail:465 SSL"),
        ("smtp", "submission", "smtp smtp:587 STARTTLS"),
        ("mail", "submission", "smtp mail:587 STARTTLS"),
    ],
)
def test_the_usual_names_and_ports_for_sending(
    resolve: Resolve, world: World, host: str, service: str, expected: str
) -> None:
    world.internet.mail(world.host("imap"), "imaps")
    world.internet.mail(world.host(host), service)
    assert servers(resolve(world.address, "guess"))[1:] == [expected]


def test_implicit_tls_comes_before_starttls_and_imap_before_pop3(resolve: Resolve, world: World) -> None:
    world.internet.mail(world.host("imap"), "imap")
    world.internet.mail(world.host("mail"), "imaps", "pop3", "submission")
    world.internet.mail(world.host("pop"), "pop3s")
    assert servers(resolve(world.address, "guess")) == [
        "imap mail:993 SSL",
        "pop3 pop:995 SSL",
        "smtp mail:587 STARTTLS",
    ]


def test_sending_alone_makes_no_account(resolve: Resolve, world: World) -> None:
    world.internet.mail(world.host("smtp"), "submissions")
    assert_nothing(resolve(world.address, "guess"))


@pytest.mark.parametrize("tls", ["expired", "self-signed", "untrusted", "wrong-name"])
@pytest.mark.parametrize("service", ["imaps", "imap"])
def test_a_bad_certificate_is_not_believed(resolve: Resolve, world: World, service: str, tls: Tls) -> None:
    world.internet.mail(world.host("imap"), service, tls=tls)
    resolution = resolve(world.address, "guess")
    assert_nothing(resolution)
    port, socket_type = (993, "SSL") if service == "imaps" else (143, "STARTTLS")
    assert outcomes(resolution)[f"imap imap.{world.domain}:{port} {socket_type}"] == "failed"


@pytest.mark.parametrize(
    "greeting",
    [b"+OK ready\r\n", b"220 ready\r\n", b"* BYE busy\r\n", b"HTTP/1.1 400 Bad\r\n", b"x" * 100_000, b""],
    ids=["pop3", "smtp", "bye", "http", "endless-line", "silence"],
)
def test_another_greeting_is_not_believed(resolve: Resolve, world: World, greeting: bytes) -> None:
    world.internet.mail(
        world.host("imap"), Greeter(protocol="imap", port=993, security="tls", greeting=greeting)
    )
    resolution = resolve(world.address, "guess", deadline=0.6)
    assert_nothing(resolution)
    assert outcomes(resolution)[f"imap imap.{world.domain}:993 SSL"] == "failed"


def test_no_encryption_is_not_believed(resolve: Resolve, world: World) -> None:
    world.internet.mail(world.host("imap"), Greeter(protocol="imap", port=143, security="plain"))
    assert_nothing(resolve(world.address, "guess"))


def test_a_host_that_is_silent_does_not_hide_the_next(resolve: Resolve, world: World) -> None:
    """Nothing better can come any more once every other candidate has spoken."""
    world.internet.dropping(world.host("imap"), 993, 143)
    world.internet.mail(world.host("mail"), "imaps")
    resolution = resolve(world.address, "guess", deadline=3.0)
    assert servers(resolution) == ["imap mail:993 SSL"]


def test_a_host_in_a_private_network_is_not_asked(resolve: Resolve, world: World) -> None:
    world.internet.host(world.host("imap"), private=True)
    server = world.internet.mail(world.host("imap"), "imaps")
    assert_nothing(resolve(world.address, "guess"))
    assert server.accepted == []


@pytest.mark.parametrize(
    ("declined", "left"),
    [
        (("_imaps", "_imap"), ["pop3 mail:995 SSL", "smtp mail:465 SSL"]),
        (("_pop3s", "_pop3"), ["imap mail:993 SSL", "smtp mail:465 SSL"]),
        (("_submissions", "_submission"), ["imap mail:993 SSL", "pop3 mail:995 SSL"]),
        (("_imap", "_pop3", "_submission"), ["imap mail:993 SSL", "pop3 mail:995 SSL", "smtp mail:465 SSL"]),
    ],
)
def test_what_is_declined_is_not_guessed(
    resolve: Resolve, world: World, declined: tuple[str, ...], left: list[str]
) -> None:
    world.internet.zone(world.domain, "\n".join(f"{name}._tcp SRV 0 0 0 ." for name in declined))
    server = world.internet.mail(world.host("mail"), "imaps", "pop3s", "submissions")
    resolution = resolve(world.address, "guess")
    assert servers(resolution) == left
    asked = {993: "imap", 995: "pop3", 465: "smtp"}
    assert {asked[port] for port in server.accepted} == {place.split()[0] for place in left}


@pytest.mark.parametrize("declined", ["_imaps", "_imap"])
def test_only_the_kind_of_socket_that_is_declined_is_left_out(
    resolve: Resolve, world: World, declined: str
) -> None:
    """RFC 6186 §3.4: a target of a point is a decision about that one service."""
    world.internet.zone(world.domain, f"{declined}._tcp SRV 0 0 0 .")
    world.internet.mail(world.host("imap"), "imaps", "imap")
    expected = "imap imap:143 STARTTLS" if declined == "_imaps" else "imap imap:993 SSL"
    assert servers(resolve(world.address, "guess")) == [expected]


def test_nothing_is_said_beyond_the_greeting(resolve: Resolve, world: World) -> None:
    server = world.internet.mail(world.host("imap"), "imaps", "imap")
    resolve(world.address, "guess")
    assert {line.split()[-1] for _, line in server.commands} <= {"STARTTLS"}
    assert all("ada" not in line for _, line in server.commands)
