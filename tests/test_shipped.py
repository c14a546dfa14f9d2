"""The provider database that ships: right in every file, and usable by every mail program.

Each test goes through the whole folder and names every file that fails it.
"""

from __future__ import annotations

import tomllib
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest
from lxml import etree

from autoconfig.advice.lint import DISPLAY_NAME_LENGTH, SHORT_NAME_LENGTH, lint_provider
from autoconfig.formats import mozilla, toml
from autoconfig.formats.autodiscover.words import SAYABLE
from autoconfig.model import EmailAddress, Provider, TcpServer, normalize_domain
from autoconfig.publish import Publisher
from autoconfig.settings import shipped_providers
from autoconfig.stores import open_store
from tests.shared import shared_path

if TYPE_CHECKING:
    from collections.abc import Iterator

FEWEST_FILES = 80


@cache
def providers() -> dict[str, Provider]:
    """Every provider that ships, by the name of its file."""
    return {
        path.name: toml.parse(path.read_bytes(), default_id=path.stem).provider
        for path in sorted(shipped_providers().glob("*.toml"))
    }


@cache
def contents() -> dict[str, dict[str, Any]]:
    """What is written in each file, by its name."""
    paths = sorted(shipped_providers().glob("*.toml"))
    return {path.name: tomllib.loads(path.read_text(encoding="utf-8")) for path in paths}


@cache
def publisher() -> Publisher:
    return Publisher(open_store(str(shipped_providers())))


def domains() -> Iterator[tuple[str, Provider, str]]:
    for name, provider in providers().items():
        for domain in provider.domains:
            yield name, provider, domain


def texts(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Every text of a file and where it stands."""
    if isinstance(value, dict):
        for key, entry in value.items():
            yield from texts(entry, f"{path}.{key}")
    elif isinstance(value, list):
        for index, entry in enumerate(value):
            yield from texts(entry, f"{path}[{index}]")
    elif isinstance(value, str):
        yield path.removeprefix("."), value


def test_there_are_many_files_and_nothing_else() -> None:
    assert len(providers()) >= FEWEST_FILES
    assert {path.name for path in shipped_providers().iterdir()} == set(providers())


def test_the_linter_has_no_remark() -> None:
    store = publisher().store
    remarks = [remark for health in store.health() for remark in (*health.problems, *health.remarks)]
    for entry in store.entries():
        remarks += lint_provider(entry.provider, entry.source)
    assert list(map(str, remarks)) == []


def test_every_file_is_named_after_its_id() -> None:
    assert [name for name, provider in providers().items() if name != f"{provider.id}.toml"] == []


def test_every_id_is_a_folded_domain_name() -> None:
    assert [
        name for name, provider in providers().items() if normalize_domain(provider.id) != provider.id
    ] == []


def test_every_name_fits_a_window() -> None:
    assert [
        name
        for name, provider in providers().items()
        if len(provider.display_name) > DISPLAY_NAME_LENGTH or len(provider.short_name) > SHORT_NAME_LENGTH
    ] == []


@pytest.mark.parametrize("field", ["domains", "mx_domains"])
def test_no_domain_stands_in_two_files(field: str) -> None:
    seen: dict[str, str] = {}
    twice = []
    for name, provider in providers().items():
        for domain in getattr(provider, field):
            if domain in seen:
                twice.append((domain, seen[domain], name))
            seen[domain] = name
    assert twice == []


def test_every_domain_has_a_client_configuration() -> None:
    missing = [(name, domain) for name, _, domain in domains() if publisher().mozilla(domain) is None]
    assert missing == []


def test_every_mx_domain_answers_for_customers() -> None:
    missing = [
        (name, mx_domain)
        for name, provider in providers().items()
        for mx_domain in provider.mx_domains
        if publisher().mozilla("customer.invalid", mx_domain) is None
    ]
    assert missing == []


def says_nothing_pox_knows(provider: Provider) -> bool:
    """Whether no incoming server has a way in that POX can say, as with OAuth2 alone."""
    return not any(
        set(server.authentication) & set(SAYABLE)
        for server in provider.incoming
        if isinstance(server, TcpServer)
    )


def test_every_domain_has_an_autodiscover_answer_or_oauth2_alone() -> None:
    missing = [
        (name, domain)
        for name, provider, domain in domains()
        if publisher().autodiscover(domain, EmailAddress("ada", domain)) is None
        and not says_nothing_pox_knows(provider)
    ]
    assert missing == []


def test_every_client_configuration_is_valid() -> None:
    schema = etree.RelaxNG(etree.parse(shared_path("spec", "autoconfig.rng")))
    wrong = []
    for name, provider in providers().items():
        for full in (False, True):
            document = publisher().mozilla(provider.domains[0], full=full) if provider.domains else None
            if document is not None and not schema.validate(etree.fromstring(document.body)):
                wrong.append((name, full, str(schema.error_log.last_error)))
    assert wrong == []


def test_every_provider_reads_back_the_same_from_its_full_client_configuration() -> None:
    wrong = []
    for name, provider in providers().items():
        body = mozilla.render(provider, full=True)
        assert body is not None
        if mozilla.parse(body).provider != provider:
            wrong.append(name)
    assert wrong == []


def test_every_link_is_https() -> None:
    wrong = [
        (name, path, text)
        for name, content in contents().items()
        for path, text in texts(content)
        if path.rpartition(".")[2] in {"url", "auth_url", "token_url"} and not text.startswith("https://")
    ]
    assert wrong == []


def test_every_text_says_something() -> None:
    wrong = [
        (name, path)
        for name, content in contents().items()
        for path, text in texts(content)
        if not text.strip() or text != text.strip()
    ]
    assert wrong == []


def test_every_provider_has_a_help_page() -> None:
    assert [name for name, provider in providers().items() if not provider.documentation] == []


def test_every_help_page_is_described_in_english_too() -> None:
    wrong = [
        (name, page.url)
        for name, provider in providers().items()
        for page in (*provider.documentation, *provider.enable)
        if "en" not in {text.language for text in page.texts}
    ]
    assert wrong == []


def test_every_mailbox_can_be_read_and_sent_from_securely() -> None:
    wrong = [
        (name, direction)
        for name, provider in providers().items()
        for direction in ("incoming", "outgoing")
        if not all(server.secure for server in getattr(provider, direction))
    ]
    assert wrong == []


def test_no_file_holds_a_secret() -> None:
    wrong = [
        (name, path)
        for name, content in contents().items()
        for path, _ in texts(content)
        if "secret" in path or path.endswith("client_id")
    ]
    assert wrong == []


def test_every_file_says_in_a_comment_who_it_is() -> None:
    wrong = [
        path.name
        for path in sorted(shipped_providers().glob("*.toml"))
        if not path.read_text(encoding="utf-8").startswith("# ")
    ]
    assert wrong == []
