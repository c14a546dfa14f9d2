"""The tables of five panels, as far as a preset looks at them, with a few customers in each.

Column names and types are those of the panels; what no preset reads is left out, except where a NOT NULL
column or an odd type could get in the way.
"""

from __future__ import annotations

from sqlalchemy import text

from autoconfig.stores.connections import parsed_url, writer

# In all of them: example.com with the mailbox ada, the alias info of hers and a catch-all of hers;
# alias.example as another name of it (where the panel knows such); backup.example, whose mail is only passed
# on; and gone.example, which is switched off. team@ goes to two people, bob is switched off.

_POSTFIX = """
CREATE TABLE domain (domain varchar(255) PRIMARY KEY, description varchar(255),
  backupmx {flag} NOT NULL DEFAULT {no}, active {flag} NOT NULL DEFAULT {yes});
CREATE TABLE mailbox (username varchar(255) PRIMARY KEY, local_part varchar(255) NOT NULL,
  domain varchar(255) NOT NULL, active {flag} NOT NULL DEFAULT {yes});
CREATE TABLE alias (address varchar(255) PRIMARY KEY, goto text NOT NULL,
  domain varchar(255) NOT NULL, active {flag} NOT NULL DEFAULT {yes});
CREATE TABLE alias_domain (alias_domain varchar(255) PRIMARY KEY,
  target_domain varchar(255) NOT NULL, active {flag} NOT NULL DEFAULT {yes});
INSERT INTO domain VALUES ('ALL', '', {no}, {yes}), ('example.com', '', {no}, {yes}),
  ('backup.example', '', {yes}, {yes}), ('gone.example', '', {no}, {no});
INSERT INTO mailbox VALUES ('ada@example.com', 'ada', 'example.com', {yes}),
  ('bob@example.com', 'bob', 'example.com', {no});
INSERT INTO alias VALUES ('ada@example.com', 'ada@example.com', 'example.com', {yes}),
  ('info@example.com', 'ada@example.com', 'example.com', {yes}),
  ('team@example.com', 'ada@example.com,bob@example.com', 'example.com', {yes}),
  ('@example.com', 'ada@example.com', 'example.com', {yes});
INSERT INTO alias_domain VALUES ('alias.example', 'example.com', {yes})
"""

_MAILCOW = """
DELETE FROM domain WHERE domain = 'ALL';
ALTER TABLE mailbox ADD COLUMN kind varchar(100) NOT NULL DEFAULT '';
INSERT INTO mailbox VALUES ('room@example.com', 'room', 'example.com', 1, 'location')
"""

_VIMBADMIN = """
CREATE TABLE domain (id bigint PRIMARY KEY, domain varchar(255) UNIQUE,
  backupmx {flag} NOT NULL DEFAULT 0, active {flag} NOT NULL DEFAULT 1);
CREATE TABLE mailbox (id bigint PRIMARY KEY, username varchar(255) UNIQUE, local_part varchar(255),
  active {flag} NOT NULL DEFAULT 1, Domain_id bigint);
CREATE TABLE alias (id bigint PRIMARY KEY, address varchar(255) UNIQUE, goto text NOT NULL,
  active {flag} NOT NULL DEFAULT 1, Domain_id bigint);
INSERT INTO domain VALUES (1, 'example.com', 0, 1), (2, 'backup.example', 1, 1), (3, 'gone.example', 0, 0);
INSERT INTO mailbox VALUES (1, 'ada@example.com', 'ada', 1, 1), (2, 'bob@example.com', 'bob', 0, 1);
INSERT INTO alias VALUES (1, 'ada@example.com', 'ada@example.com', 1, 1),
  (2, 'info@example.com', 'ada@example.com', 1, 1),
  (3, 'team@example.com', 'ada@example.com,bob@example.com', 1, 1),
  (4, '@example.com', 'ada@example.com', 1, 1)
"""

_ISPCONFIG = """
CREATE TABLE server (server_id int PRIMARY KEY, server_name varchar(255) NOT NULL);
CREATE TABLE mail_domain (domain_id int PRIMARY KEY, server_id int NOT NULL,
  domain varchar(255) NOT NULL, active {enum} NOT NULL DEFAULT 'n');
CREATE TABLE mail_user (mailuser_id int PRIMARY KEY, server_id int NOT NULL,
  email varchar(255) NOT NULL, login varchar(255) NOT NULL);
CREATE TABLE mail_forwarding (forwarding_id int PRIMARY KEY, server_id int NOT NULL,
  source varchar(255) NOT NULL, destination text, type varchar(11) NOT NULL, active {enum} NOT NULL);
INSERT INTO server VALUES (1, 'mx1.example.net'), (2, 'mx2.example.net');
INSERT INTO mail_domain VALUES (1, 1, 'example.com', 'y'), (2, 2, 'gone.example', 'n'),
  (3, 2, 'second.example', 'y');
INSERT INTO mail_user VALUES (1, 1, 'ada@example.com', 'ada.l'), (2, 2, 'eve@example.com', 'eve');
INSERT INTO mail_forwarding VALUES (1, 1, 'info@example.com', 'ada@example.com', 'alias', 'y'),
  (2, 1, 'team@example.com', 'ada@example.com\neve@example.com', 'forward', 'y'),
  (3, 1, '@example.com', 'ada@example.com', 'catchall', 'y'),
  (4, 1, '@alias.example', '@example.com', 'aliasdomain', 'y')
"""

