"""Logging in: what goes over the wire, how the server's verdict is read, and what is never shown."""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from autoconfig.errors import FetchFailed, FormatError, ValueRefused
from autoconfig.net.mail import Fault, SessionFailed, Stage, Verdict
from tests.internet.mail import SERVICES, Greeter, Reaction
from tests.net.sessions import Keeping

if TYPE_CHECKING:
    from autoconfig.net.mail import MailSession
    from tests.net.sessions import Talk

pytestmark = pytest.mark.real

IMAP, POP3, SMTP, SIEVE = "imaps", "pop3s", "submissions", "sieve"
TLS = (IMAP, POP3, SMTP)
PASSWORD = "s3cret pass"

OK = {IMAP: b"TAG OK in\r\n", POP3: b"+OK in\r\n", SMTP: b"235 2.7.0 in\r\n", SIEVE: b'OK "in"\r\n'}
NO = {
    IMAP: b"TAG NO [AUTHENTICATIONFAILED] out\r\n",
    POP3: b"-ERR [AUTH] out\r\n",
    SMTP: b"535 5.7.8 out\r\n",
    SIEVE: b'NO (AUTH-TOO-WEAK) "out"\r\n',
}
VERB = {IMAP: "AUTHENTICATE", POP3: "AUTH", SMTP: "AUTH", SIEVE: "AUTHENTICATE"}


def challenge(service: str, said: bytes) -> bytes:
    text = base64.b64encode(said)
    if service == SIEVE:
        return b'"' + text + b'"\r\n'
    return (b"334 " if service == SMTP else b"+ ") + text + b"\r\n"


def greeter(service: str, **wrong: Any) -> Greeter:
    return replace(SERVICES[service], **wrong)


def sasl(service: str, *answers: bytes | tuple[bytes | Reaction, ...], **more: Any) -> Greeter:
    """A server that answers the command with the first, and the line after it with the second."""
    first, *rest = answers
    return greeter(service, answers={VERB[service]: first, **({"": rest[0]} if rest else {})}, **more)


def run(talk: Talk, server: Greeter, exchange: Keeping, **options: Any) -> Verdict:
    async def use(session: MailSession) -> Verdict:
        if server.security != "tls":
            await session.start_tls()
        return await session.authenticate(exchange)

    return talk.use(server, use, **options)


def told(talk: Talk) -> list[str]:
    """What the server was told of the login."""
    words = ("CAPABILITY", "CAPA", "EHLO", "STARTTLS", "LOGOUT", "QUIT")
    return [line for line in talk.commands if not any(word in line.split(" ")[:2] for word in words)]


# SASL.


@pytest.mark.parametrize(
    ("service", "line"),
    [
        (IMAP, "a2 AUTHENTICATE PLAIN AGEAYg=="),
        (POP3, "AUTH PLAIN AGEAYg=="),
        (SMTP, "AUTH PLAIN AGEAYg=="),
        (SIEVE, 'AUTHENTICATE "PLAIN" "AGEAYg=="'),
    ],
)
def test_an_initial_response_goes_with_the_command(talk: Talk, service: str, line: str) -> None:
    exchange = Keeping("PLAIN", initial=b"\0a\0b")
    assert run(talk, sasl(service, OK[service]), exchange).accepted
    assert told(talk) == [line]
    assert exchange.proved == 1


@pytest.mark.parametrize(
    ("service", "line"), [(IMAP, "a2 AUTHENTICATE EXTERNAL ="), (SMTP, "AUTH EXTERNAL =")]
)
def test_an_empty_initial_response_is_written_as_one(talk: Talk, service: str, line: str) -> None:
    run(talk, sasl(service, OK[service]), Keeping("EXTERNAL", initial=b""))
    assert told(talk) == [line]


def test_without_sasl_ir_the_initial_response_waits(talk: Talk) -> None:
    capability = b"* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\nTAG OK\r\n"
    answers = {"CAPABILITY": capability, "AUTHENTICATE": b"+ \r\n", "": OK[IMAP]}
    exchange = Keeping("PLAIN", initial=b"\0a\0b")
    assert run(talk, greeter(IMAP, answers=answers), exchange).accepted
    assert told(talk) == ["a2 AUTHENTICATE PLAIN", "AGEAYg=="]
    assert exchange.heard == []


