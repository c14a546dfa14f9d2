"""Microsoft Autodiscover: POX and JSON v2."""

from __future__ import annotations

import datetime
import re
from typing import TYPE_CHECKING

from flask import Blueprint, Response, request
from werkzeug.exceptions import BadRequest, HTTPException, RequestEntityTooLarge

from autoconfig.errors import AddressError, FormatError
from autoconfig.formats import autodiscover, autodiscover_json
from autoconfig.web.answers import bytes_answer, document_answer, redirect_answer, text_answer
from autoconfig.web.asking import (
    ADDRESS_ASKED,
    PROTOCOL_ASKED,
    Asked,
    address_of,
    asked_by,
    autodiscover_domain,
    forgiving_address,
    parameter,
    pox_url,
)
from autoconfig.web.documents import NOT_SERVED
from autoconfig.web.metrics.words import MOBILESYNC
from autoconfig.web.paths import JSON_PATH, JSON_V1_PATH, POX_PATH

if TYPE_CHECKING:
    from collections.abc import Iterable

    from autoconfig.model import EmailAddress
    from autoconfig.publish import Publisher
    from autoconfig.web.customers import Customers


def autodiscovery(publisher: Publisher, customers: Customers, base_url: str | None) -> Blueprint:
    """The URLs that Outlook asks (MS-OXDSCLI), and what others ask of them."""
    blueprint = Blueprint("autodiscover", __name__)

    def pox_post() -> Response:
        body = _bounded_body(autodiscover.MAX_REQUEST_BYTES)
        if body is None:
            response = text_answer(413, "An Autodiscover request is 64 KiB at most.")
            # The rest of the body is not read: nothing more can be understood on this connection.
            response.headers["Connection"] = "close"
            return response
        try:
            asking = autodiscover.parse_request(body)
        except FormatError:
            return _pox_error(autodiscover.INVALID_REQUEST, "")
        request.environ[ADDRESS_ASKED] = asking.address
        return pox(publisher, customers, asking.schema, asking.address)

    def pox_get() -> Response:
        target = _http_site(publisher, customers, base_url)
        if target is not None:
            return redirect_answer(302, target)
        # Delta Chat asks so: the answer keeps the placeholders unless an address was given.
        try:
            address = address_of(request.args)
        except AddressError as error:
            return text_answer(400, str(error))
        return pox(publisher, customers, autodiscover.OUTLOOK_RESPONSE, address)

    def json_by_parameter() -> Response:
        try:
            return _json(publisher, customers, base_url, address_of(request.args))
        except AddressError as error:
            return _json_error(400, "InvalidEmailAddress", str(error))

    def json_by_path(address: str) -> Response:
        try:
            return _json(publisher, customers, base_url, forgiving_address(address))
        except AddressError as error:
            return _json_error(400, "InvalidEmailAddress", str(error))

    blueprint.add_url_rule(POX_PATH, view_func=pox_post, methods=["POST"])
    blueprint.add_url_rule(POX_PATH, view_func=pox_get, methods=["GET"])
    blueprint.add_url_rule(JSON_PATH, view_func=json_by_parameter)
    blueprint.add_url_rule(JSON_V1_PATH, view_func=json_by_parameter, endpoint="json_v1")
    blueprint.add_url_rule(f"{JSON_V1_PATH}/<anything:address>", view_func=json_by_path)
    return blueprint


def _bounded_body(most: int) -> bytes | None:
    """The body of the request, None where it is longer; chunked bodies tell their length only at the end."""
    request.max_content_length = most + 1
    try:
        body = request.get_data(cache=False)
    except RequestEntityTooLarge:
        return None
    except HTTPException:
        raise
    except Exception as error:  # chunks that cannot be read; each WSGI server has exceptions of its own
        raise BadRequest from error
    return body if len(body) <= most else None


def pox(publisher: Publisher, customers: Customers, schema: str, address: EmailAddress | None) -> Response:
    """Answer a POX request in the schema asked for: the document, error 601, or 404."""
    if schema == autodiscover.MOBILESYNC_RESPONSE:
        request.environ[PROTOCOL_ASKED] = MOBILESYNC
    if schema not in (autodiscover.OUTLOOK_RESPONSE, autodiscover.MOBILESYNC_RESPONSE):
        return _pox_error(autodiscover.SCHEMA_NOT_OFFERED, "")
    wanted = customers.placed(asked_by(address, request.environ.get("HTTP_HOST", "")))
    if wanted is None or publisher.provider(wanted.domain, wanted.mx_domain) is None:
        return text_answer(404, NOT_SERVED)
    if schema == autodiscover.MOBILESYNC_RESPONSE:
        return _mobilesync(publisher, wanted)
    document = publisher.autodiscover(wanted.domain, address, wanted.mx_domain)
    if document is None:
        return text_answer(404, "This provider's servers cannot be said in Autodiscover.")
    return document_answer(document)


