"""Logging in at servers that refuse, lie, stall and hang up: each fault is named, and no secret is lost."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import pytest

from autoconfig.accounts.judgement import Outcome
from autoconfig.accounts.keys import Keys
from tests.accounts.conftest import SERVERS, server
from tests.internet.mail import Greeter, Reaction

if TYPE_CHECKING:
    from collections.abc import Mapping

    from autoconfig.accounts.report import LoginReport
    from tests.accounts.conftest import LoggingIn
    from tests.internet import Internet
    from tests.internet.mail import Answer, MailServer

pytestmark = pytest.mark.real

SECRET = "correct horse battery"
KEYS = Keys(password=SECRET)
SCRAM = ("SCRAM-SHA-256", "SCRAM-SHA-1", "CRAM-MD5", "PLAIN")
FORGED = base64.b64encode(b"v=" + base64.b64encode(b"x" * 32))


class Liar:
    """One server with one fault, and what was said to it."""

    def __init__(self, internet: Internet, logging_in: LoggingIn) -> None:
        self._internet = internet
        self._logging_in = logging_in
        self.host = f"mail.{internet.domain()}"

    def report(
        self,
        service: str = "imaps",
        *words: str,
        answers: Mapping[str, Answer | tuple[Answer, ...]] | None = None,
        keys: Keys = KEYS,
        timeout: float = 5.0,
        method: str | None = None,
        tls: str = "valid",
        **how: Any,
    ) -> LoginReport:
        kind, port, socket = SERVERS[service]
        greeter = Greeter(
            protocol=str(kind),  # type: ignore[arg-type]
            port=port,
            security="tls" if socket == "SSL" else "starttls",
            answers=answers or {},
            **{"mechanisms": ("PLAIN",), **how},
        )
        self.server: MailServer = self._internet.mail(self.host, greeter, tls=tls)  # type: ignore[arg-type]
        there = server(self.host, service, "ada", *words)
        return self._logging_in.one(there, keys=keys, timeout=timeout, method=method)

    @property
    def said(self) -> list[str]:
        """The first words of every command, IMAP's tags left out."""
        return [line.partition(" ")[2] if line[:1] == "a" else line for _, line in self.server.commands]

    @property
    def heard(self) -> str:
        """All that it was told, as it is and with Base64 taken off."""
        lines = [line for _, line in self.server.commands]
        words = [word for line in lines for word in line.split()]
        return "\n".join(lines) + "".join(_plain(word) for word in words)


def _plain(word: str) -> str:
    try:
        return base64.b64decode(word, validate=True).decode("latin-1")
    except ValueError:
        return ""


@pytest.fixture
def liar(internet: Internet, logging_in: LoggingIn) -> Liar:
    return Liar(internet, logging_in)


def names(report: LoginReport) -> list[tuple[str, str]]:
    return [(attempt.method, str(attempt.outcome)) for attempt in report.attempts]


@pytest.mark.parametrize(
    ("service", "command", "no"),
    [
        ("imaps", "AUTHENTICATE", b"TAG NO [CANNOT] not today\r\n"),
        ("imaps", "AUTHENTICATE", b"TAG BAD unknown\r\n"),
        ("pop3s", "AUTH", b"-ERR Unsupported authentication mechanism\r\n"),
        ("submissions", "AUTH", b"504 5.5.4 Unrecognized authentication type\r\n"),
        ("submissions", "AUTH", b"534 5.7.9 Authentication mechanism is too weak\r\n"),
    ],
)
def test_a_method_refused_before_the_password_was_seen_is_followed_by_the_next(
    liar: Liar, service: str, command: str, no: bytes
) -> None:
    report = liar.report(
        service, "password-encrypted", mechanisms=("SCRAM-SHA-1", "CRAM-MD5"), answers={command: no}
    )
    assert report.outcome is Outcome.METHOD_REFUSED
    assert [method for method, _ in names(report)][:2] == ["SCRAM-SHA-1", "CRAM-MD5"]
    assert SECRET not in liar.heard


