"""What operators and their machines ask: alive, ready?"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from flask import Blueprint, Response

from autoconfig.web.answers import bytes_answer, text_answer

if TYPE_CHECKING:
    from collections.abc import Callable

    from autoconfig.model import Remark
    from autoconfig.stores import Health, Store

PROBLEMS_SHOWN = 20

_NOT_READY = ("unavailable", "stopping")


def operations(store: Store, is_stopping: Callable[[], bool] = lambda: False) -> Blueprint:
    """Liveness and readiness; who is about to stop is alive and no longer ready."""
    blueprint = Blueprint("operations", __name__)

    def healthz() -> Response:
        return text_answer(200, "ok")

    def readyz() -> Response:
        health = store.health()
        status = "stopping" if is_stopping() else _status(health)
        content = {"status": status, "stores": [_store(entry) for entry in health]}
        body = json.dumps(content, ensure_ascii=False, indent=2).encode() + b"\n"
        # Degraded is ready: a broken file must not take the good ones off the net.
        return bytes_answer(503 if status in _NOT_READY else 200, body, "application/json")

    blueprint.add_url_rule("/healthz", view_func=healthz)
    blueprint.add_url_rule("/readyz", view_func=readyz)
    return blueprint


def _status(health: tuple[Health, ...]) -> str:
    if not any(entry.usable for entry in health):
        return "unavailable"
    return "degraded" if any(entry.problems or not entry.usable for entry in health) else "ready"


def _store(health: Health) -> dict[str, object]:
    content: dict[str, object] = {
        "source": health.source,
        "usable": health.usable,
        "providers": health.providers,
        "domains": health.domains,
        "problems": [_problem(problem) for problem in health.problems[:PROBLEMS_SHOWN]],
        "problems_total": len(health.problems),
    }
    if health.age is not None:
        content |= {"age_seconds": round(health.age, 1), "stale": health.stale, "errors": health.errors}
    return content


def _problem(remark: Remark) -> dict[str, object]:
    fields = {
        "source": remark.source,
        "line": remark.line,
        "path": remark.path or None,
        "message": remark.message,
        "value": remark.value,
    }
    return {name: value for name, value in fields.items() if value is not None}
