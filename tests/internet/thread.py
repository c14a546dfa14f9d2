"""An event loop in a thread of its own, which every server of the simulated internet runs in."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

Value = TypeVar("Value")

CALL_SECONDS = 30


class LoopThread:
    """Runs coroutines for callers in other threads."""

    def __init__(self, enter: Callable[[], None] | None = None) -> None:
        """Start the thread; ``enter`` is called in it first, for example to change its network namespace."""
        self._enter = enter
        self._failure: BaseException | None = None
        self._ready = threading.Event()
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._main, name="simulated internet", daemon=True)
        self._thread.start()
        self._ready.wait()
        if self._failure is not None:
            self._thread.join()
            raise self._failure

    def _main(self) -> None:
        asyncio.set_event_loop(self.loop)
        self.loop.set_exception_handler(_ignore)
        try:
            if self._enter is not None:
                self._enter()
        except BaseException as error:  # handed to the thread that started this one
            self._failure = error
            self.loop.close()
            return
        finally:
            self._ready.set()
        self.loop.run_forever()
        self._close()

    def run(self, coroutine: Coroutine[Any, Any, Value]) -> Value:
        """Wait for a coroutine that runs in the loop. Raises what it raises."""
        if threading.current_thread() is self._thread:
            coroutine.close()
            raise RuntimeError("this would wait for itself: a server cannot change its own internet")
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(CALL_SECONDS)

    def stop(self) -> None:
        """Cancel what still runs, and end the thread."""
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(CALL_SECONDS)

    def _close(self) -> None:
        left = asyncio.all_tasks(self.loop)
        for task in left:
            task.cancel()
        self.loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
        self.loop.run_until_complete(asyncio.sleep(0))  # aborted transports close in the next round
        self.loop.run_until_complete(self.loop.shutdown_asyncgens())
        self.loop.close()


def _ignore(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Clients under test break connections off at every possible moment: that is no news.

    Anything else is a fault of the simulated internet.
    """
    error = context.get("exception")
    if not isinstance(error, OSError | EOFError | asyncio.CancelledError):
        loop.default_exception_handler(context)
