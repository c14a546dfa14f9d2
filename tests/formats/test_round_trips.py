"""Reading what was written gives the same value, for every provider a format can carry."""

from __future__ import annotations

from hypothesis import given, settings

from autoconfig.formats import mozilla, toml
from autoconfig.model import Provider
from tests.strategies import mozilla_providers, providers


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
