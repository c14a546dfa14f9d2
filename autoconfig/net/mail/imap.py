"""IMAP (RFC 9051, RFC 3501) as far as the login."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from autoconfig.model import ServerType
from autoconfig.net.mail.facts import Capabilities, Verdict
from autoconfig.net.mail.faults import Fault, SessionFailed, Stage
from autoconfig.net.mail.line import check
from autoconfig.net.mail.session import MAX_LINES, MailSession, Reply

if TYPE_CHECKING:
    from collections.abc import Iterable

_LITERAL = re.compile(rb"\{([0-9]{1,6})\}$")
_STATUS = re.compile(
    rb"(?:(\S+) )?(OK|NO|BAD|BYE|PREAUTH)\b ?(?:\[([^]\s]*+)[^]]*+\] ?)?(.*)", re.IGNORECASE | re.DOTALL
)


class ImapSession(MailSession):
    """A conversation with an IMAP server."""

    server_type = ServerType.IMAP
    _commands = 0

    async def login(self, username: str, password: str) -> Verdict:
        """LOGIN (RFC 9051 §6.2.3); literals for what does not go into a quoted string."""
        check(username, password)
        if self._offered is None:
            await self.capabilities()
        self._line.hide(password)
        async with self._line.during(Stage.LOGIN):
            at_once = self._has("LITERAL+") or self._has("LITERAL-")
            piece = f"{self._tag()} LOGIN "
            for text, after in ((username, " "), (password, "")):
                if _quotable(text):
                    piece += _quoted(text) + after
                    continue
                size = len(text.encode())
                self._line.send(f"{piece}{{{size}{'+' if at_once else ''}}}")
                if not at_once and (verdict := (await self._auth_reply()).verdict) is not None:
                    return verdict
                piece = text + after
            self._line.send(piece)
            return await self._verdict()

    async def _read_greeting(self) -> bytes:
        greeting = await self._line.read_line()
        if not greeting.upper().startswith(b"* OK"):
            raise self._line.unexpected(greeting, "* OK")
        return greeting[2:]

    async def _ask_capabilities(self) -> Capabilities:
        untagged = await self._command("CAPABILITY")
        lines = [line.split()[1:] for line in untagged if line.upper().startswith(b"CAPABILITY ")]
        return _capabilities(word.decode("ascii", "replace").upper() for line in lines for word in line)

    async def _ask_tls(self) -> None:
        await self._command("STARTTLS")

    def _harmless(self) -> str:
        return "early NOOP"

    async def _say_goodbye(self) -> None:
        await self._command("LOGOUT")

    def _auth_command(self, mechanism: str) -> str:
        return f"{self._tag()} AUTHENTICATE {mechanism}"

    def _with_initial(self, command: str, initial: str) -> str | None:
        # RFC 4959: an empty response is written "=".
        return f"{command} {initial or '='}" if self._has("SASL-IR") else None

    async def _auth_reply(self) -> Reply:
        line, _ = await self._answer()
        if line.startswith(b"+"):
            return Reply(line[1:].strip(), None)
        return Reply(None, self._read_verdict(line))

    async def _verdict(self) -> Verdict:
        line, _ = await self._answer()
        return self._read_verdict(line)

    def _read_verdict(self, line: bytes) -> Verdict:
        status = _STATUS.fullmatch(line)
        tag = f"a{self._commands}"
        if status is None or status[1] not in (tag.encode(), None):
            raise self._line.unexpected(line, f"{tag} OK")
        _, word, code, text = status.groups(default=b"")
        accepted = word.upper() == b"OK"
        said = code.decode("ascii", "replace").upper()
        if not accepted and not said and word.upper() != b"NO":
            said = word.decode().upper()
        return Verdict(accepted=accepted, code=said, text=self._line.sentence(text))

    def _has(self, key: str) -> bool:
        return self._offered is not None and self._offered.has(key)

    def _tag(self) -> str:
        self._commands += 1
        return f"a{self._commands}"

    async def _command(self, words: str) -> list[bytes]:
        """The untagged responses to a command, which must succeed."""
        tag = self._tag()
        self._line.send(f"{tag} {words}")
        line, untagged = await self._answer()
        if not line.upper().startswith(f"{tag} OK".upper().encode()):
            raise self._line.unexpected(line, f"{tag} OK")
        return untagged

    async def _answer(self) -> tuple[bytes, list[bytes]]:
        """The tagged response, or a continuation request, and the untagged ones before it.

        A server that says BYE and hangs up has answered with that.
        """
        untagged: list[bytes] = []
        try:
            for _ in range(MAX_LINES):
                line = await self._response()
                if not line.startswith(b"* "):
                    return line, untagged
                untagged.append(line[2:])
        except SessionFailed as error:
            goodbyes = [line for line in untagged if line.upper().startswith(b"BYE")]
            if error.fault is not Fault.DROPPED or not goodbyes:
                raise
            return goodbyes[-1], untagged
        raise self._line.failed(f"{self.host} does not come to an end.", Fault.ENDLESS)

    async def _response(self) -> bytes:
        """One response with the literals in it."""
        line = await self._line.read_line()
        while literal := _LITERAL.search(line):
            line += await self._line.read_exactly(int(literal[1])) + await self._line.read_line()
        return line


def _capabilities(said: Iterable[str]) -> Capabilities:
    words = tuple(dict.fromkeys(said))
    return Capabilities(
        words=words,
        mechanisms=tuple(word.removeprefix("AUTH=") for word in words if word.startswith("AUTH=")),
        starttls="STARTTLS" in words,
        plain_login="LOGINDISABLED" not in words,
    )


def _quotable(text: str) -> bool:
    """RFC 9051 §4.3: a quoted string has printable ASCII."""
    return text.isascii() and text.isprintable()


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
