"""Being greeted by mail servers, good ones and all others."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from autoconfig.errors import LookupFailed
from autoconfig.model import ServerType, SocketType
from autoconfig.net.connections import NoSuchHost
from tests.internet import Greeter
from tests.internet.mail import SERVICES
from tests.net.way import in_order

if TYPE_CHECKING:
    from tests.internet import Internet
    from tests.internet.certificates import Tls
    from tests.net.way import Way

pytestmark = pytest.mark.real

IMAP, POP3, SMTP = ServerType.IMAP, ServerType.POP3, ServerType.SMTP
SSL, STARTTLS = SocketType.SSL, SocketType.STARTTLS

GOOD = [
    ("imaps", 993, IMAP, SSL),
    ("imap", 143, IMAP, STARTTLS),
    ("pop3s", 995, POP3, SSL),
    ("pop3", 110, POP3, STARTTLS),
    ("submissions", 465, SMTP, SSL),
    ("submission", 587, SMTP, STARTTLS),
]

COMMANDS = {
    "imap": ["a1 STARTTLS"],
    "pop3": ["STLS"],
    "submission": ["EHLO [127.0.0.1]", "STARTTLS"],
}
"""All that is ever said, and only before TLS."""

WRONG: dict[Tls, str] = {
    "expired": "certificate has expired",
    "self-signed": "self-signed certificate",
    "untrusted": "unable to get local issuer certificate",
    "wrong-name": "Hostname mismatch, certificate is not valid for 'HOST'",
}


def imaps(**how: object) -> Greeter:
    return Greeter(protocol="imap", port=993, security="tls", **how)  # type: ignore[arg-type]


def smtp(**how: object) -> Greeter:
    return Greeter(protocol="smtp", port=587, security="starttls", **how)  # type: ignore[arg-type]


@pytest.mark.parametrize(("service", "port", "kind", "socket"), GOOD)
def test_a_good_server_greets_and_is_told_nothing(
    internet: Internet, way: Way, host: str, service: str, port: int, kind: ServerType, socket: SocketType
) -> None:
    server = internet.mail(host, service)
    way.greet(host, port, kind, socket)
    assert [line for _, line in server.commands] == COMMANDS.get(service, [])


@pytest.mark.parametrize("tls", WRONG)
@pytest.mark.parametrize(("service", "port", "kind", "socket"), GOOD)
def test_a_bad_certificate_is_refused_with_the_same_words_everywhere(
    internet: Internet,
    way: Way,
    host: str,
    service: str,
    port: int,
    kind: ServerType,
    socket: SocketType,
    tls: Tls,
) -> None:
    internet.mail(host, service, tls=tls)
    error = way.no_greeting(host, port, kind, socket)
    assert str(error) == f"The certificate of {host} is not valid: {WRONG[tls]}.".replace("HOST", host)
    assert not error.unreachable


@pytest.mark.parametrize("spoken", ["imaps", "pop3s", "submissions"])
@pytest.mark.parametrize("kind", [IMAP, POP3, SMTP])
def test_another_protocol_is_no_proof(
    internet: Internet, way: Way, host: str, spoken: str, kind: ServerType
) -> None:
    service = SERVICES[spoken]
    internet.mail(host, service)
    if service.protocol == str(kind):
        way.greet(host, service.port, kind, SSL)
    else:
        error = way.no_greeting(host, service.port, kind, SSL)
        assert str(error).startswith(f"{host} says ")
        assert not error.unreachable


@pytest.mark.parametrize(
    ("greeting", "kind", "reason"),
    [
        (b"* BYE too busy\r\n", IMAP, "HOST says '* BYE too busy' where '* OK' was expected."),
        (b"-ERR too busy\r\n", POP3, "HOST says '-ERR too busy' where '+OK' was expected."),
        (b"554 go away\r\n", SMTP, "HOST says '554 go away' where '220' was expected."),
        (b"220-hello\r\n554 go away\r\n", SMTP, "HOST says '554 go away' where '220' was expected."),
        (b"\xff\xfe\x00\r\n", IMAP, "HOST says '\ufffd\ufffd\x00' where '* OK' was expected."),
        (b"y" * 200 + b"\r\n", IMAP, f"HOST says '{'y' * 40}' where '* OK' was expected."),
    ],
)
def test_a_server_that_says_something_else_is_quoted(
    internet: Internet, way: Way, host: str, greeting: bytes, kind: ServerType, reason: str
) -> None:
    internet.mail(host, imaps(greeting=greeting))
    assert str(way.no_greeting(host, 993, kind, SSL)) == repr(reason)[1:-1].replace("HOST", host).replace(
        "\\\\", "\\"
    ).replace("\\'", "'")


def test_a_greeting_of_many_lines_is_read_to_the_end(internet: Internet, way: Way, host: str) -> None:
    internet.mail(host, smtp(greeting=b"220-mail\r\n220-no spam please\r\n220 go on\r\n"))
    way.greet(host, 587, SMTP, STARTTLS)


def test_a_greeting_without_an_end_is_given_up(internet: Internet, way: Way, host: str) -> None:
    internet.mail(host, smtp(greeting=b"220-more\r\n" * 1000))
    assert str(way.no_greeting(host, 587, SMTP, STARTTLS)) == f"{host} does not come to an end."


def test_a_line_without_an_end_is_given_up(internet: Internet, way: Way, host: str) -> None:
    internet.mail(host, imaps(greeting=b"* OK " + b"y" * 1_000_000))
    error = way.no_greeting(host, 993, IMAP, SSL)
    assert str(error) == f"{host} does not come to an end."
    assert not error.unreachable


@pytest.mark.parametrize("silence", [imaps(greeting=b""), imaps(delay=60.0), imaps(greeting=b"* OK no end")])
def test_a_server_that_does_not_finish_its_greeting_is_silent(
    internet: Internet, way: Way, host: str, silence: Greeter
) -> None:
    internet.mail(host, silence)
    started = time.monotonic()
    assert str(way.no_greeting(host, 993, IMAP, SSL, timeout=0.3)) == f"{host}:993 is silent."
    assert time.monotonic() - started < 10


def test_a_server_that_never_shakes_hands_is_silent(internet: Internet, way: Way, host: str) -> None:
    internet.silent(host, 993)
    error = way.no_greeting(host, 993, IMAP, SSL, timeout=0.3)
    assert (str(error), error.unreachable) == (f"{host}:993 is silent.", True)


def test_a_host_whose_packets_get_lost_is_silent(internet: Internet, way: Way, host: str) -> None:
    internet.dropping(host, 993)
    error = way.no_greeting(host, 993, IMAP, SSL, timeout=0.3)
    assert (str(error), error.unreachable) == (f"{host}:993 is silent.", True)


def test_a_port_where_nothing_listens_cannot_be_reached(internet: Internet, way: Way, host: str) -> None:
    internet.refusing(host)
    error = way.no_greeting(host, 993, IMAP, SSL)
    assert (str(error), error.unreachable) == (f"{host}:993 cannot be reached: connection refused.", True)


def test_a_server_that_greets_in_plain_text_has_no_tls(internet: Internet, way: Way, host: str) -> None:
    internet.mail(host, Greeter(protocol="imap", port=993, security="plain"))
    error = way.no_greeting(host, 993, IMAP, SSL)
    assert (str(error), error.unreachable) == (f"TLS with {host} failed: WRONG_VERSION_NUMBER.", False)


@pytest.mark.parametrize(
    ("protocol", "port", "kind", "reason"),
    [
        ("imap", 143, IMAP, "HOST says 'a1 BAD not here' where 'a1 OK' was expected."),
        ("pop3", 110, POP3, "HOST says '-ERR not here' where '+OK' was expected."),
        ("smtp", 587, SMTP, "HOST says '502 not here' where '220' was expected."),
    ],
)
def test_a_server_that_does_not_offer_starttls_is_no_proof(
    internet: Internet, way: Way, host: str, protocol: str, port: int, kind: ServerType, reason: str
) -> None:
    internet.mail(host, Greeter(protocol=protocol, port=port, security="plain"))  # type: ignore[arg-type]
    assert str(way.no_greeting(host, port, kind, STARTTLS)) == reason.replace("HOST", host)


def test_a_host_that_does_not_exist_is_told_from_a_silent_one(way: Way, host: str) -> None:
    assert isinstance(way.no_greeting(host, 993, IMAP, SSL), NoSuchHost)


def test_a_host_that_cannot_be_looked_up_is_neither(internet: Internet, way: Way, host: str) -> None:
    bad = internet.name_server("servfail").address
    assert isinstance(way.no_greeting(host, 993, IMAP, SSL, name_servers=[bad]), LookupFailed)


def test_a_server_in_our_own_network_is_not_asked(internet: Internet, way: Way, host: str) -> None:
    address = internet.host(host, private=True)
    server = internet.mail(host, "imaps")
    error = way.no_greeting(host, 993, IMAP, SSL)
    assert str(error) == f"{host} has the address {address} (loopback), which is not asked."
    assert server.accepted == []


def test_an_address_that_refuses_is_made_good_by_the_next(internet: Internet, way: Way, host: str) -> None:
    server = internet.mail(host, "imaps")
    dead = internet.refusing(f"dead.{internet.domain()}")
    names = internet.name_server(in_order(host, dead, internet.host(host)))
    way.greet(host, 993, IMAP, SSL, name_servers=[names.address])
    assert server.accepted == [993]


def test_what_was_said_before_tls_does_not_count_after_it(internet: Internet, way: Way, host: str) -> None:
    """Words slipped in before the handshake (CVE-2011-0411) are not taken for the server's."""
    internet.mail(host, smtp(greeting=b"220 mail\r\n250 mail\r\n220 go on\r\n"), tls="self-signed")
    error = way.no_greeting(host, 587, SMTP, STARTTLS)
    assert str(error) == f"{host} says more than it was asked for."
