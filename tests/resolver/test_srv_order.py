"""The order in which SRV records are tried (RFC 2782): by priority, then a draw by weight."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autoconfig.net.records import Srv
from autoconfig.resolver.methods.srv import in_order

DRAWS = 4000


def drawn(*weights: int) -> Counter[int]:
    """How often the record of each place comes first."""
    records = [Srv(0, weight, 993, str(place)) for place, weight in enumerate(weights)]
    choose = random.Random(1)
    return Counter(int(in_order(records, choose)[0].target) for _ in range(DRAWS))


@pytest.mark.parametrize("weights", [(1, 1), (3, 1), (1, 9), (10, 20, 70), (65535, 65535)])
def test_the_first_is_drawn_by_weight(weights: tuple[int, ...]) -> None:
    counted = drawn(*weights)
    for place, weight in enumerate(weights):
        share = weight / sum(weights)
        four_sigma = 4 * (share * (1 - share) / DRAWS) ** 0.5
        assert counted[place] / DRAWS == pytest.approx(share, abs=four_sigma)


def test_the_second_is_drawn_among_the_rest() -> None:
    records = [Srv(0, weight, 993, str(weight)) for weight in (80, 15, 5)]
    choose = random.Random(1)
    seconds = Counter(
        order[1].target
        for order in (in_order(records, choose) for _ in range(DRAWS))
        if order[0].target == "80"
    )
    assert seconds["15"] / seconds.total() == pytest.approx(0.75, abs=0.05)


def test_a_weight_of_nothing_is_hardly_ever_first() -> None:
    """RFC 2782: records with weight 0 have a very small chance."""
    assert drawn(0, 50)[0] < DRAWS / 100


def test_weights_of_nothing_only_are_all_tried() -> None:
    records = [Srv(0, 0, 993, name) for name in "abc"]
    assert sorted(record.target for record in in_order(records)) == ["a", "b", "c"]


def test_no_records_are_no_order() -> None:
    assert in_order([]) == []


SRV = st.builds(
    Srv, st.integers(0, 3), st.integers(0, 65535), st.just(993), st.text("abc", min_size=1, max_size=3)
)


@given(st.lists(SRV, max_size=8), st.randoms(use_true_random=False))
def test_every_record_is_tried_once_and_no_priority_before_a_lower_one(
    records: list[Srv], choose: random.Random
) -> None:
    ordered = in_order(records, choose)
    assert Counter(ordered) == Counter(records)
    assert [record.priority for record in ordered] == sorted(record.priority for record in records)
