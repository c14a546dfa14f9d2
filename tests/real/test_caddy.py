"""A real Caddy in front: certificates on demand for the names of served domains, and for no other."""

from __future__ import annotations

import http.client
import http.server
import socket
import ssl
import threading
from typing import TYPE_CHECKING

import pytest

from tests.real.caddy import running_caddy, shipped

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.real.serving import Server

pytestmark = pytest.mark.real

_CADDYFILE = """\
{{
    auto_https disable_redirects
    on_demand_tls {{
        ask http://127.0.0.1:{service}/tls/ask
    }}
}}
https:// {{
    tls {{
        issuer internal
        on_demand
    }}
    reverse_proxy 127.0.0.1:{service}
}}
"""


@pytest.fixture(scope="module")
def caddy(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The https port of a Caddy that asks the service which names may have a certificate."""
    folder = tmp_path_factory.mktemp("caddy")
    with running_caddy(folder, _CADDYFILE.format(service=server.port)) as caddy:
        yield caddy.https


def asked(port: int, host: str, path: str) -> tuple[list[str], bytes]:
    """The names on the certificate that a host gets, and the start of the answer. Raises ssl.SSLError."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE  # of an authority that Caddy has just made
    with (
        socket.create_connection(("127.0.0.1", port), 10) as plain,
        context.wrap_socket(plain, server_hostname=host) as connection,
    ):
        certificate = connection.getpeercert(binary_form=True)
        assert certificate is not None
        request = f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
        connection.sendall(request.encode())
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    return names_of(certificate), answer


class Echo(http.server.BaseHTTPRequestHandler):
    """A replica that says which headers it got."""

    def do_GET(self) -> None:
        body = "\n".join(f"{name}: {value}" for name, value in self.headers.items()).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments: object) -> None:
        """Nobody reads it."""


@pytest.fixture
def echo() -> Iterator[int]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Echo) as listening:
        threading.Thread(target=listening.serve_forever, daemon=True).start()
        yield listening.server_address[1]
        listening.shutdown()


def test_no_client_speaks_for_the_proxy(echo: int, tmp_path: Path) -> None:
    with running_caddy(tmp_path, shipped(echo, echo)) as caddy:
        connection = http.client.HTTPConnection("127.0.0.1", caddy.http, timeout=10)
        said = {
            "X-Forwarded-For": "192.0.2.1",
            "X_Forwarded_For": "192.0.2.2",
            "X_forwarded_host": "evil.example",
        }
        connection.request("GET", "/v1.1/example.com", headers=said)
        got = connection.getresponse().read().decode().lower()
        connection.close()
    assert "x-forwarded-for: 127.0.0.1\n" in got + "\n"
    assert "192.0.2" not in got
    assert "evil" not in got


def names_of(certificate: bytes) -> list[str]:
    from cryptography import x509

    names = x509.load_der_x509_certificate(certificate).extensions.get_extension_for_class(
        x509.SubjectAlternativeName
    )
    return names.value.get_values_for_type(x509.DNSName)


@pytest.mark.parametrize("prefix", ["autoconfig", "autodiscover", "ua-auto-config"])
def test_a_name_of_a_served_domain_gets_a_certificate_and_the_document(caddy: int, prefix: str) -> None:
    names, answer = asked(caddy, f"{prefix}.example.com", "/mail/config-v1.1.xml")
    assert names == [f"{prefix}.example.com"]
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b"<hostname>one.mail.example</hostname>" in answer


@pytest.mark.parametrize("host", ["autoconfig.unknown.example", "www.example.com", "example.net"])
def test_any_other_name_gets_none(caddy: int, host: str) -> None:
    with pytest.raises((ssl.SSLError, ConnectionError)):
        asked(caddy, host, "/")
