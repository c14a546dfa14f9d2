"""``autoconfig providers lint``: exit 0 without a remark, 1 with one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.stores.folder import toml_text, xml_text

if TYPE_CHECKING:
    from tests.cli.conftest import Command

PLAIN_SMTP = toml_text("plain.example", name="Plain").replace('type = "smtp"', 'type = "smtp"\nport = 587')
PORT = (
    "outgoing[0].port: This is the port of STARTTLS; write socket_type STARTTLS or the port of implicit TLS."
)
NOTE = (
    "note: PACC cannot say any outgoing server: "
    "smtp.example.com has implicit TLS on port 587, not implicit TLS on port 465."
)


def test_no_remark_is_exit_0(autoconfig: Command) -> None:
    run = autoconfig("providers", "lint")
    assert (run.code, run.out, run.err) == (0, "", "no remarks\n")


def test_a_note_alone_is_a_line_and_exit_0(folder: Path, autoconfig: Command) -> None:
    path = folder / "other.example.toml"
    path.write_text(path.read_text().replace('type = "smtp"', 'type = "smtp"\nsocket_type = "STARTTLS"'))
    run = autoconfig("providers", "lint")
    said = "smtp.example.com has STARTTLS on port 587, not implicit TLS on port 465."
    assert run.out == f"{path}: note: PACC cannot say any outgoing server: {said}\n"
    assert (run.code, run.err) == (0, "no remarks, 1 note\n")


def test_no_remark_in_json_is_an_empty_list(autoconfig: Command) -> None:
    run = autoconfig("providers", "lint", "--json")
    assert (run.code, run.json, run.err) == (0, [], "")


def test_a_remark_is_a_line_and_exit_1(folder: Path, autoconfig: Command) -> None:
    (folder / "plain.example.toml").write_text(PLAIN_SMTP)
    run = autoconfig("providers", "lint")
    path = folder / "plain.example.toml"
    said = f"{path}: {PORT} (value '587')\n{path}: {NOTE}\n"
    assert (run.code, run.out, run.err) == (1, said, "1 remark, 1 note\n")


def test_redirects_in_a_circle_are_found_across_files(folder: Path, autoconfig: Command) -> None:
    for domain, other in (("a.example", "b.example"), ("b.example", "a.example")):
        text = f'domains = ["{domain}"]\n[autodiscover]\nredirect_address = "@{other}"\n'
        (folder / f"{domain}.toml").write_text(text)
    run = autoconfig("providers", "lint")
    path = folder / "a.example.toml"
    said = "The redirects lead round in a circle: a.example to b.example to a.example."
    assert f"{path}: autodiscover.redirect_address: {said}\n" in run.out
    assert run.code == 1


def test_a_remark_in_json_says_where_and_what(folder: Path, autoconfig: Command) -> None:
    path = folder / "plain.example.toml"
    path.write_text(PLAIN_SMTP)
    run = autoconfig("providers", "lint", "--json")
    assert run.code == 1
    where, _, message = PORT.partition(": ")
    place = {"source": str(path), "line": None}
    assert run.json == [
        {**place, "path": where, "message": message, "value": "587", "severity": "warning"},
        {**place, "path": "", "message": NOTE[len("note: ") :], "value": None, "severity": "note"},
    ]


def test_files_are_checked_without_their_folder(folder: Path, autoconfig: Command, tmp_path: Path) -> None:
    (folder / "bad.toml").write_text("name = ")
    path = tmp_path / "new.example.toml"
    path.write_text(toml_text("new.example", "example.com"))
    assert autoconfig("providers", "lint", str(path)).code == 0


def test_a_folder_is_checked_with_what_two_files_have_in_common(
    folder: Path, autoconfig: Command, tmp_path: Path
) -> None:
    (folder / "z.example.toml").write_text(toml_text("other.example"))
    run = autoconfig("providers", "lint", str(folder), "--providers", str(tmp_path))
    assert run.code == 1
    assert run.out == (
        f"{folder / 'z.example.toml'}: domains: The domain is served by"
        f" {folder / 'other.example.toml'} already. This file is left out. (value 'other.example')\n"
    )


def test_several_paths_are_checked_in_their_order(folder: Path, autoconfig: Command, tmp_path: Path) -> None:
    path = tmp_path / "new.example.toml"
    path.write_text("name = ")
    (folder / "bad.toml").write_text("name = ")
    run = autoconfig("providers", "lint", str(path), str(folder))
    assert run.out == (
        f"{path}:1: Not TOML: Invalid value.\n"
        f"{folder / 'bad.toml'}:1: Not TOML: Invalid value. This file is left out.\n"
    )
    assert (run.code, run.err) == (1, "2 remarks\n")


def test_a_document_from_elsewhere_is_checked_too(autoconfig: Command, tmp_path: Path) -> None:
    path = tmp_path / "a.xml"
    path.write_text(xml_text("a.example"))
    run = autoconfig("providers", "lint", str(path))
    assert (run.code, run.out) == (
        1,
        f"{path}: outgoing: There is no outgoing server: mail programs refuse the document.\n",
    )


def test_a_wrong_value_is_said_with_its_path(autoconfig: Command, tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_text(toml_text("a.example").replace('type = "imap"', 'type = "imap"\nport = "993"'))
    run = autoconfig("providers", "lint", str(path))
    assert (run.code, run.out) == (
        1,
        f"{path}: incoming[0].port: port is a number from 1 to 65535. (value '993')\n",
    )


def test_a_remark_of_the_reader_and_one_of_the_linter_stand_together(
    autoconfig: Command, tmp_path: Path
) -> None:
    path = tmp_path / "plain.example.toml"
    path.write_text('shortname = "P"\n' + PLAIN_SMTP)
    run = autoconfig("providers", "lint", str(path))
    assert run.out.splitlines() == [
        f"{path}: shortname: The key shortname is not known; did you mean short_name?",
        f"{path}: {PORT} (value '587')",
        f"{path}: {NOTE}",
    ]


@pytest.mark.parametrize("json_option", [(), ("--json",)])
def test_a_path_that_is_not_there_is_exit_2(
    autoconfig: Command, tmp_path: Path, json_option: tuple[str, ...]
) -> None:
    run = autoconfig("providers", "lint", str(tmp_path / "nowhere"), *json_option)
    assert (run.code, run.out, run.err.count("\n")) == (2, "", 1)
    assert f"Path '{tmp_path / 'nowhere'}' does not exist." in run.err


def test_a_file_that_cannot_be_read_is_a_remark(
    autoconfig: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.toml"
    path.write_text(toml_text("a.example"))

    def refuse(*how: Any) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(Path, "open", refuse)
    run = autoconfig("providers", "lint", str(path))
    assert (run.code, run.out) == (1, f"{path}: The file cannot be read: input/output error.\n")


def test_a_file_that_is_left_out_is_said_once(folder: Path, process: Command) -> None:
    (folder / "bad.toml").write_text("name = ")
    run = process("providers", "lint")
    assert (run.code, run.out.count("bad.toml"), run.err) == (1, 1, "1 remark\n")


WITH_LOGO = toml_text("logo.example", name="Logo") + '\n[page]\nlogo = "logo.png"\n'


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "cannot be read: no such file or directory."),
        (b"GIF89a", "is no SVG (without a DOCTYPE), PNG or WebP."),
        (b"\x89PNG\r\n\x1a\n" + b" " * 17_000, "is larger than 16 KiB."),
    ],
)
@pytest.mark.parametrize("by_file", [True, False])
def test_a_logo_that_cannot_be_shown_is_a_remark(
    folder: Path, autoconfig: Command, content: bytes | None, said: str, by_file: bool
) -> None:
    path = folder / "logo.example.toml"
    path.write_text(WITH_LOGO)
    if content is not None:
        (folder / "logo.png").write_bytes(content)
    run = autoconfig("providers", "lint", *([str(path)] if by_file else []))
    assert (run.code, run.out) == (1, f"{path}: page.logo: The logo {folder / 'logo.png'} {said}\n")


def test_a_good_logo_is_no_remark(folder: Path, autoconfig: Command) -> None:
    (folder / "logo.example.toml").write_text(WITH_LOGO)
    (folder / "logo.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    assert autoconfig("providers", "lint").code == 0
