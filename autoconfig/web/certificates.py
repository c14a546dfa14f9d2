"""Which host names may have a certificate, for proxies that get them on demand (Caddy's on_demand_tls).

Without it a stranger could make the proxy ask its authority for any name that leads here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flask import Blueprint, Response, request

from autoconfig.errors import DomainError
from autoconfig.model import normalize_domain
from autoconfig.web.answers import text_answer
from autoconfig.web.asking import host_domain, parameter
from autoconfig.web.documents import NOT_SERVED

if TYPE_CHECKING:
    from autoconfig.publish import Publisher
    from autoconfig.web.asking import AskedHost
    from autoconfig.web.customers import Customers

TLS_ASK_PATH = "/tls/ask"


def certificates(publisher: Publisher, customers: Customers, base_url: str | None) -> Blueprint:
    """``/tls/ask?domain=HOST``: 200 for a host name under which clients reach us, 404 for any other."""
    blueprint = Blueprint("certificates", __name__)
    own = None if base_url is None else urlsplit(base_url).hostname

    def ask() -> Response:
        text = parameter(request.args, "domain")
        if text is None:
            return text_answer(400, "Say which host needs a certificate: ?domain=autoconfig.example.com.")
        try:
            name = normalize_domain(text)
        except DomainError:
            return text_answer(400, "That is not a host name.")
        asked = host_domain(name)
        if name == own or (asked is not None and _is_served(publisher, customers, asked)):
            return text_answer(200, "yes")
        return text_answer(404, NOT_SERVED)

    blueprint.add_url_rule(TLS_ASK_PATH, view_func=ask)
    return blueprint


def _is_served(publisher: Publisher, customers: Customers, asked: AskedHost) -> bool:
    if publisher.provider(asked.domain) is not None:
        return True
    # The bare domain of a customer is the customer's own web site, whoever takes the mail.
    return asked.prefixed and customers.may_have_certificate(asked.domain)
