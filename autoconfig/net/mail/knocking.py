"""Knocking at a port that does not do what it should: what speaks there, and is it TLS?"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from autoconfig.net.mail.faults import Fault, SessionFailed, Stage
from autoconfig.net.mail.line import MAX_SHOWN, Line
from autoconfig.net.mail.opening import connected

if TYPE_CHECKING:
    import ssl

    from autoconfig.net.connections import Connector
    from autoconfig.net.mail.tls import Tls

PATIENCE = 2.0
"""Seconds for the first word, before a web server is asked whether it is one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Knock:
    """What was heard."""

    said: bytes = b""
    """The first bytes; none where the other side stayed silent or hung up."""
    asked: bool = False
    """Whether it spoke only when it was asked for a web page."""
    tls: Tls | None = None


async def knock(
    connector: Connector,
    host: str,
    port: int,
    *,
    context: ssl.SSLContext | None,
    address: str | None = None,
    patience: float = PATIENCE,
    timeout: float = 2 * PATIENCE,
) -> Knock:
    """Connect, with TLS at once where there is a ``context``, and hear what is said first.

    A server that waits for the client is asked for a web page, which tells a web server. Times are in
    seconds. Raises SessionFailed, FetchFailed and LookupFailed where there is no connection or no TLS.
    """
    line = await _connected(connector, address or host, host, port, timeout)
    try:
        if context is not None:
            async with line.during(Stage.TLS):
                await line.encrypt(context)
        said = await _heard(line, patience)
        asked = not said
        if asked:
            line.send("GET / HTTP/1.0", "")
            said = await _heard(line, patience)
        return Knock(said=said, asked=asked, tls=line.tls)
    finally:
        line.abort()


async def shake_hands(
    connector: Connector,
    host: str,
    port: int,
    *,
    context: ssl.SSLContext,
    address: str | None = None,
    timeout: float = 2 * PATIENCE,
) -> tuple[float, Tls]:
    """Connect and agree on TLS, no more; the seconds until the connection stood, and the TLS.

    Raises SessionFailed, FetchFailed and LookupFailed.
    """
    started = asyncio.get_running_loop().time()
    line = await _connected(connector, address or host, host, port, timeout)
    elapsed = asyncio.get_running_loop().time() - started
    try:
        async with line.during(Stage.TLS):
            await line.encrypt(context)
        assert line.tls is not None
        return elapsed, line.tls
    finally:
        line.abort()


async def _connected(connector: Connector, where: str, host: str, port: int, timeout: float) -> Line:
    addresses = await connector.addresses(where)
    try:
        async with asyncio.timeout(timeout):
            reader, writer = await connected(addresses, host, port)
    except TimeoutError:
        message = f"{host}:{port} is silent."
        raise SessionFailed(message, stage=Stage.CONNECTION, fault=Fault.SILENT) from None
    return Line(reader, writer, host=host, port=port, timeout=timeout)


async def _heard(line: Line, patience: float) -> bytes:
    """The first line, or what comes of it in time: it may come in fragments."""
    said = b""
    with suppress(TimeoutError, OSError):
        async with asyncio.timeout(patience):
            while b"\n" not in said and len(said) < MAX_SHOWN:
                some = await line.read_some()
                if not some:
                    break
                said += some
    return said[:MAX_SHOWN]
