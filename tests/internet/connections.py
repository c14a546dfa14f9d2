"""The open connections of a server, so that none outlives it."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


class Connections:
    """Connections while they are served, and until they are closed on both sides."""

    def __init__(self) -> None:
        self._writers: set[asyncio.StreamWriter] = set()

    @contextlib.asynccontextmanager
    async def hold(self, writer: asyncio.StreamWriter) -> AsyncIterator[None]:
        """Serve one in the block, and close it at the end; that the client went away is no error."""
        self._writers.add(writer)
        try:
            with contextlib.suppress(OSError, EOFError, asyncio.LimitOverrunError):
                yield
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()
            self._writers.discard(writer)

    def abort(self) -> None:
        """Close all at once, without a goodbye."""
        for writer in self._writers:
            writer.transport.abort()
