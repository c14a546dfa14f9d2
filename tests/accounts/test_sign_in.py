"""Getting a token by browser and by device, from an authorization server that checks every step."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from autoconfig.accounts.oauth import (
    SignInFailed,
    UserCode,
    application_of,
    sign_in_by_browser,
    sign_in_by_device,
)
from autoconfig.model import OAuth2
from tests.accounts.authorization import CLIENT, TOKEN, USER_CODE, AuthorizationServer
from tests.internet.answers import Answer, hang_up, html, redirect
from tests.net.way import Way

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from autoconfig.accounts.oauth import Application, Token
    from autoconfig.net.http import Http
    from tests.internet import Internet

pytestmark = pytest.mark.real


@pytest.fixture
def way(internet: Internet, monkeypatch: pytest.MonkeyPatch) -> Way:
    monkeypatch.setenv("SSL_CERT_FILE", internet.ca_file)
    return Way(internet)


@pytest.fixture
def issuer(internet: Internet) -> AuthorizationServer:
    return AuthorizationServer(internet, f"login.{internet.domain()}")


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The waiting between two questions is noted, not done."""
    waited: list[float] = []
    sleep = asyncio.sleep

    async def noted(seconds: float) -> None:
        waited.append(seconds)
        await sleep(0)

    monkeypatch.setattr("autoconfig.accounts.oauth.device.asyncio.sleep", noted)
    return waited


def provider(server: AuthorizationServer, **how: Any) -> OAuth2:
    return OAuth2(issuer=server.issuer, scope=("mail", "offline"), **({"client_id": CLIENT} | how))


def signed_in(
    way: Way,
    server: AuthorizationServer,
    sign_in: Callable[[Http, Application], Awaitable[Token]],
    **how: Any,
) -> Token:
    async def use(net: Any) -> Token:
        return await sign_in(net.http, await application_of(net.http, provider(server, **how)))

    return way.run(use)


def failure(
    way: Way,
    server: AuthorizationServer,
    sign_in: Callable[[Http, Application], Awaitable[Token]],
    **how: Any,
) -> str:
    with pytest.raises(SignInFailed) as failed:
        signed_in(way, server, sign_in, **how)
    return str(failed.value)


def by_device(shown: list[UserCode] | None = None) -> Callable[[Http, Application], Awaitable[Token]]:
    kept = [] if shown is None else shown
    return lambda http, application: sign_in_by_device(http, application, kept.append)


class Browser:
    """Somebody with a browser, who follows the page and says yes; ``changed`` is done to the answer first."""

    def __init__(self, way: Way, changed: Callable[[str], str] = lambda url: url, **options: Any) -> None:
        self._way = way
        self._changed = changed
        self._options = options
        self.url = ""
        self.pages: list[tuple[int, bytes]] = []
        self._tasks: list[asyncio.Task[None]] = []

    def __call__(self, http: Http, application: Application) -> Awaitable[Token]:
        self._http = http
        return sign_in_by_browser(http, application, self._open, address="ada@example.com", **self._options)

    def _open(self, url: str) -> None:
        self.url = url
        self._tasks.append(asyncio.get_running_loop().create_task(self._visit(url)))

    async def _visit(self, url: str) -> None:
        answer = await self._http.get(url, follow=False)
        assert answer.location is not None
        self.pages.append(await _got(self._changed(answer.location)))
        if self.pages[0][0] == 404:
            self.pages.append(await _got(answer.location))