@pytest.mark.parametrize(("service", "most"), [(POP3, 253), (SMTP, 510)])
def test_an_initial_response_too_long_for_the_command_waits(talk: Talk, service: str, most: int) -> None:
    fits = (most - len("AUTH XOAUTH2 ")) // 4 * 3
    assert run(talk, sasl(service, OK[service]), Keeping("XOAUTH2", initial=b"t" * fits)).accepted
    assert len(told(talk)) == 1
    server = sasl(service, challenge(service, b""), OK[service], port=2000)
    assert run(talk, server, Keeping("XOAUTH2", initial=b"t" * (fits + 1))).accepted
    assert told(talk) == ["AUTH XOAUTH2", base64.b64encode(b"t" * (fits + 1)).decode()]


@pytest.mark.parametrize("service", [*TLS, SIEVE])
def test_a_server_that_begins_is_answered(talk: Talk, service: str) -> None:
    exchange = Keeping("CRAM-MD5", b"ada digest")
    assert run(talk, sasl(service, challenge(service, b"<1@x>"), OK[service]), exchange).accepted
    assert exchange.heard == [b"<1@x>"]
    assert told(talk)[-1].strip('"') == "YWRhIGRpZ2VzdA=="


@pytest.mark.parametrize("service", [*TLS, SIEVE])
def test_a_refusal_is_a_verdict_and_proves_nothing(talk: Talk, service: str) -> None:
    exchange = Keeping("PLAIN", initial=b"x")
    code = {IMAP: "AUTHENTICATIONFAILED", POP3: "AUTH", SMTP: "535 5.7.8", SIEVE: "AUTH-TOO-WEAK"}[service]
    assert run(talk, sasl(service, NO[service]), exchange) == Verdict(accepted=False, code=code, text="out")
    assert exchange.proved == 0


@pytest.mark.parametrize("service", [*TLS, SIEVE])
def test_a_mechanism_that_was_lied_to_gives_up(talk: Talk, service: str) -> None:
    exchange = Keeping("SCRAM-SHA-1", FormatError("The server lies."))
    with pytest.raises(FormatError, match="lies"):
        run(talk, sasl(service, challenge(service, b"lie"), NO[service]), exchange)
    assert told(talk)[-1].strip('"') == "*"


def test_a_server_that_did_not_prove_itself_is_not_believed(talk: Talk) -> None:
    class Doubting(Keeping):
        def succeeded(self) -> None:
            raise FormatError("No proof.")

    with pytest.raises(FormatError, match="No proof"):
        run(talk, sasl(IMAP, OK[IMAP]), Doubting("SCRAM-SHA-1", initial=b"x"))
    assert "*" not in told(talk)


def test_managesieve_proves_itself_with_its_last_word(talk: Talk) -> None:
    exchange = Keeping("SCRAM-SHA-1", b"final", b"", initial=b"first")
    proof = b'OK (SASL "' + base64.b64encode(b"v=proof") + b'") "in"\r\n'
    verdict = run(talk, sasl(SIEVE, challenge(SIEVE, b"r=1"), proof), exchange)
    assert (verdict.accepted, verdict.text) == (True, "in")
    assert exchange.heard == [b"r=1", b"v=proof"]
    assert exchange.proved == 1


def test_a_challenge_that_is_no_base64_is_quoted(talk: Talk) -> None:
    with pytest.raises(SessionFailed, match="says 'a!b' where 'base64' was expected") as caught:
        run(talk, sasl(IMAP, b"+ a!b\r\n"), Keeping("CRAM-MD5"))
    assert (caught.value.stage, caught.value.fault) == (Stage.LOGIN, Fault.UNEXPECTED)


def test_challenges_without_an_end_are_given_up(talk: Talk) -> None:
    exchange = Keeping("LOGIN", *[b"x"] * 100)
    with pytest.raises(SessionFailed) as caught:
        run(talk, sasl(SMTP, challenge(SMTP, b"?"), challenge(SMTP, b"?")), exchange)
    assert caught.value.fault is Fault.ENDLESS
    assert len(exchange.heard) == 12


# What the verdict is.


