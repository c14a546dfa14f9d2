"""A server section that lacks what it needs is dropped alone, with a remark that says where."""

from __future__ import annotations

import pytest

from autoconfig.formats import mozilla
from autoconfig.model import (
    Remark,
)
from tests.formats.minimal import (
    AUTHENTICATION,
    HOSTNAME,
    IMAP,
    INCOMING_LINE,
    MOZILLA,
    OUTGOING_LINE,
    PORT,
    SMTP,
    SOCKET_TYPE,
    USERNAME,
    changed,
)


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (HOSTNAME, "", "no hostname."),
        (HOSTNAME, "<hostname> </hostname>", "no hostname."),
        (HOSTNAME, "<hostname>imap<b/>.example.com</hostname>", "no hostname."),
        (HOSTNAME, "<hostname>a b</hostname>", "hostname: 'a b' is not a domain name."),
        (HOSTNAME, "<hostname>a b</hostname><hostname>_</hostname>", "hostname: 'a b' is not a domain name."),
        (PORT, "", "no port."),
        (PORT, "<port>0</port>", "port: '0' is not a port from 1 to 65535."),
        (PORT, "<port>65536</port>", "port: '65536' is not a port from 1 to 65535."),
        (PORT, "<port>-1</port>", "port: '-1' is not a port from 1 to 65535."),
        (PORT, "<port>993.0</port>", "port: '993.0' is not a port from 1 to 65535."),
        (PORT, "<port>٩٩٣</port>", "port: '٩٩٣' is not a port from 1 to 65535."),
        (PORT, "<port>imaps</port>", "port: 'imaps' is not a port from 1 to 65535."),
        (SOCKET_TYPE, "", "no socketType."),
        (SOCKET_TYPE, "<socketType>QUIC</socketType>", "socketType 'QUIC' is not known."),
        (AUTHENTICATION, "", "no authentication that is known and fits."),
        (USERNAME, "<username>a\nb</username>", "A login name cannot be 'a\\nb'."),
    ],
)
def test_a_server_that_lacks_what_it_needs_is_dropped_alone(old: str, new: str, reason: str) -> None:
    parsed = mozilla.parse(changed(MOZILLA, (old, new)))
    assert (parsed.provider.incoming, parsed.provider.outgoing) == ((), (SMTP,))
    path = "emailProvider/incomingServer"
    assert parsed.remarks == (Remark(message=f"Server left out: {reason}", path=path, line=INCOMING_LINE),)


def test_the_word_tls_on_another_port_is_not_known() -> None:
    parsed = mozilla.parse(changed(MOZILLA, (PORT, "<port>1993</port>"), ("SSL</socket", "TLS</socket")))
    assert parsed.provider.incoming == ()
    assert [remark.message for remark in parsed.remarks] == [
        "Server left out: socketType 'TLS' is not known."
    ]


@pytest.mark.parametrize(
    ("written", "message", "value"),
    [
        ('type="nntp"', "Server left out: its type is not known.", "nntp"),
        ('type=""', "Server left out: no type.", None),
        ("", "Server left out: no type.", None),
        ('type="smtp"', "Server left out: this type does not belong here.", "smtp"),
        ('type="caldav"', "Server left out: this type does not belong here.", "caldav"),
    ],
)
def test_a_server_of_another_type_is_dropped_alone(written: str, message: str, value: str | None) -> None:
    parsed = mozilla.parse(changed(MOZILLA, ('type="imap"', written)))
    assert (parsed.provider.incoming, parsed.provider.outgoing) == ((), (SMTP,))
    path = "emailProvider/incomingServer"
    assert parsed.remarks == (Remark(message=message, path=path, value=value, line=INCOMING_LINE),)


def test_an_imap_server_is_no_outgoing_server() -> None:
    parsed = mozilla.parse(changed(MOZILLA, ('type="smtp"', 'type="imap"')))
    assert parsed.provider.outgoing == ()
    message = "Server left out: this type does not belong here."
    path = "emailProvider/outgoingServer"
    assert parsed.remarks == (Remark(message=message, path=path, value="imap", line=OUTGOING_LINE),)


def test_of_two_servers_the_bad_one_is_named_by_its_number() -> None:
    second = '<incomingServer type="imap"><hostname>b.example</hostname></incomingServer>'
    parsed = mozilla.parse(changed(MOZILLA, ("</incomingServer>", f"</incomingServer>{second}")))
    assert parsed.provider.incoming == (IMAP,)
    message = "Server left out: no authentication that is known and fits."
    path = "emailProvider/incomingServer[2]"
    assert [(remark.message, remark.path) for remark in parsed.remarks] == [(message, path)]
