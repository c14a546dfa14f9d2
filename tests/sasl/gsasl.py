"""GNU SASL as the server of an exchange: an implementation by other people, run as a program."""

from __future__ import annotations

import base64
import subprocess
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from autoconfig.sasl import Mechanism

PROGRAM, PACKAGE = "gsasl", "gsasl"

_OUTPUT = "Output from server:"
_ASKS = "Enter base64 authentication data"
_ACCEPTED = "Server authentication finished (client trusted)"


class Gsasl:
    """One exchange with one user; use it as a context manager."""

    def __init__(self, mechanism: str, user: str, password: str, *more: str) -> None:
        # Line by line, although nobody sits at a terminal.
        command = ["stdbuf", "-oL", PROGRAM, "--server", "-m", mechanism, "-a", user, "-p", password]
        named = ["--hostname=imap.example.com", "--service=imap", "--realm=example.com", *more]
        self._process = subprocess.Popen(
            [*command, *named],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self._process.kill()
        self._process.communicate()

    def accepts(self, exchange: Mechanism) -> bool:
        """Whether the exchange ends with the server's yes, and its proof where it has one to give."""
        waiting = exchange.initial()
        while (said := self._said()) is not None:
            if said == b"" and waiting is not None:
                answer, waiting = waiting, None  # the client speaks first
            elif said == b"" and exchange.spent:
                answer = b""  # it has nothing more to say, and asks all the same
            else:
                answer = exchange.respond(said)
            self._tell(answer)
        return self._accepted

    def _tell(self, answer: bytes) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(base64.b64encode(answer).decode() + "\n")
        self._process.stdin.flush()

    def _said(self) -> bytes | None:
        """The server's next message; None once it has decided."""
        assert self._process.stdout is not None
        self._accepted, message, data = False, b"", False
        for line in self._process.stdout:
            text = line.strip()
            if data:
                message, data = base64.b64decode(text), False
            if text == _OUTPUT:
                data = True
            if text.startswith(_ASKS):
                return message
            if text.startswith(_ACCEPTED):
                self._accepted = True
                return None
        return None
