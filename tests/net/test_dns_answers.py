"""What the messages of name servers mean: records, nothing there, or no answer. On no network."""

from __future__ import annotations

import itertools

import pytest

from autoconfig.errors import LookupFailed
from autoconfig.net.records import Answer, Mx, Srv
from tests.net.servers import FIRST, NXDOMAIN, SOA, STRANGER, Says, Servers, says
from tests.resolver.clock import run

NAME = "example.com"


def look_up(answer: Says, kind: str, name: str = NAME) -> Answer:
    return run(Servers({NAME: answer}).dns().look_up(name, kind))


def failure(servers: Servers, name: str = NAME, kind: str = "A") -> str:
    with pytest.raises(LookupFailed) as caught:
        run(servers.dns().look_up(name, kind))
    assert not caught.value.unreachable
    return str(caught.value)


@pytest.mark.parametrize(
    ("kind", "data", "record"),
    [
        ("A", "192.0.2.7", "192.0.2.7"),
        ("AAAA", "2001:DB8:0::7", "2001:db8::7"),
        ("MX", "10 MX1.Example.NET.", Mx(10, "mx1.example.net")),
        ("MX", "0 .", Mx(0, ".")),
        ("SRV", "0 5 993 Imap.example.com.", Srv(0, 5, 993, "imap.example.com")),
        ("SRV", "0 0 0 .", Srv(0, 0, 0, ".")),
        ("TXT", '"v=spf1 -all"', "v=spf1 -all"),
        ("TXT", '"v=UAAC1; a=sha256; d=abc" "def" "="', "v=UAAC1; a=sha256; d=abcdef="),
        ("TXT", '""', ""),
        ("TXT", r'"gr\195\188n"', "grün"),
        ("TXT", r'"not \255 UTF-8"', "not \ufffd UTF-8"),
    ],
)
def test_a_record_becomes_a_plain_value(kind: str, data: str, record: object) -> None:
    assert look_up(says(f"{NAME}. 300 IN {kind} {data}"), kind).records == (record,)


def test_a_character_string_cut_inside_a_letter_is_joined_before_it_is_read() -> None:
    answer = look_up(says(f'{NAME}. 300 IN TXT "gr\\195" "\\188n"'), "TXT")
    assert answer.records == ("grün",)


def test_every_record_of_a_name_is_given() -> None:
    answer = look_up(says(f"{NAME}. 300 IN MX 10 a.", f"{NAME}. 300 IN MX 20 b."), "MX")
    assert set(answer.records) == {Mx(10, "a"), Mx(20, "b")}


def test_the_answer_says_what_was_asked() -> None:
    answer = look_up(says(f"{NAME}. 300 IN A 192.0.2.7"), "A")
    assert answer == Answer(name=NAME, kind="A", records=("192.0.2.7",), canonical=NAME, ttl=300.0)


def test_records_of_other_names_and_types_in_an_answer_are_ignored() -> None:
    answer = look_up(says("elsewhere.org. 300 IN A 192.0.2.9", f"{NAME}. 300 IN MX 10 a."), "A")
    assert (answer.records, answer.absent) == ((), "no A record")


def test_a_name_that_does_not_exist_is_an_answer() -> None:
    answer = look_up(NXDOMAIN, "A")
    assert (answer.records, answer.absent) == ((), "NXDOMAIN")


def test_a_name_without_such_a_record_is_an_answer() -> None:
    answer = look_up(Says(authority=[SOA.format(zone=NAME, ttl=900, minimum=60)]), "MX")
    assert (answer.records, answer.absent) == ((), "no MX record")


@pytest.mark.parametrize("rcode", ["SERVFAIL", "REFUSED", "FORMERR", "NOTIMP"])
def test_an_error_code_is_no_answer(rcode: str) -> None:
    assert failure(Servers({NAME: Says(rcode=rcode)})) == f"The name server 192.0.2.1 says {rcode}."


def test_a_lame_name_server_gives_no_answer() -> None:
    servers = Servers({NAME: Says(flags="")})
    assert failure(servers) == "The name server 192.0.2.1 says nothing about it (lame)."


def test_a_referral_is_no_answer() -> None:
    servers = Servers({NAME: Says(flags="", authority=[f"{NAME}. 300 IN NS ns.{NAME}."])})
    assert failure(servers) == "The name server 192.0.2.1 says nothing about it (lame)."


def test_a_lame_nxdomain_is_no_answer() -> None:
    servers = Servers({NAME: Says(rcode="NXDOMAIN", flags="")})
    assert failure(servers) == "The name server 192.0.2.1 says nothing about it (lame)."


def test_an_authoritative_server_may_say_that_there_is_nothing() -> None:
    assert look_up(Says(rcode="NXDOMAIN", flags="AA"), "A").absent == "NXDOMAIN"


@pytest.mark.parametrize("name", ["", "a..b", f"{'x' * 64}.com", ".".join(["x" * 60] * 5), "größe.de"])
def test_what_is_no_name_is_not_asked(name: str) -> None:
    servers = Servers({})
    assert failure(servers, name) == f"{name[:80]!r} cannot be asked for."
    assert servers.asked == []


# CNAME records


