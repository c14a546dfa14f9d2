"""Documents and sentences as HTTP answers; the short way and the long way both make them here."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import Response, request
from werkzeug.http import parse_etags

from autoconfig.publish import PRIVATE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from autoconfig.publish import Document

TEXT = "text/plain; charset=utf-8"
JSON = "application/json"
PROBLEM = "application/problem+json"


def document_answer(document: Document) -> Response:
    """A document, or 304 where the client has these very bytes already (RFC 9110 §13.1.2)."""
    reading = request.method in ("GET", "HEAD")
    if reading and parse_etags(request.headers.get("If-None-Match")).contains_weak(document.etag.strip('"')):
        return Response(status=304, headers=[*document.headers[1:]])
    return Response(document.body, 200, [*document.headers])


def text_answer(status: int, sentence: str) -> Response:
    """One sentence in plain text: what a mail client takes for "no", and a person can read."""
    response = Response(f"{sentence}\n", status, content_type=TEXT)
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def redirect_answer(status: int, url: str) -> Response:
    """Another place to ask, absolute as Delta Chat needs it, that nobody shall remember."""
    response = text_answer(status, url)
    response.headers["Location"] = url
    return response


def bytes_answer(status: int, body: bytes, media_type: str) -> Response:
    """An answer in the client's own format that nobody shall keep, such as an error document."""
    response = Response(body, status, content_type=media_type)
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def json_answer(content: Mapping[str, Any], *, status: int = 200, media_type: str = JSON) -> Response:
    """JSON about one mailbox: for who asked, and for no cache on the way."""
    body = json.dumps(content, ensure_ascii=False, indent=2).encode("utf-8", "backslashreplace") + b"\n"
    response = Response(body, status, content_type=media_type)
    response.headers["Cache-Control"] = PRIVATE
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def problem_answer(status: int, sentence: str, **members: Any) -> Response:
    """What went wrong, for programs and people (RFC 9457)."""
    title = HTTPStatus(status).phrase
    content = {"type": "about:blank", "title": title, "status": status, "detail": sentence, **members}
    return json_answer(content, status=status, media_type=PROBLEM)
