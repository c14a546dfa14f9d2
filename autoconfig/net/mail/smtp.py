"""SMTP submission (RFC 5321, RFC 6409, RFC 3207, RFC 4954) as far as the login."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from autoconfig.model import ServerType
from autoconfig.net.mail.facts import Capabilities, Verdict
from autoconfig.net.mail.faults import Fault
from autoconfig.net.mail.session import MAX_LINES, MailSession, Reply

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_COMMAND = 510
"""Bytes of a command without its end (RFC 5321 §4.5.3.1.4)."""
NAME = "[127.0.0.1]"
"""What a client without a name of its own says in EHLO (RFC 5321 §4.1.4); tells nothing about the network
it sits in, and passes where ``localhost`` is refused as no full name."""

_LINE = re.compile(rb"([2-5][0-9]{2})([ -]?)(.*)", re.DOTALL)
_ENHANCED = re.compile(r"([245]\.[0-9]{1,3}\.[0-9]{1,3})(?: |$)(.*)", re.DOTALL)


class SmtpSession(MailSession):
    """A conversation with an SMTP server."""

    server_type = ServerType.SMTP
    _introduced = False

    async def _read_greeting(self) -> bytes:
        return b" ".join(await self._expect("220"))

    async def _ask_capabilities(self) -> Capabilities:
        self._send(f"EHLO {NAME}")
        lines = await self._expect("250")
        self._introduced = True
        return _capabilities([line.decode("ascii", "replace") for line in lines[1:]])

    async def _ask_tls(self) -> None:
        if not self._introduced:
            await self._ask_capabilities()
        self._send("STARTTLS")
        await self._expect("220")

    async def _say_goodbye(self) -> None:
        self._send("QUIT")
        await self._reply()

    def _auth_command(self, mechanism: str) -> str:
        return f"AUTH {mechanism}"

    def _with_initial(self, command: str, initial: str) -> str | None:
        whole = f"{command} {initial or '='}"
        return whole if len(whole) <= MAX_COMMAND else None

    async def _auth_reply(self) -> Reply:
        code, lines = await self._reply()
        if code == "334":
            return Reply(lines[-1].strip(), None)
        text = self._line.sentence(b" ".join(_without_repeated_codes(lines)))
        enhanced = _ENHANCED.fullmatch(text)
        if enhanced:
            code, text = f"{code} {enhanced[1]}", enhanced[2]
        return Reply(None, Verdict(accepted=code.startswith("235"), code=code, text=text))

    def _send(self, command: str) -> None:
        if self.tls is None:
            self._line.expect_quiet()
        self._line.send(command)

    async def _expect(self, code: str) -> list[bytes]:
        """The texts of a reply, every line of which must have this code."""
        return (await self._reply(code))[1]

    async def _reply(self, expected: str = "") -> tuple[str, list[bytes]]:
        """Code and texts of a reply of one or more lines."""
        texts: list[bytes] = []
        for _ in range(MAX_LINES):
            line = await self._line.read_line()
            found = _LINE.fullmatch(line)
            if found is None or not line.startswith(expected.encode()):
                raise self._line.unexpected(line, expected or "an SMTP reply")
            texts.append(found[3])
            if found[2] != b"-":
                return found[1].decode(), texts
        raise self._line.failed(f"{self.host} does not come to an end.", Fault.ENDLESS)


def _without_repeated_codes(lines: Sequence[bytes]) -> list[bytes]:
    """Every line of a reply begins with the same enhanced code (RFC 2034 §4); once is enough."""
    first = lines[0].partition(b" ")[0] + b" "
    return [lines[0], *(line.removeprefix(first) for line in lines[1:])]


def _capabilities(lines: Sequence[str]) -> Capabilities:
    # "AUTH=" is how servers before RFC 2554 wrote it; some still send both.
    split = [line.replace("AUTH=", "AUTH ", 1).split() for line in lines if line.strip()]
    words = [" ".join([first.upper(), *rest]) for first, *rest in split]
    sasl = [name.upper() for first, *rest in split if first.upper() == "AUTH" for name in rest]
    return Capabilities(
        words=tuple(dict.fromkeys(words)), mechanisms=tuple(dict.fromkeys(sasl)), starttls="STARTTLS" in words
    )
