"""``autoconfig providers list`` and ``show``."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
import tomllib
from typing import TYPE_CHECKING

import pytest

from autoconfig.formats import toml
from tests.stores.folder import toml_text, xml_text

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Command


def test_a_list_goes_into_a_pipe_as_lines_with_tabs(autoconfig: Command) -> None:
    run = autoconfig("providers", "list")
    assert (run.code, run.err) == (0, "")
    assert run.out.splitlines() == [
        "example.com\tExample\texample.com xn--bcher-kva.example",
        "other.example\tOther\tother.example",
    ]


def test_a_list_in_json_has_the_shape_of_the_contract(folder: Path, autoconfig: Command) -> None:
    run = autoconfig("providers", "list", "--json")
    assert (run.code, run.err) == (0, "")
    assert run.json == [
        {
            "id": "example.com",
            "name": "Example",
            "domains": ["example.com", "xn--bcher-kva.example"],
            "mx": ["mx.example.net"],
            "source": str(folder / "example.com.toml"),
        },
        {
            "id": "other.example",
            "name": "Other",
            "domains": ["other.example"],
            "mx": [],
            "source": str(folder / "other.example.toml"),
        },
    ]


def test_an_empty_store_is_an_empty_list(autoconfig: Command, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    plain = autoconfig("providers", "list", "--providers", str(empty))
    assert (plain.code, plain.out, plain.err) == (0, "", "")
    assert autoconfig("providers", "list", "--json", "--providers", str(empty)).json == []


def test_several_stores_are_listed_one_after_another(
    folder: Path, autoconfig: Command, tmp_path: Path
) -> None:
    second = tmp_path / "second"
    second.mkdir()
    (second / "a.xml").write_text(xml_text("second.example", name="Second"))
    run = autoconfig("providers", "list", "--json", "--providers", str(second), "--providers", str(folder))
    assert [provider["id"] for provider in run.json] == ["second.example", "example.com", "other.example"]


def test_a_terminal_gets_a_table(folder: Path) -> None:
    (folder / "many.toml").write_text(toml_text(*(f"d{number}.example" for number in range(9)), name="Many"))
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "autoconfig", "providers", "list"]
    environment = os.environ | {"COLUMNS": "100", "TERM": "dumb"}
    subprocess.run(command, stdout=theirs, env=environment, check=True, timeout=60)
    os.close(theirs)
    shown = os.read(ours, 65536).decode()
    os.close(ours)
    assert [line.split() for line in shown.splitlines()] == [
        ["ID", "NAME", "DOMAINS"],
        ["example.com", "Example", "example.com,", "xn--bcher-kva.example"],
        ["many", "Many", "d0.example,", "d1.example,", "d2.example", "and", "6", "more"],
        ["other.example", "Other", "other.example"],
    ]


@pytest.mark.parametrize(
    "asked",
    [
        "example.com",
        "EXAMPLE.com",
        "example.com.",
        "bücher.example",
        "BÜCHER.example",
        "xn--bcher-kva.example",
        "mx.example.net",
    ],
)
def test_a_provider_is_shown_by_its_id_or_one_of_its_domains(
    folder: Path, autoconfig: Command, asked: str
) -> None:
    run = autoconfig("providers", "show", asked)
    assert (run.code, run.err) == (0, "")
    first, _, document = run.out.partition("\n")
    assert first == f"# {folder / 'example.com.toml'}"
    assert tomllib.loads(document)["id"] == "example.com"


def test_an_id_goes_before_a_domain(folder: Path, autoconfig: Command) -> None:
    (folder / "z.toml").write_text('id = "other.example"\n' + toml_text("z.example", name="By id"))
    (folder / "other.example.toml").write_text('id = "x"\n' + toml_text("other.example", name="By domain"))
    assert 'name = "By id"' in autoconfig("providers", "show", "other.example").out


def test_what_is_shown_can_be_put_into_a_file_again(folder: Path, autoconfig: Command) -> None:
    shown = autoconfig("providers", "show", "example.com").stdout
    path = folder / "example.com.toml"
    assert toml.parse(shown).provider == toml.parse(path.read_bytes(), default_id="example.com").provider


def test_a_document_from_elsewhere_is_shown_as_a_provider_file(folder: Path, autoconfig: Command) -> None:
    (folder / "b.xml").write_text(xml_text("b.example", name="From XML"))
    run = autoconfig("providers", "show", "b.example")
    content = tomllib.loads(run.out)
    assert (content["name"], content["domains"]) == ("From XML", ["b.example"])


def test_a_provider_is_shown_in_json_with_its_source(folder: Path, autoconfig: Command) -> None:
    run = autoconfig("providers", "show", "other.example", "--json")
    assert run.json == {
        "id": "other.example",
        "name": "Other",
        "domains": ["other.example"],
        "incoming": [{"type": "imap", "hostname": "imap.example.com"}],
        "outgoing": [{"type": "smtp", "hostname": "smtp.example.com"}],
        "source": str(folder / "other.example.toml"),
    }


@pytest.mark.parametrize("asked", ["unknown.example", "a b", "", "\udcff", "x" * 300, "-", "*"])
def test_an_unknown_provider_is_one_sentence_and_exit_1(autoconfig: Command, asked: str) -> None:
    run = autoconfig("providers", "show", "--", asked)
    said = f"autoconfig: No provider has the id or domain {asked!r}; see providers list.\n"
    assert (run.code, run.out, run.err) == (1, "", said)


def test_an_unknown_provider_is_a_json_error_where_json_was_asked(autoconfig: Command) -> None:
    run = autoconfig("providers", "show", "unknown.example", "--json")
    assert (run.code, run.out) == (1, "")
    assert (
        run.err == '{"error": "No provider has the id or domain \'unknown.example\'; see providers list."}\n'
    )


def test_a_file_that_is_left_out_is_said_beside_the_list(folder: Path, process: Command) -> None:
    (folder / "bad.toml").write_text("name = ")
    run = process("providers", "list")
    assert (run.code, run.out.count("\n")) == (0, 2)
    assert run.err == f"{folder / 'bad.toml'}:1: Not TOML: Invalid value. This file is left out.\n"


def test_nothing_but_json_is_written_where_json_was_asked(folder: Path, process: Command) -> None:
    (folder / "bad.toml").write_text("name = ")
    run = process("providers", "list", "--json")
    assert (run.code, len(run.json), run.err) == (0, 2, "")
