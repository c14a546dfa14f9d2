"""The browser flow (RFC 8252): the person signs in on the provider's page, which sends the code back here."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode, urlsplit

from autoconfig.accounts.oauth.token import SignInFailed, Token, ask_for_token, refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from autoconfig.accounts.oauth.application import Application
    from autoconfig.net.http import Http

HOST = "127.0.0.1"
"""RFC 8252 §7.3: the address rather than ``localhost``, which may be somebody else's."""
MOST_SECONDS = 600.0
MAX_HEAD = 16_384
"""Bytes of a request; codes are a few hundred."""
READ_SECONDS = 10.0

_PAGE = (
    '<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>{title}</title>'
    "<body style='font:1.2rem/1.6 system-ui;max-width:30rem;margin:20vh auto'><h1>{title}</h1><p>{text}</p>"
)
_DONE = _PAGE.format(title="Signed in", text="You can close this window and go back to the terminal.")
_FAILED = _PAGE.format(title="Not signed in", text="The terminal says why. You can close this window.")
_STRAY = _PAGE.format(title="Nothing here", text="This page waits for a sign-in to end.")


@dataclass(frozen=True, slots=True)
class _Asked:
    """What was sent along, to know the answer by."""

    state: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48), repr=False)

    @property
    def challenge(self) -> str:
        """RFC 7636 §4.2, S256."""
        digest = hashlib.sha256(self.verifier.encode()).digest()
        return base64.urlsafe_b64encode(digest).decode().rstrip("=")


async def sign_in_by_browser(
    http: Http,
    application: Application,
    show: Callable[[str], None],
    *,
    address: str = "",
    timeout: float = MOST_SECONDS,
) -> Token:
    """Show a URL for the browser, wait for its answer on a port of this machine, and get the token.

    Raises SignInFailed or NetworkError.
    """
    if application.auth_url is None:
        raise SignInFailed(f"{application.issuer} does not say where people sign in (RFC 8414).")
    asked = _Asked()
    answered: asyncio.Future[dict[str, str]] = asyncio.get_running_loop().create_future()
    server = await asyncio.start_server(_Listener(asked, answered).serve, HOST, 0, limit=MAX_HEAD)
    async with server:
        port = server.sockets[0].getsockname()[1]
        back = f"http://{HOST}:{port}/"
        show(_url(application, asked, back, address))
        try:
            async with asyncio.timeout(timeout):
                answer = await answered
        except TimeoutError:
            raise SignInFailed("Nobody signed in in time.") from None
    code = _code(application, answer)
    return await ask_for_token(
        http,
        application,
        grant_type="authorization_code",
        code=code,
        redirect_uri=back,
        code_verifier=asked.verifier,
    )


def _url(application: Application, asked: _Asked, back: str, address: str) -> str:
    """RFC 6749 §4.1.1 with RFC 7636 §4.3; ``login_hint`` is OpenID Connect's, and others ignore it."""
    query = {
        "response_type": "code",
        "client_id": application.client_id,
        "redirect_uri": back,
        "scope": " ".join(application.scope),
        "state": asked.state,
        "code_challenge": asked.challenge,
        "code_challenge_method": "S256",
        "login_hint": address,
    }
    assert application.auth_url is not None
    joint = "&" if "?" in application.auth_url else "?"
    return application.auth_url + joint + urlencode({name: value for name, value in query.items() if value})


def _code(application: Application, answer: dict[str, str]) -> str:
    """The code of an answer. Raises SignInFailed."""
    host = urlsplit(application.auth_url or application.issuer).hostname or application.issuer
    if answer.get("iss", application.issuer).rstrip("/") != application.issuer.rstrip("/"):
        # RFC 9207 §2.4: the code may be meant for another server's token endpoint (mix-up).
        raise SignInFailed(f"Somebody else than {host} answered the sign-in.")
    if "error" in answer:
        raise refused(host, answer["error"], answer.get("error_description"))
    if not answer.get("code"):
        raise SignInFailed(f"{host} sent the browser back without a code.")
    return answer["code"]


class _Listener:
    """The page that the browser is sent back to; only the answer to our own question counts."""

    def __init__(self, asked: _Asked, answered: asyncio.Future[dict[str, str]]) -> None:
        self._asked = asked
        self._answered = answered

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Read one request, answer it, close."""
        try:
            async with asyncio.timeout(READ_SECONDS):
                head = await reader.readuntil(b"\r\n\r\n")
                writer.write(self._answer(head.partition(b"\r\n")[0].decode("latin-1")))
                await writer.drain()
        except (TimeoutError, OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass
        finally:
            writer.close()

    def _answer(self, line: str) -> bytes:
        """Browsers ask for an icon too, and any program here can ask: who has no state is told nothing."""
        method, _, rest = line.partition(" ")
        query = dict(parse_qsl(rest.partition(" ")[0].partition("?")[2]))
        ours = secrets.compare_digest(query.get("state", "").encode(), self._asked.state.encode())
        if method != "GET" or not ours or self._answered.done():
            return _page("404 Not Found", _STRAY)
        self._answered.set_result(query)
        return _page("200 OK", _FAILED if "error" in query else _DONE)


def _page(status: str, page: str) -> bytes:
    body = page.encode()
    head = (
        f"HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {len(body)}\r\n"
        "Cache-Control: no-store\r\nReferrer-Policy: no-referrer\r\nConnection: close\r\n\r\n"
    )
    return head.encode() + body
