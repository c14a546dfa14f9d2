"""The API: the settings of any address, as JSON."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, request

from autoconfig.errors import AddressError, Unavailable
from autoconfig.web.answers import json_answer, problem_answer
from autoconfig.web.asking import address_of

if TYPE_CHECKING:
    from autoconfig.web.limits import RateLimiter
    from autoconfig.web.strangers.service import Strangers, Told

RESOLVE_PATH = "/api/v1/resolve"

_TRACE = {"1": True, "0": False}


def api(strangers: Strangers, limiter: RateLimiter) -> Blueprint:
    """The one question: what are the settings of this address?"""
    blueprint = Blueprint("api", __name__)

    def resolve() -> Response:
        started = time.monotonic()
        seconds = limiter.wait(request.remote_addr)
        if seconds:
            return _later(429, "Too many questions from this client.", seconds)
        try:
            address = address_of(request.args)
        except AddressError as error:
            return problem_answer(400, str(error))
        trace = _TRACE.get(_given("trace", "0"))
        if address is None:
            return problem_answer(400, "Say whose settings are wanted: ?emailaddress=you@example.com.")
        if trace is None:
            return problem_answer(400, "The parameter trace is 1 or 0.")
        try:
            told = strangers.settings_of(address, trace=trace)
        except Unavailable as error:
            return _later(503, str(error), error.retry)
        return _answer(told, trace=trace, elapsed=time.monotonic() - started)

    blueprint.add_url_rule(RESOLVE_PATH, view_func=resolve)
    return blueprint


def _answer(told: Told, *, trace: bool, elapsed: float) -> Response:
    """200 with the resolution, or 404; ``elapsed`` is what it took this time, in seconds."""
    lines: list[Any] = told.content.get("trace", []) if trace else []
    if not told.found:
        sentence = told.content.get("detail") or "No settings were found."
        return problem_answer(404, sentence, **({"trace": lines} if trace else {}))
    response = json_answer({**told.content, "elapsed_ms": round(elapsed * 1000), "trace": lines})
    if told.age:
        response.headers["Age"] = str(told.age)
    return response


def _given(name: str, usual: str) -> str:
    """A parameter as it stands, also an empty one."""
    return next((value for key, value in request.args.items(multi=True) if key.lower() == name), usual)


def _later(status: int, sentence: str, seconds: int) -> Response:
    response = problem_answer(status, sentence)
    response.headers["Retry-After"] = str(seconds)
    return response
