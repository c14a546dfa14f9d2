"""Logins that are bound to their TLS connection, with a server that checks the binding."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from autoconfig.accounts.attempt import Attempted
from autoconfig.accounts.judgement import Outcome
from autoconfig.accounts.ways import Way
from autoconfig.model import Authentication, ServerType
from autoconfig.net.mail import Tls, Verdict
from autoconfig.sasl import end_point
from tests.sasl.servers import ScramServer
from tests.sasl.test_binding import certificate

if TYPE_CHECKING:
    from autoconfig.accounts.report import Attempt
    from autoconfig.sasl import Mechanism

PLUS = "SCRAM-SHA-256-PLUS"
OFFERED = (PLUS, "SCRAM-SHA-256")
CERTIFICATE = certificate(ec.generate_private_key(ec.SECP256R1()), hashes.SHA256())
END_POINT = end_point(CERTIFICATE)
assert END_POINT is not None
UNIQUE = b"finished message"


@dataclass
class Session:
    """An IMAP session over TLS with a server that knows one password."""

    tls: Tls | None
    server: ScramServer
    knows: tuple[str, ...] = ("tls-server-end-point",)
    """The types of bindings that the server can check."""
    server_type: ServerType = ServerType.IMAP
    host: str = "imap.example.com"
    port: int = 993

    async def authenticate(self, exchange: Mechanism) -> Verdict:
        first = exchange.initial()
        assert first is not None
        flag = first.split(b",")[0].decode()
        if flag.startswith("p=") and flag.removeprefix("p=") not in self.knows:
            exchange.respond(b"e=unsupported-channel-binding-type")
            return Verdict(accepted=False, text="Authentication failed.")
        final = exchange.respond(self.server.begin(first))
        if exchange.spent:
            exchange.respond(self.server.end(final))
        if not self.server.verdict:
            return Verdict(accepted=False, code="AUTHENTICATIONFAILED", text="Authentication failed.")
        exchange.succeeded()
        return Verdict(accepted=True, text="Logged in")


def tls(version: str = "TLSv1.3", unique: bytes = b"") -> Tls:
    return Tls(version=version, cipher="x", certificate=CERTIFICATE, chain=(CERTIFICATE,), unique=unique)


def attempt(session: Session, name: str = PLUS, secret: str = "pencil", offered: Any = OFFERED) -> Attempt:
    way = Way(name, Authentication.PASSWORD_ENCRYPTED)
    return asyncio.run(Attempted(session, "ada", offered).by(way, secret))  # type: ignore[arg-type]


def seen(kind: str, data: bytes) -> bytes:
    return f"p={kind},,".encode() + data


AT_THE_END = seen("tls-server-end-point", END_POINT.data)


def test_a_login_is_bound_to_the_certificate_of_the_server() -> None:
    assert attempt(Session(tls(), ScramServer(binding=AT_THE_END))).outcome is Outcome.ACCEPTED


def test_before_tls_1_3_it_is_bound_to_the_connection_itself() -> None:
    server = ScramServer(binding=seen("tls-unique", UNIQUE))
    session = Session(tls("TLSv1.2", UNIQUE), server, ("tls-unique",))
    assert attempt(session).outcome is Outcome.ACCEPTED


def test_a_server_that_knows_one_kind_of_binding_only_is_given_that() -> None:
    session = Session(tls("TLSv1.2", UNIQUE), ScramServer(binding=AT_THE_END))
    assert attempt(session).outcome is Outcome.ACCEPTED


def test_a_server_that_knows_no_kind_has_not_seen_the_password() -> None:
    made = attempt(Session(tls(), ScramServer(), ("tls-exporter",)))
    assert (made.outcome, made.spent, made.final) == (Outcome.METHOD_REFUSED, False, False)
    assert made.advice == "The server cannot bind a login to the TLS connection as this program does."


def test_somebody_in_between_is_found_out() -> None:
    made = attempt(Session(tls(), ScramServer(binding=seen("tls-server-end-point", b"another"))))
    assert (made.outcome, made.final) == (Outcome.DISHONEST, True)
    assert "the TLS connection that the server sees is not the one that we see" in made.said


def test_an_offer_that_somebody_took_away_is_found_out() -> None:
    made = attempt(Session(tls(), ScramServer(offers_plus=True)), "SCRAM-SHA-256", offered=("SCRAM-SHA-256",))
    assert (made.outcome, made.spent, made.final) == (Outcome.DISHONEST, False, True)


def test_a_wrong_password_is_one_whatever_it_is_bound_to() -> None:
    made = attempt(Session(tls(), ScramServer(binding=AT_THE_END)), secret="wrong")
    assert (made.outcome, made.said) == (
        Outcome.WRONG_PASSWORD,
        "AUTHENTICATIONFAILED Authentication failed. (invalid-proof)",
    )


def test_nothing_is_bound_where_there_is_no_tls() -> None:
    made = attempt(Session(None, ScramServer()))
    assert (made.outcome, made.advice, made.spent) == (
        Outcome.METHOD_REFUSED,
        "SCRAM-SHA-256-PLUS cannot be used on this connection.",
        False,
    )


@pytest.mark.parametrize("secret", ["", "a\0b"])
def test_a_secret_that_no_server_can_be_told_is_not_sent(secret: str) -> None:
    made = attempt(Session(tls(), ScramServer(binding=AT_THE_END)), secret=secret)
    assert (made.outcome, made.spent) == (Outcome.METHOD_REFUSED, False)


def test_a_few_rounds_are_remarked_on() -> None:
    made = attempt(Session(tls(), ScramServer(binding=AT_THE_END, iterations=100)))
    assert made.remarks == ("SCRAM-SHA-256-PLUS with 100 rounds is weak; 4096 are usual.",)
