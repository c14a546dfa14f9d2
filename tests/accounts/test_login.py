"""Logging in at Dovecot, Postfix and Cyrus SASL by every mechanism they have."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from autoconfig.accounts.judgement import Outcome
from autoconfig.accounts.keys import Keys
from tests.accounts.conftest import SERVERS, server
from tests.mailhost.logins import RIGHT, SIMPLE

if TYPE_CHECKING:
    from autoconfig.accounts.report import LoginReport
    from tests.accounts.conftest import LoggingIn
    from tests.internet.certificates import Tls
    from tests.mailhost.logins import LoginHost

pytestmark = pytest.mark.real

DOVECOT = ("PLAIN", "LOGIN", "CRAM-MD5", "DIGEST-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256")
CYRUS = (*DOVECOT, "SCRAM-SHA-512", "NTLM")
EVERY_WAY = [
    *((service, method) for service in ("imaps", "pop3s", "submissions") for method in DOVECOT),
    ("pop3s", "APOP"),
    *(("cyrus-submission", method) for method in CYRUS),
]
WORDS = ("password-cleartext", "password-encrypted", "NTLM", "OAuth2")


def shortly(report: LoginReport) -> tuple[str, str, str]:
    return str(report.outcome), report.method, report.said


@pytest.mark.parametrize("service", SERVERS)
def test_a_password_is_accepted_at_every_port(logging_in: LoggingIn, host: LoginHost, service: str) -> None:
    report = logging_in.one(server(host.host, service, host.user("ada")), keys=Keys(password=RIGHT))
    assert (report.outcome, report.method, report.tls) == (Outcome.ACCEPTED, "PLAIN", "TLSv1.3")
    assert host.guesses(0) == 0


@pytest.mark.parametrize(("service", "method"), EVERY_WAY)
def test_a_password_is_accepted_in_every_way(
    logging_in: LoggingIn, host: LoginHost, service: str, method: str
) -> None:
    there = server(host.host, service, host.user("bob"))
    report = logging_in.one(there, keys=Keys(password=SIMPLE), method=method)
    assert report.outcome is Outcome.ACCEPTED, report
    assert report.method in (method, "the plain login command")


@pytest.mark.parametrize(
    ("service", "method", "said"),
    [
        ("imaps", "PLAIN", "AUTHENTICATIONFAILED Authentication failed."),
        ("imaps", "LOGIN", "AUTHENTICATIONFAILED Authentication failed."),
        ("imaps", "SCRAM-SHA-256", "AUTHENTICATIONFAILED Authentication failed."),
        ("pop3s", "LOGIN", "AUTH Authentication failed."),
        ("pop3s", "APOP", "AUTH Authentication failed."),
        ("submissions", "CRAM-MD5", "535 5.7.8 Error: authentication failed: (reason unavailable)"),
        ("dovecot-submission", "PLAIN", "535 5.7.8 Authentication failed."),
        ("cyrus-submission", "DIGEST-MD5", "535 5.7.8 Error: authentication failed: authentication failure"),
        ("cyrus-submission", "SCRAM-SHA-1", "535 5.7.8 Error: authentication failed: authentication failure"),
        ("cyrus-submission", "NTLM", "535 5.7.8 Error: authentication failed: authentication failure"),
    ],
)
def test_a_wrong_password_is_called_so_after_one_guess(
    logging_in: LoggingIn, host: LoginHost, service: str, method: str, said: str
) -> None:
    there = server(host.host, service, host.user("bob"))
    report = logging_in.one(there, keys=Keys(password="wrong"), method=method)
    assert (report.outcome, report.said) == (Outcome.WRONG_PASSWORD, said)
    assert host.guesses(1) == 1


@pytest.mark.parametrize(
    ("service", "word", "method"),
    [
        ("imaps", "password-cleartext", "PLAIN"),
        ("pop3s", "password-cleartext", "PLAIN"),
        ("submission", "password-cleartext", "PLAIN"),
        ("imaps", "password-encrypted", "SCRAM-SHA-256"),
        ("pop3s", "password-encrypted", "SCRAM-SHA-256"),
        ("submissions", "password-encrypted", "SCRAM-SHA-256"),
        ("cyrus-submission", "password-encrypted", "SCRAM-SHA-512"),
        ("cyrus-submission", "NTLM", "NTLM"),
    ],
)
def test_what_is_published_decides_and_the_strongest_of_it_is_taken(
    logging_in: LoggingIn, host: LoginHost, service: str, word: str, method: str
) -> None:
    there = server(host.host, service, host.user("bob"), word)
    report = logging_in.one(there, keys=Keys(password=SIMPLE))
    assert (report.outcome, report.method) == (Outcome.ACCEPTED, method)


def test_the_published_order_is_kept(logging_in: LoggingIn, host: LoginHost) -> None:
    there = server(host.host, "imaps", host.user("bob"), "password-encrypted", "password-cleartext", "OAuth2")
    report = logging_in.one(there, keys=Keys(password=SIMPLE, token=host.token("bob")))
    assert [attempt.method for attempt in report.attempts] == ["SCRAM-SHA-256"]


@pytest.mark.parametrize("words", [WORDS, tuple(reversed(WORDS))])
def test_one_wrong_password_is_one_guess_however_many_ways_are_published(
    logging_in: LoggingIn, host: LoginHost, words: tuple[str, ...]
) -> None:
    there = [server(host.host, service, host.user("bob"), *words) for service in SERVERS]
    reports = logging_in.at(*there, keys=Keys(password="wrong"))
    assert [str(report.outcome) for report in reports] == [
        "wrong-password",
        *["not-tried"] * (len(there) - 1),
    ]
    assert reports[-1].said == f"{host.host} has said no to this password already."
    assert host.guesses(1) == 1


def test_another_login_name_is_another_account(logging_in: LoggingIn, host: LoginHost) -> None:
    there = [server(host.host, "imaps", host.user(name)) for name in ("bob", "ada")]
    reports = logging_in.at(*there, keys=Keys(password="wrong"))
    assert [str(report.outcome) for report in reports] == ["wrong-password", "wrong-password"]


@pytest.mark.parametrize("method", ["XOAUTH2", "OAUTHBEARER"])
@pytest.mark.parametrize("service", ["imaps", "pop3s", "submissions"])
def test_a_token_is_accepted(logging_in: LoggingIn, host: LoginHost, service: str, method: str) -> None:
    there = server(host.host, service, host.user("ada"), "OAuth2")
    report = logging_in.one(there, keys=Keys(token=host.token()), method=method)
    assert (report.outcome, report.method) == (Outcome.ACCEPTED, method)


@pytest.mark.parametrize(
    ("service", "method", "said"),
    [
        ("imaps", "XOAUTH2", "AUTHENTICATIONFAILED Authentication failed. (401)"),
        ("pop3s", "OAUTHBEARER", "AUTH Authentication failed. (invalid_token)"),
        ("submissions", "XOAUTH2", "535 5.7.8 Error: authentication failed: (reason unavailable) (401)"),
    ],
)
def test_a_token_that_ran_out_is_called_so(
    logging_in: LoggingIn, host: LoginHost, service: str, method: str, said: str
) -> None:
    there = server(host.host, service, host.user("ada"), "OAuth2")
    report = logging_in.one(there, keys=Keys(token=host.token(seconds=-60)), method=method)
    assert (report.outcome, report.said) == (Outcome.WRONG_PASSWORD, said)
    assert report.advice.startswith("Get a new token; ")


def test_a_password_is_tried_where_the_token_is_refused(logging_in: LoggingIn, host: LoginHost) -> None:
    there = server(host.host, "imaps", host.user("bob"), "OAuth2", "password-cleartext")
    report = logging_in.one(there, keys=Keys(token=host.token("bob", seconds=-60), password=SIMPLE))
    assert [attempt.method for attempt in report.attempts] == ["XOAUTH2", "PLAIN"]
    assert report.outcome is Outcome.ACCEPTED


def test_a_token_of_somebody_else_is_refused(logging_in: LoggingIn, host: LoginHost) -> None:
    there = server(host.host, "imaps", host.user("ada"), "OAuth2")
    report = logging_in.one(there, keys=Keys(token=host.token("bob")))
    assert report.outcome is Outcome.WRONG_PASSWORD


@pytest.mark.parametrize(
    ("service", "user", "outcome", "said"),
    [
        ("imaps", "closed", Outcome.BLOCKED, "CONTACTADMIN account-suspended"),
        ("pop3s", "closed", Outcome.BLOCKED, "AUTH account-suspended"),
        ("imaps", "broken", Outcome.BLOCKED, "UNAVAILABLE Temporary authentication failure."),
        ("pop3s", "broken", Outcome.BLOCKED, "SYS/TEMP Temporary authentication failure."),
        ("dovecot-submission", "broken", Outcome.BLOCKED, "454 4.7.0 Temporary authentication failure."),
        ("imaps", "denied", Outcome.WRONG_PASSWORD, "AUTHENTICATIONFAILED Authentication failed."),
        ("imaps", "nobody", Outcome.WRONG_PASSWORD, "AUTHENTICATIONFAILED Authentication failed."),
    ],
)
def test_an_account_that_is_not_let_in_is_told_from_a_wrong_password_where_the_server_does(
    logging_in: LoggingIn, host: LoginHost, service: str, user: str, outcome: Outcome, said: str
) -> None:
    report = logging_in.one(server(host.host, service, host.user(user)), keys=Keys(password=SIMPLE))
    assert report.outcome is outcome
    assert report.said.startswith(said)


@pytest.mark.parametrize("service", ["imaps", "imap", "pop3s", "pop3", "submissions", "submission"])
@pytest.mark.parametrize(
    ("tls", "reason"),
    [
        ("expired", "certificate has expired"),
        ("self-signed", "self-signed certificate"),
        ("untrusted", "unable to get local issuer certificate"),
        ("wrong-name", "Hostname mismatch, certificate is not valid for 'HOST'"),
    ],
)
def test_nothing_is_said_to_a_server_with_a_bad_certificate(
    logging_in: LoggingIn, host: LoginHost, service: str, tls: Tls, reason: str
) -> None:
    name = host.hosts[tls].name
    report = logging_in.one(server(name, service, host.user("bob")), keys=Keys(password=SIMPLE))
    assert report.outcome is Outcome.BAD_CERTIFICATE
    assert report.said == f"The certificate of {name} is not valid: {reason}.".replace("HOST", name)
    assert "Login: user" not in host.log


@pytest.mark.parametrize(
    ("service", "word", "said", "advice"),
    [
        (
            "submission",
            "password-encrypted",
            "The server does not offer password-encrypted; it offers PLAIN LOGIN.",
            "The settings should name what the server does: password-cleartext.",
        ),
        (
            "submission",
            "NTLM",
            "The server does not offer NTLM; it offers PLAIN LOGIN.",
            "The settings should name what the server does: password-cleartext.",
        ),
        (
            "submission",
            "GSSAPI",
            "Logging in by GSSAPI is more than this program can do.",
            "The settings should name what the server does: password-cleartext.",
        ),
        (
            "imaps",
            "OAuth2",
            "The server takes an OAuth2 token only.",
            "Give one: a password when asked, a token by --token-command or --sign-in.",
        ),
    ],
)
def test_a_method_that_is_published_but_not_offered_sends_no_password(
    logging_in: LoggingIn, host: LoginHost, service: str, word: str, said: str, advice: str
) -> None:
    report = logging_in.one(server(host.host, service, host.user("bob"), word), keys=Keys(password=SIMPLE))
    assert (report.outcome, report.said, report.advice) == (Outcome.METHOD_REFUSED, said, advice)
    assert report.attempts == ()


def test_no_password_goes_over_a_connection_without_encryption(
    logging_in: LoggingIn, host: LoginHost
) -> None:
    there = server(host.host, "imap", host.user("bob"), plain=True)
    report = logging_in.one(there, keys=Keys(password=SIMPLE))
    assert report.outcome is Outcome.NO_ENCRYPTION
    assert report.said == f"{host.host}:143 is without encryption."
    # Who came before, with encryption, may be told of just now.
    assert not re.findall(r"^(?!.*, TLS\b).*imap-login.*", host.log, re.MULTILINE)


def test_a_password_that_is_forced_over_plain_text_is_told_what_the_server_thinks(
    logging_in: LoggingIn, host: LoginHost
) -> None:
    """This server takes no password so."""
    there = server(host.host, "imap", host.user("bob"), plain=True)
    report = logging_in.one(there, keys=Keys(password=SIMPLE), allow_plaintext=True)
    assert (report.outcome, report.tls) == (Outcome.METHOD_REFUSED, "")
    assert report.said.startswith("The server does not offer password-cleartext; it offers ")


def test_a_login_that_needs_none_is_a_connection(logging_in: LoggingIn, host: LoginHost) -> None:
    there = server(host.host, "submissions", host.user("bob"), "client-IP-address")
    report = logging_in.one(there, keys=Keys(password=SIMPLE))
    assert shortly(report) == ("accepted", "no login", "")


def test_letters_that_dovecot_hashes_otherwise_are_remarked_on(
    logging_in: LoggingIn, host: LoginHost
) -> None:
    there = server(host.host, "imaps", host.user("ada"))
    report = logging_in.one(there, keys=Keys(password=RIGHT), method="DIGEST-MD5")
    assert report.outcome is Outcome.WRONG_PASSWORD
    assert report.remarks[0].endswith("a refusal may be the server's mistake.")


def test_no_secret_is_in_a_report(logging_in: LoggingIn, host: LoginHost) -> None:
    there = [server(host.host, service, host.user("bob"), *WORDS) for service in SERVERS]
    keys = Keys(password="correct-but-wrong", token=host.token("ada"))
    reports = logging_in.at(*there, keys=keys)
    shown = repr((keys, reports, [report.as_dict() for report in reports]))
    assert ("correct-but-wrong" in shown, host.token("ada")[:40] in shown) == (False, False)
