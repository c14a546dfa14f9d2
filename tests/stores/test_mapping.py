"""A mapping file: what it serves, and what is wrong with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from autoconfig.errors import StoreError
from autoconfig.model import EmailAddress, TcpServer
from autoconfig.stores import open_store
from tests.stores.folder import names, problems, toml_text
from tests.stores.folder import provider as found
from tests.stores.mapping_files import REST, SQL, opened, written

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from autoconfig.stores.mapped import MappedStore


@pytest.fixture
def store(tmp_path: Path) -> Iterator[MappedStore]:
    store = opened(written(tmp_path))
    yield store
    store.close()


def hosts(store: MappedStore, address: str) -> list[str]:
    """The host names of somebody's IMAP and SMTP servers."""
    parsed = EmailAddress.parse(address)
    entry = store.find(parsed.domain)
    assert entry is not None
    servers = entry.provider_for(parsed).servers
    return [server.hostname for server in servers if isinstance(server, TcpServer)]


def test_what_the_database_says_of_a_domain_fills_the_template(store: MappedStore) -> None:
    provider = found(store, "example.com")
    assert provider.display_name == "Example Mail"
    assert provider.incoming[0].hostname == "imap.example.net"  # type: ignore[union-attr]
    assert provider.incoming[0].port == 1993  # type: ignore[union-attr]


def test_the_database_chooses_the_template_and_what_it_leaves_open_is_usual(store: MappedStore) -> None:
    provider = found(store, "other.example")
    assert (provider.id, provider.display_name) == ("plain", "Other")
    assert provider.incoming[0].hostname == "imap.example.org"  # type: ignore[union-attr]


def test_a_domain_nobody_has_is_not_found(store: MappedStore) -> None:
    assert store.find("nobody.example") is None


def test_a_mailbox_may_have_a_host_of_its_own(store: MappedStore) -> None:
    assert hosts(store, "ada@example.com") == ["imap7.example.net", "smtp.%EMAILDOMAIN%"]
    assert hosts(store, "bob@example.com") == ["imap.example.net", "smtp.%EMAILDOMAIN%"]
    assert hosts(store, "nobody@example.com") == ["imap.example.net", "smtp.%EMAILDOMAIN%"]


def test_a_host_that_is_none_leaves_the_mailbox_with_what_is_usual(store: MappedStore) -> None:
    assert hosts(store, "eve@example.com") == ["imap.example.net", "smtp.%EMAILDOMAIN%"]


def test_a_domain_whose_values_fit_no_template_is_left_out_and_told(store: MappedStore) -> None:
    assert store.find("odd.example") is None
    assert store.find("none.example") is None
    assert [problem.partition(": ")[2] for problem in problems(store)] == [
        "odd.example: 'not a host' is not a domain name. The domain is not served.",
        "none.example: There is no template 'no-such-template'. The domain is not served.",
    ]


def test_mx_domains_come_from_the_database_and_from_templates(store: MappedStore) -> None:
    for name in ("mx.example.com", "mx.example.net"):
        entry = store.find_by_mx(name)
        assert entry is not None
        assert entry.provider.id == "usual"
    assert store.find_by_mx("mx.nobody.example") is None
    assert found(store, "mx.example.net").id == "usual"


def test_each_template_is_listed_as_it_usually_is(store: MappedStore) -> None:
    assert names(store) == ["ISP Mail", "ISP"]


def test_what_only_the_database_knows_is_listed_with_a_name_nobody_has(tmp_path: Path) -> None:
    store = opened(written(tmp_path, rest=REST.replace('brand = "ISP"', "")))
    assert names(store) == ["brand.invalid Mail", "brand.invalid"]
    store.close()


def test_health_says_how_many_domains_there_are(store: MappedStore) -> None:
    (health,) = store.health()
    assert (health.usable, health.providers, health.domains) == (True, 2, 4)


def test_domains_with_equal_variables_share_one_provider(tmp_path: Path) -> None:
    sql = SQL.replace("imap, brand, template AS provider", "'x' AS brand")
    store = opened(written(tmp_path, sql))
    first, second = store.find("example.com"), store.find("other.example")
    assert first is second
    assert first is not None
    store.close()


def test_without_a_login_query_nothing_depends_on_the_mailbox(tmp_path: Path) -> None:
    sql = "\n".join(line for line in SQL.splitlines() if not line.startswith("login_query"))
    store = opened(written(tmp_path, sql))
    entry = store.find("example.com")
    assert entry is not None
    assert entry.mailbox is None
    store.close()


