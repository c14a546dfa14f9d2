"""Services on the web with one fault each: JMAP, calendars, address books, Exchange."""

from __future__ import annotations

import json as json_text
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from autoconfig.model import Authentication, ServerType
from autoconfig.probes.facts import UrlFacts
from tests.internet import Answer, html, json, redirect, silence
from tests.probes.looking import url

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.internet import Request
    from tests.internet.answers import Route
    from tests.probes.looking import Looking

pytestmark = pytest.mark.real

BASIC, OAUTH2 = Authentication.HTTP_BASIC, Authentication.OAUTH2
JMAP, CALDAV, CARDDAV, EWS = ServerType.JMAP, ServerType.CALDAV, ServerType.CARDDAV, ServerType.EWS
ACTIVESYNC = ServerType.ACTIVESYNC

SESSION = json(json_text.dumps({"capabilities": {}, "apiUrl": "https://x.invalid/api", "accounts": {}}))


def asks(*schemes: str, **headers: str) -> Answer:
    """A server that wants to know who asks."""
    return Answer(status=401, headers={"WWW-Authenticate": ", ".join(schemes), **headers})


def by_method(**answers: Answer) -> Callable[[Request], Answer]:
    return lambda request: answers.get(request.method, Answer(status=405))


DAV = by_method(
    OPTIONS=Answer(headers={"DAV": "1, 3, calendar-access, addressbook", "Allow": "OPTIONS, PROPFIND"}),
    PROPFIND=asks('Basic realm="x"'),
)


@dataclass(frozen=True, kw_only=True)
class Case:
    """What the site answers at /, which type is published there, and what is found."""

    type: ServerType
    route: Route
    codes: tuple[str, ...]
    says: str = ""
    authentication: tuple[Authentication, ...] = (BASIC,)
    options: Mapping[str, Any] = field(default_factory=dict)


CASES: dict[str, Case] = {
    "jmap that asks who it is": Case(type=JMAP, route=asks('Basic realm="x"'), codes=()),
    "jmap that asks for a token": Case(type=JMAP, route=asks("Bearer"), authentication=(OAUTH2,), codes=()),
    "jmap that tells everybody": Case(type=JMAP, route=SESSION, codes=("open-to-all",)),
    "jmap that is a page": Case(
        type=JMAP,
        route=html(),
        codes=("not-the-service",),
        says="What answers at https://HOST/ is not JMAP (200, text/html).",
    ),
    "jmap that is other json": Case(type=JMAP, route=json("{}"), codes=("not-the-service",)),
    "jmap that is not there": Case(
        type=JMAP,
        route=Answer(status=404),
        codes=("url-not-found",),
        says="There is nothing at https://HOST/ (404).",
    ),
    "jmap that fails": Case(
        type=JMAP,
        route=Answer(status=500),
        codes=("url-failed",),
        says="The web server fails at https://HOST/ (500).",
    ),
    "jmap that says nothing": Case(
        type=JMAP, route=silence(), codes=("url-failed",), options={"step": 1.0, "limit": 5.0}
    ),
    "jmap behind a ring of redirects": Case(type=JMAP, route=redirect("/"), codes=("url-failed",)),
    "caldav": Case(type=CALDAV, route=DAV, codes=()),
    "carddav": Case(type=CARDDAV, route=DAV, codes=()),
    "caldav that asks at once": Case(type=CALDAV, route=asks('Basic realm="x"'), codes=()),
    "caldav that asks with its options": Case(
        type=CALDAV, route=asks('Basic realm="x"', DAV="1, calendar-access"), codes=()
    ),
    "caldav open to all": Case(
        type=CALDAV,
        route=by_method(OPTIONS=Answer(headers={"DAV": "1"}), PROPFIND=Answer(status=207, type="text/xml")),
        codes=("open-to-all",),
    ),
    "caldav that is a page": Case(
        type=CALDAV,
        route=by_method(OPTIONS=Answer(), PROPFIND=Answer(status=405)),
        codes=("not-the-service",),
    ),
    "caldav that is any page": Case(type=CALDAV, route=html(), codes=("not-the-service",)),
    "carddav that is not there": Case(type=CARDDAV, route=Answer(status=404), codes=("url-not-found",)),
    "carddav that knows the methods and not the place": Case(
        type=CARDDAV,
        route=by_method(OPTIONS=Answer(headers={"DAV": "1"}), PROPFIND=Answer(status=404)),
        codes=("url-not-found",),
    ),
    "carddav that is gone": Case(type=CARDDAV, route=Answer(status=410), codes=("url-not-found",)),
    "basic is published, digest wanted": Case(
        type=CALDAV,
        route=asks('Digest realm="x", nonce="y", qop="auth"'),
        codes=("password-missing",),
        says="https://HOST/ does not ask for Basic, but for Digest.",
    ),
    "a token is published, a password wanted": Case(
        type=JMAP, route=asks('Basic realm="x"'), authentication=(OAUTH2,), codes=("oauth2-missing",)
    ),
    "both are published, a password wanted": Case(
        type=JMAP,
        route=asks('Basic realm="x"'),
        authentication=(OAUTH2, BASIC),
        codes=("oauth2-missing",),
    ),
    "no scheme is named": Case(type=JMAP, route=Answer(status=401), codes=()),
    "ews": Case(type=EWS, route=asks("NTLM", "Negotiate", 'Basic realm="x"'), codes=()),
    "ews that is not there": Case(type=EWS, route=Answer(status=404), codes=("url-not-found",)),
    "activesync": Case(
        type=ACTIVESYNC, route=Answer(headers={"MS-ASProtocolVersions": "14.1,16.1"}), codes=()
    ),
    "activesync that is a page": Case(type=ACTIVESYNC, route=html(), codes=("not-the-service",)),
}


