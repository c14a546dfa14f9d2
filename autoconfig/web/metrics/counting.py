"""Every request is counted, whoever answers it."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING, Protocol

from autoconfig.web.asking import NOT_PLAIN, PROTOCOL_ASKED

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from autoconfig.stores import Pulse
    from autoconfig.web.metrics.meter import Meter

_NOTED_EVERY = 0.25
"""Seconds."""


class Count(Protocol):
    """Counts a request by its path (or protocol), its User-Agent, the status line, and its seconds."""

    def __call__(self, path: str, agent: str, status: str, seconds: float) -> None: ...


class Counted:
    """WSGI middleware that counts requests; the time is that until the answer begins."""

    def __init__(self, application: WSGIApplication, count: Count) -> None:
        self._application = application
        self._count = count

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        begun = environ.get(NOT_PLAIN) or perf_counter()
        path = environ["PATH_INFO"]  # now: further inside it gets its one spelling
        said = "500"

        def started(status: str, headers: list[tuple[str, str]], *error: object) -> object:
            nonlocal said
            said = status
            return start_response(status, headers, *error)  # type: ignore[arg-type]

        try:
            return self._application(environ, started)  # type: ignore[arg-type]
        finally:
            asked = environ.get(PROTOCOL_ASKED) or path
            self._count(asked, environ.get("HTTP_USER_AGENT", ""), said, perf_counter() - begun)


def counting(meter: Meter, pulses: Sequence[Pulse | None]) -> Count:
    """What counts requests; ``pulses`` are those of the stores, whose counts are noted with the requests."""
    sources = [_Source(place, pulse) for place, pulse in enumerate(pulses) if pulse is not None]
    if not sources:
        return meter.request

    def count(path: str, agent: str, status: str, seconds: float) -> None:
        meter.request(path, agent, status, seconds)
        now = perf_counter()
        for source in sources:
            source.note(meter, now)

    return count


class _Source:
    """The source of one store, and when its counts were last noted."""

    def __init__(self, place: int, pulse: Pulse) -> None:
        self._place = place
        self._pulse = pulse
        self._asked = 0
        self._noted_at = float("-inf")

    def note(self, meter: Meter, now: float) -> None:
        """Note the counts if the source was asked; those of kept answers alone may wait for a moment."""
        pulse = self._pulse
        asked = pulse.questions + pulse.errors + pulse.stale
        if asked != self._asked or now - self._noted_at > _NOTED_EVERY:
            self._asked, self._noted_at = asked, now
            meter.source(self._place, pulse)
