"""Which hosts of MX records count, and when a domain takes no mail."""

from __future__ import annotations

import pytest

from autoconfig.net.mx import best_hosts, takes_no_mail
from autoconfig.net.records import Answer, Mx


def answer(*records: tuple[int, str]) -> Answer:
    return Answer(name="example.com", kind="MX", records=tuple(Mx(*record) for record in records))


@pytest.mark.parametrize(
    ("records", "hosts"),
    [
        ([], ()),
        ([(10, "a.example.net"), (5, "b.example.net")], ("b.example.net",)),
        ([(10, "b.example.net"), (10, "a.example.net")], ("a.example.net", "b.example.net")),
        ([(0, ".")], ()),
        ([(0, "."), (10, "a.example.net")], ()),
        ([(10, "a\\@b.example.net"), (20, "a.example.net")], ()),
        ([(10, "a\\@b.example.net"), (10, "a.example.net")], ("a.example.net",)),
    ],
)
def test_the_most_preferred_hosts_count_in_one_order(
    records: list[tuple[int, str]], hosts: tuple[str, ...]
) -> None:
    assert best_hosts(answer(*records)) == hosts


@pytest.mark.parametrize(
    ("records", "none"),
    [
        ([], False),
        ([(0, ".")], True),
        ([(0, "."), (10, "a.example.net")], False),
        ([(10, "a.example.net")], False),
    ],
)
def test_a_null_mx_stands_alone(records: list[tuple[int, str]], none: bool) -> None:
    assert takes_no_mail(answer(*records)) is none
