"""Variables out of a real directory: a slapd that only a reader with a password may ask."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from autoconfig.errors import StoreDown, StoreError
from autoconfig.model import EmailAddress
from autoconfig.stores import open_store
from autoconfig.stores.mapped_ldap import escaped
from tests.databases.fixtures import made
from tests.databases.slapd import PASSWORD, READER_DN, SUFFIX, Slapd
from tests.stores.folder import problems
from tests.stores.folder import provider as found

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from autoconfig.stores import Store

pytestmark = pytest.mark.real

ENTRIES = f"""
dn: ou=domains,{SUFFIX}
objectClass: organizationalUnit
ou: domains

dn: associatedDomain=example.com,ou=domains,{SUFFIX}
objectClass: organizationalUnit
objectClass: domainRelatedObject
objectClass: inetLocalMailRecipient
ou: example.com
associatedDomain: example.com
associatedDomain: alias.example
mailHost: imap.example.net

dn: ou=people,{SUFFIX}
objectClass: organizationalUnit
ou: people

dn: uid=u4711,ou=people,{SUFFIX}
objectClass: inetOrgPerson
objectClass: inetLocalMailRecipient
uid: u4711
cn: Ada
sn: Lovelace
mail: ada@example.com
mailLocalAddress: info@example.com
mailHost: imap7.example.net

dn: uid=u0815,ou=people,{SUFFIX}
objectClass: inetOrgPerson
objectClass: inetLocalMailRecipient
uid: u0815
cn: Bob
sn: Builder
mail: bob@example.com
mailLocalAddress: team@example.com

dn: uid=u1234,ou=people,{SUFFIX}
objectClass: inetOrgPerson
objectClass: inetLocalMailRecipient
uid: u1234
cn: Eve
sn: Eavesdropper
mail: eve@example.com
mailLocalAddress: team@example.com
"""

MAPPING = """
[ldap]
url = "{url}"
{access}
base = "{suffix}"
domain_base = "ou=domains,{suffix}"
domain_filter = "(associatedDomain={{domain}})"
login_base = "ou=people,{suffix}"
login_filters = [
  "(mail={{mailbox}})",
  "(mailLocalAddress={{mailbox}})",
]
[ldap.domain_attributes]
host = "mailHost"
[ldap.login_attributes]
login = "uid"
host = "mailhost"
"""


@pytest.fixture(scope="module")
def slapd() -> Iterator[Slapd]:
    """The directory, running."""
    with made(Slapd) as server:
        server.load(ENTRIES)
        server.start()
        yield server


def mapping(folder: Path, server: Slapd, *, url: str = "", access: str = "") -> Path:
    """A mapping file on the directory, by TLS and with the reader's password unless said otherwise."""
    (folder / "password").write_text(f"{PASSWORD}\n")
    reader = f'bind_dn = "{READER_DN}"\npassword_file = "password"\nca_file = "{server.ca_file}"\nseconds = 1'
    path = folder / "ldap.toml"
    path.write_text(
        MAPPING.format(
            url=url or f"ldaps://127.0.0.1:{server.tls_port}", access=access or reader, suffix=SUFFIX
        )
    )
    return path


@pytest.fixture
def store(slapd: Slapd, tmp_path: Path) -> Iterator[Store]:
    store = open_store(str(mapping(tmp_path, slapd)))
    yield store
    store.close()


def login(store: Store, address: str) -> tuple[str | None, str]:
    """Login name and host of somebody's IMAP server."""
    parsed = EmailAddress.parse(address)
    entry = store.find(parsed.domain)
    assert entry is not None
    server = entry.provider_for(parsed).incoming[0]
    return server.username, server.hostname  # type: ignore[union-attr]


def test_a_domain_is_served_with_the_host_its_entry_names(store: Store) -> None:
    assert found(store, "example.com").incoming[0].hostname == "imap.example.net"  # type: ignore[union-attr]
    assert store.find("nobody.example") is None


def test_each_value_of_an_attribute_counts(store: Store) -> None:
    assert found(store, "alias.example").id == "ldap"


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("ada@example.com", ("u4711", "imap7.example.net")),
        ("Ada+shop@Example.com", ("u4711", "imap7.example.net")),
        ("info@example.com", ("u4711", "imap7.example.net")),
        ("bob@example.com", ("u0815", "imap.example.net")),
        ("nobody@example.com", ("nobody@example.com", "imap.example.net")),
    ],
)
def test_a_login_name_and_a_host_by_mailbox(store: Store, address: str, expected: tuple[str, str]) -> None:
    assert login(store, address) == expected


def test_an_address_of_two_people_names_neither(store: Store) -> None:
    assert login(store, "team@example.com") == ("team@example.com", "imap.example.net")


