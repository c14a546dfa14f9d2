"""The mobilesync answer: where Exchange ActiveSync is."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from autoconfig.errors import FormatError, XMLRefused
from autoconfig.formats import mobilesync
from autoconfig.formats.autodiscover import MOBILESYNC_RESPONSE, Redirect, fill_address, form_of
from autoconfig.model import (
    INCOMING_TYPES,
    AnyServer,
    AutodiscoverRedirect,
    EmailAddress,
    ServerType,
    SocketType,
    UrlServer,
)
from tests.formats.minimal import IMAP, PROVIDER, changed
from tests.shared import shared_path
from tests.strategies import domains, mutated, servers

URL = "https://mail.example.com/Microsoft-Server-ActiveSync"
HOST = replace(IMAP, type=ServerType.ACTIVESYNC, hostname="mail.example.com", port=443)
ACTIVESYNC = UrlServer(type=ServerType.ACTIVESYNC, url=URL, username="%EMAILADDRESS%")
DOCUMENT = f"""\
<?xml version="1.0" encoding="UTF-8"?>
<Autodiscover xmlns="http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006">
  <Response xmlns="{MOBILESYNC_RESPONSE}">
    <Culture>en:us</Culture>
    <User>
      <DisplayName>%EMAILADDRESS%</DisplayName>
      <EMailAddress>%EMAILADDRESS%</EMailAddress>
    </User>
    <Action>
      <Settings>
        <Server>
          <Type>MobileSync</Type>
          <Url>{URL}</Url>
          <Name>{URL}</Name>
        </Server>
      </Settings>
    </Action>
  </Response>
