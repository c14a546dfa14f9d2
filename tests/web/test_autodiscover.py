"""Outlook's questions in XML (POX), from Outlook and from everybody who imitates it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from lxml import etree

from tests.shared import shared_path
from tests.web.asking import POX, TEXT, XML, assert_plain_no, call, environ_of

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

BASE = "http://schemas.microsoft.com/exchange/autodiscover/"
ROOT = f"{BASE}responseschema/2006"
OUTLOOK = f"{BASE}outlook/responseschema/2006a"
MOBILESYNC = f"{BASE}mobilesync/responseschema/2006"

MOST_BYTES = 64 * 1024


def question(
    address: str | None = None, schema: str | None = OUTLOOK, *, legacy_dn: str | None = None
) -> str:
    """A request as Outlook makes it; the address is put in as it is."""
    parts = {"EMailAddress": address, "LegacyDN": legacy_dn, "AcceptableResponseSchema": schema}
    inside = "".join(f"<{name}>{text}</{name}>" for name, text in parts.items() if text is not None)
    return (
        f'<Autodiscover xmlns="{BASE}outlook/requestschema/2006"><Request>{inside}</Request></Autodiscover>'
    )


def post(client: FlaskClient, body: str | bytes, host: str = "autodiscover.example.com") -> TestResponse:
    """POST a body as Outlook does."""
    return client.post(POX, data=body, headers={"Host": host, "Content-Type": "text/xml; charset=utf-8"})


def settings_in(response: TestResponse) -> tuple[str | None, list[tuple[str | None, ...]]]:
    """The address a settings answer names, and type, server and port of each protocol."""
    assert response.status_code == 200
    assert response.content_type == XML
    root = etree.fromstring(response.data)
    assert root.tag == f"{{{ROOT}}}Autodiscover"
    (answer,) = root
    assert answer.tag == f"{{{OUTLOOK}}}Response"
    names = {None: OUTLOOK}
    account = answer.find("Account", names)
    assert account is not None
    assert account.findtext("AccountType", namespaces=names) == "email"
    assert account.findtext("Action", namespaces=names) == "settings"
    protocols = [
        tuple(protocol.findtext(name, namespaces=names) for name in ("Type", "Server", "Port"))
        for protocol in account.findall("Protocol", names)
    ]
    return answer.findtext("User/AutoDiscoverSMTPAddress", namespaces=names), protocols


def error_in(response: TestResponse) -> str | None:
    """The code of an error document, which comes in HTTP 200 and is not kept."""
    assert response.status_code == 200
    assert response.content_type == XML
    assert response.headers["Cache-Control"] == "no-store"
    root = etree.fromstring(response.data)
    assert root.tag == f"{{{ROOT}}}Autodiscover"
    return root.findtext(".//{*}Error/{*}ErrorCode")


SHOP = [
    ("IMAP", "imap.shop.example", "993"),
    ("POP3", "pop.shop.example", "995"),
    ("SMTP", "smtp.shop.example", "587"),
]


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("automx2-test.xml", "a@example.com"),
        ("faircode.xml", "fred@example.com"),
        ("mailcow-debug-script.xml", "fred@example.com"),
        ("mox-thunderbird.xml", "test@example.org"),
        ("outlook.xml", "test@example.org"),
        ("stalwart-test.xml", "email@example.com"),
        ("thunderbird-desktop.xml", "fred@example.com"),
        ("whitespace-in-schema.xml", "user@example.com"),
    ],
)
def test_a_request_seen_in_the_wild_is_answered(client: FlaskClient, name: str, address: str) -> None:
    body = shared_path("corpora", "autodiscover", "request", name).read_bytes()
    response = post(client, body)
    assert settings_in(response) == (address, SHOP)
    assert response.headers["Cache-Control"] == "private, no-cache"


@pytest.mark.parametrize("name", ["no-address.xml", "not-xml.xml", "outside-schema-ham.xml", "xxe.xml"])
def test_a_request_that_cannot_be_understood_is_error_600(client: FlaskClient, name: str) -> None:
    body = shared_path("corpora", "autodiscover", "request", name).read_bytes()
    response = post(client, body)
    assert error_in(response) == "600"
    assert "root:" not in response.text


def test_mobilesync_is_error_601_without_activesync(client: FlaskClient) -> None:
    body = shared_path("corpora", "autodiscover", "request", "mobilesync.xml").read_bytes()
    response = post(client, body)
    assert error_in(response) == "601"
    assert f'"{MOBILESYNC}"' in response.text


def test_no_request_of_the_corpus_is_forgotten() -> None:
    folder = shared_path("corpora", "autodiscover", "request")
    assert len(list(folder.iterdir())) == 13


def test_mobilesync_says_where_activesync_is(client: FlaskClient) -> None:
    response = post(client, question("ada@exchange.example", MOBILESYNC))
    assert (response.status_code, response.content_type) == (200, XML)
    names = {"m": MOBILESYNC}
    (answer,) = etree.fromstring(response.data)
    assert answer.tag == f"{{{MOBILESYNC}}}Response"
    assert answer.findtext("m:User/m:EMailAddress", namespaces=names) == "ada@exchange.example"
    server = answer.find("m:Action/m:Settings/m:Server", names)
    assert server is not None
    assert [child.text for child in server] == [
        "MobileSync",
        "https://sync.exchange.example/Microsoft-Server-ActiveSync",
        "https://sync.exchange.example/Microsoft-Server-ActiveSync",
    ]


def test_the_mobilesync_namespace_alone_asks_for_mobilesync(client: FlaskClient) -> None:
    body = question("ada@exchange.example", None).replace("/outlook/", "/mobilesync/")
    response = post(client, body)
    assert response.status_code == 200
    assert "<Type>MobileSync</Type>" in response.text


@pytest.mark.parametrize("schema", [None, "", " ", OUTLOOK, f"\n  {OUTLOOK}\t"])
def test_outlook_is_answered_unless_another_schema_is_asked(client: FlaskClient, schema: str | None) -> None:
    assert settings_in(post(client, question("ada@example.com", schema))) == ("ada@example.com", SHOP)


@pytest.mark.parametrize("schema", ["urn:nothing", f"{BASE}outlook/responseschema/2010", "x" * 5000])
def test_a_schema_we_do_not_offer_is_error_601(client: FlaskClient, schema: str) -> None:
    assert error_in(post(client, question("ada@example.com", schema))) == "601"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" ",
        b"{}",
        b"\x00",
        b"\xff\xfe",
        b"EMailAddress=ada@example.com",
        question("").encode(),
        question("ada").encode(),
        question("ada@@example.com").encode(),
        question("ada@example.com<x/>").encode(),
        question("ada@example.com").encode()[:-1],
        question("ada@ex\x00ample.com").encode(),
        question("&amp;#0;@example.com").encode(),
        question("ada@192.0.2.1").encode(),
        question("a" * 65 + "@example.com").encode(),
        b"<a>" * 100 + b"</a>" * 100,
        question("ü@example.com").encode("latin-1"),
        b'<!DOCTYPE a [<!ENTITY b "b">]>' + question("ada@example.com").encode(),
    ],
)
def test_a_body_that_cannot_be_used_is_error_600(client: FlaskClient, body: bytes) -> None:
    assert error_in(post(client, body)) == "600"


def test_a_legacy_dn_alone_names_nobody_we_know(client: FlaskClient) -> None:
    assert error_in(post(client, question(legacy_dn="/o=Shop/cn=ada"))) == "600"


def test_a_legacy_dn_beside_the_address_changes_nothing(client: FlaskClient) -> None:
    response = post(client, question("ada@example.com", legacy_dn="/o=Shop/cn=kim@exchange.example"))
    assert settings_in(response) == ("ada@example.com", SHOP)


def test_a_domain_that_is_not_served_is_404(client: FlaskClient) -> None:
    assert_plain_no(post(client, question("ada@unknown.example")), 404)
    assert_plain_no(post(client, question("ada@unknown.example", MOBILESYNC)), 404)


def test_a_provider_that_cannot_be_said_is_404(client: FlaskClient) -> None:
    assert_plain_no(post(client, question("ada@token.example")), 404)
    assert_plain_no(post(client, question("ada@sync.example")), 404)


def test_a_plain_socket_is_said_so_that_nobody_tries_tls(client: FlaskClient) -> None:
    response = post(client, question("ada@plain.example"))
    assert settings_in(response)[1] == [
        ("IMAP", "imap.plain.example", "143"),
        ("SMTP", "smtp.plain.example", "587"),
    ]
    assert response.text.count("<SSL>off</SSL>") == response.text.count("<Encryption>None</Encryption>") == 2


def test_a_customer_nobody_lists_is_answered_by_the_host_of_the_mx(client: FlaskClient) -> None:
    body = question("kim@customer.test")
    assert settings_in(post(client, body, "autodiscover.mx.example.net")) == ("kim@customer.test", SHOP)
    assert_plain_no(post(client, body, "autodiscover.example.net"), 404)


@pytest.mark.parametrize(
    ("written", "named"),
    [
        ("  ada@example.com\n", "ada@example.com"),
        ("Ada@EXAMPLE.com", "Ada@example.com"),
        ("a&amp;b@example.com", "a&b@example.com"),
        ("&lt;![CDATA[]]>&lt;x>@example.com", None),
        ("'a'@example.com", "'a'@example.com"),
        ("%EMAILDOMAIN%@example.com", "%EMAILDOMAIN%@example.com"),
        ("\u00fc@example.com", "\u00fc@example.com"),
        ("&quot;a&lt;b&gt;&amp;c&quot;@example.com", '"a<b>&c"@example.com'),
    ],
)
def test_the_address_comes_back_as_it_is_meant(client: FlaskClient, written: str, named: str | None) -> None:
    response = post(client, question(written))
    if named is None:
        assert error_in(response) == "600"
    else:
        assert settings_in(response) == (named, SHOP)


@pytest.mark.parametrize(
    "media_type",
    ["text/xml", "application/xml", "application/x-www-form-urlencoded", "multipart/form-data", "x", ""],
)
def test_the_type_of_the_body_does_not_matter(client: FlaskClient, media_type: str) -> None:
    response = client.post(POX, data=question("ada@example.com"), headers={"Content-Type": media_type})
    assert settings_in(response) == ("ada@example.com", SHOP)


def test_a_body_without_a_type_is_read(app: Flask) -> None:
    answer = call(app, environ_of(POX, method="POST", body=question("ada@example.com").encode()))
    assert (answer.code, answer.media_type) == (200, XML)
    assert b">ada@example.com<" in answer.body


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_byte_order_mark_is_forgiven(client: FlaskClient, encoding: str) -> None:
    assert settings_in(post(client, question("ada@example.com").encode(encoding))) == (
        "ada@example.com",
        SHOP,
    )


@pytest.mark.parametrize(
    "path",
    [
        "/Autodiscover/Autodiscover.xml",
        "/AutoDiscover/AutoDiscover.xml",
        "/AUTODISCOVER/AUTODISCOVER.XML",
        "/autodiscover//autodiscover.xml",
        "//autodiscover/autodiscover.xml",
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_letter_case_of_the_path_is_forgiven(app: Flask, path: str, method: str) -> None:
    body = question("ada@example.com").encode() if method == "POST" else b""
    query = "" if method == "POST" else "Email=ada@example.com"
    answer = call(app, environ_of(path, method=method, query=query, body=body))
    assert (answer.code, answer.media_type) == (200, XML)
    assert b">ada@example.com<" in answer.body


def test_get_keeps_the_placeholders_as_delta_chat_wants_it(client: FlaskClient) -> None:
    response = client.get(POX, headers={"Host": "autodiscover.example.com"})
    assert settings_in(response) == ("%EMAILADDRESS%", SHOP)
    assert response.headers["Cache-Control"] == "public, max-age=3600"


def test_get_fills_an_address_that_is_given(client: FlaskClient) -> None:
    assert settings_in(client.get(f"{POX}?emailaddress=ada+x@example.org")) == ("ada+x@example.org", SHOP)


def test_get_without_a_domain_that_is_served_is_404(client: FlaskClient) -> None:
    assert_plain_no(client.get(POX), 404)
    assert_plain_no(client.get(POX, headers={"Host": "autodiscover.token.example"}), 404)
    assert_plain_no(client.get(f"{POX}?emailaddress=ada@unknown.example"), 404)


def test_get_with_a_malformed_address_is_400(client: FlaskClient) -> None:
    assert_plain_no(client.get(f"{POX}?emailaddress=ada@@example.com"), 400)


@pytest.mark.parametrize("chunked", [False, True])
@pytest.mark.parametrize(("size", "code"), [(MOST_BYTES, 200), (MOST_BYTES + 1, 413), (10_000_000, 413)])
def test_more_than_64_kib_is_413_however_it_is_sent(app: Flask, size: int, code: int, chunked: bool) -> None:
    body = question("ada@example.com").encode().ljust(size)
    answer = call(app, environ_of(POX, method="POST", body=body, chunked=chunked))
    assert (answer.code, answer.media_type) == (code, XML if code == 200 else TEXT)
    assert (("Connection", "close") in answer.headers) is (code == 413)


@pytest.mark.parametrize("chunked", [False, True])
def test_of_a_body_that_is_too_long_little_is_read(app: Flask, chunked: bool) -> None:
    environ = environ_of(POX, method="POST", body=b"x" * 10_000_000, chunked=chunked)
    assert call(app, environ).code == 413
    assert environ["wsgi.input"].tell() <= 2 * MOST_BYTES  # type: ignore[attr-defined]


def test_a_length_that_is_a_lie_is_413_before_anything_is_read(app: Flask) -> None:
    environ = environ_of(POX, method="POST", headers={"Content-Length": str(10**12)})
    assert call(app, environ).code == 413


@pytest.mark.parametrize("length", ["-1", "x", "1e3", ""])
def test_a_length_that_is_no_number_is_not_believed(app: Flask, length: str) -> None:
    body = question("ada@example.com").encode()
    environ = environ_of(POX, method="POST", body=body, headers={"Content-Length": length})
    assert call(app, environ).code in (200, 400)


def test_no_external_file_is_read(client: FlaskClient, tmp_path_factory: pytest.TempPathFactory) -> None:
    secret = tmp_path_factory.mktemp("secret") / "address"
    secret.write_text("ada@example.com")
    entity = f'<!DOCTYPE a [<!ENTITY file SYSTEM "{secret.as_uri()}">]>'
    assert error_in(post(client, entity + question("&file;"))) == "600"
    include = f'<x:include xmlns:x="http://www.w3.org/2001/XInclude" parse="text" href="{secret.as_uri()}"/>'
    assert error_in(post(client, question(include))) == "600"


def test_a_billion_laughs_are_not_heard(client: FlaskClient) -> None:
    entities = '<!ENTITY l0 "ha">' + "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    assert error_in(post(client, f"<!DOCTYPE a [{entities}]>" + question("&l9;@example.com"))) == "600"


@pytest.mark.parametrize("address", ["ada@exchange.example", "ada@example.com"])
def test_a_mobilesync_answer_is_valid_by_its_schema(client: FlaskClient, address: str) -> None:
    path = shared_path("corpora", "autodiscover", "xsd", "mobilesync", "AutodiscoverResponse.xsd")
    schema = etree.XMLSchema(etree.parse(path))
    document = etree.fromstring(post(client, question(address, MOBILESYNC)).data)
    schema.assertValid(document)
