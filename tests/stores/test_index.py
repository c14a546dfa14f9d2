"""Look-ups take the same number of steps for three domains and for a hundred thousand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from autoconfig.model import Authentication, Provider, ServerType, SocketType, TcpServer
from autoconfig.stores import Entry
from autoconfig.stores.directory import DirectoryStore
from autoconfig.stores.index import Index
from tests.stores.folder import toml_text

if TYPE_CHECKING:
    from pathlib import Path

MANY = 100_000

IMAP = TcpServer(
    type=ServerType.IMAP,
    hostname="imap.example.com",
    port=993,
    socket_type=SocketType.SSL,
    authentication=(Authentication.PASSWORD_CLEARTEXT,),
    username="%EMAILADDRESS%",
)


class CountedDict(dict[str, Entry]):
    """A dictionary that counts the looks into it and allows nothing that walks over it."""

    looks = 0

    def get(self, key: str, default: Any = None) -> Any:
        CountedDict.looks += 1
        return super().get(key, default)

    def __getitem__(self, key: str) -> Entry:
        CountedDict.looks += 1
        return super().__getitem__(key)

    def __contains__(self, key: object) -> bool:
        CountedDict.looks += 1
        return super().__contains__(key)

    def __iter__(self) -> Any:
        raise AssertionError("a look-up walks over all domains")

    items = values = keys = __iter__  # type: ignore[assignment]


def entry(*domains: str, mx: tuple[str, ...] = (), source: str = "test") -> Entry:
    provider = Provider(
        id="example.com",
        display_name="Example",
        short_name="Example",
        domains=domains,
        mx_domains=mx,
        incoming=(IMAP,),
    )
    return Entry(provider=provider, source=source)


def counted(index: Index) -> Index:
    index._by_domain = CountedDict(index._by_domain)
    index._by_mx = CountedDict(index._by_mx)
    return index


def looks_of(index: Index) -> list[int]:
    """How many looks each kind of question takes."""
    looks = []
    for find in (index.find, index.find_by_mx):
        for domain in ("d0.example", "mx0.example", "unknown.example", "a.d0.example"):
            CountedDict.looks = 0
            find(domain)
            looks.append(CountedDict.looks)
    return looks


def index_of(count: int) -> Index:
    index = Index()
    for start in range(0, count, 1000):
        numbers = range(start, min(start + 1000, count))
        index.add(entry(*(f"d{n}.example" for n in numbers), mx=tuple(f"mx{n}.example" for n in numbers)))
    return counted(index)


def test_a_look_up_takes_as_many_steps_among_a_hundred_thousand_domains_as_among_three() -> None:
    few, many = looks_of(index_of(3)), looks_of(index_of(MANY))
    assert many == few
    assert max(many) <= 2


def test_a_hundred_thousand_domains_in_one_file_are_all_served(tmp_path: Path) -> None:
    (tmp_path / "big.toml").write_text(toml_text(*(f"d{number}.example" for number in range(MANY))))
    store = DirectoryStore(tmp_path)
    assert store.health()[0].domains == MANY
    last = store.find(f"d{MANY - 1}.example")
    assert last is not None
    assert last is store.find("d0.example")


def test_thousands_of_files_are_all_served(tmp_path: Path) -> None:
    for number in range(2000):
        (tmp_path / f"{number}.toml").write_text(toml_text(f"d{number}.example"))
    health = DirectoryStore(tmp_path).health()[0]
    assert (health.providers, health.domains, health.problems) == (2000, 2000, ())


@pytest.mark.parametrize(
    ("domains", "mx"), [(("x.example", "a.example"), ()), (("x.example",), ("m.example",))]
)
def test_a_conflict_names_the_domain_and_who_has_it(domains: tuple[str, ...], mx: tuple[str, ...]) -> None:
    index = Index()
    first = entry("a.example", mx=("m.example",), source="first")
    index.add(first)
    assert index.conflict(entry(*domains, mx=mx).provider) == ((*domains, *mx)[-1], first)


def test_no_conflict_where_domains_differ() -> None:
    index = Index()
    index.add(entry("a.example", mx=("m.example",)))
    assert index.conflict(entry("b.example", mx=("a.example",)).provider) is None


def test_an_empty_index_finds_nothing() -> None:
    index = Index()
    assert (index.find("a.example"), index.find_by_mx("a.example"), index.domains) == (None, None, 0)
