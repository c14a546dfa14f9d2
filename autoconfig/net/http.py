"""The one way to fetch a document from a stranger: bounded in time, bytes and redirects, TLS always verified.

Built on httpcore2, the engine of httpx2: at this level there are no cookies, no proxies from the environment
and no credentials, so that none can be sent by accident (docs/decisions/0005).
"""

from __future__ import annotations

import asyncio
import math
import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote, urljoin, urlsplit

import httpcore2

from autoconfig.errors import FetchFailed, LookupFailed, NetworkError, ValueRefused
from autoconfig.model.server import checked_url
from autoconfig.net.connections import NoSuchHost, PinnedBackend
from autoconfig.net.reasons import failure
from autoconfig.net.trail import tell

if TYPE_CHECKING:
    from collections.abc import Mapping

    from autoconfig.net.connections import Connector

MAX_BYTES = 256 * 1024
MAX_REDIRECTS = 5
TIMEOUT = 8.0
"""Seconds for one document, redirects included."""
CONNECTIONS = 200
KEPT_CONNECTIONS = 16
"""Strangers are rarely asked twice; an ISPDB is."""

_BROKEN = (httpcore2.NetworkError, httpcore2.TimeoutException, httpcore2.ProtocolError)
_REDIRECTS = (301, 302, 303, 307, 308)
_NOTHING_THERE = (204, 404, 410)
_HEADERS = [
    (b"Accept-Encoding", b"identity"),
    (b"User-Agent", b"mail-autoconfig"),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """An answer of a web server, any status."""

    url: str
    """Where it came from, after redirects."""
    status: int
    headers: Mapping[str, str]
    """By lower-case name."""
    body: bytes

    @property
    def location(self) -> str | None:
        """Where the server sends the client, absolute if it is a URL at all; None where it does not."""
        target = self.headers.get("location")
        if not target or self.status not in _REDIRECTS:
            return None
        try:
            return urljoin(self.url, target)
        except ValueError:
            return target


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
        self._pool = httpcore2.AsyncConnectionPool(
            ssl_context=ssl.create_default_context(),
            max_connections=CONNECTIONS,
            max_keepalive_connections=KEPT_CONNECTIONS,
            keepalive_expiry=10.0,
            network_backend=PinnedBackend(connector),
        )

    async def get(self, url: str, *, follow: bool = True, plain: bool = False) -> Fetched:
        """Fetch a document. ``plain`` allows an http URL for this once.

        Raises FetchFailed (NoSuchHost where the host does not exist) and LookupFailed.
        """
        return await self._traced("GET", url, None, "", follow=follow, plain=plain)

    async def post(self, url: str, body: bytes, media_type: str, *, follow: bool = True) -> Fetched:
        """Post a body; a redirect is followed with the same body. Raises as :meth:`get` does."""
        return await self._traced("POST", url, body, media_type, follow=follow, plain=False)

    async def find_host(self, url: str) -> None:
        """Make sure that the host of a URL exists and may be asked. Raises as :meth:`get` does."""
        await self._connector.addresses(_host(url))

    async def _traced(
        self, method: str, url: str, body: bytes | None, media_type: str, *, follow: bool, plain: bool
    ) -> Fetched:
        started = asyncio.get_running_loop().time()
        target = url if method == "GET" else f"{method} {url}"
        try:
            async with asyncio.timeout(self._timeout):
                fetched = await self._followed(method, url, body, media_type, follow=follow, plain=plain)
        except TimeoutError:
            reason = f"{_host(url)} took longer than {self._timeout:g} seconds."
            tell(target, "failed", reason, started)
            raise FetchFailed(reason, unreachable=True) from None
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
            fetched = await self._once(method, checked, body, media_type)
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

    async def _once(self, method: str, url: str, body: bytes | None, media_type: str) -> Fetched:
        # Asked first, so that a host that does not exist costs no more than its look-up.
        await self.find_host(url)
        headers = [*_HEADERS]
        if body is not None:
            headers.append((b"Content-Type", media_type.encode()))
        try:
            async with self._pool.stream(method, _wire(url), headers=headers, content=body) as response:
                self.heard_at = asyncio.get_running_loop().time()
                names = {_decoded(name).lower(): _decoded(value) for name, value in response.headers}
                return Fetched(
                    url=url,
                    status=response.status,
                    headers=names,
                    body=await self._body(response, names, url),
                )
        except (FetchFailed, LookupFailed):
            raise
        except (*_BROKEN, OSError) as error:
            connecting = isinstance(error, httpcore2.ConnectTimeout | httpcore2.ConnectError)
            raise failure(error, _host(url), connecting=connecting) from None

    async def _body(self, response: httpcore2.Response, headers: Mapping[str, str], url: str) -> bytes:
        if headers.get("content-encoding", "identity").lower() != "identity":
            raise FetchFailed(f"{_host(url)} sends compressed what was asked for as it is.")
        received = bytearray()
        async for chunk in response.aiter_stream():
            received += chunk
            if len(received) > self._max_bytes:
                raise FetchFailed(f"{_host(url)} sends more than {self._max_bytes} bytes.")
        return bytes(received)

    async def aclose(self) -> None:
        """Close every connection."""
        await self._pool.aclose()


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
