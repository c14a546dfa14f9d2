"""Other processes of this command beside this one, so that many addresses use every core.

Each reads lines and writes answers as the command itself does; this process deals the lines out, always to
the one with the least to do, and has an equal share of the work itself.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections import deque
from typing import TYPE_CHECKING, Any, Self

from autoconfig.errors import AutoconfigError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    Answer = Callable[[str], Awaitable[dict[str, Any]]]

MOST = 4
_LONGEST_ANSWER = 16 * 2**20
"""Bytes of a line with a long trace, and far more."""


def usual_number() -> int:
    """One process for each core this one may use, four at most."""
    return min(len(os.sched_getaffinity(0)), MOST)


class _Process:
    """One other process. It is started when it is first needed."""

    def __init__(self, arguments: Sequence[str]) -> None:
        self._command = [sys.executable, "-m", "autoconfig", *arguments]
        self._process: asyncio.subprocess.Process | None = None
        self._starting = asyncio.Lock()
        self._reading: asyncio.Task[None] | None = None
        self._waiting: deque[asyncio.Future[dict[str, Any]]] = deque()
        self.busy = 0

    async def answer(self, entry: str) -> dict[str, Any]:
        """The answer about one address. Raises AutoconfigError where the process has ended."""
        async with self._starting:
            if self._process is None:
                await self._start()
        assert self._process is not None
        assert self._process.stdin is not None
        answer: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._waiting.append(answer)
        self._process.stdin.write(f"{entry}\n".encode())
        return await answer

    async def _start(self) -> None:
        pipe = asyncio.subprocess.PIPE
        self._process = await asyncio.create_subprocess_exec(
            *self._command, stdin=pipe, stdout=pipe, limit=_LONGEST_ANSWER
        )
        self._reading = asyncio.create_task(self._read())

    async def _read(self) -> None:
        assert self._process is not None
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            answer = self._waiting.popleft()
            if not answer.done():
                answer.set_result(json.loads(line))
        for answer in self._waiting:
            if not answer.done():
                answer.set_exception(AutoconfigError("A process that resolves addresses has ended early."))

    async def stop(self) -> None:
        """End the process; what it has not answered is given up."""
        if self._process is None:
            return
        if self._process.returncode is None:
            self._process.terminate()
        await self._process.wait()
        if self._reading is not None:
            await self._reading


class Processes:
    """This process and some others, as one way to get answers. An async context manager."""

    def __init__(self, own: Answer, arguments: Sequence[str], number: int) -> None:
        self._own = own
        self._own_busy = 0
        self._others = [_Process(arguments) for _ in range(number - 1)]

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_exception: object) -> None:
        await asyncio.gather(*(other.stop() for other in self._others))

    async def answer(self, entry: str) -> dict[str, Any]:
        """The answer about one address, by whoever has the least to do."""
        least = min(self._others, key=lambda other: other.busy, default=None)
        if least is None or self._own_busy <= least.busy:
            self._own_busy += 1
            try:
                return await self._own(entry)
            finally:
                self._own_busy -= 1
        least.busy += 1
        try:
            return await least.answer(entry)
        finally:
            least.busy -= 1
