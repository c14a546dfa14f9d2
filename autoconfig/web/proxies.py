"""Host and scheme as the client saw them, and its address, where a trusted proxy says so."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from wsgiref.types import StartResponse, WSGIEnvironment

    from autoconfig.publish import Document
    from autoconfig.settings import Network
    from autoconfig.web.front import AnswersPlainly


class TrustedProxies:
    """WSGI middleware: believes X-Forwarded-Host, -Proto and -For of the peers it is given."""

    def __init__(self, application: AnswersPlainly, networks: Sequence[Network]) -> None:
        self._application = application
        self._networks = tuple(networks)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        self._believe(environ)
        return self._application(environ, start_response)

    def plain(self, environ: WSGIEnvironment) -> Document | None:
        """The document of a plain request (:meth:`AnswersPlainly.plain`)."""
        self._believe(environ)
        return self._application.plain(environ)

    def _believe(self, environ: WSGIEnvironment) -> None:
        """Put into the environment what a trusted proxy says."""
        peer = environ.get("REMOTE_ADDR", "")
        if self._trusted(peer):
            host = _last(environ.get("HTTP_X_FORWARDED_HOST", ""))
            scheme = _last(environ.get("HTTP_X_FORWARDED_PROTO", "")).lower()
            if host:
                environ["HTTP_HOST"] = host
            if scheme in ("http", "https"):
                environ["wsgi.url_scheme"] = scheme
            environ["REMOTE_ADDR"] = self._client(environ.get("HTTP_X_FORWARDED_FOR", ""), peer)

    def _client(self, header: str, peer: str) -> str:
        """The last hop that is no proxy of ours; what stands before it anybody may have written."""
        client = peer
        for hop in reversed(header.split(",")):
            address = _address(hop)
            if address is None:
                break
            client = address
            if not self._trusted(address):
                break
        return client

    def _trusted(self, peer: str) -> bool:
        try:
            address = ipaddress.ip_address(peer)
        except ValueError:
            return False
        # A socket for both families shows IPv4 peers as ::ffff:192.0.2.1.
        address = getattr(address, "ipv4_mapped", None) or address
        return any(address in network for network in self._networks)


def _last(header: str) -> str:
    """The last entry of a list: the one the proxy next to us wrote; earlier ones anybody may have."""
    return header.rpartition(",")[2].strip()


def _address(hop: str) -> str | None:
    """The address in one entry of X-Forwarded-For, some of which have a port; None where it has none."""
    text = hop.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        return None
