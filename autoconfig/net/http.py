"""The one way to fetch a document from a stranger: bounded in time, bytes and redirects, TLS always verified.

Built on httpcore2, the engine of httpx2: at this level there are no cookies, no proxies from the environment
and no credentials, so that none can be sent by accident (docs/decisions/0005).
"""

from __future__ import annotations

import asyncio
import math
import ssl
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

import httpcore2

from autoconfig.errors import FetchFailed, LookupFailed, NetworkError, ValueRefused
from autoconfig.model.server import checked_url
from autoconfig.net.connections import NoSuchHost, PinnedBackend
from autoconfig.net.fetched import Fetched, encryption_of
from autoconfig.net.reasons import TooSlow, failure
from autoconfig.net.trail import tell

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterable, Mapping

    from autoconfig.net.connections import Connector

MAX_BYTES = 256 * 1024
MAX_REDIRECTS = 5
TIMEOUT = 8.0
"""Seconds for one document, redirects included."""
CONNECTIONS = 200
KEPT_CONNECTIONS = 16
"""Strangers are rarely asked twice; an ISPDB is."""

_CONNECTING = 0.5
"""The part of the time that connecting may take, where it matters whether the way or the server is slow."""
_BROKEN = (httpcore2.NetworkError, httpcore2.TimeoutException, httpcore2.ProtocolError)
_NOTHING_THERE = (204, 404, 410)
_HEADERS = [
    (b"Accept-Encoding", b"identity"),
    (b"User-Agent", b"mail-autoconfig"),
]


class Http:
    """Fetches documents. One event loop only; close it with :meth:`aclose`."""

    def __init__(
        self,
        connector: Connector,
        *,
        allow_http: bool = False,
        timeout: float = TIMEOUT,
        max_bytes: int = MAX_BYTES,
    ) -> None:
        self.allow_http = allow_http
        self._timeout = timeout
        self._max_bytes = max_bytes
        self._connector = connector
        self.heard_at = -math.inf
        """When a web server last answered, on the event loop's clock."""
        # The system's certificates; OpenSSL looks at SSL_CERT_FILE and SSL_CERT_DIR by itself.
        self._pool = _pool(connector, ssl.create_default_context())
        self._any_name: httpcore2.AsyncConnectionPool | None = None

    async def get(self, url: str, *, follow: bool = True, plain: bool = False) -> Fetched:
        """Fetch a document. ``plain`` allows an http URL for this once.

        Raises FetchFailed (NoSuchHost where the host does not exist) and LookupFailed.
        """
        task = self._followed("GET", url, None, "", follow=follow, plain=plain)
        return await self._traced("GET", url, task)

    async def post(self, url: str, body: bytes, media_type: str, *, follow: bool = True) -> Fetched:
        """Post a body; a redirect is followed with the same body. Raises as :meth:`get` does."""
        task = self._followed("POST", url, body, media_type, follow=follow, plain=False)
        return await self._traced("POST", url, task)

    async def send(
        self,
        method: str,
        url: str,
        headers: Iterable[tuple[str, str]],
        body: bytes | None = None,
        *,
        any_name: bool = False,
    ) -> Fetched:
        """Ask as a mail program does, to learn what it would be told; nothing of the answer is believed.

        Its own headers and no others, http too, one answer as it was sent: not redirected, not decompressed.
        ``any_name`` for a program that takes a certificate of another name. Raises as :meth:`get` does.
        """
        checked = self._checked(url, plain=True)
        wire = [(name.encode(), value.encode()) for name, value in headers]
        pool = self._pool_of_any_name() if any_name else self._pool
        return await self._traced(method, url, self._once(method, checked, body, wire, pool, as_sent=True))

    def _pool_of_any_name(self) -> httpcore2.AsyncConnectionPool:
        if self._any_name is None:
            context = ssl.create_default_context()
            context.check_hostname = False
            self._any_name = _pool(self._connector, context)
        return self._any_name

    async def find_host(self, url: str) -> None:
        """Make sure that the host of a URL exists and may be asked. Raises as :meth:`get` does."""
        await self._connector.addresses(_host(url))

    async def _traced(self, method: str, url: str, task: Coroutine[None, None, Fetched]) -> Fetched:
        started = asyncio.get_running_loop().time()
        target = url if method == "GET" else f"{method} {url}"
        try:
            async with asyncio.timeout(self._timeout):
                fetched = await task
        except TimeoutError:
            reason = f"{_host(url)} took longer than {self._timeout:g} seconds."
            tell(target, "failed", reason, started)
            raise TooSlow(reason, unreachable=True) from None
        except NoSuchHost as error:
            tell(target, "nothing", str(error), started)
            raise
        except NetworkError as error:
            tell(target, "failed", str(error), started)
            raise
        except asyncio.CancelledError:
            tell(target, "failed", "given up", started)
            raise
        tell(target, _outcome(fetched), _described(fetched, url), started)
        return fetched

    async def _followed(
        self, method: str, url: str, body: bytes | None, media_type: str, *, follow: bool, plain: bool
    ) -> Fetched:
        for _ in range(MAX_REDIRECTS + 1):
            checked = self._checked(url, plain=plain)
            headers = [*_HEADERS] if body is None else [*_HEADERS, (b"Content-Type", media_type.encode())]
            fetched = await self._once(method, checked, body, headers, self._pool)
            target = fetched.location
            if not follow or target is None:
                return fetched
            if checked.startswith("https:") and not target.startswith("https:"):
                raise FetchFailed(f"{_host(url)} redirects from https to {target[:100]!r}.")
            url = target
            if fetched.status == 303:
                method, body = "GET", None
        raise FetchFailed(f"More than {MAX_REDIRECTS} redirects.")

    def _checked(self, url: str, *, plain: bool) -> str:
        schemes = ("https", "http") if plain or self.allow_http else ("https",)
        try:
            return checked_url(url, schemes=schemes)
        except ValueRefused as error:
            raise FetchFailed(f"Not asked: {error}") from None

    async def _once(
        self,
        method: str,
        url: str,
        body: bytes | None,
        headers: list[tuple[bytes, bytes]],
        pool: httpcore2.AsyncConnectionPool,
        *,
        as_sent: bool = False,
    ) -> Fetched:
        # Asked first, so that a host that does not exist costs no more than its look-up.
        await self.find_host(url)
        try:
            extensions = {"timeout": {"connect": self._timeout * _CONNECTING}} if as_sent else None
            async with pool.stream(
                method, _wire(url), headers=headers, content=body, extensions=extensions
            ) as response:
                self.heard_at = asyncio.get_running_loop().time()
                names = {_decoded(name).lower(): _decoded(value) for name, value in response.headers}
                if not as_sent:
                    _check_encoding(names, url)
                return Fetched(
                    url=url,
                    status=response.status,
                    headers=names,
                    body=await self._body(response, url),
                    tls=encryption_of(response) if as_sent else None,
                )
        except (FetchFailed, LookupFailed):
            raise
        except (*_BROKEN, OSError) as error:
            connecting = isinstance(error, httpcore2.ConnectTimeout | httpcore2.ConnectError)
            raise failure(error, _host(url), connecting=connecting) from None

    async def _body(self, response: httpcore2.Response, url: str) -> bytes:
        received = bytearray()
        async for chunk in response.aiter_stream():
            received += chunk
            if len(received) > self._max_bytes:
                raise FetchFailed(f"{_host(url)} sends more than {self._max_bytes} bytes.")
        return bytes(received)

    async def aclose(self) -> None:
        """Close every connection."""
        await self._pool.aclose()
        if self._any_name is not None:
            await self._any_name.aclose()


