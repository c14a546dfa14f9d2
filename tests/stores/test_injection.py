"""Whatever is asked for stays a value: it finds nothing it should not find, and changes nothing."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from autoconfig.errors import AddressError, StoreError
from autoconfig.model import EmailAddress
from autoconfig.stores import open_store
from autoconfig.stores.connections import parsed_url, writer
from autoconfig.stores.mapped_ldap import Search
from autoconfig.stores.sources import open_source
from tests.databases.fixtures import ENGINES, made, new_url
from tests.stores import test_ldap
from tests.stores.importing import domains, imported, mx, provider
from tests.stores.mapping_files import SCHEMA, opened, written
from tests.stores.panels import fill

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from autoconfig.stores import Store

CLASSICS = [
    "' OR '1'='1",
    "' OR 1=1 --",
    "'; DROP TABLE autoconfig_domains; --",
    "'; DELETE FROM people; --",
    "' UNION SELECT 'domain', 'host.example' --",
    "x' AND (SELECT pg_sleep(5)) IS NOT NULL --",
    "x' AND SLEEP(5) --",
    "x'||(SELECT 1)||'",
    "\\'; DROP TABLE people; --",
    '" OR ""="',
    "`; DROP TABLE people; --",
    "$$; DROP TABLE people; $$",
    "%' OR address LIKE '%",
    "ada@example.com' --",
    "ada@example.com\0",
    ":domain",
    "%(domain)s",
    "%s",
    "?",
    "{domain}",
    "{0}",
    "/*!50708 x */",
    "\N{MODIFIER LETTER APOSTROPHE} OR 1=1",
    "\N{FULLWIDTH APOSTROPHE} OR 1=1",
    "*",
    "*)(uid=*))(|(uid=*",
    "ada*",
    ")(|(mail=*",
    "\\2a",
    "\\00",
    "ada@example.com)(objectClass=*",
    "a" * 300,
    "",
]
"""What has broken other people's programs."""

ODD = st.one_of(
    st.sampled_from(CLASSICS),
    st.text("'\"`\\;-*()%_:{}=| adA@.\0\n\u02bc\uff07", max_size=40),
    st.text(max_size=40),
)

ENOUGH = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def all_rows(url: str, tables: tuple[str, ...]) -> str:
    """A digest of everything in the tables."""
    engine = writer(parsed_url(url))
    with engine.connect() as connection:
        rows = [sorted(map(repr, connection.execute(text(f"SELECT * FROM {name}")))) for name in tables]
    engine.dispose()
    return hashlib.sha256(repr(rows).encode()).hexdigest()


OWN = (
    "autoconfig_providers",
    "autoconfig_domains",
    "autoconfig_mx_domains",
    "autoconfig_domain_aliases",
    "autoconfig_version",
)
THEIRS = ("customers", "people")


@pytest.fixture(scope="module", params=ENGINES)
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Callable[[], str]:
    """Makes empty databases of one kind."""
    return lambda: new_url(request.param, request, tmp_path_factory.mktemp("injection"))


@pytest.fixture(scope="module")
def own(engine: Callable[[], str]) -> Iterator[tuple[Store, str]]:
    """A store of our own tables."""
    url = engine()
    imported(
        url,
        provider("host.example"),
        *domains("host.example", "a.example"),
        *mx("host.example", "mx.example"),
    )
    store = open_store(url)
    yield store, url
    store.close()


@pytest.fixture(scope="module")
def mapped(engine: Callable[[], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Any, str]]:
    """A store on a schema of somebody else's."""
    url = engine()
    fill(url, SCHEMA)
    store = opened(written(tmp_path_factory.mktemp("mapping"), url=url))
    yield store, url
    store.close()


@given(name=ODD)
@ENOUGH
def test_no_domain_is_more_than_a_domain_to_our_own_tables(own: tuple[Store, str], name: str) -> None:
    store, _ = own
    if name not in ("a.example", "mx.example"):
        assert store.find(name) is None
        assert store.find_by_mx(name) is None


