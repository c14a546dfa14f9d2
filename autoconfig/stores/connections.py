"""Connections to a database behind a SQLAlchemy URL: pooled, with timeouts, its password never repeated."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from autoconfig.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.engine import URL, Engine

POOL = 4
"""Connections a process keeps; as many again are opened while all are busy."""
CONNECT_SECONDS = 2
STATEMENT_SECONDS = 2
"""A mail program waits three seconds for an answer (Thunderbird), so that waiting longer helps nobody."""
RECYCLE_SECONDS = 1800
"""After which a connection is made anew: firewalls forget, and the database's name may lead elsewhere."""

_DRIVERS = {"postgresql": "postgresql+psycopg", "mysql": "mysql+pymysql", "mariadb": "mariadb+pymysql"}
_EXTRAS = {"postgresql": "postgresql", "postgres": "postgresql", "mysql": "mysql", "mariadb": "mysql"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How long to wait (seconds), and how many connections to keep."""

    pool: int = POOL
    connect_seconds: int = CONNECT_SECONDS
    statement_seconds: int = STATEMENT_SECONDS


def parsed_url(text: str, password: str | None = None) -> URL:
    """Read a SQLAlchemy URL. Raises StoreError, which does not repeat it: there may be a password in it."""
    scheme = text.partition("://")[0]
    try:
        from sqlalchemy.engine import make_url
        from sqlalchemy.exc import ArgumentError
    except ImportError:
        extra = _EXTRAS.get(scheme.partition("+")[0], "sql")
        raise StoreError(f"The store {scheme}://… needs: pip install 'mail-autoconfig[{extra}]'.") from None
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise StoreError(
            f"The store {scheme}://… is not a URL such as postgresql+psycopg://user@host/database."
        ) from None
    backend = "postgresql" if url.get_backend_name() == "postgres" else url.get_backend_name()
    if "+" not in url.drivername:
        url = url.set(drivername=_DRIVERS.get(backend, backend))
    if backend == "sqlite" and not url.database:
        raise StoreError("The store sqlite://… names no file; write sqlite:////path/to/the.db.")
    return url if password is None else url.set(password=password)


def shown(url: URL) -> str:
    """The URL for people: without user, password and options."""
    kind = url.get_backend_name()
    if kind == "sqlite":
        return f"sqlite:///{url.database}"
    host = url.host or ""
    port = f":{url.port}" if url.port else ""
    return f"{kind}://{f'[{host}]' if ':' in host else host}{port}/{url.database or ''}"


def reader(url: URL, limits: Limits) -> Engine:
    """An engine whose connections can only read. Nothing is connected yet. Raises StoreError."""
    return _engine(url, limits, read_only=True)


def writer(url: URL) -> Engine:
    """An engine for an import: it may write, and a statement may take its time. Raises StoreError."""
    return _engine(url, Limits(pool=1, connect_seconds=10, statement_seconds=0), read_only=False)


def reason_of(error: BaseException, secret: str | None) -> str:
    """What a driver says, on one line; a password in it is taken out."""
    cause = getattr(error, "orig", None) or error
    text = str(cause.args[-1] if cause.args else cause)
    line = " ".join((text.strip() or type(cause).__name__).splitlines()[0].split())[:200].rstrip(".:")
    return line.replace(secret, "…") if secret else line


def errors_of(engine: Engine) -> tuple[type[BaseException], ...]:
    """What its driver and SQLAlchemy raise."""
    from sqlalchemy.exc import SQLAlchemyError

    return (engine.dialect.loaded_dbapi.Error, SQLAlchemyError, OSError)


def _engine(url: URL, limits: Limits, *, read_only: bool) -> Engine:
    from sqlalchemy import create_engine, event
    from sqlalchemy.exc import ArgumentError, NoSuchModuleError

    backend = url.get_backend_name()
    # Those beyond would be closed after each question: with eight threads half of all questions made one.
    options: dict[str, Any] = {"pool_size": limits.pool * 2, "max_overflow": 0}
    if backend == "sqlite":
        options["creator"] = _sqlite_creator(url, limits, read_only=read_only)
    else:
        options["connect_args"] = _connect_arguments(backend, limits)
        options["isolation_level"] = "AUTOCOMMIT" if read_only else "READ COMMITTED"
    if read_only:
        options["pool_reset_on_return"] = None  # nothing is ever begun on them
    try:
        engine = create_engine(
            url,
            pool_timeout=limits.connect_seconds,
            pool_recycle=RECYCLE_SECONDS,
            pool_use_lifo=True,
            **options,
        )
    except (ArgumentError, NoSuchModuleError, TypeError, ValueError):
        raise StoreError(f"The store {url.drivername}://… is not a URL SQLAlchemy can use.") from None
    except ImportError:
        extra = _EXTRAS.get(backend, "sql")
        raise StoreError(f"The store {backend}://… needs: pip install 'mail-autoconfig[{extra}]'.") from None
    statements = _session_statements(backend, limits, read_only=read_only)

    @event.listens_for(engine, "connect")
    def set_up(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        for statement in statements:
            cursor.execute(statement)
        cursor.close()

    return engine


def _connect_arguments(backend: str, limits: Limits) -> dict[str, Any]:
    if backend == "postgresql":
        seconds = limits.connect_seconds
        # A peer that vanished without a word is noticed by the kernel.
        keepalives = {"keepalives_idle": seconds, "keepalives_interval": 1, "keepalives_count": 3}
        return {"connect_timeout": seconds, "tcp_user_timeout": 5000, **keepalives}
    # The database may hang without closing: reading gives up a little after it should have given up itself.
    patience = limits.statement_seconds + 1 if limits.statement_seconds else None
    return {
        "connect_timeout": limits.connect_seconds,
        "read_timeout": patience,
        "write_timeout": patience,
        "charset": "utf8mb4",
    }


def _session_statements(backend: str, limits: Limits, *, read_only: bool) -> list[str]:
    """What every new connection is told first."""
    seconds = limits.statement_seconds
    if backend == "sqlite":
        if read_only:
            return ["PRAGMA query_only = on"]
        # With a write-ahead log this loses nothing but the last moment before a power cut.
        return ["PRAGMA foreign_keys = on", "PRAGMA synchronous = normal", "PRAGMA cache_size = -65536"]
    if not read_only:
        return []
    if backend == "postgresql":
        return [f"SET statement_timeout = {seconds * 1000}", "SET default_transaction_read_only = on"]
    # Each reads the other's comment as a comment: MariaDB counts seconds, MySQL milliseconds.
    timeout = (
        f"SET @statement_seconds = {seconds} /*M!100101 , SESSION max_statement_time = {seconds} */"
        f" /*!50708 , SESSION max_execution_time = {seconds * 1000} */"
    )
    return [timeout, "SET SESSION TRANSACTION READ ONLY"]


def _sqlite_creator(url: URL, limits: Limits, *, read_only: bool) -> Callable[[], sqlite3.Connection]:
    path = Path(url.database or "").absolute()
    address = f"file:{quote(str(path))}?mode={'ro' if read_only else 'rwc'}"

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(
            address,
            uri=True,
            timeout=limits.statement_seconds or 10,
            check_same_thread=False,
            isolation_level=None if read_only else "DEFERRED",
        )
        if sqlite3.sqlite_version_info < (3, 44):
            connection.create_function("concat", -1, _concat, deterministic=True)
        return connection

    return connect


def _concat(*texts: object) -> str:
    """What every other database, and SQLite since 3.44, has."""
    return "".join(str(text) for text in texts if text is not None)
