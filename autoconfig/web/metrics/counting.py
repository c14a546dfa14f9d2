"""The outermost door: every request is counted, whoever answers it."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING

from autoconfig.web.metrics.words import family_of, outcome_of, protocol_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from autoconfig.web.metrics.meter import Meter


class Counted:
    """WSGI middleware that counts requests; the time is that until the answer begins."""

    def __init__(self, application: WSGIApplication, meter: Meter) -> None:
        self._application = application
        self._meter = meter

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
            family = family_of(environ.get("HTTP_USER_AGENT", ""))
            self._meter.request(protocol_of(path), family, outcome_of(said), perf_counter() - begun)
