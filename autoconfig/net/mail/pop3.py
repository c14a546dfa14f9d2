"""POP3 (RFC 1939, RFC 2449, RFC 2595, RFC 5034) as far as the login."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

from autoconfig.errors import FetchFailed
from autoconfig.model import ServerType
from autoconfig.net.mail.facts import Capabilities, Verdict
from autoconfig.net.mail.faults import Fault, Stage
from autoconfig.net.mail.line import check
from autoconfig.net.mail.session import MAX_LINES, MailSession, Reply

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_COMMAND = 253
"""Bytes of a command without its end (RFC 2449 §4)."""

_OK, _ERROR = b"+OK", b"-ERR"
_TIMESTAMP = re.compile(rb"<[!-;=?A-~]++@[!-;=?-~]++>")
_STATUS = re.compile(rb"(\+OK|-ERR) ?(?:\[([^]]*)\] ?)?(.*)", re.IGNORECASE | re.DOTALL)


class Pop3Session(MailSession):
    """A conversation with a POP3 server."""

    server_type = ServerType.POP3
    _timestamp: bytes | None = None

    async def login(self, username: str, password: str) -> Verdict:
        """USER and PASS; a refused USER is the verdict."""
        check(username, password)
        self._line.hide(password)
        async with self._line.during(Stage.LOGIN):
            self._send(f"USER {username}")
            verdict = await self._verdict()
            if not verdict.accepted:
                return verdict
            self._send(f"PASS {password}")
            return await self._verdict()

    async def apop(self, username: str, password: str) -> Verdict:
        """APOP with the greeting's timestamp (RFC 1939 §7); raises FetchFailed where it has none."""
        if self._timestamp is None:
            raise FetchFailed(f"{self.host} does not offer APOP: its greeting has no timestamp.")
        digest = hashlib.md5(self._timestamp + password.encode(), usedforsecurity=False).hexdigest()
        self._line.hide(digest)
        async with self._line.during(Stage.LOGIN):
            self._send(f"APOP {username} {digest}")
            return await self._verdict()

    @property
    def has_timestamp(self) -> bool:
        """Whether the greeting offers APOP."""
        return self._timestamp is not None

    async def _read_greeting(self) -> bytes:
        greeting = await self._line.read_line()
        if not greeting.upper().startswith(_OK):
            raise self._line.unexpected(greeting, _OK.decode())
        found = _TIMESTAMP.search(greeting)
        self._timestamp = found[0] if found else None
        return greeting

    async def _ask_capabilities(self) -> Capabilities:
        self._send("CAPA")
        first = await self._line.read_line()
        if first.upper().startswith(_ERROR):
            # No CAPA (RFC 2449) before the login: what remains is USER and PASS, which needs no announcement.
            return Capabilities(plain_login=True)
        if not first.upper().startswith(_OK):
            raise self._line.unexpected(first, _OK.decode())
        lines: list[str] = []
        for _ in range(MAX_LINES):
            line = await self._line.read_line()
            if line == b".":
                return _capabilities(lines)
            lines.append(line.decode("ascii", "replace"))
        raise self._line.failed(f"{self.host} does not come to an end.", Fault.ENDLESS)

    async def _ask_tls(self) -> None:
        self._send("STLS")
        await self._expect_ok()

    async def _say_goodbye(self) -> None:
        self._send("QUIT")
        await self._line.read_line()

    def _auth_command(self, mechanism: str) -> str:
        return f"AUTH {mechanism}"

    def _with_initial(self, command: str, initial: str) -> str | None:
        whole = f"{command} {initial or '='}"
        return whole if len(whole) <= MAX_COMMAND else None

    async def _auth_reply(self) -> Reply:
        line = await self._line.read_line()
        if line == b"+" or line.startswith(b"+ "):
            return Reply(line[1:].strip(), None)
        return Reply(None, self._read_verdict(line))

    async def _verdict(self) -> Verdict:
        return self._read_verdict(await self._line.read_line())

    def _read_verdict(self, line: bytes) -> Verdict:
        status = _STATUS.fullmatch(line)
        if status is None:
            raise self._line.unexpected(line, _OK.decode())
        word, code, text = status.groups(default=b"")
        return Verdict(
            accepted=word.upper() == _OK,
            code=code.decode("ascii", "replace").upper(),
            text=self._line.sentence(text),
        )

    def _send(self, command: str) -> None:
        if self.tls is None:
            self._line.expect_quiet()
        self._line.send(command)

    async def _expect_ok(self) -> None:
        line = await self._line.read_line()
        if not line.upper().startswith(_OK):
            raise self._line.unexpected(line, _OK.decode())


def _capabilities(lines: Sequence[str]) -> Capabilities:
    split = [line.split() for line in lines if line.strip()]
    words = [" ".join([first.upper(), *rest]) for first, *rest in split]
    sasl = [name.upper() for first, *rest in split if first.upper() == "SASL" for name in rest]
    return Capabilities(
        words=tuple(words),
        mechanisms=tuple(dict.fromkeys(sasl)),
        starttls="STLS" in words,
        plain_login="USER" in words,
    )
