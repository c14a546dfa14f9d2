"""``autoconfig providers import``, and what is listed and shown out of a database."""

from __future__ import annotations

import os
import pty
import re
import signal
import sqlite3
import subprocess
import sys
import time
import tomllib
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from tests.stores.folder import toml_text
from tests.stores.mapping_files import written

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Command


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/providers.db"


@pytest.fixture
def filled(folder: Path, url: str, autoconfig: Command) -> str:
    """A database with the two providers of the folder."""
    assert autoconfig("providers", "import", str(folder), "--into", url).code == 0
    return url


def test_an_import_says_in_one_line_what_it_did(folder: Path, url: str, autoconfig: Command) -> None:
    run = autoconfig("providers", "import", str(folder), "--into", url)
    assert (run.code, run.err) == (0, "")
    assert run.out == f"2 providers read, 2 changed; 4 names read, 4 added, in {url}.\n"


def test_the_same_again_says_that_nothing_changed(folder: Path, filled: str, autoconfig: Command) -> None:
    run = autoconfig("providers", "import", str(folder), "--into", filled)
    assert run.code == 0
    assert run.out == f"2 providers read, none changed; 4 names read, none changed, in {filled}.\n"


def test_the_database_of_the_environment_is_the_default(
    folder: Path, url: str, autoconfig: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AUTOCONFIG_PROVIDERS", f"{folder} {url}")
    assert autoconfig("providers", "import", str(folder)).code == 0
    assert autoconfig("providers", "list", "--providers", url).out.count("\n") == 2


def test_without_a_database_it_is_wrong_use(folder: Path, autoconfig: Command) -> None:
    run = autoconfig("providers", "import", str(folder))
    assert (run.code, run.out) == (2, "")
    assert run.err.startswith("autoconfig: Say which database to import into: --into URL, such as sqlite://")


def test_a_folder_is_no_database_to_import_into(folder: Path, autoconfig: Command) -> None:
    assert autoconfig("providers", "import", str(folder), "--into", str(folder)).code == 2


def test_a_domain_that_belongs_to_another_is_told_and_ends_with_1(
    tmp_path: Path, filled: str, autoconfig: Command
) -> None:
    thief = tmp_path / "thief.example.toml"
    thief.write_text(toml_text("other.example", "new.example", name="Thief"))
    run = autoconfig("providers", "import", str(thief), "--into", filled)
    assert run.code == 1
    assert (
        run.err == "The domain other.example belongs to other.example and was not given to thief.example.\n"
    )
    assert run.out == f"1 provider read, 1 changed; 2 names read, 1 added, in {filled}.\n"
    run = autoconfig("providers", "import", str(thief), "--into", filled, "--move")
    assert (run.code, run.err) == (0, "")
    assert run.out == f"1 provider read, none changed; 2 names read, 1 moved, in {filled}.\n"


def test_a_list_of_domains_is_added_or_takes_their_place(
    tmp_path: Path, filled: str, autoconfig: Command
) -> None:
    file = tmp_path / "customers.txt"
    file.write_text("one.example\ntwo.example\n")
    arguments = ("providers", "import", str(file), "--provider", "other.example", "--into", filled)
    assert autoconfig(*arguments).code == 0
    assert autoconfig("providers", "list", "--providers", filled).out.splitlines()[1] == (
        "other.example\tOther\tone.example other.example two.example"
    )
    assert autoconfig(*arguments, "--replace").out == (
        f"1 provider read, none changed; 2 names read, 1 removed, in {filled}.\n"
    )


def test_a_line_that_is_no_domain_is_told_and_ends_with_1(
    tmp_path: Path, filled: str, autoconfig: Command
) -> None:
    file = tmp_path / "customers.txt"
    file.write_text("one.example\nno domain at all\n")
    run = autoconfig("providers", "import", str(file), "--provider", "other.example", "--into", filled)
    assert run.code == 1
    assert run.err == f"{file}:2: This line is not a domain. It is left out.\n"


def test_everything_in_json(tmp_path: Path, filled: str, autoconfig: Command) -> None:
    thief = tmp_path / "thief.example.toml"
    thief.write_text(toml_text("other.example", name="Thief"))
    run = autoconfig("providers", "import", str(thief), "--into", filled, "--json")
    assert run.code == 1
    assert run.json == {
        "providers": 1,
        "written": 1,
        "names": 1,
        "added": 0,
        "moved": 0,
        "removed": 0,
        "resumed": 0,
        "conflicts": [
            {"kind": "domain", "name": "other.example", "wanted": "thief.example", "owner": "other.example"}
        ],
        "conflicts_total": 1,
        "problems": [],
        "problems_total": 0,
    }


def test_a_provider_goes_with_a_list_only(folder: Path, url: str, autoconfig: Command) -> None:
    run = autoconfig("providers", "import", str(folder), "--provider", "x.example", "--into", url)
    assert run.code == 2
    assert "--provider goes with a list of domains only" in run.err


def test_a_list_out_of_a_database_is_that_of_the_folder(
    folder: Path, filled: str, autoconfig: Command
) -> None:
    ours, theirs = (autoconfig("providers", "list", "--providers", store) for store in (filled, str(folder)))
    assert ours.out == theirs.out


def test_a_list_in_json_is_that_of_the_folder_but_for_the_source(
    folder: Path, filled: str, autoconfig: Command
) -> None:
    ours, theirs = (
        autoconfig("providers", "list", "--json", "--providers", store).json
        for store in (filled, str(folder))
    )
    assert [entry.pop("source") for entry in ours] == [
        f"{filled}#example.com",
        f"{filled}#other.example",
    ]
    for entry in theirs:
        del entry["source"]
    assert ours == theirs


def test_show_out_of_a_database_is_a_provider_file(filled: str, autoconfig: Command, tmp_path: Path) -> None:
    run = autoconfig("providers", "show", "other.example", "--providers", filled)
    assert run.out.startswith(f"# {filled}#other.example\n")
    assert tomllib.loads(run.out)["domains"] == ["other.example"]
    copy = tmp_path / "other.example.toml"
    copy.write_text(run.out)
    assert autoconfig("providers", "lint", str(copy)).code == 0
    as_json = autoconfig("providers", "show", "other.example", "--json", "--providers", filled).json
    assert (as_json["domains"], as_json["source"]) == (["other.example"], f"{filled}#other.example")


def test_lint_looks_into_a_database(filled: str, autoconfig: Command) -> None:
    run = autoconfig("providers", "lint", "--providers", filled)
    assert (run.code, run.out) == (0, "")


def test_lint_looks_at_the_templates_of_a_mapping(tmp_path: Path, autoconfig: Command) -> None:
    run = autoconfig("providers", "lint", "--providers", str(written(tmp_path)), "--json")
    assert [
        (remark["path"], remark["message"]) for remark in run.json if remark["severity"] == "warning"
    ] == [
        ("id", "The id is not a domain name; both Thunderbirds want one."),
        ("outgoing", "There is no outgoing server: mail programs refuse the document."),
        ("id", "The id is not a domain name; both Thunderbirds want one."),
    ]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("mozilla",), b"<username>u4711</username>"),
        (("autodiscover",), b"<LoginName>u4711</LoginName>"),
        (("mobileconfig",), b"<string>u4711</string>"),
        (("msmtp",), rb'user "ISP\u4711"'),
        (("fetchmail",), b"u4711"),
    ],
)
def test_render_says_the_login_name_of_the_mailbox(
    tmp_path: Path, autoconfig: Command, arguments: tuple[str, ...], expected: bytes
) -> None:
    mapping = written(tmp_path)
    run = autoconfig("render", *arguments, "ada@example.com", "--providers", str(mapping))
    assert (run.code, run.err) == (0, "")
    assert expected in run.stdout


