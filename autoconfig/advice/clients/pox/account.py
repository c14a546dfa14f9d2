"""What the programs that read a whole answer share: finding the Account, or why there is none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from autoconfig.advice.clients.reading import Reading, Unread, reading
from autoconfig.formats import xml

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class Moved:
    """The program asks again: at another URL, or for another address."""

    url: str = ""
    address: str = ""


PoxReading = Reading | Moved

NOT_AUTODISCOVER = "pox-broken"
"""The code of a document that is no Autodiscover answer at all."""


def read_account(document: bytes, read: Callable[[xml.Element], PoxReading]) -> PoxReading:
    """Parse an answer and read its Account; an error of the service becomes the reason."""
    moved: list[Moved] = []

    def read_root(root: xml.Element) -> Reading:
        found = read(_account(root))
        if isinstance(found, Moved):
            moved.append(found)
            return Reading()
        return found

    result = reading(document, read_root)
    return moved[0] if moved else result


def _account(root: xml.Element) -> xml.Element:
    if xml.local_name(root) != "Autodiscover":
        raise Unread(f"The root element is {xml.local_name(root)[:40]}, not Autodiscover.", NOT_AUTODISCOVER)
    response = child(root, "Response")
    error = child(root, "Error") if response is None else child(response, "Error")
    if error is not None:
        code, message = text(error, "ErrorCode") or "?", text(error, "Message") or "no"
        raise Unread(f"The service answers with error {code[:10]}: {message[:80]}.", "pox-error")
    account = None if response is None else child(response, "Account")
    if account is None:
        raise Unread("The answer has neither an Account nor an Error.", NOT_AUTODISCOVER)
    return account


def child(element: xml.Element, name: str) -> xml.Element | None:
    """The first child of that name."""
    return next((found for found in element if xml.local_name(found) == name), None)


def text(element: xml.Element, name: str) -> str | None:
    """The text of the first child of that name, trimmed; None where it is absent or empty."""
    found = child(element, name)
    return None if found is None else xml.text_of(found) or None


def protocols(account: xml.Element) -> list[xml.Element]:
    """The Protocol children; Exchange nests others inside them."""
    return [found for found in account if xml.local_name(found) == "Protocol"]
