"""Every provider we ship and every one of the ISPDB, for every program: its servers, or one sentence."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from itertools import product
from typing import TYPE_CHECKING

import pytest

from autoconfig.errors import NothingFound
from autoconfig.formats import mozilla, toml
from autoconfig.formats.clients import PROGRAMS, Secrets, render
from autoconfig.model import EmailAddress, SocketType, TcpServer
from tests.conftest import FIGURE
from tests.shared import shared_path
from tests.test_layers import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from autoconfig.model import AnyServer, Provider

SECRETS = Secrets(password_command="pw", token_command="token")
SOURCES = ("shipped", "ispdb")
LEAST = 0.6
"""The share of providers for which every program has a file: many of the ISPDB have no IMAP with TLS."""

_SAFETY = (SocketType.PLAIN, SocketType.STARTTLS, SocketType.SSL)


@cache
def providers(source: str) -> tuple[Provider, ...]:
    """The providers of one source, each filled for a mailbox of its own."""
    if source == "shipped":
        files = sorted((ROOT / "providers").glob("*.toml"))
        found = [toml.parse(file.read_bytes(), default_id=file.stem).provider for file in files]
    else:
        documents = [file.read_bytes() for file in sorted(shared_path("ispdb").iterdir())]
        found = [mozilla.parse(data).provider for data in documents if b"<clientConfig" in data]
    return tuple(provider.for_address(mailbox(provider)) for provider in found)


def mailbox(provider: Provider) -> EmailAddress:
    """A mailbox at the first domain of a provider."""
    return EmailAddress.parse(f"ada@{(*provider.domains, *provider.mx_domains)[0]}")


@cache
def outcome(program: str, provider: Provider) -> bytes | str:
    """The file for a mailbox at the provider, or the sentence that says why there is none."""
    try:
        return render(program, provider, mailbox(provider), SECRETS)
    except NothingFound as error:
        return str(error)


def written(program: str, source: str) -> Iterator[tuple[Provider, bytes]]:
    """The providers for which the program has a file."""
    for provider in providers(source):
        found = outcome(program, provider)
        if isinstance(found, bytes):
            yield provider, found


def pairs(provider: Provider) -> list[Provider]:
    """The provider with one server for each direction that it has, in every combination."""
    incoming = [(server,) for server in provider.incoming] or [()]
    outgoing = [(server,) for server in provider.outgoing] or [()]
    return [replace(provider, incoming=one, outgoing=other) for one, other in product(incoming, outgoing)]


def is_safest(server: AnyServer, provider: Provider) -> bool:
    """Whether no other server of the type has a safer socket."""
    rivals = [each for each in provider.servers if each.type is server.type and isinstance(each, TcpServer)]
    assert isinstance(server, TcpServer)
    return _SAFETY.index(server.socket_type) == max(_SAFETY.index(each.socket_type) for each in rivals)


def is_named(server: AnyServer, found: bytes) -> bool:
    """Whether a file names the server: one that the program has nothing to do with may be any."""
    return isinstance(server, TcpServer) and server.hostname.encode() in found


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("program", PROGRAMS)
def test_nearly_every_provider_has_a_file(
    source: str, program: str, record_property: Callable[[str, object], None]
) -> None:
    some, every = len(list(written(program, source))), len(providers(source))
    record_property(FIGURE, f"{program}: a file for {some} of {every} {source} providers")
    assert some > LEAST * every


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("program", PROGRAMS)
def test_the_others_have_one_sentence(source: str, program: str) -> None:
    sentences = {found for each in providers(source) if isinstance(found := outcome(program, each), str)}
    assert [sentence for sentence in sentences if not sentence.endswith(".") or ". " in sentence] == []


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("program", PROGRAMS)
def test_a_file_is_about_the_safest_servers_and_no_others(source: str, program: str) -> None:
    for provider, found in written(program, source):
        makers = [pair for pair in pairs(provider) if outcome(program, pair) == found]
        used = [[server for server in pair.servers if is_named(server, found)] for pair in makers]
        safe = [servers for servers in used if servers and all(is_safest(each, provider) for each in servers)]
        assert safe, provider.id
