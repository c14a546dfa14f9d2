"""``autoconfig resolve`` on a terminal and in a pipe, as processes against servers on this machine."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.cli import terminal
from tests.cli.terminal import plain

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Command

LOCAL = ("--method", "local", "--nameserver", "127.0.0.1:1")
ESCAPE = "\x1b"


def on_a_terminal(*arguments: str, width: int = 80, **environment: str) -> str:
    """What a terminal gets from ``resolve``."""
    return terminal.on_a_terminal("resolve", *arguments, width=width, **environment)


def test_a_terminal_gets_colours_and_nothing_else_that_a_pipe_does_not(
    folder: Path, process: Command
) -> None:
    shown = on_a_terminal("ada@example.com", *LOCAL, width=120)
    assert "\x1b[1m" in shown
    piped = process("resolve", "ada@example.com", *LOCAL).out
    same = [re.sub(r"\d+\s+ms", "", text).split() for text in (plain(shown), piped)]
    assert same[0] == same[1]


@pytest.mark.parametrize("variable", ["NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE"])
def test_a_pipe_gets_no_escape_codes(process: Command, folder: Path, variable: str) -> None:
    run = process(
        "resolve", "ada@example.com", *LOCAL, "--trace", env=os.environ | {variable: "1", "TERM": "xterm"}
    )
    assert (run.code, run.err) == (0, "")
    assert ESCAPE not in run.out


def test_the_width_of_a_terminal_does_not_change_what_a_pipe_gets(process: Command, folder: Path) -> None:
    outputs = {
        re.sub(
            r"\d+ ms", "", process("resolve", "ada@example.com", *LOCAL, env=os.environ | {"COLUMNS": c}).out
        )
        for c in ("20", "80", "200")
    }
    assert len(outputs) == 1


def test_colours_can_be_switched_off(folder: Path) -> None:
    shown = on_a_terminal("ada@example.com", *LOCAL, NO_COLOR="1")
    assert "\x1b[36m" not in shown


def test_lines_live_on_the_terminal_until_the_answer_is_there(folder: Path) -> None:
    # The name server is a port where nobody answers at all, so that this lasts until the time is over.
    import socket

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        server = f"127.0.0.1:{silent.getsockname()[1]}"
        shown = on_a_terminal("ada@stranger.com", "--method", "mx", "--nameserver", server, "--timeout", "1")
    assert "whoever takes the mail (MX)" in shown
    assert "\x1b[?25l" in shown, "the cursor is hidden"
    assert shown.index("\x1b[2K") < shown.index("autoconfig: "), "the lines are gone before the answer"
    assert shown.rindex("\x1b[?25h") < shown.index("autoconfig: "), "the cursor is back"


def test_help_of_the_command_loads_nothing_of_the_network() -> None:
    program = (
        "import sys\nfrom autoconfig.cli import main\ntry: main()\nexcept SystemExit: pass\n"
        "print('\\n'.join(sys.modules), file=sys.stderr)"
    )
    run = subprocess.run(
        [sys.executable, "-c", program, "resolve", "--help"], capture_output=True, text=True, timeout=60
    )
    assert run.stdout.startswith("Usage: autoconfig resolve [OPTIONS] ADDRESS\n")
    heavy = {"asyncio", "dns", "httpcore2", "lxml", "rich", "publicsuffixlist", "idna", "autoconfig.resolver"}
    assert set(run.stderr.split()) & heavy == set()