@pytest.mark.parametrize(
    ("service", "said", "verdict"),
    [
        (IMAP, b"TAG NO [UNAVAILABLE] later", ("UNAVAILABLE", "later")),
        (IMAP, b"TAG NO [ALERT] closed today", ("ALERT", "closed today")),
        (IMAP, b"TAG NO no", ("", "no")),
        (IMAP, b"TAG BAD what?", ("BAD", "what?")),
        (IMAP, b"* BYE [UNAVAILABLE] full\r\nTAG NO x", ("", "x")),
        (POP3, b"-ERR [IN-USE] locked", ("IN-USE", "locked")),
        (POP3, b"-ERR [sys/temp] later", ("SYS/TEMP", "later")),
        (POP3, b"-ERR", ("", "")),
        (SMTP, b"535-5.7.8 wrong\r\n535 5.7.8 really", ("535 5.7.8", "wrong really")),
        (SMTP, b"454 4.7.0 later", ("454 4.7.0", "later")),
        (SMTP, b"504 no such thing", ("504", "no such thing")),
        (SMTP, b"421 4.7.0", ("421 4.7.0", "")),
        (SIEVE, b'NO "wrong"', ("", "wrong")),
        (SIEVE, b"NO", ("", "")),
        (SIEVE, b"BYE (TRYLATER) {4}\r\nbusy", ("TRYLATER", "busy")),
    ],
)
def test_refusals_say_why(talk: Talk, service: str, said: bytes, verdict: tuple[str, str]) -> None:
    found = run(talk, sasl(service, said + b"\r\n"), Keeping("PLAIN", initial=b"*"))
    assert (found.accepted, found.code, found.text) == (False, *verdict)


def test_a_goodbye_is_a_refusal(talk: Talk) -> None:
    server = sasl(IMAP, (b"* BYE [ALERT] Too many failures\r\n", Reaction.HANG_UP))
    verdict = run(talk, server, Keeping("PLAIN", initial=b"*"))
    assert verdict == Verdict(accepted=False, code="ALERT", text="Too many failures")


@pytest.mark.parametrize("service", [*TLS, SIEVE])
def test_a_server_that_hangs_up_gives_no_verdict(talk: Talk, service: str) -> None:
    with pytest.raises(SessionFailed) as caught:
        run(talk, sasl(service, (Reaction.HANG_UP,)), Keeping("PLAIN", initial=b"x"))
    assert (caught.value.stage, caught.value.fault) == (Stage.LOGIN, Fault.DROPPED)


def test_a_verdict_for_another_command_is_none(talk: Talk) -> None:
    with pytest.raises(SessionFailed, match="says 'a7 OK in' where 'a2 OK' was expected"):
        run(talk, sasl(IMAP, b"a7 OK in\r\n"), Keeping("PLAIN", initial=b"x"))


# LOGIN, USER and PASS, APOP.


def login(talk: Talk, server: Greeter, username: str, password: str) -> Verdict:
    return talk.use(server, lambda session: session.login(username, password))


def imap(*, at_once: bool, **answers: bytes) -> Greeter:
    plus = b" LITERAL+" if at_once else b""
    capability = b"* CAPABILITY IMAP4rev1" + plus + b"\r\nTAG OK\r\n"
    return greeter(IMAP, answers={"CAPABILITY": capability, "LOGIN": OK[IMAP], **answers})


@pytest.mark.parametrize(
    ("username", "password", "line"),
    [
        ("ada", PASSWORD, 'a2 LOGIN "ada" "s3cret pass"'),
        ("a\\b", 'say "x"', 'a2 LOGIN "a\\\\b" "say \\"x\\""'),
        ("ada", "", 'a2 LOGIN "ada" ""'),
    ],
)
def test_imap_login_quotes(talk: Talk, username: str, password: str, line: str) -> None:
    assert login(talk, imap(at_once=True), username, password).accepted
    assert told(talk) == [line]


def test_imap_login_sends_what_cannot_be_quoted_at_once_where_it_may(talk: Talk) -> None:
    server = imap(at_once=True, **{"": OK[IMAP], "LOGIN": b""})
    assert login(talk, server, "ada", "pässword").accepted
    assert told(talk) == ['a2 LOGIN "ada" {9+}', "pässword".encode().decode("latin-1")]


def test_imap_login_waits_before_a_literal_where_it_must(talk: Talk) -> None:
    server = imap(at_once=False, LOGIN=b"+ go on\r\n", **{"": OK[IMAP]})
    assert login(talk, server, "ada", "ö").accepted
    assert told(talk) == ['a2 LOGIN "ada" {2}', "ö".encode().decode("latin-1")]


