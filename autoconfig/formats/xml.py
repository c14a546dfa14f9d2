"""The one XML parser: no DTD, no entities, no network, bounded in bytes and depth.

Mail documents need none of what makes XML dangerous, so all of it is refused before it can act:
a document type declaration (entities, external files, "billion laughs"), nesting beyond 32, and more
bytes than the caller allows. What comes back is a tree without comments and processing instructions.
"""

from __future__ import annotations

import threading

from lxml import etree

from autoconfig.errors import XMLRefused

MAX_BYTES = 256 * 1024
MAX_DEPTH = 32

Element = etree._Element

_here = threading.local()
"""A parser for each thread: making one takes as long as reading a small document."""

_BLANK = b" \t\r\n"
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def parse(data: bytes, *, max_bytes: int = MAX_BYTES) -> Element:
    """Parse a document and return its root element.

    White space and a byte order mark before the XML declaration are forgiven (Delta Chat does too).
    Raises XMLRefused with the line where the trouble is.
    """
    if len(data) > max_bytes:
        raise XMLRefused(f"The XML is larger than {max_bytes} bytes.")
    document, blank_lines = (data, 0) if data.startswith(b"<") else _without_blanks_before(data)
    if not document.strip():
        raise XMLRefused("The document is empty.", line=1)
    try:
        root = etree.fromstring(document, _parser_of_this_thread())
    except etree.XMLSyntaxError as error:
        message = f"The document is not well-formed XML: {_sentence(error)}"
        raise XMLRefused(message, line=error.lineno or 1) from None
    except (ValueError, LookupError, AssertionError) as error:
        raise XMLRefused(f"The document is not well-formed XML: {error}") from None
    if root is None:
        raise XMLRefused("The document has no element.", line=1)
    docinfo = root.getroottree().docinfo
    if docinfo.internalDTD is not None or docinfo.doctype:
        reason = "The XML has a document type declaration, which mail documents never need."
        raise XMLRefused(reason, line=1 + blank_lines)
    _check_depth(root)
    return root


def parser() -> etree.XMLParser:
    """A parser that resolves nothing, loads nothing and fetches nothing."""
    # collect_ids stays on: off, libxml2 reads the external DTD all the same, and the file it names.
    return etree.XMLParser(
        resolve_entities=False,
        load_dtd=False,
        dtd_validation=False,
        no_network=True,
        huge_tree=False,
        recover=False,
        remove_comments=True,
        remove_pis=True,
    )


def _parser_of_this_thread() -> etree.XMLParser:
    try:
        return _here.parser  # type: ignore[no-any-return]
    except AttributeError:
        _here.parser = parser()
        return _here.parser  # type: ignore[no-any-return]


def local_name(element: Element) -> str:
    """The name of an element without its namespace: clients do not agree on namespaces."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def namespace(element: Element) -> str:
    """The namespace of an element, empty where it has none."""
    tag = element.tag
    return tag[1:].partition("}")[0] if isinstance(tag, str) and tag.startswith("{") else ""


def text_of(element: Element) -> str | None:
    """The text of an element with the white space around it removed; None where an element is inside."""
    if len(element):
        return None
    return (element.text or "").strip()


def _without_blanks_before(data: bytes) -> tuple[bytes, int]:
    """The document as XML wants it, and the number of its empty first lines.

    Those go behind the XML declaration, which must come first, so that the lines of remarks stay right.
    """
    stripped = data.removeprefix(_BYTE_ORDER_MARK).lstrip(_BLANK)
    lines = data[: len(data) - len(stripped)].count(b"\n")
    if not stripped.startswith(b"<?xml"):
        return b"\n" * lines + stripped, lines
    declaration, end, rest = stripped.partition(b"?>")
    return declaration + end + b"\n" * lines + rest, lines


def _check_depth(root: Element) -> None:
    if len([*root.iter()]) <= MAX_DEPTH:
        return  # too few elements to be nested deeper
    # libxml2 itself stops at 256 levels, so that this walk is bounded too.
    level = [root]
    for _ in range(MAX_DEPTH):
        level = [child for element in level for child in element]
        if not level:
            return
    raise XMLRefused(f"The XML is nested deeper than {MAX_DEPTH} elements.", line=level[0].sourceline)


def _sentence(error: etree.XMLSyntaxError) -> str:
    """libxml2's message without the position it repeats."""
    message = (error.msg or "unreadable").partition(", line ")[0]
    return message if message.endswith(".") else f"{message}."
