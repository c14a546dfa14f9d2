"""A Thunderbird profile: its preferences, and its place in the list of profiles."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pytest

from autoconfig.errors import FormatError, NothingFound, ValueRefused
from autoconfig.formats.thunderbird import render_prefs, with_profile
from autoconfig.model import (
    Authentication,
    EmailAddress,
    OAuth2,
    Pop3Options,
    Provider,
    ServerType,
    SocketType,
    TcpServer,
    UrlServer,
)

ADDRESS = EmailAddress.parse("ada@example.com")
PASSWORD = Authentication.PASSWORD_CLEARTEXT
IMAP = TcpServer(
    type=ServerType.IMAP,
    hostname="imap.example.com",
    port=993,
    socket_type=SocketType.SSL,
    authentication=(PASSWORD,),
    username="%EMAILADDRESS%",
)
POP3 = replace(IMAP, type=ServerType.POP3, hostname="pop.example.com", port=995)
SMTP = TcpServer(
    type=ServerType.SMTP,
    hostname="smtp.example.com",
    port=587,
    socket_type=SocketType.STARTTLS,
    authentication=(PASSWORD,),
    username="%EMAILADDRESS%",
)


def provider(**different: Any) -> Provider:
    fields = {"incoming": (IMAP,), "outgoing": (SMTP,)} | different
    return Provider(id="example.com", display_name="Example", short_name="Example", **fields)


def prefs(here: Provider, name: str = "Ada", address: EmailAddress = ADDRESS) -> dict[str, Any]:
    """The preferences as Thunderbird reads them."""
    text = render_prefs(here, address, name).decode()
    lines = [line for line in text.splitlines() if not line.startswith("//")]
    found = [re.fullmatch(r"user_pref\((\".*?\"), (.*)\);", line) for line in lines]
    assert None not in found
    return {json.loads(line[1]): json.loads(line[2]) for line in found if line}


def test_an_account_has_a_mailbox_an_identity_and_a_submission_server() -> None:
    assert prefs(provider()) == {
        "mail.accountmanager.accounts": "account1",
        "mail.accountmanager.defaultaccount": "account1",
        "mail.account.account1.identities": "id1",
        "mail.account.account1.server": "server1",
        "mail.account.lastKey": 1,
        "mail.identity.id1.fullName": "Ada",
        "mail.identity.id1.useremail": "ada@example.com",
        "mail.identity.id1.valid": True,
        "mail.identity.id1.smtpServer": "smtp1",
        "mail.server.server1.type": "imap",
        "mail.server.server1.name": "ada@example.com",
        "mail.server.server1.hostname": "imap.example.com",
        "mail.server.server1.port": 993,
        "mail.server.server1.socketType": 3,
        "mail.server.server1.authMethod": 3,
        "mail.server.server1.userName": "ada@example.com",
        "mail.server.server1.directory-rel": "[ProfD]ImapMail/imap.example.com",
        "mail.server.server1.login_at_startup": True,
        "mail.server.server1.check_new_mail": True,
        "mail.smtpservers": "smtp1",
        "mail.smtp.defaultserver": "smtp1",
        "mail.smtpserver.smtp1.type": "smtp",
        "mail.smtpserver.smtp1.description": "Example",
        "mail.smtpserver.smtp1.hostname": "smtp.example.com",
        "mail.smtpserver.smtp1.port": 587,
        "mail.smtpserver.smtp1.try_ssl": 2,
        "mail.smtpserver.smtp1.authMethod": 3,
        "mail.smtpserver.smtp1.username": "ada@example.com",
    }


@pytest.mark.parametrize(
    ("socket", "number"), [(SocketType.PLAIN, 0), (SocketType.STARTTLS, 2), (SocketType.SSL, 3)]
)
def test_each_security_has_its_number(socket: SocketType, number: int) -> None:
    incoming, outgoing = (replace(server, socket_type=socket) for server in (IMAP, SMTP))
    found = prefs(provider(incoming=(incoming,), outgoing=(outgoing,)))
    assert found["mail.server.server1.socketType"] == number
    assert found["mail.smtpserver.smtp1.try_ssl"] == number


@pytest.mark.parametrize(
    ("word", "number"),
    [
        ("password-cleartext", 3),
        ("password-encrypted", 4),
        ("GSSAPI", 5),
        ("NTLM", 6),
        ("TLS-client-cert", 7),
        ("OAuth2", 10),
    ],
)
def test_each_way_to_log_in_has_its_number(word: str, number: int) -> None:
    incoming, outgoing = (replace(server, authentication=(Authentication(word),)) for server in (IMAP, SMTP))
    found = prefs(provider(incoming=(incoming,), outgoing=(outgoing,)))
    assert found["mail.server.server1.authMethod"] == number
    assert found["mail.smtpserver.smtp1.authMethod"] == number


def test_a_submission_server_without_login_gets_no_name() -> None:
    found = prefs(provider(outgoing=(replace(SMTP, authentication=(Authentication.NONE,)),)))
    assert found["mail.smtpserver.smtp1.authMethod"] == 1
    assert "mail.smtpserver.smtp1.username" not in found


def test_oauth2_brings_issuer_and_scope() -> None:
    oauth2 = OAuth2(issuer="login.example.com", scope=("mail", "offline"))
    server = replace(IMAP, authentication=(Authentication.OAUTH2, PASSWORD))
    found = prefs(provider(incoming=(server,), oauth2=oauth2))
    assert found["mail.server.server1.oauth2.issuer"] == "login.example.com"
    assert found["mail.server.server1.oauth2.scope"] == "mail offline"


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (None, {"leave_on_server": True}),
        (Pop3Options(), {"leave_on_server": True}),
        (Pop3Options(leave_messages_on_server=False), {"leave_on_server": False}),
        (
            Pop3Options(
                leave_messages_on_server=True,
                days_to_leave_messages_on_server=14,
                download_on_biff=True,
                check_interval_minutes=15,
            ),
            {
                "leave_on_server": True,
                "delete_by_age_from_server": True,
                "num_days_to_leave_on_server": 14,
                "download_on_biff": True,
                "check_time": 15,
            },
        ),
    ],
)
def test_pop3_does_what_the_provider_wishes_and_loses_nothing(
    options: Pop3Options | None, expected: dict[str, Any]
) -> None:
    found = prefs(provider(incoming=(replace(POP3, pop3=options),)))
    names = ("leave_on_server", "delete_by_age_from_server", "num_days_to_leave_on_server")
    names += ("download_on_biff", "check_time")
    present = {name: found.get(f"mail.server.server1.{name}") for name in names}
    assert {name: value for name, value in present.items() if value is not None} == expected
    assert found["mail.server.server1.directory-rel"] == "[ProfD]Mail/pop.example.com"


def test_a_name_cannot_leave_its_quotes() -> None:
    name = 'Ada"); user_pref("x", "\\u2028 L\u00f6velace'
    assert prefs(provider(), name)["mail.identity.id1.fullName"] == name


def test_a_provider_without_submission_gives_an_account_that_only_reads() -> None:
    assert not any("smtp" in key for key in prefs(provider(outgoing=())))


@pytest.mark.parametrize(
    ("different", "error", "reason"),
    [
        (
            {"incoming": (UrlServer(type=ServerType.JMAP, url="https://example.com/jmap"),)},
            NothingFound,
            "Thunderbird needs an incoming server, and there is none that it can log in at.",
        ),
        (
            {"outgoing": (replace(SMTP, authentication=()),)},
            NothingFound,
            "Thunderbird needs an outgoing server, and there is none that it can log in at.",
        ),
        (
            {"incoming": (replace(IMAP, username="%REALNAME%"),)},
            ValueRefused,
            "The login name at imap.example.com is not known from the address.",
        ),
    ],
)
def test_what_thunderbird_cannot_use_is_said(
    different: dict[str, Any], error: type[Exception], reason: str
) -> None:
    with pytest.raises(error) as refused:
        render_prefs(provider(**different), ADDRESS)
    assert str(refused.value) == reason


FIRST = """[Profile0]
Name=ada@example.com
IsRelative=1
Path=ada
Default=1

