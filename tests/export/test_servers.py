"""nginx, Caddy and Apache over an exported tree answer as the live service does."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes

import pytest

from tests.export.webservers import Reply
from tests.web.asking import TEXT, XML, call, environ_of

if TYPE_CHECKING:
    from flask import Flask

    from tests.export.webservers import WebServer

pytestmark = pytest.mark.real

CONFIG = "/mail/config-v1.1.xml"
WELL_KNOWN = "/.well-known/autoconfig/mail/config-v1.1.xml"
PACC = "/.well-known/user-agent-configuration.json"

COMPARED = ("content-type", "cache-control", "x-content-type-options", "content-encoding", "location")


def live_reply(live: Flask, path: str, host: str, method: str = "GET") -> Reply:
    """What the live service says to the same request."""
    path, _, query = path.partition("?")
    decoded = unquote_to_bytes(path).decode("latin-1")
    answer = call(live.wsgi_app, environ_of(decoded, query=query, host=host, method=method))
    return Reply(answer.code, {name.lower(): value for name, value in answer.headers}, answer.body)


def compared(reply: Reply) -> dict[str, str | None]:
    return {name: reply.headers.get(name) for name in COMPARED}


def assert_alike(server: WebServer, live: Flask, path: str, host: str, method: str = "GET") -> Reply:
    """Status, type, caching and every byte are the same; returns what the web server said."""
    here, there = server.ask(path, host, method), live_reply(live, path, host, method)
    assert (here.status, compared(here), here.body) == (there.status, compared(there), there.body)
    return here


# --- documents

SERVED = [
    ("autoconfig.example.com", CONFIG),
    ("autoconfig.example.com", WELL_KNOWN),
    ("example.com", CONFIG),
    ("example.com", WELL_KNOWN),
    ("autodiscover.example.com", CONFIG),
    ("ua-auto-config.exchange.example", PACC),
    ("exchange.example", PACC),
    ("anything.example", "/v1.1/example.org"),
    ("anything.example", "/v1.1/xn--bcher-kva.example"),
    ("autoconfig.xn--bcher-kva.example", CONFIG),
    ("autoconfig.mx.example.net", CONFIG),
    ("anything.example", "/v1.1/mx.example.net"),
    ("autoconfig.token.example", CONFIG),
    ("autoconfig.plain.example", CONFIG),
    *(("anything.example", f"/v1.1/ends.{end}") for end in ("de", "pl", "py", "sh", "br", "var", "html.fr")),
    ("autoconfig.ends.pl", CONFIG),
    ("anything.example", "/v1.1/autoconfig.odd.example"),
    ("autoconfig.autoconfig.odd.example", CONFIG),
    ("ua-auto-config.autoconfig.odd.example", PACC),
]


@pytest.mark.parametrize(("host", "path"), SERVED)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_document_is_the_live_one(
    server: WebServer, live: Flask, host: str, path: str, method: str
) -> None:
    reply = assert_alike(server, live, path, host, method)
    assert reply.status == 200
    assert reply.headers["content-length"] == str(len(live_reply(live, path, host).body))


@pytest.mark.parametrize(
    ("host", "path"),
    [
        ("AUTOCONFIG.Example.COM", CONFIG),
        ("autoconfig.example.com:8080", CONFIG),
        ("autoconfig.example.com.", CONFIG),
        ("UA-auto-config.Exchange.Example", PACC),
        ("autoconfig.example.com", "/Mail/Config-v1.1.xml"),
        ("autoconfig.example.com", "/MAIL/CONFIG-V1.1.XML"),
        ("autoconfig.example.com", "//mail//config-v1.1.xml"),
        ("autoconfig.example.com", "/v1.1/mail/config-v1.1.xml"),
        ("autoconfig.example.com", "/V1.1/Mail/config-v1.1.xml"),
        ("example.com", "/.Well-Known/Autoconfig/Mail/Config-v1.1.xml"),
        ("exchange.example", "/.Well-Known/User-Agent-Configuration.JSON"),
        ("anything.example", "/v1.1/Example.Com"),
        ("anything.example", "/V1.1/EXAMPLE.COM"),
        ("anything.example", "/v1.1/MISSISSIPPI.EXAMPLE"),
        ("anything.example", "/v1.1/AAAAAAA.example"),
        ("anything.example", "/v1.1/example.com."),
        ("anything.example", "/v1.1/a%2Db%2Eexample"),
    ],
)
def test_other_spellings_are_understood(server: WebServer, live: Flask, host: str, path: str) -> None:
    assert assert_alike(server, live, path, host).status == 200


ADDRESSES = [
    "emailaddress=ada@example.com",
    "emailaddress=ada%40example.com",
    "emailaddress=ada%2540example.com",
    "emailaddress=ada@EXAMPLE.com",
    "emailaddress=ada%40Mississippi.example",
    "EmailAddress=ada@example.com",
    "email=ada@example.com",
    "emailaddress=ada@a%2Db.example",
    "emailmd5=0&emailaddress=EVOLUTIONUSER%40exchange.example",
    "emailaddress=EVOLUTIONUSER%40exchange.example&emailmd5=0",
    "emailaddress=a+b@example.org&x=y@z.example",
    "emailaddress=%22a@b%22@example.org",
    "emailaddress=%C3%A4@exchange.example",
]


@pytest.mark.parametrize("query", ADDRESSES)
@pytest.mark.parametrize("host", ["autoconfig.plain.example", "other.example", "localhost"])
def test_the_address_says_whose_settings_are_wanted(
    server: WebServer, live: Flask, host: str, query: str
) -> None:
    assert assert_alike(server, live, f"{CONFIG}?{query}", host).status == 200


def test_a_domain_is_found_as_it_was_typed(
    server: WebServer, live: Flask, request: pytest.FixtureRequest
) -> None:
    if request.node.callspec.params["server"] == "apache2":  # which finds A-labels only, see docs/export.md
        assert server.ask("/v1.1/b%C3%BCcher.example").status == 404
    else:
        assert_alike(server, live, "/v1.1/b%C3%BCcher.example", "localhost")


def test_the_host_answers_for_an_address_that_nobody_lists(server: WebServer, live: Flask) -> None:
    host = "autoconfig.mx.example.net"
    reply = server.ask(f"{CONFIG}?emailaddress=ada@customer.example", host)
    assert reply == server.ask(CONFIG, host)
    # The live service names the customer's domain; a file can name its own only.
    there = live_reply(live, f"{CONFIG}?emailaddress=ada@customer.example", host)
    assert reply.body.replace(b"mx.example.net", b"customer.example") == there.body


# --- "no"


@pytest.mark.parametrize(
    ("host", "path"),
    [
        ("autoconfig.unknown.example", CONFIG),
        ("unknown.example", WELL_KNOWN),
        ("ua-auto-config.unknown.example", PACC),
        ("localhost", CONFIG),
        ("localhost", "/v1.1/unknown.example"),
        ("localhost", "/v1.1/UNKNOWN.example"),
        ("localhost", "/v1.1/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.example"),
        ("localhost", f"/v1.1/{'A' * 60}.example"),
        ("localhost", f"{CONFIG}?emailaddress=ada@unknown.example"),
        ("localhost", f"{CONFIG}?emailaddress=ada@{'A' * 60}.example"),
        ("example.com", f"{WELL_KNOWN}?emailaddress=ada@unknown.example"),
        ("sync.example", CONFIG),
        ("autoconfig.sync.example", WELL_KNOWN),
        ("localhost", "/v1.1/sync.example"),
        ("autoconfig.odd.example", CONFIG),
    ],
)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_no_is_plain_text(server: WebServer, live: Flask, host: str, path: str, method: str) -> None:
    reply = assert_alike(server, live, path, host, method)
    assert (reply.status, reply.headers["content-type"]) == (404, TEXT)


@pytest.mark.parametrize(
    ("host", "path"),
    [
        ("plain.example", PACC),
        ("localhost", "/v1.1/"),
        ("localhost", "/v1.1/-"),
        ("localhost", "/v1.1/..%2fsites"),
        ("localhost", "/v1.1/%2e%2e/server/nginx.conf"),
        ("localhost", "/v1.1/example.com/more"),
        ("localhost", "/autodiscover/autodiscover.xml"),
        ("localhost", "/mail/config-v1.1.xml/"),
        ("localhost", "/server/nginx.conf"),
        ("localhost", "/.autoconfig-export/ledger.sqlite"),
        ("localhost", "/sites/example.com/mail/config-v1.1.xml"),
        ("localhost", "/autoconfig-export/v1.1/example.com"),
        ("localhost", "/autoconfig-by-address/example.com"),
        ("localhost", "/autoconfig-spelling/v1.1/example.com"),
        ("localhost", "/"),
        ("localhost", "/index.html"),
        ("localhost", f"{CONFIG}?emailaddress=ada@.."),
        ("localhost", f"{CONFIG}?emailaddress=ada@..%2f..%2fserver"),
        ("..", CONFIG),
        ("../v1.1", CONFIG),
        ("example.com/../example.com", CONFIG),
        (".", PACC),
        ("*", CONFIG),
        ("", CONFIG),
    ],
)
def test_nothing_else_is_there(server: WebServer, host: str, path: str) -> None:
    reply = server.ask(path, host)
    assert reply.status in (400, 404)
    if reply.status == 404:
        assert (compared(reply)["content-type"], compared(reply)["cache-control"]) == (TEXT, "no-store")
    assert b"clientConfig" not in reply.body
    assert b"include" not in reply.body


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PROPFIND"])
@pytest.mark.parametrize(
    ("host", "path"),
    [
        ("autoconfig.example.com", CONFIG),
        ("example.com", WELL_KNOWN),
        ("localhost", "/v1.1/example.com"),
        ("exchange.example", PACC),
    ],
)
def test_a_document_is_fetched_and_nothing_else(
    server: WebServer, live: Flask, method: str, host: str, path: str
) -> None:
    reply = assert_alike(server, live, path, host, method)
    assert reply.status == 405
    assert set(reply.headers["allow"].split(", ")) == {"GET", "HEAD"}


# --- caching


@pytest.mark.parametrize(
    ("host", "path"),
    [("autoconfig.example.com", CONFIG), ("localhost", "/v1.1/example.com"), ("exchange.example", PACC)],
)
def test_who_has_the_document_is_told_so(server: WebServer, host: str, path: str) -> None:
    first = server.ask(path, host)
    again = server.ask(path, host, If_None_Match=first.headers["etag"])
    assert (again.status, again.body) == (304, b"")
    assert again.headers["cache-control"] == first.headers["cache-control"]
    assert server.ask(path, host, If_None_Match='"another"').status == 200


@pytest.mark.parametrize(("host", "path"), [("autoconfig.example.com", CONFIG), ("exchange.example", PACC)])
def test_nothing_is_compressed(server: WebServer, live: Flask, host: str, path: str) -> None:
    reply = server.ask(path, host, Accept_Encoding="gzip, br, zstd, deflate")
    assert reply.body == live_reply(live, path, host).body
    assert "content-encoding" not in reply.headers
    assert not reply.headers["etag"].startswith("W/")


# --- calendars, address books, JMAP


@pytest.mark.parametrize(
    ("host", "path"),
    [
        ("example.com", "/.well-known/caldav"),
        ("autoconfig.example.org", "/.well-known/caldav"),
        ("EXAMPLE.com", "/.Well-Known/CalDAV"),
        ("ends.pl", "/.well-known/caldav"),
        ("ends.pl", "/.well-known/carddav"),
        ("ends.de:8080", "/.well-known/carddav"),
        ("a-b.example", "/.well-known/jmap"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "HEAD", "PROPFIND", "OPTIONS", "POST"])
def test_services_are_elsewhere(server: WebServer, live: Flask, host: str, path: str, method: str) -> None:
    here, there = server.ask(path, host, method), live_reply(live, path, host, method)
    assert here.status == there.status in (301, 307)
    for name in ("location", "cache-control", "x-content-type-options"):
        assert here.headers[name] == there.headers[name]


@pytest.mark.parametrize(
    ("host", "path"),
    [
        ("example.com", "/.well-known/carddav"),
        ("unknown.example", "/.well-known/caldav"),
        ("xexample.com", "/.well-known/caldav"),
        ("exampleXcom", "/.well-known/caldav"),
        ("example.com", "/.well-known/jmap"),
    ],
)
def test_a_service_that_is_not_offered_is_nowhere(server: WebServer, host: str, path: str) -> None:
    reply = server.ask(path, host, "PROPFIND")
    assert (reply.status, reply.headers["content-type"]) == (404, TEXT)


# --- what no client library sends


@pytest.mark.parametrize(
    "request_line",
    [
        b"GET /mail/config-v1.1.xml HTTP/1.0\r\n\r\n",
        b"GET /mail/config-v1.1.xml HTTP/1.0\r\nHost: \r\n\r\n",
        b"GET http://unknown.example/mail/config-v1.1.xml HTTP/1.0\r\nHost: x\r\n\r\n",
    ],
)
def test_no_host_is_nobody(server: WebServer, request_line: bytes) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
        connection.sendall(request_line)
        answer = b""
        while chunk := connection.recv(65536):
            answer += chunk
    assert answer.split(b" ", 2)[1] in (b"400", b"404")
    assert XML.encode() not in answer
