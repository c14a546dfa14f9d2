"""``autoconfig resolve -`` in several processes: the same answers in the same order."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING, Any

import pytest

from autoconfig.cli.processes import Processes, _Process
from autoconfig.errors import AutoconfigError

if TYPE_CHECKING:
    from tests.cli.conftest import Command

_ECHO = """
import json, os, sys
for line in sys.stdin:
    print(json.dumps({"address": line.strip(), "process": os.getpid()}), flush=True)
"""
_DEAF = "import sys; sys.stdin.readline()"


class _Script(_Process):
    """Another program in place of the command."""

    def __init__(self, script: str) -> None:
        super().__init__(())
        self._command = [sys.executable, "-c", script]


async def _own(entry: str) -> dict[str, Any]:
    await asyncio.sleep(0.01)
    return {"address": entry, "process": 0}


def _processes(*scripts: str) -> Processes:
    processes = Processes(_own, (), 1)
    processes._others = [_Script(script) for script in scripts]
    return processes


def _answers(processes: Processes, count: int) -> list[dict[str, Any]]:
    async def run() -> list[dict[str, Any]]:
        async with processes:
            return await asyncio.gather(
                *(processes.answer(f"u{number}@x.example") for number in range(count))
            )

    return asyncio.run(run())


def test_every_line_gets_its_own_answer() -> None:
    answers = _answers(_processes(_ECHO, _ECHO), 30)
    assert [answer["address"] for answer in answers] == [f"u{number}@x.example" for number in range(30)]


def test_the_work_is_shared_evenly_with_this_process_in_it() -> None:
    by_process: dict[int, int] = {}
    for answer in _answers(_processes(_ECHO, _ECHO), 30):
        by_process[answer["process"]] = by_process.get(answer["process"], 0) + 1
    assert sorted(by_process.values()) == [10, 10, 10]
    assert by_process[0] == 10


def test_one_address_alone_starts_no_other_process() -> None:
    processes = _processes("raise SystemExit('started')")
    assert _answers(processes, 1) == [{"address": "u0@x.example", "process": 0}]
    assert processes._others[0]._process is None


def test_a_process_that_ends_early_is_an_error_not_a_wait() -> None:
    with pytest.raises(AutoconfigError, match=r"A process that resolves addresses has ended early\."):
        _answers(_processes(_DEAF), 4)


@pytest.mark.parametrize("count", ["1", "3"])
def test_the_command_gives_the_same_lines_however_many_share_the_work(process: Command, count: str) -> None:
    people = "".join(f"user{number}@example.com\n" for number in range(40)).encode()
    options = ["--method", "local", "--nameserver", "127.0.0.1:1", "--processes", count]
    done = process("resolve", "-", *options, input=people, stdin=None)
    assert (done.code, done.err) == (0, "")
    lines = done.out.splitlines()
    assert [line.partition('"address": "')[2].partition('"')[0] for line in lines] == people.decode().split()
