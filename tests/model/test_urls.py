"""URLs and host names of servers: checked, folded, with placeholders left in place."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autoconfig.errors import ValueRefused
from autoconfig.model.server import checked_hostname, checked_url
from tests.strategies import hostnames, urls


@pytest.mark.parametrize(
    ("written", "checked"),
    [
        ("https://example.com/", "https://example.com/"),
        ("https://example.com", "https://example.com/"),
        (" https://example.com/a\n", "https://example.com/a"),
        ("http://example.com/a", "http://example.com/a"),
        ("HTTPS://Example.COM/A", "https://example.com/A"),
        ("https://example.com./", "https://example.com/"),
        ("https://bücher.example/", "https://xn--bcher-kva.example/"),
        ("https://example.com:8443/a", "https://example.com:8443/a"),
        ("https://192.0.2.1/", "https://192.0.2.1/"),
        ("https://[2001:DB8::1]/", "https://[2001:db8::1]/"),
        ("https://[2001:db8::1]:8443/", "https://[2001:db8::1]:8443/"),
        ("https://example.com?a=1", "https://example.com/?a=1"),
        ("https://example.com/a?b=c#d", "https://example.com/a?b=c#d"),
        ("https://example.com/%E9%AB%98", "https://example.com/%E9%AB%98"),
        ("https://example.com/übersicht", "https://example.com/übersicht"),
        ("https://%EMAILDOMAIN%/dav", "https://%EMAILDOMAIN%/dav"),
        ("https://DAV.%EMAILDOMAIN%:8443/", "https://dav.%EMAILDOMAIN%:8443/"),
        ("https://example.com/%EMAILADDRESS%/", "https://example.com/%EMAILADDRESS%/"),
    ],
)
def test_a_url_is_folded_in_scheme_and_host_only(written: str, checked: str) -> None:
    assert checked_url(written) == checked


@pytest.mark.parametrize(
    "written",
    [
        "",
        "example.com",
        "/path",
        "//example.com/",
        "ftp://example.com/",
        "javascript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "https:example.com",
        "https:///path",
        "https://:443/",
        "mailto:ada@example.com",
    ],
)
def test_a_url_of_another_kind_is_refused(written: str) -> None:
    with pytest.raises(ValueRefused) as refused:
        checked_url(written)
    assert str(refused.value) == f"{written!r} is not a URL that starts with https:// or http://."


@pytest.mark.parametrize(
    "written",
    [
        "https://example.com/a b",
        "https://example.com/\x00",
        "https://example.com/\x7f",
        "https://exa\tmple.com/",
        "https://example.com/\na",
        'https://example.com/"',
        "https://example.com/<b>",
        "https://example.com\\@evil.example/",
        "https://example.com/\u202e",
        "https://example.com:port/",
        "https://example.com:65536/",
        "https://[::1/",
        "https://exa\u2100mple.com/",
    ],
)
def test_what_is_no_url_is_refused(written: str) -> None:
    with pytest.raises(ValueRefused) as refused:
        checked_url(written)
    assert str(refused.value) == f"{written!r} is not a URL."


@pytest.mark.parametrize(
    "written", ["https://ada@example.com/", "https://ada:secret@example.com/", "https://@x.com/"]
)
def test_a_url_with_a_name_in_it_is_refused_without_repeating_it(written: str) -> None:
    with pytest.raises(ValueRefused) as refused:
        checked_url(written)
    assert str(refused.value) == "A URL with a user name or password in it is not accepted."


@pytest.mark.parametrize("host", ["-x.example", "a..b", "x_y.example", "999.1.1.1", "[fe80::1%25eth0]"])
def test_a_url_with_a_host_that_is_none_is_refused(host: str) -> None:
    with pytest.raises(ValueRefused):
        checked_url(f"https://{host}/")


def test_a_long_url_is_shown_short() -> None:
    with pytest.raises(ValueRefused) as refused:
        checked_url("x" * 1000)
    assert str(refused.value).startswith(f"'{'x' * 117}...' is not a URL")


@pytest.mark.parametrize("scheme", ["ws", "wss"])
def test_a_scheme_must_be_one_that_is_asked_for(scheme: str) -> None:
    assert checked_url(f"{scheme}://example.com/", schemes=("wss", "ws")) == f"{scheme}://example.com/"
    with pytest.raises(ValueRefused):
        checked_url(f"{scheme}://example.com/")


@settings(deadline=None)
@given(urls())
def test_a_checked_url_stays_what_it_is(url: str) -> None:
    assert checked_url(checked_url(url)) == checked_url(url)


@settings(deadline=None)
@given(st.text("htps:/?#[]@.%EMAILDOMAIN-x0ü\\ ", max_size=40).map(lambda rest: f"https://{rest}"))
def test_any_text_is_a_url_or_refused(text: str) -> None:
    try:
        url = checked_url(text)
    except ValueRefused:
        return
    assert checked_url(url) == url


@pytest.mark.parametrize(
    ("written", "checked"),
    [
        ("IMAP.example.com.", "imap.example.com"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("[2001:db8::1]", "2001:db8::1"),
        ("%EMAILDOMAIN%", "%EMAILDOMAIN%"),
        (" IMAP.%EMAILDOMAIN%", "imap.%EMAILDOMAIN%"),
        ("imap.%EMAILDOMAIN%.", "imap.%EMAILDOMAIN%"),
        ("Bücher.%EMAILDOMAIN%", "xn--bcher-kva.%EMAILDOMAIN%"),
        ("%EMAILLOCALPART%.Example.com", "%EMAILLOCALPART%.example.com"),
        ("mail-%EMAILDOMAIN%", "mail-%EMAILDOMAIN%"),
    ],
)
def test_a_host_name_may_hold_placeholders(written: str, checked: str) -> None:
    assert checked_hostname(written) == checked


@pytest.mark.parametrize(
    "written",
    [
        "%",
        "50%.example",
        "%EMAIL%.example",
        "%emaildomain%",
        "imap_%EMAILDOMAIN%",
        "a..%EMAILDOMAIN%",
        "-%EMAILDOMAIN%",
        "fe80::1%eth0",
        "ü%EMAILDOMAIN%",
        "%EMAILDOMAIN%/x",
        "%EMAILDOMAIN%:993",
        "a b.%EMAILDOMAIN%",
    ],
)
def test_what_stands_around_a_placeholder_must_fit_a_host_name(written: str) -> None:
    with pytest.raises(ValueRefused):
        checked_hostname(written)


@settings(deadline=None)
@given(hostnames())
def test_a_checked_host_name_stays_what_it_is(hostname: str) -> None:
    assert checked_hostname(hostname) == hostname
