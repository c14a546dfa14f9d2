"""``autoconfig resolve ADDRESS``: exit codes, JSON and documents."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from autoconfig.cli.documents import FORMATS
from autoconfig.cli.resolve import METHODS
from autoconfig.formats import mozilla, pacc, toml
from autoconfig.resolver import methods
from autoconfig.resolver.outcome import Trust
from tests.cli.resolved import ADDRESS, asked, dav, found, nothing, tcp
from tests.shared import shared_path

if TYPE_CHECKING:
    from autoconfig.resolver import Resolution
    from tests.cli.conftest import Command, ResolvesTo

OFFLINE = nothing(offline=True, reason="Nobody could be asked about example.com: The name server is silent.")


# --- exit codes


def test_settings_that_are_found_are_exit_0(autoconfig: Command, resolves_to: ResolvesTo) -> None:
    resolves_to(found())
    run = autoconfig("resolve", "ada@example.com")
    assert (run.code, run.err) == (0, "")
    assert run.out.startswith("Example Mail: settings of ada@example.com\n")


def test_nothing_found_is_one_sentence_and_exit_1(autoconfig: Command, resolves_to: ResolvesTo) -> None:
    resolves_to(nothing())
    run = autoconfig("resolve", "ada@example.com")
    said = "autoconfig: No settings were found for example.com.\n"
    assert (run.code, run.out, run.err) == (1, "", said)


@pytest.mark.parametrize(("count", "said"), [(1, "1 question"), (2, "2 questions")])
def test_nothing_found_tells_of_questions_that_failed(
    autoconfig: Command, resolves_to: ResolvesTo, count: int, said: str
) -> None:
    resolves_to(nothing(trace=(asked("mx", "MX example.com", "failed"),) * count))
    run = autoconfig("resolve", "ada@example.com")
    assert run.err.endswith(f" {said} got no usable answer; --trace shows why.\n")


def test_being_offline_is_exit_3(autoconfig: Command, resolves_to: ResolvesTo) -> None:
    resolves_to(OFFLINE)
    run = autoconfig("resolve", "ada@example.com")
    assert (run.code, run.out, run.err) == (3, "", f"autoconfig: {OFFLINE.reason}\n")


@pytest.mark.parametrize("address", ["example.com", "ada@", "ada@exa mple.com", "a..b@example.com", ""])
def test_a_malformed_address_is_exit_2_and_asks_nobody(
    autoconfig: Command, resolves_to: ResolvesTo, address: str
) -> None:
    resolver = resolves_to(found())
    run = autoconfig("resolve", address)
    assert (run.code, run.out, run.err.count("\n")) == (2, "", 1)
    assert run.err.endswith("  See autoconfig resolve --help.\n")
    assert resolver.addresses == []


@pytest.mark.parametrize("address", ["ada@EXAMPLE.com", '"a b"@example.com', "ü@example.com"])
def test_every_kind_of_address_is_resolved(
    autoconfig: Command, resolves_to: ResolvesTo, address: str
) -> None:
    resolver = resolves_to(found())
    assert autoconfig("resolve", address).code == 0
    assert [str(asked) for asked in resolver.addresses] == [address.lower()]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            ("--format", "mozilla", "--json"),
            "--format goes with one address, and without --json and",
        ),
        (("--format", "pacc", "--trace"), "--format goes with one address, and without --json and"),
        (("--jobs", "5"), "--jobs, --processes and --resume go with - as address."),
        (("--resume", "x"), "--jobs, --processes and --resume go with - as address."),
        (("--doh", "https://x.example/", "--nameserver", "127.0.0.1"), "--doh and --nameserver exclude each"),
        (("--nameserver", "dns.example"), "--nameserver holds 'dns.example', which is not a name server"),
        (("--doh", "http://x.example/"), "--doh is 'http://x.example/', which is not a URL such as https://"),
        (("--ispdb", "v1.ispdb.net"), "--ispdb holds 'v1.ispdb.net', which is not a URL such as https://"),
        (("--method", "magic"), "'magic' is not one of 'local', 'isp'"),
        (("--format", "word"), "'word' is not one of '"),
        (("--timeout", "0"), "0.0 is not in the range 0<x<=600."),
        (("more",), "Got unexpected extra argument (more)"),
    ],
)
def test_wrong_use_is_one_sentence_and_exit_2(
    autoconfig: Command, resolves_to: ResolvesTo, arguments: tuple[str, ...], sentence: str
) -> None:
    resolver = resolves_to(found())
    run = autoconfig("resolve", "ada@example.com", *arguments)
    assert (run.code, run.out, run.err.count("\n")) == (2, "", 1)
    assert sentence in run.err
    assert resolver.addresses == []


def test_a_document_of_many_addresses_is_wrong_use(autoconfig: Command, resolves_to: ResolvesTo) -> None:
    resolves_to(found())
    assert autoconfig("resolve", "-", "--format", "mozilla").code == 2


# --- JSON


def contract() -> dict[str, Any]:
    """The JSON of a resolution as the contract shows it."""
    text = shared_path("contract.md").read_text("utf-8")
    block = re.search(r"^## JSON of a resolution\n```json\n(.+?)\n```", text, re.MULTILINE | re.DOTALL)
    assert block is not None
    content = json.loads(block[1])
    assert isinstance(content, dict)
    return content


def test_json_has_every_member_of_the_contract(autoconfig: Command, resolves_to: ResolvesTo) -> None:
    resolves_to(found(other=(dav(),)))
    shown = autoconfig("resolve", "ada@example.com", "--json").json
    wanted = contract()
    assert wanted.keys() - shown.keys() == set()
    assert wanted["provider"].keys() - shown["provider"].keys() == set()
    for name in ("incoming", "other", "trace"):
        assert wanted[name][0].keys() - shown[name][0].keys() == set()


def test_json_says_what_was_found(autoconfig: Command, resolves_to: ResolvesTo) -> None:
    resolution = found(other=(dav(),), confirm=("example.net",))
    resolves_to(resolution)
    run = autoconfig("resolve", "ada@example.com", "--json")
    assert (run.code, run.err) == (0, "")
    assert run.json == resolution.as_dict()


@pytest.mark.parametrize(("resolution", "code"), [(nothing(), 1), (OFFLINE, 3)])
def test_json_says_that_nothing_was_found(
    autoconfig: Command, resolves_to: ResolvesTo, resolution: Resolution, code: int
) -> None:
    resolves_to(resolution)
    run = autoconfig("resolve", "ada@example.com", "--json")
    assert (run.code, run.err) == (code, "")
    assert (run.json["found"], run.json["provider"], run.json["detail"]) == (False, None, resolution.reason)


def test_a_malformed_address_is_a_json_error_where_json_was_asked(
    autoconfig: Command, resolves_to: ResolvesTo
) -> None:
    resolves_to(found())
    run = autoconfig("resolve", "ada", "--json")
    assert (run.code, run.out) == (2, "")
    assert json.loads(run.err) == {"error": "An e-mail address has an @ between a name and a domain."}


# --- documents


def test_a_mozilla_document_is_for_every_mailbox(autoconfig: Command, resolves_to: ResolvesTo) -> None:
    resolves_to(found())
    run = autoconfig("resolve", "ada@example.com", "--format", "mozilla")
    assert (run.code, run.err) == (0, "")
    provider = mozilla.parse(run.stdout).provider
    assert [server.username for server in provider.servers] == ["%EMAILADDRESS%"] * 2
    assert b"ada" not in run.stdout


def test_an_autodiscover_document_names_the_address(autoconfig: Command, resolves_to: ResolvesTo) -> None:
    resolves_to(found())
    run = autoconfig("resolve", "ada@example.com", "--format", "autodiscover")
    assert b"<LoginName>ada@example.com</LoginName>" in run.stdout


def test_a_pacc_document_is_made_of_what_was_found(autoconfig: Command, resolves_to: ResolvesTo) -> None:
    resolves_to(found(outgoing=()))
    run = autoconfig("resolve", "ada@example.com", "--format", "pacc")
    provider = pacc.parse(run.stdout, "example.com").provider
    assert [server.hostname for server in provider.incoming] == ["imap.example.com"]  # type: ignore[union-attr]


def test_a_provider_file_serves_the_domain_that_was_asked(
    autoconfig: Command, resolves_to: ResolvesTo
) -> None:
    resolves_to(found(tcp(username="ada")))
    run = autoconfig("resolve", "bob@customer.example", "--format", "toml")
    provider = toml.parse(run.stdout).provider
    assert provider.domains == ("customer.example",)
    # bob's address was not filled in anywhere: what the server named is kept
    assert provider.incoming[0].username == "ada"


def test_a_document_that_cannot_be_written_is_one_sentence_and_exit_1(
    autoconfig: Command, resolves_to: ResolvesTo
) -> None:
    resolves_to(found())
    run = autoconfig("resolve", "ada@example.com", "--format", "mobilesync")
    said = "autoconfig: The provider of example.com has nothing that mobilesync can say.\n"
    assert (run.code, run.out, run.err) == (1, "", said)


@pytest.mark.parametrize(("resolution", "code"), [(nothing(), 1), (OFFLINE, 3)])
def test_there_is_no_document_of_nothing(
    autoconfig: Command, resolves_to: ResolvesTo, resolution: Resolution, code: int
) -> None:
    resolves_to(resolution)
    run = autoconfig("resolve", "ada@example.com", "--format", "toml")
    assert (run.code, run.out) == (code, "")


# --- tables that stand in two places


def test_the_methods_are_those_of_the_resolver() -> None:
    assert methods.METHODS == METHODS


@pytest.mark.parametrize("format_name", sorted(FORMATS))
def test_every_format_of_render_can_be_asked_for(
    autoconfig: Command, resolves_to: ResolvesTo, format_name: str
) -> None:
    resolves_to(found(trust=Trust.DNS))
    run = autoconfig("resolve", str(ADDRESS), "--format", format_name)
    assert run.code in (0, 1)
    assert (run.stdout == b"") == (run.code == 1)
