"""The models of the mail programs, held against what the programs' own test suites say."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import pytest

from autoconfig.advice.clients import CLIENTS, Reading, ReadServer, thunderbird_android, thunderbird_desktop
from autoconfig.model import EmailAddress
from tests.shared import shared_path

_READERS = {
    "Thunderbird desktop (readFromXML)": "Thunderbird desktop",
    "Thunderbird for Android (RealAutoconfigParser)": "Thunderbird for Android",
    "Delta Chat core (auto_mozilla.rs)": "Delta Chat",
    "Nextcloud Mail (IspDb.php)": "Nextcloud Mail",
    "pimalaya io-discovery (serde types)": "pimalaya",
}
# What each program drops after its parser, or before ours has looked: kinds it does not use.
_USED = {"Delta Chat": ("imap", "smtp"), "Nextcloud Mail": ("imap", "smtp")}
# The literal placeholder in an expectation means that the test gave no address.
_NO_ADDRESS = "placeholder.kept@example.com"


@pytest.fixture(autouse=True)
def _registered_issuers(monkeypatch: pytest.MonkeyPatch) -> None:
    # One of Thunderbird's tests registers an issuer of its own while it runs.
    known = thunderbird_desktop.OAUTH2_HOSTS | {"external.test"}
    monkeypatch.setattr(thunderbird_desktop, "OAUTH2_HOSTS", known)


@cache
def _documents() -> list[dict[str, Any]]:
    index = json.loads(shared_path("corpora", "clients", "expectations.json").read_bytes())
    return [entry for entry in index["documents"] if entry["client"] in _READERS]


def _read(entry: dict[str, Any]) -> Reading:
    document = shared_path("corpora", "clients", *entry["file"].split("/")).read_bytes()
    address = EmailAddress.parse(entry.get("email") or _NO_ADDRESS)
    name = _READERS[entry["client"]]
    if "graph" in entry["file"] or "exchange.test" in entry["file"]:
        # These tests of Thunderbird's set its preference for Graph.
        return thunderbird_desktop.read(document, address, graph=True)
    return next(client for client in CLIENTS if client.name == name).read(document, address)


def test_every_document_of_the_clients_is_judged_as_its_client_judges_it() -> None:
    wrong = {
        entry["file"]: reading.reason or "accepted"
        for entry in _documents()
        if (reading := _read(entry)).accepted != (entry["verdict"] == "accept")
    }
    assert wrong == {}


@pytest.mark.parametrize("direction", ["incoming", "outgoing"])
def test_every_accepted_document_gives_the_servers_its_client_expects(direction: str) -> None:
    compared = 0
    for entry in _documents():
        if entry["verdict"] != "accept" or not entry.get("expected"):
            continue
        used = _USED.get(_READERS[entry["client"]])
        expected = [
            server for server in entry["expected"][direction] if used is None or server["type"] in used
        ]
        found = getattr(_read(entry), direction)
        if _READERS[entry["client"]] == "Nextcloud Mail":
            expected = expected[:1]
        address = EmailAddress.parse(entry.get("email") or _NO_ADDRESS)
        assert len(found) == len(expected), entry["file"]
        for server, wanted in zip(found, expected, strict=True):
            assert _facts(server) == _expected(wanted, address, server), entry["file"]
        compared += len(expected)
    assert compared > 20


def _facts(server: ReadServer) -> dict[str, Any]:
    return {
        "type": server.type,
        "hostname": server.hostname,
        "port": server.port,
        "socketType": server.socket_type,
        "authentication": list(server.authentication) if server.authentication is not None else None,
        "username": server.username,
    }


def _expected(server: dict[str, Any], address: EmailAddress, found: ReadServer) -> dict[str, Any]:
    username = server.get("username")
    if username is not None:
        username = username.replace("%EMAILADDRESS%", str(address))
        username = username.replace("%EMAILLOCALPART%", address.local_part)
    authentication = server.get("authentication")
    if authentication is not None and found.authentication is not None:
        # An expectation may name the first of several only.
        authentication = [*authentication, *found.authentication[len(authentication) :]]
    return {
        "type": server["type"],
        "hostname": server.get("hostname"),
        "port": server.get("port"),
        "socketType": server.get("socketType"),
        "authentication": authentication,
        "username": username,
    }


@pytest.mark.parametrize(
    ("key", "read"), [("android", thunderbird_android.read), ("desktop", thunderbird_desktop.read)]
)
def test_the_models_make_of_every_ispdb_document_what_both_thunderbirds_make_of_it(
    key: str, read: Any
) -> None:
    lines = shared_path("corpora", "clients", "ispdb_per_client.jsonl").read_text().splitlines()
    assert len(lines) == 163
    for line in lines:
        entry = json.loads(line)
        reading = read(shared_path("ispdb", entry["file"]).read_bytes(), EmailAddress.parse(entry["email"]))
        verdict = entry[key]
        assert reading.accepted == (verdict["verdict"] == "accept"), (entry["file"], reading.reason)
        if reading.accepted:
            counts = (len(reading.incoming), len(reading.outgoing))
            assert counts == (verdict["incoming"], verdict["outgoing"]), entry["file"]
