"""The short way gives what the long way gives, to the letter: whatever is asked, kept or not."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autoconfig.formats import autodiscover
from autoconfig.model import EmailAddress
from autoconfig.publish import Publisher
from autoconfig.settings import Settings
from autoconfig.web import create_app
from autoconfig.web.front import Front
from autoconfig.web.paths import PACC_PATH, canonical_path
from tests.web.asking import CONFIG, JSON, POX, WELL_KNOWN, Answer, call, environ_of, front_of, uncounted
from tests.web.conftest import DOMAINS, IDN

if TYPE_CHECKING:
    from flask import Flask

    from autoconfig.stores import Store

WARMING = [
    *((CONFIG, f"emailaddress=ada@{domain}") for domain in (*DOMAINS, IDN)),
    *((f"/v1.1/{domain}", "") for domain in (*DOMAINS, IDN, "mx.example.net")),
]
"""Requests after which every document of the store lies ready."""

_domains = st.one_of(
    st.sampled_from(
        [*DOMAINS, IDN, "moved.example", "mx.example.net", "customer.test", "bücher.example", ""]
    ),
    st.sampled_from(
        ["Example.COM", "EXAMPLE.ORG", "example.com.", ".example.com", "example..com", "-example.com"]
    ),
    st.text("aex.-_%40ABm", max_size=12),
    st.text(max_size=6),
)
_local_parts = st.one_of(
    st.sampled_from(
        ["ada", "a.b", "a+b", "a%2Bb", "a b", ".ada", "ada.", "a..b", "%61da", "%", "a@b", '"a"', "ä"]
    ),
    st.text("abAB09._~+-%&=;#", max_size=70),
)
_at = st.sampled_from(["@", "@", "@", "%40", "%40", "%2540", "", "@@"])
_names = st.sampled_from(["emailaddress"] * 6 + ["EmailAddress", "email", "emailaddresS", "address", ""])
_address_queries = st.builds("{}={}{}{}".format, _names, _local_parts, _at, _domains)
_queries = st.one_of(
    _address_queries,
    st.builds(
        "{}{}{}".format,
        _address_queries,
        st.sampled_from(["&", "&&", ";", "&reader=", "#"]),
        st.one_of(_address_queries, st.sampled_from(["full", "x=y", ""])),
    ),
    st.sampled_from(["", "reader=full", "emailaddress=", "emailaddress", "&", "?"]),
    st.text(max_size=20),
)
_json_queries = st.builds(
    "{}={}{}{}&{}={}{}".format,
    st.sampled_from(["Email", "Email", "email", "emailaddress"]),
    _local_parts,
    _at,
    _domains,
    st.sampled_from(["Protocol", "Protocol", "protocol"]),
    st.sampled_from(["AutodiscoverV1", "autodiscoverv1", "ActiveSync", "EWS", "ews", "Graph", "REST", ""]),
    st.sampled_from(["", "&RedirectCount=1", "&RedirectCount=", "&x"]),
)
_bodies = st.one_of(
    st.builds(
        '<Autodiscover xmlns="{}"><Request><{}>{}{}{}</{}><AcceptableResponseSchema>{}'
        "</AcceptableResponseSchema></Request></Autodiscover>".format,
        st.sampled_from([autodiscover.words.OUTLOOK_REQUEST, "", "x"]),
        st.just("EMailAddress"),
        _local_parts.filter(lambda text: not set(text) & set("<&")),
        st.just("@"),
        _domains.filter(lambda text: not set(text) & set("<&")),
        st.just("EMailAddress"),
        st.sampled_from([autodiscover.OUTLOOK_RESPONSE] * 3 + [autodiscover.MOBILESYNC_RESPONSE, "", "x"]),
    ),
    st.sampled_from(["", "<", "<!DOCTYPE x><x/>", "<emailaddress>ada@example.com</emailaddress>"]),
    st.text(max_size=20),
).map(lambda text: text.encode("utf-8", "surrogatepass"))
_paths = st.one_of(
    st.sampled_from([CONFIG, WELL_KNOWN]),
    st.sampled_from([POX, POX, JSON, PACC_PATH, "/AutoDiscover/AutoDiscover.xml", f"{JSON}/v1.0"]),
    st.builds(f"{JSON}/v1.0/{{}}{{}}{{}}".format, _local_parts, _at, _domains),
    st.sampled_from(
        [CONFIG.upper(), CONFIG + "/", "/" + CONFIG, "/v1.1/mail/config-v1.1.xml", "/v1.1", POX, JSON, "/"]
    ),
    st.builds("{}{}".format, st.sampled_from(["/v1.1/", "/V1.1/", "/v1.1//", "//v1.1/"]), _domains),
    st.text("/v1.mailconfgx-", max_size=24),
)
_methods = st.sampled_from(
    ["GET"] * 5 + ["POST"] * 3 + ["HEAD"] * 3 + ["get", "Head", "POST", "OPTIONS", "PUT", "PROPFIND", "X"]
)
_hosts = st.one_of(
    st.none(),
    st.sampled_from(
        [
            "localhost",
            "autoconfig.example.com",
            "autoconfig.mx.example.net",
            "example.org:8000",
            ".",
            "\xff",
            "",
            "a" * 64,
        ]
    ),
    st.text(st.characters(max_codepoint=255), max_size=12),
)
_headers = st.dictionaries(
    st.sampled_from(
        [
            "If-None-Match",
            "Content-Length",
            "Accept",
            "Range",
            "Content-Type",
            "X-Forwarded-Host",
            "Connection",
        ]
    ),
    st.sampled_from(["*", '"x"', "text/html", "bytes=0-1", "autoconfig.example.com", "close", ""]),
    max_size=2,
)


@pytest.fixture(scope="module")
def fresh(store: Store) -> Flask:
    """A service of its own, so that this file says what lies ready."""
    return create_app(Settings(providers=()), store)


@pytest.fixture(scope="module", params=["kept", "not kept"])
def both(fresh: Flask, request: pytest.FixtureRequest) -> tuple[Front, bool]:
    """The door, and whether the documents shall lie ready behind it."""
    return front_of(fresh), request.param == "kept"


def _long_way(front: Front, environ: dict[str, object]) -> Answer:
    """What Flask alone answers, once the path has its one spelling."""
    environ["PATH_INFO"] = canonical_path(str(environ["PATH_INFO"]))
    return call(front._application, environ)


def _timeless(answer: Answer) -> Answer:
    """The answer without the time that an Autodiscover error says."""
    body, errors = re.subn(rb'Time="[0-9:.]+" Id="[0-9]+"', b"", answer.body)
    if errors:
        headers = [header for header in answer.headers if header[0] != "Content-Length"]
        return Answer(answer.status, headers, body)
    return answer


def _on_the_wire(text: str) -> str:
    """As WSGI hands it over: UTF-8 read as latin-1."""
    return text.encode("utf-8", "surrogatepass").decode("latin-1")


@settings(deadline=None, max_examples=400)
@given(
    method=_methods,
    path=_paths,
    query=st.one_of(_queries, _json_queries, st.just("Protocol=AutodiscoverV1")),
    host=_hosts,
    headers=_headers,
    body=_bodies,
)
def test_the_short_way_is_the_long_way(
    both: tuple[Front, bool],
    method: str,
    path: str,
    query: str,
    host: str | None,
    headers: dict[str, str],
    body: bytes,
) -> None:
    front, kept = both
    if kept and not front._quick._publisher._kept.documents:
        for warm_path, warm_query in WARMING:
            call(front, environ_of(warm_path, query=warm_query))
    else:
        front._quick._publisher._kept.documents.clear()

    def environ() -> dict[str, object]:
        return environ_of(
            _on_the_wire(path),
            method=method,
            query=_on_the_wire(query),
            host=host,
            headers=headers,
            body=body if method == "POST" else b"",
        )

    short = call(front, environ())
    assert _timeless(short) == _timeless(_long_way(front, environ()))


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize(("path", "query"), WARMING)
def test_every_document_is_the_same_by_both_ways(fresh: Flask, path: str, query: str, method: str) -> None:
    front = front_of(fresh)
    call(front, environ_of(path, query=query))
    short = call(front, environ_of(path, query=query, method=method))
    assert short == _long_way(front, environ_of(path, query=query, method=method))


@pytest.mark.parametrize(
    ("path", "query"),
    [
        (CONFIG, "emailaddress=ada@example.com"),
        (WELL_KNOWN, "emailaddress=a.b%40EXAMPLE.com"),
        ("/v1.1/example.com", ""),
        (JSON, "Email=ada@example.com&Protocol=AutodiscoverV1"),
        (f"{JSON}/v1.0/ada@example.com", "Protocol=autodiscoverv1&RedirectCount=1"),
        (JSON, "Email=ada@exchange.example&Protocol=ActiveSync"),
    ],
)
def test_a_plain_request_for_a_kept_document_never_reaches_flask(fresh: Flask, path: str, query: str) -> None:
    front = front_of(fresh)
    call(front, environ_of("/v1.1/example.com"))

    assert call(Front(_flask_is_closed, front._quick, uncounted), environ_of(path, query=query)).code == 200


@pytest.mark.parametrize("path", [POX, "/AutoDiscover/AutoDiscover.xml"])
def test_a_plain_request_of_outlook_never_reaches_flask(fresh: Flask, path: str) -> None:
    front = front_of(fresh)
    body = autodiscover.render_request(EmailAddress.parse("ada@example.com"))
    request = environ_of(path, method="POST", body=body)
    answer = call(Front(_flask_is_closed, front._quick, uncounted), request)
    assert (answer.code, answer.body.count(b"ada@example.com")) == (200, 5)


def test_a_plain_request_for_pacc_never_reaches_flask(fresh: Flask) -> None:
    front = front_of(fresh)
    request = environ_of(PACC_PATH, host="ua-auto-config.exchange.example")
    assert call(Front(_flask_is_closed, front._quick, uncounted), request).code == 200


@pytest.mark.parametrize("name", ["shared_mozilla", "autodiscover"])
def test_a_bug_is_the_same_by_both_ways(
    fresh: Flask, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    def broken(*_arguments: object, **_named: object) -> None:
        raise RuntimeError("a bug")

    for broken_there in {name, name.removeprefix("shared_")}:
        monkeypatch.setattr(Publisher, broken_there, broken)
    body = autodiscover.render_request(EmailAddress.parse("ada@example.com"))
    request = (
        environ_of(POX, method="POST", body=body)
        if name == "autodiscover"
        else environ_of(CONFIG, query="emailaddress=ada@example.com")
    )
    answer = call(front_of(fresh), request)
    assert (answer.code, answer.body[:20]) == (500, b"Something went wrong")
    (record,) = [record for record in caplog.records if record.levelname == "ERROR"]
    assert "ada" not in record.getMessage()


def test_a_client_that_breaks_off_is_waited_for_once(fresh: Flask) -> None:
    class BreaksOff:
        reads = 0

        def read(self, _size: int = -1) -> bytes:
            self.reads += 1
            raise TimeoutError

    body = BreaksOff()
    request = environ_of(POX, method="POST") | {"CONTENT_LENGTH": "500", "wsgi.input": body}
    assert (call(front_of(fresh), request).code, body.reads) == (400, 1)
    terminated = {"wsgi.input_terminated": True, "wsgi.input": body}
    assert (call(front_of(fresh), request | terminated).code, body.reads) == (400, 2)


def _flask_is_closed(environ: object, start_response: object) -> list[bytes]:
    raise AssertionError("the long way was gone")


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/mail/config-v1.1.xml", "/mail/config-v1.1.xml"),
        ("/MAIL//Config-V1.1.XML", "/mail/config-v1.1.xml"),
        ("/v1.1/Mail/config-v1.1.xml", "/mail/config-v1.1.xml"),
        ("/AutoDiscover/AutoDiscover.xml", "/autodiscover/autodiscover.xml"),
        (
            "/Autodiscover/Autodiscover.json/V1.0/Ada@Example.com",
            "/autodiscover/autodiscover.json/v1.0/Ada@Example.com",
        ),
        ("/V1.1/Example.COM", "/v1.1/Example.COM"),
        ("/Else//Where", "/Else//Where"),
        ("", "/"),
    ],
)
def test_the_one_spelling_of_a_path(path: str, expected: str) -> None:
    assert canonical_path(path) == expected


@given(st.text("/v1.MAILmailconfgx-json@é\n", max_size=40))
@settings(deadline=None)
def test_the_one_spelling_has_itself_as_its_spelling(path: str) -> None:
    once = canonical_path(path)
    assert canonical_path(once) == once