async def _got(url: str) -> tuple[int, bytes]:
    """What the program's own page says; the browser is on the same machine."""
    parts = urlsplit(url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    writer.write(f"GET {parts.path}?{parts.query} HTTP/1.1\r\nHost: {parts.netloc}\r\n\r\n".encode())
    said = await reader.read()
    writer.close()
    return int(said.split(b" ")[1]), said


def test_a_person_signs_in_by_browser(way: Way, issuer: AuthorizationServer) -> None:
    issuer.start()
    browser = Browser(way)
    token = signed_in(way, issuer, browser)
    assert (token.access_token, token.refresh_token, token.expires_in) == (TOKEN, "again", 3600)
    asked = dict(parse_qsl(urlsplit(browser.url).query))
    assert (asked["scope"], asked["login_hint"]) == ("mail offline", "ada@example.com")
    assert asked["redirect_uri"].startswith("http://127.0.0.1:")
    ((status, page),) = browser.pages
    assert (status, b"<h1>Signed in</h1>" in page) == (200, True)


def test_no_secret_is_in_the_representation_of_a_token(way: Way, issuer: AuthorizationServer) -> None:
    issuer.start()
    assert repr(signed_in(way, issuer, Browser(way))) == "Token(expires_in=3600)"


@pytest.mark.parametrize(
    "changed",
    [
        lambda url: url.replace("state=", "state=x"),
        lambda url: url.partition("?")[0] + "favicon.ico",
        lambda url: url.replace("state=", "s="),
    ],
)
def test_an_answer_to_somebody_elses_question_is_not_taken(
    way: Way, issuer: AuthorizationServer, changed: Callable[[str], str]
) -> None:
    issuer.start()
    browser = Browser(way, changed)
    assert signed_in(way, issuer, browser).access_token == TOKEN
    assert [status for status, _ in browser.pages] == [404, 200]


def test_an_answer_of_another_issuer_is_not_taken(way: Way, issuer: AuthorizationServer) -> None:
    issuer.issuer_says = "https://evil.example"
    issuer.start()
    assert failure(way, issuer, Browser(way)) == f"Somebody else than {issuer.host} answered the sign-in."
    assert issuer.questions == []


def test_a_person_may_say_no(way: Way, issuer: AuthorizationServer) -> None:
    issuer.refuses = "access_denied"
    issuer.start()
    browser = Browser(way)
    assert failure(way, issuer, browser) == f"{issuer.host} gives no token: you did not allow it."
    assert b"<h1>Not signed in</h1>" in browser.pages[0][1]


def test_an_answer_without_a_code_is_none(way: Way, issuer: AuthorizationServer) -> None:
    issuer.start()
    browser = Browser(way, lambda url: url.replace("code=", "cod="))
    assert failure(way, issuer, browser) == f"{issuer.host} sent the browser back without a code."


def test_a_sign_in_ends_when_nobody_comes(way: Way, issuer: AuthorizationServer) -> None:
    issuer.start()
    started = time.monotonic()

    def sign_in(http: Http, application: Application) -> Awaitable[Token]:
        return sign_in_by_browser(http, application, lambda url: None, timeout=0.2)

    assert failure(way, issuer, sign_in) == "Nobody signed in in time."
    assert time.monotonic() - started < 5


def test_a_person_signs_in_on_another_device(
    way: Way, issuer: AuthorizationServer, quick: list[float]
) -> None:
    issuer.says = ["authorization_pending", "slow_down", "authorization_pending"]
    issuer.start()
    shown: list[UserCode] = []
    assert signed_in(way, issuer, by_device(shown)).access_token == TOKEN
    (code,) = shown
    assert (code.code, code.url, code.expires_in) == (USER_CODE, f"{issuer.issuer}/code", 600)
    assert [seconds for seconds in quick if seconds] == [1, 1, 6, 6]


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        ("access_denied", "you did not allow it"),
        ("expired_token", "nobody typed the code in time"),
        ("invalid_client", "the program (client id) is not known there"),
        ("something\x1b[2J new", "something\N{REPLACEMENT CHARACTER}[2J new"),
    ],
)
def test_a_server_that_gives_no_token_says_why(
    way: Way, issuer: AuthorizationServer, error: str, reason: str
) -> None:
    issuer.says = [error]
    issuer.start()
    assert failure(way, issuer, by_device()) == f"{issuer.host} gives no token: {reason}."


