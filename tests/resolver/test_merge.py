"""Many outcomes, one answer: the winner's mail servers, what others add, and what they contradict."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from autoconfig.model import (
    INCOMING_TYPES,
    Authentication,
    Provider,
    ServerType,
    SocketType,
    TcpServer,
    UrlServer,
)
from autoconfig.net.suffixes import to_confirm
from autoconfig.resolver.merge import Source, merge
from autoconfig.resolver.outcome import Found, Trust

if TYPE_CHECKING:
    from autoconfig.model import AnyServer
    from autoconfig.resolver.merge import Merged

_PORTS = {ServerType.IMAP: 993, ServerType.POP3: 995, ServerType.SMTP: 465, ServerType.MANAGESIEVE: 4190}


def server(kind: str, host: str = "a.example", *, port: int | None = None, socket: str = "SSL") -> AnyServer:
    """A server of a type: by host and port where that is how it is reached, else by URL."""
    server_type = ServerType(kind)
    if server_type not in _PORTS:
        return UrlServer(type=server_type, url=f"https://{host}/")
    return TcpServer(
        type=server_type,
        hostname=host,
        port=port or _PORTS[server_type],
        socket_type=SocketType(socket),
        authentication=(Authentication.PASSWORD_CLEARTEXT,),
    )


def source(method: str, *servers: AnyServer, adds: bool = False, trust: Trust = Trust.HTTPS) -> Source:
    provider = Provider(
        id=f"{method}.example",
        display_name=method,
        short_name=method,
        incoming=tuple(entry for entry in servers if entry.type in INCOMING_TYPES),
        outgoing=tuple(entry for entry in servers if entry.type is ServerType.SMTP),
        other=tuple(entry for entry in servers if entry.type not in {*INCOMING_TYPES, ServerType.SMTP}),
    )
    return Source(method=method, found=Found(provider=provider, source=method, trust=trust), adds=adds)


def said(merged: Merged) -> list[tuple[str, str, str]]:
    """Type, method and trust of every server."""
    entries = (*merged.incoming, *merged.outgoing, *merged.other)
    return [(str(entry.server.type), entry.method, str(entry.trust)) for entry in entries]


def test_the_winner_alone_is_the_answer() -> None:
    merged = merge([source("isp", server("imap"), server("smtp"), server("caldav"))])
    assert said(merged) == [
        ("imap", "isp", "https"),
        ("smtp", "isp", "https"),
        ("caldav", "isp", "https"),
    ]
    assert (merged.provider.display_name, merged.conflicts) == ("isp", ())


@pytest.mark.parametrize("kind", ["jmap", "ews", "activeSync", "caldav", "carddav", "webdav", "managesieve"])
def test_a_service_that_the_winner_does_not_name_is_added_with_its_own_method_and_trust(kind: str) -> None:
    winner = source("isp", server("imap"), server("smtp"))
    merged = merge([winner, source("srv", server(kind), adds=True, trust=Trust.DNS)])
    assert (kind, "srv", "dns") in said(merged)
    assert server(kind) in merged.provider.servers
    assert merged.conflicts == ()


@pytest.mark.parametrize("kind", ["imap", "pop3"])
def test_ways_to_read_mail_are_the_winners_alone(kind: str) -> None:
    first = "pop3" if kind == "imap" else "imap"
    merged = merge([source("isp", server(first)), source("srv", server(kind), adds=True)])
    assert [entry[0] for entry in said(merged)] == [first]


def test_a_kind_that_the_winner_names_is_not_added_again() -> None:
    winner = source("isp", server("imap"), server("caldav", "a.example"))
    merged = merge([winner, source("srv", server("caldav", "b.example"), adds=True)])
    assert said(merged) == [("imap", "isp", "https"), ("caldav", "isp", "https")]


def test_the_better_placed_of_two_that_add_wins() -> None:
    merged = merge(
        [
            source("isp", server("imap")),
            source("srv", server("caldav"), adds=True),
            source("autodiscover", server("caldav", "b.example"), server("ews"), adds=True),
        ]
    )
    assert said(merged)[1:] == [("ews", "autodiscover", "https"), ("caldav", "srv", "https")]


def test_a_method_that_does_not_add_adds_nothing() -> None:
    merged = merge([source("isp", server("imap")), source("ispdb", server("caldav"), server("jmap"))])
    assert said(merged) == [("imap", "isp", "https")]


def test_a_way_to_send_is_taken_from_the_next_where_the_winner_has_none() -> None:
    merged = merge(
        [
            source("isp", server("imap")),
            source("ispdb", server("imap"), server("smtp"), trust=Trust.HTTPS_OTHER),
            source("srv", server("smtp", "b.example"), adds=True),
        ]
    )
    assert said(merged) == [("imap", "isp", "https"), ("smtp", "ispdb", "https-other")]


def test_sources_that_agree_have_no_conflict() -> None:
    both = (server("imap"), server("smtp"))
    assert merge([source("isp", *both), source("srv", *both, adds=True)]).conflicts == ()


def test_one_common_server_is_agreement() -> None:
    both = (server("imap"), server("imap", port=143, socket="STARTTLS"))
    assert merge([source("isp", *both), source("srv", both[1])]).conflicts == ()
    assert merge([source("isp", both[0]), source("srv", *both)]).conflicts == ()


@pytest.mark.parametrize(
    "other",
    [
        server("imap", "b.example"),
        server("imap", port=9993),
        server("imap", socket="STARTTLS"),
    ],
    ids=["host", "port", "socket"],
)
def test_another_server_of_the_same_kind_is_a_conflict(other: AnyServer) -> None:
    merged = merge([source("isp", server("imap")), source("srv", other, trust=Trust.DNS)])
    (conflict,) = merged.conflicts
    assert (conflict.type, conflict.chosen.method, conflict.other.method) == ("imap", "isp", "srv")
    assert (conflict.other.server, conflict.other.trust) == (other, Trust.DNS)
    assert said(merged) == [("imap", "isp", "https")]


def test_another_login_name_is_no_conflict() -> None:
    """Methods that know no login names assume the address."""
    merged = merge([source("isp", server("caldav"), server("imap")), source("srv", server("caldav"))])
    assert merged.conflicts == ()


def test_a_slash_more_is_the_same_url() -> None:
    one, other = (
        UrlServer(type=ServerType.CALDAV, url=url)
        for url in ("https://a.example/dav", "https://a.example/dav/")
    )
    assert merge([source("isp", server("imap"), one), source("srv", other)]).conflicts == ()


def test_a_kind_that_only_the_other_names_is_no_conflict() -> None:
    assert merge([source("isp", server("imap")), source("ispdb", server("pop3"))]).conflicts == ()


def test_each_contradiction_is_listed_once_for_each_source() -> None:
    merged = merge(
        [
            source("isp", server("imap"), server("smtp")),
            source("ispdb", server("imap", "b.example"), server("smtp", "b.example")),
            source("srv", server("imap", "c.example"), adds=True),
        ]
    )
    assert [(conflict.type, conflict.other.method) for conflict in merged.conflicts] == [
        ("imap", "ispdb"),
        ("smtp", "ispdb"),
        ("imap", "srv"),
    ]


@pytest.mark.parametrize(
    ("hosts", "domain", "expected"),
    [
        (["imap.example.com"], "example.com", ()),
        (["imap.example.com"], "mail.example.com", ()),
        (["imap.example.net"], "example.com", ("example.net",)),
        (
            ["a.example.net", "b.example.net", "x.example.co.uk"],
            "example.com",
            ("example.net", "example.co.uk"),
        ),
        (["example.co.uk"], "other.co.uk", ("example.co.uk",)),
        (["a.github.io"], "b.github.io", ("a.github.io",)),
        (["192.0.2.1"], "example.com", ("192.0.2.1",)),
        (["2001:db8::1"], "example.com", ("2001:db8::1",)),
        (["localhost"], "example.com", ("localhost",)),
    ],
)
def test_every_other_owner_must_be_confirmed_once(
    hosts: list[str], domain: str, expected: tuple[str, ...]
) -> None:
    assert to_confirm([server("imap", host) for host in hosts], domain) == expected


def test_the_owner_of_a_url_must_be_confirmed_too() -> None:
    urls = [server("caldav", "dav.example.net"), server("jmap", "jmap.example.org:8443")]
    assert to_confirm(urls, "example.com") == ("example.net", "example.org")
