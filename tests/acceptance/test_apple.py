"""Apple profiles of every provider that ships and of the whole ISPDB, held against Apple's own schema."""

from __future__ import annotations

import json
import plistlib
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest

from autoconfig.formats import mobileconfig
from autoconfig.model import EmailAddress, Provider, UrlServer
from autoconfig.settings import shipped_providers
from autoconfig.stores import open_store
from tests.shared import shared_path

if TYPE_CHECKING:
    from pathlib import Path

    from autoconfig.model import AnyServer

_TYPES = {"string": str, "integer": int, "boolean": bool, "array": list}

_SHIPPED_WITHOUT = {"office365.com", "outlook.com"}

# Implicit TLS on 587: a profile says that there is TLS, and the port says STARTTLS.
_TLS_ON_AN_ODD_PORT = {"charter.net"}


@cache
def _schema() -> dict[str, dict[str, dict[str, Any]]]:
    schema: dict[str, dict[str, dict[str, Any]]] = json.loads(
        shared_path("corpora", "apple", "apple.json").read_bytes()
    )
    return schema


def _wrong(payload: dict[str, Any], keys: dict[str, dict[str, Any]]) -> list[str]:
    """What Apple's schema has against a payload."""
    keys = _schema()["CommonPayloadKeys"] | keys
    found = [f"{key} is missing" for key, rule in keys.items() if rule["required"] and key not in payload]
    for key, value in payload.items():
        rule = keys.get(key)
        if rule is None:
            found.append(f"{key} is not known")
        elif type(value) is not _TYPES[rule["type"]]:
            found.append(f"{key} is a {type(value).__name__}")
        elif value not in rule.get("allowed", [value]):
            found.append(f"{key} cannot be {value!r}")
    return found


def _providers(folder: Path) -> list[tuple[Provider, EmailAddress]]:
    providers = [entry.provider for entry in open_store(str(folder)).entries()]
    return [
        (provider, EmailAddress("ada.lovelace", (provider.domains or provider.mx_domains)[0]))
        for provider in providers
    ]


@pytest.fixture(scope="module", params=["shipped", "ispdb"])
def providers(request: pytest.FixtureRequest) -> list[tuple[Provider, EmailAddress]]:
    """Every provider of a database with an address of its first domain."""
    return _providers(shipped_providers() if request.param == "shipped" else shared_path("ispdb"))


def test_every_profile_keeps_the_schema(providers: list[tuple[Provider, EmailAddress]]) -> None:
    wrong = {}
    for provider, address in providers:
        body = mobileconfig.render(provider, address, "Ada Lovelace")
        if body is None:
            continue
        profile = plistlib.loads(body)
        found = _wrong(profile, _schema()["TopLevel"])
        for payload in profile["PayloadContent"]:
            found += _wrong(payload, _schema()[payload["PayloadType"]])
        if found:
            wrong[provider.id] = found
    assert wrong == {}


def test_use_ssl_is_always_written(providers: list[tuple[Provider, EmailAddress]]) -> None:
    silent = [
        provider.id
        for provider, address in providers
        if (body := mobileconfig.render(provider, address)) is not None
        and body.count(b"HostName</key>") != body.count(b"UseSSL</key>")
    ]
    assert silent == []


def test_what_has_no_profile_wants_oauth2(providers: list[tuple[Provider, EmailAddress]]) -> None:
    without = {
        provider.id: mobileconfig.unsayable(provider, address)
        for provider, address in providers
        if mobileconfig.render(provider, address) is None
    }
    assert all(reason.endswith(" wants OAuth2.") for reason in without.values()), without


def test_the_shipped_providers_without_a_profile_are_known() -> None:
    shipped = _providers(shipped_providers())
    assert {
        provider.id for provider, address in shipped if mobileconfig.render(provider, address) is None
    } == _SHIPPED_WITHOUT


def test_every_profile_is_read_as_the_facts_it_was_written_from(
    providers: list[tuple[Provider, EmailAddress]],
) -> None:
    differ = {}
    for provider, address in providers:
        body = mobileconfig.render(provider, address)
        if body is None:
            continue
        parsed = mobileconfig.parse(body)
        expected = [_facts(server, address) for server in provider.for_address(address).servers]
        read = [_facts(server, address) for server in parsed.provider.for_address(address).servers]
        if parsed.remarks or not read or any(server not in expected for server in read):
            differ[provider.id] = (parsed.remarks, read, expected)
    assert set(differ) <= _TLS_ON_AN_ODD_PORT, differ


def _facts(server: AnyServer, address: EmailAddress) -> tuple[object, ...]:
    """What a profile says of a server: place, protection and login name, the address where none is named."""
    if isinstance(server, UrlServer):
        return (server.type, server.url, server.username or str(address))
    return (server.type, server.hostname, server.port, server.socket_type, server.username or str(address))
