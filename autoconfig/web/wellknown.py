"""Calendars, contacts and JMAP: /.well-known/caldav, carddav and jmap lead to the provider's own URL.

RFC 6764 §5 and RFC 8620 §2.2. The answer goes by the Host header, as clients say no more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flask import Blueprint, Response, request

from autoconfig.model import ServerType
from autoconfig.publish import MAX_AGE
from autoconfig.web.answers import redirect_answer, text_answer
from autoconfig.web.asking import host_domain
from autoconfig.web.documents import NOT_SERVED
from autoconfig.web.paths import WELL_KNOWN_SERVICES

if TYPE_CHECKING:
    from autoconfig.publish import Publisher

_METHODS = ("GET", "HEAD", "PROPFIND", "OPTIONS", "POST")
_NOT_OFFERED = "This provider does not offer that service."


def well_known(publisher: Publisher) -> Blueprint:
    """Redirects to the services of the domain that the Host header names."""
    blueprint = Blueprint("wellknown", __name__)

    def redirect_to(server_type: ServerType) -> Response:
        by_host = host_domain(request.environ.get("HTTP_HOST", ""))
        if by_host is None or publisher.provider(by_host.domain) is None:
            return text_answer(404, NOT_SERVED)
        url = publisher.service_url(by_host.domain, server_type)
        if url is None or _is_here(url):
            return text_answer(404, _NOT_OFFERED)
        # 307 keeps the method: CalDAV clients ask with PROPFIND, and some turn a 301 into a GET.
        status = 301 if request.method in ("GET", "HEAD") else 307
        response = redirect_answer(status, url)
        response.headers["Cache-Control"] = f"public, max-age={MAX_AGE}"
        return response

    for path, server_type in WELL_KNOWN_SERVICES.items():
        blueprint.add_url_rule(
            path,
            endpoint=server_type,
            view_func=redirect_to,
            defaults={"server_type": server_type},
            methods=_METHODS,
        )
    return blueprint


def _is_here(url: str) -> bool:
    """Whether the URL is the one just asked: a redirect to itself would never end."""
    parts = urlsplit(url)
    return parts.netloc == request.environ.get("HTTP_HOST", "").lower() and parts.path == request.path
