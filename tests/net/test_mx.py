"""Which hosts of MX records count, and why there may be none."""

from __future__ import annotations

import pytest

from autoconfig.net.mx import best_hosts, why_nobody
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
    ("records", "why"),
    [
        ([], "has no MX record"),
        ([(0, ".")], "takes no mail (null MX)"),
        ([(0, "."), (10, "a.example.net")], "has an MX record that names no host"),
        ([(10, "a\\@b.example.net")], "has an MX record that names no host"),
    ],
)
def test_why_there_is_no_host(records: list[tuple[int, str]], why: str) -> None:
    assert best_hosts(answer(*records)) == ()
    assert why_nobody(answer(*records)) == why
