"""Documents with nothing usable are refused, with the reason and the line."""

from __future__ import annotations

import pytest

from autoconfig.errors import FormatError, XMLRefused
from autoconfig.formats import mozilla
from tests.formats.minimal import MOZILLA, changed


def refused(document: bytes) -> FormatError:
    """The refusal of a document."""
    with pytest.raises(FormatError) as found:
        mozilla.parse(document)
    return found.value


@pytest.mark.parametrize(
    ("document", "sentence", "line"),
    [
        (b"<html><body/></html>", "The root element is html, not clientConfig.", 1),
        (b"\n\n<x:html xmlns:x='urn:x'/>", "The root element is html, not clientConfig.", 3),
        (b"<clientConfig/>", "The document has no emailProvider element.", 1),
        (b"<clientConfig>\n<other/></clientConfig>", "The document has no emailProvider element.", 1),
        (b"<clientConfig>\n<emailProvider/></clientConfig>", "The document has no usable server.", 2),
    ],
)
def test_a_document_without_servers_is_refused(document: bytes, sentence: str, line: int) -> None:
    error = refused(document)
    assert (str(error), error.line) == (sentence, line)


def test_the_first_reason_is_named_where_no_server_can_be_used() -> None:
    document = changed(MOZILLA, ("<port>993</port>", ""), ("<port>465</port>", "<port>x</port>"))
    error = refused(document)
    assert str(error) == "The document has no usable server. First: Server left out: no port."
    assert (error.line, error.path) == (3, "emailProvider")


@pytest.mark.parametrize(
    "document", [b"", b"not XML", MOZILLA.encode()[:-10], b"{}", b"<!DOCTYPE html><html/>"]
)
def test_what_is_no_harmless_xml_is_refused_as_such(document: bytes) -> None:
    assert isinstance(refused(document), XMLRefused)


def test_a_declaration_before_a_good_document_refuses_it() -> None:
    document = changed(MOZILLA, ("<clientConfig", "<!DOCTYPE clientConfig><clientConfig"))
    assert (
        str(refused(document)) == "The XML has a document type declaration, which mail documents never need."
    )


def test_a_document_may_be_bounded_in_size() -> None:
    with pytest.raises(XMLRefused) as found:
        mozilla.parse(MOZILLA.encode(), max_bytes=len(MOZILLA.encode()) - 1)
    assert str(found.value) == f"The XML is larger than {len(MOZILLA.encode()) - 1} bytes."
    assert mozilla.parse(MOZILLA.encode(), max_bytes=len(MOZILLA.encode())).remarks == ()
