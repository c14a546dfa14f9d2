"""No document type declaration, no entity, nothing resolved, loaded or fetched."""

from __future__ import annotations

import os
import socket
import threading
from typing import TYPE_CHECKING

import pytest

from autoconfig.errors import XMLRefused
from autoconfig.formats import xml

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
