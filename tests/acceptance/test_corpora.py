"""The documents of the mail programs' own test suites, read as a good client should read them."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import pytest

from autoconfig.advice.clients import CLIENTS
from autoconfig.errors import FormatError
from autoconfig.formats import mozilla
from autoconfig.model import EmailAddress, TcpServer
from tests.shared import shared_path

_WORDS = {"plain": "password-cleartext", "secure": "password-encrypted"}
_NO_LOGIN = ("none", "client-IP-address", "smtp-after-pop")
# Two stray characters after the root element: no XML, and a stream reader does not notice.
_NOT_WELL_FORMED = "chatmail-core/outlook.com.xml"


@cache
def _entries() -> list[dict[str, Any]]:
    index = json.loads(shared_path("corpora", "clients", "expectations.json").read_bytes())
    documents: list[dict[str, Any]] = index["documents"]
    return documents


def _document(entry: dict[str, Any]) -> bytes:
    return shared_path("corpora", "clients", *entry["file"].split("/")).read_bytes()


def _address(entry: dict[str, Any]) -> EmailAddress:
    return EmailAddress.parse(entry.get("email") or "fred@example.com")


def test_there_are_68_documents() -> None:
    assert len(_entries()) == 68


def test_what_its_client_accepts_we_accept_with_the_same_servers() -> None:
    compared = 0
    for entry in _entries():
        if entry["verdict"] != "accept" or entry["file"] == _NOT_WELL_FORMED:
            continue
        provider = mozilla.parse(_document(entry)).provider.for_address(_address(entry))
        for direction in ("incoming", "outgoing"):
            for wanted in (entry.get("expected") or {}).get(direction, ()):
                servers = getattr(provider, direction)
                assert any(_agrees(server, wanted, _address(entry)) for server in servers), (
                    entry["file"],
                    wanted,
                )
                compared += 1
    assert compared > 80


def _agrees(server: Any, wanted: dict[str, Any], address: EmailAddress) -> bool:
    """The same type, place, security and login name; the authentication it chose is among ours."""
    username = wanted.get("username")
    if username is not None:
        username = username.replace("%EMAILADDRESS%", str(address))
        username = username.replace("%EMAILLOCALPART%", address.local_part)
    if server.type != wanted["type"] or server.username != username:
        return False
    chosen = [_WORDS.get(word, word) for word in wanted.get("authentication") or ()]
    if not all(
        word in server.authentication or (word == "none" and set(_NO_LOGIN) & set(server.authentication))
        for word in chosen
    ):
        return False
    if not isinstance(server, TcpServer):
        return bool(server.url == wanted.get("url"))
    place = (server.hostname, server.port, server.socket_type)
    return place == (wanted["hostname"], wanted["port"], wanted["socketType"])


def test_what_any_client_accepts_we_accept() -> None:
    accepted = []
    for entry in _entries():
        document, address = _document(entry), _address(entry)
        if entry["file"] != _NOT_WELL_FORMED and any(
            reader.read(document, address).accepted for reader in CLIENTS
        ):
            assert mozilla.parse(document).provider.servers, entry["file"]
            accepted.append(entry["file"])
    assert len(accepted) == 63


def test_what_all_clients_refuse_we_refuse_with_the_reason() -> None:
    refused = {}
    for entry in _entries():
        document, address = _document(entry), _address(entry)
        if any(reader.read(document, address).accepted for reader in CLIENTS):
            continue
        with pytest.raises(FormatError) as caught:
            mozilla.parse(document)
        refused[entry["file"].rpartition("/")[2]] = str(caught.value)
    assert refused == {
        "not-xml.xml": "The document is not well-formed XML: Start tag expected, '<' not found.",
        "wrong-root.xml": "The root element is serverConfig, not clientConfig.",
        "syntax-error.xml": "The document is not well-formed XML: "
        "Opening and ending tag mismatch: emailProvider line 3 and clientConfig.",
        "truncated.xml": "The document is not well-formed XML: "
        "Premature end of data in tag emailProvider line 3.",
    }


def test_a_document_that_is_no_xml_is_refused_though_a_stream_reader_takes_it() -> None:
    document = shared_path("corpora", "clients", *_NOT_WELL_FORMED.split("/")).read_bytes()
    with pytest.raises(FormatError, match="not well-formed"):
        mozilla.parse(document)
