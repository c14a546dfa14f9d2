"""PACC documents of other servers in three dialects, as their index says they should be read."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import pytest

from autoconfig.errors import FormatError
from autoconfig.formats import pacc
from autoconfig.model import Provider, TcpServer
from tests.shared import shared_path

SERVERS = {
    "ietf-02-full-example.json": {
        "imap": "imap.example.com",
        "pop3": "pop3.example.com",
        "jmap": "https://jmap.example.com/session",
        "smtp": "smtp.example.com",
        "caldav": "https://sync.example.com/calendar/",
        "carddav": "https://sync.example.com/contacts/",
    },
    "ietf-02-ignores-unknown-properties.json": {"imap": "imap.example.com"},
    "ietf-02-password-only-auth.json": {"imap": "mail.example.com"},
    "ietf-03-automx3.json": {
        "imap": "imap.example.test",
        "pop3": "pop.example.test",
        "jmap": "https://jmap.example.test/session",
        "smtp": "smtp.example.test",
        "caldav": "https://sync.example.test/calendar/",
    },
    "bucksch-2025-example.json": {
        "imap": "imap.example.net",
        "pop3": "pop3.example.net",
        "jmap": "https://jmap.example.net/session",
        "smtp": "pop3.example.net",
        "caldav": "https://sync.example.net/calendar/",
        "carddav": "https://sync.example.net/contacts/",
    },
}
"""What each document offers, by type; no account can be set up with the others."""

NO_SERVER = ("ietf-02-minimal-config.json", "ietf-02-logo-with-dimensions.json")
NO_JSON = "bucksch-2025-example-as-printed.txt"

IETF = sorted(name for name in SERVERS if name.startswith("ietf"))


@cache
def document(name: str) -> bytes:
    return shared_path("corpora", "pacc", name).read_bytes()


def provider(name: str) -> Provider:
    return pacc.parse(document(name), "example.com").provider


def test_every_document_of_the_index_is_looked_at() -> None:
    index: dict[str, Any] = json.loads(document("documents.json"))
    assert {entry["file"] for entry in index["documents"]} == {*SERVERS, *NO_SERVER, NO_JSON}


@pytest.mark.parametrize("name", sorted(SERVERS))
def test_every_server_is_found(name: str) -> None:
    found = {
        str(server.type): server.hostname if isinstance(server, TcpServer) else server.url
        for server in provider(name).servers
    }
    assert found == SERVERS[name]


@pytest.mark.parametrize("name", NO_SERVER)
def test_a_document_without_servers_is_refused(name: str) -> None:
    with pytest.raises(FormatError, match=r"^The document has no usable server\.$"):
        pacc.parse(document(name), "example.com")


def test_what_is_printed_in_the_draft_is_no_json() -> None:
    with pytest.raises(FormatError, match=r"^Not JSON: "):
        pacc.parse(document(NO_JSON), "example.com")


def test_the_full_example_is_read_whole() -> None:
    full = provider("ietf-02-full-example.json")
    assert (full.display_name, full.short_name) == ("Example Provider Name", "Example")
    assert full.oauth2 is not None
    assert full.oauth2.issuer_url == "https://auth.example.com"
    assert [page.url for page in full.documentation] == [
        "https://help.example.net/howto/set-up-your-mail-app.html"
    ]
    assert [[str(word) for word in server.authentication] for server in full.servers] == [
        ["OAuth2", "password-cleartext"],
        ["OAuth2", "password-cleartext"],
        ["OAuth2", "http-basic"],
        ["OAuth2", "password-cleartext"],
        ["OAuth2", "http-basic"],
        ["OAuth2", "http-basic"],
    ]


def test_what_the_standard_does_not_know_is_remarked_and_nothing_else() -> None:
    assert pacc.parse(document("ietf-02-full-example.json"), "example.com").remarks == ()
    parsed = pacc.parse(document("ietf-02-ignores-unknown-properties.json"), "example.com")
    assert [remark.value for remark in parsed.remarks] == ["future-protocol", None]


def test_the_individual_draft_is_read_whole() -> None:
    acme = provider("bucksch-2025-example.json")
    assert (acme.display_name, acme.short_name) == ("ACME BestService WorkPlaceMail", "ACME")
    assert acme.oauth2 is not None
    assert acme.oauth2.issuer == "auth.example.net"
    ports = {str(server.type): server.port for server in acme.servers if isinstance(server, TcpServer)}
    assert ports == {"imap": 993, "pop3": 995, "smtp": 465}


@pytest.mark.parametrize("name", IETF)
def test_what_was_read_is_written_and_read_as_the_same(name: str) -> None:
    read = provider(name)
    body = pacc.render(read, "example.com")
    assert body is not None
    assert pacc.parse(body, "example.com").provider == read


def test_the_document_of_automx_says_the_same_when_we_write_it() -> None:
    name = "ietf-03-automx3.json"
    theirs = json.loads(document(name))
    # The model keeps an issuer without its final slash.
    theirs["authentication"]["oauth-public"]["issuer"] = "https://identity.example.test"
    body = pacc.render(provider(name), "example.com")
    assert body is not None
    assert json.loads(body) == theirs


def test_the_record_of_automx_is_ours_to_the_letter() -> None:
    record = "v=UAAC1; a=sha256; d=Yv17O1u1N+KeOhLF0eZv/RNE2t6o6NHAYCskZubeISE="
    body = document("ietf-03-automx3.json")
    assert pacc.txt_record(body) == record
    assert pacc.digest(body) in pacc.digests_of([record])
