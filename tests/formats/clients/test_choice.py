"""Which server a program is given, and the sentence where it can use none."""

from __future__ import annotations

import pytest

from autoconfig.errors import NothingFound, ValueRefused
from autoconfig.formats.clients import PROGRAMS, Secrets, render
from autoconfig.model import Authentication, EmailAddress, ServerType, UrlServer
from autoconfig.model.placeholders import EMAIL_DOMAIN, EMAIL_LOCAL_PART, REAL_NAME
from tests.formats.clients.mailbox import ADA, PLAIN, SSL, STARTTLS, provider, rendered, server

OAUTH2 = Authentication.OAUTH2
ENCRYPTED = Authentication.PASSWORD_ENCRYPTED
TOKEN = Secrets(token_command="token")

NEEDS_INCOMING = ("aerc", "fetchmail", "getmail", "himalaya", "mbsync", "offlineimap")
NEEDS_OUTGOING = ("git", "msmtp", "postfix")
TAKES_EITHER = ("env", "neomutt")


def reason(program: str, *servers: object, secrets: Secrets | None = None) -> str:
    """The sentence with which a program's file is refused."""
    with pytest.raises(NothingFound) as refused:
        render(program, provider(*servers), ADA, secrets)  # type: ignore[arg-type]
    return str(refused.value)


def test_every_program_needs_something() -> None:
    assert sorted(NEEDS_INCOMING + NEEDS_OUTGOING + TAKES_EITHER) == list(PROGRAMS)


# The safest first


def test_tls_from_the_start_goes_before_starttls() -> None:
    assert "port 465" in rendered("msmtp", server("smtp", STARTTLS), server("smtp", SSL))


def test_starttls_goes_before_no_tls() -> None:
    assert "port 587" in rendered("msmtp", server("smtp", PLAIN), server("smtp", STARTTLS))


def test_the_first_of_two_equal_servers_is_taken() -> None:
    found = rendered("msmtp", server("smtp", host="one.example"), server("smtp", host="two.example"))
    assert 'host "one.example"' in found


def test_imap_goes_before_pop3() -> None:
    assert 'poll "imap.example.com" protocol imap port 993' in rendered(
        "fetchmail", server("pop3"), server("imap")
    )


def test_pop3_with_tls_goes_before_imap_without() -> None:
    found = rendered("fetchmail", server("imap", PLAIN), server("pop3"))
    assert 'poll "pop3.example.com" protocol pop3 port 995' in found


@pytest.mark.parametrize("program", ["getmail", "offlineimap"])
def test_a_program_without_safe_starttls_does_not_fall_back_to_no_tls(program: str) -> None:
    said = reason(program, server("imap", STARTTLS), server("imap", PLAIN))
    assert said == f"{program} cannot use imap.example.com safely: it has STARTTLS only."


def test_getmail_takes_pop3_with_tls_where_imap_has_starttls() -> None:
    assert "server = pop3.example.com" in rendered("getmail", server("imap", STARTTLS), server("pop3"))


def test_a_server_that_is_no_mail_server_is_passed_over() -> None:
    jmap = UrlServer(type=ServerType.JMAP, url="https://jmap.example.com/", authentication=(OAUTH2,))
    assert "server = imap.example.com" in rendered("getmail", jmap, server("imap"))


# Filled for the mailbox


def test_placeholders_are_filled() -> None:
    found = rendered("msmtp", server("smtp", username=EMAIL_LOCAL_PART, host=f"mx.{EMAIL_DOMAIN}"))
    assert ('host "mx.example.com"' in found, 'user "ada"' in found) == (True, True)


def test_a_provider_that_is_filled_already_gives_the_same_bytes() -> None:
    filled = provider().for_address(ADA)
    assert [render(name, filled, ADA) for name in PROGRAMS] == [
        render(name, provider(), ADA) for name in PROGRAMS
    ]


def test_where_no_login_name_is_known_it_is_the_address() -> None:
    assert 'user "ada@example.com"' in rendered("msmtp", server("smtp", username=None))


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_login_name_that_the_address_does_not_tell_is_refused(program: str) -> None:
    servers = provider(server("imap", username=REAL_NAME), server("smtp", username=REAL_NAME))
    with pytest.raises(
        ValueRefused, match=r"^The login name at \w+\.example\.com is not known from the address\.$"
    ):
        render(program, servers, ADA)


