"""XML as programs read it that take one piece after the other, more forgiving than a parser of documents.

Delta Chat's reader (quick-xml) does not miss an end tag at the end of the text, nor mind text or further
elements behind the root; Evolution's (GMarkup) does. Neither expands entities of a document's own, and a
document type declaration is passed over: pages of web hosts are sometimes "readable" for them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from autoconfig.advice.clients.reading import NOT_XML, Unread

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_BYTES = 256 * 1024

_PIECE = re.compile(
    r"<!--.*?-->|<\?.*?\?>|<!\[CDATA\[(?P<cdata>.*?)\]\]>|<!(?i:DOCTYPE)(?:[^<>\[\]]|\[[^\[\]]*\])*>"
    r"|</(?P<end>[^<>\s]+)\s*>"
    r"|<(?P<start>[^<>\s/!?]+)(?P<attributes>(?:\"[^\"]*\"|'[^']*'|[^<>\"'])*?)(?P<empty>/?)>"
    r"|(?P<text>[^<]+)",
    re.DOTALL,
)
_ATTRIBUTE = re.compile(r"([^\s=]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_ENTITIES = {"&lt;": "<", "&gt;": ">", "&quot;": '"', "&apos;": "'", "&amp;": "&"}
_ENTITY = re.compile("|".join(_ENTITIES))


class Piece(NamedTuple):
    """A tag or a text. ``within`` is the name of the element that a text stands in."""

    kind: str
    """start, end, text."""
    name: str = ""
    text: str = ""
    type: str = ""
    """The attribute of that name."""
    within: str = ""


def pieces(document: bytes, *, strict: bool = False) -> Iterator[Piece]:
    """The pieces of a document in order; texts unescaped, those of white space alone left out.

    An empty element is a start and an end where ``strict``, else nothing at all. Raises Unread where the
    program stops: an end tag that does not fit; if ``strict`` also an element left open, text outside,
    nothing at all.
    """
    text = document[:MAX_BYTES].decode("utf-8", "replace").lstrip("\ufeff")
    opened: list[str] = []
    seen, place = False, 0
    while place < len(text):
        found = _PIECE.match(text, place)
        if found is None:
            raise Unread(f"What begins at character {place + 1} is no XML.", NOT_XML)
        place = found.end()
        if name := found["start"]:
            seen = True
            yield from _started(found, opened, strict=strict)
        elif name := found["end"]:
            if not opened or opened.pop() != name:
                raise Unread(f"The end tag {name[:40]!r} closes nothing.", NOT_XML)
            yield Piece("end", name)
        elif value := _value(found):
            if strict and not opened:
                raise Unread("There is text outside of every element.", NOT_XML)
            yield Piece("text", text=value, within=opened[-1] if opened else "")
    if strict and (opened or not seen):
        raise Unread("The document is empty or cut off.", NOT_XML)


def _started(found: re.Match[str], opened: list[str], *, strict: bool) -> Iterator[Piece]:
    name = found["start"]
    attributes = {key: first or second for key, first, second in _ATTRIBUTE.findall(found["attributes"])}
    if strict and _ATTRIBUTE.sub("", found["attributes"]).strip():
        raise Unread(f"An attribute of {name[:40]!r} has no quotes.", NOT_XML)
    if not found["empty"]:
        opened.append(name)
    elif not strict:
        return
    yield Piece("start", name, type=attributes.get("type", ""))
    if found["empty"]:
        yield Piece("end", name)


def _value(found: re.Match[str]) -> str:
    """The text of a piece; empty for comments, declarations and white space."""
    if found["cdata"] is not None:
        return found["cdata"]
    text = found["text"] or ""
    return _ENTITY.sub(lambda entity: _ENTITIES[entity[0]], text) if text.strip() else ""