def test_a_code_that_runs_out_ends_the_waiting(
    way: Way, issuer: AuthorizationServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    issuer.device = {"expires_in": 1}
    issuer.says = ["authorization_pending"] * 100_000
    issuer.start()
    assert failure(way, issuer, by_device()) == "Nobody typed the code in time."


def test_a_connection_that_breaks_is_tried_again_later(
    way: Way, issuer: AuthorizationServer, quick: list[float]
) -> None:
    answers = [hang_up(), hang_up()]
    issuer.start(token=lambda request: answers.pop() if answers else issuer._token(request))
    assert signed_in(way, issuer, by_device()).access_token == TOKEN
    assert [seconds for seconds in quick if seconds] == [1, 2, 4]


@pytest.mark.parametrize(
    ("device", "reason"),
    [
        ({"user_code": None}, "has no code to type, or no place to type it."),
        ({"user_code": "x" * 41}, "has no code to type, or no place to type it."),
        ({"user_code": "\x1b[2J"}, "has no code to type, or no place to type it."),
        ({"device_code": 7}, "has no code to type, or no place to type it."),
        ({"verification_uri": "http://plain.example/"}, "has no code to type, or no place to type it."),
        ({"verification_uri": "javascript:alert(1)"}, "has no code to type, or no place to type it."),
    ],
)
def test_a_code_that_nobody_can_type_is_refused(
    way: Way, issuer: AuthorizationServer, device: dict[str, Any], reason: str
) -> None:
    issuer.device = device
    issuer.start()
    assert failure(way, issuer, by_device()).endswith(reason)


@pytest.mark.parametrize(
    ("token", "reason"),
    [
        ({"access_token": None}, "HOST gives no token."),
        ({"access_token": "a\nb"}, "HOST gives no token."),
        ({"access_token": 7}, "HOST gives no token."),
        ({"token_type": "mac"}, "HOST gives a token of a kind that mail servers do not know."),
    ],
)
def test_what_is_no_bearer_token_is_refused(
    way: Way, issuer: AuthorizationServer, token: dict[str, Any], reason: str
) -> None:
    issuer.token = token
    issuer.start()
    assert failure(way, issuer, by_device()) == reason.replace("HOST", issuer.host)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (html(), "HOST answers 200 and no JSON."),
        (Answer(status=500), "HOST answers 500 and no JSON."),
        (redirect("https://evil.example/token"), "HOST answers 302 and no JSON."),
        (Answer(body="[" * 5000), "HOST answers 200 and no JSON."),
    ],
)
def test_a_token_endpoint_that_answers_something_else_is_quoted(
    way: Way, issuer: AuthorizationServer, answer: Answer, reason: str
) -> None:
    issuer.start(token=answer)
    assert failure(way, issuer, by_device()) == reason.replace("HOST", issuer.host)


def test_endpoints_of_the_provider_file_need_no_metadata_but_for_devices(
    way: Way, issuer: AuthorizationServer
) -> None:
    issuer.start(**{".well-known/oauth-authorization-server": Answer(status=404)})
    places = {"auth_url": f"{issuer.issuer}/authorize", "token_url": f"{issuer.issuer}/token"}
    assert signed_in(way, issuer, Browser(way), **places).access_token == TOKEN
    assert failure(way, issuer, by_device(), **places) == (
        f"{issuer.issuer} has no sign-in on another device; use the browser here."
    )


def test_the_older_place_of_the_metadata_is_known(way: Way, issuer: AuthorizationServer) -> None:
    issuer.start(
        **{
            ".well-known/oauth-authorization-server": Answer(status=404),
            ".well-known/openid-configuration": issuer.metadata(),
        }
    )
    assert signed_in(way, issuer, by_device()).access_token == TOKEN


@pytest.mark.parametrize(
    "said", [{"issuer": "https://evil.example"}, {"token_endpoint": "http://x.example/"}]
)
def test_metadata_that_cannot_be_believed_is_not_used(
    way: Way, issuer: AuthorizationServer, said: dict[str, Any]
) -> None:
    issuer.start(**{".well-known/oauth-authorization-server": issuer.metadata(**said)})
    assert failure(way, issuer, by_device()) == (
        f"{issuer.host} does not say where tokens are given (RFC 8414)."
    )


def test_a_program_without_a_name_is_told_to_get_one(way: Way, issuer: AuthorizationServer) -> None:
    assert failure(way, issuer, by_device(), client_id=None) == (
        f"{issuer.host} wants to know which program asks: register one there and give --client-id."
    )