_MODOBOA = """
CREATE TABLE core_user (id int PRIMARY KEY, username varchar(254) NOT NULL, email varchar(254) NOT NULL,
  is_active boolean NOT NULL);
CREATE TABLE admin_domain (id int PRIMARY KEY, name varchar(100) NOT NULL, enabled boolean NOT NULL,
  type varchar(20) NOT NULL);
CREATE TABLE admin_domainalias (id int PRIMARY KEY, name varchar(255) NOT NULL, target_id int NOT NULL,
  enabled boolean NOT NULL);
CREATE TABLE admin_mailbox (id int PRIMARY KEY, address varchar(252) NOT NULL, domain_id int NOT NULL,
  user_id int NOT NULL);
CREATE TABLE admin_alias (id int PRIMARY KEY, address varchar(254) NOT NULL, enabled boolean NOT NULL,
  expire_at timestamp NULL);
CREATE TABLE modoboa_admin_aliasrecipient (id int PRIMARY KEY, address varchar(254) NOT NULL,
  alias_id int NOT NULL, r_mailbox_id int);
INSERT INTO core_user VALUES (1, 'ada@example.com', 'ada@example.com', TRUE),
  (2, 'bob@example.com', 'bob@example.com', FALSE);
INSERT INTO admin_domain VALUES (1, 'example.com', TRUE, 'domain'), (2, 'gone.example', FALSE, 'domain'),
  (3, 'backup.example', TRUE, 'relaydomain');
INSERT INTO admin_domainalias VALUES (1, 'alias.example', 1, TRUE);
INSERT INTO admin_mailbox VALUES (1, 'ada', 1, 1), (2, 'bob', 1, 2);
INSERT INTO admin_alias VALUES (1, 'info@example.com', TRUE, NULL), (2, 'team@example.com', TRUE, NULL),
  (3, '@example.com', TRUE, NULL), (4, 'once@example.com', TRUE, '2001-01-01 00:00:00');
INSERT INTO modoboa_admin_aliasrecipient VALUES (1, 'ada@example.com', 1, 1), (2, 'ada@example.com', 2, 1),
  (3, 'bob@example.com', 2, 2), (4, 'ada@example.com', 3, 1), (5, 'ada@example.com', 4, 1)
"""

_LITE = {"flag": "integer", "yes": "1", "no": "0", "enum": "char(1)"}
_MARIA = {"flag": "tinyint(1)", "yes": "1", "no": "0", "enum": "enum('n', 'y')"}
_POSTGRES = {"flag": "boolean", "yes": "TRUE", "no": "FALSE"}

PANELS: dict[tuple[str, str], str] = {
    ("postfixadmin", "sqlite"): _POSTFIX.format(**_LITE),
    ("postfixadmin", "postgresql"): _POSTFIX.format(**_POSTGRES),
    ("postfixadmin", "mariadb"): _POSTFIX.format(**_MARIA),
    ("mailcow", "sqlite"): f"{_POSTFIX.format(**_LITE)};{_MAILCOW}",
    ("mailcow", "mariadb"): f"{_POSTFIX.format(**_MARIA)};{_MAILCOW}",
    ("vimbadmin", "sqlite"): _VIMBADMIN.format(**_LITE),
    ("vimbadmin", "mariadb"): _VIMBADMIN.format(**_MARIA),
    ("ispconfig", "sqlite"): _ISPCONFIG.format(**_LITE),
    ("ispconfig", "mariadb"): _ISPCONFIG.format(**_MARIA),
    ("modoboa", "sqlite"): _MODOBOA,
    ("modoboa", "postgresql"): _MODOBOA,
    ("modoboa", "mariadb"): _MODOBOA,
}
"""Statements that make a panel's tables and fill them, by panel and database."""


def fill(url: str, statements: str) -> None:
    """Run the statements, each ended by a semicolon, in a database."""
    engine = writer(parsed_url(url))
    with engine.begin() as connection:
        for statement in statements.split(";"):
            connection.execute(text(statement.replace(":", "\\:")))
    engine.dispose()
