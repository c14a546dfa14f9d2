"""What ``autoconfig resolve`` tells the resolver: options, and the environment below them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from autoconfig.resolver import Options
from tests.cli.resolved import found

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Command, ResolvesTo


def test_the_defaults_guess_and_ask_the_stores_of_the_environment(
    autoconfig: Command, resolves_to: ResolvesTo, folder: Path
) -> None:
    resolver = resolves_to(found())
    autoconfig("resolve", "ada@example.com")
    assert resolver.options == Options(guess=True)
    store = resolver.opened_with.pop("store")
    assert [entry.provider.id for entry in store.entries()] == ["example.com", "other.example"]
    assert resolver.opened_with == {
        "name_servers": ("127.0.0.1:1",),
        "doh_url": None,
        "allow_private_networks": False,
        "allow_http": False,
    }


@pytest.mark.parametrize(
    ("arguments", "options"),
    [
        (("--method", "srv", "--method", "mx"), Options(guess=True, methods=("srv", "mx"))),
        (("--timeout", "3"), Options(guess=True, deadline=3.0)),
        (("--patience", "0"), Options(guess=True, patience=0.0)),
        (("--allow-http",), Options(guess=True, allow_http=True)),
        (("--no-guess",), Options()),
        (
            ("--ispdb", "https://a.example/", "--ispdb", "https://b.example/?d="),
            Options(guess=True, ispdb_urls=("https://a.example/", "https://b.example/?d=")),
        ),
    ],
)
def test_an_option_reaches_the_resolver(
    autoconfig: Command, resolves_to: ResolvesTo, arguments: tuple[str, ...], options: Options
) -> None:
    resolver = resolves_to(found())
    assert autoconfig("resolve", "ada@example.com", *arguments).code == 0
    assert resolver.options == options


@pytest.mark.parametrize(
    ("arguments", "name", "value"),
    [
        (("--nameserver", "127.0.0.1:2", "--nameserver", "::1"), "name_servers", ("127.0.0.1:2", "::1")),
        (("--doh", "https://127.0.0.1/dns-query"), "doh_url", "https://127.0.0.1/dns-query"),
        (("--allow-private-networks",), "allow_private_networks", True),
        (("--allow-http",), "allow_http", True),
    ],
)
def test_an_option_opens_the_resolver(
    autoconfig: Command, resolves_to: ResolvesTo, arguments: tuple[str, ...], name: str, value: object
) -> None:
    resolver = resolves_to(found())
    assert autoconfig("resolve", "ada@example.com", *arguments).code == 0
    assert resolver.opened_with[name] == value


@pytest.mark.parametrize(
    ("variable", "text", "name", "value"),
    [
        ("AUTOCONFIG_NAMESERVERS", "127.0.0.1:2 127.0.0.1:3", "name_servers", ("127.0.0.1:2", "127.0.0.1:3")),
        ("AUTOCONFIG_DOH_URL", "https://127.0.0.1/dns-query", "doh_url", "https://127.0.0.1/dns-query"),
        ("AUTOCONFIG_ALLOW_PRIVATE_NETWORKS", "yes", "allow_private_networks", True),
        ("AUTOCONFIG_ALLOW_HTTP", "on", "allow_http", True),
    ],
)
def test_the_environment_opens_the_resolver(
    autoconfig: Command,
    resolves_to: ResolvesTo,
    monkeypatch: pytest.MonkeyPatch,
    variable: str,
    text: str,
    name: str,
    value: object,
) -> None:
    resolver = resolves_to(found())
    monkeypatch.setenv(variable, text)
    autoconfig("resolve", "ada@example.com")
    assert resolver.opened_with[name] == value


def test_the_databases_of_the_environment_are_asked(
    autoconfig: Command, resolves_to: ResolvesTo, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolver = resolves_to(found())
    monkeypatch.setenv("AUTOCONFIG_ISPDB_URLS", "https://a.example/v1.1/ https://b.example/")
    autoconfig("resolve", "ada@example.com")
    assert resolver.options.ispdb_urls == ("https://a.example/v1.1/", "https://b.example/")


def test_a_name_server_of_the_command_line_goes_before_doh_of_the_environment(
    autoconfig: Command, resolves_to: ResolvesTo, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolver = resolves_to(found())
    monkeypatch.setenv("AUTOCONFIG_DOH_URL", "https://127.0.0.1/dns-query")
    autoconfig("resolve", "ada@example.com", "--nameserver", "127.0.0.1:2")
    assert (resolver.opened_with["doh_url"], resolver.opened_with["name_servers"]) == (None, ("127.0.0.1:2",))


def test_methods_that_need_no_store_open_none(autoconfig: Command, resolves_to: ResolvesTo) -> None:
    resolver = resolves_to(found())
    run = autoconfig("resolve", "ada@example.com", "--method", "srv", "--providers", "/nowhere")
    assert (run.code, resolver.opened_with["store"]) == (0, None)


def test_a_store_that_cannot_be_opened_is_exit_1(autoconfig: Command, resolves_to: ResolvesTo) -> None:
    resolves_to(found())
    run = autoconfig("resolve", "ada@example.com", "--providers", "/nowhere")
    assert (run.code, run.out) == (1, "")
    assert run.err.startswith("autoconfig: The provider folder /nowhere cannot be read: ")
