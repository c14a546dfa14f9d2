"""Redirects: five, never from https to http, and each as carefully as the first request."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from autoconfig.net.http import MAX_REDIRECTS
from tests.internet import redirect, xml

if TYPE_CHECKING:
    from tests.internet import Internet
    from tests.internet.answers import Route
    from tests.net.way import Way

pytestmark = pytest.mark.real

DOCUMENT = b"<clientConfig/>"


def hops(count: int) -> dict[str, Route]:
    """So many redirects, then a document."""
    routes: dict[str, Route] = {f"/{number}": redirect(f"/{number + 1}") for number in range(count)}
    return routes | {f"/{count}": xml(DOCUMENT)}


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_followed(internet: Internet, way: Way, host: str, status: int) -> None:
    internet.site(host, {"/": redirect("/a.xml", status=status), "/a.xml": xml(DOCUMENT)})
    fetched = way.get(f"https://{host}/")
    assert (fetched.url, fetched.body) == (f"https://{host}/a.xml", DOCUMENT)


def test_a_redirect_to_another_host_is_followed(internet: Internet, way: Way, host: str) -> None:
    other = f"other.{internet.domain('org')}"
    internet.site(host, {"*": redirect(f"https://{other}/a.xml")})
    internet.site(other, {"*": xml(DOCUMENT)})
    assert way.get(f"https://{host}/").url == f"https://{other}/a.xml"
    assert internet.requests(other)[0].headers["host"] == other


@pytest.mark.parametrize(
    ("location", "target"),
    [
        ("/b.xml", "/b.xml"),
        ("b.xml", "/a/b.xml"),
        ("../b.xml", "/b.xml"),
        ("?x=1", "/a/first?x=1"),
        ("//HOST/b.xml", "/b.xml"),
        ("HTTPS://HOST/b.xml", "/b.xml"),
        ("/b.xml#part", "/b.xml"),
        ("/größe", "/gr%C3%B6%C3%9Fe"),
        ("/gr%C3%B6%C3%9Fe", "/gr%C3%B6%C3%9Fe"),
    ],
)
def test_where_a_redirect_leads(internet: Internet, way: Way, host: str, location: str, target: str) -> None:
    # As servers send it: UTF-8, which latin-1 carries through the simulated one.
    sent = location.replace("HOST", host).encode().decode("latin-1")
    answers = {"/a/first": redirect(sent)}
    internet.site(host, {"*": lambda request: answers.get(request.target, xml(DOCUMENT))})
    way.get(f"https://{host}/a/first")
    assert [request.target for request in internet.requests(host)] == ["/a/first", target]


def test_a_target_in_latin_1_is_read_as_such(internet: Internet, way: Way, host: str) -> None:
    internet.site(host, {"/": redirect("/größe"), "*": xml(DOCUMENT)})
    assert way.get(f"https://{host}/").url == f"https://{host}/größe"


def test_five_redirects_are_followed(internet: Internet, way: Way, host: str) -> None:
    internet.site(host, hops(MAX_REDIRECTS))
    assert way.get(f"https://{host}/0").url == f"https://{host}/5"


def test_six_redirects_are_not_followed(internet: Internet, way: Way, host: str) -> None:
    internet.site(host, hops(MAX_REDIRECTS + 1))
    assert str(way.failure(f"https://{host}/0")) == "More than 5 redirects."
    assert len(internet.requests(host)) == 6


def test_a_loop_ends(internet: Internet, way: Way, host: str) -> None:
    internet.site(host, {"*": redirect("/")})
    assert str(way.failure(f"https://{host}/")) == "More than 5 redirects."
    assert len(internet.requests(host)) == 6


def test_a_redirect_may_be_only_reported(internet: Internet, way: Way, host: str) -> None:
    internet.site(host, {"*": redirect("/elsewhere")})
    fetched = way.get(f"https://{host}/", follow=False)
    assert (fetched.status, fetched.location) == (302, f"https://{host}/elsewhere")
    assert len(internet.requests(host)) == 1


@pytest.mark.parametrize("allow_http", [False, True])
@pytest.mark.parametrize("scheme", ["http", "HTTP", "ftp", "file", "data"])
def test_a_redirect_away_from_https_is_refused_whatever_is_allowed(
    internet: Internet, way: Way, host: str, scheme: str, allow_http: bool
) -> None:
    site = internet.site(host, {"*": xml(DOCUMENT)}, tls=None)
    internet.site(host, {"/": redirect(f"{scheme}://{host}/a.xml")})
    error = way.failure(f"https://{host}/", plain=True, allow_http=allow_http)
    assert str(error) == f"{host} redirects from https to '{scheme}://{host}/a.xml'."
    assert site.accepted == 0


def test_a_redirect_from_http_to_https_is_followed(internet: Internet, way: Way, host: str) -> None:
    internet.site(host, {"*": redirect(f"https://{host}/a.xml")}, tls=None)
    internet.site(host, {"/a.xml": xml(DOCUMENT)})
    assert way.get(f"http://{host}/", plain=True).url == f"https://{host}/a.xml"


def test_there_is_no_way_back_from_https_to_http(internet: Internet, way: Way, host: str) -> None:
    internet.site(host, {"/": redirect(f"https://{host}/"), "/a": xml(DOCUMENT)}, tls=None)
    internet.site(host, {"/": redirect(f"http://{host}/a")})
    error = way.failure(f"http://{host}/", plain=True, allow_http=True)
    assert str(error) == f"{host} redirects from https to 'http://{host}/a'."


@pytest.mark.parametrize(
    ("location", "reason"),
    [
        ("https://ada:secret@HOST/", "Not asked: A URL with a user name or password in it is not accepted."),
        ("https://HOST/a b", "Not asked: 'https://HOST/a b' is not a URL."),
        ("https://[::1/", "Not asked: 'https://[::1/' is not a URL."),
        ("https://a℀b/", "Not asked: 'https://a℀b/' is not a URL."),
        ("https://HOST:port/", "Not asked: 'https://HOST:port/' is not a URL."),
    ],
)
def test_a_redirect_to_what_is_no_good_url_is_refused(
    internet: Internet, way: Way, host: str, location: str, reason: str
) -> None:
    internet.site(host, {"/": redirect(location.replace("HOST", host).encode().decode("latin-1"))})
    error = way.failure(f"https://{host}/")
    assert str(error) == reason.replace("HOST", host)
    assert len(internet.requests(host)) == 1


def test_a_redirect_to_no_url_is_an_answer_to_whoever_does_not_follow(
    internet: Internet, way: Way, host: str
) -> None:
    internet.site(host, {"/": redirect("https://[::1/")})
    assert way.get(f"https://{host}/", follow=False).status == 302


def test_a_redirect_without_a_target_is_an_answer(internet: Internet, way: Way, host: str) -> None:
    internet.site(host, {"/": redirect("")})
    fetched = way.get(f"https://{host}/")
    assert (fetched.status, fetched.location) == (302, None)


def test_a_redirect_to_a_host_that_does_not_exist_says_so(internet: Internet, way: Way, host: str) -> None:
    gone = f"gone.{internet.domain()}"
    internet.site(host, {"*": redirect(f"https://{gone}/")})
    assert str(way.failure(f"https://{host}/")) == f"{gone} does not exist in the DNS (NXDOMAIN)."


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_posted_body_goes_along(internet: Internet, way: Way, host: str, status: int) -> None:
    internet.site(host, {"/": redirect("/a", status=status), "/a": xml(DOCUMENT)})
    way.run(lambda net: net.http.post(f"https://{host}/", b"<x/>", "text/xml"))
    requests = [(request.method, request.body) for request in internet.requests(host)]
    assert requests == [("POST", b"<x/>"), ("POST", b"<x/>")]


def test_see_other_is_fetched_without_the_body(internet: Internet, way: Way, host: str) -> None:
    internet.site(host, {"/": redirect("/a", status=303), "/a": xml(DOCUMENT)})
    way.run(lambda net: net.http.post(f"https://{host}/", b"<x/>", "text/xml"))
    last = internet.requests(host)[-1]
    assert (last.method, last.body) == ("GET", b"")
    assert "content-type" not in last.headers
