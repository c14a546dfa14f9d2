"""Any document by its bytes alone: which format it is, and whose settings it holds."""

from __future__ import annotations

import json
import plistlib
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autoconfig.errors import DomainNeeded, FormatError
from autoconfig.formats import (
    autodiscover,
    autodiscover_json,
    mobileconfig,
    mobilesync,
    pacc,
    toml,
    zone,
)
from autoconfig.formats.reading import READERS, read, recognised
from autoconfig.model import AutodiscoverRedirect, EmailAddress, Provider, ServerType, UrlServer
from autoconfig.settings import shipped_providers
from tests.formats.minimal import IMAP, MOZILLA, PROVIDER, SMTP, TOML
from tests.shared import shared_path
from tests.strategies import mutated

ADA = EmailAddress("ada", "example.com")
SYNC = UrlServer(type=ServerType.ACTIVESYNC, url="https://sync.example.com/", username="%EMAILADDRESS%")
PLAN = zone.plan(PROVIDER, "example.com", zone.ServiceHost(name="settings.example.net"))
POX = autodiscover.render(PROVIDER, "example.com") or b""
MOBILE = mobilesync.render(replace(PROVIDER, incoming=(SYNC,)), "example.com") or b""
ZONE = zone.render("example.com", PLAN).encode()

DOCUMENTS: dict[str, bytes] = {
    "autodiscover": POX,
    "autodiscover-json": autodiscover_json.render("ActiveSync", "https://sync.example.com/"),
    "dns-json": json.dumps({"domain": "x", "records": [record.as_dict() for record in PLAN]}).encode(),
    "mobileconfig": mobileconfig.render(PROVIDER, ADA) or b"",
    "mobilesync": MOBILE,
    "mozilla": MOZILLA.encode(),
    "pacc": pacc.render(PROVIDER, "example.com") or b"",
    "toml": TOML.encode(),
    "zone": ZONE,
}


def for_ada(document: bytes) -> bytes:
    """The answer for one address."""
    return autodiscover.fill_address(autodiscover.form_of(document), ADA)


def test_there_is_a_document_of_every_format() -> None:
    assert set(DOCUMENTS) == set(READERS)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_each_format_is_recognised_and_read(name: str) -> None:
    data = DOCUMENTS[name]
    assert recognised(data) == name
    servers = read(data, name, "example.com").provider.servers
    expected = (SYNC,) if name in ("autodiscover-json", "mobilesync") else (IMAP, SMTP)
    assert servers == expected


@pytest.mark.parametrize("name", sorted({*DOCUMENTS} - {"mobileconfig"}))
def test_a_byte_order_mark_and_space_before_change_nothing(name: str) -> None:
    assert recognised(b"\xef\xbb\xbf\n  " + DOCUMENTS[name]) == name


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"", "toml"),
        (b"\xff\xfe<\x00a\x00/\x00>\x00", "mozilla"),
        (MOZILLA.replace("UTF-8", "UTF-16").encode("utf-16"), "mozilla"),
        (POX.decode().replace("UTF-8", "UTF-16").encode("utf-16"), "autodiscover"),
        (b"<html/>", "mozilla"),
        (b"<clientConfig", "mozilla"),
        (plistlib.dumps({}, fmt=plistlib.FMT_BINARY), "mobileconfig"),
        (b"<plist version='1.0'><dict/></plist>", "mobileconfig"),
        (b"<?xml version='1.0'?><!DOCTYPE plist SYSTEM 'x'><plist/>", "mobileconfig"),
        (b"0\x82\x10\x00", "mobileconfig"),
        (b"-----BEGIN PKCS7-----\n", "mobileconfig"),
        (b"{", "pacc"),
        (b"{}", "pacc"),
        (b'{"servers": {}}', "pacc"),
        (b'{"ErrorCode": "InvalidProtocol"}', "autodiscover-json"),
        (b'[{"domain": "a", "records": []}]', "dns-json"),
        (b'[[incoming]]\ntype = "imap"', "toml"),
        (b'[oauth2]\nissuer = "https://a.example"', "toml"),
        (b'# A file\nname = "IN SRV 0 1"', "toml"),
        (b'name = "a  A  b"\n  # a TXT b', "toml"),
        (b'text = """\n_imaps._tcp = SRV x\n"""', "toml"),
        (b"@ IN SOA ns hostmaster 1 2 3 4 5", "zone"),
        (b"; a comment\n_imaps._tcp\t60\tSRV 0 1 993 imap", "zone"),
        (b"a.example. 60 IN CNAME b.example.", "zone"),
        (b"a.example. IN 60 CNAME b.example.", "zone"),
        (b"$ORIGIN example.com.", "zone"),
    ],
)
def test_odd_documents_are_taken_for_what_they_mean(data: bytes, name: str) -> None:
    assert recognised(data) == name


def test_every_shipped_provider_file_is_recognised() -> None:
    wrong = [path.name for path in shipped_providers().iterdir() if recognised(path.read_bytes()) != "toml"]
    assert wrong == []


@pytest.mark.parametrize(
    ("folder", "pattern", "name"),
    [
        ("ispdb", "*.xml", "mozilla"),
        ("corpora/autodiscover/v2", "*.json", "autodiscover-json"),
        ("corpora/autodiscover/response", "[!m]*.xml", "autodiscover"),
        ("corpora/autodiscover/response", "mobilesync.xml", "mobilesync"),
        ("corpora/pacc", "[bi]*", "pacc"),
    ],
)
def test_every_document_of_others_is_recognised(folder: str, pattern: str, name: str) -> None:
    files = list(shared_path(*folder.split("/")).glob(pattern))
    assert files
    assert [file.name for file in files if recognised(file.read_bytes()) != name] == []


