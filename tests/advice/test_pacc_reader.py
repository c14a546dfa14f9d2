"""How pimalaya reads PACC, on the examples of the drafts."""

from __future__ import annotations

import json
from typing import Any

import pytest

from autoconfig.advice.clients import pimalaya_pacc
from tests.shared import shared_path


def example(name: str) -> bytes:
    return shared_path("corpora", "pacc", name).read_bytes()


@pytest.mark.parametrize(
    "name",
    [
        "ietf-02-full-example.json",
        "ietf-02-logo-with-dimensions.json",
        "ietf-02-password-only-auth.json",
        "ietf-02-ignores-unknown-properties.json",
    ],
)
def test_examples_of_its_draft_are_read_if_they_name_an_authentication(name: str) -> None:
    document = example(name)
    reading = pimalaya_pacc.read(document)
    assert reading.code == ("" if "authentication" in json.loads(document) else "pacc-incomplete")


def test_the_servers_of_the_full_example() -> None:
    reading = pimalaya_pacc.read(example("ietf-02-full-example.json"))
    protocols = json.loads(example("ietf-02-full-example.json"))["protocols"]
    assert [(one.type, one.hostname, one.port, one.socket_type) for one in reading.incoming] == [
        ("imap", protocols["imap"]["host"], 993, "SSL"),
        ("pop3", protocols["pop3"]["host"], 995, "SSL"),
    ]
    assert [(one.type, one.hostname, one.port) for one in reading.outgoing] == [
        ("smtp", protocols["smtp"]["host"], 465)
    ]


def test_outgoing_mail_of_the_next_draft_is_not_seen() -> None:
    reading = pimalaya_pacc.read(example("ietf-03-automx3.json"))
    assert (len(reading.incoming), reading.outgoing) == (2, ())


@pytest.mark.parametrize("name", ["ietf-02-minimal-config.json", "bucksch-2025-example.json"])
def test_a_document_without_what_it_requires_is_refused(name: str) -> None:
    assert pimalaya_pacc.read(example(name)).code == "pacc-incomplete"


def test_what_is_no_json_is_refused() -> None:
    assert pimalaya_pacc.read(example("bucksch-2025-example-as-printed.txt")).code == "pacc-broken"
    assert pimalaya_pacc.read(b"[" * 100_000).code == "pacc-broken"


COMPLETE: dict[str, Any] = {
    "protocols": {"imap": {"host": "imap.example.com"}},
    "authentication": {"password": True},
    "info": {"provider": {"name": "Example"}},
}


@pytest.mark.parametrize(
    "change",
    [
        {"protocols": []},
        {"protocols": {"imap": "imap.example.com"}},
        {"protocols": {"imap": {"host": 7}}},
        {"authentication": None},
        {"info": {"provider": {}}},
        {"info": {"provider": {"name": None}}},
    ],
    ids=json.dumps,
)
def test_a_member_of_the_wrong_kind_refuses_the_document(change: dict[str, Any]) -> None:
    assert pimalaya_pacc.read(json.dumps(COMPLETE).encode()).accepted
    assert pimalaya_pacc.read(json.dumps(COMPLETE | change).encode()).code == "pacc-incomplete"
