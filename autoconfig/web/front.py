"""The door before Flask: paths in one spelling, and documents that lie ready handed out at once.

Flask's dispatch costs more than finding a document. A plain request for a document that is rendered
already is answered by one look into a table; everything else goes the long way, with equal result.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from autoconfig.model import ServerType
from autoconfig.web.answers import headers_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from autoconfig.publish import Document, Publisher

MOZILLA_PATHS = ("/mail/config-v1.1.xml", "/.well-known/autoconfig/mail/config-v1.1.xml")
BY_DOMAIN = "/v1.1/"
POX_PATH = "/autodiscover/autodiscover.xml"
JSON_PATH = "/autodiscover/autodiscover.json"
JSON_V1_PATH = f"{JSON_PATH}/v1.0"
PACC_PATH = "/.well-known/user-agent-configuration.json"
PROFILE_PATH = "/mail/profile.mobileconfig"
WELL_KNOWN_SERVICES = {
    "/.well-known/caldav": ServerType.CALDAV,
    "/.well-known/carddav": ServerType.CARDDAV,
    "/.well-known/jmap": ServerType.JMAP,
}

# Seen in the wild: some put the version of the document before its path.
_OTHER_SPELLINGS = {"/v1.1/mail/config-v1.1.xml": MOZILLA_PATHS[0]}
_PATHS = (*MOZILLA_PATHS, POX_PATH, JSON_PATH, JSON_V1_PATH, PACC_PATH, PROFILE_PATH, *WELL_KNOWN_SERVICES)
_CANONICAL = {path: path for path in _PATHS} | _OTHER_SPELLINGS
CANONICAL_PREFIXES = (f"{JSON_V1_PATH}/", BY_DOMAIN)
"""What stands before an address or a domain in a path."""

_SLASHES = re.compile("//+")

# An address that is certainly well formed, sent plainly; the domain is judged by the table.
_ATOM = r"[A-Za-z0-9_~+-]{1,16}"
_PLAIN_QUERY = re.compile(rf"emailaddress={_ATOM}(?:\.{_ATOM}){{0,2}}(?:@|%40)([A-Za-z0-9.-]{{1,80}})")


class Front:
    """WSGI middleware in front of the Flask application."""

    def __init__(self, application: WSGIApplication, publisher: Publisher) -> None:
        self._application = application
        self._publisher = publisher

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        document = self._ready(environ)
        if document is not None:
            headers = headers_of(document)
            headers.append(("Content-Length", str(len(document.body))))
            start_response("200 OK", headers)
            return (document.body,) if environ["REQUEST_METHOD"] == "GET" else ()
        environ["PATH_INFO"] = canonical_path(environ.get("PATH_INFO", ""))
        return self._application(environ, start_response)

    def _ready(self, environ: WSGIEnvironment) -> Document | None:
        """The document of a plain request, if it lies ready."""
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD") or "HTTP_IF_NONE_MATCH" in environ:
            return None
        path, query = environ.get("PATH_INFO", ""), environ.get("QUERY_STRING", "")
        if path in MOZILLA_PATHS:
            found = _PLAIN_QUERY.fullmatch(query)
            return self._publisher.kept_mozilla(found[1].lower()) if found else None
        if path.startswith(BY_DOMAIN) and not query:
            return self._publisher.kept_mozilla(path[len(BY_DOMAIN) :])
        return None


def canonical_path(path: str) -> str:
    """The one spelling of a document's path: letter case and doubled slashes differ between clients."""
    folded = _SLASHES.sub("/", path).lower()
    known = _CANONICAL.get(folded)
    if known is not None:
        return known
    for prefix in CANONICAL_PREFIXES:
        if folded.startswith(prefix):
            # What follows is an address or a domain: its case is its own.
            return prefix + _SLASHES.sub("/", path)[len(prefix) :]
    return path or "/"
