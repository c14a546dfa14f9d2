"""What ``autoconfig resolve`` shows a person: servers, source, trust, warnings."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autoconfig.cli.screen import Screen, printable, width_of
from autoconfig.cli.sheet import sheet
from autoconfig.model import (
    Authentication,
    EmailAddress,
    Enable,
    OAuth2,
    ServerType,
    SocketType,
    Translation,
)
from autoconfig.resolver.outcome import Trust
from autoconfig.resolver.resolution import Conflict
from tests.cli.resolved import SMTP, by, dav, found, tcp

if TYPE_CHECKING:
    from autoconfig.resolver import Resolution

PIPE = Screen()
TERMINAL = Screen(80)


def shown(resolution: Resolution, screen: Screen = TERMINAL) -> list[str]:
    """The lines without their styles."""
    return ["".join(text for text, _ in line).rstrip() for line in sheet(resolution, screen)]


def fact(resolution: Resolution, label: str) -> str:
    """What stands behind a word on the left."""
    (line,) = [line for line in shown(resolution, PIPE) if line.startswith(f"{label} ")]
    return line.removeprefix(label).strip()


def test_a_small_account_fits_a_terminal_of_80_columns() -> None:
    assert shown(found()) == [
        "Example Mail: settings of ada@example.com",
        "",
        "KIND  SERVER                SECURITY  LOGIN NAME       LOGIN WITH  FROM",
        "imap  imap.example.com:993  SSL/TLS   ada@example.com  password    isp",
        "smtp  smtp.example.com:587  STARTTLS  ada@example.com  password    isp",
        "",
        "Source  https://autoconfig.example.com/mail/config-v1.1.xml (isp, 84 ms)",
        "Trust   high: a web server of example.com says so, over a verified connection",
        "Help    https://example.com/help",
    ]


def test_calendars_stand_in_a_table_of_their_own_where_one_would_be_too_wide() -> None:
    lines = shown(found(other=(dav(),)))
    assert lines[2:9] == [
        "KIND  SERVER                SECURITY  LOGIN NAME       LOGIN WITH  FROM",
        "imap  imap.example.com:993  SSL/TLS   ada@example.com  password    isp",
        "smtp  smtp.example.com:587  STARTTLS  ada@example.com  password    isp",
        "",
        "caldav  https://dav.example.com/dav/",
        "        SSL/TLS · ada@example.com · password · isp",
        "",
    ]


def test_a_pipe_gets_one_table_however_wide() -> None:
    lines = shown(found(other=(dav(),)), PIPE)
    assert lines[2:7] == [
        "KIND    SERVER                        SECURITY  LOGIN NAME       LOGIN WITH  FROM",
        "imap    imap.example.com:993          SSL/TLS   ada@example.com  password    isp",
        "smtp    smtp.example.com:587          STARTTLS  ada@example.com  password    isp",
        "caldav  https://dav.example.com/dav/  SSL/TLS   ada@example.com  password    isp",
        "",
    ]


def test_long_names_are_shown_whole_on_two_lines() -> None:
    host = "mailboxes.of.our.customers.in.the.north.bighost.example"
    lines = shown(found(tcp(hostname=host), outgoing=()))
    assert lines[2:5] == [
        f"imap  {host}:993",
        "      SSL/TLS · ada@example.com · password · isp",
        "",
    ]


@pytest.mark.parametrize(
    ("authentication", "words"),
    [
        ((Authentication.OAUTH2, Authentication.PASSWORD_CLEARTEXT), "OAuth2, password"),
        ((Authentication.PASSWORD_ENCRYPTED,), "encrypted password"),
        ((Authentication.GSSAPI, Authentication.NTLM), "Kerberos, NTLM"),
        ((Authentication.PASSWORD_CLEARTEXT, Authentication.HTTP_BASIC), "password"),
    ],
)
def test_ways_to_log_in_are_said_in_words(authentication: tuple[Authentication, ...], words: str) -> None:
    server = tcp(ServerType.IMAP, "imap.example.com", 993, SocketType.SSL, *authentication)
    (line,) = [line for line in shown(found(server, outgoing=()), PIPE) if line.startswith("imap")]
    assert line.endswith(f"  ada@example.com  {words:{max(10, len(words))}}  isp")


def test_a_server_without_login_name_shows_none() -> None:
    (line,) = [line for line in shown(found(tcp(username=None)), PIPE) if line.startswith("imap")]
    assert line.split() == ["imap", "imap.example.com:993", "SSL/TLS", "-", "password", "isp"]


def test_an_ipv6_address_stands_in_brackets() -> None:
    assert "imap  [2001:db8::1]:993" in shown(found(tcp(hostname="2001:db8::1")))[3]


def test_each_server_names_the_method_it_comes_from() -> None:
    resolution = replace(found(), outgoing=by("srv", Trust.DNS, SMTP))
    assert [line.split()[-1] for line in shown(resolution)[3:5]] == ["isp", "srv"]


# --- facts


@pytest.mark.parametrize("trust", list(Trust))
def test_every_trust_has_words(trust: Trust) -> None:
    words = fact(found(trust=trust), "Trust")
    assert words.partition(":")[0] in ("high", "medium", "low")
    assert "{" not in words


@pytest.mark.parametrize("trust", [Trust.DNS, Trust.HTTP, Trust.GUESS])
def test_little_trust_is_said_so(trust: Trust) -> None:
    assert fact(found(trust=trust), "Trust").startswith("low: ")


def test_the_detail_stands_behind_the_trust() -> None:
    words = fact(found(trust=Trust.PACC, detail="digest matched under DNSSEC"), "Trust")
    assert words.endswith(" (digest matched under DNSSEC)")


def test_trust_in_another_web_server_names_it() -> None:
    resolution = found(trust=Trust.HTTPS_OTHER, source="https://v1.ispdb.net/example.com")
    assert fact(resolution, "Trust").startswith("medium: v1.ispdb.net says so")


def test_the_domains_to_confirm_are_a_warning() -> None:
    assert fact(found(confirm=("example.net",)), "Confirm") == (
        "Servers belong to example.net, not to example.com. Type a password only if that is your provider."
    )


def test_several_domains_to_confirm_are_listed() -> None:
    assert "belong to a.example, b.example and c.example, not" in fact(
        found(confirm=("a.example", "b.example", "c.example")), "Confirm"
    )


def test_what_the_operator_wrote_is_no_warning() -> None:
    resolution = found(trust=Trust.LOCAL, confirm=("example.net",))
    assert fact(resolution, "Confirm") == "Servers belong to example.net, not to example.com."


def test_nothing_to_confirm_is_not_mentioned() -> None:
    assert [line for line in shown(found()) if line.startswith("Confirm")] == []


def test_a_contradiction_names_both() -> None:
    (chosen,) = by("isp", Trust.HTTPS, tcp())
    (other,) = by("srv", Trust.DNS, tcp(hostname="other.example.com"))
    resolution = found(conflicts=(Conflict(type="imap", chosen=chosen, other=other),))
    assert fact(resolution, "Differs") == (
        "srv says imap other.example.com:993 SSL/TLS; isp says imap.example.com:993"
    )


def test_a_server_without_encryption_is_a_warning() -> None:
    plain = tcp(port=143, socket_type=SocketType.PLAIN)
    assert fact(found(plain), "Warning") == (
        "A server without encryption: anybody on the way can read the password."
    )


def test_what_to_do_first_and_where_to_sign_in_are_said() -> None:
    resolution = found()
    assert resolution.provider is not None
    step = Enable(url="https://example.com/imap", texts=(Translation("en", "Switch on IMAP"),))
    oauth2 = OAuth2(issuer="accounts.example.com")
    resolution = replace(resolution, provider=replace(resolution.provider, enable=(step,), oauth2=oauth2))
    assert fact(resolution, "First") == "Switch on IMAP: https://example.com/imap"
    assert fact(resolution, "OAuth2") == "sign in at https://accounts.example.com"


def test_long_facts_are_wrapped_beside_their_word() -> None:
    lines = shown(found(confirm=("example.net",)))
    start = next(place for place, line in enumerate(lines) if line.startswith("Confirm"))
    assert lines[start + 1].startswith("        ")
    assert " ".join(line.strip() for line in lines[start:]).endswith("only if that is your provider.")


def test_an_international_domain_is_shown_as_people_read_it() -> None:
    resolution = found(address=EmailAddress.parse("ada@bücher.example"))
    assert shown(resolution)[0] == "Example Mail: settings of ada@bücher.example"


# --- what strangers write


@given(st.text(max_size=300), st.integers(60, 120))
@settings(deadline=None)
def test_no_line_is_wider_than_the_terminal_but_for_one_word(text: str, width: int) -> None:
    for line in shown(found(confirm=(text,)), Screen(width))[2:]:
        assert width_of(line) <= width or " " not in line[8:]


@given(st.text())
def test_no_control_character_reaches_the_terminal(text: str) -> None:
    assert printable(text).isprintable()
    assert len(printable(text)) == len(text)


def test_a_name_that_would_steer_the_terminal_is_shown_harmless() -> None:
    lines = shown(found(name="Mail\x7f \x9b31m \u202egro"))
    assert lines[0] == "Mail\ufffd \ufffd31m \ufffdgro: settings of ada@example.com"


@pytest.mark.parametrize(("text", "width"), [("abc", 3), ("書類", 4), ("e\u0301", 1), ("…", 1), ("", 0)])
def test_the_width_of_a_text_is_in_columns(text: str, width: int) -> None:
    assert width_of(text) == width
