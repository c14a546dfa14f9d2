"""A stranger's DNS, redirects and documents never make us connect to our own network."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from autoconfig.errors import FetchFailed
from autoconfig.net.connections import PinnedBackend
from autoconfig.net.guard import Guard
from tests.internet import alternating, redirect, xml
from tests.net.way import in_order

if TYPE_CHECKING:
    from tests.internet import Internet
    from tests.net.way import Opened, Way

pytestmark = pytest.mark.real

SPECIAL = {
    "127.0.0.1": "loopback",
    "10.0.0.1": "private",
    "192.168.1.1": "private",
    "169.254.169.254": "link-local",
    "100.64.0.1": "carrier-grade NAT",
    "168.63.129.16": "cloud metadata",
    "[::1]": "loopback",
    "[::ffff:169.254.169.254]": "link-local",
    "[fd00:ec2::254]": "private",
    "[64:ff9b::a9fe:a9fe]": "link-local",
}


@pytest.fixture
def secret(internet: Internet) -> str:
    """A host of our own network, with a web server that must never be asked."""
    host = f"intranet.{internet.domain()}"
    internet.site(host, {"*": xml("<secret/>")}, private=True)
    internet.site(host, {"*": xml("<secret/>")}, tls=None, private=True)
    return host


def test_a_name_with_a_private_address_is_refused(internet: Internet, way: Way, secret: str) -> None:
    error = way.failure(f"https://{secret}/")
    address = internet.host(secret)
    assert str(error) == f"{secret} has the address {address} (loopback), which is not asked."
    assert not error.unreachable
    assert internet.requests(secret) == []


@pytest.mark.parametrize("address", [address for address in SPECIAL if "[" not in address])
def test_a_name_with_a_special_address_is_refused(internet: Internet, way: Way, address: str) -> None:
    domain = internet.domain()
    internet.zone(domain, f"www A {address}")
    reason = f"www.{domain} has the address {address} ({SPECIAL[address]}), which is not asked."
    assert str(way.failure(f"https://www.{domain}/")) == reason


@pytest.mark.parametrize(("address", "kind"), SPECIAL.items())
def test_a_special_address_in_a_url_is_refused(way: Way, address: str, kind: str) -> None:
    error = str(way.failure(f"https://{address}/latest/meta-data/"))
    assert error.endswith(f" ({kind}), which is not asked.")


@pytest.mark.parametrize("address", ["2130706433", "0x7f.1", "0x7f000001", "0177.0.0.1", "127.1", "127.0.1"])
def test_an_odd_spelling_of_an_address_in_a_url_is_refused(way: Way, address: str) -> None:
    way.failure(f"https://{address}/")


@pytest.mark.parametrize(("address", "kind"), SPECIAL.items())
def test_a_redirect_to_a_special_address_is_refused(
    internet: Internet, way: Way, host: str, address: str, kind: str
) -> None:
    internet.site(host, {"*": redirect(f"https://{address}/latest/meta-data/")})
    error = str(way.failure(f"https://{host}/"))
    assert error.endswith(f" ({kind}), which is not asked.")


@pytest.mark.parametrize("allow_http", [False, True])
def test_the_classic_redirect_to_the_metadata_service_over_http_is_refused(
    internet: Internet, way: Way, host: str, allow_http: bool
) -> None:
    internet.site(host, {"*": redirect("http://169.254.169.254/latest/meta-data/")})
    error = way.failure(f"https://{host}/", allow_http=allow_http)
    assert str(error) == (f"{host} redirects from https to 'http://169.254.169.254/latest/meta-data/'.")


def test_that_redirect_from_http_is_refused_where_http_is_allowed(
    internet: Internet, way: Way, host: str
) -> None:
    internet.site(host, {"*": redirect("http://169.254.169.254/latest/meta-data/")}, tls=None)
    error = way.failure(f"http://{host}/", allow_http=True)
    assert str(error) == ("169.254.169.254 has the address 169.254.169.254 (link-local), which is not asked.")


def test_a_redirect_to_a_name_with_a_private_address_is_refused(
    internet: Internet, way: Way, host: str, secret: str
) -> None:
    internet.site(host, {"*": redirect(f"https://{secret}/")})
    assert "(loopback), which is not asked." in str(way.failure(f"https://{host}/"))
    assert internet.requests(secret) == []


def test_an_alias_to_a_name_with_a_private_address_is_refused(
    internet: Internet, way: Way, secret: str
) -> None:
    domain = internet.domain()
    internet.zone(domain, f"www CNAME {secret}.")
    assert "(loopback), which is not asked." in str(way.failure(f"https://www.{domain}/"))


# A name that changes between two look-ups (DNS rebinding)


@pytest.mark.parametrize("public_answers", [1, 2, 3])
def test_the_address_that_was_checked_is_the_one_that_is_connected_to(
    internet: Internet, way: Way, secret: str, public_answers: int
) -> None:
    """However many look-ups find a public address, no connection goes to the private one."""
    public = f"www.{internet.domain()}"
    internet.site(public, {"*": xml("<public/>")})
    name = f"www.{internet.domain()}"
    answers = [internet.host(public)] * public_answers + [internet.host(secret)]
    server = internet.name_server(alternating(name, answers)).address

    async def often(net: Opened) -> list[str]:
        reasons = []
        for _ in range(5):
            try:
                await net.http.get(f"http://{name}/", plain=True)
            except FetchFailed as error:
                reasons.append(str(error))
        return reasons

    reasons = way.run(often, name_servers=[server])
    assert len(reasons) == 5
    assert reasons[-1] == f"{name} has the address {internet.host(secret)} (loopback), which is not asked."
    assert internet.requests(secret) == []


def test_one_look_up_stands_behind_one_connection(internet: Internet, way: Way) -> None:
    """The connection itself asks once, and goes to what it got although the name has moved since."""
    public, elsewhere = f"www.{internet.domain()}", f"www.{internet.domain()}"
    site = internet.site(public, {"*": xml("<public/>")}, tls=None)
    other = internet.site(elsewhere, {"*": xml("<elsewhere/>")}, tls=None)
    name = f"www.{internet.domain()}"
    server = internet.name_server(alternating(name, [internet.host(public), internet.host(elsewhere)]))

    async def connect(net: Opened) -> str:
        stream = await PinnedBackend(net.connector).connect_tcp(name, 80)
        try:
            return str(stream.get_extra_info("server_addr")[0])
        finally:
            await stream.aclose()

    assert way.run(connect, name_servers=[server.address]) == internet.host(public)
    assert [question.type for question in server.questions] == ["A"]
    assert other.accepted == 0
    assert site.accepted <= 1


def test_a_host_with_a_private_and_a_public_address_is_asked_at_the_public_one(
    internet: Internet, way: Way, secret: str, host: str
) -> None:
    internet.site(host, {"*": xml("<public/>")})
    names = internet.name_server(in_order(host, internet.host(secret), internet.host(host))).address
    assert way.get(f"https://{host}/", name_servers=[names]).body == b"<public/>"
    assert internet.requests(secret) == []


# Several addresses


def test_an_address_that_refuses_is_made_good_by_the_next(internet: Internet, way: Way, host: str) -> None:
    internet.site(host, {"*": xml("<public/>")})
    dead = internet.refusing(f"dead.{internet.domain()}")
    names = internet.name_server(in_order(host, dead, internet.host(host))).address
    assert way.get(f"https://{host}/", name_servers=[names]).body == b"<public/>"


def test_an_address_whose_packets_get_lost_is_made_good_by_the_next(
    internet: Internet, way: Way, host: str
) -> None:
    lost = f"lost.{internet.domain()}"
    internet.dropping(lost)
    internet.site(host, {"*": xml("<public/>")})
    names = internet.name_server(in_order(host, internet.host(lost), internet.host(host))).address
    assert way.get(f"https://{host}/", name_servers=[names]).body == b"<public/>"


def test_where_no_address_answers_the_reason_is_said_once(internet: Internet, way: Way) -> None:
    domain = internet.domain()
    dead = [internet.host(f"dead{number}.{internet.domain()}") for number in range(2)]
    internet.zone(domain, "\n".join(f"www A {address}" for address in dead))
    error = way.failure(f"https://www.{domain}/")
    assert str(error) == f"www.{domain} cannot be reached: connection refused."


# What an operator allows


def test_with_private_networks_allowed_they_are_asked(internet: Internet, way: Way, secret: str) -> None:
    assert way.get(f"https://{secret}/", guard=Guard(allow_private=True)).body == b"<secret/>"


def test_with_one_network_allowed_others_are_not(
    internet: Internet, way: Way, secret: str, host: str
) -> None:
    internet.site(host, {"*": xml("<public/>")})
    guard = Guard(allowed=(internet.private,))
    assert way.get(f"https://{secret}/", guard=guard).body == b"<secret/>"
    assert "(loopback), which is not asked." in str(way.failure(f"https://{host}/", guard=guard))


def test_answers_that_were_kept_are_checked_as_well(internet: Internet, way: Way, secret: str) -> None:
    async def twice(net: Opened) -> list[bool]:
        refused = []
        for _ in range(2):
            try:
                await net.http.get(f"https://{secret}/")
            except FetchFailed as error:
                refused.append("which is not asked" in str(error))
        return refused

    assert way.run(twice) == [True, True]
    assert len(internet.questions(secret)) == 1
