"""The DNS over real sockets: Knot's answers, and name servers that are wrong in every way."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

import pytest

from autoconfig.errors import LookupFailed
from autoconfig.net.dns import Dns
from autoconfig.net.records import Mx, Srv
from autoconfig.net.transport import NameServer
from tests.internet.names import Question
from tests.net.way import SECONDS

if TYPE_CHECKING:
    from tests.internet import Internet
    from tests.net.way import Opened, Way

pytestmark = pytest.mark.real


@pytest.fixture
def domain(internet: Internet) -> str:
    """A domain with an MX record."""
    name = internet.domain()
    internet.zone(name, "@ MX 10 mx")
    return name


def failure(way: Way, name: str, kind: str, *name_servers: str) -> LookupFailed:
    with pytest.raises(LookupFailed) as caught:
        way.look_up(name, kind, *name_servers, try_timeout=0.3)
    return caught.value


def test_records_of_every_type_come_from_a_real_server(internet: Internet, way: Way) -> None:
    domain = internet.domain()
    internet.zone(
        domain,
        """
        @            MX   10 mx
        @            TXT  "v=UAAC1; a=sha256; " "d=abc="
        mx           A    127.66.0.9
        mx           AAAA 2001:db8::9
        _imaps._tcp  SRV  0 1 993 mx
        """,
    )

    async def look(net: Opened) -> list[tuple[object, ...]]:
        dns = net.dns
        looks = [
            dns.look_up(name, kind)
            for name, kind in (
                *((domain, "MX"), (domain, "TXT"), (f"mx.{domain}", "A"), (f"mx.{domain}", "AAAA")),
                (f"_imaps._tcp.{domain}", "SRV"),
            )
        ]
        return [answer.records for answer in await asyncio.gather(*looks)]

    assert way.run(look) == [
        (Mx(10, f"mx.{domain}"),),
        ("v=UAAC1; a=sha256; d=abc=",),
        ("127.66.0.9",),
        ("2001:db8::9",),
        (Srv(0, 1, 993, f"mx.{domain}"),),
    ]


def test_knot_itself_says_nxdomain_with_its_negative_ttl(internet: Internet, way: Way, domain: str) -> None:
    answer = way.look_up(f"none.{domain}", "A", internet.direct_dns)
    assert (answer.absent, answer.ttl) == ("NXDOMAIN", 60.0)


def test_knot_itself_says_that_there_is_no_such_record(internet: Internet, way: Way, domain: str) -> None:
    answer = way.look_up(domain, "TXT", internet.direct_dns)
    assert (answer.absent, answer.ttl) == ("no TXT record", 60.0)


def test_knot_follows_aliases_inside_its_zone(internet: Internet, way: Way) -> None:
    domain = internet.domain()
    hops = "\n".join(f"hop{number} CNAME hop{number + 1}" for number in range(10))
    internet.zone(domain, f"{hops}\nhop10 A 127.66.0.9")
    answer = way.look_up(f"hop0.{domain}", "A")
    assert (answer.canonical, answer.records) == (f"hop10.{domain}", ("127.66.0.9",))
    assert [question.name for question in internet.questions(domain)] == [f"hop0.{domain}", f"hop5.{domain}"]


@pytest.mark.parametrize(
    ("twist", "reason", "unreachable"),
    [
        ("servfail", "says SERVFAIL", False),
        ("refused", "says REFUSED", False),
        ("lame", "says nothing about it (lame)", False),
        ("garbage", "is silent", True),
        ("silent", "is silent", True),
        ("wrong-id", "is silent", True),
        ("wrong-question", "is silent", True),
    ],
)
def test_a_bad_name_server_gives_no_answer(
    internet: Internet, way: Way, domain: str, twist: str, reason: str, unreachable: bool
) -> None:
    server = internet.name_server(twist)
    error = failure(way, domain, "MX", server.address)
    name = server.address.removesuffix(":53")
    assert (str(error), error.unreachable) == (f"The name server {name} {reason}.", unreachable)


@pytest.mark.parametrize(
    "twist", ["servfail", "refused", "lame", "silent", "wrong-id", "wrong-question", "garbage"]
)
def test_the_next_name_server_makes_up_for_a_bad_one(
    internet: Internet, way: Way, domain: str, twist: str
) -> None:
    bad = internet.name_server(twist).address
    answer = way.look_up(domain, "MX", bad, internet.dns, try_timeout=0.6)
    assert answer.records == (Mx(10, f"mx.{domain}"),)


def test_a_name_server_that_does_not_run_is_unreachable(internet: Internet, way: Way, domain: str) -> None:
    error = failure(way, domain, "MX", internet.no_name_server())
    assert (str(error), error.unreachable) == (
        "The name server cannot be reached: connection refused.",
        True,
    )


def test_nobody_waits_for_a_name_server_that_does_not_run(internet: Internet, way: Way, domain: str) -> None:
    started = time.monotonic()
    assert way.look_up(domain, "MX", internet.no_name_server(), internet.dns).records
    assert time.monotonic() - started < SECONDS / 2


# UDP and TCP


def test_a_cut_answer_is_asked_for_again_over_tcp(internet: Internet, way: Way, domain: str) -> None:
    server = internet.name_server("truncated")
    assert way.look_up(domain, "MX", server.address).records == (Mx(10, f"mx.{domain}"),)
    assert server.questions == [Question(domain, "MX", "udp"), Question(domain, "MX", "tcp")]


def test_an_answer_too_large_for_udp_comes_over_tcp(internet: Internet, way: Way) -> None:
    domain = internet.domain()
    internet.zone(domain, "\n".join(f'@ TXT "{number}{"x" * 200}"' for number in range(30)))
    answer = way.look_up(domain, "TXT", internet.direct_dns)
    assert {str(record).strip("x") for record in answer.records} == {str(number) for number in range(30)}


def test_a_cut_answer_without_tcp_is_no_answer(internet: Internet, way: Way, domain: str) -> None:
    error = failure(way, domain, "MX", internet.name_server("truncated-only").address)
    assert str(error) == "The name server broke off over TCP (IncompleteReadError)."


def test_a_name_server_that_speaks_tcp_only_is_heard(internet: Internet, way: Way, domain: str) -> None:
    server = internet.name_server("tcp-only")
    assert way.look_up(domain, "MX", server.address, try_timeout=0.5).records == (Mx(10, f"mx.{domain}"),)


def test_a_name_server_that_speaks_udp_only_is_enough(internet: Internet, way: Way, domain: str) -> None:
    server = internet.name_server("udp-only")
    assert way.look_up(domain, "MX", server.address).records == (Mx(10, f"mx.{domain}"),)
    assert server.questions == [Question(domain, "MX", "udp")]


# DNSSEC


def test_the_ad_bit_of_a_configured_server_counts(internet: Internet, way: Way, domain: str) -> None:
    server = internet.name_server("authenticated")
    assert way.look_up(domain, "MX", server.address).authenticated is True


def test_without_the_ad_bit_an_answer_is_not_proven(internet: Internet, way: Way, domain: str) -> None:
    assert way.look_up(domain, "MX").authenticated is False


def test_the_ad_bit_of_an_untrusted_server_does_not_count(internet: Internet, domain: str) -> None:
    server = internet.name_server("authenticated").address
    untrusted = NameServer(server.removesuffix(":53"), trusted=False)
    assert asyncio.run(Dns((untrusted,)).look_up(domain, "MX")).authenticated is False
