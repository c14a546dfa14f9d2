"""The table [autodiscover] of a provider file."""

from __future__ import annotations

import pytest

from autoconfig.errors import FormatError
from autoconfig.formats import toml
from autoconfig.model import AutodiscoverRedirect

ADDRESS = "redirect_address is @ and a domain; the name before it stays the mailbox's own."
FILE = 'id = "example.com"\nname = "example.com"\ndomains = ["example.com"]\n\n[autodiscover]\n'


@pytest.mark.parametrize(
    ("line", "redirect"),
    [
        ('redirect_url = "https://a.example/x.xml"', AutodiscoverRedirect(url="https://a.example/x.xml")),
        ('redirect_address = "@other.example"', AutodiscoverRedirect(domain="other.example")),
        ('redirect_address = "%EMAILLOCALPART%@Other.Example"', AutodiscoverRedirect(domain="other.example")),
    ],
)
def test_a_redirect_needs_no_server_and_reads_back(line: str, redirect: AutodiscoverRedirect) -> None:
    parsed = toml.parse(f"{FILE}{line}\n".encode())
    assert (parsed.provider.autodiscover, parsed.provider.servers, parsed.remarks) == (redirect, (), ())
    assert toml.parse(toml.render(parsed.provider)).provider == parsed.provider


def test_it_is_written_as_it_was_read() -> None:
    text = f'{FILE}redirect_address = "@other.example"\n'
    assert toml.render(toml.parse(text.encode()).provider).decode() == text


@pytest.mark.parametrize(
    ("line", "path", "sentence"),
    [
        (
            'redirect_address = "ada@other.example"',
            "autodiscover.redirect_address",
            f"{ADDRESS} (value 'ada@other.example')",
        ),
        ('redirect_address = "@"', "autodiscover", "'' is not a domain name."),
        ("redirect_url = 1", "autodiscover.redirect_url", "redirect_url is a text. (value 1)"),
        (
            'redirect_url = "ftp://a.example/"',
            "autodiscover",
            "'ftp://a.example/' is not a URL that starts with https:// or http://.",
        ),
        ("", "autodiscover", "Autodiscover redirects to a URL or to another domain, to one of the two."),
        (
            'redirect_url = "https://a.example/"\nredirect_address = "@b.example"',
            "autodiscover",
            "Autodiscover redirects to a URL or to another domain, to one of the two.",
        ),
    ],
)
def test_what_cannot_be_is_one_sentence_with_its_path(line: str, path: str, sentence: str) -> None:
    with pytest.raises(FormatError) as refused:
        toml.parse(f"{FILE}{line}\n".encode())
    assert (str(refused.value), refused.value.path) == (sentence, path)


def test_without_servers_and_redirect_there_is_no_provider() -> None:
    with pytest.raises(FormatError, match="no usable server"):
        toml.parse(b'domains = ["example.com"]\n')