@given(name=ODD)
@ENOUGH
def test_no_domain_is_more_than_a_domain_to_a_question(mapped: tuple[Any, str], name: str) -> None:
    store, _ = mapped
    assert store.find(name) is None
    assert store.find_by_mx(name) is None


@given(local_part=ODD)
@ENOUGH
def test_no_local_part_is_more_than_a_name_to_a_question(mapped: tuple[Any, str], local_part: str) -> None:
    """Also those that no address has: they are put together here, past every check."""
    store, _ = mapped
    entry = store.find("example.com")
    assert entry is not None
    server = entry.provider_for(EmailAddress(local_part, "example.com")).incoming[0]
    known = {"u4711", "u0815", "u1234"}
    if local_part.lower().partition("+")[0] not in ("ada", "bob", "eve"):
        assert server.username not in known


@pytest.mark.parametrize("classic", CLASSICS)
def test_classics_change_nothing(own: tuple[Store, str], mapped: tuple[Any, str], classic: str) -> None:
    before = all_rows(own[1], OWN), all_rows(mapped[1], THEIRS)
    for store, _ in (own, mapped):
        store.find(classic)
        store.find_by_mx(classic)
    mapped[0].find("example.com").provider_for(EmailAddress(classic, "example.com"))
    mapped[0].find("example.com").provider_for(EmailAddress("ada", classic))
    assert (all_rows(own[1], OWN), all_rows(mapped[1], THEIRS)) == before
    assert own[0].find("a.example") is not None
    assert mapped[0].find("example.com") is not None
    assert mapped[0].health()[0].problems == ()


@given(lines=st.lists(ODD, max_size=5))
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_an_import_reads_is_never_more_than_names(
    own: tuple[Store, str], tmp_path_factory: pytest.TempPathFactory, lines: list[str]
) -> None:
    """Ids of providers that are none stop the import; lines that are no domains are left out."""
    store, url = own
    file = tmp_path_factory.mktemp("lists") / "list"
    file.write_text("\n".join(lines), errors="replace")
    source = open_source(str(file), "host.example")
    items = list(source.items)
    with suppress(StoreError):
        imported(url, *items, replace=False)
    assert store.find("a.example") is not None


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The store on a real directory."""
    from tests.databases.slapd import Slapd

    with made(Slapd) as server:
        server.load(test_ldap.ENTRIES)
        server.start()
        store = open_store(str(test_ldap.mapping(tmp_path_factory.mktemp("ldap"), server)))
        yield store
        store.close()


@pytest.mark.real
@given(name=ODD)
@ENOUGH
def test_no_domain_is_more_than_a_value_to_a_filter(directory: Any, name: str) -> None:
    assert directory.find(name) is None


@pytest.mark.real
@given(local_part=ODD)
@ENOUGH
def test_no_local_part_is_more_than_a_value_to_a_filter(directory: Any, local_part: str) -> None:
    entry = directory.find("example.com")
    server = entry.provider_for(EmailAddress(local_part, "example.com")).incoming[0]
    if local_part.lower().partition("+")[0] not in ("ada", "bob", "eve", "info"):
        assert server.username not in ("u4711", "u0815", "u1234")


@given(values=st.fixed_dictionaries({"domain": ODD}))
def test_a_filled_filter_has_the_brackets_of_its_template(values: dict[str, str]) -> None:
    search = Search(base="", filter="(|(a={domain})(b={domain}))", attributes={})
    filled = search.filled(values)
    assert (filled.count("("), filled.count(")"), filled.count("*")) == (3, 3, 0)


@pytest.mark.parametrize("classic", CLASSICS)
def test_few_classics_are_addresses_and_those_are_harmless(classic: str, mapped: tuple[Any, str]) -> None:
    """The way from the web, with every check."""
    try:
        address = EmailAddress.parse(f"{classic}@example.com")
    except AddressError:
        return
    entry = mapped[0].find(address.domain)
    assert entry.provider_for(address).incoming[0].username not in ("u0815", "u1234")
