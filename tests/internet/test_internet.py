"""The simulated web: sites answer as told, remember what they were asked, and nothing gets out."""

from __future__ import annotations

import errno
import http.client
import ipaddress
import socket
import ssl
import time
from typing import TYPE_CHECKING

import pytest

from tests.internet import Answer, Request, endless, silence, xml
from tests.internet.addresses import Addresses
from tests.internet.asking import ask, connection, get, records, wait_for_no_connection
from tests.internet.world import Internet

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.real


@pytest.fixture
def host(internet: Internet) -> str:
    """A host name without a server."""
    return f"autoconfig.{internet.domain()}"


def test_a_site_answers_over_https_with_a_certificate_that_is_trusted(internet: Internet, host: str) -> None:
    internet.site(host, {"/mail/config-v1.1.xml": xml("<clientConfig/>")})
    reply = get(internet, host, "/mail/config-v1.1.xml")
    assert (reply.status, reply.headers["Content-Type"]) == (200, "text/xml; charset=utf-8")
    assert reply.body == b"<clientConfig/>"


def test_a_site_is_found_by_the_dns(internet: Internet, host: str) -> None:
    internet.site(host, {})
    assert records(ask(internet.dns, host)) == [internet.host(host)]
    assert ipaddress.ip_address(internet.host(host)) in internet.public


def test_a_private_site_stands_in_the_private_network(internet: Internet, host: str) -> None:
    internet.site(host, {}, private=True)
    assert ipaddress.ip_address(internet.host(host)) in internet.private


def test_a_site_without_tls_answers_on_port_80(internet: Internet, host: str) -> None:
    internet.site(host, {"/": "here"}, tls=None)
    client = http.client.HTTPConnection(internet.host(host), 80, timeout=2)
    client.request("GET", "/")
    assert client.getresponse().read() == b"here"
    client.close()
    assert [request.scheme for request in internet.requests(host)] == ["http"]


def test_the_most_exact_route_answers(internet: Internet, host: str) -> None:
    internet.site(host, {"/a?x=1": "exact", "/a": "path", "*": "any"})
    assert get(internet, host, "/a?x=1").body == b"exact"
    assert get(internet, host, "/a?x=2").body == b"path"
    assert get(internet, host, "/b").body == b"any"


def test_an_unknown_path_is_404(internet: Internet, host: str) -> None:
    internet.site(host, {"/a": "path"})
    assert get(internet, host, "/b").status == 404


def test_a_route_may_be_a_function_of_the_request(internet: Internet, host: str) -> None:
    def echo(request: Request) -> Answer:
        return Answer(body=request.query["emailaddress"][0])

    internet.site(host, {"/": echo})
    assert get(internet, host, "/?emailaddress=ada%40example.com").body == b"ada@example.com"


def test_a_route_can_be_changed(internet: Internet, host: str) -> None:
    site = internet.site(host, {"/": "before"})
    site.route("/", "after")
    assert get(internet, host).body == b"after"


def test_requests_are_remembered(internet: Internet, host: str) -> None:
    internet.site(host, {})
    get(internet, host, "/a?b=c")
    get(internet, host, "/Autodiscover", method="POST", body=b"<x/>")
    first, second = internet.requests(host)
    assert (first.method, first.target, first.path) == ("GET", "/a?b=c", "/a")
    assert (first.headers["host"], first.query) == (host, {"b": ["c"]})
    assert (second.method, second.body) == ("POST", b"<x/>")


def test_a_connection_is_kept_open_between_requests(internet: Internet, host: str) -> None:
    site = internet.site(host, {"/": "x"})
    with connection(internet, host) as encrypted:
        client = http.client.HTTPConnection(host)
        client.sock = encrypted
        for _ in range(3):
            client.request("GET", "/")
            assert client.getresponse().read() == b"x"
        assert (site.accepted, site.open) == (1, 1)
    assert wait_for_no_connection(site)


