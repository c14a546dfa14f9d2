"""What gunicorn answers to bytes that are no request: one sentence in plain text, never its page of HTML."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gunicorn import util

from autoconfig.web.answers import TEXT

if TYPE_CHECKING:
    import socket

_SENTENCES = {
    414: "The request line is too long.",
    431: "The request headers are too large.",
    500: "Something went wrong here; the operator can find it in the log.",
}
_OTHERS = "The request cannot be understood."


def answer_in_plain_text() -> None:
    """Call in the master: gunicorn's workers write their own errors through one function, replaced here."""
    util.write_error = _write_error


def _write_error(connection: socket.socket, status: int, reason: str, _message: str) -> None:
    # gunicorn's message repeats the request, where addresses may stand; and an unknown transfer coding, 501
    # to RFC 9112 §6.1, is a mistake of the client's like the others.
    if status == 501:
        status, reason = 400, "Bad Request"
    body = f"{_SENTENCES.get(status, _OTHERS)}\n".encode()
    head = (
        f"HTTP/1.1 {status} {reason}\r\nConnection: close\r\nContent-Type: {TEXT}\r\n"
        f"Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    util.write_nonblock(connection, head.encode("latin-1") + body)
