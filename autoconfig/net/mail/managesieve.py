"""ManageSieve (RFC 5804) as far as the login."""

from __future__ import annotations

import re

from autoconfig.model import ServerType
from autoconfig.net.mail.facts import Capabilities, Verdict
from autoconfig.net.mail.faults import Fault
from autoconfig.net.mail.session import MAX_LINES, MailSession, Reply

_LITERAL = re.compile(rb"\{([0-9]{1,6})\+?\}$")
_STRING = re.compile(rb'"((?:[^"\\]|\\.)*+)"', re.DOTALL)
# Possessive, so that no length of what a server says makes a match slow.
_CODE = re.compile(rb"\s*+\(([^\s)]*+)((?:[^\")]|\"(?:[^\"\\]|\\.)*+\")*+)\)")
_ENDS = (b"OK", b"NO", b"BYE")


class ManageSieveSession(MailSession):
    """A conversation with a ManageSieve server."""

    server_type = ServerType.MANAGESIEVE

    async def _read_greeting(self) -> bytes:
        # The greeting is the answer to CAPABILITY (RFC 5804 §1.7).
        lines, _ = await self._expect_ok()
        said = dict(_pair(line) for line in lines)
        return said.get("IMPLEMENTATION", "").encode()

    async def _ask_capabilities(self) -> Capabilities:
        self._line.send("CAPABILITY")
        lines, _ = await self._expect_ok()
        return _capabilities(lines)

    async def _ask_tls(self) -> None:
        self._line.send("STARTTLS")
        await self._expect_ok()

    async def _after_tls(self) -> None:
        # RFC 5804 §2.2: the capabilities come again by themselves.
        await self._expect_ok()

    async def _say_goodbye(self) -> None:
        self._line.send("LOGOUT")
        await self._answer()

    def _auth_command(self, mechanism: str) -> str:
        return f'AUTHENTICATE "{mechanism}"'

    def _with_initial(self, command: str, initial: str) -> str | None:
        return f'{command} "{initial}"'

    def _auth_answer(self, text: str) -> str:
        return f'"{text}"'

    async def _auth_reply(self) -> Reply:
        lines, end = await self._answer(challenged=True)
        if end is None:
            challenge = _STRING.match(lines[-1])
            if challenge is None:
                raise self._line.unexpected(lines[-1], "a string")
            return Reply(challenge[1], None)
        verdict, proof = self._read_verdict(end)
        return Reply(proof, verdict)

    def _read_verdict(self, end: bytes) -> tuple[Verdict, bytes | None]:
        """The verdict, and what the server proves itself with: ``OK (SASL "…")``."""
        word, _, rest = end.partition(b" ")
        found = _CODE.match(rest)
        code = found[1].decode("ascii", "replace").upper() if found else ""
        strings = _strings(rest[found.end() :] if found else rest)
        proof = _STRING.search(found[2]) if found and code == "SASL" else None
        return Verdict(
            accepted=word.upper() == b"OK",
            code=code or ("BYE" if word.upper() == b"BYE" else ""),
            text=self._line.sentence(_unescaped(strings[-1]) if strings else b""),
        ), (proof[1] if proof else None)

    async def _expect_ok(self) -> tuple[list[bytes], bytes]:
        lines, end = await self._answer()
        if end is None or not end.upper().startswith(b"OK"):
            raise self._line.unexpected(end or b"", "OK")
        return lines, end

    async def _answer(self, *, challenged: bool = False) -> tuple[list[bytes], bytes | None]:
        """The lines of an answer, and its last line; None for a challenge, which has no such end."""
        lines: list[bytes] = []
        for _ in range(MAX_LINES):
            line = await self._response()
            if line.upper().split(b" ")[0] in _ENDS:
                return lines, line
            if not line.startswith(b'"'):
                raise self._line.unexpected(line, "OK")
            lines.append(line)
            if challenged:
                return lines, None
        raise self._line.failed(f"{self.host} does not come to an end.", Fault.ENDLESS)

    async def _response(self) -> bytes:
        """One line, its literals written as quoted strings."""
        line = await self._line.read_line()
        while literal := _LITERAL.search(line):
            text = await self._line.read_exactly(int(literal[1]))
            escaped = text.replace(b"\\", b"\\\\").replace(b'"', b'\\"')
            line = line[: literal.start()] + b'"' + escaped + b'"' + await self._line.read_line()
        return line


def _strings(line: bytes) -> list[bytes]:
    """The quoted strings of a line up to the first that has no end; each byte is looked at once."""
    found: list[bytes] = []
    place = line.find(b'"')
    while place >= 0 and (string := _STRING.match(line, place)) is not None:
        found.append(string[1])
        place = line.find(b'"', string.end())
    return found


def _pair(line: bytes) -> tuple[str, str]:
    """A capability: its name in upper case, and its value."""
    strings = [_unescaped(each).decode("utf-8", "replace") for each in _strings(line)]
    return (strings[0].upper() if strings else ""), (strings[1] if len(strings) > 1 else "")


def _unescaped(text: bytes) -> bytes:
    return re.sub(rb"\\(.)", rb"\1", text, flags=re.DOTALL)


def _capabilities(lines: list[bytes]) -> Capabilities:
    said = dict(_pair(line) for line in lines)
    return Capabilities(
        words=tuple(f"{key} {value}".strip() for key, value in said.items()),
        mechanisms=tuple(dict.fromkeys(said.get("SASL", "").upper().split())),
        starttls="STARTTLS" in said,
    )
