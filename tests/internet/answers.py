"""What a site answers, and what it was asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qs

FOREVER = 3600.0
"""Seconds; longer than any test waits."""


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it arrived; header names in lower case, target is path and query as sent."""

    scheme: str
    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def path(self) -> str:
        """The target less its query."""
        return self.target.partition("?")[0]

    @property
    def query(self) -> dict[str, list[str]]:
        """The parameters, decoded."""
        return parse_qs(self.target.partition("?")[2], keep_blank_values=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An HTTP answer, well-behaved unless told otherwise."""

    status: int = 200
    body: bytes | str = b""
    type: str | None = "text/plain; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0.0
    """Seconds before the first byte."""
    drip: float | None = None
    """Bytes of the body each second."""
    cut: int | None = None
    """The connection is closed after so many bytes of the body, whatever Content-Length promised."""
    endless: bool = False
    """The body is repeated until the client has enough."""
    raw: bytes | None = None
    """These bytes instead of HTTP, then the connection is closed."""

    def content(self) -> bytes:
        """The body as bytes."""
        return self.body.encode() if isinstance(self.body, str) else self.body


Route = Answer | str | bytes | Callable[[Request], Answer]
"""What a path answers: an Answer, a body (200, text/plain), or a function of the request."""


def xml(body: bytes | str, *, status: int = 200) -> Answer:
    """A document of type text/xml."""
    return Answer(status=status, body=body, type="text/xml; charset=utf-8")


def json(body: bytes | str, *, status: int = 200) -> Answer:
    """A document of type application/json."""
    return Answer(status=status, body=body, type="application/json")


def html(body: bytes | str = "<!DOCTYPE html><title>Welcome</title>", *, status: int = 200) -> Answer:
    """A page, as catch-all web hosts answer on every path."""
    return Answer(status=status, body=body, type="text/html; charset=utf-8")


def redirect(location: str, *, status: int = 302) -> Answer:
    """A redirect; ``location`` goes out as it is."""
    return Answer(status=status, headers={"Location": location})


def large(size: int = 5_000_000, *, filler: bytes = b"x") -> Answer:
    """A body of so many bytes."""
    return Answer(body=filler * size, type="text/xml")


def endless(chunk: bytes = b"x" * 65536) -> Answer:
    """A body that does not end."""
    return Answer(body=chunk, type="text/xml", endless=True)


def silence() -> Answer:
    """The request is read and never answered."""
    return Answer(delay=FOREVER)


def hang_up() -> Answer:
    """The connection is closed instead of an answer."""
    return Answer(raw=b"")
