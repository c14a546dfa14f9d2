"""Conversations with mail servers before any login: capabilities, STARTTLS, and servers that do wrong."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from autoconfig.net.mail import Fault, SessionFailed, Stage, StartTlsRefused
from autoconfig.net.mail.line import MAX_BYTES
from tests.internet.mail import SERVICES, Greeter, Reaction
from tests.net.way import SECONDS

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from autoconfig.net.mail import Capabilities, MailSession
    from tests.net.sessions import Talk

    Use = Callable[[MailSession], Awaitable[Any]]

pytestmark = pytest.mark.real

PLAIN = ("imap", "pop3", "submission", "sieve")
"""Services that begin without TLS, one of each protocol."""


async def nothing(session: MailSession) -> None:
    """Be greeted, and leave."""


async def offered(session: MailSession) -> Capabilities:
    return await session.capabilities()


async def upgraded(session: MailSession) -> Capabilities:
    await session.start_tls()
    return await session.capabilities()


def greeter(service: str, **wrong: Any) -> Greeter:
    return replace(SERVICES[service], **wrong)


def patience_with(fault: Fault) -> float:
    """Seconds for each command: little where silence is the point."""
    return 0.3 if fault is Fault.SILENT else SECONDS


# What servers offer.


@pytest.mark.parametrize(
    ("service", "words", "plain_login"),
    [
        ("imap", ("IMAP4REV1", "SASL-IR", "LITERAL+", "STARTTLS", "LOGINDISABLED"), False),
        ("pop3", ("TOP", "UIDL", "STLS"), False),
        ("submission", ("SIZE 10485760", "8BITMIME", "STARTTLS"), False),
        ("sieve", ("IMPLEMENTATION simulated", "SIEVE fileinto", "SASL", "STARTTLS"), False),
    ],
)
def test_before_tls_only_tls_is_offered(
    talk: Talk, service: str, words: tuple[str, ...], plain_login: bool
) -> None:
    found = talk.use(service, offered)
    assert (found.words, found.mechanisms) == (words, ())
    assert (found.starttls, found.plain_login) == (True, plain_login)


@pytest.mark.parametrize("service", PLAIN)
def test_what_is_offered_after_tls_is_asked_anew(talk: Talk, service: str) -> None:
    found = talk.use(greeter(service, mechanisms=("PLAIN", "SCRAM-SHA-256")), upgraded)
    assert (found.mechanisms, found.starttls) == (("PLAIN", "SCRAM-SHA-256"), False)


@pytest.mark.parametrize(
    ("service", "plain_login"), [("imaps", True), ("pop3s", True), ("submissions", False)]
)
def test_tls_from_the_start_offers_the_login(talk: Talk, service: str, plain_login: bool) -> None:
    found = talk.use(service, offered)
    assert (found.mechanisms, found.starttls, found.plain_login) == (("PLAIN",), False, plain_login)


def test_an_extension_is_found_by_its_key(talk: Talk) -> None:
    found = talk.use("submission", offered)
    assert [found.has(key) for key in ("SIZE", "8BITMIME", "SIZE 10485760", "AUTH")] == [
        True,
        True,
        False,
        False,
    ]


@pytest.mark.parametrize(
    ("service", "command", "answer", "mechanisms"),
    [
        ("submissions", "EHLO", b"250-x\r\n250-AUTH=LOGIN PLAIN\r\n250 AUTH PLAIN X\r\n", "LOGIN PLAIN X"),
        ("submissions", "EHLO", b"250 x\r\n", ""),
        ("submissions", "EHLO", b"250-x\r\n250 auth plain\r\n", "PLAIN"),
        ("imaps", "CAPABILITY", b"* capability imap4rev1 auth=plain AUTH=PLAIN\r\nTAG OK\r\n", "PLAIN"),
        ("imaps", "CAPABILITY", b"* 1 EXISTS\r\n* CAPABILITY AUTH=NTLM\r\nTAG ok x\r\n", "NTLM"),
        ("imaps", "CAPABILITY", b"* CAPABILITY AUTH=A {3}\r\n\r\nx\r\nTAG OK\r\n", "A"),
        ("pop3s", "CAPA", b"+OK\r\nsasl plain\r\n.\r\n", "PLAIN"),
        ("pop3s", "CAPA", b"-ERR what?\r\n", ""),
    ],
)  # fmt: skip
def test_capabilities_are_read_however_they_are_written(
    talk: Talk, service: str, command: str, answer: bytes, mechanisms: str
) -> None:
    found = talk.use(greeter(service, answers={command: answer}), offered)
    assert " ".join(found.mechanisms) == mechanisms


def test_a_pop3_server_without_capabilities_takes_user_and_pass(talk: Talk) -> None:
    assert talk.use(greeter("pop3s", answers={"CAPA": b"-ERR\r\n"}), offered).plain_login


def test_a_managesieve_server_may_write_literals(talk: Talk) -> None:
    said = b'"IMPLEMENTATION" {5+}\r\nab"\\c\r\n"SASL" "PLAIN"\r\nOK {4}\r\nfine\r\n'
    found = talk.use(greeter("sieve", greeting=said, answers={"CAPABILITY": said}), offered)
    assert found.words == ('IMPLEMENTATION ab"\\c', "SASL PLAIN")


@pytest.mark.parametrize("service", PLAIN)
def test_an_answer_in_fragments_is_one_answer(talk: Talk, service: str) -> None:
    whole = talk.use(greeter(service, port=2000), offered)
    assert talk.use(greeter(service, stutter=0.0005), offered) == whole


def test_the_session_knows_its_server(talk: Talk) -> None:
    async def use(session: MailSession) -> None:
        assert (session.host, session.port) == (talk.host, 143)
        assert session.greeting.startswith("OK [CAPABILITY IMAP4rev1 ")
        assert session.address.startswith("127.66.")
        assert session.tls is None
        await session.start_tls()
        assert session.tls is not None
        assert (session.tls.version, session.tls.certificate) == ("TLSv1.3", session.tls.chain[0])
        assert 0 < session.connected_after <= session.greeted_after

    talk.use("imap", use)


# What goes wrong.

COMMANDS = {"imap": "CAPABILITY", "pop3": "CAPA", "submission": "EHLO", "sieve": "CAPABILITY"}
UPGRADES = {"imap": "STARTTLS", "pop3": "STLS", "submission": "STARTTLS", "sieve": "STARTTLS"}


@pytest.mark.parametrize("service", PLAIN)
@pytest.mark.parametrize(
    ("reaction", "fault", "sentence"),
    [
        (Reaction.HANG_UP, Fault.DROPPED, "HOST:PORT broke off: connection closed."),
        (Reaction.SILENCE, Fault.SILENT, "HOST:PORT is silent."),
        (b"wrong\r\n", Fault.UNEXPECTED, "HOST says 'wrong' where "),
        (b"y" * 2 * MAX_BYTES, Fault.ENDLESS, "HOST does not come to an end."),
    ],
)
def test_the_stage_and_the_fault_are_named(
    talk: Talk, service: str, reaction: Any, fault: Fault, sentence: str
) -> None:
    wrong = greeter(service, answers={COMMANDS[service]: reaction})
    error = talk.failure(wrong, offered, patience=patience_with(fault))
    assert (error.stage, error.fault) == (Stage.CAPABILITIES, fault)
    wanted = sentence.replace("HOST", talk.host).replace("PORT", str(SERVICES[service].port))
    assert str(error).startswith(wanted)


@pytest.mark.parametrize(
    ("service", "answer"),
    [
        ("imap", b"* OK more\r\n" * 5000),
        ("pop3", b"+OK\r\n" + b"TOP\r\n" * 5000),
        ("submission", b"250-more\r\n" * 5000),
        ("sieve", b'"X" "y"\r\n' * 5000),
        ("imap", b"* {999999}\r\n"),
    ],
)
def test_an_answer_of_endless_lines_is_given_up(talk: Talk, service: str, answer: bytes) -> None:
    error = talk.failure(greeter(service, answers={COMMANDS[service]: answer}), offered)
    assert (error.stage, error.fault) == (Stage.CAPABILITIES, Fault.ENDLESS)


@pytest.mark.parametrize("service", PLAIN)
def test_a_greeting_of_another_kind_is_told(talk: Talk, service: str) -> None:
    error = talk.failure(greeter(service, greeting=b"* \xff\xff\r\n"), nothing)
    assert (error.stage, error.fault) == (Stage.GREETING, Fault.UNEXPECTED)


def test_a_greeting_that_does_not_come_is_told(talk: Talk) -> None:
    error = talk.failure(greeter("imap", delay=60.0), nothing, timeout=1.0)
    assert (error.stage, error.fault) == (Stage.GREETING, Fault.SILENT)


@pytest.mark.parametrize("service", PLAIN)
def test_a_server_without_starttls_refuses_it(talk: Talk, service: str) -> None:
    error = talk.failure(greeter(service, security="plain"), upgraded)
    assert isinstance(error, StartTlsRefused)
    assert (error.stage, error.fault) == (Stage.STARTTLS, Fault.UNEXPECTED)


@pytest.mark.parametrize("service", PLAIN)
@pytest.mark.parametrize(
    ("reaction", "stage", "fault"),
    [
        (Reaction.HANG_UP, Stage.STARTTLS, Fault.DROPPED),
        (Reaction.SILENCE, Stage.STARTTLS, Fault.SILENT),
        (b"go\r\nmore\r\n", Stage.STARTTLS, Fault.INJECTED),
        ((b"go\r\n", Reaction.SILENCE), Stage.TLS, Fault.SILENT),
        ((b"go\r\n", Reaction.HANG_UP), Stage.TLS, Fault.DROPPED),
    ],
)
def test_starttls_can_fail_after_it_was_offered(
    talk: Talk, service: str, reaction: Any, stage: Stage, fault: Fault
) -> None:
    go = {"imap": b"TAG OK go", "pop3": b"+OK", "submission": b"220 go", "sieve": b'OK "go"'}[service]
    steps = reaction if isinstance(reaction, tuple) else (reaction,)
    answer = tuple(step.replace(b"go", go) if isinstance(step, bytes) else step for step in steps)
    wrong = greeter(service, answers={UPGRADES[service]: answer})
    error = talk.failure(wrong, upgraded, patience=patience_with(fault))
    assert (error.stage, error.fault) == (stage, fault)
    assert not isinstance(error, StartTlsRefused)


@pytest.mark.parametrize("service", ["pop3", "submission"])
def test_an_answer_before_the_question_is_an_injection(talk: Talk, service: str) -> None:
    said = {"pop3": b"+OK\r\n+OK go\r\n", "submission": b"220 x\r\n250 x\r\n"}[service]
    error = talk.failure(greeter(service, greeting=said), upgraded)
    assert error.fault is Fault.INJECTED


def test_a_bad_certificate_is_told_with_openssl_s_number(talk: Talk) -> None:
    error = talk.failure("imap", upgraded, tls="expired")
    assert (error.stage, error.fault, error.verify_code) == (Stage.TLS, Fault.CERTIFICATE, 10)
    assert str(error) == f"The certificate of {talk.host} is not valid: certificate has expired."


def test_a_goodbye_that_is_not_answered_is_not_waited_for(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("autoconfig.net.mail.session.GOODBYE", 0.2)
    started = time.monotonic()
    talk.use(greeter("imaps", answers={"LOGOUT": Reaction.SILENCE}), nothing)
    assert time.monotonic() - started < 10
    assert talk.commands == ["a1 LOGOUT"]


def test_nobody_says_goodbye_to_a_server_that_does_not_listen(talk: Talk) -> None:
    talk.failure(greeter("imaps", answers={"CAPABILITY": Reaction.SILENCE}), offered, patience=0.3)
    assert talk.commands == ["a1 CAPABILITY"]


def test_a_failure_is_a_failure_of_the_network() -> None:
    error = SessionFailed("x", stage=Stage.CONNECTION, fault=Fault.REFUSED)
    assert error.unreachable
    assert not SessionFailed("x", stage=Stage.GREETING, fault=Fault.DROPPED).unreachable
