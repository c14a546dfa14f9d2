"""What a file says of other servers than IMAP and SMTP over TLS with a password."""

from __future__ import annotations

import pytest

from autoconfig.formats.clients import PROGRAMS, render
from autoconfig.model import Authentication
from tests.formats.clients.mailbox import ADA, PLAIN, SSL, STARTTLS, comment, provider, rendered, server

ENCRYPTED = Authentication.PASSWORD_ENCRYPTED


@pytest.mark.parametrize(
    ("program", "lines"),
    [
        ("aerc", ["source = imap://ada%40example.com@imap.example.com:143", "smtp-starttls = true"]),
        ("env", ["export SMTP_ENCRYPTION=starttls"]),
        ("fetchmail", ['  sslproto "TLS1.2+"', "  sslcertck"]),
        ("git", ["\tsmtpEncryption = tls"]),
        ("himalaya", ['server = "imap://imap.example.com:143"', "starttls = true"]),
        ("mbsync", ["SSLType STARTTLS"]),
        ("msmtp", ["tls on", "tls_starttls on"]),
        ("neomutt", ['set folder = "imap://imap.example.com:143/"', "set ssl_force_tls = yes"]),
        ("postfix", ["smtp_tls_wrappermode = no", "smtp_tls_security_level = secure"]),
    ],
)
def test_starttls_is_insisted_on(program: str, lines: list[str]) -> None:
    found = rendered(program, server("imap", STARTTLS), server("smtp", STARTTLS))
    assert [line for line in lines if line not in found] == []


def test_fetchmail_upgrades_only_where_tls_does_not_start_at_once() -> None:
    assert "  ssl" not in rendered("fetchmail", server("imap", STARTTLS))


def test_an_application_is_told_to_insist_on_starttls() -> None:
    assert rendered("env", server("smtp", STARTTLS))[-1].endswith('@smtp.example.com:587?require_tls=true"')


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_file_for_a_server_without_tls_says_so(program: str) -> None:
    head = comment(program, server("imap", PLAIN), server("smtp", PLAIN))
    host = "smtp" if program in ("git", "msmtp", "postfix") else "imap"
    assert f"# {host}.example.com offers no TLS: what is sent to it can be read on the way." in head


@pytest.mark.parametrize(
    ("program", "lines"),
    [
        ("aerc", ["source = imap+insecure://ada%40example.com@imap.example.com:143"]),
        ("env", ["export IMAP_ENCRYPTION=none"]),
        ("fetchmail", ['  sslproto ""']),
        ("getmail", ["type = SimpleIMAPRetriever"]),
        ("git", ["\tsmtpEncryption = none"]),
        ("himalaya", ['server = "imap://imap.example.com:143"', "starttls = false"]),
        ("mbsync", ["SSLType None", "AuthMechs * LOGIN"]),
        ("msmtp", ["tls off"]),
        ("neomutt", ["set ssl_force_tls = no"]),
        ("offlineimap", ["ssl = no", "starttls = no"]),
        ("postfix", ["smtp_tls_security_level = none"]),
    ],
)
def test_no_tls_is_said_outright(program: str, lines: list[str]) -> None:
    found = rendered(program, server("imap", PLAIN), server("smtp", PLAIN))
    assert [line for line in lines if line not in found] == []


@pytest.mark.parametrize(
    ("program", "lines"),
    [
        ("fetchmail", ['poll "pop3.example.com" protocol pop3 port 995', "  uidl"]),
        ("getmail", ["type = SimplePOP3SSLRetriever"]),
        ("env", ["export POP3_HOST=pop3.example.com"]),
        (
            "neomutt",
            ['set spoolfile = "pops://ada%40example.com@pop3.example.com:995/"', 'set pop_pass = "`pw`"'],
        ),
    ],
)
def test_pop3_is_used_where_there_is_no_imap(program: str, lines: list[str]) -> None:
    found = rendered(program, server("pop3"), server("smtp"))
    assert [line for line in lines if line not in found] == []


@pytest.mark.parametrize(("word", "line"), [("imap", "use_cram_md5 = true"), ("pop3", "use_apop = true")])
def test_getmail_answers_challenges_where_no_password_may_be_sent(word: str, line: str) -> None:
    assert line in rendered("getmail", server(word, SSL, ENCRYPTED))


@pytest.mark.parametrize(
    ("program", "line"),
    [
        ("aerc", "outgoing = smtps+none://smtp.example.com:465"),
        ("env", "export MAILER_DSN=smtps://smtp.example.com:465"),
        ("git", "\tsmtpAuth = none"),
        ("himalaya", 'server = "smtps://smtp.example.com:465"'),
        ("msmtp", "auth off"),
        ("neomutt", 'set smtp_url = "smtps://smtp.example.com:465/"'),
        ("postfix", "smtp_sasl_auth_enable = no"),
    ],
)
def test_a_server_that_wants_no_login_gets_none(program: str, line: str) -> None:
    found = rendered(program, server("imap"), server("smtp", SSL, Authentication.CLIENT_IP_ADDRESS))
    assert line in found


def test_no_login_leaves_no_trace_of_a_secret() -> None:
    found = render("msmtp", provider(server("smtp", SSL, Authentication.NONE)), ADA).decode()
    assert "user" not in found
    assert "secret-tool" not in found


def test_an_ipv6_address_stands_in_brackets_where_a_port_follows() -> None:
    found = rendered("postfix", server("smtp", host="2001:db8::1"))
    assert found[0] == "relayhost = [2001:db8::1]:465"
    assert "[2001:db8::1]:993" in "\n".join(rendered("aerc", server("imap", host="2001:db8::1")))
