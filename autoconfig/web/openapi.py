"""What the service answers, as an OpenAPI 3.1 document written by hand."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response

from autoconfig import __version__
from autoconfig.publish import Document
from autoconfig.web.answers import JSON, document_answer

if TYPE_CHECKING:
    from autoconfig.settings import Settings

OPENAPI_PATH = "/api/v1/openapi.json"

_RESOLVE_PATH = "/api/v1/resolve"


def openapi(settings: Settings) -> Blueprint:
    """The document, as this service with its settings can keep it."""
    blueprint = Blueprint("openapi", __name__)
    body = json.dumps(description(settings), ensure_ascii=False, indent=2).encode() + b"\n"
    document = Document.of(body, JSON)

    def answer() -> Response:
        return document_answer(document)

    blueprint.add_url_rule(OPENAPI_PATH, view_func=answer)
    return blueprint


def description(settings: Settings) -> dict[str, Any]:
    """The document for a service with these settings."""
    text = files("autoconfig.web").joinpath("openapi.json").read_text("utf-8")
    found: dict[str, Any] = json.loads(text)
    found["info"]["version"] = __version__
    found["servers"] = [{"url": settings.base_url or "/"}]
    if settings.resolve == "off":
        del found["paths"][_RESOLVE_PATH]
    return found
