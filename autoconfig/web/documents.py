"""Mozilla autoconfig by address, by host and by domain."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, request

from autoconfig.errors import AddressError, DomainError
from autoconfig.model import normalize_domain
from autoconfig.web.answers import document_answer, text_answer
from autoconfig.web.asking import asked, parameter
from autoconfig.web.front import BY_DOMAIN, MOZILLA_PATHS

if TYPE_CHECKING:
    from autoconfig.publish import Publisher

NOT_SERVED = "This domain is not served here."


def documents(publisher: Publisher) -> Blueprint:
    """The URLs that Thunderbird and everybody after it ask (draft-ietf-mailmaint-autoconfig-06 §4)."""
    blueprint = Blueprint("documents", __name__)

    def by_address() -> Response:
        try:
            wanted = asked(request.args, request.environ.get("HTTP_HOST", ""))
        except AddressError as error:
            return text_answer(400, str(error))
        if wanted is None:
            return text_answer(404, "Say whose settings are wanted: ?emailaddress=you@example.com.")
        document = publisher.mozilla(wanted.domain, wanted.mx_domain, full=_full())
        return text_answer(404, NOT_SERVED) if document is None else document_answer(document)

    def by_domain(domain: str) -> Response:
        try:
            document = publisher.mozilla(normalize_domain(domain), full=_full())
        except DomainError:
            return text_answer(404, "That is not a domain name.")
        return text_answer(404, NOT_SERVED) if document is None else document_answer(document)

    for path in MOZILLA_PATHS:
        blueprint.add_url_rule(path, view_func=by_address)
    blueprint.add_url_rule(f"{BY_DOMAIN}<domain>", view_func=by_domain)
    return blueprint


def _full() -> bool:
    """Whether everything is wanted, for a reader that stumbles over nothing."""
    return (parameter(request.args, "reader") or "").lower() == "full"