def _mobilesync(publisher: Publisher, wanted: Asked) -> Response:
    document = publisher.mobilesync(wanted.domain, wanted.address, wanted.mx_domain)
    if document is not None:
        return document_answer(document)
    url = publisher.autodiscover_url(wanted.domain, wanted.mx_domain)
    if url is not None and url.startswith("https:"):
        # The schema cannot say a URL; HTTP can (MS-OXDSCLI §3.2.5).
        return redirect_answer(302, url)
    return _pox_error(autodiscover.SCHEMA_NOT_OFFERED, autodiscover.MOBILESYNC_RESPONSE)


def _http_site(publisher: Publisher, customers: Customers, base_url: str | None) -> str | None:
    """Where a client is sent that asks ``http://autodiscover.D`` where to ask (MS-OXDISCO §3.1.5.4).

    To https, by a provider's own redirect or to our public URL; None for every other request.
    """
    environ = request.environ
    # A proxy nobody trusts cannot make https of http, but its word is enough to change nothing: where the
    # trust was forgotten, a redirect would lead clients of https round in a circle.
    if environ["wsgi.url_scheme"] != "http" or "https" in environ.get("HTTP_X_FORWARDED_PROTO", "").lower():
        return None
    domain = autodiscover_domain(environ.get("HTTP_HOST", ""))
    wanted = None if domain is None else customers.placed(Asked(None, domain, None))
    if wanted is None or publisher.provider(wanted.domain, wanted.mx_domain) is None:
        return None
    url = publisher.autodiscover_url(wanted.domain, wanted.mx_domain)
    if url is not None and url.startswith("https:"):
        return url
    if base_url is None or not base_url.startswith("https:"):
        return None
    query = environ.get("QUERY_STRING", "")
    plain = query.isascii() and query.isprintable()
    return f"{base_url}{POX_PATH}?{query}" if query and plain else f"{base_url}{POX_PATH}"


def _pox_error(code: int, schema: str) -> Response:
    now = datetime.datetime.now(datetime.UTC)
    return bytes_answer(200, autodiscover.render_error(code, schema, now), autodiscover.MEDIA_TYPE)


def _json(
    publisher: Publisher, customers: Customers, base_url: str | None, address: EmailAddress | None
) -> Response:
    protocol = parameter(request.args, "protocol")
    if protocol is None:
        names = ",".join(autodiscover_json.PROTOCOLS.values())
        message = f"The parameter 'Protocol' is missing. Supported values are '{names}'"
        return _json_error(400, "MandatoryParameterMissing", message)
    known = autodiscover_json.PROTOCOLS.get(protocol.strip().lower())
    if known is None:
        return _invalid_protocol(protocol, autodiscover_json.PROTOCOLS.values())
    host = request.environ.get("HTTP_HOST", "")
    wanted = customers.placed(asked_by(address, host))
    if wanted is None or publisher.provider(wanted.domain, wanted.mx_domain) is None:
        return _json_error(404, "DomainNotFound", NOT_SERVED)
    url = pox_url(base_url, host, wanted.domain)
    document = publisher.endpoint(wanted.domain, known, url, wanted.mx_domain, address)
    if document is None:
        supported = publisher.endpoints(wanted.domain, url, wanted.mx_domain, address)
        return _invalid_protocol(protocol, supported or ())
    return document_answer(document)


def _invalid_protocol(protocol: str, supported: Iterable[str]) -> Response:
    shown = re.sub(r"[^A-Za-z0-9]", "", protocol)[:40]
    names = ",".join(supported)
    message = f"The given protocol value '{shown}' is invalid. Supported values are '{names}'"
    return _json_error(400, "InvalidProtocol", message)


def _json_error(status: int, code: str, message: str) -> Response:
    return bytes_answer(status, autodiscover_json.render_error(code, message), autodiscover_json.MEDIA_TYPE)
