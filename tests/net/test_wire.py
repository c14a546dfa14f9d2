"""DNS messages by hand, held against dnspython; whatever bytes arrive, nothing is worse than LookupFailed."""

from __future__ import annotations

import contextlib

import dns.flags
import dns.message
import dns.name
import dns.rdatatype
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autoconfig.errors import LookupFailed
from autoconfig.net.answers import MAX_TTL, NEGATIVE_TTL, read
from autoconfig.net.wire import KINDS, PAYLOAD, Query, answers, query_for, read_negative
from tests.net.servers import FIRST, SOA, Says, says

NAME = "example.com"

labels = st.from_regex(r"[a-z0-9_]([a-z0-9_-]{0,20}[a-z0-9_])?", fullmatch=True)
names = st.lists(labels, min_size=1, max_size=6).map(".".join)
kinds = st.sampled_from(sorted(KINDS))


@settings(deadline=None)
@given(names, kinds)
def test_a_question_reads_as_dnspython_reads_it(name: str, kind: str) -> None:
    query = query_for(name, kind)
    message = dns.message.from_wire(query.wire)
    (question,) = message.question
    assert question.name == dns.name.from_text(name)
    assert question.rdtype == dns.rdatatype.from_text(kind)
    assert message.id == query.number
    assert message.flags == dns.flags.RD | dns.flags.AD
    assert (message.edns, message.payload, message.ednsflags) == (0, PAYLOAD, 0)


def test_ids_of_questions_are_not_to_be_guessed() -> None:
    assert len({query_for(NAME, "A").number for _ in range(200)}) > 190


def test_the_id_can_be_chosen() -> None:
    assert query_for(NAME, "A", number=0).wire[:2] == b"\0\0"


@settings(deadline=None)
@given(names, kinds)
def test_an_answer_repeats_the_question_in_whatever_case(name: str, kind: str) -> None:
    query = query_for(name, kind)
    message = dns.message.make_response(dns.message.from_wire(query.wire))
    assert answers(query, message.to_wire())
    shouted = dns.message.make_query(name.upper(), kind, id=query.number)
    assert answers(query, dns.message.make_response(shouted).to_wire())


def _response(query: Query) -> bytearray:
    return bytearray(Says().wire(query))


@pytest.mark.parametrize("place", [0, 1, 13, 14], ids=["id", "id", "name", "name"])
def test_a_message_that_differs_in_id_or_name_answers_something_else(place: int) -> None:
    query = query_for(NAME, "A")
    wire = _response(query)
    wire[place] ^= 0x01
    assert not answers(query, bytes(wire))


def test_a_message_about_another_type_answers_something_else() -> None:
    query = query_for(NAME, "A")
    other = query_for(NAME, "MX", number=query.number)
    assert not answers(query, bytes(_response(other)))


def test_a_question_is_no_answer() -> None:
    query = query_for(NAME, "A")
    assert not answers(query, query.wire)


def test_a_message_with_two_questions_answers_something_else() -> None:
    query = query_for(NAME, "A")
    wire = _response(query)
    wire[5] = 2
    assert not answers(query, bytes(wire))


@pytest.mark.parametrize(
    ("rcode", "counts"), [(0, False), (1, True), (2, True), (3, False), (4, True), (5, True)]
)
def test_only_an_error_may_leave_the_question_out(rcode: int, counts: bool) -> None:
    query = query_for(NAME, "A", number=7)
    assert answers(query, bytes((0, 7, 0x81, 0x80 | rcode)) + bytes(8)) is counts
    assert not answers(query, bytes((0, 8, 0x81, 0x80 | rcode)) + bytes(8))


ttls = st.integers(0, 2**31 - 1)


@settings(deadline=None)
@given(st.sampled_from(["NOERROR", "NXDOMAIN"]), ttls, ttls, names, st.booleans(), st.booleans())
def test_nothing_there_reads_as_dnspython_reads_it(
    rcode: str, ttl: int, minimum: int, zone: str, has_soa: bool, has_ns: bool
) -> None:
    authority = [f"{zone}. 300 IN NS ns.{zone}."] if has_ns else []
    authority += [SOA.format(zone=zone, ttl=ttl, minimum=minimum)] if has_soa else []
    query = query_for(NAME, "A")
    answer = read(query, Says((), rcode, authority).wire(query), FIRST)
    assert answer.absent == ("NXDOMAIN" if rcode == "NXDOMAIN" else "no A record")
    assert answer.ttl == (min(ttl, minimum, MAX_TTL) if has_soa else NEGATIVE_TTL)


def test_a_cut_authority_section_is_not_read_by_hand() -> None:
    query = query_for(NAME, "A")
    wire = Says(authority=[SOA.format(zone="com", ttl=900, minimum=60)]).wire(query)
    assert read_negative(query, wire[:-14]) is None


def test_a_name_that_points_to_itself_ends() -> None:
    query = query_for(NAME, "A")
    wire = _response(query)
    wire[9] = 1  # one record in the authority section, whose name is this:
    place = len(wire) - 11  # the OPT record is overwritten
    wire[place:] = bytes((0xC0, place)) + b"\0\x06\0\x01\0\0\0\x05\0\0"
    with contextlib.suppress(LookupFailed):
        assert read(query, bytes(wire), FIRST).ttl == NEGATIVE_TTL


def test_a_cut_answer_is_no_answer_when_it_comes_as_the_last_word() -> None:
    query = query_for(NAME, "A")
    with pytest.raises(LookupFailed, match=r"^The name server 192\.0\.2\.1 "):
        read(query, says(flags="RA TC").wire(query), FIRST)


@settings(deadline=None)
@given(st.binary(max_size=100))
def test_random_bytes_answer_nothing(data: bytes) -> None:
    assert not answers(query_for(NAME, "A"), data)


_GOOD = (
    Says([f"{NAME}. 300 IN A 192.0.2.7"]),
    Says([f"{NAME}. 300 IN CNAME www.cdn.net.", "www.cdn.net. 60 IN A 192.0.2.7"]),
    Says(rcode="NXDOMAIN", authority=[SOA.format(zone="com", ttl=900, minimum=60)]),
    Says([f"{NAME}. 300 IN TXT " + '"x" ' * 20]),
    Says([f"{NAME}. 300 IN SRV 0 1 993 imap.{NAME}.", f"{NAME}. 300 IN MX 10 mx.{NAME}."]),
)


@settings(deadline=None, max_examples=400)
@given(st.sampled_from(_GOOD), st.sampled_from(["A", "TXT", "SRV", "MX"]), st.data())
def test_a_broken_answer_is_read_or_refused_and_nothing_else(
    good: Says, kind: str, data: st.DataObject
) -> None:
    query = query_for(NAME, kind, number=7)
    wire = bytearray(good.wire(query))
    for _ in range(data.draw(st.integers(1, 4))):
        wire[data.draw(st.integers(2, len(wire) - 1))] = data.draw(st.integers(0, 255))
    broken = bytes(wire[: data.draw(st.integers(12, len(wire)))])
    if answers(query, broken):
        try:
            answer = read(query, broken, FIRST)
        except LookupFailed:
            return
        assert 0 <= answer.ttl <= MAX_TTL
        assert isinstance(answer.records, tuple)
        assert answer.records or answer.absent or answer.canonical
