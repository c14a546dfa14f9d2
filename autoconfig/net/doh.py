"""Posting DNS questions to the DoH server an operator configured (RFC 8484).

Its own client: the server is named by the operator, so that the guard against strangers does not apply, and
its name is resolved by the system.
"""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

import httpcore2

from autoconfig.errors import LookupFailed

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

MAX_BYTES = 65_535


def poster() -> Callable[[str, bytes, str], Awaitable[bytes]]:
    """A function that posts a body of a media type to a URL and gives back the answer's body."""
    pool = httpcore2.AsyncConnectionPool(ssl_context=ssl.create_default_context(), max_connections=20)

    async def post(url: str, body: bytes, media_type: str) -> bytes:
        headers = [("Content-Type", media_type), ("Accept", media_type)]
        received = bytearray()
        try:
            async with pool.stream("POST", url, headers=headers, content=body) as response:
                if response.status != 200:
                    raise LookupFailed(f"The DoH server answers {response.status}.")
                async for chunk in response.aiter_stream():
                    received += chunk
                    if len(received) > MAX_BYTES:
                        raise LookupFailed("The DoH server sends more than a DNS message can hold.")
        except (httpcore2.NetworkError, httpcore2.TimeoutException, httpcore2.ProtocolError) as error:
            raise LookupFailed(f"The DoH server cannot be reached: {error}.", unreachable=True) from None
        return bytes(received)

    return post
