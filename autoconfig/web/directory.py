"""Documents for domains nobody lists: so Thunderbird learns from SRV records, PACC and MX hosts too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, request

from autoconfig.errors import Unavailable
from autoconfig.web.answers import document_answer, text_answer
from autoconfig.web.documents import NOT_SERVED

if TYPE_CHECKING:
    from autoconfig.web.documents import Directory
    from autoconfig.web.limits import RateLimiter
    from autoconfig.web.strangers.service import Strangers


def directory(strangers: Strangers, limiter: RateLimiter) -> Directory:
    """What answers ``/v1.1/D`` for a stranger's domain: the document, 404, or 429 to who asks too often."""

    def answer(domain: str, full: bool) -> Response:
        seconds = limiter.wait(request.remote_addr)
        if seconds:
            response = text_answer(429, "Too many questions from this client.")
            response.headers["Retry-After"] = str(seconds)
            return response
        try:
            document = strangers.document_of(domain, full=full)
        except Unavailable:
            document = None
        return text_answer(404, NOT_SERVED) if document is None else document_answer(document)

    return answer
