"""The tables of five panels, as far as a preset looks at them, with a few customers in each.

Column names and types are those of the panels; what no preset reads is left out, except where a NOT NULL
column or an odd type could get in the way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import text

from autoconfig.stores.database import parsed_url, writer

if TYPE_CHECKING:
    from collections.abc import Iterable

# In all of them: example.com with the mailbox ada, the alias info of hers and a catch-all of hers; alias.example
# as another name of it (where the panel knows such); backup.example, whose mail is only passed on; and
# gone.example, which is switched off. team@ goes to two people, bob is switched off.

_FLAGS = {"yes": {"bool": "TRUE", "int": "1"}, "no": {"bool": "FALSE", "int": "0"}}


def _postfix_like(kind: str, flag: str, *, mailcow: bool = False, vimbadmin: bool = False) -> list[str]:
    """Postfix Admin's tables, and those that have grown out of them."""
    yes, no = _FLAGS["yes"][kind], _FLAGS["no"][kind]
    extra = ", kind varchar(100) NOT NULL DEFAULT ''" if mailcow else ""
    place = '"Domain_id" bigint' if vimbadmin else "domain varchar(255) NOT NULL"
    identity = "id bigint PRIMARY KEY, " if vimbadmin else ""
    key = "" if vimbadmin else ", PRIMARY KEY (username)"
    tables = [
        f"CREATE TABLE domain ({identity}domain varchar(255) NOT NULL UNIQUE, description varchar(255), "
        f"backupmx {flag} NOT NULL DEFAULT {no}, active {flag} NOT NULL DEFAULT {yes})",
        f"CREATE TABLE mailbox (username varchar(255) NOT NULL, local_part varchar(255) NOT NULL, {place}, "
        f"active {flag} NOT NULL DEFAULT {yes}{extra}{key})",
        f"CREATE TABLE alias (address varchar(255) NOT NULL, goto text NOT NULL, {place}, "
        f"active {flag} NOT NULL DEFAULT {yes})",
    ]
    there = "1" if vimbadmin else "'example.com'"
    domains = [("example.com", no, yes), ("backup.example", yes, yes), ("gone.example", no, no)]
    rows = [
        f"INSERT INTO domain VALUES ({f'{number}, ' if vimbadmin else ''}'{name}', NULL, {backup}, {active})"
        for number, (name, backup, active) in enumerate(domains, start=1)
    ]
    more = ", ''" if mailcow else ""
    rows += [
        f"INSERT INTO mailbox VALUES ('ada@example.com', 'ada', {there}, {yes}{more})",
        f"INSERT INTO mailbox VALUES ('bob@example.com', 'bob', {there}, {no}{more})",
    ]
    if mailcow:
        rows.append("INSERT INTO mailbox VALUES ('room@example.com', 'room', 'example.com', 1, 'location')")
    aliases = {
        "ada@example.com": "ada@example.com",  # Postfix Admin writes one for each mailbox
        "info@example.com": "ada@example.com",
        "team@example.com": "ada@example.com,bob@example.com",
        "@example.com": "ada@example.com",
    }
    rows += [
        f"INSERT INTO alias VALUES ('{address}', '{goto}', {there}, {yes})"
        for address, goto in aliases.items()
    ]
    if not vimbadmin:
        tables.append(
            "CREATE TABLE alias_domain (alias_domain varchar(255) PRIMARY KEY, "
            f"target_domain varchar(255) NOT NULL, active {flag} NOT NULL DEFAULT {yes})"
        )
        rows.append(f"INSERT INTO alias_domain VALUES ('alias.example', 'example.com', {yes})")
    return [*tables, *rows]


def _ispconfig(enum: str) -> list[str]:
    return [
        "CREATE TABLE server (server_id int PRIMARY KEY, server_name varchar(255) NOT NULL)",
        f"CREATE TABLE mail_domain (domain_id int PRIMARY KEY, server_id int NOT NULL, "
        f"domain varchar(255) NOT NULL, active {enum} NOT NULL DEFAULT 'n')",
        "CREATE TABLE mail_user (mailuser_id int PRIMARY KEY, server_id int NOT NULL, "
        "email varchar(255) NOT NULL, login varchar(255) NOT NULL)",
        "CREATE TABLE mail_forwarding (forwarding_id int PRIMARY KEY, server_id int NOT NULL, "
        f"source varchar(255) NOT NULL, destination text, type varchar(11) NOT NULL, active {enum} NOT NULL)",
        "INSERT INTO server VALUES (1, 'mx1.example.net'), (2, 'mx2.example.net')",
        "INSERT INTO mail_domain VALUES (1, 1, 'example.com', 'y'), (2, 2, 'gone.example', 'n'), "
        "(3, 2, 'second.example', 'y')",
        "INSERT INTO mail_user VALUES (1, 1, 'ada@example.com', 'ada.l'), (2, 2, 'eve@example.com', 'eve')",
        "INSERT INTO mail_forwarding VALUES (1, 1, 'info@example.com', 'ada@example.com', 'alias', 'y'), "
        "(2, 1, 'team@example.com', 'ada@example.com\neve@example.com', 'forward', 'y'), "
        "(3, 1, '@example.com', 'ada@example.com', 'catchall', 'y'), "
        "(4, 1, '@alias.example', '@example.com', 'aliasdomain', 'y')",
    ]


