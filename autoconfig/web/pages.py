"""The page for people who open the service in a browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, render_template, request

if TYPE_CHECKING:
    from autoconfig.stores import Store

_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


def pages(store: Store, base_url: str | None) -> Blueprint:
    """What this is and how to use it."""
    blueprint = Blueprint("pages", __name__, template_folder="templates")

    def home() -> Response:
        domains = sum(health.domains for health in store.health())
        url = base_url or request.host_url.rstrip("/")
        response = Response(render_template("home.html", domains=domains, url=url))
        response.headers["Content-Security-Policy"] = _POLICY
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response

    blueprint.add_url_rule("/", view_func=home)
    return blueprint
