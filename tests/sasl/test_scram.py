"""SCRAM with servers that keep to the rules, and with those that lie."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from autoconfig.errors import SaslRefused
from autoconfig.sasl import Binding, Credentials, Mechanism, Peer, begin
from autoconfig.sasl.scram import HASHES, Scram
from tests.sasl.servers import ScramServer

PENCIL = Credentials(username="ada@example.com", secret="pencil")
END_POINT = Binding("tls-server-end-point", b"hash of the certificate")
SEEN = b"p=tls-server-end-point,," + END_POINT.data
FORGED = base64.b64encode(b"forged").decode()


def exchanged(exchange: Mechanism, server: ScramServer) -> None:
    """The whole exchange, with a server that says yes at its end whatever happened."""
    message = exchange.initial()
    assert message is not None
    final = exchange.respond(server.begin(message))
    if exchange.spent:
        assert exchange.respond(server.end(final)) == b""
    exchange.succeeded()


def refusal(exchange: Mechanism, server: ScramServer) -> str:
    with pytest.raises(SaslRefused) as refused:
        exchanged(exchange, server)
    return str(refused.value)


def plus(**how: Any) -> Mechanism:
    peer = Peer(service="imap", host="imap.example.com", bindings=(END_POINT,), **how)
    return begin("SCRAM-SHA-256-PLUS", PENCIL, peer)


@pytest.mark.parametrize("name", HASHES)
def test_every_hash_of_the_family_is_accepted(name: str) -> None:
    server = ScramServer(algorithm=HASHES[name])
    exchanged(Scram(name, PENCIL), server)
    assert server.verdict is True


@pytest.mark.parametrize(
    ("username", "spelled"), [("a=b,c", b"n,,n=a=3Db=2Cc,r="), ("\u2168", b"n,,n=IX,r=")]
)
def test_a_login_name_is_spelled_as_the_rfc_says(username: str, spelled: bytes) -> None:
    message = Scram("SCRAM-SHA-1", Credentials(username=username, secret="x"), nonce="NONCE").initial()
    assert message == spelled + b"NONCE"


def test_a_password_is_hashed_as_saslprep_spells_it() -> None:
    server = ScramServer(password=b"IX")
    exchanged(Scram("SCRAM-SHA-256", Credentials(username="ada", secret="\u2168\u00ad")), server)
    assert server.verdict is True


def test_a_nonce_is_never_used_twice() -> None:
    assert Scram("SCRAM-SHA-1", PENCIL).initial() != Scram("SCRAM-SHA-1", PENCIL).initial()


def test_a_server_that_forges_its_proof_is_not_believed() -> None:
    said = refusal(Scram("SCRAM-SHA-256", PENCIL), ScramServer(last=f"v={FORGED}".encode()))
    assert said == "The server's proof that it knows the password is wrong (SCRAM-SHA-256)."


def test_a_server_that_says_yes_without_a_proof_is_not_believed() -> None:
    exchange, server = Scram("SCRAM-SHA-256", PENCIL), ScramServer()
    exchange.respond(server.begin(exchange.initial()))
    with pytest.raises(SaslRefused) as refused:
        exchange.succeeded()
    assert str(refused.value) == "The server has not proved that it knows the password (SCRAM-SHA-256)."


def test_a_server_that_says_yes_at_once_is_not_believed() -> None:
    with pytest.raises(SaslRefused) as refused:
        Scram("SCRAM-SHA-256", PENCIL).succeeded()
    assert str(refused.value) == "The server says yes to SCRAM-SHA-256 before it has been told the secret."


def test_a_server_that_says_no_inside_and_yes_outside_is_not_believed() -> None:
    said = refusal(Scram("SCRAM-SHA-256", PENCIL), ScramServer(password=b"another"))
    assert said == "The server says yes to SCRAM-SHA-256 after it has said no."


@pytest.mark.parametrize(
    ("first", "reason"),
    [
        (b"r=somebody-elses,s=c2FsdA==,i=4096", "does not answer to us: another nonce."),
        (b"r=NONCE,s=c2FsdA==,i=4096", "does not answer to us: another nonce."),
        (b"r=NONCE+,s=c2FsdA==,i=0", "first message of SCRAM-SHA-256 cannot be read."),
        (b"r=NONCE+,s=,i=4096", "first message of SCRAM-SHA-256 cannot be read."),
        (b"r=NONCE+,i=4096,s=c2FsdA==", "first message of SCRAM-SHA-256 cannot be read."),
        (b"m=ext,r=NONCE+,s=c2FsdA==,i=4096", "first message of SCRAM-SHA-256 cannot be read."),
        (b"r=NONCE+,s=c2FsdA==,i=-4096", "first message of SCRAM-SHA-256 cannot be read."),
        (b"r=NONCE\n+,s=c2FsdA==,i=4096", "first message of SCRAM-SHA-256 cannot be read."),
        (b"", "first message of SCRAM-SHA-256 cannot be read."),
        (b"r=NONCE+,s=c2Fs=dA,i=4096", "SCRAM message holds broken Base64."),
    ],
)
def test_a_first_message_that_breaks_a_rule_gets_no_proof(first: bytes, reason: str) -> None:
    exchange = Scram("SCRAM-SHA-256", PENCIL, nonce="NONCE")
    said = refusal(exchange, ScramServer(first=first))
    assert (said.endswith(reason), exchange.spent) == (True, False), said


def test_a_server_cannot_keep_us_busy_for_ever() -> None:
    exchange = Scram("SCRAM-SHA-256", PENCIL)
    said = refusal(exchange, ScramServer(iterations=1_000_001))
    assert said == "The server wants 1000001 rounds of SCRAM-SHA-256; that is too much work."
    assert not exchange.spent


@pytest.mark.parametrize(
    ("iterations", "remarks"),
    [(4096, ()), (4095, ("SCRAM-SHA-256 with 4095 rounds is weak; 4096 are usual.",))],
)
def test_few_rounds_are_remarked_on(iterations: int, remarks: tuple[str, ...]) -> None:
    exchange = Scram("SCRAM-SHA-256", PENCIL)
    exchanged(exchange, ScramServer(iterations=iterations))
    assert exchange.remarks == remarks


def test_an_extension_at_the_end_of_a_message_is_ignored() -> None:
    exchange = Scram("SCRAM-SHA-1", PENCIL, nonce="NONCE")
    exchange.respond(b"r=NONCE+,s=c2FsdA==,i=4096,x=new")
    assert exchange.spent


def test_a_login_is_bound_to_the_connection() -> None:
    server = ScramServer(binding=SEEN)
    exchanged(plus(), server)
    assert server.verdict is True


def test_a_login_passed_on_over_another_connection_fails() -> None:
    exchange = plus()
    server = ScramServer(binding=b"p=tls-server-end-point,,another certificate")
    assert refusal(exchange, server) == "The server says yes to SCRAM-SHA-256-PLUS after it has said no."
    assert exchange.complaint == "the TLS connection that the server sees is not the one that we see"


def test_a_binding_is_never_used_without_a_connection_to_bind_to() -> None:
    with pytest.raises(SaslRefused) as refused:
        begin("SCRAM-SHA-256-PLUS", PENCIL, Peer(service="imap", host="imap.example.com"))
    assert str(refused.value) == "SCRAM-SHA-256-PLUS cannot be used on this connection."


@pytest.mark.parametrize(
    ("bindings", "offered", "flag"),
    [
        ((END_POINT,), {"SCRAM-SHA-256"}, b"y,,"),
        ((END_POINT,), {"SCRAM-SHA-256", "SCRAM-SHA-256-PLUS"}, b"n,,"),
        ((), {"SCRAM-SHA-256"}, b"n,,"),
    ],
)
def test_the_server_is_told_that_its_offer_of_binding_was_not_seen(
    bindings: tuple[Binding, ...], offered: set[str], flag: bytes
) -> None:
    peer = Peer(service="imap", host="h.example", bindings=bindings, offered=frozenset(offered))
    message = begin("SCRAM-SHA-256", PENCIL, peer).initial()
    assert message is not None
    assert message.startswith(flag + b"n=ada@example.com,r=")


def test_an_offer_taken_away_on_the_way_is_found_out_before_any_proof() -> None:
    peer = Peer(service="imap", host="h.example", bindings=(END_POINT,), offered=frozenset({"SCRAM-SHA-256"}))
    exchange = begin("SCRAM-SHA-256", PENCIL, peer)
    refusal(exchange, ScramServer(offers_plus=True))
    assert exchange.complaint == "somebody hides that the server can bind logins to TLS"
    assert not exchange.spent
