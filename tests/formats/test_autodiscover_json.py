"""Autodiscover JSON v2: where a protocol's endpoint is."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autoconfig.formats import autodiscover_json
from autoconfig.model import (
    INCOMING_TYPES,
    AnyServer,
    AutodiscoverRedirect,
    ServerType,
    SocketType,
    UrlServer,
)
from tests.formats.minimal import IMAP, PROVIDER
from tests.strategies import domains, mutated, servers

POX = "https://autodiscover.example.com/autodiscover/autodiscover.xml"
EWS = UrlServer(type=ServerType.EWS, url="https://x.example/EWS")
ACTIVESYNC = UrlServer(type=ServerType.ACTIVESYNC, url="https://mail.%EMAILDOMAIN%/sync")
EWS_HOST = replace(IMAP, type=ServerType.EWS, port=443)
EXCHANGE = replace(
    IMAP,
    type=ServerType.EXCHANGE,
    hostname="old.example",
    ews_url="https://old.example/ews",
    owa_url="https://old.example/owa",
)
GRAPH = UrlServer(type=ServerType.GRAPH, url="https://graph.example/")
JMAP = UrlServer(type=ServerType.JMAP, url="https://jmap.example/")


def test_the_media_type_is_json() -> None:
    assert autodiscover_json.MEDIA_TYPE == "application/json; charset=utf-8"


def test_the_protocols_are_known_in_any_case() -> None:
    assert dict(autodiscover_json.PROTOCOLS) == {
        "autodiscoverv1": "AutodiscoverV1",
        "activesync": "ActiveSync",
        "ews": "EWS",
        "graph": "Graph",
    }


@pytest.mark.parametrize(
    ("incoming", "pox", "found"),
    [
        ((IMAP,), POX, {"AutodiscoverV1": POX}),
        ((IMAP,), None, {}),
        ((EWS,), None, {"EWS": "https://x.example/EWS"}),
        ((ACTIVESYNC,), None, {"ActiveSync": "https://mail.example.com/sync"}),
        ((GRAPH, JMAP), POX, {"AutodiscoverV1": POX, "Graph": "https://graph.example/"}),
        ((EWS, replace(EWS, url="https://second.example/")), None, {"EWS": "https://x.example/EWS"}),
        ((EWS_HOST,), None, {"EWS": "https://imap.example.com/EWS/Exchange.asmx"}),
        ((replace(EWS_HOST, port=8443),), None, {"EWS": "https://imap.example.com:8443/EWS/Exchange.asmx"}),
        ((replace(EWS_HOST, socket_type=SocketType.PLAIN),), None, {}),
        ((replace(EWS_HOST, type=ServerType.GRAPH),), None, {}),
        ((EXCHANGE,), None, {"EWS": "https://old.example/ews"}),
        ((replace(EXCHANGE, ews_url=None),), None, {}),
        ((EXCHANGE, EWS), None, {"EWS": "https://old.example/ews"}),
        ((replace(EWS, url="http://plain.example/"), EWS), None, {"EWS": "https://x.example/EWS"}),
        ((replace(EWS, url="http://plain.example/"),), None, {"EWS": "http://plain.example/"}),
        ((replace(EWS, url="wss://x.example/"),), None, {}),
        ((replace(EWS, url="https://x.example/%EMAILADDRESS%/"),), None, {}),
    ],
)
def test_every_endpoint_that_a_provider_has_is_named(
    incoming: tuple[AnyServer, ...], pox: str | None, found: dict[str, str]
) -> None:
    provider = replace(PROVIDER, incoming=incoming)
    assert autodiscover_json.endpoints(provider, "example.com", pox) == found


REDIRECT = AutodiscoverRedirect(url="https://autodiscover.%EMAILDOMAIN%.hoster.example/x.xml")


def test_a_redirect_to_a_url_is_where_the_document_is() -> None:
    provider = replace(PROVIDER, incoming=(EWS,), autodiscover=REDIRECT)
    assert autodiscover_json.endpoints(provider, "example.com", POX) == {
        "AutodiscoverV1": "https://autodiscover.example.com.hoster.example/x.xml",
        "EWS": "https://x.example/EWS",
    }


def test_a_redirect_to_an_address_is_said_in_our_own_document() -> None:
    provider = replace(
        PROVIDER, incoming=(), outgoing=(), autodiscover=AutodiscoverRedirect(domain="other.example")
    )
    assert autodiscover_json.endpoints(provider, "example.com", POX) == {"AutodiscoverV1": POX}


def test_where_no_name_fits_the_domain_only_the_document_is_named() -> None:
    provider = replace(PROVIDER, incoming=(ACTIVESYNC,), outgoing=())
    domain = ".".join(["a" * 63] * 3 + ["a" * 61])
    assert autodiscover_json.endpoints(provider, domain, POX) == {"AutodiscoverV1": POX}


def test_an_answer_is_written_without_spaces() -> None:
    written = autodiscover_json.render("EWS", "https://x.example/EWS")
    assert written == b'{"Protocol":"EWS","Url":"https://x.example/EWS"}'


def test_an_error_is_written_with_its_code() -> None:
    written = autodiscover_json.render_error("InvalidProtocol", 'No "ü".')
    assert written == '{"ErrorCode":"InvalidProtocol","ErrorMessage":"No \\"ü\\"."}'.encode()


@pytest.mark.parametrize(
    ("document", "found"),
    [
        (b'{"Protocol":"EWS","Url":"https://x.example/"}', ("EWS", "https://x.example/")),
        (b'{"Url": "https://x.example/", "Protocol": "EWS", "other": 1}', ("EWS", "https://x.example/")),
        ('\ufeff{"Protocol":"EWS","Url":"u"}'.encode(), ("EWS", "u")),
        ('{"Protocol":"EWS","Url":"u"}'.encode("utf-16"), ("EWS", "u")),
        (b'{"ErrorCode":"InvalidProtocol","ErrorMessage":"no"}', None),
        (b'{"Protocol":"EWS"}', None),
        (b'{"Protocol":"EWS","Url":null}', None),
        (b'{"Protocol":1,"Url":"u"}', None),
        (b'[{"Protocol":"EWS","Url":"u"}]', None),
        (b"null", None),
        (b"", None),
        (b"<Autodiscover/>", None),
        (b'{"Protocol":"EWS","Url":"\xff"}', None),
        (b"9" * 5000, None),
        (b"[" * 100_000, None),
    ],
)
def test_an_answer_of_others_is_read_or_is_none(document: bytes, found: tuple[str, str] | None) -> None:
    assert autodiscover_json.parse(document) == found


@settings(deadline=None)
@given(servers(INCOMING_TYPES), domains())
def test_every_answer_reads_back(incoming: tuple[AnyServer, ...], domain: str) -> None:
    provider = replace(PROVIDER, incoming=incoming)
    for protocol, url in autodiscover_json.endpoints(provider, domain, POX).items():
        assert autodiscover_json.parse(autodiscover_json.render(protocol, url)) == (protocol, url)
        assert "%EMAILDOMAIN%" not in url


@settings(deadline=None)
@given(st.text(), st.text())
def test_an_error_of_any_text_is_json(code: str, message: str) -> None:
    written = json.loads(autodiscover_json.render_error(code, message))
    assert written == {"ErrorCode": code, "ErrorMessage": message}


@settings(deadline=None)
@given(mutated(b'{"Protocol":"EWS","Url":"https://x.example/EWS"}') | st.binary(max_size=60))
def test_any_bytes_are_an_answer_or_none(data: bytes) -> None:
    found = autodiscover_json.parse(data)
    assert found is None or all(isinstance(text, str) for text in found)
