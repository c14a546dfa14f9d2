"""Options of POP3 and SMTP servers, and servers reached by a URL."""

from __future__ import annotations

from dataclasses import replace

import pytest

from autoconfig.formats import mozilla
from autoconfig.model import (
    Pop3Options,
    ServerType,
    SmtpOptions,
    TcpServer,
    UrlServer,
)
from tests.formats.minimal import (
    HOSTNAME,
    IMAP,
    MOZILLA,
    SMTP,
    USERNAME,
    changed,
    incoming,
    outgoing,
)


def pop3(inside: str) -> tuple[Pop3Options | None, list[str]]:
    """The options of the incoming server as a POP3 server, and the messages of the remarks."""
    change = (USERNAME, f"{USERNAME}{inside}")
    parsed = mozilla.parse(changed(MOZILLA, ('type="imap"', 'type="pop3"'), change))
    (server,) = parsed.provider.incoming
    assert isinstance(server, TcpServer)
    return server.pop3, [remark.message for remark in parsed.remarks]


@pytest.mark.parametrize(
    ("inside", "options"),
    [
        ("<leaveMessagesOnServer>true</leaveMessagesOnServer>", {"leave_messages_on_server": True}),
        ("<leaveMessagesOnServer>False</leaveMessagesOnServer>", {"leave_messages_on_server": False}),
        ("<leavemessagesonserver> 1 </leavemessagesonserver>", {"leave_messages_on_server": True}),
        ("<downloadOnBiff>no</downloadOnBiff>", {"download_on_biff": False}),
        (
            "<daysToLeaveMessagesOnServer>14</daysToLeaveMessagesOnServer>",
            {"days_to_leave_messages_on_server": 14},
        ),
        (
            "<daysToLeaveMessagesOnServer>0</daysToLeaveMessagesOnServer>",
            {"days_to_leave_messages_on_server": 0},
        ),
        ('<checkInterval minutes="15"/>', {"check_interval_minutes": 15}),
    ],
)
def test_pop3_options_are_read_inside_their_own_element(inside: str, options: dict[str, int]) -> None:
    assert pop3(f"<pop3>{inside}</pop3>") == (Pop3Options(**options), [])


def test_pop3_options_outside_their_element_are_not_read() -> None:
    assert pop3("<leaveMessagesOnServer>true</leaveMessagesOnServer>") == (None, [])


@pytest.mark.parametrize("inside", ["<pop3/>", "<pop3><madeUp/></pop3>", "<pop3><checkInterval/></pop3>"])
def test_empty_pop3_options_are_none(inside: str) -> None:
    assert pop3(inside) == (None, [])


@pytest.mark.parametrize(
    ("inside", "message"),
    [
        (
            "<leaveMessagesOnServer>maybe</leaveMessagesOnServer>",
            "leaveMessagesOnServer is neither true nor false and left out.",
        ),
        (
            "<daysToLeaveMessagesOnServer>-1</daysToLeaveMessagesOnServer>",
            "daysToLeaveMessagesOnServer is not a number from 0 to 36500 and left out.",
        ),
        (
            f"<daysToLeaveMessagesOnServer>{'9' * 5000}</daysToLeaveMessagesOnServer>",
            "daysToLeaveMessagesOnServer is not a number from 0 to 36500 and left out.",
        ),
        (
            '<checkInterval minutes="525601"/>',
            "checkInterval is not a number from 0 to 525600 and left out.",
        ),
    ],
)
def test_a_wrong_pop3_option_is_left_out(inside: str, message: str) -> None:
    assert pop3(f"<pop3>{inside}<downloadOnBiff>true</downloadOnBiff></pop3>") == (
        Pop3Options(download_on_biff=True),
        [message],
    )


def test_an_imap_server_has_no_pop3_options() -> None:
    inside = "<pop3><downloadOnBiff>true</downloadOnBiff></pop3>"
    assert incoming(USERNAME, f"{USERNAME}{inside}") == (IMAP, ())


@pytest.mark.parametrize(
    ("written", "options"),
    [
        ("<addThisServer>true</addThisServer>", SmtpOptions(add_this_server=True)),
        (
            "<useGlobalPreferredServer>false</useGlobalPreferredServer>",
            SmtpOptions(use_global_preferred_server=False),
        ),
        ("<restriction>clientIPAddress</restriction>", SmtpOptions(restriction="clientIPAddress")),
        ("<restriction/>", None),
    ],
)
def test_smtp_options_are_read(written: str, options: SmtpOptions | None) -> None:
    assert outgoing(USERNAME, f"{USERNAME}{written}") == (replace(SMTP, smtp=options), ())


@pytest.mark.parametrize("word", ["jmap", "ews", "owa", "activeSync", "activesync", "graph"])
def test_a_server_with_a_url_needs_neither_port_nor_socket(word: str) -> None:
    section = f'<incomingServer type="{word}"><url>https://x.example/{word}</url></incomingServer>'
    parsed = mozilla.parse(changed(MOZILLA, ("<outgoingServer", f"{section}<outgoingServer")))
    server_type = next(found for found in ServerType if found.lower() == word.lower())
    assert parsed.provider.incoming == (IMAP, UrlServer(type=server_type, url=f"https://x.example/{word}"))
    assert parsed.remarks == ()


def test_a_host_name_beside_a_url_is_preferred() -> None:
    assert incoming(HOSTNAME, f"{HOSTNAME}<url>https://x.example/</url>") == (IMAP, ())


def test_a_server_with_a_url_that_is_none_is_dropped() -> None:
    parsed = mozilla.parse(changed(MOZILLA, (HOSTNAME, "<url>imap.example.com</url>")))
    assert parsed.provider.incoming == ()
    reason = "'imap.example.com' is not a URL that starts with https:// or http:// or wss:// or ws://."
    assert [remark.message for remark in parsed.remarks] == [f"Server left out: {reason}"]


def test_an_exchange_server_has_urls_of_its_own() -> None:
    urls = "<ewsURL>https://x.example/EWS</ewsURL><owaURL>https://x.example/owa</owaURL>"
    document = changed(MOZILLA, ('type="imap"', 'type="exchange"'), (USERNAME, f"{USERNAME}{urls}"))
    expected = replace(
        IMAP, type=ServerType.EXCHANGE, ews_url="https://x.example/EWS", owa_url="https://x.example/owa"
    )
    assert mozilla.parse(document).provider.incoming == (expected,)
