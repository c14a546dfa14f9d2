"""DNS questions over HTTPS to the server an operator configured (RFC 8484).

Its own client: the server is named by the operator, so that the guard against strangers does not apply, and
its name is resolved by the system.
"""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import httpcore2

from autoconfig.errors import LookupFailed
from autoconfig.net.reasons import failure
from autoconfig.net.wire import answers, query_for

if TYPE_CHECKING:
    from autoconfig.net.transport import NameServer
    from autoconfig.net.wire import Query

MAX_BYTES = 65_535
CONNECTIONS = 20

_TYPE = "application/dns-message"
_HEADERS = [("Content-Type", _TYPE), ("Accept", _TYPE)]


class Doh:
    """An exchange with one DoH server. One event loop only; close it with :meth:`aclose`."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._pool = httpcore2.AsyncConnectionPool(
            ssl_context=ssl.create_default_context(), max_connections=CONNECTIONS
        )

    async def __call__(self, query: Query, _server: NameServer) -> bytes:
        """Ask, and give back the message that answers. Raises LookupFailed."""
        query = query_for(query.name, query.kind, number=0)  # so that caches may help (RFC 8484 §4.1)
        try:
            message = await self._posted(query.wire)
        except (httpcore2.NetworkError, httpcore2.TimeoutException, httpcore2.ProtocolError) as error:
            connecting = isinstance(error, httpcore2.ConnectTimeout | httpcore2.ConnectError)
            reason = failure(error, urlsplit(self._url).hostname or self._url, connecting=connecting)
            raise LookupFailed(str(reason), unreachable=True) from None
        if not answers(query, message):
            raise LookupFailed("The DoH server answered another question.")
        return message

    async def _posted(self, body: bytes) -> bytes:
        received = bytearray()
        async with self._pool.stream("POST", self._url, headers=_HEADERS, content=body) as response:
            if response.status != 200:
                raise LookupFailed(f"The DoH server answers {response.status}.")
            async for chunk in response.aiter_stream():
                received += chunk
                if len(received) > MAX_BYTES:
                    raise LookupFailed("The DoH server sends more than a DNS message can hold.")
        return bytes(received)

    async def aclose(self) -> None:
        """Close every connection."""
        await self._pool.aclose()
