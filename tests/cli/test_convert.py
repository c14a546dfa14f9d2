"""``autoconfig convert``: any document as any other, with a list of what is lost."""

from __future__ import annotations

import io
import json
import plistlib
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from autoconfig.advice.losses import Asking, losses
from autoconfig.cli.convert import TARGETS
from autoconfig.formats import clients, mobileconfig, mozilla, toml
from autoconfig.formats.reading import READERS, recognised
from autoconfig.model import EmailAddress, Provider
from autoconfig.signing import Signer
from tests.formats.minimal import MOZILLA, PROVIDER, TOML
from tests.formats.test_reading import DOCUMENTS, SYNC, for_ada
from tests.signing import Authority, write_files

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Command

ADDRESS = ("--address", "ada@example.com")
HOST = ("--service-host", "settings.example.net")


def options(target: str) -> tuple[str, ...]:
    """What a target needs beside a document that says its domain."""
    if target == "zone":
        return HOST
    return ADDRESS if target == "mobileconfig" or target in clients.PROGRAMS else ()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A client configuration."""
    path = tmp_path / "mail.xml"
    path.write_text(MOZILLA)
    return path


WITH_SYNC = replace(PROVIDER, incoming=(*PROVIDER.incoming, SYNC))


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("source", sorted(READERS))
def test_every_document_we_read_becomes_every_document_we_write(
    autoconfig: Command, tmp_path: Path, source: str, target: str
) -> None:
    path = tmp_path / "document"
    path.write_bytes(DOCUMENTS[source])
    run = autoconfig("convert", str(path), "--to", target, *options(target), "--domain", "example.com")
    only_sync = source in ("autodiscover-json", "mobilesync")
    if only_sync and target not in ("toml", "mobilesync"):
        assert (run.code, run.out) == (1, "")
        assert run.err.count("\n") == 1
    elif target == "mobilesync" and not only_sync:
        assert run.err == "autoconfig: The mobilesync answer says an ActiveSync server, and there is none.\n"
        assert (run.code, run.out) == (1, "")
    else:
        assert run.code == 0, run.err
        assert target in clients.PROGRAMS or recognised(run.stdout) == target


@pytest.mark.parametrize("target", ["mozilla", "autodiscover", "pacc", "mobileconfig", "zone", "msmtp"])
def test_the_bytes_are_those_that_render_writes(
    autoconfig: Command, folder: Path, target: str, tmp_path: Path
) -> None:
    (folder / "example.com.toml").write_text(TOML)
    path = folder / "example.com.toml"
    about = HOST if target == "zone" else ADDRESS
    converted = autoconfig("convert", str(path), "--to", target, *about)
    rendered = (
        autoconfig("dns", "records", "example.com", *HOST)
        if target == "zone"
        else autoconfig("render", target, ADDRESS[1])
    )
    assert (converted.code, converted.stdout) == (0, rendered.stdout)


def test_a_client_configuration_is_about_all_domains_or_one(autoconfig: Command, tmp_path: Path) -> None:
    path = tmp_path / "two.toml"
    provider = replace(PROVIDER, domains=("example.com", "example.org"))
    path.write_bytes(toml.render(provider))
    whole = autoconfig("convert", str(path), "--to", "mozilla")
    assert (whole.stdout, whole.err) == (mozilla.render(provider), "")
    one = autoconfig("convert", str(path), "--to", "mozilla", "--domain", "example.org")
    assert mozilla.parse(one.stdout).provider.domains == ("example.org",)
    assert one.err == "mozilla: domains: 1 of 2 domains is not said. (value 'example.com')\n"


def test_full_says_what_plain_does_not(autoconfig: Command, tmp_path: Path) -> None:
    path = tmp_path / "sync.toml"
    path.write_bytes(toml.render(WITH_SYNC))
    plain = autoconfig("convert", str(path), "--to", "mozilla")
    assert plain.err == "mozilla: incoming[1]: Left out: activeSync https://sync.example.com/.\n"
    full = autoconfig("convert", str(path), "--to", "mozilla", "--full")
    assert (full.code, full.err) == (0, "")
    assert mozilla.parse(full.stdout).provider == WITH_SYNC


def test_standard_input_is_read(autoconfig: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(MOZILLA.encode())))
    run = autoconfig("convert", "-", "--to", "toml")
    assert (run.code, run.stdout, run.err) == (0, toml.render(PROVIDER), "")


def test_a_pipe_of_two_conversions_gives_the_provider_back(process: Command, file: Path) -> None:
    zone = process("convert", str(file), "--to", "zone", *HOST)
    back = process("convert", "-", "--to", "toml", input=zone.stdout, stdin=None)
    assert back.code == 0
    assert toml.parse(back.stdout).provider.servers == PROVIDER.servers


def test_a_signed_profile_is_read(autoconfig: Command, tmp_path: Path) -> None:
    files = write_files(tmp_path, Authority())
    profile = mobileconfig.render(PROVIDER, EmailAddress("ada", "example.com"))
    assert profile is not None
    path = tmp_path / "signed.mobileconfig"
    path.write_bytes(Signer(str(files.cert), str(files.key))(profile))
    run = autoconfig("convert", str(path), "--to", "toml")
    assert toml.parse(run.stdout).provider.servers == PROVIDER.servers
    assert run.err == f"{path}: note: The signature is taken off; nobody checked it.\n"


def test_an_answer_for_an_address_says_its_domain_and_loses_the_address(
    autoconfig: Command, tmp_path: Path
) -> None:
    path = tmp_path / "answer.xml"
    path.write_bytes(for_ada(DOCUMENTS["autodiscover"]))
    run = autoconfig("convert", str(path), "--to", "toml")
    provider = toml.parse(run.stdout).provider
    assert (provider.domains, provider.servers) == (("example.com",), PROVIDER.servers)
    assert "ada" not in run.out


def test_a_provider_file_has_the_id_of_its_name(autoconfig: Command, tmp_path: Path) -> None:
    path = tmp_path / "named.example.toml"
    path.write_text(TOML.replace('id = "example.com"\n', ""))
    run = autoconfig("convert", str(path), "--to", "mozilla")
    assert mozilla.parse(run.stdout).provider.id == "named.example"


# What is lost


def test_what_was_dropped_while_reading_comes_first_with_its_line(autoconfig: Command, file: Path) -> None:
    file.write_text(MOZILLA.replace("</emailProvider>", '<incomingServer type="nntp"/></emailProvider>'))
    run = autoconfig("convert", str(file), "--to", "pacc")
    assert run.code == 0
    assert run.err.splitlines() == [
        f"{file}:21: emailProvider/incomingServer[2]: Server left out: its type is not known. (value 'nntp')",
        "pacc: domains: None of the domains is said. (value 'example.com')",
    ]


def test_json_has_the_document_and_all_that_is_lost(autoconfig: Command, file: Path) -> None:
    file.write_text(MOZILLA.replace("</emailProvider>", '<incomingServer type="nntp"/></emailProvider>'))
    run = autoconfig("convert", str(file), "--to", "pacc", "--json")
    assert (run.code, run.err) == (0, "")
    assert {**run.json, "document": json.loads(run.json["document"])["protocols"]["imap"]} == {
        "document": {"host": "imap.example.com"},
        "from": "mozilla",
        "to": "pacc",
        "lost": [
            {
                "path": "emailProvider/incomingServer[2]",
                "message": "Server left out: its type is not known.",
                "value": "nntp",
            },
            {"path": "domains", "message": "None of the domains is said.", "value": "example.com"},
        ],
    }


@pytest.mark.parametrize("target", sorted({*TARGETS} - {"mobilesync"}))
def test_the_list_is_that_of_the_losses(autoconfig: Command, tmp_path: Path, target: str) -> None:
    path = tmp_path / "sync.toml"
    path.write_bytes(toml.render(WITH_SYNC))
    run = autoconfig("convert", str(path), "--to", target, *options(target), "--json")
    mailbox = EmailAddress("ada", "example.com") if ADDRESS[0] in options(target) else None
    asking = Asking(domain=None if target in ("toml", "mozilla") else "example.com", mailbox=mailbox)
    expected = [remark.message for remark in losses(WITH_SYNC, target, asking)]
    assert [entry["message"] for entry in run.json["lost"]] == expected


def test_where_nothing_is_lost_nothing_is_said(autoconfig: Command, file: Path) -> None:
    run = autoconfig("convert", str(file), "--to", "toml")
    assert (run.code, run.err) == (0, "")


# Refusals


@pytest.mark.parametrize(
    ("content", "arguments", "code", "sentence"),
    [
        (b"<clientConfig", ("--to", "toml"), 1, ":1: The document is not well-formed XML: "),
        (b"name = \n", ("--to", "pacc"), 1, ":1: Not TOML: Invalid value."),
        (MOZILLA.encode(), ("--to", "toml", "--from", "pacc"), 1, ":1: Not JSON: Expecting value."),
        (plistlib.dumps({}), ("--to", "toml"), 1, ": The property list is not a configuration profile."),
        (b"\0" * 20_000_000, ("--to", "toml"), 1, ": The file is larger than 16777216 bytes."),
    ],
)
def test_what_cannot_be_read_is_one_sentence_with_file_and_line(
    autoconfig: Command, tmp_path: Path, content: bytes, arguments: tuple[str, ...], code: int, sentence: str
) -> None:
    path = tmp_path / "broken"
    path.write_bytes(content)
    run = autoconfig("convert", str(path), *arguments)
    assert (run.code, run.out, run.err.count("\n")) == (code, "", 1)
    assert run.err.startswith(f"autoconfig: {path}{sentence}")


@pytest.mark.parametrize(
    ("source", "arguments", "sentence"),
    [
        ("pacc", ("--to", "toml"), "A PACC document names no domain. Say which with --domain."),
        (
            "autodiscover",
            ("--to", "toml"),
            "The Autodiscover answer names no domain. Say which with --domain.",
        ),
        ("toml", ("--to", "msmtp"), "msmtp is about one mailbox. Say whose with --address."),
        (
            "toml",
            ("--to", "msmtp", "--domain", "example.com"),
            "msmtp is about one mailbox. Say whose with --address.",
        ),
        (
            "toml",
            ("--to", "zone"),
            "Say where the service runs: --service-host HOST, or set AUTOCONFIG_BASE_URL.",
        ),
        ("toml", ("--to", "pacc", "--full"), "--full goes with mozilla only."),
        ("toml", ("--to", "pacc", *HOST), "--service-host goes with zone only."),
        ("toml", ("--to", "pacc", "--domain", "-"), "'-' is not a domain name."),
        (
            "toml",
            ("--to", "pacc", "--address", "ada"),
            "An e-mail address has an @ between a name and a domain.",
        ),
        (
            "toml",
            ("--to", "pacc", "--domain", "a.example", *ADDRESS),
            "--domain and --address name different domains.",
        ),
        (
            "toml",
            ("--to", "pacc", "--password-command", "pass"),
            f"--password-command and --token-command go with {', '.join(clients.PROGRAMS)}.",
        ),
    ],
)
def test_wrong_use_is_one_sentence_and_exit_2(
    autoconfig: Command, tmp_path: Path, source: str, arguments: tuple[str, ...], sentence: str
) -> None:
    path = tmp_path / "document"
    path.write_bytes(DOCUMENTS[source])
    run = autoconfig("convert", str(path), *arguments)
    assert (run.code, run.out) == (2, "")
    assert run.err == f"autoconfig: {sentence}  See autoconfig convert --help.\n"


def test_a_file_that_is_not_there_is_wrong_use(autoconfig: Command, tmp_path: Path) -> None:
    run = autoconfig("convert", str(tmp_path / "nothing"), "--to", "toml")
    assert (run.code, run.out) == (2, "")


@pytest.mark.parametrize("json_too", [(), ("--json",)])
def test_a_provider_that_cannot_be_said_is_exit_1(
    autoconfig: Command, file: Path, json_too: tuple[str, ...]
) -> None:
    file.write_text(MOZILLA.replace("<port>993", "<port>143").replace(">SSL<", ">STARTTLS<"))
    run = autoconfig("convert", str(file), "--to", "pacc", *json_too)
    sentence = (
        "PACC cannot say any incoming server: "
        "imap.example.com has STARTTLS on port 143, not implicit TLS on port 993."
    )
    assert (run.code, run.out) == (1, "")
    assert run.err == (json.dumps({"error": sentence}) if json_too else f"autoconfig: {sentence}") + "\n"


# Which domain


def two_domains(**changes: object) -> Provider:
    return replace(PROVIDER, domains=("example.com", "example.org"), **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize("target", ["autodiscover", "pacc"])
def test_the_first_of_several_domains_stands_for_all_where_nothing_differs(
    autoconfig: Command, tmp_path: Path, target: str
) -> None:
    path = tmp_path / "two.toml"
    path.write_bytes(toml.render(two_domains()))
    assert autoconfig("convert", str(path), "--to", target).code == 0


@pytest.mark.parametrize("target", ["autodiscover", "pacc", "zone"])
def test_where_the_domain_makes_a_difference_it_must_be_said(
    autoconfig: Command, tmp_path: Path, target: str
) -> None:
    server = replace(PROVIDER.incoming[0], hostname="imap.%EMAILDOMAIN%")
    path = tmp_path / "two.toml"
    path.write_bytes(toml.render(two_domains(incoming=(server,))))
    run = autoconfig("convert", str(path), "--to", target, *options(target))
    assert run.code == 2
    sentence = "The settings of example.com and example.org are not the same. Say which with --domain."
    assert run.err == f"autoconfig: {sentence}  See autoconfig convert --help.\n"
    run = autoconfig("convert", str(path), "--to", target, *options(target), "--domain", "example.org")
    assert "imap.example.org" in run.out


def test_a_provider_of_no_domain_must_be_given_one(autoconfig: Command, tmp_path: Path) -> None:
    path = tmp_path / "none.toml"
    path.write_bytes(toml.render(replace(PROVIDER, domains=())))
    run = autoconfig("convert", str(path), "--to", "pacc")
    assert run.err.startswith("autoconfig: The document names no domain. Say which with --domain.")
    assert autoconfig("convert", str(path), "--to", "pacc", "--domain", "a.example").code == 0


def test_a_command_for_the_password_is_written_and_no_password(autoconfig: Command, file: Path) -> None:
    run = autoconfig("convert", str(file), "--to", "msmtp", *ADDRESS, "--password-command", "pass mail")
    assert 'passwordeval "pass mail"' in run.out