def test_imap_login_that_is_refused_before_the_literal_does_not_send_it(talk: Talk) -> None:
    server = imap(at_once=False, LOGIN=NO[IMAP])
    assert login(talk, server, "ada", "ö").code == "AUTHENTICATIONFAILED"
    assert told(talk) == ['a2 LOGIN "ada" {2}']


def test_pop3_login_is_user_and_pass(talk: Talk) -> None:
    server = greeter(POP3, answers={"USER": b"+OK\r\n", "PASS": OK[POP3]})
    assert login(talk, server, "ada", PASSWORD) == Verdict(accepted=True, text="in")
    assert told(talk) == ["USER ada", f"PASS {PASSWORD}"]


def test_pop3_does_not_send_a_password_for_a_refused_user(talk: Talk) -> None:
    server = greeter(POP3, answers={"USER": b"-ERR [AUTH] nobody\r\n"})
    assert login(talk, server, "ada", PASSWORD) == Verdict(accepted=False, code="AUTH", text="nobody")
    assert told(talk) == ["USER ada"]


def test_apop_is_the_digest_of_timestamp_and_password(talk: Talk) -> None:
    # The example of RFC 1939 §7.
    greeting = b"+OK POP3 server ready <1896.697170952@dbc.mtview.ca.us>\r\n"
    server = greeter(POP3, greeting=greeting, answers={"APOP": OK[POP3]})
    assert talk.use(server, lambda session: session.apop("mrose", "tanstaaf")).accepted
    assert told(talk) == ["APOP mrose c4c9334bac560ecc979e58001b3e22fb"]


@pytest.mark.parametrize("service", TLS)
def test_apop_is_for_pop3_with_a_timestamp(talk: Talk, service: str) -> None:
    with pytest.raises(FetchFailed, match="APOP"):
        talk.use(service, lambda session: session.apop("ada", PASSWORD))
    assert told(talk) == []


def test_smtp_has_no_login_but_sasl(talk: Talk) -> None:
    with pytest.raises(FetchFailed, match="no login but SASL"):
        login(talk, greeter(SMTP), "ada", PASSWORD)


# What never goes out, and what is never shown.


@pytest.mark.parametrize("service", [IMAP, POP3])
@pytest.mark.parametrize("bad", ["a\r\nQUIT", "a\nb", "a\0b"])
def test_a_line_break_in_a_password_is_refused(talk: Talk, service: str, bad: str) -> None:
    server = greeter(service, answers={"USER": b"+OK\r\n"})
    with pytest.raises(ValueRefused) as caught:
        login(talk, server, "ada", bad)
    assert bad not in str(caught.value)
    assert told(talk) == []


@pytest.mark.parametrize("service", [IMAP, POP3])
@pytest.mark.parametrize("malformed", [False, True])
def test_a_server_that_repeats_the_password_does_not_get_it_shown(
    talk: Talk, service: str, malformed: bool
) -> None:
    said = b"xx s3cret pass\r\n" if malformed else NO[service].replace(b"out", b"not s3cret pass")
    server = greeter(service, answers={"USER": b"+OK\r\n", "PASS": said, "LOGIN": said})
    if not malformed:
        assert login(talk, server, "ada", PASSWORD).text == "not …"
        return
    with pytest.raises(SessionFailed) as caught:
        login(talk, server, "ada", PASSWORD)
    assert str(caught.value).startswith(f"{talk.host} says 'xx …' where ")
    assert caught.value.said == b""


@pytest.mark.parametrize("echo", [b"AGFkYQBzM2NyZXQgcGFzcw==", b"s3cret pass"])
def test_a_server_that_repeats_a_sasl_answer_does_not_get_it_shown(talk: Talk, echo: bytes) -> None:
    exchange = Keeping("PLAIN", initial=b"\0ada\0" + PASSWORD.encode())
    verdict = run(talk, sasl(SMTP, b"535 5.7.8 " + echo + b" is wrong\r\n"), exchange)
    assert verdict.text == "… is wrong"


def test_a_server_that_repeats_a_token_does_not_get_it_shown(talk: Talk) -> None:
    exchange = Keeping("XOAUTH2", initial=b"user=ada\x01auth=Bearer ya29.token\x01\x01")
    assert run(talk, sasl(SMTP, b"535 ya29.token expired\r\n"), exchange).text == "… expired"
