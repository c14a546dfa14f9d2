"""Many questions at once, their answers in the order of asking, no more than a window of them in memory."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterable, Awaitable, Callable

Entry = TypeVar("Entry")
Answer = TypeVar("Answer")

WINDOW = 20
"""How many answers may wait for a slow one before them, for each question that runs at once."""


async def in_order(
    entries: AsyncIterable[Entry], ask: Callable[[Entry], Awaitable[Answer]], jobs: int
) -> AsyncGenerator[Answer]:
    """Ask about each entry, ``jobs`` at a time. Close the iterator to give up what still runs.

    Raises what ``entries`` and ``ask`` raise.
    """
    answers: asyncio.Queue[asyncio.Task[Answer] | None] = asyncio.Queue(jobs * WINDOW)
    running: set[asyncio.Task[Answer]] = set()
    free = asyncio.Semaphore(jobs)

    async def asked(entry: Entry) -> Answer:
        return await ask(entry)

    def over(task: asyncio.Task[Answer]) -> None:
        running.discard(task)
        free.release()

    async def feed() -> None:
        failure: Exception | None = None
        try:
            async for entry in entries:
                await free.acquire()
                task = asyncio.create_task(asked(entry))
                running.add(task)
                task.add_done_callback(over)
                await answers.put(task)
        except Exception as error:  # raised below, after the answers before it
            failure = error
        await answers.put(None)
        if failure is not None:
            raise failure

    feeding = asyncio.create_task(feed())
    try:
        while (answer := await answers.get()) is not None:
            yield await answer
        await feeding
    finally:
        for task in (feeding, *running):
            task.cancel()
        await asyncio.gather(feeding, *running, return_exceptions=True)
