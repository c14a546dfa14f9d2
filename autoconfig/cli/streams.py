"""Reading and writing file descriptors without holding up the event loop, whatever is behind them.

A pipe that stands still must not stop the clock of the questions that are on their way. No threads: one that
waits for input cannot be stopped, and would keep the command from ending.
"""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

CHUNK = 65_536
"""Bytes read at once."""
PIECE = 4096
"""Bytes that a pipe takes without waiting once it takes any (PIPE_BUF)."""
MAX_LINE = 4096
"""Bytes of a line that are kept; far more than an address can have."""


async def lines(descriptor: int) -> AsyncIterator[bytes]:
    """The lines of a pipe, a file or a terminal, without their ends; of a longer one only its beginning."""
    rest = b""
    while chunk := await _read(descriptor):
        *whole, rest = (rest + chunk).split(b"\n")
        for line in whole:
            yield line[:MAX_LINE]
        rest = rest[:MAX_LINE]
    if rest:
        yield rest


async def _read(descriptor: int) -> bytes:
    loop = asyncio.get_running_loop()
    await _ready(lambda *call: loop.add_reader(descriptor, *call), lambda: loop.remove_reader(descriptor))
    return os.read(descriptor, CHUNK)


async def write(descriptor: int, data: bytes) -> None:
    """Write all of it. Raises OSError, BrokenPipeError where the reader has left."""
    loop = asyncio.get_running_loop()
    view = memoryview(data)
    while view:
        await _ready(lambda *call: loop.add_writer(descriptor, *call), lambda: loop.remove_writer(descriptor))
        view = view[os.write(descriptor, view[:PIECE]) :]


async def _ready(add: Callable[..., None], remove: Callable[[], object]) -> None:
    """Wait until the descriptor can be used; plain files, which cannot be waited for, always can."""
    ready = asyncio.Event()
    try:
        add(ready.set)
    except PermissionError:
        await asyncio.sleep(0)
        return
    try:
        await ready.wait()
    finally:
        remove()
