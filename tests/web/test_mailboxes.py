"""A store that maps mailboxes: every format says the mailbox's own names, and none tells mailboxes apart."""

from __future__ import annotations

import plistlib
import re
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from autoconfig.settings import Settings
from autoconfig.web import create_app
from tests.stores.mapping_files import opened, written

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

MOZILLA = "/mail/config-v1.1.xml"
POX = "/autodiscover/autodiscover.xml"
PROFILE = "/mail/profile.mobileconfig"
JSON = "/autodiscover/autodiscover.json"

KNOWN, UNKNOWN = "ada@example.com", "eva@example.com"
"""Of one length, so that what is said about them may be too."""


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    """A service on the ISP's own schema."""
    store = opened(written(tmp_path_factory.mktemp("isp")))
    yield create_app(Settings(providers=(), resolve="off"), store).test_client(use_cookies=False)
    store.close()


def asked(client: FlaskClient, path: str, address: str, **more: str) -> TestResponse:
    """Ask about an address in the way of a path."""
    query = "".join(f"&{name}={value}" for name, value in more.items())
    return client.get(f"{path}?emailaddress={quote(address)}{query}")


def usernames(response: TestResponse) -> set[str]:
    return set(re.findall(r"<(?:username|LoginName)>([^<]*)<", response.text))


@pytest.mark.parametrize(
    ("address", "names"),
    [
        ("ada@example.com", {"u4711", r"ISP\u4711"}),
        ("ADA@Example.com", {"u4711", r"ISP\u4711"}),
        ("ada+shop@example.com", {"u4711", r"ISP\u4711"}),
        ("bob@example.com", {"u0815", r"ISP\u0815"}),
    ],
)
@pytest.mark.parametrize("path", [MOZILLA, POX])
def test_the_login_names_of_a_mailbox(client: FlaskClient, path: str, address: str, names: set[str]) -> None:
    assert usernames(asked(client, path, address)) == names


def test_the_full_document_says_the_same_names(client: FlaskClient) -> None:
    response = asked(client, MOZILLA, KNOWN, reader="full")
    assert usernames(response) == {"u4711", r"ISP\u4711"}
    assert "https://imap7.example.net/Microsoft-Server-ActiveSync" in response.text
    assert "<url>https://dav.example.net/u4711/</url>" in response.text


def test_the_host_of_a_mailbox_is_its_own(client: FlaskClient) -> None:
    assert "<hostname>imap7.example.net<" in asked(client, MOZILLA, KNOWN).text
    assert "<Server>imap7.example.net<" in asked(client, POX, KNOWN).text


def test_an_apple_profile_has_the_names_of_its_mailbox(client: FlaskClient) -> None:
    profile = plistlib.loads(asked(client, PROFILE, KNOWN).data)
    mail, dav = profile["PayloadContent"]
    assert (mail["IncomingMailServerUsername"], mail["OutgoingMailServerUsername"]) == ("u4711", r"ISP\u4711")
    assert mail["IncomingMailServerHostName"] == "imap7.example.net"
    assert (dav["CalDAVUsername"], dav["CalDAVPrincipalURL"]) == ("u4711", "/u4711/")


def test_json_names_the_endpoint_of_the_mailbox(client: FlaskClient) -> None:
    for address, host in ((KNOWN, "imap7"), ("bob@example.com", "imap")):
        response = client.get(f"{JSON}?Email={address}&Protocol=ActiveSync")
        assert response.json["Url"] == f"https://{host}.example.net/Microsoft-Server-ActiveSync"
        assert response.headers["Cache-Control"] == "private, no-cache"


@pytest.mark.parametrize("path", [MOZILLA, POX, PROFILE])
def test_what_is_about_one_mailbox_is_for_no_shared_cache(client: FlaskClient, path: str) -> None:
    for address in (KNOWN, UNKNOWN):
        assert asked(client, path, address).headers["Cache-Control"] == "private, no-cache"


def test_without_an_address_the_rule_s_placeholder_stays_in(client: FlaskClient) -> None:
    response = client.get("/v1.1/example.com")
    assert usernames(response) == {"%EMAILADDRESS%", r"ISP\%EMAILADDRESS%"}
    assert response.headers["Cache-Control"] == "private, no-cache"
    by_host = client.get(MOZILLA, headers={"Host": "autoconfig.example.com"})
    assert (by_host.data, by_host.headers["ETag"]) == (response.data, response.headers["ETag"])


