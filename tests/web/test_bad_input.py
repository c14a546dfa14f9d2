"""Whatever is sent: a clear "no" in the type the client reads, never 500 and never a page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.web.asking import CONFIG, JSON, POX, TEXT, WELL_KNOWN, XML, Answer, call, environ_of
from tests.web.test_autodiscover import question

if TYPE_CHECKING:
    from flask import Flask

JSON_TYPE = "application/json; charset=utf-8"
BY_PATH = f"{JSON}/v1.0/"

ABSURD_HOSTS = [
    "",
    " ",
    ".",
    "..",
    ":",
    ":80",
    "[",
    "]",
    "[::1",
    "[::1]:x",
    "a:b:c",
    "user@example.com",
    "example.com:99999999999999999999",
    "example.com:\xb2",
    "example.com/x",
    "example.com?x",
    "exa mple.com",
    "<script>",
    "%",
    "%00",
    "\x00",
    "\xff\xfe",
    "\xc3\xbc.example",
    "xn--",
    "xn--a.example",
    "xn--bcher-kva",
    "autoconfig.",
    "autoconfig..",
    "autoconfig.:80",
    "-.-",
    "a" * 64 + ".example",
    "a." * 200,
    "x" * 100_000,
    "1.2.3.4",
    "example.com, example.org",
    "\u2028".encode().decode("latin-1"),
]


@pytest.mark.parametrize("host", ABSURD_HOSTS)
@pytest.mark.parametrize("path", [CONFIG, POX])
def test_a_host_that_makes_no_sense_is_404(app: Flask, path: str, host: str) -> None:
    answer = call(app, environ_of(path, host=host))
    assert (answer.code, answer.media_type) == (404, TEXT)


@pytest.mark.parametrize("host", ABSURD_HOSTS)
def test_a_host_that_makes_no_sense_does_not_spoil_an_address(app: Flask, host: str) -> None:
    answer = call(app, environ_of(CONFIG, query="emailaddress=ada@example.com", host=host))
    assert (answer.code, answer.media_type) == (200, XML)


@pytest.mark.parametrize("host", ABSURD_HOSTS)
def test_a_host_that_makes_no_sense_is_no_json_error_of_ours(app: Flask, host: str) -> None:
    answer = call(app, environ_of(JSON, query="Protocol=EWS", host=host))
    assert (answer.code, answer.media_type) == (404, JSON_TYPE)


@pytest.mark.parametrize("host", ABSURD_HOSTS)
def test_the_page_does_not_repeat_a_host_that_makes_no_sense(app: Flask, host: str) -> None:
    answer = call(app, environ_of("/", host=host))
    assert answer.code == 200
    assert answer.body.count(b"<script") == 1  # the page's own


@pytest.mark.parametrize(
    "query",
    [
        "emailaddress=%00",
        "emailaddress=ada%00@example.com",
        "emailaddress=ada@example.com%00",
        "emailaddress=\x00@example.com",
        "emailaddress=%FF@example.com",
        "emailaddress=\xff@example.com",
        "emailaddress=%C0%80@example.com",
        "emailaddress=%ED%A0%80@example.com",
        "emailaddress=ada@%FF.example",
        "emailaddress=ada@xn--.example",
        "emailaddress=ada@%E2%80%AE.example",
        "emailaddress=" + "a" * 1_000_000,
        "emailaddress=ada@" + "b" * 1_000_000,
        "emailaddress=%22" + "a" * 100_000 + "%22@example.com",
        "emailaddress=" + "@" * 10_000,
        "emailaddress=" + "%C3%BC" * 10_000 + "@example.com",
        "emailaddress=ada@" + "%C3%BC" * 10_000 + ".example",
        "emailaddress=ada@" + "\u3002".encode().decode("latin-1") * 1000,
    ],
    ids=range(18),
)
@pytest.mark.parametrize("path", [CONFIG, WELL_KNOWN, POX])
def test_an_address_that_is_none_is_400(app: Flask, path: str, query: str) -> None:
    answer = call(app, environ_of(path, query=query))
    assert (answer.code, answer.media_type) == (400, TEXT)
    assert len(answer.body) < 200


@pytest.mark.parametrize(
    "query",
    [
        "\xff",
        "%FF=%FF",
        "&" * 100_000,
        "a=b&" * 50_000,
        "=" * 1000,
        "%",
        "%%",
        "%u0041",
        "\x00",
        "reader=\xff",
        "[]=1&[x]=2",
    ],
    ids=range(11),
)
def test_a_query_without_an_address_is_as_none(app: Flask, query: str) -> None:
    answer = call(app, environ_of(CONFIG, query=query, host="autoconfig.example.com"))
    assert (answer.code, answer.media_type) == (200, XML)


@pytest.mark.parametrize(
    "path",
    [
        "/\x00",
        "/\xff",
        "/v1.1/\x00",
        "/v1.1/\xff\xfe",
        "/v1.1/" + "a" * 1_000_000,
        "/v1.1/" + "\xc3\xbc" * 10_000,
        "/v1.1/example.com\nx",
        "/v1.1/../v1.1/example.com",
        "/v1.1/xn--",
        "/mail/config-v1.1.xml\x00",
        "/mail/../mail/config-v1.1.xml",
        "/static/../../etc/passwd",
        "/" + "x/" * 100_000,
        "http://example.com/mail/config-v1.1.xml",
        "*",
        "mail/config-v1.1.xml",
    ],
    ids=range(16),
)
def test_a_path_that_leads_nowhere_is_404(app: Flask, path: str) -> None:
    answer = call(app, environ_of(path))
    assert (answer.code, answer.media_type) == (404, TEXT)


@pytest.mark.parametrize("path", ["", "/", "//"])
def test_no_path_and_slashes_alone_are_the_front_page(app: Flask, path: str) -> None:
    answer = call(app, environ_of(path))
    assert (answer.code, answer.media_type) == (200, "text/html; charset=utf-8")


@pytest.mark.parametrize("address", ["\x00@example.com", "\xff@example.com", "a" * 100_000, "@" * 1000])
def test_an_address_in_the_path_that_is_none_is_400_in_json(app: Flask, address: str) -> None:
    answer = call(app, environ_of(BY_PATH + address, query="Protocol=EWS"))
    assert (answer.code, answer.media_type) == (400, JSON_TYPE)


@pytest.mark.parametrize(
    "method", ["BREW", "PROPFIND", "X" * 10_000, "get", "GET\x00", "\xff", "G T", "", "<script>"]
)
@pytest.mark.parametrize("path", [CONFIG, POX, JSON, "/", "/healthz"])
def test_a_method_nobody_knows_is_405(app: Flask, path: str, method: str) -> None:
    answer = call(app, environ_of(path, method=method))
    expected = {200, 400, 404} if method == "get" else {405}
    assert answer.code in expected


@pytest.mark.parametrize("path", [CONFIG, JSON, "/v1.1/example.com", "/nothing", "/"])
@pytest.mark.parametrize("chunked", [False, True])
def test_ten_megabytes_where_no_body_belongs_are_not_read(app: Flask, path: str, chunked: bool) -> None:
    environ = environ_of(path, method="POST", body=b"x" * 10_000_000, chunked=chunked)
    answer = call(app, environ)
    assert (answer.code, answer.media_type) == (404 if path == "/nothing" else 405, TEXT)
    assert environ["wsgi.input"].tell() == 0  # type: ignore[attr-defined]


class _BadChunk(Exception):
    """A WSGI server's own complaint about the body, which derives from nothing useful."""