@pytest.mark.parametrize("domain", ["*", "*.com", "exampl*", "example.com)(uid=*", "example.c\\6fm"])
def test_a_domain_is_only_ever_a_value_of_a_filter(store: Store, domain: str) -> None:
    assert store.find(domain) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ada@example.com", "ada@example.com"),
        ("*)(uid=*", r"\2a\29\28uid=\2a"),
        ("back\\slash\0", r"back\5cslash\00"),
        ("bücher", "bücher"),
    ],
)
def test_what_has_a_meaning_in_a_filter_is_escaped(text: str, expected: str) -> None:
    assert escaped(text) == expected


def test_start_tls_is_as_good(slapd: Slapd, tmp_path: Path) -> None:
    access = f'start_tls = true\nbind_dn = "{READER_DN}"\npassword_file = "password"\n'
    path = mapping(
        tmp_path,
        slapd,
        url=f"ldap://127.0.0.1:{slapd.port}",
        access=f'{access}ca_file = "{slapd.ca_file}"',
    )
    store = open_store(str(path))
    assert login(store, "ada@example.com") == ("u4711", "imap7.example.net")
    store.close()


def test_a_certificate_that_nobody_vouches_for_is_refused(slapd: Slapd, tmp_path: Path) -> None:
    access = f'bind_dn = "{READER_DN}"\npassword_file = "password"'
    store = open_store(str(mapping(tmp_path, slapd, access=access)))
    with pytest.raises(StoreDown):
        store.find("example.com")
    assert "Can't contact LDAP server" in problems(store)[0]
    store.close()


def test_a_name_that_is_not_in_the_certificate_is_refused(slapd: Slapd, tmp_path: Path) -> None:
    store = open_store(str(mapping(tmp_path, slapd, url=f"ldaps://localhost:{slapd.tls_port}")))
    with pytest.raises(StoreDown):
        store.find("example.com")
    store.close()


def test_a_wrong_password_is_told_without_it(slapd: Slapd, tmp_path: Path) -> None:
    path = mapping(tmp_path, slapd)
    (tmp_path / "password").write_text("wr0ng")
    store = open_store(str(path))
    assert problems(store)[0].endswith(
        "The store does not answer: Invalid credentials; what is kept is still served."
    )
    assert not store.health()[0].usable
    store.close()


def test_a_password_does_not_travel_unprotected(slapd: Slapd, tmp_path: Path) -> None:
    path = mapping(tmp_path, slapd, url="ldap://ldap.example.net")
    with pytest.raises(StoreError) as caught:
        open_store(str(path))
    assert str(caught.value) == (
        "The password for ldap://ldap.example.net would travel unprotected; use ldaps:// or start_tls = true."
    )


def test_a_filter_that_is_none_stops_the_start(slapd: Slapd, tmp_path: Path) -> None:
    path = mapping(tmp_path, slapd)
    path.write_text(path.read_text().replace("(mail={mailbox})", "(mail={mailbox}"))
    with pytest.raises(StoreError, match="refuses a question: Bad search filter"):
        open_store(str(path))


def test_a_filter_that_wants_what_nobody_tells_stops_the_start(slapd: Slapd, tmp_path: Path) -> None:
    path = mapping(tmp_path, slapd)
    path.write_text(path.read_text().replace("{mailbox}", "{email}"))
    with pytest.raises(StoreError, match=r"wants \{email\}; it may want \{address\}, \{local_part\}"):
        open_store(str(path))


def test_a_directory_that_was_away_answers_again(slapd: Slapd, tmp_path: Path) -> None:
    store = open_store(str(mapping(tmp_path, slapd)))
    assert login(store, "ada@example.com")[0] == "u4711"
    slapd.kill()
    try:
        with pytest.raises(StoreDown):
            store.find("nobody.example")
        assert login(store, "ada@example.com")[0] == "u4711", "what is kept is told"
        (health,) = store.health()
        assert (health.usable, len(health.problems)) == (True, 1)
    finally:
        slapd.start()
    time.sleep(1.1)
    assert store.find("nobody.example") is None
    assert store.health()[0].problems == ()
    store.close()


def test_a_directory_that_hangs_is_given_up(slapd: Slapd, tmp_path: Path) -> None:
    store = open_store(str(mapping(tmp_path, slapd)))
    assert store.find("example.com") is not None
    slapd.pause()
    try:
        started = time.monotonic()
        with pytest.raises(StoreDown):
            store.find("nobody.example")
        assert time.monotonic() - started < 5
        assert store.find("example.com") is not None
    finally:
        slapd.go_on()
    store.close()


def test_a_url_alone_needs_a_base(slapd: Slapd) -> None:
    with pytest.raises(StoreError, match=r"is written ldap://host/dc=example,dc=com, with a search base"):
        open_store("ldap://127.0.0.1")


def test_a_url_with_a_password_is_refused_without_repeating_it() -> None:
    with pytest.raises(StoreError) as caught:
        open_store("ldap://cn=admin:s3cr3t@127.0.0.1/dc=example")
    assert "s3cr3t" not in str(caught.value)
