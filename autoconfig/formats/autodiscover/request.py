"""Reading what Outlook and its imitators post.

They agree on little: the schema may stand beside the Request instead of inside, its value between line
breaks, in a namespace no specification names. Only the address is needed.
"""

from __future__ import annotations

from typing import NamedTuple

from lxml import etree

from autoconfig.errors import AddressError, FormatError
from autoconfig.formats import xml
from autoconfig.formats.autodiscover.words import MOBILESYNC_RESPONSE, OUTLOOK_REQUEST, OUTLOOK_RESPONSE
from autoconfig.model import EmailAddress

MAX_REQUEST_BYTES = 64 * 1024

_ADDRESS, _SCHEMA = "{*}EMailAddress", "{*}AcceptableResponseSchema"


class Request(NamedTuple):
    """Whose settings are wanted, and in which schema (a namespace) they shall be said."""

    address: EmailAddress
    schema: str


def parse_request(data: bytes) -> Request:
    """Read an Autodiscover request (MS-OXDSCLI §2.2.3).

    Raises XMLRefused for what is no harmless XML and FormatError where no usable address stands: both
    are error 600 to the client. A LegacyDN names a mailbox inside one Exchange and is not looked at.
    """
    root = xml.parse(data, max_bytes=MAX_REQUEST_BYTES)
    address, schema = _first_text(root, _ADDRESS), _first_text(root, _SCHEMA)
    if not (address and schema):
        address, schema = _in_any_case(root)
    if not address:
        raise FormatError("The request has no EMailAddress.")
    if not schema:
        mobile = "mobilesync" in xml.namespace(root).lower()
        schema = MOBILESYNC_RESPONSE if mobile else OUTLOOK_RESPONSE
    try:
        return Request(EmailAddress.parse(address), schema)
    except AddressError as error:
        raise FormatError(str(error), path="EMailAddress") from None


def _first_text(root: xml.Element, name: str) -> str | None:
    """The first text of elements of that name, spelled as Outlook does, in any namespace."""
    for element in root.iter(name):
        text = xml.text_of(element)
        if text:
            return text
    return None


def _in_any_case(root: xml.Element) -> tuple[str | None, str | None]:
    """Address and schema, however their elements are spelled."""
    address = schema = None
    for element in root.iter():
        name = xml.local_name(element).lower()
        if name == "emailaddress":
            address = address or xml.text_of(element)
        elif name == "acceptableresponseschema":
            schema = schema or xml.text_of(element)
    return address, schema


def render_request(address: EmailAddress) -> bytes:
    """Write the question for an address, asking for Outlook's schema (MS-OXDSCLI §2.2.3)."""
    root = etree.Element(f"{{{OUTLOOK_REQUEST}}}Autodiscover", nsmap={None: OUTLOOK_REQUEST})
    request = etree.SubElement(root, f"{{{OUTLOOK_REQUEST}}}Request")
    etree.SubElement(request, f"{{{OUTLOOK_REQUEST}}}EMailAddress").text = str(address)
    schema = etree.SubElement(request, f"{{{OUTLOOK_REQUEST}}}AcceptableResponseSchema")
    schema.text = OUTLOOK_RESPONSE
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)
