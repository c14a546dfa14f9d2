"""Reading what Outlook and its imitators post: only the address is needed."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autoconfig.errors import FormatError, XMLRefused
from autoconfig.formats import autodiscover
from autoconfig.formats.autodiscover import (
    MAX_REQUEST_BYTES,
    MOBILESYNC_RESPONSE,
    OUTLOOK_RESPONSE,
    Request,
    parse_request,
)
from autoconfig.model import EmailAddress
from tests.formats.minimal import changed
from tests.strategies import mutated

REQUEST = f"""\
<?xml version="1.0" encoding="utf-8"?>
<Autodiscover xmlns="http://schemas.microsoft.com/exchange/autodiscover/outlook/requestschema/2006">
  <Request>
    <EMailAddress>ada@example.com</EMailAddress>
    <AcceptableResponseSchema>{OUTLOOK_RESPONSE}</AcceptableResponseSchema>
  </Request>
</Autodiscover>
"""
ADA = EmailAddress("ada", "example.com")
ADDRESS = "<EMailAddress>ada@example.com</EMailAddress>"
SCHEMA = f"<AcceptableResponseSchema>{OUTLOOK_RESPONSE}</AcceptableResponseSchema>"
NAMESPACE = ' xmlns="http://schemas.microsoft.com/exchange/autodiscover/outlook/requestschema/2006"'
NO_ADDRESS = "The request has no EMailAddress."


def test_the_schemas_are_those_of_microsoft() -> None:
    base = "http://schemas.microsoft.com/exchange/autodiscover/"
    assert f"{base}outlook/responseschema/2006a" == OUTLOOK_RESPONSE
    assert f"{base}mobilesync/responseschema/2006" == MOBILESYNC_RESPONSE


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<Request>", "<Request>"),
        (NAMESPACE, ""),
        (NAMESPACE, ' xmlns="urn:x"'),
        ("utf-8", "UTF-8"),
        ("<?xml", "\n<?xml"),
        ("ada@example.com", "\n  ada@example.com\n"),
        ("ada@example.com", "ada@EXAMPLE.com."),
        (ADDRESS, "<EmailAddress>ada@example.com</EmailAddress>"),
        (ADDRESS, f"<LegacyDN>/o=x/cn=ada</LegacyDN>{ADDRESS}"),
        (ADDRESS, f"{ADDRESS}<EMailAddress>bob@example.com</EMailAddress>"),
        (ADDRESS, f"<EMailAddress/>{ADDRESS}"),
        (ADDRESS, f"<EMailAddress><b/></EMailAddress>{ADDRESS}"),
        (SCHEMA, ""),
        (SCHEMA, "<AcceptableResponseSchema/>"),
        (SCHEMA, f"<AcceptableResponseSchema>\n  {OUTLOOK_RESPONSE}\n</AcceptableResponseSchema>"),
        (f"{SCHEMA}\n  </Request>", f"</Request>{SCHEMA}"),
    ],
)
def test_the_address_is_found_however_the_request_is_written(old: str, new: str) -> None:
    assert parse_request(changed(REQUEST, (old, new))) == Request(ADA, OUTLOOK_RESPONSE)


def test_a_request_with_prefixes_is_read() -> None:
    document = (
        REQUEST.replace("</", "</a:").replace("<", "<a:").replace("<a:/a:", "</a:").replace("<a:?", "<?")
    )
    assert parse_request(document.replace(" xmlns=", " xmlns:a=").encode()) == Request(ADA, OUTLOOK_RESPONSE)


@pytest.mark.parametrize("encoding", ["utf-16", "iso-8859-1"])
def test_a_request_may_come_in_its_own_encoding(encoding: str) -> None:
    document = changed(REQUEST, ("utf-8", encoding), ("ada@", "ädä@")).decode().encode(encoding)
    assert parse_request(document).address == EmailAddress("ädä", "example.com")


def test_the_schema_that_is_asked_for_is_told() -> None:
    assert parse_request(changed(REQUEST, (OUTLOOK_RESPONSE, "urn:other"))).schema == "urn:other"


def test_without_a_schema_the_namespace_of_the_request_tells_a_telephone() -> None:
    document = changed(REQUEST, (SCHEMA, ""), ("outlook/requestschema", "mobilesync/requestschema"))
    assert parse_request(document).schema == MOBILESYNC_RESPONSE


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("bücher@bücher.example", EmailAddress("bücher", "xn--bcher-kva.example")),
        ('"a b"@example.com', EmailAddress('"a b"', "example.com")),
        ("a&amp;b@example.com", EmailAddress("a&b", "example.com")),
        ("%EMAILADDRESS%@example.com", EmailAddress("%EMAILADDRESS%", "example.com")),
    ],
)
def test_any_address_can_be_asked_about(written: str, address: EmailAddress) -> None:
    assert parse_request(changed(REQUEST, ("ada@example.com", written))).address == address


@pytest.mark.parametrize(
    ("old", "new", "sentence", "path"),
    [
        (ADDRESS, "", NO_ADDRESS, ""),
        (ADDRESS, "<EMailAddress> </EMailAddress>", NO_ADDRESS, ""),
        (ADDRESS, "<LegacyDN>/o=x/cn=ada</LegacyDN>", NO_ADDRESS, ""),
        ("ada@example.com", "ada", "An e-mail address has an @ between a name and a domain.", "EMailAddress"),
        ("ada@example.com", "ada@", "What stands after the @ is not a domain name.", "EMailAddress"),
        (
            "ada@example.com",
            "a b@example.com",
            "The part before the @ is not one that a mailbox can have.",
            "EMailAddress",
        ),
    ],
)
def test_a_request_without_a_usable_address_is_refused(old: str, new: str, sentence: str, path: str) -> None:
    with pytest.raises(FormatError) as refused:
        parse_request(changed(REQUEST, (old, new)))
    assert (str(refused.value), refused.value.path) == (sentence, path)


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"not XML",
        b"a=1&b=2",
        b'{"EMailAddress": "ada@example.com"}',
        REQUEST.encode()[:-20],
        changed(
            REQUEST, ("<Autodiscover", '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><Autodiscover')
        ),
    ],
)
def test_what_is_no_harmless_xml_is_refused(document: bytes) -> None:
    with pytest.raises(XMLRefused):
        parse_request(document)


def test_a_request_of_64_kib_is_read_and_none_larger() -> None:
    padding = " " * (MAX_REQUEST_BYTES - len(REQUEST))
    assert MAX_REQUEST_BYTES == 64 * 1024
    assert parse_request(REQUEST.encode() + padding.encode()).address == ADA
    with pytest.raises(XMLRefused) as refused:
        parse_request(REQUEST.encode() + padding.encode() + b" ")
    assert str(refused.value) == "The XML is larger than 65536 bytes."


@settings(deadline=None)
@given(mutated(REQUEST.encode()) | st.binary(max_size=100))
def test_any_bytes_are_a_request_or_refused(data: bytes) -> None:
    try:
        request = autodiscover.parse_request(data)
    except FormatError:
        return
    assert EmailAddress.parse(str(request.address)) == request.address
