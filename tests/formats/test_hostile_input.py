"""Whatever comes in, a parser gives a provider that every format can carry, or a FormatError."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import tomli_w
from hypothesis import given, settings
from hypothesis import strategies as st

from autoconfig.errors import FormatError
from autoconfig.formats import autodiscover, mobilesync, mozilla, toml
from autoconfig.model import Provider
from tests.formats.minimal import MOZILLA, PROVIDER, TOML
from tests.formats.test_toml_reading import EVERYTHING
from tests.shared import shared_path
from tests.strategies import mozilla_providers, mutated, providers

if TYPE_CHECKING:
    from collections.abc import Callable

    from autoconfig.formats.parsed import Parsed


def check(parse: Callable[[bytes], Parsed], data: bytes) -> None:
    """Parse, and carry what was read through every format."""
    try:
        provider = parse(data).provider
    except FormatError:
        return
    assert toml.parse(toml.render(provider)).provider == provider
    for full in (False, True):
        mozilla.render(provider, "example.com", full=full)
    autodiscover.render(provider, "example.com")
    mobilesync.render(provider, "example.com")
    if parse is mozilla.parse:
        document = mozilla.render(provider, full=True)
        assert document is not None
        assert mozilla.parse(document).provider == provider


@pytest.mark.parametrize("parse", [mozilla.parse, toml.parse])
def test_the_check_accepts_what_is_good(parse: Callable[[bytes], Parsed]) -> None:
    document = MOZILLA if parse is mozilla.parse else TOML
    assert parse(document.encode()).provider == PROVIDER
    check(parse, document.encode())


def test_the_check_notices_what_cannot_be_carried() -> None:
    with pytest.raises(ValueError, match="no"):
        check(_raises, b"")


def _raises(data: bytes) -> Parsed:
    raise ValueError("no")


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes(data: bytes) -> None:
    check(mozilla.parse, data)
    check(toml.parse, data)


@settings(deadline=None)
@given(st.text(max_size=100))
def test_any_text(text: str) -> None:
    data = text.encode("utf-8", "surrogatepass")
    check(mozilla.parse, data)
    check(toml.parse, data)


@settings(deadline=None)
@given(mutated(MOZILLA.encode()))
def test_any_mutation_of_a_small_document(data: bytes) -> None:
    check(mozilla.parse, data)


@settings(deadline=None)
@given(mutated(TOML.encode()) | mutated(EVERYTHING.encode()))
def test_any_mutation_of_a_provider_file(data: bytes) -> None:
    check(toml.parse, data)


@settings(deadline=None)
@given(mozilla_providers().map(lambda provider: mozilla.render(provider, full=True) or b"").flatmap(mutated))
def test_any_mutation_of_any_document(data: bytes) -> None:
    check(mozilla.parse, data)


@settings(deadline=None)
@given(providers().map(toml.render).flatmap(mutated))
def test_any_mutation_of_any_provider_file(data: bytes) -> None:
    check(toml.parse, data)


def test_any_mutation_of_the_documents_of_the_ispdb() -> None:
    documents = [file.read_bytes() for file in sorted(shared_path("ispdb").glob("*.xml"))]

    @settings(deadline=None)
    @given(st.sampled_from(documents).flatmap(mutated))
    def property_holds(data: bytes) -> None:
        check(mozilla.parse, data)

    assert len(documents) > 100
    property_holds()


@settings(deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(
            [
                "id",
                "name",
                "domains",
                "mx",
                "incoming",
                "outgoing",
                "other",
                "oauth2",
                "webmail",
                "documentation",
            ]
        ),
        st.recursive(
            st.none()
            | st.booleans()
            | st.integers()
            | st.text(max_size=8)
            | st.sampled_from(["imap", "x.example"]),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(
                    st.sampled_from(
                        ["type", "hostname", "url", "port", "username", "authentication", "issuer", "text"]
                    ),
                    inner,
                    max_size=4,
                )
            ),
            max_leaves=6,
        ),
    )
)
def test_any_content_of_any_kind_in_a_provider_file(content: dict[str, object]) -> None:
    check(toml.parse, tomli_w.dumps(_without_none(content)).encode())


def _without_none(value: object) -> dict[str, object] | list[object] | object:
    if isinstance(value, dict):
        return {key: _without_none(entry) for key, entry in value.items() if entry is not None}
    if isinstance(value, list):
        return [_without_none(entry) for entry in value if entry is not None]
    return value


@settings(deadline=None)
@given(providers())
def test_a_provider_of_a_file_can_be_rendered_in_every_format(provider: Provider) -> None:
    check(toml.parse, toml.render(provider))