def _pool(connector: Connector, context: ssl.SSLContext) -> httpcore2.AsyncConnectionPool:
    return httpcore2.AsyncConnectionPool(
        ssl_context=context,
        max_connections=CONNECTIONS,
        max_keepalive_connections=KEPT_CONNECTIONS,
        keepalive_expiry=10.0,
        network_backend=PinnedBackend(connector),
    )


def _check_encoding(headers: Mapping[str, str], url: str) -> None:
    if headers.get("content-encoding", "identity").lower() != "identity":
        raise FetchFailed(f"{_host(url)} sends compressed what was asked for as it is.")


def _wire(url: str) -> str:
    """The URL as it goes out: ASCII, without a fragment."""
    return quote(url.partition("#")[0], safe="%/:=&?~+!$,;'@()*[]")


def _decoded(header: bytes) -> str:
    """A header as text: UTF-8, as servers write redirects to pages with umlauts, else Latin-1."""
    try:
        return header.decode()
    except UnicodeDecodeError:
        return header.decode("latin-1")


def _host(url: str) -> str:
    return urlsplit(url).hostname or url[:60]


def _outcome(fetched: Fetched) -> str:
    if fetched.status == 200 or fetched.location:
        return "found"
    return "nothing" if fetched.status in _NOTHING_THERE else "failed"


def _described(fetched: Fetched, asked: str) -> str:
    kind = fetched.headers.get("content-type", "no type").partition(";")[0]
    moved = f", from {fetched.url}" if fetched.url != asked else ""
    sent = f" to {fetched.location}" if fetched.location else f" {kind}, {len(fetched.body)} bytes"
    return f"{fetched.status}{sent}{moved}"