</Autodiscover>
"""


def test_an_activesync_server_is_told() -> None:
    provider = replace(PROVIDER, incoming=(IMAP, ACTIVESYNC))
    assert mobilesync.render(provider, "example.com") == DOCUMENT.encode()


def test_of_two_the_first_is_told() -> None:
    second = replace(ACTIVESYNC, url="https://second.example/")
    provider = replace(PROVIDER, incoming=(ACTIVESYNC, second))
    assert mobilesync.render(provider, "example.com") == DOCUMENT.encode()


def test_placeholders_of_the_url_are_filled() -> None:
    server = replace(ACTIVESYNC, url=URL.replace("example.com", "%EMAILDOMAIN%"))
    document = mobilesync.render(replace(PROVIDER, incoming=(server,)), "example.com")
    assert document == DOCUMENT.encode()


@pytest.mark.parametrize(("port", "shown"), [(443, ""), (8443, ":8443")])
def test_a_host_alone_has_the_path_of_every_exchange(port: int, shown: str) -> None:
    document = mobilesync.render(replace(PROVIDER, incoming=(replace(HOST, port=port),)), "example.com")
    assert document == DOCUMENT.replace("mail.example.com", f"mail.example.com{shown}").encode()


REDIRECTED = replace(
    PROVIDER, incoming=(), outgoing=(), autodiscover=AutodiscoverRedirect(domain="other.example")
)


def test_another_address_is_told_where_there_is_no_server() -> None:
    document = mobilesync.render(REDIRECTED, "example.com")
    assert document is not None
    (action,) = etree.fromstring(document).iter(f"{{{MOBILESYNC_RESPONSE}}}Action")
    assert [(etree.QName(child).localname, child.text) for child in action] == [
        ("Redirect", "%EMAILLOCALPART%@other.example")
    ]
    filled = fill_address(form_of(document), EmailAddress("a&b", "example.com"))
    assert b"<Redirect>a&amp;b@other.example</Redirect>" in filled


def test_a_server_goes_before_another_address() -> None:
    provider = replace(REDIRECTED, incoming=(ACTIVESYNC,))
    assert mobilesync.render(provider, "example.com") == DOCUMENT.encode()


def test_a_redirect_to_a_url_has_no_word_here() -> None:
    redirect = AutodiscoverRedirect(url="https://other.example/autodiscover/autodiscover.xml")
    assert mobilesync.render(replace(REDIRECTED, autodiscover=redirect), "example.com") is None


def test_the_domain_redirected_to_is_not_redirected() -> None:
    assert mobilesync.render(REDIRECTED, "other.example") is None


@pytest.mark.parametrize(
    "incoming",
    [
        (),
        (IMAP,),
        (replace(ACTIVESYNC, type=ServerType.EWS),),
        (replace(HOST, socket_type=SocketType.PLAIN),),
        (replace(ACTIVESYNC, url="https://mail.example.com/%EMAILADDRESS%/"),),
    ],
)
def test_without_an_activesync_url_there_is_no_answer(incoming: tuple[AnyServer, ...]) -> None:
    assert mobilesync.render(replace(PROVIDER, incoming=incoming), "example.com") is None


def test_where_no_name_fits_the_domain_there_is_no_answer() -> None:
    server = replace(ACTIVESYNC, url="https://mail.%EMAILDOMAIN%/")
    provider = replace(PROVIDER, incoming=(server,), outgoing=())
    assert mobilesync.render(provider, ".".join(["a" * 63] * 3 + ["a" * 61])) is None


def test_the_answer_is_valid_against_the_schema_of_telephones() -> None:
    path = shared_path("corpora", "autodiscover", "xsd", "mobilesync", "AutodiscoverResponse.xsd")
    schema = etree.XMLSchema(etree.parse(path))
    schema.assertValid(etree.fromstring(DOCUMENT.encode()))
    schema.assertValid(etree.fromstring(mobilesync.render(REDIRECTED, "example.com") or b""))


def test_our_own_answer_reads_back() -> None:
    assert mobilesync.parse(DOCUMENT.encode()) == ACTIVESYNC


def test_an_answer_for_an_address_reads_back_too() -> None:
    filled = fill_address(form_of(DOCUMENT.encode()), EmailAddress("a&b", "example.com"))
    assert b"a&amp;b@example.com" in filled
    assert mobilesync.parse(filled) == ACTIVESYNC


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("MobileSync</Type>", "mobilesync</Type>"),
        (f"<Url>{URL}</Url>", f"<Url>\n{URL}\n</Url>"),
        ("<Server>", "<Server><Type>CertEnroll</Type><Url>https://x.example/</Url></Server><Server>"),
    ],
)
def test_an_answer_is_read_however_it_is_written(old: str, new: str) -> None:
    assert mobilesync.parse(changed(DOCUMENT, (old, new))) == ACTIVESYNC


@pytest.mark.parametrize(
    ("old", "new"),
    [("MobileSync</Type>", "CertEnroll</Type>"), (f"<Url>{URL}</Url>", "<Url/>"), (f"<Url>{URL}</Url>", "")],
)
def test_an_answer_without_an_activesync_url_names_none(old: str, new: str) -> None:
    assert mobilesync.parse(changed(DOCUMENT, (old, new))) is None


def test_another_address_is_read() -> None:
    document = mobilesync.render(REDIRECTED, "example.com")
    assert mobilesync.parse(document or b"") == Redirect(address="%EMAILLOCALPART%@other.example")


def test_a_url_that_is_none_refuses_the_answer() -> None:
    with pytest.raises(FormatError) as refused:
        mobilesync.parse(changed(DOCUMENT, (f"<Url>{URL}", "<Url>javascript:x")))
    schemes = "https:// or http:// or wss:// or ws://"
    assert str(refused.value) == f"'javascript:x' is not a URL that starts with {schemes}."
    assert (refused.value.line, refused.value.path) == (11, "Server/Url")


def test_what_is_no_harmless_xml_is_refused() -> None:
    with pytest.raises(XMLRefused):
        mobilesync.parse(b"<!DOCTYPE a><Autodiscover/>")


@settings(deadline=None)
@given(servers(INCOMING_TYPES), domains())
def test_every_answer_reads_back(incoming: tuple[AnyServer, ...], domain: str) -> None:
    document = mobilesync.render(replace(PROVIDER, incoming=incoming), domain)
    if document is not None:
        found = mobilesync.parse(document)
        assert isinstance(found, UrlServer)
        assert "%EMAILDOMAIN%" not in found.url


@settings(deadline=None)
@given(mutated(DOCUMENT.encode()) | st.binary(max_size=100))
def test_any_bytes_are_an_answer_or_refused(data: bytes) -> None:
    try:
        found = mobilesync.parse(data)
    except FormatError:
        return
    assert not isinstance(found, UrlServer) or found.type is ServerType.ACTIVESYNC
