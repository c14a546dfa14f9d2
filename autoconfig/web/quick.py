"""Plain requests of mail clients and the documents that answer them, found without Flask.

What is asked is read here as clients write it when they write it plainly; what a document is made of is
the publisher's business. Whatever is odd (a domain that is not listed, an address that needs thought, a
conditional request, an error) is left to Flask: this way only ever says yes.
"""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

from autoconfig.errors import FormatError, StoreDown
from autoconfig.formats import autodiscover, autodiscover_json
from autoconfig.web.asking import ADDRESS_ASKED, STORE_DOWN, host_domain, pox_url
from autoconfig.web.paths import BY_DOMAIN, JSON_PATH, JSON_V1_PATH, MOZILLA_PATHS, PACC_PATH, POX_PATH

if TYPE_CHECKING:
    from collections.abc import Callable
    from wsgiref.types import WSGIEnvironment

    from autoconfig.publish import Document, Publisher

# An address that is certainly well formed, sent plainly; the domain is judged by the table.
# No possessive group: before Python 3.11.5 one takes what it does not match.
_ATOM = r"[A-Za-z0-9_~+-]{1,16}+"
_ADDRESS = rf"{_ATOM}(?:\.{_ATOM}){{0,2}}(?:@|%40)([A-Za-z0-9.-]{{1,80}}+)"
_NAMED = re.compile(r"[A-Za-z0-9.-]{1,80}")
_BY_ADDRESS = re.compile(rf"emailaddress={_ADDRESS}")
_PROTOCOL = r"Protocol=([A-Za-z0-9]{1,20})(?:&RedirectCount=[0-9])?"
_JSON_QUERY = re.compile(rf"Email={_ADDRESS}&{_PROTOCOL}")
_JSON_PATH = re.compile(rf"{re.escape(JSON_V1_PATH)}/{_ADDRESS}")
_JSON_V1_QUERY = re.compile(_PROTOCOL)
_JSON_PREFIX = f"{JSON_V1_PATH}/"

_BROKEN_OFF = io.BytesIO()
"""Fails when it is read: nobody shall wait for such a client once more."""
_BROKEN_OFF.close()

_MANY_DIGITS = 6
_GETTING = ("GET", "HEAD")


class QuickWay:
    """Finds the document of a plain request."""

    def __init__(self, publisher: Publisher, base_url: str | None) -> None:
        self._publisher = publisher
        self._base_url = base_url
        by_path: dict[str, Callable[[WSGIEnvironment], Document | None]] = dict.fromkeys(
            MOZILLA_PATHS, self._by_address
        )
        self._by_path = by_path | {PACC_PATH: self._pacc, JSON_PATH: self._json}
        self._requests = autodiscover.Requests()

    def document(self, environ: WSGIEnvironment) -> Document | None:
        """The document, None where the request is to go the long way; a body that was read is put back."""
        if "HTTP_IF_NONE_MATCH" in environ:
            return None
        path, method = environ["PATH_INFO"], environ["REQUEST_METHOD"]
        try:
            if method not in _GETTING:
                return self._pox(environ) if path == POX_PATH and method == "POST" else None
            find = self._by_path.get(path)
            if find is not None:
                return find(environ)
            if path.startswith(BY_DOMAIN) and not environ["QUERY_STRING"]:
                named = _NAMED.fullmatch(path, len(BY_DOMAIN))
                return self._publisher.shared_mozilla(named[0].lower()) if named else None
            return self._json_v1(environ) if path.startswith(_JSON_PREFIX) else None
        except StoreDown as down:
            environ[STORE_DOWN] = down.with_traceback(None)  # which holds the environment
        except Exception:  # noqa: S110 - a bug: Flask comes upon it too, and says and logs it
            pass
        return None

    def _by_address(self, environ: WSGIEnvironment) -> Document | None:
        found = _BY_ADDRESS.fullmatch(environ["QUERY_STRING"])
        return self._publisher.shared_mozilla(found[1].lower()) if found else None

    def _pacc(self, environ: WSGIEnvironment) -> Document | None:
        by_host = host_domain(environ.get("HTTP_HOST", ""))
        return None if by_host is None else self._publisher.pacc(by_host.domain)

    def _json(self, environ: WSGIEnvironment) -> Document | None:
        found = _JSON_QUERY.fullmatch(environ["QUERY_STRING"])
        return self._endpoint(environ, found[1], found[2]) if found else None

    def _json_v1(self, environ: WSGIEnvironment) -> Document | None:
        found = _JSON_PATH.fullmatch(environ["PATH_INFO"])
        asked = _JSON_V1_QUERY.fullmatch(environ["QUERY_STRING"])
        return self._endpoint(environ, found[1], asked[1]) if found and asked else None

    def _endpoint(self, environ: WSGIEnvironment, domain: str, protocol: str) -> Document | None:
        known = autodiscover_json.PROTOCOLS.get(protocol.lower())
        if known is None:
            return None
        domain = domain.lower()
        if self._publisher.is_personal(domain):
            return None
        url = pox_url(self._base_url, environ.get("HTTP_HOST", ""), domain)
        return self._publisher.endpoint(domain, known, url)

    def _pox(self, environ: WSGIEnvironment) -> Document | None:
        written = environ.get("CONTENT_LENGTH") or ""
        length = int(written) if written.isdecimal() and len(written) < _MANY_DIGITS else 0
        if not 0 < length <= autodiscover.MAX_REQUEST_BYTES:
            return None
        try:
            body = environ["wsgi.input"].read(length)
        except Exception:  # a client that broke off; each WSGI server has exceptions of its own
            environ["wsgi.input"] = _BROKEN_OFF
            return None
        document = None
        try:
            if len(body) == length:
                document = self._outlook(body, environ)
        finally:
            if document is None:
                environ["wsgi.input"] = io.BytesIO(body)
        return document

    def _outlook(self, body: bytes, environ: WSGIEnvironment) -> Document | None:
        try:
            address, schema = self._requests.read(body)
        except FormatError:
            return None
        if schema != autodiscover.OUTLOOK_RESPONSE:
            return None
        environ[ADDRESS_ASKED] = address
        return self._publisher.autodiscover(address.domain, address)
