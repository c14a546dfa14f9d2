"""The mobilesync answer of Autodiscover: where Exchange ActiveSync is (MS-ASCMD 28.0 §2.2.3)."""

from __future__ import annotations

from lxml import etree

from autoconfig.errors import FormatError, ValueRefused
from autoconfig.formats import xml
from autoconfig.formats.autodiscover.reading import Redirect
from autoconfig.formats.autodiscover.words import MOBILESYNC_RESPONSE, RESPONSE_ROOT
from autoconfig.formats.exchange import service_url
from autoconfig.formats.selection import at_domain
from autoconfig.model import Provider, ServerType, UrlServer
from autoconfig.model.placeholders import EMAIL_ADDRESS

MEDIA_TYPE = "text/xml; charset=utf-8"

_DECLARATION = b'<?xml version="1.0" encoding="UTF-8"?>\n'


def render(provider: Provider, domain: str) -> bytes | None:
    """Write the answer with the placeholders of the address left in; None where there is nothing to say.

    The ActiveSync server where the provider has one, else the address to ask for instead. The schema has no
    word for a redirect to a URL.
    """
    here = at_domain(provider, domain)
    if here is None:
        return None
    url = service_url(here.incoming, ServerType.ACTIVESYNC)
    address = None if here.autodiscover is None else here.autodiscover.address
    if url is None and address is None:
        return None
    root = etree.Element(f"{{{RESPONSE_ROOT}}}Autodiscover", nsmap={None: RESPONSE_ROOT})
    response = _child(root, "Response", nsmap={None: MOBILESYNC_RESPONSE})
    _child(response, "Culture").text = "en:us"
    user = _child(response, "User")
    _child(user, "DisplayName").text = EMAIL_ADDRESS
    _child(user, "EMailAddress").text = EMAIL_ADDRESS
    action = _child(response, "Action")
    if url is None:
        _child(action, "Redirect").text = address
    else:
        _settings(action, url)
    etree.indent(root)
    return _DECLARATION + etree.tostring(root, encoding="UTF-8") + b"\n"


def _settings(action: etree._Element, url: str) -> None:
    server = _child(_child(action, "Settings"), "Server")
    _child(server, "Type").text = "MobileSync"
    _child(server, "Url").text = url
    _child(server, "Name").text = url


def parse(data: bytes, *, max_bytes: int = xml.MAX_BYTES) -> UrlServer | Redirect | None:
    """Read another service's answer: its ActiveSync server, or the address to ask for instead.

    None where it is an error or names neither. Raises XMLRefused, and FormatError for a URL that is none.
    """
    root = xml.parse(data, max_bytes=max_bytes)
    for server in root.iter():
        if xml.local_name(server) != "Server":
            continue
        texts = {xml.local_name(child): xml.text_of(child) for child in server}
        if (texts.get("Type") or "").lower() == "mobilesync" and texts.get("Url"):
            return _server(texts["Url"] or "", server.sourceline)
    redirects = (xml.text_of(found) for found in root.iter() if xml.local_name(found) == "Redirect")
    address = next((text for text in redirects if text), None)
    return None if address is None else Redirect(address=address)


def _server(url: str, line: int | None) -> UrlServer:
    try:
        return UrlServer(type=ServerType.ACTIVESYNC, url=url, username=EMAIL_ADDRESS)
    except ValueRefused as error:
        raise FormatError(str(error), line=line, path="Server/Url") from None


def _child(parent: etree._Element, name: str, nsmap: dict[str | None, str] | None = None) -> etree._Element:
    return etree.SubElement(parent, f"{{{MOBILESYNC_RESPONSE}}}{name}", nsmap=nsmap)
