"""What is sent to a web server, and what is made of its answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.internet import Answer, html, xml

if TYPE_CHECKING:
    from pathlib import Path

    from tests.internet import Internet
    from tests.net.way import Opened, Way

pytestmark = pytest.mark.real

DOCUMENT = b"<clientConfig/>"


def test_a_document_comes_as_it_is(internet: Internet, way: Way, host: str) -> None:
    internet.site(host, {"/a.xml": xml(DOCUMENT)})
    fetched = way.get(f"https://{host}/a.xml")
    assert (fetched.status, fetched.body, fetched.url) == (200, DOCUMENT, f"https://{host}/a.xml")
    assert fetched.headers["content-type"] == "text/xml; charset=utf-8"
    assert fetched.location is None


def test_a_request_says_no_more_than_it_must(internet: Internet, way: Way, host: str) -> None:
    internet.site(host, {"*": xml(DOCUMENT)})
    way.get(f"https://{host}/a.xml")
    (request,) = internet.requests(host)
    assert (request.method, request.target, request.body) == ("GET", "/a.xml", b"")
    assert dict(request.headers) == {
        "host": host,
        "accept-encoding": "identity",
        "user-agent": "mail-autoconfig",
    }


def test_a_posted_body_arrives_with_its_type(internet: Internet, way: Way, host: str) -> None:
    internet.site(host, {"*": xml(DOCUMENT)})
    fetched = way.run(lambda net: net.http.post(f"https://{host}/pox", b"<Autodiscover/>", "text/xml"))
    assert fetched.body == DOCUMENT
    (request,) = internet.requests(host)
    assert (request.method, request.target, request.body) == ("POST", "/pox", b"<Autodiscover/>")
    assert request.headers["content-type"] == "text/xml"


def test_a_cookie_is_not_given_back(internet: Internet, way: Way, host: str) -> None:
    internet.site(
        host,
        {
            "/first": Answer(
                status=302, headers={"Location": "/second", "Set-Cookie": "id=7; Path=/"}, type=None
            ),
            "/second": xml(DOCUMENT),
        },
    )
    way.get(f"https://{host}/first")
    assert all("cookie" not in request.headers for request in internet.requests(host))


@pytest.mark.parametrize("scheme", ["Basic", "Negotiate", "Digest"])
def test_a_server_that_asks_for_a_password_gets_none(
    internet: Internet, way: Way, host: str, scheme: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text(f"machine {host} login ada password secret\n")
    monkeypatch.setenv("NETRC", str(netrc))
    internet.site(host, {"*": Answer(status=401, headers={"WWW-Authenticate": f'{scheme} realm="x"'})})
    assert way.get(f"https://{host}/").status == 401
    (request,) = internet.requests(host)
    assert "authorization" not in request.headers


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY"])
def test_a_proxy_of_the_environment_is_not_used(
    internet: Internet, way: Way, host: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy = internet.silent(f"proxy.{internet.domain()}", 3128)
    monkeypatch.setenv(name, f"http://{internet.host(host)}:3128")
    internet.site(host, {"*": xml(DOCUMENT)})
    assert way.get(f"https://{host}/").body == DOCUMENT
    assert proxy.accepted == 0


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("/größe/ü.xml?größe=ä", "/gr%C3%B6%C3%9Fe/%C3%BC.xml?gr%C3%B6%C3%9Fe=%C3%A4"),
        ("/a%20b?x=%C3%A4", "/a%20b?x=%C3%A4"),
        ("/a?emailaddress=ada+x@example.com", "/a?emailaddress=ada+x@example.com"),
        ("/a^b|c`{d}", "/a%5Eb%7Cc%60%7Bd%7D"),
        ("/a?x#part", "/a?x"),
        ("", "/"),
        ("?x=1", "/?x=1"),
    ],
)
def test_a_url_goes_out_in_ascii_and_without_its_fragment(
    internet: Internet, way: Way, host: str, path: str, target: str
) -> None:
    internet.site(host, {"*": xml(DOCUMENT)})
    way.get(f"https://{host}{path}")
    assert [request.target for request in internet.requests(host)] == [target]


def test_a_host_with_umlauts_is_asked_for_by_its_a_label(internet: Internet, way: Way) -> None:
    domain = internet.domain().removeprefix("d")
    host = f"xn--gre-6ka8i.{domain}"
    internet.site(host, {"*": xml(DOCUMENT)})
    assert way.get(f"https://größe.{domain}/").url == f"https://{host}/"
    assert internet.requests(host)[0].headers["host"] == host


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("https://HOST/a b", "Not asked: 'https://HOST/a b' is not a URL."),
        ("https://HOST/a\r\nX: y", "Not asked: 'https://HOST/a\\r\\nX: y' is not a URL."),
        ("https://HOST/\x00", "Not asked: 'https://HOST/\\x00' is not a URL."),
        ("https://HOST:x/", "Not asked: 'https://HOST:x/' is not a URL."),
        ("https://HOST:99999/", "Not asked: 'https://HOST:99999/' is not a URL."),
        ("https://[::1/", "Not asked: 'https://[::1/' is not a URL."),
        ("https:///a", "Not asked: 'https:///a' is not a URL that starts with https://."),
        ("ftp://HOST/", "Not asked: 'ftp://HOST/' is not a URL that starts with https://."),
        ("file:///etc/passwd", "Not asked: 'file:///etc/passwd' is not a URL that starts with https://."),
        ("HOST/a", "Not asked: 'HOST/a' is not a URL that starts with https://."),
        ("https://ada:secret@HOST/", "Not asked: A URL with a user name or password in it is not accepted."),
        ("https://ada@HOST/", "Not asked: A URL with a user name or password in it is not accepted."),
        ("http://HOST/", "Not asked: 'http://HOST/' is not a URL that starts with https://."),
    ],
)
def test_what_is_no_good_url_is_not_asked(
    internet: Internet, way: Way, host: str, url: str, reason: str
) -> None:
    site = internet.site(host, {"*": xml(DOCUMENT)})
    error = way.failure(url.replace("HOST", host))
    assert (str(error), error.unreachable) == (reason.replace("HOST", host), False)
    assert site.accepted == 0


def test_http_is_asked_where_it_is_allowed(internet: Internet, way: Way, host: str) -> None:
    internet.site(host, {"*": xml(DOCUMENT)}, tls=None)
    assert way.get(f"http://{host}/", allow_http=True).body == DOCUMENT


def test_http_is_asked_where_it_is_allowed_for_once(internet: Internet, way: Way, host: str) -> None:
    internet.site(host, {"*": xml(DOCUMENT)}, tls=None)
    assert way.get(f"http://{host}/", plain=True).body == DOCUMENT


# Answers


@pytest.mark.parametrize("status", [200, 204, 304, 400, 401, 403, 404, 410, 429, 500, 503, 599])
def test_every_status_is_an_answer(internet: Internet, way: Way, host: str, status: int) -> None:
    internet.site(host, {"*": Answer(status=status, headers={"Location": "/elsewhere"})})
    fetched = way.get(f"https://{host}/")
    assert (fetched.status, fetched.body, fetched.location) == (status, b"", None)
    assert len(internet.requests(host)) == 1


def test_a_page_is_an_answer_like_any_other(internet: Internet, way: Way, host: str) -> None:
    internet.site(host, {"*": html()})
    assert way.get(f"https://{host}/").headers["content-type"] == "text/html; charset=utf-8"


@pytest.mark.parametrize("encoding", ["gzip", "br", "deflate", "x-gzip", "GZIP", "identity, gzip"])
def test_a_compressed_answer_is_refused_unread(
    internet: Internet, way: Way, host: str, encoding: str
) -> None:
    internet.site(host, {"*": Answer(body=b"\x1f\x8b" * 50, headers={"Content-Encoding": encoding})})
    error = way.failure(f"https://{host}/")
    assert str(error) == f"{host} sends compressed what was asked for as it is."


@pytest.mark.parametrize("encoding", ["identity", "Identity"])
def test_an_answer_may_say_that_it_is_not_compressed(
    internet: Internet, way: Way, host: str, encoding: str
) -> None:
    internet.site(host, {"*": Answer(body=DOCUMENT, headers={"Content-Encoding": encoding})})
    assert way.get(f"https://{host}/").body == DOCUMENT


def test_a_chunked_body_is_put_together(internet: Internet, way: Way, host: str) -> None:
    raw = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n<clie\r\na\r\nntConfig/>\r\n0\r\n\r\n"
    internet.site(host, {"*": Answer(raw=raw)})
    assert way.get(f"https://{host}/").body == DOCUMENT


def test_a_connection_is_used_again(internet: Internet, way: Way, host: str) -> None:
    site = internet.site(host, {"*": xml(DOCUMENT)})

    async def twice(net: Opened) -> None:
        for _ in range(2):
            await net.http.get(f"https://{host}/")

    way.run(twice)
    assert (len(internet.requests(host)), site.accepted) == (2, 1)
