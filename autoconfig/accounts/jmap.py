"""Logging in at a JMAP server: the session resource is for whoever shows the right secret (RFC 8620 §2)."""

from __future__ import annotations

import asyncio
import base64
import json
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from autoconfig.accounts.judgement import Outcome
from autoconfig.accounts.report import Attempt, LoginReport
from autoconfig.errors import FetchFailed, NetworkError
from autoconfig.model import Authentication
from autoconfig.net.reasons import BadCertificate

if TYPE_CHECKING:
    from collections.abc import Mapping

    from autoconfig.accounts.guesses import Turn
    from autoconfig.accounts.keys import Keys
    from autoconfig.model import UrlServer
    from autoconfig.net.fetched import Fetched
    from autoconfig.net.http import Http

MAX_REDIRECTS = 3
_PASSWORD_WORDS = frozenset({Authentication.HTTP_BASIC, Authentication.PASSWORD_CLEARTEXT})

_WRONG = "Type the password again; where it is right, JMAP may want a token or a password of its own."
_ENDS: Mapping[int, tuple[Outcome, str, bool]] = {
    401: (Outcome.WRONG_PASSWORD, _WRONG, True),
    403: (
        Outcome.BLOCKED,
        "JMAP is switched off for this account: allow it in its settings on the web.",
        False,
    ),
    429: (Outcome.BLOCKED, "Too many requests: wait a quarter of an hour, then try once.", True),
    503: (Outcome.BLOCKED, "The server cannot check passwords just now: try again later.", False),
}
"""By HTTP status: what it means, what to do, whether another try could lock the account."""
_NO_JMAP = "Check the URL; JMAP is usually at /.well-known/jmap."


async def log_in(
    http: Http, server: UrlServer, keys: Keys, turn: Turn, *, allow_plaintext: bool = False
) -> LoginReport:
    """Log in when the turn comes, and say what came of it; never raises for what a server does."""
    loop = asyncio.get_running_loop()
    started = loop.time()
    try:
        report = await _visited(http, server, keys, turn, allow_plaintext=allow_plaintext)
    except BadCertificate as error:
        advice = "Nothing was sent: the provider must mend its certificate."
        report = LoginReport(server=server, outcome=Outcome.BAD_CERTIFICATE, said=str(error), advice=advice)
    except NetworkError as error:
        report = LoginReport(server=server, outcome=Outcome.DOWN, said=str(error), advice=_NO_JMAP)
    return replace(report, elapsed_ms=round((loop.time() - started) * 1000))


async def _visited(
    http: Http, server: UrlServer, keys: Keys, turn: Turn, *, allow_plaintext: bool
) -> LoginReport:
    if not server.secure and not allow_plaintext:
        advice = "Nothing was sent; --allow-plaintext sends the password where anybody can read it."
        said = f"{server.url} is without encryption."
        return LoginReport(server=server, outcome=Outcome.NO_ENCRYPTION, said=said, advice=advice)
    by_token = _by_token(server, keys)
    if by_token is None:
        said = f"The server takes {' or '.join(server.authentication)}, and there is nothing for that."
        return LoginReport(server=server, outcome=Outcome.METHOD_REFUSED, said=said)
    await turn.come()
    refused_by = turn.account.refused_by(token=by_token)
    if refused_by is not None:
        said = f"{refused_by} has said no to this {'token' if by_token else 'password'} already."
        return LoginReport(server=server, outcome=Outcome.NOT_TRIED, said=said)
    answer = await _asked(http, server.url, _authorization(server, keys, by_token=by_token))
    attempt = _attempt(answer, "Bearer" if by_token else "Basic")
    if attempt.final:
        turn.account.refused(urlsplit(server.url).hostname or "", token=by_token)
    return LoginReport(
        server=server,
        outcome=attempt.outcome,
        method=attempt.method,
        tls=answer.tls.version if answer.tls else "",
        said=attempt.said,
        advice=attempt.advice,
        attempts=(attempt,),
    )


def _by_token(server: UrlServer, keys: Keys) -> bool | None:
    """Whether to show the token or the password, in the published order; None where there is neither."""
    for word in server.authentication or (Authentication.OAUTH2, Authentication.HTTP_BASIC):
        if word is Authentication.OAUTH2 and keys.token is not None:
            return True
        if word in _PASSWORD_WORDS and keys.password is not None:
            return False
    return None


def _authorization(server: UrlServer, keys: Keys, *, by_token: bool) -> str:
    if by_token:
        return f"Bearer {keys.token}"
    # RFC 7617 §2.1: UTF-8 is what everybody does by now.
    pair = base64.b64encode(f"{server.username or ''}:{keys.password}".encode())
    return f"Basic {pair.decode()}"


async def _asked(http: Http, url: str, authorization: str) -> Fetched:
    """The answer, after redirects on the same host: nobody else is shown the secret. Raises NetworkError."""
    origin = urlsplit(url)[:2]
    for _ in range(MAX_REDIRECTS + 1):
        headers = [("Authorization", authorization), ("Accept", "application/json")]
        answer = await http.send("GET", url, headers)
        if answer.location is None:
            return answer
        if urlsplit(answer.location)[:2] != origin:
            raise FetchFailed(
                f"{origin[1]} redirects to {answer.location[:100]!r}: publish that URL instead."
            )
        url = answer.location
    raise FetchFailed(f"{origin[1]} redirects more than {MAX_REDIRECTS} times.")


def _attempt(answer: Fetched, method: str) -> Attempt:
    said = f"HTTP {answer.status}"
    if answer.status == 200:
        if _is_session(answer.body):
            return Attempt(method=method, outcome=Outcome.ACCEPTED, said=said, spent=True)
        return Attempt(method=method, outcome=Outcome.DOWN, said="There is no JMAP session.", advice=_NO_JMAP)
    schemes = answer.headers.get("www-authenticate", "")
    if answer.status == 401 and schemes and method.lower() not in schemes.lower():
        words = ", ".join(dict.fromkeys(part.split(" ")[0] for part in schemes.split(",") if "=" not in part))
        said = f"HTTP 401: it takes {words or 'something else'}."
        return Attempt(method=method, outcome=Outcome.METHOD_REFUSED, said=said, spent=True)
    outcome, advice, final = _ENDS.get(answer.status, (Outcome.DOWN, _NO_JMAP, False))
    return Attempt(method=method, outcome=outcome, said=said, advice=advice, spent=True, final=final)


def _is_session(body: bytes) -> bool:
    try:
        session = json.loads(body)
    except (ValueError, RecursionError):
        return False
    return isinstance(session, dict) and isinstance(session.get("apiUrl"), str)
