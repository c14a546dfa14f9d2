"""Reading the provider itself: id, domains, names, and the namespaces nobody agrees on."""

from __future__ import annotations

from dataclasses import replace

import pytest

from autoconfig.formats import mozilla
from autoconfig.model import Provider, Remark
from tests.formats.minimal import MOZILLA, PROVIDER, changed

ID = '<emailProvider id="example.com">'
DOMAIN = "<domain>example.com</domain>"
NAME = "<displayName>Example Mail</displayName>"
SHORT_NAME = "<displayShortName>Example</displayShortName>"


def read(*changes: tuple[str, str]) -> tuple[Provider, tuple[Remark, ...]]:
    """The provider of the small document with changes, and the remarks."""
    parsed = mozilla.parse(changed(MOZILLA, *changes))
    return parsed.provider, parsed.remarks


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('version="1.1"', 'version="1.2"'),
        ('version="1.1"', 'version="9"'),
        (' version="1.1"', ""),
        ("<clientConfig ", '<clientConfig xmlns="urn:x" '),
        ("<clientConfig ", '<clientConfig xmlns="http://www.mozilla.org/autoconfig" other="1" '),
        ("<?xml version", "\ufeff<?xml version"),
        ("<?xml version", "\n\n<?xml version"),
        ("<domain>", "<!-- a comment --><domain>"),
        ("<domain>", "<?instruction?><domain>"),
        ("<domain>", "some text<domain>"),
        ("<domain>", "<madeUp><domain>inside.example</domain></madeUp><domain>"),
        ("</emailProvider>", '</emailProvider><emailProvider id="second.example"/>'),
        ("</emailProvider>", '</emailProvider><madeUp type="imap"><hostname>x</hostname></madeUp>'),
        ("</emailProvider>", '</emailProvider><incomingServer type="imap"/>'),
    ],
)
def test_what_means_nothing_changes_nothing(old: str, new: str) -> None:
    assert read((old, new)) == (PROVIDER, ())


def test_a_prefix_for_the_namespace_changes_nothing() -> None:
    document = MOZILLA.replace("</", "</m:").replace("<", "<m:").replace("<m:/m:", "</m:")
    document = document.replace("<m:?xml", "<?xml").replace(
        "<m:clientConfig", '<m:clientConfig xmlns:m="urn:x"'
    )
    parsed = mozilla.parse(document.encode())
    assert (parsed.provider, parsed.remarks) == (PROVIDER, ())


def test_names_of_elements_are_read_in_any_case() -> None:
    document = MOZILLA.replace("emailProvider", "EMAILPROVIDER").replace("clientConfig", "clientconfig")
    document = document.replace("displayName", "DisplayName").replace("incomingServer", "incomingserver")
    parsed = mozilla.parse(document.encode())
    assert (parsed.provider, parsed.remarks) == (PROVIDER, ())


@pytest.mark.parametrize("encoding", ["utf-16", "iso-8859-1"])
def test_a_document_may_come_in_its_own_encoding(encoding: str) -> None:
    document = changed(MOZILLA, ("UTF-8", encoding), ("Example Mail", "Börse")).decode().encode(encoding)
    assert mozilla.parse(document).provider == replace(PROVIDER, display_name="Börse")


# Id


@pytest.mark.parametrize("written", ["freenet", "AT&amp;T", "example.org"])
def test_an_id_need_not_be_a_host_name(written: str) -> None:
    provider, remarks = read((ID, f'<emailProvider id="{written}">'))
    assert (provider.id, remarks) == (written.replace("&amp;", "&"), ())


@pytest.mark.parametrize(
    ("tag", "value"),
    [
        ("<emailProvider>", None),
        ('<emailProvider id=" ">', None),
        ('<emailProvider id="a b">', "a b"),
        ('<emailProvider id="../a">', "../a"),
    ],
)
def test_without_a_usable_id_the_domain_serves(tag: str, value: str | None) -> None:
    provider, remarks = read((ID, tag))
    assert provider == PROVIDER
    message = "emailProvider has no usable id; example.com is taken instead."
    assert remarks == (Remark(message=message, path="emailProvider", value=value, line=3),)


def test_without_id_and_domain_the_first_host_serves() -> None:
    provider, _ = read((ID, "<emailProvider>"), (DOMAIN, ""))
    assert (provider.id, provider.domains) == ("imap.example.com", ())


def test_without_id_domain_and_host_the_provider_is_unnamed() -> None:
    section = '<calendar type="caldav"><url>https://dav.example.com/</url></calendar>'
    parsed = mozilla.parse(f"<clientConfig><emailProvider/>{section}</clientConfig>".encode())
    assert parsed.provider.id == "unnamed"


