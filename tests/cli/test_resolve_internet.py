"""``autoconfig resolve`` from the command line to real servers and back, on the simulated internet."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from autoconfig import resolve
from tests.internet.fixtures import internet
from tests.resolver.asking import World

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cli.conftest import Command, Run
    from tests.internet import Internet

__all__ = ["internet"]


@pytest.fixture
def world(internet: Internet) -> World:
    return World(internet)


@pytest.fixture
def asked(autoconfig: Command, internet: Internet, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Run]:
    """The command, told to ask nobody but the simulated internet."""
    monkeypatch.setenv("SSL_CERT_FILE", internet.ca_file)
    monkeypatch.setenv("AUTOCONFIG_NAMESERVERS", internet.dns)
    monkeypatch.setenv("AUTOCONFIG_ALLOW_PRIVATE_NETWORKS", "on")
    return lambda *arguments: autoconfig("resolve", *arguments)


def options(internet: Internet) -> tuple[str, ...]:
    """The same for a process."""
    return ("--nameserver", internet.dns, "--allow-private-networks")


def test_the_settings_of_a_stranger_are_shown(world: World, asked: Callable[..., Run]) -> None:
    world.isp()
    run = asked(world.address)
    assert (run.code, run.err) == (0, "")
    assert f"https://autoconfig.{world.domain}/mail/config-v1.1.xml (isp, " in run.out
    assert f"high: a web server of {world.domain} says so" in run.out


def test_each_question_has_its_line_in_the_trace(world: World, asked: Callable[..., Run]) -> None:
    world.srv()
    run = asked(world.address, "--method", "srv", "--trace")
    lines = [line.split() for line in run.out.splitlines()]
    questions = [line[2] for line in lines if line[:2] == ["srv", "SRV"]]
    assert len(questions) == len(set(questions)) > 5
    assert all(name.endswith(f"._tcp.{world.domain}") or "…" in name for name in questions)


def test_a_server_that_only_greets_is_guessed_unless_told_not_to(
    world: World, asked: Callable[..., Run]
) -> None:
    world.guess()
    assert "low: a guess" in asked(world.address, "--method", "srv", "--method", "guess").out
    assert asked(world.address, "--method", "srv", "--no-guess").code == 1


def test_a_private_network_is_not_asked_unless_allowed(
    world: World, asked: Callable[..., Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    world.isp()
    monkeypatch.delenv("AUTOCONFIG_ALLOW_PRIVATE_NETWORKS")
    assert asked(world.address, "--method", "isp").code == 1
    assert asked(world.address, "--method", "isp", "--allow-private-networks").code == 0


def test_nobody_to_ask_is_exit_3(internet: Internet, autoconfig: Command) -> None:
    run = autoconfig("resolve", f"ada@{internet.domain()}", "--nameserver", internet.no_name_server())
    assert (run.code, run.out) == (3, "")
    assert run.err.startswith("autoconfig: Nobody could be asked about ")


def test_an_ispdb_of_ones_own_is_asked(world: World, asked: Callable[..., Run]) -> None:
    world.in_ispdb()
    run = asked(world.address, "--method", "ispdb", "--ispdb", world.ispdb_url, "--json")
    assert (run.json["method"], run.json["source"]) == ("ispdb", f"{world.ispdb_url}{world.domain}")


def test_the_package_resolves_too(world: World, internet: Internet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", internet.ca_file)
    world.isp()
    found = resolve(world.address, methods=["isp"], name_servers=[internet.dns], allow_private_networks=True)
    assert (found.method, [entry.server.type for entry in found.incoming]) == ("isp", ["imap"])


# --- many


@pytest.fixture
def mixed(internet: Internet) -> list[str]:
    """Addresses of which every other one is found."""
    worlds = [World(internet) for _ in range(6)]
    for world in worlds[::2]:
        world.srv()
    return [world.address for world in worlds]


def many(internet: Internet, *more: str) -> list[str]:
    return [sys.executable, "-m", "autoconfig", "resolve", "-", "--method", "srv", *options(internet), *more]


def test_many_addresses_are_answered_line_by_line(internet: Internet, mixed: list[str], folder: Path) -> None:
    run = subprocess.run(
        many(internet), input="\n".join(mixed), capture_output=True, text=True, timeout=60, check=False
    )
    answers = [json.loads(line) for line in run.stdout.splitlines()]
    assert [(answer["address"], answer["found"]) for answer in answers] == [
        (address, number % 2 == 0) for number, address in enumerate(mixed)
    ]
    assert (run.returncode, run.stderr) == (1, "")


def test_many_addresses_that_are_all_found_are_exit_0(
    internet: Internet, mixed: list[str], folder: Path
) -> None:
    text = "\n".join(mixed[::2])
    run = subprocess.run(many(internet), input=text.encode(), capture_output=True, timeout=60, check=False)
    assert (run.returncode, run.stderr) == (0, b"")


def test_few_files_may_be_open_and_nobody_is_offline_for_that(
    internet: Internet, mixed: list[str], folder: Path
) -> None:
    command = ["sh", "-c", 'ulimit -Sn 24; exec "$@"', "sh", *many(internet)]
    text = "\n".join(mixed * 10)
    run = subprocess.run(command, input=text, capture_output=True, text=True, timeout=60, check=False)
    answers = [json.loads(line) for line in run.stdout.splitlines()]
    assert [answer["found"] for answer in answers] == [True, False] * 30
    assert not any("error" in answer for answer in answers)


def test_an_interrupted_run_leaves_whole_lines_and_goes_on(
    internet: Internet, mixed: list[str], folder: Path, tmp_path: Path
) -> None:
    output = tmp_path / "out.jsonl"
    command = many(internet, "--resume", str(output), "--jobs", "2")
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as run:
        assert run.stdin is not None
        assert run.stderr is not None
        run.stdin.write("".join(f"{address}\n" for address in mixed[:3]).encode())
        run.stdin.flush()
        while not output.exists() or output.read_bytes().count(b"\n") < 3:
            assert run.poll() is None
        run.send_signal(signal.SIGINT)
        assert run.wait(20) == 130
        assert run.stderr.read().strip() == b""
    assert output.read_bytes().count(b"\n") == 3
    text = "\n".join(mixed).encode()
    again = subprocess.run(command, input=text, capture_output=True, timeout=60, check=False)
    assert (again.returncode, again.stdout, again.stderr) == (1, b"", b"")
    assert [json.loads(line)["address"] for line in output.read_text().splitlines()] == mixed


def test_a_reader_that_has_seen_enough_is_no_error(
    internet: Internet, mixed: list[str], folder: Path
) -> None:
    read, write = os.pipe()
    os.close(read)
    text = "\n".join(mixed).encode()
    run = subprocess.run(
        many(internet), input=text, stdout=write, stderr=subprocess.PIPE, timeout=60, check=False
    )
    os.close(write)
    assert (run.returncode, run.stderr) == (0, b"")
