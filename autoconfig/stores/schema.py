"""Our own tables: providers as documents, and the names of each; what an import has read but not finished.

A hoster's panel may write into them. ``autoconfig_version`` is what readers look at every second: whoever
adds one to it is served at once, everybody else's changes within a minute.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    insert,
    select,
    update,
)
from sqlalchemy.dialects import mysql
from sqlalchemy.engine import Connection

SCHEMA = 1
"""Which edition of the tables this is."""

DOMAIN_LENGTH = 253
ID_LENGTH = 255

# Look-ups are by bytes: no collation may take two names for one, or sort them at a price.
_DOMAIN = (
    String(DOMAIN_LENGTH)
    .with_variant(String(DOMAIN_LENGTH, collation="C"), "postgresql")
    .with_variant(mysql.VARCHAR(DOMAIN_LENGTH, charset="ascii", collation="ascii_bin"), "mysql", "mariadb")
)
_ID = (
    String(ID_LENGTH)
    .with_variant(String(ID_LENGTH, collation="C"), "postgresql")
    .with_variant(mysql.VARCHAR(ID_LENGTH, charset="utf8mb4", collation="utf8mb4_bin"), "mysql", "mariadb")
)
_DOCUMENT = Text().with_variant(
    mysql.MEDIUMTEXT(charset="utf8mb4", collation="utf8mb4_bin"), "mysql", "mariadb"
)

METADATA = MetaData()

PROVIDERS = Table(
    "autoconfig_providers",
    METADATA,
    Column("id", _ID, primary_key=True),
    Column("document", _DOCUMENT, nullable=False, comment="a provider file, its domains and mx aside"),
    mysql_engine="InnoDB",
)

DOMAINS = Table(
    "autoconfig_domains",
    METADATA,
    Column("domain", _DOMAIN, primary_key=True, comment="A-labels in lower case"),
    Column("provider", _ID, ForeignKey(PROVIDERS.c.id), nullable=False),
    mysql_engine="InnoDB",
    sqlite_with_rowid=False,
)
Index("autoconfig_domains_of_provider", DOMAINS.c.provider, DOMAINS.c.domain)

MX_DOMAINS = Table(
    "autoconfig_mx_domains",
    METADATA,
    Column("domain", _DOMAIN, primary_key=True, comment="where customers' MX records point"),
    Column("provider", _ID, ForeignKey(PROVIDERS.c.id), nullable=False, index=True),
    mysql_engine="InnoDB",
    sqlite_with_rowid=False,
)

ALIASES = Table(
    "autoconfig_domain_aliases",
    METADATA,
    Column("alias", _DOMAIN, primary_key=True, comment="another name of a mail domain"),
    Column("domain", _DOMAIN, ForeignKey(DOMAINS.c.domain, ondelete="CASCADE"), nullable=False, index=True),
    mysql_engine="InnoDB",
    sqlite_with_rowid=False,
)

VERSION = Table(
    "autoconfig_version",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False, comment="always 1"),
    Column("schema_edition", Integer, nullable=False),
    Column("version", BigInteger, nullable=False, comment="add one when something has changed"),
    mysql_engine="InnoDB",
)

STAGED_PROVIDERS = Table(
    "autoconfig_staged_providers",
    METADATA,
    Column("import_id", String(64), primary_key=True),
    Column("id", _ID, primary_key=True),
    Column("document", _DOCUMENT, nullable=True, comment="none where only names are added"),
    Column("source", Text, nullable=False),
    mysql_engine="InnoDB",
    mysql_charset="utf8mb4",
)

STAGED_NAMES = Table(
    "autoconfig_staged_names",
    METADATA,
    Column("import_id", String(64), primary_key=True),
    Column("position", BigInteger, primary_key=True, autoincrement=False, comment="in the source, from 1"),
    Column("kind", String(6), nullable=False, comment="domain or mx"),
    Column("name", _DOMAIN, nullable=False),
    Column("provider", _ID, nullable=False),
    mysql_engine="InnoDB",
    mysql_charset="utf8mb4",
)
# PostgreSQL joins by hashes, and would be slowed down by it while the names are read.
Index("autoconfig_staged_by_name", STAGED_NAMES.c.import_id, STAGED_NAMES.c.kind, STAGED_NAMES.c.name).ddl_if(
    callable_=lambda *_about, dialect, **_more: dialect.name != "postgresql"
)


def create(connection: Connection) -> None:
    """Make the tables that are not there yet."""
    METADATA.create_all(connection)
    if connection.execute(select(VERSION.c.version)).first() is None:
        connection.execute(insert(VERSION).values(id=1, schema_edition=SCHEMA, version=1))


def changed(connection: Connection) -> None:
    """Tell the readers that something has changed, once this transaction is committed."""
    connection.execute(update(VERSION).values(version=VERSION.c.version + 1))