# Domains


def test_every_domain_is_read_and_folded() -> None:
    provider, remarks = read((DOMAIN, f"<domain> Bücher.Example. </domain>{DOMAIN}"))
    assert (provider.domains, remarks) == (("xn--bcher-kva.example", "example.com"), ())


@pytest.mark.parametrize("purpose", ["mx", "MX", " mx "])
def test_a_domain_for_mx_hosts_stands_apart(purpose: str) -> None:
    provider, remarks = read((DOMAIN, f'{DOMAIN}<domain purpose="{purpose}">mx.example.com</domain>'))
    assert (provider.domains, provider.mx_domains, remarks) == (("example.com",), ("mx.example.com",), ())


def test_a_domain_may_be_for_both() -> None:
    provider, remarks = read((DOMAIN, f'{DOMAIN}<domain purpose="mx">example.com</domain>'))
    assert (provider.domains, provider.mx_domains, remarks) == (("example.com",), ("example.com",), ())


def test_another_purpose_is_a_mail_domain() -> None:
    provider, remarks = read((DOMAIN, '<domain purpose="made-up">example.com</domain>'))
    assert (provider, remarks) == (PROVIDER, ())


@pytest.mark.parametrize(
    ("written", "message", "value"),
    [
        ("<domain>example com</domain>", "'example com' is not a domain name.", "example com"),
        ("<domain>192.0.2.1</domain>", "'192.0.2.1' is a number, not a domain name.", "192.0.2.1"),
        ("<domain/>", "'' is not a domain name.", ""),
        ("<domain>a<b/>.example</domain>", "'' is not a domain name.", ""),
        (
            "<domain>%EMAILDOMAIN%</domain>",
            "A domain with a placeholder names no domain to serve.",
            "%EMAILDOMAIN%",
        ),
        ("<domain>EXAMPLE.com</domain>", "The domain stands here twice.", "EXAMPLE.com"),
    ],
)
def test_a_wrong_domain_is_left_out_alone(written: str, message: str, value: str) -> None:
    provider, remarks = read((DOMAIN, f"{DOMAIN}{written}"))
    assert provider == PROVIDER
    assert remarks == (Remark(message=message, path="emailProvider/domain[2]", value=value, line=4),)


def test_a_document_needs_no_domain() -> None:
    provider, remarks = read((DOMAIN, ""))
    assert (provider.domains, remarks) == ((), ())


# Names


@pytest.mark.parametrize(
    "written", ["", "<displayName/>", "<displayName> </displayName>", "<displayName><b/></displayName>"]
)
def test_without_a_name_the_id_serves(written: str) -> None:
    provider, remarks = read((NAME, written))
    assert (provider, remarks) == (replace(PROVIDER, display_name="example.com"), ())


def test_without_a_short_name_the_name_serves() -> None:
    provider, remarks = read((SHORT_NAME, ""))
    assert (provider, remarks) == (replace(PROVIDER, short_name="Example Mail"), ())


def test_the_words_of_the_short_name_may_be_swapped() -> None:
    provider, remarks = read((SHORT_NAME, "<displayNameShort>Ex</displayNameShort>"))
    assert (provider, remarks) == (replace(PROVIDER, short_name="Ex"), ())


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("A &amp; B &lt;C&gt;", "A & B <C>"),
        ("<![CDATA[A & B]]>", "A & B"),
        (" two\n  lines ", "two lines"),
        ("Zürich \U0001f600", "Zürich \U0001f600"),
        ("a&#127;b", "a\x7fb"),
        ("a&#x9b;b", "a\x9bb"),
    ],
)
def test_a_name_may_hold_any_character_of_xml(written: str, name: str) -> None:
    provider, remarks = read(("Example Mail", written))
    assert (provider, remarks) == (replace(PROVIDER, display_name=name), ())


def test_of_two_names_the_first_counts() -> None:
    assert read((NAME, f"{NAME}<displayName>Other</displayName>")) == (PROVIDER, ())


def test_the_source_is_named_by_every_remark() -> None:
    parsed = mozilla.parse(changed(MOZILLA, (DOMAIN, f"{DOMAIN}<domain/><domain>_</domain>")))
    assert [remark.source for remark in parsed.remarks] == ["", ""]
    named = parsed.from_source("example.com.xml")
    assert [remark.source for remark in named.remarks] == ["example.com.xml"] * 2
    assert named.provider is parsed.provider
