"""The one XML parser: nothing is resolved, loaded or fetched, and everything is bounded."""

from __future__ import annotations

import os
import socket
import threading
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autoconfig.errors import XMLRefused
from autoconfig.formats import xml
from tests.strategies import mutated

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

XINCLUDE = "http://www.w3.org/2001/XInclude"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
DTD = "The XML has a document type declaration, which mail documents never need."


def refused(data: bytes, **limits: int) -> XMLRefused:
    """The refusal of a document."""
    with pytest.raises(XMLRefused) as found:
        xml.parse(data, **limits)
    return found.value


def test_a_document_gives_its_root_element() -> None:
    assert xml.parse(b"<a><b/></a>").tag == "a"


# Document type declarations


@pytest.mark.parametrize(
    "declaration",
    [
        b"<!DOCTYPE a>",
        b"<!DOCTYPE a []>",
        b'<!DOCTYPE a SYSTEM "http://127.0.0.1:9/a.dtd">',
        b'<!DOCTYPE a PUBLIC "-//W3C//DTD XHTML 1.0//EN" "http://127.0.0.1:9/a.dtd">',
        b"<!DOCTYPE a [<!ELEMENT a ANY>]>",
        b'<!DOCTYPE a [<!ENTITY b "text">]>',
        b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>',
        b'<!DOCTYPE a [<!ENTITY % b SYSTEM "http://127.0.0.1:9/b"> %b;]>',
    ],
)
def test_a_document_type_declaration_is_refused(declaration: bytes) -> None:
    assert str(refused(declaration + b"<a/>")) == DTD


def test_an_entity_that_is_used_is_refused() -> None:
    assert str(refused(b'<!DOCTYPE a [<!ENTITY b "text">]><a>&b;</a>')) == DTD


def test_an_entity_nobody_declared_is_refused() -> None:
    error = refused(b"<a>\n&b;</a>")
    assert str(error) == "The document is not well-formed XML: Entity 'b' not defined."
    assert error.line == 2


@pytest.mark.parametrize(
    ("written", "text"), [(b"&lt;&amp;&quot;", '<&"'), (b"&#228;", "ä"), (b"&#x1F600;", "\U0001f600")]
)
def test_the_five_entities_and_character_references_are_read(written: bytes, text: str) -> None:
    assert xml.parse(b"<a>" + written + b"</a>").text == text


BILLION_LAUGHS = (
    b"<!DOCTYPE a [<!ENTITY l0 'ha'>"
    + b"".join(b"<!ENTITY l%d '%s'>" % (n, b"&l%d;" % (n - 1) * 10) for n in range(1, 12))
    + b"]>"
)


@pytest.mark.parametrize("use", [b"<a>&l11;</a>", b'<a b="&l11;"/>', b"<a/>"])
def test_a_billion_laughs_are_refused(use: bytes) -> None:
    assert isinstance(refused(BILLION_LAUGHS + use), XMLRefused)


def test_an_entity_within_itself_is_refused() -> None:
    document = b"<!DOCTYPE a [<!ENTITY b '&c;'><!ENTITY c '&b;'>]><a d='&b;'/>"
    assert isinstance(refused(document), XMLRefused)


@pytest.fixture
def listener() -> Iterator[tuple[int, list[bytes]]]:
    """A port on loopback and what anybody sent there."""
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def listen() -> None:
            connection, _ = server.accept()
            with connection:  # whoever asks waits until this is closed, and has been noted then
                heard.append(connection.recv(1))

        thread = threading.Thread(target=listen)
        thread.start()
        port = server.getsockname()[1]
        yield port, heard
        socket.create_connection(("127.0.0.1", port)).close()
        thread.join()


@pytest.mark.parametrize(
    "document",
    [
        '<!DOCTYPE a SYSTEM "http://127.0.0.1:{}/a.dtd"><a/>',
        '<!DOCTYPE a [<!ENTITY b SYSTEM "http://127.0.0.1:{}/b">]><a>&b;</a>',
        '<!DOCTYPE a [<!ENTITY % b SYSTEM "http://127.0.0.1:{}/b"> %b;]><a/>',
    ],
)
def test_what_a_declaration_names_is_not_fetched(document: str, listener: tuple[int, list[bytes]]) -> None:
    port, heard = listener
    assert str(refused(document.replace("{}", str(port)).encode())) == DTD
    assert heard == []


@pytest.mark.parametrize(
    "document",
    [
        f'<a xmlns:i="{XINCLUDE}"><i:include href="http://127.0.0.1:{{}}/a" parse="text"/></a>',
        '<?xml-stylesheet type="text/xsl" href="http://127.0.0.1:{}/a.xsl"?><a/>',
        f'<a xmlns:s="{XSI}" s:noNamespaceSchemaLocation="http://127.0.0.1:{{}}/a.xsd"/>',
    ],
)
def test_what_a_document_names_is_not_fetched(document: str, listener: tuple[int, list[bytes]]) -> None:
    port, heard = listener
    assert xml.parse(document.replace("{}", str(port)).encode()).tag == "a"
    assert heard == []


@pytest.mark.parametrize(
    "document",
    [
        '<!DOCTYPE a SYSTEM "{}"><a/>',
        '<!DOCTYPE a PUBLIC "x" "{}"><a/>',
        '<!DOCTYPE a [<!ENTITY b SYSTEM "{}">]><a>&b;</a>',
        '<!DOCTYPE a [<!ENTITY % b SYSTEM "{}"> %b;]><a/>',
    ],
)
def test_what_a_declaration_names_is_not_read(document: str, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("<!nonsense")  # whoever reads it complains of it
    assert str(refused(document.replace("{}", file.as_uri()).encode())) == DTD


def test_a_named_pipe_in_a_declaration_does_not_block(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    document = f'<!DOCTYPE a SYSTEM "{pipe.as_uri()}"><a/>'.encode()
    thread = threading.Thread(target=refused, args=(document,), daemon=True)
    thread.start()
    thread.join(10)
    assert not thread.is_alive()


def test_a_file_in_an_attribute_is_not_read(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("secret")
    error = refused(f'<!DOCTYPE a [<!ENTITY b SYSTEM "{file.as_uri()}">]><a c="&b;"/>'.encode())
    message = "Attribute references external entity 'b'."
    assert str(error) == f"The document is not well-formed XML: {message}"


def test_nothing_is_included(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("secret")
    include = f'<i:include href="{file.as_uri()}" parse="text"/>'
    assert "".join(xml.parse(f'<a xmlns:i="{XINCLUDE}">{include}</a>'.encode()).itertext()) == ""


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