def test_head_has_no_body(internet: Internet, host: str) -> None:
    internet.site(host, {"/": "four"})
    reply = get(internet, host, method="HEAD")
    assert (reply.headers["Content-Length"], reply.body) == ("4", b"")


def test_a_server_may_stop_at_tls_1_2(internet: Internet, host: str) -> None:
    internet.site(host, {"/": "x"}, tls="tls1.2")
    with connection(internet, host) as encrypted:
        assert encrypted.version() == "TLSv1.2"


def test_a_certificate_may_carry_the_names_of_customers(internet: Internet, host: str) -> None:
    customer = internet.domain()
    internet.site(host, {"/": "x"}, names=[f"autoconfig.{customer}"])
    internet.zone(customer, f"autoconfig CNAME {host}.")
    context = ssl.create_default_context(cafile=internet.ca_file)
    with (
        socket.create_connection((internet.host(host), 443), timeout=2) as plain,
        context.wrap_socket(plain, server_hostname=f"autoconfig.{customer}") as encrypted,
    ):
        assert encrypted.version() == "TLSv1.3"


def test_what_leads_outside_is_stopped_and_noted(internet: Internet) -> None:
    before = len(internet.escapes)
    with pytest.raises(OSError, match="outside the simulated internet") as caught:
        socket.create_connection(("169.254.169.254", 80), timeout=0.2)
    assert caught.value.errno == errno.ENETUNREACH
    assert internet.escapes[before:] == ["169.254.169.254:80"]
    del internet.escapes[before:]


def test_asking_the_kernel_for_a_route_is_no_escape(internet: Internet) -> None:
    before = list(internet.escapes)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe, pytest.raises(OSError, match="outside"):
        probe.connect(("192.0.2.1", 53))
    assert internet.escapes == before


def test_two_internets_share_no_address(internet: Internet, tmp_path: Path) -> None:
    other = Internet(tmp_path)
    try:
        assert other.dns != internet.dns
        assert ask(other.dns, "com").rcode() == 3
        ours, theirs = internet.host(internet.domain()), other.host(other.domain())
        assert ours.rpartition(".")[0] != theirs.rpartition(".")[0]
    finally:
        other.stop()


def test_an_address_is_given_once_and_the_network_may_run_out() -> None:
    addresses = Addresses("127.65.66.0/24")
    try:
        assert len({addresses.take() for _ in range(254)}) == 254
        with pytest.raises(RuntimeError, match=r"every address of 127\.65\.66\.0/24 is in use"):
            addresses.take()
    finally:
        addresses.close()


def test_a_start_and_a_site_are_quick(tmp_path: Path, record_property: Callable[[str, object], None]) -> None:
    started = time.monotonic()
    internet = Internet(tmp_path)
    start = time.monotonic() - started
    try:
        sites = []
        for _ in range(20):
            started = time.monotonic()
            internet.site(internet.domain(), {"/": "x"})
            sites.append(time.monotonic() - started)
        started = time.monotonic()
        internet.direct_dns  # noqa: B018 - tells Knot
        told = time.monotonic() - started
    finally:
        internet.stop()
    site = sorted(sites)[10]
    record_property(
        "figure",
        f"simulated internet: start {start * 1000:.0f} ms, site {site * 1000:.1f} ms, "
        f"20 names into the DNS {told * 1000:.1f} ms",
    )
    assert start < 2
    assert site < 0.05


def test_a_stop_waits_for_nobody(tmp_path: Path) -> None:
    internet = Internet(tmp_path)
    host = internet.domain()
    internet.site(host, {"/": silence(), "/endless": endless()})
    internet.silent(host, 80)
    with (
        connection(internet, host) as waiting,
        connection(internet, host) as reading,
        socket.create_connection((internet.host(host), 80)),
    ):
        waiting.sendall(b"GET / HTTP/1.1\r\n\r\n")
        reading.sendall(b"GET /endless HTTP/1.1\r\n\r\n")
        assert reading.recv(8) == b"HTTP/1.1"
        started = time.monotonic()
        internet.stop()
        assert time.monotonic() - started < 1
