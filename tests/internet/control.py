"""Knot's control socket, spoken directly: a change takes a millisecond, one by the program knotc twenty.

The protocol is that of libknot's control.c (Knot DNS 3.2): units of a type byte, with items of a code byte, a
length of two bytes and a text.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_END, _DATA, _BLOCK = 0, 1, 3
_FIRST_ITEM = 16
_ITEMS = ("cmd", "flags", "error", "section", "item", "id", "zone", "owner", "ttl", "type", "data")
_ERROR = _FIRST_ITEM + _ITEMS.index("error")

ZONE = "."


async def change(socket: Path, commands: Iterable[dict[str, str]]) -> None:
    """Carry out zone-set and zone-unset commands in one transaction. Raises RuntimeError on refusal."""
    reader, writer = await asyncio.open_unix_connection(str(socket))
    try:
        for command in ({"cmd": "zone-begin"}, *commands, {"cmd": "zone-commit"}):
            writer.write(_unit(command | {"zone": ZONE}))
            if reason := await _reason(reader):
                writer.write(_unit({"cmd": "zone-abort", "zone": ZONE}))
                raise RuntimeError(f"Knot refused {command}: {reason}")
        writer.write(bytes((_END,)))
        await writer.drain()
    finally:
        writer.close()
        await writer.wait_closed()


def _unit(items: dict[str, str]) -> bytes:
    unit = bytes((_DATA,))
    for name, text in items.items():
        value = text.encode()
        unit += bytes((_FIRST_ITEM + _ITEMS.index(name),)) + len(value).to_bytes(2, "big") + value
    return unit + bytes((_BLOCK,))


async def _reason(reader: asyncio.StreamReader) -> str:
    """Read an answer up to its end; empty where it holds no error."""
    reason = ""
    while (code := (await reader.readexactly(1))[0]) not in (_END, _BLOCK):
        if code < _FIRST_ITEM:
            continue  # the type of a unit
        length = int.from_bytes(await reader.readexactly(2), "big")
        value = await reader.readexactly(length)
        if code == _ERROR:
            reason = value.decode(errors="replace")
    return reason
