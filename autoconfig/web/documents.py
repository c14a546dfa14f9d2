"""Mozilla autoconfig by address, by host and by domain; PACC by host."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, request

from autoconfig.errors import AddressError, DomainError
from autoconfig.model import normalize_domain
from autoconfig.web.answers import document_answer, text_answer
from autoconfig.web.asking import Asked, asked, host_domain, parameter
from autoconfig.web.paths import BY_DOMAIN, MOZILLA_PATHS, PACC_PATH

if TYPE_CHECKING:
    from collections.abc import Callable

    from autoconfig.publish import Publisher
    from autoconfig.web.customers import Customers

    Directory = Callable[[str, bool], Response]

NOT_SERVED = "This domain is not served here."
_UNSAYABLE = "This provider's servers cannot be said in PACC."


def documents(publisher: Publisher, customers: Customers, directory: Directory | None = None) -> Blueprint:
    """The URLs that everybody since Thunderbird asks (draft-ietf-mailmaint-autoconfig-06 §4), and PACC's.

    ``directory`` answers for a domain nobody lists (and whether everything is wanted), where it is asked by
    domain as the ISPDB is.
    """
    blueprint = Blueprint("documents", __name__)

    def by_address() -> Response:
        try:
            wanted = customers.placed(asked(request.args, request.environ.get("HTTP_HOST", "")))
        except AddressError as error:
            return text_answer(400, str(error))
        if wanted is None:
            return text_answer(404, "Say whose settings are wanted: ?emailaddress=you@example.com.")
        document = publisher.mozilla(wanted.domain, wanted.mx_domain, full=_full(), address=wanted.address)
        return text_answer(404, NOT_SERVED) if document is None else document_answer(document)

    def by_domain(domain: str) -> Response:
        try:
            domain = normalize_domain(domain)
        except DomainError:
            return text_answer(404, "That is not a domain name.")
        if directory is not None and publisher.provider(domain) is None:
            return directory(domain, _full())  # it knows the MX rule among others
        wanted = customers.placed(Asked(None, domain, None))
        document = publisher.mozilla(domain, wanted.mx_domain, full=_full())
        return text_answer(404, NOT_SERVED) if document is None else document_answer(document)

    def pacc() -> Response:
        by_host = host_domain(request.environ.get("HTTP_HOST", ""))
        if by_host is None or publisher.provider(by_host.domain) is None:
            return text_answer(404, NOT_SERVED)
        document = publisher.pacc(by_host.domain)
        return text_answer(404, _UNSAYABLE) if document is None else document_answer(document)

    for path in MOZILLA_PATHS:
        blueprint.add_url_rule(path, view_func=by_address)
    blueprint.add_url_rule(f"{BY_DOMAIN}<domain>", view_func=by_domain)
    blueprint.add_url_rule(PACC_PATH, view_func=pacc)
    return blueprint


def _full() -> bool:
    """Whether everything is wanted, for a reader that stumbles over nothing."""
    return (parameter(request.args, "reader") or "").lower() == "full"