MODOBOA = [
    "CREATE TABLE core_user (id int PRIMARY KEY, username varchar(254) NOT NULL, email varchar(254) NOT NULL, "
    "is_active boolean NOT NULL)",
    "CREATE TABLE admin_domain (id int PRIMARY KEY, name varchar(100) NOT NULL, enabled boolean NOT NULL, "
    "type varchar(20) NOT NULL)",
    "CREATE TABLE admin_domainalias (id int PRIMARY KEY, name varchar(255) NOT NULL, "
    "target_id int NOT NULL, enabled boolean NOT NULL)",
    "CREATE TABLE admin_mailbox (id int PRIMARY KEY, address varchar(252) NOT NULL, domain_id int NOT NULL, "
    "user_id int NOT NULL)",
    "CREATE TABLE admin_alias (id int PRIMARY KEY, address varchar(254) NOT NULL, enabled boolean NOT NULL, "
    "expire_at timestamp NULL)",
    "CREATE TABLE modoboa_admin_aliasrecipient (id int PRIMARY KEY, address varchar(254) NOT NULL, "
    "alias_id int NOT NULL, r_mailbox_id int)",
    "INSERT INTO core_user VALUES (1, 'ada@example.com', 'ada@example.com', TRUE), "
    "(2, 'bob@example.com', 'bob@example.com', FALSE)",
    "INSERT INTO admin_domain VALUES (1, 'example.com', TRUE, 'domain'), (2, 'gone.example', FALSE, 'domain'), "
    "(3, 'backup.example', TRUE, 'relaydomain')",
    "INSERT INTO admin_domainalias VALUES (1, 'alias.example', 1, TRUE)",
    "INSERT INTO admin_mailbox VALUES (1, 'ada', 1, 1), (2, 'bob', 1, 2)",
    "INSERT INTO admin_alias VALUES (1, 'info@example.com', TRUE, NULL), (2, 'team@example.com', TRUE, NULL), "
    "(3, '@example.com', TRUE, NULL), (4, 'once@example.com', TRUE, '2001-01-01 00:00:00')",
    "INSERT INTO modoboa_admin_aliasrecipient VALUES (1, 'ada@example.com', 1, 1), "
    "(2, 'ada@example.com', 2, 1), (3, 'bob@example.com', 2, 2), (4, 'ada@example.com', 3, 1), "
    "(5, 'ada@example.com', 4, 1)",
]

PANELS: dict[tuple[str, str], list[str]] = {
    ("postfixadmin", "sqlite"): _postfix_like("int", "integer"),
    ("postfixadmin", "postgresql"): _postfix_like("bool", "boolean"),
    ("postfixadmin", "mariadb"): _postfix_like("int", "tinyint(1)"),
    ("mailcow", "sqlite"): _postfix_like("int", "integer", mailcow=True),
    ("mailcow", "mariadb"): _postfix_like("int", "tinyint(1)", mailcow=True),
    ("vimbadmin", "sqlite"): _postfix_like("int", "integer", vimbadmin=True),
    ("vimbadmin", "mariadb"): [
        statement.replace('"', "`") for statement in _postfix_like("int", "tinyint(1)", vimbadmin=True)
    ],
    ("ispconfig", "sqlite"): _ispconfig("char(1)"),
    ("ispconfig", "mariadb"): _ispconfig("enum('n', 'y')"),
    ("modoboa", "sqlite"): MODOBOA,
    ("modoboa", "postgresql"): MODOBOA,
    ("modoboa", "mariadb"): MODOBOA,
}
"""Statements that make a panel's tables and fill them, by panel and database."""


def fill(url: str, statements: Iterable[str]) -> None:
    """Run the statements in a database."""
    engine = writer(parsed_url(url))
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement.replace(":", "\\:")))
    engine.dispose()
