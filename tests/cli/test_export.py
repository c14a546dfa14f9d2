"""``autoconfig export``: what it says, to people and to programs."""

from __future__ import annotations

import json
import os
import pty
import re
import stat
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.stores.folder import toml_text

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Command

SECONDS = r"\d+\.\d s\."


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    return tmp_path / "tree"


def test_a_run_is_told_in_one_line(autoconfig: Command, tree: Path) -> None:
    first = autoconfig("export", str(tree))
    assert (first.code, first.err) == (0, "")
    counts, news = first.out.splitlines()
    assert re.fullmatch(rf"4 domains: 4 written, 0 unchanged, 0 removed in {SECONDS}", counts)
    assert news == f"Configuration for nginx, Caddy and Apache is in {tree}/server."
    second = autoconfig("export", str(tree))
    assert (second.code, second.err) == (0, "")
    assert re.fullmatch(rf"4 domains: 0 written, 4 unchanged, 0 removed in {SECONDS}\n", second.out)


def test_new_configuration_is_named(autoconfig: Command, folder: Path, tree: Path) -> None:
    autoconfig("export", str(tree))
    with (folder / "other.example.toml").open("a") as file:
        file.write('[[other]]\ntype = "carddav"\nurl = "https://dav.other.example/"\n')
    assert autoconfig("export", str(tree)).out.splitlines()[1] == (
        "New: server/nginx-redirects.conf, server/Caddyfile, server/apache-redirects.txt; "
        "reload your web server."
    )


def test_json_has_every_number(autoconfig: Command, folder: Path, tree: Path) -> None:
    autoconfig("export", str(tree))
    (folder / "other.example.toml").unlink()
    run = autoconfig("export", str(tree), "--json")
    assert (run.code, run.err) == (0, "")
    content = run.json
    assert 0 < content.pop("seconds") < 30
    assert content == {
        "directory": str(tree),
        "domains": 3,
        "written": 0,
        "unchanged": 3,
        "removed": 1,
        "kept": 0,
        "snippets": [],
        "problems": [],
        "notes": [],
    }


def test_a_store_of_the_command_line_is_exported(autoconfig: Command, tmp_path: Path, tree: Path) -> None:
    folder = tmp_path / "other"
    folder.mkdir()
    (folder / "o.toml").write_text(toml_text("o.example"))
    assert autoconfig("export", str(tree), "--providers", str(folder)).code == 0
    assert os.listdir(tree / "v1.1") == ["o.example"]


def test_a_broken_file_is_said_and_keeps_its_domains(autoconfig: Command, folder: Path, tree: Path) -> None:
    autoconfig("export", str(tree))
    (folder / "other.example.toml").write_text("domains = [")
    run = autoconfig("export", str(tree))
    assert run.code == 1
    assert re.fullmatch(rf"3 domains: 0 written, 3 unchanged, 0 removed, 1 kept in {SECONDS}\n", run.out)
    reason, consequence = run.err.splitlines()
    assert reason.startswith(f"autoconfig: {folder / 'other.example.toml'}:1: ")
    assert consequence == "autoconfig: 1 domain stays as it was until that is mended."
    assert (tree / "v1.1/other.example").exists()
    problems = autoconfig("export", str(tree), "--json").json["problems"]
    assert [f"autoconfig: {problem}" for problem in problems] == [reason, consequence]


def test_many_problems_are_counted(autoconfig: Command, folder: Path, tree: Path) -> None:
    for number in range(30):
        (folder / f"{number}.toml").write_text("domains = [")
    lines = autoconfig("export", str(tree)).err.splitlines()
    assert len(lines) == 21
    assert lines[-1] == "autoconfig: 10 more problems; see --json."


def test_a_foreign_directory_is_one_sentence(autoconfig: Command, tree: Path) -> None:
    tree.mkdir()
    (tree / "index.html").touch()
    sentence = f"{tree} holds files that autoconfig export did not write; name an empty one."
    run = autoconfig("export", str(tree))
    assert (run.code, run.out, run.err) == (1, "", f"autoconfig: {sentence}\n")
    run = autoconfig("export", str(tree), "--json")
    assert (run.code, run.out, json.loads(run.err)) == (1, "", {"error": sentence})


def test_without_a_directory_nothing_is_done(autoconfig: Command) -> None:
    run = autoconfig("export")
    assert (run.code, run.out) == (2, "")
    assert run.err == "autoconfig: Missing argument 'DIRECTORY'.  See autoconfig export --help.\n"


def test_a_file_is_no_directory(autoconfig: Command, tree: Path) -> None:
    tree.touch()
    run = autoconfig("export", str(tree))
    assert run.code == 2
    assert run.err.startswith(f"autoconfig: Invalid value for 'DIRECTORY': Directory '{tree}' is a file.")


def test_everybody_may_read_what_is_published(process: Command, tree: Path) -> None:
    assert process("export", str(tree), umask=0o077).code == 0
    for path in (tree, tree / "v1.1", tree / "sites/example.com/mail", tree / "v1.1/example.com"):
        assert stat.S_IMODE(path.stat().st_mode) & 0o044 == 0o044
    assert stat.S_IMODE((tree / ".autoconfig-export").stat().st_mode) == 0o700


def test_a_bar_is_shown_on_a_terminal_only(folder: Path, process: Command, tree: Path) -> None:
    assert process("export", str(tree)).err == ""
    many = ", ".join(f'"d{number}.example"' for number in range(500))
    (folder / "many.toml").write_text(toml_text("x.example").replace('"x.example"', many))
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "autoconfig", "export", str(tree)]
    variables = os.environ | {"COLUMNS": "80", "TERM": "xterm-256color"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=theirs, env=variables) as running:
        os.close(theirs)
        shown = b""
        while chunk := _read(ours):
            shown += chunk
        assert running.stdout is not None
        said = running.stdout.read().decode()
    os.close(ours)
    assert re.search(rb"\d+ domains, \d+ written", shown)
    assert shown.endswith(b"\x1b[?25h\r\x1b[1A\x1b[2K")  # cursor back, line gone
    assert re.match(r"504 domains: 500 written, 4 unchanged, 0 removed in", said)


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 65536)
    except OSError:  # the other side is closed
        return b""
