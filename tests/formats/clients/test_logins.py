"""Where the secret comes from, and of which kind it is."""

from __future__ import annotations

import pytest

from autoconfig.formats.clients import PROGRAMS, Secrets, render
from autoconfig.model import Authentication
from tests.formats.clients.mailbox import ADA, SSL, provider, rendered, server

OAUTH2 = Authentication.OAUTH2
TOKEN = Secrets(password_command="pw", token_command="token")


@pytest.mark.parametrize("program", PROGRAMS)
def test_without_a_command_the_keyring_is_asked_and_the_file_says_how_to_fill_it(program: str) -> None:
    text = render(program, provider(), ADA).decode()
    assert "secret-tool lookup service mail account ada@example.com" in text
    assert "#   secret-tool store --label=Mail service mail account ada@example.com\n" in text


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_command_of_the_user_takes_the_place_of_the_keyring(program: str) -> None:
    assert b"secret-tool" not in render(program, provider(), ADA, Secrets(password_command="pw"))


@pytest.mark.parametrize(
    ("program", "lines"),
    [
        (
            "aerc",
            ["source = imaps+xoauth2://ada%40example.com@imap.example.com:993", "source-cred-cmd = `token`"],
        ),
        ("getmail", ["password_command = ('sh', '-c', 'token')", "use_xoauth2 = true"]),
        ("git", ["\tsmtpAuth = XOAUTH2"]),
        ("mbsync", ['PassCmd "token"', "AuthMechs XOAUTH2"]),
        ("msmtp", ["auth xoauth2", 'passwordeval "token"']),
        ("neomutt", ['set imap_authenticators = "xoauth2"', 'set imap_oauth_refresh_command = "token"']),
        ("neomutt", ['set smtp_authenticators = "xoauth2"', 'set smtp_oauth_refresh_command = "token"']),
        ("offlineimap", ["auth_mechanisms = XOAUTH2"]),
        ("himalaya", ['[accounts."ada@example.com".imap.sasl.xoauth2.token]']),
    ],
)
def test_oauth2_is_used_where_there_is_a_command_for_it(program: str, lines: list[str]) -> None:
    found = rendered(program, server("imap", SSL, OAUTH2), server("smtp", SSL, OAUTH2), secrets=TOKEN)
    assert [line for line in lines if line not in found] == []


def test_a_token_is_better_than_a_password() -> None:
    assert "auth xoauth2" in rendered(
        "msmtp", server("smtp", SSL, Authentication.PASSWORD_CLEARTEXT, OAUTH2), secrets=TOKEN
    )


def test_a_password_is_taken_where_there_is_no_command_for_a_token() -> None:
    assert "auth on" in rendered("msmtp", server("smtp", SSL, OAUTH2, Authentication.PASSWORD_CLEARTEXT))
