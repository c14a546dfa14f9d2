"""The page for people who open the service in a browser."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from flask import Blueprint, Response, render_template, request

if TYPE_CHECKING:
    from autoconfig.stores import Store

_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)

_HOST = re.compile(r"[A-Za-z0-9.:\[\]-]{1,260}")


def pages(store: Store, base_url: str | None) -> Blueprint:
    """What this is and how to use it."""
    blueprint = Blueprint("pages", __name__, template_folder="templates")

    def home() -> Response:
        domains = sum(health.domains for health in store.health())
        url = _own_url() if base_url is None else base_url
        response = Response(render_template("home.html", domains=domains, url=url))
        response.headers["Content-Security-Policy"] = _POLICY
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response

    blueprint.add_url_rule("/", view_func=home)
    return blueprint


def _own_url() -> str:
    """Where the browser found us; empty, so that URLs are relative, where the Host header is odd."""
    host = request.environ.get("HTTP_HOST", "")
    return f"{request.scheme}://{host}" if _HOST.fullmatch(host) else ""