@pytest.mark.parametrize("name", CASES)
def test_the_fault_is_named_and_nothing_else_is(looking: Looking, name: str) -> None:
    case = CASES[name]
    looking.internet.site(looking.host, {"/": case.route})
    server = url(case.type, f"https://{looking.host}/", *case.authentication)
    findings = looking.report(server, **case.options).findings
    assert tuple(finding.code for finding in findings) == case.codes, [each.message for each in findings]
    if case.says:
        assert findings[0].message == case.says.replace("HOST", looking.host)


def test_nobody_s_credentials_are_sent(looking: Looking) -> None:
    looking.internet.site(looking.host, {"/": DAV})
    looking.report(url(CALDAV, f"https://{looking.host}/"))
    requests = looking.internet.requests(looking.host)
    assert [request.method for request in requests] == ["OPTIONS", "PROPFIND"]
    assert requests[1].headers["depth"] == "0"
    assert requests[1].body.startswith(b"<?xml")
    for request in requests:
        assert not {"authorization", "cookie"} & request.headers.keys()


def test_a_well_known_path_leads_on(looking: Looking) -> None:
    looking.internet.site(looking.host, {"/.well-known/caldav": redirect("/dav/", status=301), "/dav/": DAV})
    report = looking.report(url(CALDAV, f"https://{looking.host}/.well-known/caldav"))
    assert report.findings == ()
    assert isinstance(report.facts, UrlFacts)
    assert [page.url for page in report.facts.pages] == [f"https://{looking.host}/dav/"] * 2


def test_a_redirect_to_another_host_is_a_note(looking: Looking) -> None:
    other = f"dav.{looking.internet.domain()}"
    looking.internet.site(looking.host, {"/": redirect(f"https://{other}/")})
    looking.internet.site(other, {"/": DAV})
    (finding,) = looking.report(url(CALDAV, f"https://{looking.host}/")).findings
    assert (finding.code, str(finding.severity)) == ("url-redirected", "note")
    assert finding.message == f"https://{looking.host}/ leads to https://{other}/, which is on another host."


@pytest.mark.parametrize("target", ["http://HOST/", "http://127.77.0.1/", "ftp://HOST/"])
def test_a_redirect_away_from_encryption_is_not_followed(looking: Looking, target: str) -> None:
    looking.internet.site(looking.host, {"/": redirect(target.replace("HOST", looking.host))})
    (finding,) = looking.report(url(JMAP, f"https://{looking.host}/")).findings
    assert finding.code == "not-the-service"
    assert {request.scheme for request in looking.internet.requests(looking.host)} == {"https"}


def test_a_redirect_into_a_private_network_is_not_followed(looking: Looking) -> None:
    inside = f"inside.{looking.internet.domain()}"
    looking.internet.site(inside, {"/": SESSION}, private=True)
    looking.internet.site(looking.host, {"/": redirect(f"https://{inside}/")})
    (finding,) = looking.report(url(JMAP, f"https://{looking.host}/")).findings
    assert finding.code == "url-failed"
    assert looking.internet.requests(inside) == []


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("expired", "certificate-expired"),
        ("other-name", "certificate-other-name"),
        ("self-signed", "certificate-self-signed"),
        ("private-authority", "certificate-unknown-issuer"),
        ("no-intermediate", "certificate-chain-incomplete"),
    ],
)
def test_a_bad_certificate_is_named_and_nothing_is_asked(looking: Looking, kind: Any, code: str) -> None:
    looking.internet.site(looking.host, {"/": DAV}, tls=looking.internet.issuer.context(kind, looking.host))
    assert looking.codes(url(CALDAV, f"https://{looking.host}/")) == [code]
    assert looking.internet.requests(looking.host) == []


def test_a_certificate_that_expires_soon_does_not_end_the_look(looking: Looking) -> None:
    context = looking.internet.issuer.context("expires-soon", looking.host)
    looking.internet.site(looking.host, {"/": Answer(status=404)}, tls=context)
    codes = looking.codes(url(CALDAV, f"https://{looking.host}/"))
    assert codes == ["url-not-found", "certificate-expires-soon"]


def test_plain_http_is_an_error_though_it_answers(looking: Looking) -> None:
    looking.internet.site(looking.host, {"/": DAV}, tls=None)
    (finding,) = looking.report(url(CALDAV, f"http://{looking.host}/")).findings
    assert finding.code == "url-not-encrypted"


def test_a_host_without_a_web_server_refuses(looking: Looking) -> None:
    looking.internet.refusing(looking.host)
    assert looking.codes(url(CALDAV, f"https://{looking.host}/")) == ["connection-refused"]


def test_a_web_server_without_tls_is_told(looking: Looking) -> None:
    looking.serve("smtp")
    assert looking.codes(url(CALDAV, f"https://{looking.host}:25/")) == ["tls-failed"]


def test_a_host_that_does_not_exist_is_told(looking: Looking) -> None:
    assert looking.codes(url(CALDAV, f"https://{looking.host}/")) == ["name-unresolvable"]


def test_a_url_that_is_another_for_each_mailbox_is_not_asked(looking: Looking) -> None:
    assert looking.codes(url(CALDAV, f"https://{looking.host}/%EMAILADDRESS%/")) == ["not-probed"]


def test_a_stranger_s_web_server_has_its_pauses(looking: Looking) -> None:
    looking.internet.site(looking.host, {"/": DAV})
    report = looking.report(url(CALDAV, f"https://{looking.host}/"), own=False)
    assert report.findings == ()
    assert 2 <= report.elapsed < 5
