"""Logging in at a JMAP server: whoever shows the right secret gets a session."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import pytest

from autoconfig.accounts import jmap
from autoconfig.accounts.guesses import Guesses
from autoconfig.accounts.judgement import Outcome
from autoconfig.accounts.keys import Keys
from autoconfig.model import Authentication, ServerType, UrlServer
from tests.internet.answers import Answer, Request, html, redirect

if TYPE_CHECKING:
    from autoconfig.accounts.report import LoginReport
    from tests.accounts.conftest import LoggingIn
    from tests.internet import Internet

pytestmark = pytest.mark.real

SECRET = "p\u00e4ss:word"
SESSION = Answer(body=json.dumps({"apiUrl": "https://x/api", "capabilities": {}}), type="application/json")
BASIC = "Basic " + base64.b64encode(f"ada:{SECRET}".encode()).decode()


class Site:
    """One JMAP server with one user."""

    def __init__(self, internet: Internet, logging_in: LoggingIn) -> None:
        self._internet = internet
        self._logging_in = logging_in
        self.host = f"jmap.{internet.domain()}"

    def start(self, answer: Answer | None = None, **routes: Any) -> None:
        def session(request: Request) -> Answer:
            if request.headers.get("authorization") in (BASIC, "Bearer token-of-ada"):
                return SESSION
            return Answer(status=401, headers={"WWW-Authenticate": 'Basic realm="x", Bearer'})

        paths = {f"/{path}": route for path, route in routes.items()}
        self._internet.site(self.host, {"/session": session if answer is None else answer, **paths})

    def report(
        self, keys: Keys, *words: str, path: str = "session", url: str = "", **options: Any
    ) -> LoginReport:
        server = UrlServer(
            type=ServerType.JMAP,
            url=url or f"https://{self.host}/{path}",
            authentication=tuple(map(Authentication, words)),
            username="ada",
        )

        async def use(net: Any) -> LoginReport:
            turn = Guesses().line_up(self.host, "ada")
            return await jmap.log_in(net.http, server, keys, turn, **options)

        return self._logging_in.way.run(use)

    @property
    def shown(self) -> list[str | None]:
        """What was shown to it."""
        return [request.headers.get("authorization") for request in self._internet.requests(self.host)]


@pytest.fixture
def site(internet: Internet, logging_in: LoggingIn) -> Site:
    return Site(internet, logging_in)


@pytest.mark.parametrize(
    ("words", "keys", "method"),
    [
        (("http-basic",), Keys(password=SECRET), "Basic"),
        (("OAuth2",), Keys(token="token-of-ada"), "Bearer"),
        (("OAuth2", "http-basic"), Keys(password=SECRET), "Basic"),
        (("http-basic", "OAuth2"), Keys(password=SECRET, token="token-of-ada"), "Basic"),
        ((), Keys(password=SECRET), "Basic"),
    ],
)
def test_the_right_secret_gets_a_session(site: Site, words: tuple[str, ...], keys: Keys, method: str) -> None:
    site.start()
    report = site.report(keys, *words)
    assert (report.outcome, report.method) == (Outcome.ACCEPTED, method)


@pytest.mark.parametrize(
    ("answer", "outcome", "said"),
    [
        (None, "wrong-password", "HTTP 401"),
        (Answer(status=401), "wrong-password", "HTTP 401"),
        (
            Answer(status=401, headers={"WWW-Authenticate": "Bearer"}),
            "method-refused",
            "HTTP 401: it takes Bearer.",
        ),
        (Answer(status=403), "blocked", "HTTP 403"),
        (Answer(status=429), "blocked", "HTTP 429"),
        (Answer(status=503), "blocked", "HTTP 503"),
        (Answer(status=404), "down", "HTTP 404"),
        (html(), "down", "There is no JMAP session."),
        (Answer(body="[]"), "down", "There is no JMAP session."),
        (Answer(body="{}"), "down", "There is no JMAP session."),
    ],
)
def test_what_a_server_says_instead_is_understood(
    site: Site, answer: Answer | None, outcome: str, said: str
) -> None:
    site.start(answer)
    report = site.report(Keys(password="wrong"), "http-basic")
    assert (str(report.outcome), report.said) == (outcome, said)
    assert len(site.shown) == 1


def test_the_well_known_place_leads_to_the_session(site: Site) -> None:
    site.start(well=redirect("/session"))
    assert site.report(Keys(password=SECRET), "http-basic", path="well").accepted


def test_the_secret_is_shown_to_no_other_host(site: Site, internet: Internet) -> None:
    other = f"elsewhere.{internet.domain()}"
    internet.site(other, {"/session": SESSION})
    site.start(redirect(f"https://{other}/session"))
    report = site.report(Keys(password=SECRET), "http-basic")
    assert report.outcome is Outcome.DOWN
    assert report.said == f"{site.host} redirects to 'https://{other}/session': publish that URL instead."
    assert internet.requests(other) == []


def test_a_circle_of_redirects_ends(site: Site) -> None:
    site.start(redirect("/session"))
    assert (
        site.report(Keys(password=SECRET), "http-basic").said == f"{site.host} redirects more than 3 times."
    )


def test_nothing_is_shown_to_a_server_with_a_bad_certificate(site: Site, internet: Internet) -> None:
    internet.site(site.host, {"/session": SESSION}, tls="self-signed")
    assert site.report(Keys(password=SECRET), "http-basic").outcome is Outcome.BAD_CERTIFICATE
    assert site.shown == []


def test_nothing_is_shown_over_plain_http(site: Site, internet: Internet) -> None:
    internet.site(site.host, {"/session": SESSION}, tls=None)
    url = f"http://{site.host}/session"
    assert site.report(Keys(password=SECRET), "http-basic", url=url).outcome is Outcome.NO_ENCRYPTION
    assert site.shown == []
    assert site.report(Keys(password=SECRET), "http-basic", url=url, allow_plaintext=True).accepted


def test_a_secret_of_the_wrong_kind_is_not_shown(site: Site) -> None:
    site.start()
    report = site.report(Keys(password=SECRET), "OAuth2")
    assert (report.outcome, site.shown) == (Outcome.METHOD_REFUSED, [])