@pytest.mark.parametrize(
    ("service", "command", "no", "outcome"),
    [
        ("imaps", "AUTHENTICATE", b"TAG NO no\r\n", "wrong-password"),
        ("imaps", "AUTHENTICATE", b"TAG NO [AUTHENTICATIONFAILED] no\r\n", "wrong-password"),
        ("imaps", "AUTHENTICATE", b"TAG NO [ALERT] Web login required\r\n", "blocked"),
        ("imaps", "AUTHENTICATE", (b"* BYE Too many logins\r\n", Reaction.HANG_UP), "blocked"),
        ("pop3s", "AUTH", b"-ERR [SYS/TEMP] later\r\n", "blocked"),
        ("submissions", "AUTH", b"535 5.7.8 no\r\n", "wrong-password"),
        ("submissions", "AUTH", b"535 5.7.139 basic authentication is disabled\r\n", "method-refused"),
        ("submissions", "AUTH", b"421 4.7.0 too many errors\r\n", "blocked"),
    ],
)
def test_a_password_that_was_seen_is_never_sent_again(
    liar: Liar, service: str, command: str, no: Answer | tuple[Answer, ...], outcome: str
) -> None:
    answers: dict[str, Answer | tuple[Answer, ...]] = {
        command: no,
        "LOGIN": b"TAG OK\r\n",
        "USER": b"+OK\r\n",
        "PASS": b"+OK\r\n",
    }
    report = liar.report(service, "password-cleartext", mechanisms=("PLAIN", "LOGIN"), answers=answers)
    assert names(report) == [("PLAIN", outcome)]
    assert liar.heard.count(SECRET) == 1


def test_a_plain_login_refused_as_a_method_is_followed_by_login(liar: Liar) -> None:
    report = liar.report(
        "submissions",
        "password-cleartext",
        mechanisms=("PLAIN", "LOGIN"),
        answers={"AUTH": b"504 5.5.4 Unrecognized authentication type\r\n"},
    )
    assert [method for method, _ in names(report)] == ["PLAIN", "LOGIN"]
    assert liar.server.accepted == [465, 465]


@pytest.mark.parametrize("service", ["imaps", "submissions"])
def test_a_server_that_forges_its_proof_is_named_and_gets_no_password(liar: Liar, service: str) -> None:
    first = base64.b64encode(b"r=stolen,s=c2FsdA==,i=4096")
    plus, end = (b"+ ", b"TAG OK in\r\n") if service == "imaps" else (b"334 ", b"235 in\r\n")
    answers: dict[str, Answer] = {}
    for command in ("AUTHENTICATE", "AUTH"):
        answers[command] = plus + first + b"\r\n"
    report = liar.report(
        service, "password-encrypted", "password-cleartext", mechanisms=SCRAM, answers=answers | {"": end}
    )
    assert report.outcome is Outcome.DISHONEST
    assert report.said == "The server's SCRAM-SHA-256 does not answer to us: another nonce."
    assert names(report) == [("SCRAM-SHA-256", "dishonest")]
    assert SECRET not in liar.heard


def test_a_server_that_lets_in_everybody_is_not_believed(liar: Liar) -> None:
    report = liar.report(
        "imaps", "password-encrypted", mechanisms=SCRAM, answers={"AUTHENTICATE": b"TAG OK welcome\r\n"}
    )
    assert (report.outcome, report.said) == (
        Outcome.DISHONEST,
        "The server says yes to SCRAM-SHA-256 before it has been told the secret.",
    )


@pytest.mark.parametrize(
    ("mechanisms", "words", "said"),
    [
        (
            ("GSSAPI",),
            ("password-encrypted",),
            "The server does not offer password-encrypted; it offers GSSAPI.",
        ),
        (("X\x1b[2J",), ("NTLM",), "The server does not offer NTLM; it offers X\x1b[2J."),
    ],
)
def test_what_a_server_offers_instead_is_said(
    liar: Liar, mechanisms: tuple[str, ...], words: tuple[str, ...], said: str
) -> None:
    report = liar.report("submissions", *words, mechanisms=mechanisms)
    assert report.outcome is Outcome.METHOD_REFUSED
    assert report.said == said


def test_a_server_that_advertises_nothing_is_told_nothing(liar: Liar) -> None:
    report = liar.report("submissions", mechanisms=())
    assert report.said == "The server does not offer password-cleartext; it offers no way to log in."
    assert liar.said == ["EHLO [127.0.0.1]", "QUIT"]