def test_a_document_for_anybody_is_never_handed_to_somebody(client: FlaskClient) -> None:
    """The short way knows documents by their domain alone."""
    client.get("/v1.1/example.com")
    assert usernames(asked(client, MOZILLA, KNOWN)) == {"u4711", r"ISP\u4711"}
    assert usernames(asked(client, MOZILLA, "bob@example.com")) == {"u0815", r"ISP\u0815"}


def test_evolution_asks_for_anybody_and_fills_in_the_name_itself(client: FlaskClient) -> None:
    response = asked(client, MOZILLA, "EVOLUTIONUSER@example.com", emailmd5="0" * 32)
    assert usernames(response) == {"%EMAILADDRESS%", r"ISP\%EMAILADDRESS%"}


def test_an_unknown_mailbox_has_a_name_of_the_same_shape_and_always_the_same(client: FlaskClient) -> None:
    names = [min(usernames(asked(client, MOZILLA, UNKNOWN)), key=len) for _ in range(3)]
    assert len(set(names)) == 1
    assert re.fullmatch(r"u\d{4}", names[0])
    others = {
        min(usernames(asked(client, MOZILLA, f"x{number}@example.com")), key=len) for number in range(20)
    }
    assert len(others) > 15, "each has its own"
    assert len({name[1] for name in others}) > 4, "the first digit too"


def test_spelling_an_unknown_mailbox_otherwise_changes_nothing(client: FlaskClient) -> None:
    expected = usernames(asked(client, MOZILLA, UNKNOWN))
    for address in ("EVA@example.com", "eva+shop@example.com", "Eva+Shop@EXAMPLE.COM"):
        assert usernames(asked(client, MOZILLA, address)) == expected


def like_each_other(known: TestResponse, unknown: TestResponse) -> None:
    """Status, headers and bytes of the two, the names of the mailboxes aside."""
    assert known.status == unknown.status
    first, second = dict(known.headers), dict(unknown.headers)
    assert first.keys() == second.keys()
    assert len(first.pop("ETag", "")) == len(second.pop("ETag", ""))
    assert first == second, "Content-Length too"

    def nameless(response: TestResponse) -> bytes:
        body = re.sub(rb"u\d{4}", b"<login>", response.data)
        body = body.replace(b"imap7.example.net", b"imap.example.net")
        body = re.sub(rb"[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}", b"<uuid>", body)
        return re.sub(rb"\b(?:ada|bob|eva)\b", b"<who>", body)

    assert nameless(known) == nameless(unknown)


@pytest.mark.parametrize(
    "path",
    [
        f"{MOZILLA}?emailaddress={{}}",
        f"{MOZILLA}?emailaddress={{}}&reader=full",
        f"/.well-known/autoconfig{MOZILLA}?emailaddress={{}}",
        f"{POX}?email={{}}",
        f"{PROFILE}?emailaddress={{}}",
        f"{JSON}?Email={{}}&Protocol=ActiveSync",
        f"{JSON}/v1.0/{{}}?Protocol=AutodiscoverV1",
        f"{JSON}?Email={{}}&Protocol=EWS",
    ],
)
@pytest.mark.parametrize("form", ["{}@example.com", "{}%2Bshop@example.com", "{}@EXAMPLE.COM"])
def test_nobody_can_tell_a_mailbox_that_is_there_from_one_that_is_not(
    client: FlaskClient, path: str, form: str
) -> None:
    """bob has the domain's host, as unknown mailboxes have."""
    like_each_other(client.get(path.format(form.format("bob"))), client.get(path.format(form.format("eva"))))


POX_BODY = (
    '<Autodiscover xmlns="http://schemas.microsoft.com/exchange/autodiscover/outlook/requestschema/2006">'
    "<Request><EMailAddress>{}</EMailAddress><AcceptableResponseSchema>{}</AcceptableResponseSchema></Request>"
    "</Autodiscover>"
)
SCHEMAS = {
    "outlook": "http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a",
    "mobilesync": "http://schemas.microsoft.com/exchange/autodiscover/mobilesync/responseschema/2006",
}


@pytest.mark.parametrize("schema", SCHEMAS)
def test_nobody_can_tell_them_apart_by_posting_either(client: FlaskClient, schema: str) -> None:
    answers = [
        client.post(POX, data=POX_BODY.format(address, SCHEMAS[schema]))
        for address in ("bob@example.com", "eva@example.com")
    ]
    assert answers[0].status_code == 200
    like_each_other(*answers)
