"""The simulated DNS: what tests add is there, nothing else is, and each twist is wrong in its own way."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import dns.exception
import dns.flags
import dns.name
import dns.query
import dns.rcode
import pytest

from tests.internet import alternating, slow
from tests.internet.asking import ask, records
from tests.internet.twists import TWISTS, Question

if TYPE_CHECKING:
    from tests.internet import Internet

pytestmark = pytest.mark.real

MX = "@ MX 10 mx"


@pytest.fixture
def domain(internet: Internet) -> str:
    """A domain with an MX record."""
    name = internet.domain()
    internet.zone(name, MX)
    return name


def test_records_are_there_as_soon_as_they_are_added(internet: Internet) -> None:
    domain = internet.domain()
    internet.zone(
        domain,
        """
        @            MX  10 mx
        mx           A   127.66.0.9
        _imaps._tcp  60 IN SRV 0 1 993 mx
        @            TXT "v=spf1 -all"
        """,
    )
    assert records(ask(internet.dns, domain, "MX")) == [f"10 mx.{domain}."]
    assert records(ask(internet.dns, f"mx.{domain}")) == ["127.66.0.9"]
    assert records(ask(internet.dns, f"_imaps._tcp.{domain}", "SRV")) == [f"0 1 993 mx.{domain}."]
    assert records(ask(internet.dns, domain, "TXT")) == ['"v=spf1 -all"']


def test_records_may_be_added_later(internet: Internet, domain: str) -> None:
    assert ask(internet.dns, f"late.{domain}").rcode() == dns.rcode.NXDOMAIN
    internet.zone(domain, "late A 127.66.0.8")
    assert records(ask(internet.dns, f"late.{domain}")) == ["127.66.0.8"]


def test_records_can_be_taken_away_by_type(internet: Internet, domain: str) -> None:
    internet.zone(domain, "@ A 127.66.0.8")
    internet.unzone(domain, "MX")
    assert records(ask(internet.dns, domain, "MX")) == []
    assert records(ask(internet.dns, domain, "A")) == ["127.66.0.8"]


def test_a_name_can_be_taken_away(internet: Internet, domain: str) -> None:
    assert ask(internet.dns, domain, "MX").rcode() == dns.rcode.NOERROR
    internet.unzone(domain)
    assert ask(internet.dns, domain, "MX").rcode() == dns.rcode.NXDOMAIN


def test_a_changed_record_takes_the_place_of_the_old_one(internet: Internet, domain: str) -> None:
    internet.unzone(domain, "MX")
    internet.zone(domain, "@ MX 20 other")
    assert records(ask(internet.dns, domain, "MX")) == [f"20 other.{domain}."]


def test_an_alias_is_followed(internet: Internet, domain: str) -> None:
    internet.zone(domain, "alias CNAME mx\nmx A 127.66.0.7")
    assert records(ask(internet.dns, f"alias.{domain}")) == [f"mx.{domain}.", "127.66.0.7"]


def test_an_unknown_name_is_nxdomain_with_a_negative_ttl(internet: Internet) -> None:
    answer = ask(internet.dns, internet.domain())
    assert answer.rcode() == dns.rcode.NXDOMAIN
    assert [(rrset.rdtype.name, rrset.ttl, rrset[0].minimum) for rrset in answer.authority] == [
        ("SOA", 60, 60)
    ]


def test_a_type_that_a_name_lacks_is_an_empty_answer(internet: Internet, domain: str) -> None:
    answer = ask(internet.dns, domain, "TXT")
    assert (answer.rcode(), records(answer)) == (dns.rcode.NOERROR, [])


def test_the_answer_looks_like_that_of_a_recursive_resolver(internet: Internet, domain: str) -> None:
    flags = ask(internet.dns, domain, "MX").flags
    assert flags & dns.flags.RA
    assert not flags & (dns.flags.AA | dns.flags.AD)


def test_every_domain_is_another_one(internet: Internet) -> None:
    assert len({internet.domain() for _ in range(100)}) == 100


def test_a_domain_carries_the_suffix_asked_for(internet: Internet) -> None:
    label, _, suffix = internet.domain("co.uk").partition(".")
    assert suffix == "co.uk"
    assert os.environ.get("PYTEST_XDIST_WORKER", "gw0") in label


@pytest.mark.parametrize("records_text", ["@ NS ns", "@ SOA ns root 1 2 3 4 5", "@ CNAME elsewhere"])
def test_records_that_would_not_work_are_refused(internet: Internet, domain: str, records_text: str) -> None:
    with pytest.raises(ValueError, match=r"zone cuts are not simulated|a CNAME beside other records"):
        internet.zone(domain, records_text)


def test_a_refused_text_changes_nothing_of_the_name(internet: Internet, domain: str) -> None:
    with pytest.raises(ValueError, match="a CNAME beside other records"):
        internet.zone(domain, "@ CNAME elsewhere")
    internet.zone(domain, "@ A 127.66.0.9")
    assert records(ask(internet.dns, domain)) == ["127.66.0.9"]


def test_a_record_may_be_added_twice(internet: Internet, domain: str) -> None:
    internet.zone(domain, MX)
    assert records(ask(internet.dns, domain, "MX")) == [f"10 mx.{domain}."]


def test_records_that_are_not_there_cannot_be_taken_away(internet: Internet, domain: str) -> None:
    for name, kind in ((domain, "TXT"), (f"www.{domain}", None)):
        with pytest.raises(ValueError, match="to take away"):
            internet.unzone(name, kind)


def test_a_host_has_one_address_only(internet: Internet, domain: str) -> None:
    internet.zone(domain, "www A 127.66.0.9")
    with pytest.raises(ValueError, match="has an address already"):
        internet.host(f"www.{domain}")


def test_questions_are_remembered_in_order(internet: Internet, domain: str) -> None:
    ask(internet.dns, domain, "MX")
    ask(internet.dns, f"MX.{domain}", tcp=True)
    ask(internet.dns, f"x{domain}")
    assert internet.questions(domain) == [Question(domain, "MX", "udp"), Question(f"mx.{domain}", "A", "tcp")]


def test_knot_itself_can_be_asked(internet: Internet, domain: str) -> None:
    assert records(ask(internet.direct_dns, domain, "MX")) == [f"10 mx.{domain}."]


@pytest.mark.parametrize("twist", ["honest", "authenticated", "udp-only", "truncated", "tcp-only"])
def test_these_twists_answer_truly_in_the_end(internet: Internet, domain: str, twist: str) -> None:
    server = internet.name_server(twist).address
    tcp = twist in ("truncated", "tcp-only")
    assert records(ask(server, domain, "MX", tcp=tcp)) == [f"10 mx.{domain}."]


@pytest.mark.parametrize(("twist", "rcode"), [("servfail", "SERVFAIL"), ("refused", "REFUSED")])
@pytest.mark.parametrize("tcp", [False, True])
def test_an_error_is_an_error(internet: Internet, domain: str, twist: str, rcode: str, tcp: bool) -> None:
    answer = ask(internet.name_server(twist).address, domain, "MX", tcp=tcp)
    assert (answer.rcode().name, records(answer)) == (rcode, [])


def test_a_lame_server_knows_nothing(internet: Internet, domain: str) -> None:
    answer = ask(internet.name_server("lame").address, domain, "MX")
    assert (answer.rcode(), records(answer), answer.authority) == (dns.rcode.NOERROR, [], [])
    assert not answer.flags & (dns.flags.AA | dns.flags.RA)


@pytest.mark.parametrize("twist", ["truncated", "truncated-only"])
def test_a_truncated_answer_is_empty_and_says_so(internet: Internet, domain: str, twist: str) -> None:
    answer = ask(internet.name_server(twist).address, domain, "MX")
    assert answer.flags & dns.flags.TC
    assert records(answer) == []


@pytest.mark.parametrize("twist", ["truncated-only", "udp-only", "garbage-over-tcp"])
def test_these_give_nothing_over_tcp(internet: Internet, domain: str, twist: str) -> None:
    server = internet.name_server("garbage" if twist.startswith("garbage") else twist).address
    with pytest.raises((EOFError, dns.exception.DNSException)):
        ask(server, domain, "MX", tcp=True)


@pytest.mark.parametrize(("twist", "tcp"), [("silent", False), ("silent", True), ("tcp-only", False)])
def test_a_silent_server_says_nothing(internet: Internet, domain: str, twist: str, tcp: bool) -> None:
    server = internet.name_server(twist)
    with pytest.raises(dns.exception.Timeout):
        ask(server.address, domain, "MX", tcp=tcp, seconds=0.1)
    assert [question.name for question in server.questions] == [domain]


@pytest.mark.parametrize("twist", ["wrong-id", "wrong-question"])
def test_an_answer_to_another_question_is_none(internet: Internet, domain: str, twist: str) -> None:
    with pytest.raises(dns.query.BadResponse):
        ask(internet.name_server(twist).address, domain, "MX")


def test_garbage_cannot_be_read(internet: Internet, domain: str) -> None:
    with pytest.raises(dns.exception.DNSException):
        ask(internet.name_server("garbage").address, domain, "MX")


def test_the_ad_bit_is_set_for_who_asks_for_dnssec(internet: Internet, domain: str) -> None:
    server = internet.name_server("authenticated").address
    assert ask(server, domain, "MX").flags & dns.flags.AD
    assert not ask(internet.dns, domain, "MX").flags & dns.flags.AD


def test_the_ad_bit_is_cleared_for_who_does_not(internet: Internet, domain: str) -> None:
    host, _, port = internet.name_server("authenticated").address.partition(":")
    answer = dns.query.udp(dns.message.make_query(domain, "MX"), host, port=int(port), timeout=2)
    assert not answer.flags & dns.flags.AD


def test_a_slow_server_takes_its_time(internet: Internet, domain: str) -> None:
    server = internet.name_server(slow(0.1)).address
    started = time.monotonic()
    assert records(ask(server, domain, "MX")) == [f"10 mx.{domain}."]
    assert 0.1 <= time.monotonic() - started < 1


def test_a_rebinding_name_changes_its_address(internet: Internet, domain: str) -> None:
    server = internet.name_server(alternating(domain, ["127.66.0.9", "127.0.0.1"])).address
    answers = [ask(server, domain) for _ in range(3)]
    assert [records(answer) for answer in answers] == [["127.66.0.9"], ["127.0.0.1"], ["127.0.0.1"]]
    assert {answer.answer[0].ttl for answer in answers} == {0}


def test_a_twist_may_concern_one_name_and_type(internet: Internet, domain: str) -> None:
    internet.zone(domain, 'www A 127.66.0.9\nwww TXT "x"')
    server = internet.name_server("servfail", below=f"www.{domain}", types=["TXT"]).address
    assert ask(server, f"www.{domain}", "TXT").rcode() == dns.rcode.SERVFAIL
    assert records(ask(server, f"www.{domain}")) == ["127.66.0.9"]
    assert records(ask(server, domain, "MX")) == [f"10 mx.{domain}."]


def test_a_name_server_that_does_not_run_refuses(internet: Internet) -> None:
    with pytest.raises(ConnectionRefusedError):
        ask(internet.no_name_server(), "com", tcp=True)


def test_an_unknown_twist_is_a_mistake_of_the_test(internet: Internet) -> None:
    assert "servfail" in TWISTS
    with pytest.raises(KeyError):
        internet.name_server("sevrfail")