# Whose settings they are


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("autodiscover", "The Autodiscover answer names no domain."),
        ("autodiscover-json", "An endpoint of Autodiscover names no domain."),
        ("mobilesync", "The mobilesync answer names no domain."),
        ("pacc", "A PACC document names no domain."),
    ],
)
def test_a_document_that_does_not_say_whose_it_is_wants_a_domain(name: str, sentence: str) -> None:
    with pytest.raises(DomainNeeded) as needed:
        read(DOCUMENTS[name], name)
    assert str(needed.value) == sentence
    assert read(DOCUMENTS[name], name, "other.example").provider.domains == ("other.example",)


@pytest.mark.parametrize("name", ["dns-json", "mobileconfig", "mozilla", "toml", "zone"])
def test_every_other_document_says_it(name: str) -> None:
    assert read(DOCUMENTS[name], name).provider.domains == ("example.com",)


@pytest.mark.parametrize("name", ["autodiscover", "mobilesync"])
def test_an_answer_for_an_address_says_it_and_its_login_name_is_open_again(name: str) -> None:
    provider = read(for_ada(DOCUMENTS[name]), name).provider
    assert provider == read(DOCUMENTS[name], name, "example.com").provider
    assert {server.username for server in provider.servers} == {"%EMAILADDRESS%"}


def test_a_login_name_that_is_an_address_says_it_too() -> None:
    document = for_ada(POX).replace(b"AutoDiscoverSMTPAddress", b"Other")
    assert read(document, "autodiscover").provider.domains == ("example.com",)


# Redirects and errors


def moved(**redirect: str) -> Provider:
    return replace(PROVIDER, incoming=(), outgoing=(), autodiscover=AutodiscoverRedirect(**redirect))


@pytest.mark.parametrize("redirect", [{"url": "https://other.example/x"}, {"domain": "other.example"}])
def test_a_redirect_is_a_provider_that_has_moved(redirect: dict[str, str]) -> None:
    document = for_ada(autodiscover.render(moved(**redirect), "example.com") or b"")
    provider = read(document, "autodiscover", "example.com").provider
    assert (provider.autodiscover, provider.servers) == (AutodiscoverRedirect(**redirect), ())
    assert toml.parse(toml.render(provider)).provider == provider


def test_a_redirect_of_telephones_is_the_same() -> None:
    document = for_ada(mobilesync.render(moved(domain="other.example"), "example.com") or b"")
    assert read(document, "mobilesync").provider.autodiscover == AutodiscoverRedirect(domain="other.example")


@pytest.mark.parametrize("protocol", ["AutodiscoverV1", "autodiscoverv1"])
def test_the_endpoint_of_pox_is_where_autodiscover_leads(protocol: str) -> None:
    document = autodiscover_json.render(protocol, "https://other.example/x.xml")
    provider = read(document, "autodiscover-json", "example.com").provider
    assert provider.autodiscover == AutodiscoverRedirect(url="https://other.example/x.xml")


@pytest.mark.parametrize(
    ("protocol", "server_type"),
    [("ews", ServerType.EWS), ("EWS", ServerType.EWS), ("Graph", ServerType.GRAPH)],
)
def test_an_endpoint_of_exchange_is_a_server(protocol: str, server_type: ServerType) -> None:
    document = autodiscover_json.render(protocol, "https://x.example/")
    (server,) = read(document, "autodiscover-json", "example.com").provider.incoming
    assert (server.type, server.username) == (server_type, "%EMAILADDRESS%")


@pytest.mark.parametrize(
    ("data", "name", "sentence"),
    [
        (
            b'{"Protocol":"Rest","Url":"https://x/"}',
            "autodiscover-json",
            "'Rest' is no protocol of a mail program.",
        ),
        (b'{"ErrorCode":"x"}', "autodiscover-json", "The Autodiscover answer names no endpoint."),
        (
            b'{"Protocol":"EWS","Url":"x"}',
            "autodiscover-json",
            "'x' is not a URL that starts with https:// or http:// or wss:// or ws://.",
        ),
        (
            b'{"Protocol":"AutodiscoverV1","Url":"x"}',
            "autodiscover-json",
            "'x' is not a URL that starts with https:// or http://.",
        ),
        (b"<Autodiscover/>", "autodiscover", "The answer has neither an Account nor an Error."),
        (b"<Autodiscover/>", "mobilesync", "The mobilesync answer names no ActiveSync server."),
        (
            b"<Autodiscover><Error><ErrorCode>600</ErrorCode><Message>No</Message></Error></Autodiscover>",
            "autodiscover",
            "The answer is an error: 600 No.",
        ),
        (b"{}", "pacc", "The document has no usable server."),
        (b"", "toml", "The provider has neither id nor domains."),
    ],
)
def test_what_holds_no_settings_is_refused_before_a_domain_is_wanted(
    data: bytes, name: str, sentence: str
) -> None:
    with pytest.raises(FormatError) as refused:
        read(data, name)
    assert not isinstance(refused.value, DomainNeeded)
    assert str(refused.value) == sentence


@settings(deadline=None)
@given(st.sampled_from(sorted(DOCUMENTS)).flatmap(lambda name: mutated(DOCUMENTS[name])))
def test_any_bytes_are_recognised_and_read_or_refused(data: bytes) -> None:
    try:
        parsed = read(data, recognised(data), "example.com")
    except FormatError:
        return
    assert parsed.provider.servers or parsed.provider.autodiscover
