"""The trace: every question asked, its outcome and its time; and who looks on while it happens."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from autoconfig.resolver.methods import METHODS
from autoconfig.resolver.outcome import Found, Nothing
from tests.internet import silence
from tests.resolver.asking import CLIENT_CONFIG

if TYPE_CHECKING:
    from collections.abc import Sequence

    from autoconfig.resolver import Resolution
    from autoconfig.resolver.methods.step import Step
    from autoconfig.resolver.outcome import Outcome
    from autoconfig.resolver.resolution import Asked
    from tests.resolver.asking import Resolve, World

pytestmark = pytest.mark.real

KEYS = {"method", "target", "outcome", "detail", "started_ms", "elapsed_ms"}


def targets(resolution: Resolution) -> set[str]:
    return {line.target for line in resolution.trace}


@pytest.fixture
def nothing_anywhere(world: World) -> list[str]:
    """Hosts that are asked on the web and know nothing; a host whose mail goes elsewhere."""
    provider = world.internet.domain("net")
    world.internet.zone(world.domain, f'@ MX 10 mx.{provider}.\n@ TXT "v=spf1 -all"')
    hosts = [
        world.domain,
        *(world.host(label) for label in ("autoconfig", "autodiscover", "ua-auto-config")),
        world.ispdb,
        f"autoconfig.{provider}",
    ]
    for host in hosts:
        world.internet.site(host, {})
    return hosts


def test_every_question_to_the_dns_is_named(
    resolve: Resolve, world: World, nothing_anywhere: list[str]
) -> None:
    server = world.internet.name_server("honest")
    resolution = resolve(
        world.address, name_servers=[server.address], ispdb_urls=(world.ispdb_url,), guess=True
    )
    asked = {f"{question.type} {question.name}" for question in server.questions}
    assert {target for target in targets(resolution) if target.split()[0].isupper()} >= asked
    assert len(asked) >= 25


def test_every_question_to_a_web_server_is_named(
    resolve: Resolve, world: World, nothing_anywhere: list[str]
) -> None:
    resolution = resolve(world.address, ispdb_urls=(world.ispdb_url,))
    asked = {
        f"{'POST ' if request.method == 'POST' else ''}https://{host}{request.target}"
        for host in nothing_anywhere
        for request in world.internet.requests(host)
    }
    assert {target for target in targets(resolution) if "https://" in target} == asked
    assert len(asked) == 10


def test_every_greeting_is_named(resolve: Resolve, world: World) -> None:
    resolution = resolve(world.address, "guess")
    greetings = {
        f"{protocol} {host}.{world.domain}:{port} {socket_type}"
        for protocol, hosts, ports in (
            ("imap", ("imap", "mail"), (993, 143)),
            ("pop3", ("pop", "pop3", "mail"), (995, 110)),
            ("smtp", ("smtp", "mail"), (465, 587)),
        )
        for host in hosts
        for port, socket_type in zip(ports, ("SSL", "STARTTLS"), strict=True)
    }
    assert {target for target in targets(resolution) if ":" in target} == greetings
    assert {line.outcome for line in resolution.trace} == {"nothing"}


def test_every_method_has_lines_of_its_own(resolve: Resolve, world: World) -> None:
    resolution = resolve(world.address, ispdb_urls=(world.ispdb_url,), guess=True)
    assert {line.method for line in resolution.trace} == set(METHODS) - {"local"}


def test_lines_stand_in_the_order_they_started_and_within_the_whole(
    resolve: Resolve, world: World, nothing_anywhere: list[str]
) -> None:
    resolution = resolve(world.address, ispdb_urls=(world.ispdb_url,), guess=True)
    starts = [line.started_ms for line in resolution.trace]
    assert starts == sorted(starts)
    assert starts[0] >= 0
    for line in resolution.trace:
        assert line.elapsed_ms >= 0
        assert line.outcome in ("found", "nothing", "failed")
        assert line.detail


def test_a_line_says_how_long_it_took(resolve: Resolve, world: World) -> None:
    world.isp(delay=0.12)
    resolution = resolve(world.address, "isp")
    (line,) = [line for line in resolution.trace if "config-v1.1" in line.target and line.outcome == "found"]
    assert 120 <= line.elapsed_ms <= resolution.elapsed_ms
    assert resolution.elapsed_ms < 5000


def test_what_was_given_up_is_named_too(resolve: Resolve, world: World) -> None:
    world.isp()
    world.internet.site(world.domain, {"*": silence()})
    resolution = resolve(world.address, "isp")
    details = {line.target: line.detail for line in resolution.trace if line.outcome == "failed"}
    assert set(details.values()) == {"given up"}
    assert [target.split("?")[0] for target in details] == [
        f"https://{world.domain}/.well-known/autoconfig{CLIENT_CONFIG}"
    ]


def test_a_resolution_is_json_of_the_contracts_shape(resolve: Resolve, world: World) -> None:
    world.isp("mail")
    content = json.loads(json.dumps(resolve(world.address, "isp").as_dict()))
    assert set(content) >= {
        *("address", "domain", "found", "method", "source", "trust", "confirm", "elapsed_ms", "provider"),
        *("incoming", "outgoing", "other", "oauth2", "conflicts", "trace"),
    }
    assert (content["address"], content["domain"], content["found"]) == (world.address, world.domain, True)
    assert (content["method"], content["trust"], content["confirm"]) == ("isp", "https", [])
    assert content["provider"] == {
        "id": "example.com",
        "name": "Example",
        "short_name": "Example",
        "documentation": [],
    }
    (incoming,) = content["incoming"]
    assert incoming == {
        "type": "imap",
        "hostname": f"mail.{world.domain}",
        "port": 993,
        "socket_type": "SSL",
        "authentication": ["password-cleartext"],
        "username": world.address,
        "method": "isp",
        "trust": "https",
    }
    assert all(set(line) == KEYS for line in content["trace"])


def test_a_resolution_of_nothing_is_json_too(resolve: Resolve, world: World) -> None:
    content = json.loads(json.dumps(resolve(world.address, "isp").as_dict(trace=False)))
    assert (content["found"], content["method"], content["trust"], content["provider"]) == (
        False,
        None,
        None,
        None,
    )
    assert (content["incoming"], content["trace"]) == ([], [])


class Onlooker:
    """Remembers what it is told."""

    def __init__(self) -> None:
        self.steps: list[str] = []
        self.lines: list[Asked] = []
        self.outcomes: dict[str, Outcome] = {}

    def begun(self, steps: Sequence[Step]) -> None:
        self.steps = [step.name for step in steps]

    def asked(self, line: Asked) -> None:
        self.lines.append(line)

    def settled(self, step: Step, outcome: Outcome) -> None:
        self.outcomes[step.name] = outcome


def test_who_looks_on_is_told_of_everything(resolve: Resolve, world: World) -> None:
    world.well_known()
    onlooker = Onlooker()
    resolution = resolve(world.address, "isp", "srv", watcher=onlooker)
    assert onlooker.steps == ["autoconfig host", "well-known", "SRV"]
    assert {line.target for line in onlooker.lines} == targets(resolution)
    assert isinstance(onlooker.outcomes["autoconfig host"], Nothing)
    assert isinstance(onlooker.outcomes["well-known"], Found)
