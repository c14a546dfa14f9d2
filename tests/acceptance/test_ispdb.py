"""The whole Mozilla ISPDB served, held against its facts, the schema and the readers of six mail programs."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest
from lxml import etree

from autoconfig.advice.clients import CLIENTS, Client
from autoconfig.formats import mozilla
from autoconfig.model import EmailAddress, Provider
from autoconfig.settings import Settings
from autoconfig.web import create_app
from tests.conftest import FIGURE
from tests.shared import shared_path

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask.testing import FlaskClient

_CLASSIC = ("imap", "pop3", "smtp")
_SECURE = ("SSL", "STARTTLS")
_KNOWN = ("OAuth2", "password-cleartext", "password-encrypted")


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    app = create_app(Settings(providers=(str(shared_path("ispdb")),)))
    return app.test_client()


@cache
def _facts() -> dict[str, dict[str, Any]]:
    """The facts of each of the domains: of the first file that names it."""
    by_domain: dict[str, dict[str, Any]] = {}
    for line in shared_path("samples", "ispdb_facts.jsonl").read_text().splitlines():
        facts = json.loads(line)
        for domain in facts["domains"]:
            by_domain.setdefault(domain.lower(), facts)
    return by_domain


def _urls(domain: str) -> tuple[str, str, str]:
    query = f"emailaddress=fred@{domain}"
    return (
        f"/mail/config-v1.1.xml?{query}",
        f"/.well-known/autoconfig/mail/config-v1.1.xml?{query}",
        f"/v1.1/{domain}",
    )


def _servers(document: bytes) -> Iterator[dict[str, Any]]:
    """The servers of a document as the facts write them; read with nothing but lxml."""
    root = etree.fromstring(document)
    for section in root.iter("incomingServer", "outgoingServer"):
        yield {
            "direction": section.tag.removesuffix("Server"),
            "type": section.get("type"),
            "hostname": section.findtext("hostname"),
            "port": int(section.findtext("port") or 0) or None,
            "socketType": section.findtext("socketType"),
            "authentication": [found.text for found in section.findall("authentication")],
            "username": section.findtext("username"),
            "url": section.findtext("url"),
        }


def _expected(fact: dict[str, Any], domain: str) -> dict[str, Any]:
    """A server of the facts in the form above, its host name filled in."""
    old_words = {"plain": "password-cleartext", "secure": "password-encrypted"}
    username = fact.get("username")
    if username is not None and username.count("%") == 1:
        username += "%"  # the broken placeholder of office365.com.xml
    url = fact.get("url")
    if isinstance(url, list):
        url = url[0]
    hostname = (fact.get("hostname") or "").replace("%EMAILDOMAIN%", domain).lower()
    return {
        "direction": fact["direction"],
        "type": fact["type"],
        "hostname": hostname or None,
        "port": fact.get("port"),
        "socketType": fact.get("socketType"),
        "authentication": [old_words.get(word, word) for word in fact.get("authentication") or []],
        "username": username,
        "url": url or fact.get("authentication_url"),
    }


def test_all_962_domains_are_served() -> None:
    assert len(_facts()) == 962


def test_every_domain_gives_the_same_document_on_all_three_urls(client: FlaskClient) -> None:
    for domain in _facts():
        answers = [client.get(url) for url in _urls(domain)]
        assert [answer.status_code for answer in answers] == [200, 200, 200], domain
        assert {answer.content_type for answer in answers} == {"text/xml; charset=utf-8"}
        assert len({answer.data for answer in answers}) == 1, domain


def test_every_document_names_the_domain_asked_for_and_no_other(client: FlaskClient) -> None:
    for domain in _facts():
        root = etree.fromstring(client.get(f"/v1.1/{domain}").data)
        assert [found.text for found in root.iter("domain")] == [domain]
        assert root.get("version") == "1.1"


def test_every_served_server_is_one_of_the_facts(client: FlaskClient) -> None:
    served = 0
    for domain, facts in _facts().items():
        known = [_expected(fact, domain) for fact in facts["servers"]]
        for server in _servers(client.get(f"/v1.1/{domain}").data):
            served += 1
            assert any(_agrees(server, fact) for fact in known), (domain, server)
    assert served > 2000


def _agrees(server: dict[str, Any], fact: dict[str, Any]) -> bool:
    """The same server; authentications that not every reader knows may be left out, a name be added."""
    kept = [word for word in fact["authentication"] if word in _KNOWN] or fact["authentication"]
    username = fact["username"] or "%EMAILADDRESS%"
    return server == {**fact, "authentication": kept, "username": username}


def test_no_secure_server_of_the_facts_is_missing(client: FlaskClient) -> None:
    for domain, facts in _facts().items():
        served = list(_servers(client.get(f"/v1.1/{domain}").data))
        for fact in (_expected(fact, domain) for fact in facts["servers"]):
            if fact["type"] not in _CLASSIC:
                continue
            of_type = [
                _expected(other, domain) for other in facts["servers"] if other["type"] == fact["type"]
            ]
            secure = [other for other in of_type if other["socketType"] in _SECURE]
            known = [other for other in secure if set(other["authentication"]) & set(_KNOWN)]
            if fact in (known or secure):
                assert any(_agrees(server, fact) for server in served), (domain, fact)


def test_a_plain_socket_is_served_only_where_the_direction_has_no_secure_one(client: FlaskClient) -> None:
    for domain, facts in _facts().items():
        for server in _servers(client.get(f"/v1.1/{domain}").data):
            if server["socketType"] == "plain":
                same = [fact for fact in facts["servers"] if fact["direction"] == server["direction"]]
                assert not any(
                    fact.get("socketType") in _SECURE and fact["type"] in _CLASSIC for fact in same
                ), (domain, server)


def test_the_full_document_has_every_server_of_the_facts_in_their_order(client: FlaskClient) -> None:
    for domain, facts in _facts().items():
        served = list(_servers(client.get(f"/v1.1/{domain}?reader=full").data))
        expected = [_expected(fact, domain) for fact in facts["servers"]]
        for direction in ("incoming", "outgoing"):
            of_direction = [server for server in served if server["direction"] == direction]
            wanted = [fact for fact in expected if fact["direction"] == direction]
            assert [_without_urls(server) for server in of_direction] == [
                _without_urls(fact) for fact in wanted
            ], domain


def _without_urls(server: dict[str, Any]) -> dict[str, Any]:
    # Whether an Exchange server has a host or a URL is compared where its format is tested.
    return {key: value for key, value in server.items() if key != "url"}


@pytest.mark.parametrize("query", ["", "?reader=full"])
def test_every_document_is_valid_by_the_schema(client: FlaskClient, query: str) -> None:
    schema = etree.RelaxNG(file=str(shared_path("spec", "autoconfig.rng")))
    for domain in _facts():
        root = etree.fromstring(client.get(f"/v1.1/{domain}{query}").data)
        assert schema.validate(root), (domain, schema.error_log)


@cache
def _provider(file: str) -> Provider:
    return mozilla.parse(shared_path("ispdb", file).read_bytes()).provider


@pytest.mark.parametrize("reader", CLIENTS, ids=lambda reader: reader.name)
def test_every_mail_program_accepts_every_document_it_could(
    client: FlaskClient, reader: Client, record_property: Callable[[str, object], None]
) -> None:
    possible = accepted = as_it_was = 0
    refused = {}
    for domain, facts in _facts().items():
        address = EmailAddress.parse(f"fred@{domain}")
        reading = reader.read(client.get(f"/v1.1/{domain}").data, address)
        original = reader.read(shared_path("ispdb", facts["file"]).read_bytes(), address)
        as_it_was += original.accepted
        if original.accepted or not reader.lacks(_provider(facts["file"])):
            possible += 1
            accepted += reading.accepted
            if not reading.accepted:
                refused[domain] = reading.reason
    record_property(
        FIGURE,
        f"ISPDB, {reader.name}: accepts {accepted} of {possible} possible domains "
        f"({as_it_was} of the documents as the ISPDB writes them)",
    )
    assert refused == {}
    assert possible > 600
