"""The frame of every file: what it is for, where it goes, where its secret comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from autoconfig.formats.clients.account import Account, Login, Place
from autoconfig.model import SocketType

if TYPE_CHECKING:
    from collections.abc import Iterable


def heading(account: Account, places: Iterable[Place | None], purpose: str, *notes: str) -> list[str]:
    """The comment at the head of a file, ``notes`` included: ``#`` starts one everywhere."""
    found = [place for place in places if place is not None]
    lines = [purpose, *notes]
    store = account.secrets.how_to_store(account.address)
    if store and any(place.login in (Login.PASSWORD, Login.ENCRYPTED) for place in found):
        lines += ["The password comes from the keyring of the desktop; put it there once:", f"  {store}"]
    lines += [
        f"{place.host} offers no TLS: what is sent to it can be read on the way."
        for place in found
        if place.socket is SocketType.PLAIN
    ]
    return [*(f"# {line}" for line in lines), ""]


def document(lines: Iterable[str]) -> bytes:
    """The bytes of a file of these lines."""
    return "".join(f"{line}\n" for line in lines).encode()
