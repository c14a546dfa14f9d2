"""AUTOCONFIG_RESOLVE=directory: /v1.1/D for domains nobody lists."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from autoconfig.model import Authentication, Documentation, EmailAddress, ServerType, Translation, UrlServer
from autoconfig.settings import RateLimit, Settings
from autoconfig.web import create_app
from autoconfig.web.strangers.service import DIRECTORY_DEADLINE
from tests.web.asking import CONFIG, WELL_KNOWN, XML, assert_plain_no, written
from tests.web.resolving import FakeResolver, found, imap, nothing, offline

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.testing import FlaskClient

    from autoconfig.resolver.resolution import Resolution
    from autoconfig.stores import Store

STRANGER = "/v1.1/example.net"


@pytest.fixture
def resolver() -> FakeResolver:
    return FakeResolver()


@pytest.fixture
def client(resolver: FakeResolver, store: Store) -> FlaskClient:
    """A service with the providers of this directory that resolves for the directory."""
    settings = Settings(providers=(), resolve="directory", rate_limit=RateLimit(3, 60))
    return create_app(settings, store, resolver=resolver).test_client(use_cookies=False)


def test_a_stranger_is_answered_as_the_ispdb_does(client: FlaskClient) -> None:
    response = client.get(STRANGER)
    assert written(response) == ("1.1", ["example.net"], [("imap", "imap.example.net")])
    assert response.headers["Cache-Control"] == "public, max-age=3600"
    assert response.headers["ETag"].startswith('"')
    assert "<username>%EMAILADDRESS%</username>" in response.text


def test_the_neutral_mailbox_is_asked_for_within_thunderbirds_patience(
    client: FlaskClient, resolver: FakeResolver
) -> None:
    client.get("/v1.1/EXAMPLE.net")
    assert resolver.questions == [("postmaster@example.net", DIRECTORY_DEADLINE, ())]
    assert DIRECTORY_DEADLINE == 8.0


@pytest.mark.parametrize(
    ("username", "placeholder"),
    [("%EMAILADDRESS%", "%EMAILADDRESS%"), ("%EMAILLOCALPART%", "%EMAILLOCALPART%")],
)
def test_the_neutral_mailbox_is_not_in_the_document(
    client: FlaskClient, resolver: FakeResolver, username: str, placeholder: str
) -> None:
    calendar = UrlServer(
        type=ServerType.CALDAV,
        url="https://dav.example.net/%EMAILADDRESS%/",
        authentication=(Authentication.HTTP_BASIC,),
        username=username,
    )
    resolver.answer = lambda address: found(address, imap("imap.example.net", username), other=(calendar,))
    for path in (STRANGER, f"{STRANGER}?reader=full"):
        text = client.get(path).text
        assert text.count(f"<username>{placeholder}</username>") == 2
        assert "<url>https://dav.example.net/%EMAILADDRESS%/</url>" in text
        assert "postmaster" not in text


def mapped(address: EmailAddress) -> Resolution:
    return found(address, imap("imap.example.net", "u4711"))


def spelled(address: EmailAddress) -> Resolution:
    page = Documentation(url="https://example.net/", texts=(Translation("en", f"Hello, {address}"),))
    return found(address, documentation=(page,))


def updated(address: EmailAddress) -> Resolution:
    return found(address, update_url=f"https://example.net/?emailaddress={address}")


def without_mail(address: EmailAddress) -> Resolution:
    jmap = UrlServer(type=ServerType.JMAP, url="https://jmap.example.net/", username="%EMAILADDRESS%")
    return found(address, jmap)


def lost(address: EmailAddress) -> Resolution:
    raise TimeoutError


@pytest.mark.parametrize("answer", [nothing, offline, lost, mapped, spelled, updated, without_mail])
def test_what_cannot_be_said_for_a_whole_domain_is_404(
    client: FlaskClient, resolver: FakeResolver, answer: Callable[[EmailAddress], Resolution]
) -> None:
    resolver.answer = answer
    response = client.get(STRANGER)
    assert_plain_no(response, 404)
    assert response.text == "This domain is not served here.\n"


def test_a_help_page_may_name_the_postmaster(client: FlaskClient, resolver: FakeResolver) -> None:
    page = Documentation(url="https://postmaster.example.org/")
    resolver.answer = lambda address: found(address, documentation=(page,))
    assert "https://postmaster.example.org/" in client.get(STRANGER).text


def test_everything_is_told_to_who_wants_everything(client: FlaskClient, resolver: FakeResolver) -> None:
    jmap = UrlServer(type=ServerType.JMAP, url="https://jmap.example.net/", username="%EMAILADDRESS%")
    resolver.answer = lambda address: found(address, imap("imap.example.net"), jmap)
    plain, full = client.get(STRANGER), client.get(f"{STRANGER}?reader=full")
    assert (written(plain).version, written(full).version) == ("1.1", "1.2")
    assert ("jmap", "https://jmap.example.net/") in written(full).servers
    assert len(resolver.questions) == 1


def test_an_etag_that_is_known_is_304(client: FlaskClient) -> None:
    etag = client.get(STRANGER).headers["ETag"]
    response = client.get(STRANGER, headers={"If-None-Match": etag})
    assert (response.status_code, response.data) == (304, b"")


def test_a_listed_domain_is_no_stranger(client: FlaskClient, resolver: FakeResolver) -> None:
    response = client.get("/v1.1/example.com")
    assert (response.status_code, response.content_type) == (200, XML)
    assert resolver.questions == []


def test_a_listed_domain_that_cannot_be_said_is_no_stranger(
    client: FlaskClient, resolver: FakeResolver
) -> None:
    assert_plain_no(client.get("/v1.1/sync.example"), 404)
    assert resolver.questions == []


@pytest.mark.parametrize("path", [CONFIG, WELL_KNOWN])
def test_by_address_and_by_host_strangers_stay_strangers(
    client: FlaskClient, resolver: FakeResolver, path: str
) -> None:
    assert_plain_no(client.get(f"{path}?emailaddress=ada@example.net"), 404)
    assert_plain_no(client.get(path, headers={"Host": "autoconfig.example.net"}), 404)
    assert resolver.questions == []


@pytest.mark.parametrize("path", ["/v1.1/-", "/v1.1/192.0.2.1", "/v1.1/a..b"])
def test_what_is_no_domain_is_nobody(client: FlaskClient, resolver: FakeResolver, path: str) -> None:
    assert_plain_no(client.get(path), 404)
    assert resolver.questions == []


def test_the_api_and_the_directory_ask_for_themselves(client: FlaskClient, resolver: FakeResolver) -> None:
    resolver.answer = lambda address: (
        nothing(address) if address.local_part == "postmaster" else found(address)
    )
    assert client.get(STRANGER).status_code == 404
    assert client.get("/api/v1/resolve?emailaddress=ada@example.net").status_code == 200


def test_who_asks_too_often_is_429_and_keeps_the_listed_domains(client: FlaskClient) -> None:
    assert [client.get(f"/v1.1/{n}.example.net").status_code for n in range(3)] == [200, 200, 200]
    response = client.get(STRANGER)
    assert_plain_no(response, 429)
    assert 1 <= int(response.headers["Retry-After"]) <= 60
    assert client.get("/v1.1/example.com").status_code == 200


def test_the_age_of_a_kept_document_shortens_its_time(
    client: FlaskClient, resolver: FakeResolver, monkeypatch: pytest.MonkeyPatch
) -> None:
    strangers = client.application.extensions["strangers"]
    now = 1_800_000_000.0
    monkeypatch.setattr(strangers, "_clock", lambda: now)
    client.get(STRANGER)
    now += 3000
    assert client.get(STRANGER).headers["Cache-Control"] == "public, max-age=600"
    now += 7200
    resolver.answer = offline
    assert client.get(STRANGER).headers["Cache-Control"] == "public, max-age=60"


def test_in_api_mode_a_stranger_stays_a_stranger(resolver: FakeResolver, store: Store) -> None:
    app = create_app(Settings(providers=(), resolve="api"), store, resolver=resolver)
    assert_plain_no(app.test_client().get(STRANGER), 404)
    assert resolver.questions == []
