"""Apple profiles over HTTP, unsigned and signed."""

from __future__ import annotations

import plistlib
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from autoconfig.errors import SettingsError
from autoconfig.model import EmailAddress
from autoconfig.publish import Publisher
from autoconfig.settings import Settings
from autoconfig.web import create_app
from tests.signing import Authority, SigningFiles, key_pem, new_key, verify, write_files
from tests.web.asking import TEXT, assert_plain_no, call, environ_of
from tests.web.conftest import IDN

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from autoconfig.stores import Store

PATH = "/mail/profile.mobileconfig"
ADA = f"{PATH}?emailaddress=ada@example.com"


def profile(response: TestResponse) -> dict[str, Any]:
    """Read an unsigned profile that was answered with 200 and the right type."""
    assert (response.status_code, response.content_type) == (200, "application/x-apple-aspen-config")
    found: dict[str, Any] = plistlib.loads(response.data)
    return found


def mail(response: TestResponse) -> dict[str, Any]:
    found: dict[str, Any] = profile(response)["PayloadContent"][0]
    return found


def uuids(body: bytes) -> list[str]:
    found = plistlib.loads(body)
    return [entry["PayloadUUID"] for entry in (found, *found["PayloadContent"])]


def test_the_bytes_are_those_of_the_publisher(client: FlaskClient, store: Store) -> None:
    document = Publisher(store).mobileconfig(EmailAddress.parse("ada@example.com"), "Ada Lovelace")
    assert document is not None
    assert client.get(f"{ADA}&name=Ada+Lovelace").data == document.body


def test_the_headers_are_these_and_no_other(client: FlaskClient) -> None:
    response = client.get(ADA)
    headers = dict(response.headers)
    assert headers.pop("ETag").startswith('"')
    assert headers == {
        "Content-Type": "application/x-apple-aspen-config",
        "Content-Length": str(len(response.data)),
        "Content-Disposition": 'attachment; filename="example.com.mobileconfig"',
        "Cache-Control": "private, no-cache",
        "X-Content-Type-Options": "nosniff",
    }


def test_the_name_of_the_file_is_ascii(client: FlaskClient) -> None:
    response = client.get(f"{PATH}?emailaddress=ada@b%C3%BCcher.example")
    assert response.headers["Content-Disposition"] == f'attachment; filename="{IDN}.mobileconfig"'


def test_a_second_download_has_the_same_identifiers(client: FlaskClient) -> None:
    first, again = client.get(ADA), client.get(f"{ADA}&name=Ada")
    assert uuids(first.data) == uuids(again.data)
    assert len(set(uuids(first.data))) == 3
    assert first.data != again.data


def test_head_is_get_without_the_body(client: FlaskClient) -> None:
    get, head = client.get(ADA), client.head(ADA)
    assert (head.status_code, head.data) == (200, b"")
    assert list(head.headers) == list(get.headers)


def test_a_profile_the_client_has_is_304(client: FlaskClient) -> None:
    etag = client.get(ADA).headers["ETag"]
    again = client.get(ADA, headers={"If-None-Match": etag})
    assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize("method", ["POST", "PUT", "PROPFIND", "OPTIONS"])
def test_any_other_method_is_405(client: FlaskClient, method: str) -> None:
    response = client.open(ADA, method=method)
    assert (response.status_code, response.content_type) == (405, TEXT)


@pytest.mark.parametrize("path", ["/Mail/Profile.MobileConfig", "//mail//profile.mobileconfig"])
def test_letter_case_and_slashes_of_the_path_are_forgiven(app: Flask, path: str) -> None:
    query = "emailaddress=ada@example.com"
    assert call(app, environ_of(path, query=query)) == call(app, environ_of(PATH, query=query))


@pytest.mark.parametrize(
    ("query", "address"),
    [
        ("emailaddress=ada@example.com", "ada@example.com"),
        ("EmailAddress=ada%40EXAMPLE.com", "ada@example.com"),
        ("email=ada%2540example.com", "ada@example.com"),
        ("emailaddress=ada+tag@example.com", "ada+tag@example.com"),
        ("emailaddress=%22a%20b%22@example.com", '"a b"@example.com'),
        ("emailaddress=%C3%BC@example.com", "ü@example.com"),
        ("emailaddress=&email=ada@example.org", "ada@example.org"),
    ],
)
def test_an_address_is_read_as_elsewhere(client: FlaskClient, query: str, address: str) -> None:
    assert mail(client.get(f"{PATH}?{query}"))["EmailAddress"] == address


