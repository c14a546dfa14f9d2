"""What docs/export.md tells people to write, run as it stands there but for ports and paths."""

from __future__ import annotations

import contextlib
import http.client
import re
import socket
import ssl
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import trustme

from tests.export.test_servers import CONFIG, PACC, WELL_KNOWN, compared, live_reply
from tests.export.webservers import Reply, caddy_with, free_port, need, nginx_with, readable_by_all
from tests.real.serving import running
from tests.web.asking import TEXT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask

    from autoconfig.stores import Store
    from tests.real.serving import Server

pytestmark = pytest.mark.real

DOCS = Path(__file__).parents[2] / "docs" / "export.md"
DEDICATED, WEBSITE, IN_FRONT = range(3)
"""The blocks for nginx, in the order of the page."""


def block(language: str, number: int, replaced: dict[str, str]) -> str:
    """A block of the page with other ports and paths; each must be there."""
    pattern = re.compile(rf"^```{language}\n(.*?)^```$", re.MULTILINE | re.DOTALL)
    text = pattern.findall(DOCS.read_text("utf-8"))[number]
    for before, after in replaced.items():
        assert before in text
        text = text.replace(before, after)
    assert isinstance(text, str)
    return text


def ask(port: int, path: str, host: str, method: str = "GET", body: bytes = b"") -> Reply:
    """Send a request over TLS to a host of any name."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    head = f"{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n"
    head += f"Content-Length: {len(body)}\r\n\r\n"
    with (
        socket.create_connection(("127.0.0.1", port), timeout=20) as plain,
        context.wrap_socket(plain, server_hostname=host) as secure,
    ):
        secure.sendall(head.encode() + body)
        response = http.client.HTTPResponse(secure, method=method)
        response.begin()
        headers = {name.lower(): value for name, value in response.getheaders()}
        return Reply(response.status, headers, response.read())


def assert_alike(port: int, live: Flask, path: str, host: str, method: str = "GET") -> None:
    here, there = ask(port, path, host, method), live_reply(live, path, host, method)
    assert (here.status, compared(here), here.body) == (there.status, compared(there), there.body)


# --- nginx


@contextlib.contextmanager
def documented_nginx(number: int, tree: Path, directory: Path, **more: str) -> Iterator[int]:
    """nginx with a block of the page; the port it listens on."""
    need("nginx")
    readable_by_all(directory)
    certificate = trustme.CA().issue_cert("example.com")
    certificate.cert_chain_pems[0].write_to_path(directory / "cert.pem")
    certificate.private_key_pem.write_to_path(directory / "key.pem")
    port = free_port()
    host = "example.com" if number == WEBSITE else "mail-autoconfig"
    replaced = {
        "listen 443 ssl": f"listen 127.0.0.1:{port} ssl",
        f"/etc/ssl/{host}/fullchain.pem": f"{directory}/cert.pem",
        f"/etc/ssl/{host}/key.pem": f"{directory}/key.pem",
        "include /srv/autoconfig/server/": f'include "{tree}"/server/',
    }
    text = block("nginx", number, replaced | more)
    # The quotation marks of a path belong around all of it.
    text = re.sub(r'include "(.*)"(/server/[\w.-]+);', r'include "\1\2";', text)
    text = re.sub(r"listen (?:80|\[::\]:80|\[::\]:443 ssl);", "", text)
    with nginx_with(text, directory, port):
        yield port


def test_a_server_block_of_its_own(tree: Path, live: Flask, tmp_path: Path) -> None:
    with documented_nginx(DEDICATED, tree, tmp_path) as port:
        assert_alike(port, live, CONFIG, "autoconfig.example.com")
        assert_alike(port, live, PACC, "ua-auto-config.exchange.example")
        assert_alike(port, live, CONFIG, "autoconfig.unknown.example")
        assert ask(port, "/.well-known/caldav", "example.com").status == 301
        assert ask(port, "/", "autoconfig.example.com").headers["content-type"] == TEXT


def test_the_server_block_of_a_website(tree: Path, live: Flask, tmp_path: Path) -> None:
    site = tmp_path / "site"
    (site / "mail").mkdir(parents=True)
    (site / "index.html").write_text("<p>My site</p>")
    (site / "mail/index.html").write_text("<p>My mail</p>")
    with documented_nginx(WEBSITE, tree, tmp_path, **{"/var/www/example.com": str(site)}) as port:
        assert_alike(port, live, f"{WELL_KNOWN}?emailaddress=ada@example.com", "example.com")
        assert_alike(port, live, f"{WELL_KNOWN}?emailaddress=ada@unknown.example", "example.com")
        for path, text in (("/", b"<p>My site</p>"), ("/mail/", b"<p>My mail</p>")):
            reply = ask(port, path, "example.com")
            assert (reply.status, reply.headers["content-type"].split(";")[0]) == (200, "text/html")
            assert reply.body == text


@pytest.fixture(scope="module")
def service(provider_store: Store, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The live service as a process, over the same providers as the tree."""
    directory = tmp_path_factory.mktemp("service")
    (source,) = {Path(entry.source).parent for entry in provider_store.entries()}
    (directory / "providers").symlink_to(source)
    with running(directory) as server:
        yield server