[General]
StartWithLastProfile=1
Version=2
"""
SECOND = """
[Profile1]
Name=bob@example.com
IsRelative=1
Path=bob
"""


@pytest.mark.parametrize("nothing", [None, "", "\n"])
def test_the_first_profile_is_the_default(nothing: str | None) -> None:
    assert with_profile(nothing, "ada@example.com", "ada") == FIRST


def test_another_profile_is_added_and_the_rest_stays_as_it_is() -> None:
    assert with_profile(FIRST, "bob@example.com", "bob") == FIRST + SECOND


def test_a_profile_that_is_there_is_not_added_again() -> None:
    assert with_profile(FIRST, "ada@example.com", "ada") == FIRST


def test_a_number_that_somebody_took_away_is_used_again() -> None:
    gap = FIRST.replace("Profile0", "Profile1")
    assert "[Profile0]\nName=bob@example.com" in with_profile(gap, "bob@example.com", "bob")


@pytest.mark.parametrize("text", ["no section", "[Profile0\nName=x", "[A]\n= x"])
def test_what_is_no_list_of_profiles_is_refused(text: str) -> None:
    with pytest.raises(FormatError) as refused:
        with_profile(text, "ada@example.com", "ada")
    assert str(refused.value) == "The file profiles.ini of Thunderbird cannot be read."