def test_a_host_name_that_no_longer_fits_is_no_server() -> None:
    ada = EmailAddress.parse("ada.b+c@example.com")
    with pytest.raises(
        NothingFound, match=r"^msmtp needs an SMTP server, and there is none for this address\.$"
    ):
        render("msmtp", provider(server("smtp", host=f"{EMAIL_LOCAL_PART}.example.com")), ada)


# What is not there


@pytest.mark.parametrize("program", NEEDS_OUTGOING)
def test_nothing_to_hand_in_to_is_one_sentence(program: str) -> None:
    assert (
        reason(program, server("imap"))
        == f"{program} needs an SMTP server, and there is none for this address."
    )


@pytest.mark.parametrize("program", NEEDS_INCOMING)
def test_nothing_to_fetch_from_is_one_sentence(program: str) -> None:
    kinds = "IMAP or POP3" if program in ("fetchmail", "getmail") else "IMAP"
    assert (
        reason(program, server("smtp"))
        == f"{program} needs an {kinds} server, and there is none for this address."
    )


@pytest.mark.parametrize("program", ["aerc", "himalaya", "mbsync", "offlineimap"])
def test_pop3_alone_is_one_sentence_where_only_imap_is_spoken(program: str) -> None:
    said = reason(program, server("pop3"), server("smtp"))
    assert said == f"{program} needs an IMAP server, and there is none for this address."


@pytest.mark.parametrize("program", TAKES_EITHER)
@pytest.mark.parametrize("word", ["imap", "smtp"])
def test_one_direction_is_enough_where_the_provider_has_no_other(program: str, word: str) -> None:
    assert f"{word}.example.com" in "\n".join(rendered(program, server(word)))


@pytest.mark.parametrize("program", [*TAKES_EITHER, "aerc", "himalaya"])
def test_half_an_account_is_refused_where_the_provider_has_both_halves(program: str) -> None:
    said = reason(program, server("imap"), server("smtp", SSL, Authentication.GSSAPI))
    assert said == f"{program} cannot log in at smtp.example.com: it wants GSSAPI."


# OAuth2 and challenges


@pytest.mark.parametrize("program", sorted(set(PROGRAMS) - {"env", "fetchmail", "postfix"}))
def test_oauth2_alone_needs_a_command(program: str) -> None:
    said = reason(program, server("imap", SSL, OAUTH2), server("smtp", SSL, OAUTH2))
    host = "smtp" if program in NEEDS_OUTGOING else "imap"
    wanted = "name a command that prints an access token (--token-command)"
    assert said == f"{host}.example.com takes OAuth2 only: {wanted}."


@pytest.mark.parametrize(("program", "host"), [("env", "imap"), ("fetchmail", "imap"), ("postfix", "smtp")])
def test_oauth2_alone_is_refused_where_the_program_knows_none(program: str, host: str) -> None:
    said = reason(program, server("imap", SSL, OAUTH2), server("smtp", SSL, OAUTH2), secrets=TOKEN)
    assert said == f"{program} cannot log in at {host}.example.com: it wants OAuth2."


def test_getmail_fetches_by_pop3_with_a_password_only() -> None:
    said = reason("getmail", server("pop3", SSL, OAUTH2), secrets=TOKEN)
    assert said == "getmail cannot log in at pop3.example.com: it wants OAuth2."


@pytest.mark.parametrize("program", ["aerc", "env", "himalaya"])
def test_challenges_alone_are_refused_where_the_program_knows_none(program: str) -> None:
    said = reason(program, server("imap", SSL, ENCRYPTED), server("smtp"))
    assert said == f"{program} cannot log in at imap.example.com: it wants password-encrypted."


def test_a_server_without_any_way_to_log_in_is_no_server() -> None:
    bare = server("smtp").__class__(
        type=ServerType.SMTP, hostname="smtp.example.com", port=465, socket_type=SSL
    )
    assert reason("msmtp", bare) == "msmtp needs an SMTP server, and there is none for this address."
