"""From the settings of one mailbox back to those of its domain."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autoconfig.model import EmailAddress, Provider, ServerType, SocketType, TcpServer, UrlServer
from autoconfig.model.unfilled import without_mailbox

ADA = EmailAddress.parse("ada@example.com")


def provider(username: str | None = "%EMAILADDRESS%", url: str = "https://dav.example.com/") -> Provider:
    imap = TcpServer(
        type=ServerType.IMAP,
        hostname="imap.example.com",
        port=993,
        socket_type=SocketType.SSL,
        username=username,
    )
    smtp = replace(imap, type=ServerType.SMTP, hostname="smtp.example.com", port=465)
    dav = UrlServer(type=ServerType.CALDAV, url=url, username=username)
    return Provider(
        id="example.com",
        display_name="Example",
        short_name="Example",
        incoming=(imap,),
        outgoing=(smtp,),
        other=(dav,),
    )


@pytest.mark.parametrize("username", ["%EMAILADDRESS%", "%EMAILLOCALPART%", "shared", None])
def test_what_an_address_filled_in_is_taken_out_again(username: str | None) -> None:
    assert without_mailbox(provider(username).for_address(ADA), ADA) == provider(username)


@pytest.mark.parametrize(
    "username", ["uid4711", r"DOMAIN\ada", "ada@example.net", "Ada", "adam", "bob@example.com"]
)
def test_a_login_name_that_is_no_part_of_the_address_stays(username: str) -> None:
    assert without_mailbox(provider(username), ADA) == provider(username)


@pytest.mark.parametrize(
    ("url", "unfilled"),
    [
        ("https://dav.example.com/ada@example.com/", "https://dav.example.com/%EMAILADDRESS%/"),
        ("https://dav.example.com/ada%40example.com", "https://dav.example.com/%EMAILADDRESS%"),
        (
            "https://dav.example.com/?user=ada@example.com&x=1",
            "https://dav.example.com/?user=%EMAILADDRESS%&x=1",
        ),
        ("https://dav.example.com/canada@example.com/", "https://dav.example.com/canada@example.com/"),
        ("https://dav.example.com/ada@example.com.au/", "https://dav.example.com/ada@example.com.au/"),
        ("https://dav.example.com/ada/", "https://dav.example.com/ada/"),
    ],
)
def test_an_address_in_a_url_is_taken_out_where_it_stands_whole(url: str, unfilled: str) -> None:
    other = without_mailbox(provider(url=url), ADA).other[0]
    assert isinstance(other, UrlServer)
    assert other.url == unfilled


@given(st.from_regex(r"\A[a-z0-9!#$&'*+/=?^_`{|}~-]{1,20}\Z"))
@settings(deadline=None)
def test_any_mailbox_can_be_taken_out(local_part: str) -> None:
    address = EmailAddress(local_part, "example.com")
    template = provider(url="https://dav.example.com/u/%EMAILADDRESS%/")
    assert without_mailbox(template.for_address(address), address) == template
