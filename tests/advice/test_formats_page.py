"""docs/formats.md says what the formats really carry."""

from __future__ import annotations

import pytest

from autoconfig.advice.losses import FORMATS
from autoconfig.formats.clients import PROGRAMS
from tests.advice.facts import HEADS, PAGE, carries, facts, written


def test_the_tables_are_those_that_writing_and_reading_back_gives() -> None:
    assert PAGE.read_text(encoding="utf-8") == written(), "write it anew: python -m tests.advice.facts"


def test_every_format_has_a_column() -> None:
    assert set(FORMATS) == {*HEADS, *PROGRAMS}


def test_the_provider_file_carries_every_fact() -> None:
    assert [fact.name for fact in facts() if not carries(fact, "toml")] == []


def test_the_full_client_configuration_carries_all_but_redirects() -> None:
    missing = [fact.name for fact in facts() if not carries(fact, "mozilla-full")]
    assert missing == ["Autodiscover redirect to a URL", "Autodiscover redirect to an address"]


@pytest.mark.parametrize("name", [*HEADS, *PROGRAMS])
def test_no_format_is_empty_and_none_but_the_file_is_whole(name: str) -> None:
    carried = sum(carries(fact, name) for fact in facts())
    assert 0 < carried < len(facts()) or name == "toml"


def test_each_fact_has_a_name_of_its_own() -> None:
    names = [fact.name for fact in facts()]
    assert len(set(names)) == len(names)