def test_without_a_provider_the_usual_servers_are_served(tmp_path: Path) -> None:
    store = opened(written(tmp_path, rest='[variables]\nhost = "mail.example.net"\n'))
    provider = found(store, "example.com")
    assert provider.display_name == "example.com"
    assert [server.type for server in provider.servers] == ["imap", "pop3", "smtp"]
    store.close()


def test_templates_may_be_files_of_their_own(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text(toml_text(name="{brand} from a file"))
    path = written(tmp_path, f'templates = ["own.toml"]\n{SQL}', rest="")
    store = opened(path)
    assert found(store, "example.com").display_name == "Example from a file"
    store.close()


WRONG = {
    "no table": (
        "",
        'name = "x"',
        "A store that is a file is a mapping and has a table [sql] or [ldap]; for",
    ),
    "a provider file": ("", toml_text("a.example"), "for provider files give their folder."),
    "not TOML": ("", "[sql", ":1: Not TOML: Expected ']' at the end of a table declaration."),
    "no URL": ('[sql]\ndomain_query = "SELECT 1"', "", ": sql.url: url is missing."),
    "no question": ('[sql]\nurl = "{url}"', "", ": sql.domain_query: domain_query is missing."),
    "unknown key": (f"{SQL}qqq = 3\n", REST, ": sql.qqq: The key qqq is not known."),
    "unknown preset": (f'preset = "cpanel"\n{SQL}', REST, "preset is one of ispconfig, mailcow, modoboa,"),
    "unknown parameter": (
        SQL.replace(":mailbox", ":email"),
        REST,
        "has the parameter :email; it knows :address, :local_part, :domain, :user, :mailbox, :catch_all.",
    ),
    "mailbox in a question about a domain": (
        SQL.replace("name = :domain", "name = :mailbox"),
        REST,
        "The domain_query of sqlite:///",
    ),
    "a question that is refused": (
        SQL.replace("FROM customers WHERE name", "FROM nowhere WHERE name"),
        REST,
        "refuses a question: no such table: nowhere.",
    ),
    "a variable nobody gives": (
        SQL,
        REST.replace("{brand} Mail", "{company}"),
        "wants {company}, which neither a question nor [variables] gives.",
    ),
    "a template that fits no values": (
        SQL,
        REST.replace('type = "smtp"', 'type = "fax"'),
        ": provider.outgoing[0].type: type is one of imap,",
    ),
    "two providers of one id": (SQL, REST.replace('id = "plain"', 'id = "usual"'), "have the id usual."),
    "an unknown login without a key": (
        SQL,
        REST.replace('key_file = "key"', ""),
        ": unknown.key_file: A login name with # needs a key_file of 16 bytes or more.",
    ),
    "a key that is not there": (SQL, REST.replace('"key"', '"nokey"'), "nokey cannot be read: no such file"),
    "a template that is not there": (
        f'templates = ["no.toml"]\n{SQL}',
        "",
        "no.toml cannot be read: no such",
    ),
    "a variable that is none": (SQL, REST.replace("port = 1993", "port = true"), "A variable is a text or a"),
    "an empty pool": (f"{SQL}pool = 0\n", REST, ": sql.pool: pool is a number from 1 to 100. (value 0)"),
}


@pytest.mark.parametrize(("sql", "rest", "sentence"), WRONG.values(), ids=WRONG.keys())
def test_what_is_wrong_is_one_sentence(tmp_path: Path, sql: str, rest: str, sentence: str) -> None:
    path = written(tmp_path, sql, rest)
    with pytest.raises(StoreError) as caught:
        open_store(str(path))
    said = str(caught.value)
    assert sentence in said
    assert "\n" not in said
    assert str(tmp_path) in said


def test_a_password_may_stand_in_a_file_and_is_never_repeated(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("s3cr3t\n")
    sql = SQL.replace('url = "{url}"', 'url = "{url}"\npassword_file = "password"\nconnect_seconds = 1')
    store = opened(written(tmp_path, sql, url="postgresql://ada@127.0.0.1:9/isp"))
    (health,) = store.health()
    assert not health.usable
    assert health.source == "postgresql://127.0.0.1:9/isp"
    assert "Connection refused" in problems(store)[0]
    assert store._answers._database._engine.url.password == "s3cr3t"  # type: ignore[attr-defined]
    assert "s3cr3t" not in "".join(problems(store))
    store.close()
