"""A small schema of an ISP's own, and the mapping file that reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from autoconfig.stores import open_store
from autoconfig.stores.mapped import MappedStore
from tests.stores.panels import fill

if TYPE_CHECKING:
    from pathlib import Path

SCHEMA = """
CREATE TABLE customers (name varchar(253) PRIMARY KEY, imap varchar(255), brand varchar(255),
  template varchar(40));
CREATE TABLE people (address varchar(320) PRIMARY KEY, uid varchar(255), imap varchar(255));
INSERT INTO customers VALUES ('example.com', 'imap.example.net', 'Example', NULL),
  ('other.example', NULL, 'Other', 'plain'), ('odd.example', 'not a host', 'Odd', NULL),
  ('none.example', 'imap.example.net', 'None', 'no-such-template');
INSERT INTO people VALUES ('ada@example.com', 'u4711', 'imap7.example.net'),
  ('bob@example.com', 'u0815', NULL),
  ('eve@example.com', 'u1234', 'no host at all')
"""

SQL = '''
[sql]
url = "{url}"
domain_query = """
SELECT imap, brand, template AS provider FROM customers WHERE name = :domain
"""
login_query = "SELECT uid AS login, imap FROM people WHERE address = :mailbox"
mx_query = "SELECT imap, brand FROM customers WHERE concat('mx.', name) = :domain"
count_query = "SELECT count(*) FROM customers"
'''

REST = """
[variables]
imap = "imap.example.org"
brand = "ISP"
port = 1993

[unknown]
login = "u####"
key_file = "key"

[[provider]]
id = "usual"
name = "{brand} Mail"
mx = ["mx.example.net"]
[[provider.incoming]]
type = "imap"
hostname = "{imap}"
port = "{port}"
username = "{login}"
[[provider.incoming]]
type = "activeSync"
url = "https://{imap}/Microsoft-Server-ActiveSync"
username = "{login}"
[[provider.outgoing]]
type = "smtp"
hostname = "smtp.%EMAILDOMAIN%"
username = "ISP\\\\{login}"
[[provider.other]]
type = "caldav"
url = "https://dav.example.net/{login}/"
username = "{login}"

[[provider]]
id = "plain"
name = "{brand}"
[[provider.incoming]]
type = "imap"
hostname = "{imap}"
"""


def written(folder: Path, sql: str = SQL, rest: str = REST, *, url: str = "") -> Path:
    """A mapping file on a database with the schema, in a folder of its own."""
    if not url:
        url = f"sqlite:///{folder}/isp.db"
        fill(url, SCHEMA)
    (folder / "key").write_bytes(b"0123456789abcdef\n")
    path = folder / "isp.toml"
    path.write_text(sql.replace("{url}", url) + rest)
    return path


def opened(path: Path) -> MappedStore:
    """The store of a mapping file."""
    store = open_store(str(path))
    assert isinstance(store, MappedStore)
    return store
