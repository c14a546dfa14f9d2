"""An LDAP server: searched on a few connections, with verified TLS, timeouts, and no referrals followed."""

from __future__ import annotations

import os
import queue
import ssl
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

from autoconfig.errors import StoreError
from autoconfig.stores.pulse import SourceFailed, after_fork

if TYPE_CHECKING:
    from collections.abc import Callable

Value = TypeVar("Value")

IDLE = 4
"""Connections kept for the next question."""
CONNECTING = 4
"""Connections made at the same time; those of a server that hangs stay here until it closes them."""
SECONDS = 2
"""For a connection, and for one answer."""

Found = dict[str, list[bytes]]
"""The attributes of an entry by their names in lower case."""

_LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """How to reach a server, and as whom."""

    url: str
    """``ldaps://host``, ``ldap://host``, ``ldapi://%2Frun%2Fldapi``; no more than that."""
    start_tls: bool = False
    ca_file: str | None = None
    """PEM; None for what the system trusts, or SSL_CERT_FILE."""
    bind_dn: str = ""
    password: str | None = None
    seconds: int = SECONDS

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        plain = parts.scheme == "ldap" and not self.start_tls and parts.hostname not in _LOOPBACK
        if plain and self.password is not None:
            raise StoreError(
                f"The password for {self.url} would travel unprotected; use ldaps:// or start_tls = true."
            )
        if parts.username is not None or parts.password is not None:
            raise StoreError(f"An {parts.scheme}:// URL has no place for a password; use a mapping file.")


class DirectoryServer:
    """Searches one server, from many threads. Raises StoreError where python-ldap is not installed."""

    def __init__(self, access: Access) -> None:
        try:
            import ldap
        except ImportError:
            raise StoreError(f"The store {access.url} needs: pip install 'mail-autoconfig[ldap]'.") from None
        self._ldap = ldap
        self._access = access
        self._idle: list[Any] = []
        self._abandoned: list[Any] = []
        self._lock = threading.Lock()
        self._places = threading.BoundedSemaphore(CONNECTING)
        after_fork(self._forked)

    def search(self, base: str, scope: int, filter_: str, attributes: list[str], most: int) -> list[Found]:
        """The attributes of at most so many entries. Raises SourceFailed.

        ``scope`` counts as in LDAP: 0 the base itself, 1 what is right below, 2 all below.
        """

        def searched(connection: Any) -> list[Found]:
            return self._searched(connection, base, scope, filter_, attributes, most)

        idle = self._taken()
        if idle is not None:
            try:
                return self._asked(idle, searched)
            except _Lost:
                self._drop()  # the server was started anew: none of them is good any more
        try:
            return self._asked(self._connected(), searched)
        except _Lost as error:
            raise SourceFailed(str(error), unreachable=True) from None

    def close(self) -> None:
        """Close the connections."""
        self._drop()

    def _asked(self, connection: Any, question: Callable[[Any], Value]) -> Value:
        try:
            answer = question(connection)
        except self._ldap.LDAPError as error:
            if self._is_lost(error):
                raise _Lost(_said(error)) from None
            raise SourceFailed(_said(error), unreachable=False) from None
        with self._lock:
            if len(self._idle) < IDLE:
                self._idle.append(connection)
        return answer

    def _searched(
        self, connection: Any, base: str, scope: int, filter_: str, attributes: list[str], most: int
    ) -> list[Found]:
        ldap, seconds = self._ldap, self._access.seconds
        number = connection.search_ext(base, scope, filter_, attributes, timeout=seconds, sizelimit=most + 1)
        found: list[Found] = []
        try:
            while True:
                kind, data = connection.result(number, all=0, timeout=seconds)
                # A referral is an entry without a name.
                found += [_in_lower_case(attributes) for name, attributes in data if name is not None]
                if kind == ldap.RES_SEARCH_RESULT:
                    return found
        except ldap.SIZELIMIT_EXCEEDED:
            return found
        except ldap.NO_SUCH_OBJECT:
            return []

    def _connected(self) -> Any:
        """A new connection, made in a thread of its own: libldap sets the TLS handshake no limit of time."""
        seconds = self._access.seconds
        too_slow = SourceFailed("The server takes too long to greet", unreachable=True)
        if not self._places.acquire(timeout=seconds):
            raise too_slow
        made: queue.SimpleQueue[Any] = queue.SimpleQueue()

        def make() -> None:
            try:
                made.put(self._connect())
            except Exception as error:  # the caller's to judge
                made.put(error)
            finally:
                self._places.release()

        threading.Thread(target=make, name="ldap", daemon=True).start()
        try:
            connection = made.get(timeout=2 * seconds)
        except queue.Empty:
            raise too_slow from None
        if isinstance(connection, Exception):
            raise connection
        return connection

    def _connect(self) -> Any:
        ldap, access = self._ldap, self._access
        try:
            connection = ldap.initialize(access.url)
            for option, value in (
                (ldap.OPT_PROTOCOL_VERSION, 3),
                (ldap.OPT_REFERRALS, 0),
                (ldap.OPT_NETWORK_TIMEOUT, access.seconds),
                (ldap.OPT_TIMEOUT, access.seconds),
                (ldap.OPT_X_TLS_CACERTFILE, access.ca_file or _trusted()),
                (ldap.OPT_X_TLS_REQUIRE_CERT, ldap.OPT_X_TLS_DEMAND),
                (ldap.OPT_X_TLS_NEWCTX, 0),
            ):
                connection.set_option(option, value)
            if access.start_tls:
                connection.start_tls_s()
            if access.bind_dn or access.password is not None:
                connection.simple_bind_s(access.bind_dn, access.password or "")
        except (ldap.LDAPError, ValueError) as error:
            raise SourceFailed(_said(error), unreachable=True) from None
        return connection

    def _is_lost(self, error: Exception) -> bool:
        ldap = self._ldap
        return isinstance(
            error, ldap.SERVER_DOWN | ldap.CONNECT_ERROR | ldap.TIMEOUT | ldap.UNAVAILABLE | ldap.BUSY
        )

    def _taken(self) -> Any | None:
        with self._lock:
            return self._idle.pop() if self._idle else None

    def _drop(self) -> None:
        with self._lock:
            self._idle.clear()

    def _forked(self) -> None:
        # They belong to the parent, and letting go of one would say goodbye in its name.
        self._lock = threading.Lock()
        self._places = threading.BoundedSemaphore(CONNECTING)
        self._abandoned += self._idle
        self._idle = []


class _Lost(Exception):
    """The connection is gone, or the server is too slow."""


def _in_lower_case(attributes: dict[str, list[bytes]]) -> Found:
    return {name.lower(): values for name, values in attributes.items()}


def _said(error: Exception) -> str:
    """What the library says, on one line."""
    about = error.args[0] if error.args else {}
    if not isinstance(about, dict):
        return str(error)[:200] or type(error).__name__
    said = [str(about[key]) for key in ("desc", "info") if about.get(key)]
    return " ".join(": ".join(said).split())[:200].rstrip(".:") or type(error).__name__


def _trusted() -> str:
    """The file of certificates the system trusts."""
    paths = ssl.get_default_verify_paths()
    return os.environ.get("SSL_CERT_FILE") or paths.cafile or "/etc/ssl/certs/ca-certificates.crt"
