"""Reading what was written gives the same value, for every provider a format can carry."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from autoconfig.formats import mozilla, toml
from autoconfig.model import Page, Provider
from tests.strategies import mozilla_providers, pages, plain_providers, providers


@settings(deadline=None)
@given(mozilla_providers())
def test_a_full_mozilla_document_reads_back_to_the_same_provider(provider: Provider) -> None:
    document = mozilla.render(provider, full=True)
    assert document is not None
    parsed = mozilla.parse(document)
    assert parsed.provider == provider
    assert parsed.remarks == ()


@settings(deadline=None)
@given(providers())
def test_a_provider_file_reads_back_to_the_same_provider(provider: Provider) -> None:
    parsed = toml.parse(toml.render(provider))
    assert parsed.provider == provider
    assert parsed.remarks == ()


@settings(deadline=None)
@given(plain_providers(), st.none() | pages())
def test_what_the_page_for_people_shows_reads_back_too(provider: Provider, page: Page | None) -> None:
    page = None if page == Page() else page
    given_one = replace(provider, page=page)
    parsed = toml.parse(toml.render(given_one))
    assert parsed.provider == given_one
    assert parsed.remarks == ()
