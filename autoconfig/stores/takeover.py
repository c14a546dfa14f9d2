"""The last step of an import: everything that was staged moves into the tables, in one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import text

from autoconfig.errors import StoreError
from autoconfig.stores import schema
from autoconfig.stores.schema import DOMAINS, MX_DOMAINS, STAGED_NAMES

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

CONFLICTS_TOLD = 1000


@dataclass(frozen=True, slots=True)
class Conflict:
    """A name that stayed with whom it belonged to; ``str()`` is one sentence."""

    kind: str
    name: str
    wanted: str
    owner: str

    def __str__(self) -> str:
        what = "The MX domain" if self.kind == "mx" else "The domain"
        return f"{what} {self.name} belongs to {self.owner} and was not given to {self.wanted}."


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What an import did."""

    providers: int
    """Providers read from the source."""
    written: int
    """Providers that are new or say something else than before."""
    names: int
    """Names read from the source."""
    added: int
    moved: int
    removed: int
    resumed: int
    """Names that an earlier, interrupted run had written already."""
    conflicts: tuple[Conflict, ...]
    conflicts_total: int


def take_over(connection: Connection, import_id: str, resumed: int, *, replace: bool, move: bool) -> Imported:
    """Move everything over, within one transaction."""

    def run(sql: str, table: str = "", kind: str = "") -> int:
        statement = text(sql.format(table=table)).execution_options(preserve_rowcount=True)
        return connection.execute(statement, {"import_id": import_id, "kind": kind}).rowcount

    _check_providers(connection, import_id)
    if connection.dialect.name == "postgresql":
        _prepare_postgresql(connection, move=move)
    changed = run(_CHANGE_PROVIDERS) + run(_ADD_PROVIDERS)
    added = moved = removed = total = 0
    conflicts: list[Conflict] = []
    for kind, table in (("domain", DOMAINS.name), ("mx", MX_DOMAINS.name)):
        removed += run(_REMOVE, table, kind) if replace else 0
        moved += run(_MOVE, table, kind) if move else 0
        added += run(_ADD, table, kind)
        found, count = _conflicts(connection, import_id, table, kind)
        conflicts += found
        total += count
    read = run(_FORGET_NAMES)
    providers = run(_FORGET_PROVIDERS)
    if move and connection.dialect.name == "postgresql":
        connection.execute(text("DROP INDEX autoconfig_for_move"))
    if changed or added or moved or removed:
        schema.changed(connection)
    return Imported(
        providers=providers,
        written=changed,
        names=read,
        added=added,
        moved=moved,
        removed=removed,
        resumed=resumed,
        conflicts=tuple(conflicts),
        conflicts_total=total,
    )


def _prepare_postgresql(connection: Connection, *, move: bool) -> None:
    # A table that was small when it was counted is joined row by row with the very rows that are being
    # added to it: hours instead of seconds.
    connection.execute(text("SET LOCAL enable_nestloop = off"))
    if move:
        # Others do not see it before this transaction ends, and it is dropped by then.
        connection.execute(
            text(f"CREATE INDEX autoconfig_for_move ON {STAGED_NAMES.name} (name, import_id, kind)")
        )


def _check_providers(connection: Connection, import_id: str) -> None:
    """Names can be added to a provider that is there, or that comes along. Raises StoreError."""
    missing = connection.execute(text(_MISSING_PROVIDERS), {"import_id": import_id}).first()
    if missing is not None:
        raise StoreError(
            f"There is no provider {missing[0]!r} in the database; import its provider file first."
        )


def _conflicts(connection: Connection, import_id: str, table: str, kind: str) -> tuple[list[Conflict], int]:
    """The first conflicts, and how many there are."""
    values = {"import_id": import_id, "kind": kind}
    first = f"SELECT s.name, s.provider, d.provider {_CONFLICTS} ORDER BY s.position LIMIT {CONFLICTS_TOLD}"
    rows = connection.execute(text(first.format(table=table)), values)
    found = [Conflict(kind, *row) for row in rows]
    if len(found) < CONFLICTS_TOLD:
        return found, len(found)
    return found, int(
        connection.scalar(text(f"SELECT count(*) {_CONFLICTS}".format(table=table)), values) or 0
    )


_MISSING_PROVIDERS = """
SELECT s.id FROM autoconfig_staged_providers s
WHERE s.import_id = :import_id AND s.document IS NULL
AND NOT EXISTS (SELECT 1 FROM autoconfig_providers p WHERE p.id = s.id) ORDER BY s.id
"""
_CHANGE_PROVIDERS = """
UPDATE autoconfig_providers SET document = (
  SELECT s.document FROM autoconfig_staged_providers s
  WHERE s.import_id = :import_id AND s.id = autoconfig_providers.id)
WHERE EXISTS (
  SELECT 1 FROM autoconfig_staged_providers s
  WHERE s.import_id = :import_id AND s.id = autoconfig_providers.id
  AND s.document IS NOT NULL AND s.document <> autoconfig_providers.document)
"""
_ADD_PROVIDERS = """
INSERT INTO autoconfig_providers (id, document)
SELECT s.id, s.document FROM autoconfig_staged_providers s
WHERE s.import_id = :import_id AND s.document IS NOT NULL
AND NOT EXISTS (SELECT 1 FROM autoconfig_providers p WHERE p.id = s.id)
"""
_REMOVE = """
DELETE FROM {table}
WHERE EXISTS (
  SELECT 1 FROM autoconfig_staged_providers p WHERE p.import_id = :import_id AND p.id = {table}.provider)
AND NOT EXISTS (
  SELECT 1 FROM autoconfig_staged_names s WHERE s.import_id = :import_id AND s.kind = :kind
  AND s.name = {table}.domain AND s.provider = {table}.provider)
"""
_MOVE = """
UPDATE {table} SET provider = (
  SELECT s.provider FROM autoconfig_staged_names s
  WHERE s.import_id = :import_id AND s.kind = :kind AND s.name = {table}.domain
  AND s.position = (
    SELECT min(t.position) FROM autoconfig_staged_names t
    WHERE t.import_id = :import_id AND t.kind = :kind AND t.name = {table}.domain))
WHERE EXISTS (
  SELECT 1 FROM autoconfig_staged_names s
  WHERE s.import_id = :import_id AND s.kind = :kind AND s.name = {table}.domain
  AND s.provider <> {table}.provider
  AND s.position = (
    SELECT min(t.position) FROM autoconfig_staged_names t
    WHERE t.import_id = :import_id AND t.kind = :kind AND t.name = {table}.domain))
"""
_ADD = """
INSERT INTO {table} (domain, provider)
SELECT f.name, f.provider FROM (
  SELECT s.name, s.provider, row_number() OVER (PARTITION BY s.name ORDER BY s.position) AS place
  FROM autoconfig_staged_names s WHERE s.import_id = :import_id AND s.kind = :kind) f
WHERE f.place = 1 AND NOT EXISTS (SELECT 1 FROM {table} d WHERE d.domain = f.name)
ORDER BY f.name
"""
_CONFLICTS = """
FROM autoconfig_staged_names s JOIN {table} d ON d.domain = s.name
WHERE s.import_id = :import_id AND s.kind = :kind AND s.provider <> d.provider
"""
_FORGET_NAMES = "DELETE FROM autoconfig_staged_names WHERE import_id = :import_id"
_FORGET_PROVIDERS = "DELETE FROM autoconfig_staged_providers WHERE import_id = :import_id"
