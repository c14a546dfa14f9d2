"""Every provider in every format: it reads back to the same facts, or a sentence says which is missing."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

import pytest

from autoconfig.advice.losses import FORMATS, losses, said
from autoconfig.errors import NothingFound, ValueRefused
from autoconfig.formats import mozilla, toml
from autoconfig.model import Provider, ServerType, UrlServer
from autoconfig.model.placeholders import EMAIL_ADDRESS, EMAIL_DOMAIN, EMAIL_LOCAL_PART, fill, values_for
from autoconfig.settings import shipped_providers
from tests.advice.facts import FOR_ALL_DOMAINS, asking_for
from tests.shared import shared_path

if TYPE_CHECKING:
    from collections.abc import Iterator

    from autoconfig.advice.losses import Asking
    from autoconfig.model import AnyServer


@cache
def everybody(where: str) -> dict[str, Provider]:
    """Every provider of the shipped database, or of the ISPDB, by its file's name."""
    if where == "shipped":
        files = sorted(shipped_providers().glob("*.toml"))
        return {file.name: toml.parse(file.read_bytes(), default_id=file.stem).provider for file in files}
    files = sorted(shared_path("ispdb").glob("*.xml"))
    return {file.name: mozilla.parse(file.read_bytes()).provider for file in files}


def same(ours: AnyServer, theirs: AnyServer, asking: Asking) -> bool:
    """Whether a document's server is ours, said with nothing missing: judged from the values alone."""
    if (asking.domain and EMAIL_DOMAIN in place(ours)) or place(ours) != place(theirs):
        return False
    ways = not ours.authentication or ours.authentication == theirs.authentication
    names = {spelled(ours.username, asking), filled(ours.username, asking)}
    name = bool(names & {spelled(theirs.username, asking), theirs.username})
    return ways and name and options(ours) == options(theirs)


def place(server: AnyServer) -> str:
    if isinstance(server, UrlServer):
        return f"{server.type} {server.url}"
    urls = f"{server.ews_url} {server.owa_url}"
    return f"{server.type} {server.hostname} {server.port} {server.socket_type} {urls}"


def options(server: AnyServer) -> object:
    return None if isinstance(server, UrlServer) else (server.pop3, server.smtp)


def spelled(username: str | None, asking: Asking) -> str | None:
    whole = {f"{EMAIL_LOCAL_PART}@{domain}" for domain in (EMAIL_DOMAIN, asking.domain)}
    return EMAIL_ADDRESS if username in whole else username


def filled(username: str | None, asking: Asking) -> str | None:
    return None if username is None else fill(username, values_for(asking.address))


def missing(ours: Provider, theirs: Provider, asking: Asking) -> Iterator[str]:
    """The path of everything that the document does not say, each counted once."""
    for key, name in (("id", "id"), ("name", "display_name"), ("short_name", "short_name")):
        if getattr(ours, name) != getattr(theirs, name):
            yield key
    for key, name in (("domains", "domains"), ("mx", "mx_domains")):
        if set(getattr(ours, name)) - set(getattr(theirs, name)):
            yield key
    for key in ("incoming", "outgoing", "other"):
        left = list(getattr(theirs, key))
        for index, server in enumerate(getattr(ours, key)):
            found = next((other for other in left if same(server, other, asking)), None)
            if found is None:
                yield f"{key}[{index}]"
            else:
                left.remove(found)
    for key in ("oauth2", "webmail", "update_url"):
        if getattr(ours, key) is not None and getattr(ours, key) != getattr(theirs, key):
            yield key
    for key in ("documentation", "enable"):
        for index, page in enumerate(getattr(ours, key)):
            if not any(
                other.url == page.url and set(page.texts) <= set(other.texts)
                for other in getattr(theirs, key)
            ):
                yield f"{key}[{index}]"


def about(provider: Provider, format_name: str) -> Asking:
    return asking_for(format_name, (provider.domains or provider.mx_domains)[0])


@cache
def document_of(where: str, name: str, format_name: str) -> tuple[Provider | None, str]:
    """What the document about a provider says; None with the reason where there is none."""
    provider = everybody(where)[name]
    try:
        return said(provider, format_name, about(provider, format_name)), ""
    except (NothingFound, ValueRefused) as error:
        return None, str(error)


def is_one_sentence(text: str) -> bool:
    return text.endswith(".") and "\n" not in text


def head(path: str) -> str:
    """The part of the provider that a path stands in: ``incoming[1]`` of ``incoming[1].authentication``."""
    return path.partition(".")[0]


@pytest.mark.parametrize("where", ["shipped", "ispdb"])
@pytest.mark.parametrize("format_name", FORMATS)
def test_every_fact_comes_back_or_is_named(where: str, format_name: str) -> None:
    documents = 0
    for name, provider in everybody(where).items():
        asking = about(provider, format_name)
        theirs, reason = document_of(where, name, format_name)
        if theirs is None:
            assert is_one_sentence(reason), name
            continue
        documents += 1
        remarks = losses(provider, format_name, asking)
        assert all(is_one_sentence(remark.message) for remark in remarks), name
        order = {
            path for path in ("incoming", "outgoing", "other") if path in {head(r.path) for r in remarks}
        }
        assert {head(remark.path) for remark in remarks} - order == set(missing(provider, theirs, asking)), (
            name
        )
    assert documents > 0 or format_name in ("mobilesync", "autodiscover-json")


@pytest.mark.parametrize("where", ["shipped", "ispdb"])
@pytest.mark.parametrize("format_name", FORMATS)
def test_no_document_says_a_server_that_the_provider_has_not(where: str, format_name: str) -> None:
    for name, provider in everybody(where).items():
        asking = about(provider, format_name)
        here = (
            provider
            if format_name in FOR_ALL_DOMAINS
            else provider.filled({EMAIL_DOMAIN: asking.address.domain})
        )
        theirs, _ = document_of(where, name, format_name)
        if theirs is None:
            continue
        known = {(server.type, host(server)) for server in here.servers}
        known |= {
            (ServerType.EWS, host(server)) for server in here.servers if server.type is ServerType.EXCHANGE
        }
        assert {(server.type, host(server)) for server in theirs.servers} <= known, name


def host(server: AnyServer) -> str:
    return server.url.split("/")[2] if isinstance(server, UrlServer) else server.hostname


@pytest.mark.parametrize("where", ["shipped", "ispdb"])
def test_what_a_provider_file_says_is_never_lost(where: str) -> None:
    for name, provider in everybody(where).items():
        assert toml.parse(toml.render(provider)).provider == replace(provider), name