@pytest.mark.parametrize("service", ["imap", "pop3", "submission"])
def test_a_server_without_starttls_gets_no_password(
    liar: Liar, internet: Internet, logging_in: LoggingIn, service: str
) -> None:
    kind, port, _ = SERVERS[service]
    stripped = internet.mail(liar.host, Greeter(protocol=str(kind), port=port, security="plain"))  # type: ignore[arg-type]
    report = logging_in.one(server(liar.host, service, "ada"), keys=KEYS)
    assert report.outcome is Outcome.NO_ENCRYPTION
    assert report.advice.startswith("Nothing was sent: anybody on the way could read the password.")
    assert SECRET not in str(stripped.commands)


def test_words_slipped_in_before_tls_end_it(liar: Liar) -> None:
    report = liar.report("submission", answers={"STARTTLS": b"220 go\r\n250-AUTH PLAIN\r\n"})
    assert (report.outcome, report.said) == (
        Outcome.DISHONEST,
        f"{liar.host} says more than it was asked for.",
    )


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({"greeting": b""}, "HOST:993 took longer than 0.4 seconds."),
        ({"answers": {"CAPABILITY": Reaction.SILENCE}}, "HOST:993 took longer than 0.4 seconds."),
        ({"answers": {"AUTHENTICATE": Reaction.SILENCE}}, "HOST:993 took longer than 0.4 seconds."),
        ({"answers": {"AUTHENTICATE": Reaction.HANG_UP}}, "HOST:993 broke off: connection closed."),
        ({"greeting": b"* BYE not today\r\n"}, "HOST says '* BYE not today' where '* OK' was expected."),
        ({"answers": {"AUTHENTICATE": b"* x\r\n" * 300}}, "HOST does not come to an end."),
        ({"answers": {"AUTHENTICATE": b"+ !!!\r\n"}}, "HOST says '!!!' where 'base64' was expected."),
    ],
)
def test_a_server_that_stalls_or_breaks_off_is_down(liar: Liar, how: dict[str, Any], said: str) -> None:
    slow = any(word in said for word in ("longer",))
    # CRAM-MD5 waits for a challenge, which PLAIN has no use for.
    report = liar.report(
        "imaps", method="CRAM-MD5", mechanisms=("CRAM-MD5",), timeout=0.4 if slow else 5, **how
    )
    assert (report.outcome, report.said) == (Outcome.DOWN, said.replace("HOST", liar.host))


def test_a_server_that_stutters_is_understood(liar: Liar) -> None:
    report = liar.report("imaps", answers={"AUTHENTICATE": b"TAG OK in\r\n"}, stutter=0.0005)
    assert report.outcome is Outcome.ACCEPTED


def test_a_host_that_does_not_exist_is_down(internet: Internet, logging_in: LoggingIn) -> None:
    host = f"nowhere.{internet.domain()}"
    report = logging_in.one(server(host, "imaps", "ada"), keys=KEYS)
    assert (report.outcome, report.said) == (Outcome.DOWN, f"{host} does not exist in the DNS (NXDOMAIN).")


def test_a_port_where_nobody_listens_is_down(internet: Internet, logging_in: LoggingIn) -> None:
    host = f"closed.{internet.domain()}"
    internet.refusing(host)
    report = logging_in.one(server(host, "imaps", "ada"), keys=KEYS)
    assert report.said == f"{host}:993 cannot be reached: connection refused."


def test_a_secret_that_a_server_repeats_is_not_shown(liar: Liar) -> None:
    no = (
        f"TAG NO wrong: {SECRET} and {base64.b64encode(f'{chr(0)}ada{chr(0)}{SECRET}'.encode()).decode()}\r\n"
    )
    report = liar.report("imaps", answers={"AUTHENTICATE": no.encode()})
    assert report.outcome is Outcome.WRONG_PASSWORD
    assert SECRET not in report.said
    assert "…" in report.said


@pytest.mark.parametrize("service", ["imaps", "pop3s"])
def test_a_password_with_a_line_break_is_no_command(liar: Liar, service: str) -> None:
    """Sent by the plain login command it would end the line, and begin another."""
    report = liar.report(service, mechanisms=("X",), keys=Keys(password="a\r\nb"))
    assert report.outcome is Outcome.METHOD_REFUSED
    assert report.advice == "What goes to a mail server cannot hold a line break or a NUL character."
    assert "b" not in liar.said
