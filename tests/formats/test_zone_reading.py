"""Zone text read back: our own fragments, and whatever stands in somebody's zone."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autoconfig.errors import DomainNeeded, FormatError
from autoconfig.formats import zone, zone_reading
from autoconfig.formats.zone import ServiceHost
from autoconfig.model import (
    AnyServer,
    Authentication,
    Provider,
    ServerType,
    SocketType,
    TcpServer,
    UrlServer,
)
from tests.formats.minimal import IMAP, PROVIDER, SMTP
from tests.strategies import mutated

NUMBER = "'192.0.2.1' is a number, not a domain name."
HOST = ServiceHost(name="settings.example.net")
CALDAV = UrlServer(
    type=ServerType.CALDAV,
    url="https://dav.example.com/cal/",
    authentication=(Authentication.HTTP_BASIC,),
    username="%EMAILADDRESS%",
)
SIEVE = replace(
    IMAP,
    type=ServerType.MANAGESIEVE,
    hostname="sieve.example.com",
    port=4190,
    socket_type=SocketType.STARTTLS,
)
WHOLE = replace(
    PROVIDER,
    display_name="example.com",
    short_name="example.com",
    incoming=(
        IMAP,
        replace(IMAP, hostname="spare.example.com"),
        replace(IMAP, port=143, socket_type=SocketType.STARTTLS),
        replace(IMAP, type=ServerType.POP3, port=995),
        UrlServer(
            type=ServerType.JMAP,
            url="https://jmap.example.com:8443/.well-known/jmap",
            authentication=(Authentication.HTTP_BASIC,),
            username="%EMAILADDRESS%",
        ),
    ),
    outgoing=(SMTP, replace(SMTP, port=587, socket_type=SocketType.STARTTLS)),
    other=(SIEVE, CALDAV, replace(CALDAV, type=ServerType.CARDDAV, url="https://dav.example.com:444/c/")),
)
"""Everything that records can say, in the order in which they say it."""


def plan(provider: Provider = WHOLE) -> tuple[zone.DnsRecord, ...]:
    return zone.plan(provider, "example.com", HOST, ["v=UAAC1; a=sha256; d=x"])


def servers(text: str, domain: str | None = None) -> tuple[AnyServer, ...]:
    return zone_reading.parse(text.encode(), domain).provider.servers


def refusal(text: str | bytes, domain: str | None = None) -> tuple[str, int | None]:
    with pytest.raises(FormatError) as refused:
        zone_reading.parse(text.encode() if isinstance(text, str) else text, domain)
    return str(refused.value), refused.value.line


def test_our_own_fragment_reads_back_whole_and_without_a_remark() -> None:
    parsed = zone_reading.parse(zone.render("example.com", plan()).encode())
    assert (parsed.provider, parsed.remarks) == (WHOLE, ())


def test_our_own_json_reads_back_whole() -> None:
    content = {"domain": "example.com", "records": [record.as_dict() for record in plan()]}
    assert zone_reading.parse_json(json.dumps(content).encode()).provider == WHOLE


def test_of_several_plans_in_one_json_the_domain_tells_which() -> None:
    both = [
        {"domain": name, "records": [record.as_dict() for record in zone.plan(PROVIDER, name, HOST)]}
        for name in ("one.example", "two.example")
    ]
    data = json.dumps(both).encode()
    assert zone_reading.parse_json(data, "two.example").provider.id == "two.example"
    with pytest.raises(DomainNeeded) as needed:
        zone_reading.parse_json(data)
    assert str(needed.value) == "The records are about several domains, such as one.example and two.example."


@pytest.mark.parametrize(
    "text",
    [
        "_imaps._tcp.example.com. 3600 IN SRV 0 1 993 imap.example.com.",
        "_imaps._tcp.example.com. SRV 0 1 993 imap.example.com.",
        "_IMAPS._TCP.Example.COM. IN 60 SRV 0 1 993 IMAP.Example.COM.",
        "_imaps._tcp.example.com. SRV ( 0 1 ; priority and weight\n 993 imap.example.com. )",
        "$ORIGIN example.com.\n$TTL 1h\n_imaps._tcp SRV 0 1 993 imap\n",
        "\ufeff_imaps._tcp.example.com. SRV 0 1 993 imap.example.com.\r\n",
        "_imap._tcp.example.com. SRV 0 1 993 imap.example.com.",
    ],
)
def test_a_record_is_read_however_it_is_written(text: str) -> None:
    assert servers(text) == (IMAP,)


def test_names_without_a_dot_are_completed_by_the_domain() -> None:
    assert servers("_imaps._tcp SRV 0 1 993 imap", "example.com") == (IMAP,)
    with pytest.raises(DomainNeeded) as needed:
        servers("_imaps._tcp SRV 0 1 993 imap")
    assert str(needed.value) == "The records do not say whose they are."


def test_the_lowest_priority_is_first_and_the_greatest_weight_among_equals() -> None:
    text = "".join(
        f"_imaps._tcp.example.com. SRV {priority} {weight} 993 {host}.example.com.\n"
        for priority, weight, host in [(20, 1, "c"), (10, 1, "b"), (10, 9, "a")]
    )
    hosts = [server.hostname for server in servers(text) if isinstance(server, TcpServer)]
    assert hosts == ["a.example.com", "b.example.com", "c.example.com"]


def test_without_a_path_the_well_known_one_is_meant() -> None:
    (server,) = servers("_caldavs._tcp.example.com. SRV 0 1 443 dav.example.com.")
    assert server == replace(CALDAV, url="https://dav.example.com/.well-known/caldav")


def test_records_about_anything_else_are_counted() -> None:
    text = "example.com. MX 10 mx\nexample.com. TXT x\nexample.com. TXT y\n" + zone.render(
        "example.com", plan()
    )
    parsed = zone_reading.parse(text.encode())
    assert parsed.provider == WHOLE
    assert [remark.message for remark in parsed.remarks] == [
        "3 other records say nothing about mail settings."
    ]


def test_a_target_that_is_no_host_is_left_out_with_a_remark() -> None:
    text = "_imaps._tcp.example.com. SRV 1 1 993 imap.example.com.\n"
    text += "_imaps._tcp.example.com. SRV 0 1 993 192.0.2.1.\n"
    parsed = zone_reading.parse(text.encode())
    assert parsed.provider.servers == (IMAP,)
    assert [str(remark) for remark in parsed.remarks] == [
        "_imaps._tcp: Left out: '192.0.2.1' is a number, not a domain name. (value '192.0.2.1')"
    ]


@pytest.mark.parametrize(
    ("text", "sentence", "line"),
    [
        ("", "No record names a server of any domain.", None),
        ("example.com. MX 10 mx.example.com.", "No record names a server of any domain.", None),
        ("_imaps._tcp.example.com. SRV 0 0 0 .", "No record names a usable server of example.com.", None),
        (
            "; nothing\n$INCLUDE /etc/passwd\n",
            "Not a zone: zone file directive '$INCLUDE' is not allowed.",
            2,
        ),
        ("$GENERATE 1-9 a$ A 1.2.3.4", "Not a zone: zone file directive '$GENERATE' is not allowed.", 1),
        ("a. IN HAM x\n", "Not a zone: unknown rdatatype 'HAM'.", 1),
        ("a. SRV 0 1 99999 b.\n", "Not a zone: 99999 is not an unsigned 16-bit integer.", 1),
        (b"\n\n\xff", "The zone is not UTF-8.", 3),
        (b" " * (zone_reading.MAX_BYTES + 1), "The zone is larger than 4194304 bytes.", None),
        (
            "_imaps._tcp.example.com. SRV 0 1 993 192.0.2.1.",
            f"No record names a usable server of example.com. First: Left out: {NUMBER}",
            None,
        ),
    ],
)
def test_what_names_no_server_is_refused(text: str | bytes, sentence: str, line: int | None) -> None:
    assert refusal(text) == (sentence, line)


def test_a_domain_without_records_is_refused() -> None:
    text = zone.render("example.com", plan())
    assert refusal(text, "other.example") == ("No record names a usable server of other.example.", None)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("[", "Not JSON that can be read."),
        ("[" * 100_000, "Not JSON that can be read."),
        ("[]", "There are no records in this JSON."),
        ('{"records": 1}', "There are no records in this JSON."),
        ('{"records": [1]}', "A record has no name, type and value, each a text on one line."),
        (
            '{"records": [{"name": "a", "type": "A"}]}',
            "A record has no name, type and value, each a text on one line.",
        ),
        (
            '{"records": [{"name": "a", "type": "TXT", "value": "x\\n$INCLUDE y"}]}',
            "A record has no name, type and value, each a text on one line.",
        ),
        (
            '{"records": [{"name": "$INCLUDE", "type": "a", "value": "b"}]}',
            "Not a zone: zone file directive '$INCLUDE' is not allowed.",
        ),
    ],
)
def test_json_that_is_no_plan_is_refused(content: str, sentence: str) -> None:
    with pytest.raises(FormatError) as refused:
        zone_reading.parse_json(content.encode())
    assert str(refused.value) == sentence


@settings(deadline=None)
@given(mutated(zone.render("example.com", plan()).encode()) | st.binary(max_size=60))
def test_any_bytes_are_a_provider_or_refused(data: bytes) -> None:
    try:
        assert zone_reading.parse(data).provider.servers
    except FormatError:
        return