def test_an_alias_inside_the_answer_is_followed_without_asking_again() -> None:
    servers = Servers({NAME: says(f"{NAME}. 300 IN CNAME www.cdn.net.", "www.cdn.net. 60 IN A 192.0.2.7")})
    answer = run(servers.dns().look_up(NAME, "A"))
    assert (answer.name, answer.canonical, answer.records) == (NAME, "www.cdn.net", ("192.0.2.7",))
    assert servers.asked == [(NAME, "A")]


def test_an_alias_out_of_the_zone_is_asked_for() -> None:
    servers = Servers(
        {
            NAME: says(f"{NAME}. 300 IN CNAME www.cdn.net."),
            "www.cdn.net": says("www.cdn.net. 60 IN A 192.0.2.7"),
        }
    )
    answer = run(servers.dns().look_up(NAME, "A"))
    assert (answer.name, answer.canonical, answer.records) == (NAME, "www.cdn.net", ("192.0.2.7",))
    assert servers.asked == [(NAME, "A"), ("www.cdn.net", "A")]


def test_an_alias_whose_target_does_not_exist_leads_nowhere() -> None:
    records = [f"{NAME}. 300 IN CNAME gone.cdn.net."]
    answer = look_up(Says(records, "NXDOMAIN", NXDOMAIN.authority), "A")
    assert (answer.canonical, answer.absent) == ("gone.cdn.net", "NXDOMAIN")


def test_an_alias_whose_target_has_no_such_record_leads_nowhere() -> None:
    soa = SOA.format(zone="cdn.net", ttl=900, minimum=60)
    answer = look_up(Says([f"{NAME}. 300 IN CNAME www.cdn.net."], authority=[soa]), "MX")
    assert (answer.canonical, answer.absent) == ("www.cdn.net", "no MX record")


def _chain(length: int) -> dict[str, Says]:
    """So many CNAME records, each in a zone of its own, and an address at the end."""
    names = [NAME, *(f"hop{number}.net" for number in range(1, length + 1))]
    chain = {alias: says(f"{alias}. 300 IN CNAME {target}.") for alias, target in itertools.pairwise(names)}
    return chain | {names[-1]: says(f"{names[-1]}. 300 IN A 192.0.2.7")}


def test_a_chain_of_eight_aliases_is_followed() -> None:
    answer = run(Servers(_chain(8)).dns().look_up(NAME, "A"))
    assert (answer.canonical, answer.records) == ("hop8.net", ("192.0.2.7",))


def test_a_chain_of_nine_aliases_is_not_followed() -> None:
    assert failure(Servers(_chain(9))) == f"{NAME} leads through more than 8 CNAME records."


def test_aliases_that_lead_round_in_a_circle_are_given_up() -> None:
    servers = Servers(
        {NAME: says(f"{NAME}. 300 IN CNAME b.net."), "b.net": says(f"b.net. 300 IN CNAME {NAME}.")}
    )
    assert failure(servers) == f"{NAME} leads through more than 8 CNAME records."


def test_aliases_in_a_circle_inside_one_answer_are_given_up() -> None:
    circle = says(f"{NAME}. 300 IN CNAME b.net.", f"b.net. 300 IN CNAME {NAME}.")
    servers = Servers({NAME: circle})
    assert failure(servers) == f"{NAME} leads through more than 16 CNAME records."
    assert len(servers.asked) == 1


@pytest.mark.parametrize("length", [9, 16])
def test_a_long_chain_inside_one_answer_is_followed_for_nobody_is_asked(length: int) -> None:
    records = [record for answer in _chain(length).values() for record in answer.records]
    servers = Servers({NAME: Says(records)})
    assert run(servers.dns().look_up(NAME, "A")).canonical == f"hop{length}.net"
    assert len(servers.asked) == 1


def test_an_endless_chain_inside_one_answer_is_given_up() -> None:
    records = [record for answer in _chain(17).values() for record in answer.records]
    servers = Servers({NAME: Says(records)})
    assert failure(servers) == f"{NAME} leads through more than 16 CNAME records."


# DNSSEC


def test_the_ad_bit_of_a_trusted_server_counts() -> None:
    answer = look_up(says(f"{NAME}. 300 IN A 192.0.2.7", flags="RA AD"), "A")
    assert answer.authenticated is True


def test_without_the_ad_bit_nothing_is_proven() -> None:
    assert look_up(says(f"{NAME}. 300 IN A 192.0.2.7"), "A").authenticated is False


def test_the_ad_bit_of_anybody_else_does_not_count() -> None:
    servers = Servers({NAME: says(f"{NAME}. 300 IN A 192.0.2.7", flags="RA AD")})
    answer = run(servers.dns(STRANGER).look_up(NAME, "A"))
    assert answer.authenticated is False


def test_that_there_is_nothing_can_be_proven_too() -> None:
    answer = look_up(Says(rcode="NXDOMAIN", authority=NXDOMAIN.authority, flags="RA AD"), "A")
    assert answer.authenticated is True


@pytest.mark.parametrize("unproven", [0, 1])
def test_an_alias_asked_for_again_is_proven_only_as_a_whole(unproven: int) -> None:
    flags = ["RA AD", "RA AD"]
    flags[unproven] = "RA"
    servers = Servers(
        {
            NAME: says(f"{NAME}. 300 IN CNAME www.cdn.net.", flags=flags[0]),
            "www.cdn.net": says("www.cdn.net. 60 IN A 192.0.2.7", flags=flags[1]),
        }
    )
    assert run(servers.dns(FIRST).look_up(NAME, "A")).authenticated is False
