"""The one XML parser: bounds, encodings, and what comes back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autoconfig.errors import XMLRefused
from autoconfig.formats import xml
from tests.strategies import mutated

if TYPE_CHECKING:
    pass


def refused(data: bytes, **limits: int) -> XMLRefused:
    """The refusal of a document."""
    with pytest.raises(XMLRefused) as found:
        xml.parse(data, **limits)
    return found.value


def test_a_document_gives_its_root_element() -> None:
    assert xml.parse(b"<a><b/></a>").tag == "a"


# Bounds


def test_a_document_of_the_greatest_size_is_read() -> None:
    document = b"<a>" + b"x" * (xml.MAX_BYTES - 7) + b"</a>"
    assert len(document) == 256 * 1024
    assert len(xml.parse(document).text or "") == xml.MAX_BYTES - 7


def test_a_document_one_byte_too_large_is_refused() -> None:
    assert (
        str(refused(b"<a>" + b"x" * (xml.MAX_BYTES - 6) + b"</a>")) == "The XML is larger than 262144 bytes."
    )


def test_the_size_can_be_bounded_further() -> None:
    assert str(refused(b"<a/>", max_bytes=3)) == "The XML is larger than 3 bytes."


def nested(depth: int) -> bytes:
    """A document of so many elements within each other."""
    return b"<a>" * depth + b"</a>" * depth


def test_elements_may_be_nested_32_deep() -> None:
    assert xml.parse(nested(32)).tag == "a"


@pytest.mark.parametrize("depth", [33, 200])
def test_deeper_nesting_is_refused(depth: int) -> None:
    assert str(refused(nested(depth))) == "The XML is nested deeper than 32 elements."


def test_the_line_of_the_first_element_too_deep_is_named() -> None:
    assert refused(b"<a>\n" * 33 + b"</a>" * 33).line == 33


@pytest.mark.parametrize("depth", [257, 30_000])
def test_nesting_beyond_what_the_library_bears_is_refused(depth: int) -> None:
    assert str(refused(nested(depth))).startswith("The document is not well-formed XML: Excessive depth")


def test_many_attributes_are_read() -> None:
    attributes = " ".join(f'a{n}="{n}"' for n in range(5000))
    assert len(xml.parse(f"<a {attributes}/>".encode()).attrib) == 5000


# Encodings


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1", "windows-1252", "ascii"])
def test_a_declared_encoding_is_followed(encoding: str) -> None:
    name = encoding.removesuffix("-sig")
    text = "Buecher" if encoding == "ascii" else "Bücher"
    document = f'<?xml version="1.0" encoding="{name}"?><a>{text}</a>'.encode(encoding)
    assert xml.parse(document).text == text


@pytest.mark.parametrize("mark_and_encoding", [(b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")])
def test_utf_16_is_known_by_its_mark(mark_and_encoding: tuple[bytes, str]) -> None:
    mark, encoding = mark_and_encoding
    assert xml.parse(mark + "<a>Bücher</a>".encode(encoding)).text == "Bücher"


@pytest.mark.parametrize("before", [b"\xef\xbb\xbf", b"\n", b" \r\n\t", b"\xef\xbb\xbf\n"])
def test_a_mark_and_white_space_before_the_declaration_are_forgiven(before: bytes) -> None:
    assert xml.parse(before + b'<?xml version="1.0"?><a/>').tag == "a"


@pytest.mark.parametrize(
    "document",
    [
        b"<a>\xff</a>",
        b"<a>\xc3</a>",
        b"<a>\xed\xa0\x80</a>",
        b'<?xml version="1.0" encoding="utf-8"?><a>B\xfccher</a>',
        b'<?xml version="1.0" encoding="nonsense"?><a/>',
        b'<?xml version="1.0" encoding="utf-16"?><a/>',
        "<a>Bücher</a>".encode("utf-16-le")[:-1],
        b"\xff\xfe<",
    ],
)
def test_wrong_bytes_for_the_encoding_are_refused(document: bytes) -> None:
    assert str(refused(document)).startswith("The document is not well-formed XML: ")


@pytest.mark.parametrize(
    "written", [b"\x00", b"\x01", b"&#0;", b"&#8;", b"&#xD800;", b"&#xFFFE;", b"\xef\xbf\xbf"]
)
def test_characters_that_xml_has_no_place_for_are_refused(written: bytes) -> None:
    assert str(refused(b"<a>" + written + b"</a>")).startswith("The document is not well-formed XML: ")


# Not well-formed


@pytest.mark.parametrize("document", [b"", b" \n", b"\xef\xbb\xbf"])
def test_an_empty_document_is_refused(document: bytes) -> None:
    error = refused(document)
    assert (str(error), error.line) == ("The document is empty.", 1)


@pytest.mark.parametrize(
    ("document", "line"),
    [
        (b"not XML", 1),
        (b'{"json": true}', 1),
        (b"<!-- nothing else -->", 1),
        (b"<a>", 1),
        (b"<a>\n<b></a>", 2),
        (b"<a/>\n<b/>", 2),
        (b"<a\n\nb/>", 3),
        (b"\n\n<a>\n<b></a>", 4),
        (b"\xef\xbb\xbf\n<a>\n<b></a>", 3),
        (b"<a b='1' b='2'/>", 1),
        (b"<x:a/>", 1),
    ],
)
def test_what_is_not_well_formed_is_refused_with_its_line(document: bytes, line: int) -> None:
    error = refused(document)
    assert str(error).startswith("The document is not well-formed XML: ")
    assert str(error).endswith(".")
    assert error.line == line


def test_no_position_is_said_twice() -> None:
    assert ", line" not in str(refused(b"<a>\n<b></a>"))


@pytest.mark.parametrize("declaration", [b"", b'<?xml version="1.0"?>'])
@pytest.mark.parametrize(("before", "lines"), [(b"", 0), (b"\n", 1), (b"\xef\xbb\xbf\r\n \n", 2)])
def test_the_empty_lines_before_the_document_count(before: bytes, lines: int, declaration: bytes) -> None:
    root = xml.parse(before + declaration + b"<a>\n<b/></a>")
    assert root[0].sourceline == 2 + lines
    assert refused(before + declaration + b"<!DOCTYPE a><a/>").line == 1 + lines


# What comes back


def test_comments_and_instructions_are_gone() -> None:
    root = xml.parse(b"<a>im<!-- a -->ap<?b c?>.example</a>")
    assert (len(root), root.text) == (0, "imap.example")


def test_cdata_is_text() -> None:
    assert xml.parse(b"<a><![CDATA[<b>&amp;]]></a>").text == "<b>&amp;"


@pytest.mark.parametrize(
    ("document", "name", "namespace"),
    [
        (b"<a/>", "a", ""),
        (b"<a xmlns='urn:x'/>", "a", "urn:x"),
        (b"<p:a xmlns:p='urn:x'/>", "a", "urn:x"),
    ],
)
def test_names_are_told_from_their_namespaces(document: bytes, name: str, namespace: str) -> None:
    root = xml.parse(document)
    assert (xml.local_name(root), xml.namespace(root)) == (name, namespace)


@pytest.mark.parametrize(
    ("document", "text"),
    [
        (b"<a> x\n</a>", "x"),
        (b"<a/>", ""),
        (b"<a> </a>", ""),
        (b"<a>x<b/>y</a>", None),
        (b"<a><b/></a>", None),
    ],
)
def test_the_text_of_an_element_is_trimmed_and_none_around_elements(
    document: bytes, text: str | None
) -> None:
    assert xml.text_of(xml.parse(document)) == text


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_xml_or_refused(data: bytes) -> None:
    try:
        xml.parse(data)
    except XMLRefused:
        return
    assert b"<" in data


@settings(deadline=None)
@given(
    mutated(b"<?xml version='1.0' encoding='UTF-8'?><a b='c'><d>&amp;\xc3\xbc</d><!-- e --><![CDATA[f]]></a>")
)
def test_any_mutation_is_xml_or_refused(data: bytes) -> None:
    try:
        root = xml.parse(data)
    except XMLRefused:
        return
    assert root.getroottree().docinfo.doctype == ""