def test_a_customer_nobody_lists_is_answered_by_host(client: FlaskClient) -> None:
    response = client.get(
        f"{PATH}?emailaddress=ada@customer.test", headers={"Host": "autoconfig.mx.example.net"}
    )
    assert mail(response)["IncomingMailServerUsername"] == "ada@customer.test"


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Ada", "Ada"),
        ("%20Ada%0D%0ALovelace%20", "Ada Lovelace"),
        ("%3Cb%3E%22%26", '<b>"&'),
        (quote("Ada Łovelace 😀"), "Ada Łovelace 😀"),
    ],
)
def test_a_name_stands_in_the_account(client: FlaskClient, written: str, name: str) -> None:
    assert mail(client.get(f"{ADA}&Name={written}"))["EmailAccountName"] == name


@pytest.mark.parametrize("query", ["&name=", "&name=%20", "&name"])
def test_an_empty_name_is_none(client: FlaskClient, query: str) -> None:
    assert client.get(ADA + query).data == client.get(ADA).data


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("", "Say whose profile is wanted: ?emailaddress=you@example.com."),
        ("?emailaddress=", "Say whose profile is wanted: ?emailaddress=you@example.com."),
        ("?emailaddress=ada", "An e-mail address has an @ between a name and a domain."),
        ("?emailaddress=%FF@example.com", "The address is not UTF-8."),
        ("?emailaddress=ada@example.com&name=A%00", "The name holds a control character: 'A\\x00'."),
        ("?emailaddress=ada@example.com&name=A%7F", "The name holds a control character."),
        ("?emailaddress=ada@example.com&name=A%FF", "The name is not UTF-8."),
        (f"?emailaddress=ada@example.com&name={'A' * 101}", "The name is longer than 100 characters."),
    ],
)
@pytest.mark.parametrize("host", ["localhost", "autoconfig.example.com"])
def test_a_request_that_says_too_little_or_nonsense_is_400(
    client: FlaskClient, query: str, sentence: str, host: str
) -> None:
    response = client.get(PATH + query, headers={"Host": host})
    assert_plain_no(response, 400)
    assert response.text == f"{sentence}\n"


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("ada@unknown.example", "This domain is not served here."),
        (
            "ada@token.example",
            "An Apple profile cannot say any incoming server: imap.token.example wants OAuth2.",
        ),
        (
            "ada@sync.example",
            "An Apple profile cannot say any incoming server: none is of a known type with a way to log in.",
        ),
    ],
)
def test_nothing_to_say_is_404_with_the_reason(client: FlaskClient, address: str, sentence: str) -> None:
    response = client.get(f"{PATH}?emailaddress={address}")
    assert_plain_no(response, 404)
    assert response.text == f"{sentence}\n"


@given(
    address=st.text(max_size=20).map("{}@example.com".format) | st.text(max_size=30),
    name=st.text(max_size=110),
)
@hypothesis_settings(deadline=None)
def test_whatever_is_asked_is_a_profile_or_a_sentence(app: Flask, address: str, name: str) -> None:
    query = f"emailaddress={quote(address, errors='replace')}&name={quote(name, errors='replace')}"
    answer = call(app, environ_of(PATH, query=query))
    if answer.code == 200:
        assert plistlib.loads(answer.body)["PayloadType"] == "Configuration"
    else:
        assert (answer.code in (400, 404), answer.media_type, answer.body.count(b"\n")) == (True, TEXT, 1)


# --- signed


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> SigningFiles:
    return write_files(tmp_path_factory.mktemp("signing"), Authority())


@pytest.fixture
def signing(files: SigningFiles, store: Store) -> FlaskClient:
    """Somebody who asks a service with a key."""
    settings = Settings(providers=(), signing_cert=str(files.cert), signing_key=str(files.key))
    return create_app(settings, store).test_client(use_cookies=False)


def test_a_signed_profile_is_believed(client: FlaskClient, signing: FlaskClient, files: SigningFiles) -> None:
    response = signing.get(f"{ADA}&name=Ada")
    assert response.content_type == "application/x-apple-aspen-config"
    found = verify(response.data, files.root)
    assert found.content == client.get(f"{ADA}&name=Ada").data
    assert sorted(found.subjects) == ["CN=Intermediate", "CN=Signer"]


def test_a_second_download_of_a_signed_profile_has_the_same_identifiers(
    signing: FlaskClient, files: SigningFiles
) -> None:
    first, again = (verify(signing.get(ADA).data, files.root) for _ in range(2))
    assert uuids(first.content) == uuids(again.content)


def test_a_key_that_does_not_fit_is_no_start(files: SigningFiles, store: Store, tmp_path: Any) -> None:
    key = tmp_path / "key.pem"
    key.write_bytes(key_pem(new_key()))
    settings = Settings(providers=(), signing_cert=str(files.cert), signing_key=str(key))
    with pytest.raises(SettingsError, match=r"^AUTOCONFIG_SIGNING_KEY is not the key of "):
        create_app(settings, store)
