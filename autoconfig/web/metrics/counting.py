"""The outermost door: every request is counted, whoever answers it."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING

from autoconfig.web.asking import PROTOCOL_ASKED

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from autoconfig.stores import Pulse
    from autoconfig.web.metrics.meter import Meter

_NOTED_EVERY = 0.25
"""Seconds."""


class Counted:
    """WSGI middleware that counts requests; the time is that until the answer begins."""

    def __init__(
        self, application: WSGIApplication, meter: Meter, pulses: Sequence[Pulse | None] = ()
    ) -> None:
        """``pulses`` are those of the stores: what they count is told for all processes together too."""
        self._application = application
        self._meter = meter
        self._sources = [_Source(place, pulse) for place, pulse in enumerate(pulses) if pulse is not None]

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        begun = perf_counter()
        path = environ["PATH_INFO"]  # now: further inside it gets its one spelling
        said = "500"

        def started(status: str, headers: list[tuple[str, str]], *error: object) -> object:
            nonlocal said
            said = status
            return start_response(status, headers, *error)  # type: ignore[arg-type]

        try:
            return self._application(environ, started)  # type: ignore[arg-type]
        finally:
            now = perf_counter()
            self._meter.request(
                environ.get(PROTOCOL_ASKED) or path, environ.get("HTTP_USER_AGENT", ""), said, now - begun
            )
            for source in self._sources:
                source.note(self._meter, now)


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