def test_in_front_of_the_live_service_everything_is_answered(
    tree: Path, live: Flask, service: Server, tmp_path: Path
) -> None:
    more = {"127.0.0.1:8000": f"127.0.0.1:{service.port}"}
    with documented_nginx(IN_FRONT, tree, tmp_path, **more) as port:
        for host, path in (
            ("autoconfig.example.com", CONFIG),
            ("autoconfig.mx.example.net", f"{CONFIG}?emailaddress=ada@customer.example"),
            ("autoconfig.unknown.example", CONFIG),
            ("localhost", f"{CONFIG}?emailaddress=ada@UNKNOWN.example"),
            ("localhost", "/v1.1/EXAMPLE.com"),
            ("localhost", "/v1.1/unknown.example"),
            ("example.com", PACC),
            ("exchange.example", PACC),
            ("autodiscover.example.com", "/autodiscover/autodiscover.xml"),
            ("localhost", "/autodiscover/autodiscover.json?Email=ada@example.com&Protocol=AutodiscoverV1"),
        ):
            assert_alike(port, live, path, host)
        reply = ask(port, "/Autodiscover/Autodiscover.xml", "autodiscover.example.com", "POST", b"<x/>")
        assert (reply.status, b"<ErrorCode>600</ErrorCode>" in reply.body) == (200, True)
        assert ask(port, "/metrics", "autoconfig.example.com").status == 404


def test_the_tree_answers_while_the_live_service_is_down(tree: Path, live: Flask, tmp_path: Path) -> None:
    more = {"127.0.0.1:8000": f"127.0.0.1:{free_port()}"}
    with documented_nginx(IN_FRONT, tree, tmp_path, **more) as port:
        assert_alike(port, live, f"{CONFIG}?emailaddress=ada@example.org", "autoconfig.example.com")
        assert ask(port, "/", "autoconfig.example.com").status == 502


# --- Caddy


def test_certificates_on_demand_for_the_domains_of_the_tree(tree: Path, live: Flask, tmp_path: Path) -> None:
    need("caddy")
    port, plain, asked = free_port(), free_port(), free_port()
    text = block(
        "caddyfile",
        0,
        {
            "import /srv/autoconfig/server/Caddyfile": f'import "{tree}/server/Caddyfile"',
            "127.0.0.1:5555": f"127.0.0.1:{asked}",
            "\t\ton_demand\n": "\t\ton_demand\n\t\tissuer internal\n",
        },
    )
    options, _, sites = text.partition("\n}\n")
    options = options.removeprefix("{\n") + f"\nhttp_port {plain}\nhttps_port {port}"
    with caddy_with(options, sites, readable_by_all(tmp_path), port):
        assert_alike(port, live, CONFIG, "autoconfig.example.com")
        assert_alike(port, live, PACC, "ua-auto-config.exchange.example")
        for host in ("autoconfig.unknown.example", "example.org.unknown.example"):
            with pytest.raises(ssl.SSLError):
                ask(port, CONFIG, host)
        for host, status in (
            ("autoconfig.example.com", 200),
            ("example.com", 200),
            ("AUTOCONFIG.example.com", 404),
            ("unknown.example", 404),
            ("..", 404),
            ("../sites/example.com", 404),
            ("", 404),
        ):
            assert _status(asked, f"/?domain={host}") == status


def _status(port: int, path: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    with contextlib.closing(connection):
        connection.request("GET", path)
        return connection.getresponse().status