class _BrokenOff:
    """A body that cannot be read to its end."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def read(self, size: int = -1) -> bytes:
        raise self._error

    readline = readlines = __iter__ = read


@pytest.mark.parametrize("error", [OSError("gone"), TimeoutError(), ValueError("closed"), _BadChunk("zz")])
def test_a_body_that_breaks_off_is_no_bug_of_ours(app: Flask, error: Exception) -> None:
    environ = environ_of(POX, method="POST", headers={"Content-Length": "100"})
    environ["wsgi.input"] = _BrokenOff(error)
    answer = call(app, environ)
    assert (answer.code, answer.media_type) == (400, TEXT)


HEADERS = [
    {"If-None-Match": "\xff" * 1000},
    {"If-None-Match": '"' + "a" * 1_000_000},
    {"If-None-Match": '"a",' * 100_000},
    {"Accept": "\x00"},
    {"Accept-Language": "a" * 100_000},
    {"Range": "bytes=-1-,x"},
    {"Cookie": "\xff;=;=" * 1000},
    {"Authorization": "Basic \xff"},
    {"Authorization": "Digest " + "=" * 1000},
    {"Content-Type": "multipart/form-data; boundary=\xff"},
    {"Content-Length": "\xff"},
    {"Content-Length": "9" * 5000},
    {"Transfer-Encoding": "gzip, chunked"},
    {"Expect": "200-maybe"},
    {"X-Forwarded-For": "\xff"},
    {"X-Forwarded-Host": "\x00"},
    {"Date": "yesterday"},
]


@pytest.mark.parametrize("headers", HEADERS, ids=range(len(HEADERS)))
@pytest.mark.parametrize("path", [CONFIG, "/v1.1/example.com", POX, "/", "/readyz"])
def test_headers_that_make_no_sense_change_nothing(app: Flask, path: str, headers: dict[str, str]) -> None:
    answer = call(app, environ_of(path, host="autoconfig.example.com", headers=headers))
    assert answer.code == 200


_wire = st.text(st.characters(max_codepoint=255), max_size=30)
"""Any bytes, as WSGI hands them over."""

_near = st.sampled_from(
    [
        "ada@example.com",
        "ada%40example.com",
        "%FF",
        "\xff",
        "\x00",
        "%00",
        "@",
        "%40",
        "xn--",
        "EWS",
        "AutodiscoverV1",
    ]
)
_pieces = st.one_of(_near, _wire)
_paths = st.one_of(
    st.sampled_from(
        [CONFIG, WELL_KNOWN, POX, JSON, BY_PATH, "/v1.1/example.com", "/healthz", "/readyz", "/v1.1/"]
    ),
    st.builds("{}{}".format, st.sampled_from(["/v1.1/", BY_PATH, CONFIG, "//", POX.upper()]), _pieces),
    _wire,
)
_parameters = st.sampled_from(["emailaddress", "Email", "Protocol", "reader", "name", "\xff", ""])
_queries = st.one_of(
    st.lists(st.builds("{}={}".format, _parameters, _pieces), max_size=4).map("&".join),
    _wire,
)
_methods = st.one_of(
    st.sampled_from(["GET", "GET", "GET", "HEAD", "POST", "POST", "OPTIONS", "PUT", "PROPFIND", "get"]), _wire
)
_hosts = st.one_of(
    st.none(), st.sampled_from([*ABSURD_HOSTS, "autoconfig.example.com", "mx.example.net"]), _wire
)
_headers = st.dictionaries(
    st.sampled_from(
        [
            "If-None-Match",
            "Accept",
            "Content-Type",
            "Content-Length",
            "Cookie",
            "Range",
            "Authorization",
            "Expect",
        ]
    ),
    st.one_of(
        _wire, st.sampled_from(["0", "-1", "5", "70000", "*", '"x"', "multipart/form-data; boundary=a"])
    ),
    max_size=3,
)
_bodies = st.one_of(
    st.binary(max_size=40),
    st.builds(lambda text: question(text).encode("utf-8", "replace"), st.text(max_size=20)),
    st.builds(
        lambda whole, start, end: whole[:start] + whole[end:],
        st.just(question("ada@example.com").encode()),
        st.integers(0, 400),
        st.integers(0, 400),
    ),
)


def assert_sensible(answer: Answer, path: str) -> None:
    """No bug shows, and nobody but a browser at the front page gets a page."""
    assert answer.code < 500
    assert answer.code not in range(300, 304)
    if path.strip("/"):
        assert "html" not in answer.media_type
    if answer.code == 304:
        assert answer.body == b""
    else:
        assert answer.media_type in {TEXT, XML, JSON_TYPE, "application/json", "text/html; charset=utf-8"}
    for name, value in answer.headers:
        assert name.isascii()
        assert value.isprintable()


@settings(deadline=None, max_examples=300)
@given(
    method=_methods,
    path=_paths,
    query=_queries,
    host=_hosts,
    headers=_headers,
    body=_bodies,
    chunked=st.booleans(),
)
def test_whatever_is_sent_is_answered(
    app: Flask,
    method: str,
    path: str,
    query: str,
    host: str | None,
    headers: dict[str, str],
    body: bytes,
    chunked: bool,
) -> None:
    environ = environ_of(
        path, method=method, query=query, host=host, headers=headers, body=body, chunked=chunked
    )
    assert_sensible(call(app, environ), path)
