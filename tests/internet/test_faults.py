"""The simulated web at its worst: each fault is the fault it says."""

from __future__ import annotations

import http.client
import socket
import ssl
import time
from typing import TYPE_CHECKING

import pytest

from tests.internet import Answer, endless, hang_up, large, redirect, silence
from tests.internet.asking import connection, get, wait_for_no_connection

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.internet import Internet
    from tests.internet.answers import Route
    from tests.internet.certificates import Tls

pytestmark = pytest.mark.real


@pytest.fixture
def host(internet: Internet) -> str:
    """A host name without a server."""
    return f"autoconfig.{internet.domain()}"


@pytest.mark.parametrize(
    ("tls", "reason"),
    [
        ("expired", "certificate has expired"),
        ("self-signed", "self-signed certificate"),
        ("untrusted", "unable to get local issuer certificate"),
        ("wrong-name", "Hostname mismatch"),
    ],
)
def test_a_bad_certificate_is_bad_in_its_own_way(
    internet: Internet, host: str, tls: Tls, reason: str
) -> None:
    internet.site(host, {"/": "x"}, tls=tls)
    with pytest.raises(ssl.SSLCertVerificationError, match=reason):
        get(internet, host)
    assert internet.requests(host) == []


def test_a_redirect_says_where_to(internet: Internet, host: str) -> None:
    internet.site(host, {"/": redirect("/", status=301)})
    reply = get(internet, host)
    assert (reply.status, reply.headers["Location"]) == (301, "/")


def test_a_delay_comes_before_the_answer(internet: Internet, host: str) -> None:
    internet.site(host, {"/": Answer(body="late", delay=0.1)})
    started = time.monotonic()
    assert get(internet, host).body == b"late"
    assert 0.1 <= time.monotonic() - started < 1


def test_a_body_can_drip(internet: Internet, host: str) -> None:
    internet.site(host, {"/": Answer(body="x" * 20, drip=100)})
    started = time.monotonic()
    assert get(internet, host).body == b"x" * 20
    assert 0.2 <= time.monotonic() - started < 1


def test_a_body_can_be_cut_off(internet: Internet, host: str) -> None:
    internet.site(host, {"/": Answer(body="0123456789", cut=4)})
    with pytest.raises(http.client.IncompleteRead) as caught:
        get(internet, host)
    assert (caught.value.partial, caught.value.expected) == (b"0123", 6)


def test_a_large_body_arrives_whole(internet: Internet, host: str) -> None:
    internet.site(host, {"/": large()})
    assert len(get(internet, host).body) == 5_000_000


def test_an_endless_body_ends_when_the_client_leaves(internet: Internet, host: str) -> None:
    site = internet.site(host, {"/": endless()})
    with connection(internet, host) as encrypted:
        encrypted.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        received = 0
        while received < 2_000_000:
            received += len(encrypted.recv(65536))
    assert wait_for_no_connection(site)


@pytest.mark.parametrize("routes", [{"/": silence()}, {"/": Answer(body="x" * 10_000, drip=1)}])
def test_who_waits_may_leave(internet: Internet, host: str, routes: Mapping[str, Route]) -> None:
    site = internet.site(host, routes)
    with connection(internet, host, seconds=0.1) as encrypted:
        encrypted.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        with pytest.raises(TimeoutError):
            encrypted.recv(100) if "Content-Length" in str(encrypted.recv(100)) else None
    assert wait_for_no_connection(site)


def test_a_server_can_hang_up_or_speak_no_http(internet: Internet, host: str) -> None:
    internet.site(host, {"/": hang_up(), "/ssh": Answer(raw=b"SSH-2.0-x\r\n")})
    with pytest.raises(http.client.RemoteDisconnected):
        get(internet, host)
    with pytest.raises(http.client.BadStatusLine):
        get(internet, host, "/ssh")


def test_a_refusing_host_refuses(internet: Internet, host: str) -> None:
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((internet.refusing(host), 443), timeout=2)


def test_a_silent_host_accepts_and_says_nothing(internet: Internet, host: str) -> None:
    silent = internet.silent(host, 443)
    with socket.create_connection((internet.host(host), 443), timeout=0.1) as plain:
        plain.sendall(b"hello")
        with pytest.raises(TimeoutError):
            plain.recv(1)
    assert silent.accepted == 1


@pytest.mark.parametrize("port", [80, 443])
def test_the_packets_to_a_dropping_host_are_lost(internet: Internet, host: str, port: int) -> None:
    internet.dropping(host)
    with pytest.raises(TimeoutError):
        socket.create_connection((internet.host(host), port), timeout=0.2)
