"""The command as a whole: help, exit codes, errors, pipes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from autoconfig import __version__

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Command

HEAVY = {"flask", "lxml", "rich", "gunicorn", "werkzeug", "jinja2"}


def test_help_lists_the_commands(autoconfig: Command) -> None:
    run = autoconfig("--help")
    assert (run.code, run.err) == (0, "")
    listed = run.out.partition("Commands:\n")[2]
    assert [line.split()[0] for line in listed.splitlines()] == [
        *("check", "convert", "dns", "export", "providers", "render", "resolve", "serve", "setup", "verify")
    ]


@pytest.mark.parametrize(
    "arguments", [("-h",), ("render", "-h"), ("resolve", "-h"), ("serve", "-h"), ("providers", "list", "-h")]
)
def test_every_command_has_help(autoconfig: Command, arguments: tuple[str, ...]) -> None:
    run = autoconfig(*arguments)
    assert (run.code, run.err) == (0, "")
    assert run.out.startswith(f"Usage: autoconfig {' '.join(arguments[:-1])}".rstrip())


def test_version_is_printed(autoconfig: Command) -> None:
    run = autoconfig("--version")
    assert (run.code, run.out) == (0, f"autoconfig {__version__}\n")


@pytest.mark.parametrize("arguments", [(), ("providers",)])
def test_no_command_is_help_and_exit_2(autoconfig: Command, arguments: tuple[str, ...]) -> None:
    run = autoconfig(*arguments)
    assert (run.code, run.out) == (2, "")
    assert run.err.startswith("Usage: autoconfig")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("nope",), "No such command 'nope'.  See autoconfig --help."),
        (("providers", "nope"), "No such command 'nope'.  See autoconfig providers --help."),
        (("--nope",), "No such option '--nope'.  See autoconfig --help."),
        (("serve", "--port", "99999"), "  See autoconfig serve --help."),
        (("serve", "--workers", "0"), "  See autoconfig serve --help."),
    ],
)
def test_wrong_use_is_one_sentence_and_exit_2(
    autoconfig: Command, arguments: tuple[str, ...], sentence: str
) -> None:
    run = autoconfig(*arguments)
    assert (run.code, run.out, run.err.count("\n")) == (2, "", 1)
    assert run.err.startswith("autoconfig: ")
    assert run.err.endswith(f"{sentence}\n")


def test_wrong_use_is_a_json_error_where_json_was_asked(autoconfig: Command) -> None:
    run = autoconfig("providers", "list", "--json", "extra")
    assert (run.code, run.out) == (2, "")
    assert json.loads(run.err) == {"error": "Got unexpected extra argument (extra)"}


@pytest.mark.parametrize(
    "arguments",
    [("providers", "list"), ("render", "mozilla", "a@example.com"), ("resolve", "a@example.com"), ("serve",)],
)
def test_a_wrong_setting_is_one_sentence_with_the_variable_and_exit_2(
    autoconfig: Command, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    monkeypatch.setenv("AUTOCONFIG_LOG_LEVEL", "loud")
    run = autoconfig(*arguments)
    said = "autoconfig: AUTOCONFIG_LOG_LEVEL is 'loud', which is not one of debug, info, warning, error.\n"
    assert (run.code, run.out, run.err) == (2, "", said)


@pytest.mark.parametrize(
    "arguments",
    [("providers", "list"), ("providers", "lint"), ("render", "mozilla", "a@example.com"), ("serve",)],
)
def test_a_store_that_cannot_be_opened_is_one_sentence_with_the_variable_and_exit_1(
    autoconfig: Command, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    monkeypatch.setenv("AUTOCONFIG_PROVIDERS", "/nowhere")
    run = autoconfig(*arguments)
    assert (run.code, run.out, run.err.count("\n")) == (1, "", 1)
    assert run.err.startswith("autoconfig: The provider folder /nowhere cannot be read: ")
    assert "AUTOCONFIG_PROVIDERS" in run.err


def test_a_store_that_cannot_be_opened_is_a_json_error_where_json_was_asked(autoconfig: Command) -> None:
    run = autoconfig("providers", "list", "--json", "--providers", "gopher://x")
    assert (run.code, run.out) == (1, "")
    assert json.loads(run.err)["error"].startswith("The store gopher://… is of a kind")


def test_an_interrupted_command_is_exit_130(autoconfig: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(urls: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("autoconfig.stores.open_stores", interrupt)
    run = autoconfig("providers", "list")
    assert (run.code, run.out, run.err.strip()) == (130, "", "")


# --- as a process of its own


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("render", "mozilla", "ada@example.com"), 0),
        (("render", "mozilla", "ada@unknown.example"), 1),
        (("render", "mozilla", "ada"), 2),
    ],
)
def test_a_process_ends_with_the_code_of_the_command(
    process: Command, arguments: tuple[str, ...], code: int
) -> None:
    run = process(*arguments)
    assert run.code == code
    assert "Traceback" not in run.err


@pytest.mark.parametrize(
    "arguments", [("--help",), ("render", "mozilla", "ada@example.com"), ("providers", "list")]
)
def test_a_reader_that_leaves_is_no_error(process: Command, arguments: tuple[str, ...]) -> None:
    read, write = os.pipe()
    os.close(read)
    run = process(*arguments, stdout=write)
    os.close(write)
    assert (run.code, run.err) == (0, "")


@pytest.mark.parametrize(
    "arguments", [("--help",), ("render", "mozilla", "ada@example.com"), ("providers", "list")]
)
def test_a_full_disk_is_one_sentence_and_exit_1(process: Command, arguments: tuple[str, ...]) -> None:
    with open("/dev/full", "wb") as full:
        run = process(*arguments, stdout=full)
    assert (run.code, run.err) == (1, "autoconfig: Output: no space left on device.\n")


def test_a_closed_output_is_no_traceback(folder: Path) -> None:
    command = f"{sys.executable} -m autoconfig providers list >&-"
    run = subprocess.run(["sh", "-c", command], capture_output=True, timeout=60)
    assert (run.returncode, run.stderr) == (0, b"")


@pytest.mark.parametrize(("encoding", "written"), [("utf-8", "🐘 Mail"), ("latin-1", r"\U0001f418 Mail")])
def test_a_terminal_that_cannot_show_a_name_gets_its_number(
    folder: Path, process: Command, encoding: str, written: str
) -> None:
    path = folder / "other.example.toml"
    path.write_text(path.read_text().replace("Other", "🐘 Mail"), encoding="utf-8")
    environment = os.environ | {"PYTHONIOENCODING": encoding}
    lines = process("providers", "list", env=environment).out.splitlines()
    assert lines[1].split("\t")[1] == written
    listed = process("providers", "list", "--json", env=environment).json
    assert listed[1]["name"] == "🐘 Mail"


@pytest.mark.parametrize("arguments", [("--help",), ("--version",), ("providers", "--help"), ("nope",)])
def test_help_loads_nothing_heavy(arguments: tuple[str, ...]) -> None:
    program = (
        "import sys\nfrom autoconfig.cli import main\ntry: main()\nexcept SystemExit: pass\n"
        "print('\\n'.join(sys.modules), file=sys.stderr)"
    )
    run = subprocess.run(
        [sys.executable, "-c", program, *arguments], capture_output=True, text=True, timeout=60
    )
    loaded = set(run.stderr.split())
    assert "click" in loaded
    assert loaded & HEAVY == set()


def test_the_package_loads_nothing_heavy() -> None:
    program = "import sys, autoconfig\nprint('\\n'.join(sys.modules))"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert set(run.stdout.split()) & (HEAVY | {"click", "idna", "email_validator"}) == set()
