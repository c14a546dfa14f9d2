"""Client configuration documents: what is asked, and who is answered what."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.web.asking import CONFIG, TEXT, WELL_KNOWN, XML, assert_plain_no, call, environ_of, written
from tests.web.conftest import IDN

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

SHOP = [
    ("imap", "imap.shop.example"),
    ("pop3", "pop.shop.example"),
    ("smtp", "smtp.shop.example"),
    ("caldav", "https://dav.shop.example/"),
]


@pytest.mark.parametrize("path", [CONFIG, WELL_KNOWN])
def test_both_paths_answer_an_address(client: FlaskClient, path: str) -> None:
    assert written(client.get(f"{path}?emailaddress=ada@example.com")) == ("1.1", ["example.com"], SHOP)


def test_a_domain_is_answered_as_the_ispdb_does(client: FlaskClient) -> None:
    assert written(client.get("/v1.1/example.com")) == ("1.1", ["example.com"], SHOP)


def test_all_three_ways_give_the_same_bytes(client: FlaskClient) -> None:
    asked = [
        client.get(f"{CONFIG}?emailaddress=ada@example.com"),
        client.get(f"{WELL_KNOWN}?emailaddress=ada@example.com"),
        client.get("/v1.1/example.com"),
        client.get(CONFIG, headers={"Host": "autoconfig.example.com"}),
    ]
    assert len({(response.data, response.headers["ETag"]) for response in asked}) == 1


def test_only_the_asked_domain_is_named(client: FlaskClient) -> None:
    response = client.get(f"{CONFIG}?emailaddress=ada@example.org")
    assert written(response).domains == ["example.org"]
    assert "example.com" not in response.text
    assert "mx.example.net" not in response.text


@pytest.mark.parametrize(
    "local_part", ["ada", "no.such.user", "EVOLUTIONUSER", "a%2Bb", "%22a%20b%22", "%C3%BC"]
)
def test_the_answer_does_not_depend_on_the_mailbox(client: FlaskClient, local_part: str) -> None:
    one = client.get(f"{CONFIG}?emailaddress={local_part}@example.com")
    other = client.get(f"{CONFIG}?emailaddress=somebody.else@example.com")
    assert one.status_code == 200
    assert (one.data, sorted(one.headers)) == (other.data, sorted(other.headers))


@pytest.mark.parametrize(
    "path",
    [
        "/Mail/Config-v1.1.xml",
        "/MAIL/CONFIG-V1.1.XML",
        "/mail//config-v1.1.xml",
        "//mail/config-v1.1.xml",
        "/v1.1/mail/config-v1.1.xml",
        "/V1.1/Mail/Config-v1.1.xml",
        "/.Well-Known/AutoConfig/Mail/Config-V1.1.xml",
        "/.well-known//autoconfig///mail/config-v1.1.xml",
    ],
)
def test_letter_case_and_slashes_of_the_path_are_forgiven(app: Flask, path: str) -> None:
    answer = call(app, environ_of(path, query="emailaddress=ada@example.com"))
    assert (answer.code, answer.media_type) == (200, XML)


@pytest.mark.parametrize(
    "path",
    [
        "/V1.1/example.com",
        "/v1.1/Example.COM",
        "//v1.1/example.com",
        "/v1.1//example.com",
        "/v1.1/example.com.",
    ],
)
def test_letter_case_and_slashes_of_the_domain_path_are_forgiven(app: Flask, path: str) -> None:
    answer = call(app, environ_of(path))
    assert (answer.code, answer.media_type) == (200, XML)


@pytest.mark.parametrize(
    "query",
    [
        "emailaddress=ada@example.com",
        "emailaddress=ada%40example.com",
        "emailaddress=ada%2540example.com",
        "emailaddress=ada@EXAMPLE.com",
        "emailaddress=ada@example.com.",
        "emailaddress=ada+news@example.com",
        "emailaddress=ada%2Bnews@example.com",
        "emailaddress=%20ada@example.com%20",
        "EmailAddress=ada@example.com",
        "EMAILADDRESS=ada@example.com",
        "email=ada@example.com",
        "emailaddress=EVOLUTIONUSER%40example.com&emailmd5=0bc83cb571cd1c50ba6f3e8a78ef1346",
        "emailaddress=ada@example.com&realname=Ada&utm_source=x&reader=none",
        "emailaddress=&emailaddress=ada@example.com",
        "emailaddress=ada%2Dnews@example%2Ecom",
    ],
)
def test_spellings_of_an_address_that_clients_send(client: FlaskClient, query: str) -> None:
    response = client.get(f"{CONFIG}?{query}", headers={"Host": "nothing.invalid"})
    assert written(response).domains == ["example.com"]


@pytest.mark.parametrize(
    "domain", ["b%C3%BCcher.example", "B%C3%9CCHER.Example", "xn--bcher-kva.example", "XN--BCHER-KVA.example"]
)
def test_an_internationalized_domain_is_answered_in_a_labels(client: FlaskClient, domain: str) -> None:
    expected = [("imap", f"imap.{IDN}"), ("smtp", f"smtp.{IDN}")]
    assert written(client.get(f"{CONFIG}?emailaddress=ada@{domain}")) == ("1.1", [IDN], expected)
    assert written(client.get(f"/v1.1/{domain}")) == ("1.1", [IDN], expected)


@pytest.mark.parametrize(
    "host",
    [
        "example.com",
        "autoconfig.example.com",
        "autodiscover.example.com",
        "ua-auto-config.example.com",
        "Autoconfig.Example.COM",
        "autoconfig.example.com:8000",
        "autoconfig.example.com.",
    ],
)
@pytest.mark.parametrize(
    "path", [CONFIG, WELL_KNOWN, f"{CONFIG}?emailaddress=", f"{CONFIG}?emailaddress=%20"]
)
def test_without_an_address_the_host_names_the_domain(client: FlaskClient, path: str, host: str) -> None:
    response = client.get(path, headers={"Host": host})
    assert written(response).domains == ["example.com"]
    assert "%EMAILADDRESS%" in response.text


def test_the_address_goes_before_the_host(client: FlaskClient) -> None:
    host = {"Host": "autoconfig.exchange.example"}
    response = client.get(f"{CONFIG}?emailaddress=ada@example.com", headers=host)
    assert written(response).domains == ["example.com"]


def test_a_prefix_is_taken_off_once(client: FlaskClient) -> None:
    host = {"Host": "autoconfig.autoconfig.example.com"}
    assert_plain_no(client.get(CONFIG, headers=host), 404)


@pytest.mark.parametrize("host", [None, "", "127.0.0.1", "[::1]:8000", "localhost", "-", "autoconfig."])
def test_neither_address_nor_a_host_that_is_served_is_404(app: Flask, host: str | None) -> None:
    answer = call(app, environ_of(CONFIG, host=host))
    assert (answer.code, answer.media_type) == (404, TEXT)


@pytest.mark.parametrize("prefix", ["autoconfig", "autodiscover", "ua-auto-config"])
def test_a_customer_nobody_lists_is_answered_by_the_host_of_the_mx(client: FlaskClient, prefix: str) -> None:
    host = {"Host": f"{prefix}.mx.example.net"}
    response = client.get(f"{CONFIG}?emailaddress=kim@customer.test", headers=host)
    assert written(response) == ("1.1", ["customer.test"], SHOP)


def test_a_listed_domain_is_its_own_at_the_host_of_another_mx(client: FlaskClient) -> None:
    host = {"Host": "autoconfig.mx.example.net"}
    response = client.get(f"{CONFIG}?emailaddress=ada@exchange.example", headers=host)
    assert written(response).servers[0] == ("imap", "imap.exchange.example")


def test_a_customer_is_unknown_at_any_other_host(client: FlaskClient) -> None:
    for host in ("mx.example.net", "autoconfig.example.net", "autoconfig.other.example"):
        response = client.get(f"{CONFIG}?emailaddress=kim@customer.test", headers={"Host": host})
        assert_plain_no(response, 404)


def test_the_mx_domain_itself_is_answered(client: FlaskClient) -> None:
    by_host = client.get(CONFIG, headers={"Host": "autoconfig.mx.example.net"})
    assert written(by_host) == ("1.1", ["mx.example.net"], SHOP)
    assert client.get("/v1.1/mx.example.net").data == by_host.data


@pytest.mark.parametrize(
    "path",
    [
        f"{CONFIG}?emailaddress=ada@unknown.example",
        f"{WELL_KNOWN}?emailaddress=ada@unknown.example",
        f"{CONFIG}?emailaddress=ada@mail.example.com",
        f"{CONFIG}?emailaddress=ada@com",
        "/v1.1/unknown.example",
        "/v1.1/com",
        "/v1.1/example.com/",
        "/v1.1/example.com/x",
        "/v1.1/",
        "/v1.1",
        "/v1.1/ada@example.com",
        "/v1.1/-",
        "/v1.1/192.0.2.1",
        "/mail/config-v1.1.xml/",
        "/mail/config-v1.2.xml",
        "/mail",
        "/nothing",
        "/autodiscover/autodiscover.svc",
    ],
)
def test_what_is_not_served_is_404_in_plain_text(client: FlaskClient, path: str) -> None:
    assert_plain_no(client.get(path), 404)


@pytest.mark.parametrize(
    "address",
    [
        "ada",
        "@example.com",
        "ada@",
        "ada@@",
        "ada@exa_mple.com",
        "ada@192.0.2.1",
        "ada@[192.0.2.1]",
        "ada@-example.com",
        "ada@example..com",
        ".ada@example.com",
        "ada..b@example.com",
        "a%00da@example.com",
        "a%0D%0Ada@example.com",
        "%FF@example.com",
        "a" * 65 + "@example.com",
        "ada@" + "a." * 127 + "com",
        "%3Cscript%3E@example.com",
    ],
)
@pytest.mark.parametrize("path", [CONFIG, WELL_KNOWN])
def test_a_malformed_address_is_400_in_plain_text(client: FlaskClient, path: str, address: str) -> None:
    assert_plain_no(client.get(f"{path}?emailaddress={address}"), 400)


def test_a_malformed_address_is_not_repeated(client: FlaskClient) -> None:
    assert "secret" not in client.get(f"{CONFIG}?emailaddress=my..secret@example.com").text


def test_a_full_reader_gets_everything(client: FlaskClient) -> None:
    response = client.get(f"{CONFIG}?emailaddress=ada@exchange.example&reader=full")
    assert written(response) == (
        "1.2",
        ["exchange.example"],
        [
            ("imap", "imap.exchange.example"),
            ("ews", "https://mail.exchange.example/EWS/Exchange.asmx"),
            ("activeSync", "https://sync.exchange.example/Microsoft-Server-ActiveSync"),
            ("smtp", "smtp.exchange.example"),
        ],
    )


@pytest.mark.parametrize("path", ["/v1.1/exchange.example?reader=full", "/v1.1/exchange.example?Reader=FULL"])
def test_a_full_reader_may_ask_by_domain(client: FlaskClient, path: str) -> None:
    assert written(client.get(path)).version == "1.2"


@pytest.mark.parametrize("reader", ["", "Full1", "1.2", "thunderbird"])
def test_any_other_reader_gets_what_all_read(client: FlaskClient, reader: str) -> None:
    response = client.get(f"{CONFIG}?emailaddress=ada@exchange.example&reader={reader}")
    assert written(response) == (
        "1.1",
        ["exchange.example"],
        [("imap", "imap.exchange.example"), ("smtp", "smtp.exchange.example")],
    )


def test_a_provider_without_classic_servers_is_404_but_for_full_readers(client: FlaskClient) -> None:
    assert_plain_no(client.get("/v1.1/sync.example"), 404)
    assert written(client.get("/v1.1/sync.example?reader=full")).servers == [
        ("activeSync", "https://sync.sync.example/Microsoft-Server-ActiveSync")
    ]


def test_oauth2_alone_is_said_with_where_the_token_is(client: FlaskClient) -> None:
    response = client.get(f"{CONFIG}?emailaddress=ada@token.example")
    assert written(response).servers == [("imap", "imap.token.example"), ("smtp", "smtp.token.example")]
    assert "<issuer>login.token.example</issuer>" in response.text


def test_plain_sockets_are_said_where_nothing_else_is(client: FlaskClient) -> None:
    response = client.get(f"{CONFIG}?emailaddress=ada@plain.example")
    assert written(response).servers == [("imap", "imap.plain.example"), ("smtp", "smtp.plain.example")]
    assert response.text.count("<socketType>plain</socketType>") == 2