def test_a_database_that_is_away_is_one_sentence(autoconfig: Command) -> None:
    store = "postgresql://ada:s3cr3t@127.0.0.1:9/db"
    run = autoconfig("providers", "list", "--providers", store)
    assert (run.code, run.out) == (1, "")
    assert "The store postgresql://127.0.0.1:9/db does not answer: connection failed" in run.err
    assert "s3cr3t" not in run.err
    assert "Traceback" not in run.err


COUNT = 80_000


@pytest.fixture
def many(tmp_path: Path, url: str, autoconfig: Command) -> list[str]:
    """What imports so many domains that it takes a while."""
    provider, file = tmp_path / "host.example.toml", tmp_path / "many.txt"
    provider.write_text(toml_text("host.example", name="Host"))
    file.write_text("".join(f"d{number}.example\n" for number in range(COUNT)))
    assert autoconfig("providers", "import", str(provider), "--into", url).code == 0
    command = [sys.executable, "-m", "autoconfig", "providers", "import", str(file)]
    return [*command, "--provider", "host.example", "--into", url]


def staged(url: str) -> int:
    """How many names an import has written so far."""
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"), timeout=10)) as connection:
        return int(connection.execute("SELECT count(*) FROM autoconfig_staged_names").fetchone()[0])


def test_a_killed_import_goes_on_where_it_was(many: list[str], url: str, autoconfig: Command) -> None:
    with subprocess.Popen(many, stdout=subprocess.DEVNULL) as process:
        while not staged(url):
            time.sleep(0.05)
        process.send_signal(signal.SIGKILL)
        process.wait(20)
    assert autoconfig("providers", "show", "host.example", "--providers", url).out.count(".example") < 10
    done = subprocess.run(many, capture_output=True, text=True, check=True)
    lines = done.stdout.splitlines()
    assert lines[-1] == (f"1 provider read, none changed; {COUNT} names read, {COUNT} added, in {url}.")
    (went_on,) = re.findall(
        r"^Went on after (\d+) names of an interrupted import\.$", done.stdout, re.MULTILINE
    )
    assert int(went_on) > 0


def test_a_terminal_shows_how_far_it_is(many: list[str]) -> None:
    ours, theirs = pty.openpty()
    variables = os.environ | {"COLUMNS": "80", "TERM": "xterm-256color"}
    with subprocess.Popen(many, stdout=theirs, stderr=theirs, stdin=theirs, env=variables) as process:
        os.close(theirs)
        shown = b""
        while True:
            try:
                shown += os.read(ours, 65536)
            except OSError:
                break
        process.wait(60)
    os.close(ours)
    text = shown.decode()
    assert "names read" in text
    assert f"{COUNT:,} names read, taking them over" in text
    assert f"{COUNT} added" in text
