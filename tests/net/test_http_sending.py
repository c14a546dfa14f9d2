"""Asking as a mail program does: its own headers, one answer as it was sent."""

from __future__ import annotations

import gzip
import ssl
import time
from typing import TYPE_CHECKING

import pytest

from autoconfig.errors import FetchFailed
from autoconfig.net.guard import Guard
from autoconfig.net.reasons import BadCertificate, BadTls, NotAllowed, TooSlow
from tests.internet import Answer, redirect, xml

if TYPE_CHECKING:
    from autoconfig.net.fetched import Fetched
    from tests.internet import Internet
    from tests.net.way import Way

pytestmark = pytest.mark.real

DOCUMENT = b"<clientConfig/>"


def send(
    way: Way,
    url: str,
    *headers: tuple[str, str],
    method: str = "GET",
    body: bytes | None = None,
    any_name: bool = False,
    timeout: float = 20.0,
    guard: Guard | None = None,
) -> Fetched:
    return way.run(
        lambda net: net.http.send(method, url, headers, body, any_name=any_name), timeout=timeout, guard=guard
    )


def test_no_header_is_sent_but_those_given_and_the_host(internet: Internet, way: Way, host: str) -> None:
    internet.site(host, {"*": xml(DOCUMENT)})
    send(way, f"https://{host}/a.xml")
    send(way, f"https://{host}/a.xml", ("Accept", "*/*"), ("X-Own", "1"))
    bare, dressed = internet.requests(host)
    assert dict(bare.headers) == {"host": host}
    assert dict(dressed.headers) == {"host": host, "accept": "*/*", "x-own": "1"}


def test_a_body_is_posted_without_a_type_unless_one_is_given(internet: Internet, way: Way, host: str) -> None:
    internet.site(host, {"*": xml(DOCUMENT)})
    send(way, f"https://{host}/pox", method="POST", body=b"<Autodiscover/>")
    (request,) = internet.requests(host)
    assert (request.method, request.body) == ("POST", b"<Autodiscover/>")
    assert dict(request.headers) == {"host": host, "content-length": "15"}


def test_a_redirect_is_an_answer_like_any_other(internet: Internet, way: Way, host: str) -> None:
    internet.site(host, {"/a": redirect("/b", status=301)})
    fetched = send(way, f"https://{host}/a")
    assert (fetched.status, fetched.url, fetched.headers["location"]) == (301, f"https://{host}/a", "/b")


def test_what_is_compressed_comes_so(internet: Internet, way: Way, host: str) -> None:
    packed = gzip.compress(DOCUMENT, mtime=0)
    internet.site(host, {"*": Answer(body=packed, headers={"Content-Encoding": "gzip"})})
    fetched = send(way, f"https://{host}/a")
    assert (fetched.body, fetched.headers["content-encoding"]) == (packed, "gzip")


def test_http_is_asked_too_and_is_not_encrypted(internet: Internet, way: Way, host: str) -> None:
    internet.site(host, {"*": xml(DOCUMENT)}, tls=None)
    fetched = send(way, f"http://{host}/a")
    assert (fetched.body, fetched.tls) == (DOCUMENT, None)


def test_the_version_of_tls_and_the_end_of_the_certificate_are_known(
    internet: Internet, way: Way, host: str
) -> None:
    internet.site(host, {"*": xml(DOCUMENT)})
    tls = send(way, f"https://{host}/a").tls
    assert tls is not None
    assert tls.version == "TLSv1.3"
    assert tls.expires > time.time() + 86_400


def test_a_certificate_of_another_name_is_taken_only_where_that_is_asked_for(
    internet: Internet, way: Way, host: str
) -> None:
    internet.site(host, {"*": xml(DOCUMENT)}, tls="wrong-name")
    assert send(way, f"https://{host}/a", any_name=True).body == DOCUMENT
    with pytest.raises(BadCertificate) as caught:
        send(way, f"https://{host}/a")
    assert "mismatch" in caught.value.problem


@pytest.mark.parametrize("tls", ["expired", "self-signed"])
def test_any_name_is_not_any_certificate(tls: str, internet: Internet, way: Way, host: str) -> None:
    internet.site(host, {"*": xml(DOCUMENT)}, tls=tls)  # type: ignore[arg-type]
    with pytest.raises(BadCertificate):
        send(way, f"https://{host}/a", any_name=True)


def test_tls_that_cannot_be_agreed_on_is_told_from_a_bad_certificate(
    internet: Internet, way: Way, host: str
) -> None:
    old = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)  # without a certificate, so that no cipher is left
    internet.site(host, {"*": xml(DOCUMENT)}, tls=old)
    with pytest.raises(BadTls):
        send(way, f"https://{host}/a")


def test_a_slow_server_is_told_from_one_that_is_not_there(internet: Internet, way: Way, host: str) -> None:
    internet.site(host, {"*": Answer(delay=30.0)})
    with pytest.raises(TooSlow) as slow:
        send(way, f"https://{host}/a", timeout=0.4)
    assert slow.value.unreachable
    nobody = f"gone.{internet.domain()}"
    internet.refusing(nobody)
    with pytest.raises(FetchFailed) as refused:
        send(way, f"https://{nobody}/a")
    assert (type(refused.value), refused.value.unreachable) == (FetchFailed, True)


def test_packets_that_get_lost_are_no_slow_server(internet: Internet, way: Way, host: str) -> None:
    internet.dropping(host)
    with pytest.raises(FetchFailed, match=r" cannot be reached: no answer\.$") as lost:
        send(way, f"https://{host}/a", timeout=1.0)
    assert (type(lost.value), lost.value.unreachable) == (FetchFailed, True)


@pytest.mark.parametrize("scheme", ["https", "http"])
def test_a_private_address_is_not_connected_to(scheme: str, internet: Internet, way: Way, host: str) -> None:
    internet.host(host, private=True)
    with pytest.raises(NotAllowed):
        send(way, f"{scheme}://{host}/a")


@pytest.mark.parametrize("url", ["ftp://www.example.com/", "https:///a", "https://fred@www.example.com/"])
def test_any_other_url_is_not_asked(url: str, way: Way) -> None:
    with pytest.raises(FetchFailed, match=r"^Not asked: "):
        send(way, url)
