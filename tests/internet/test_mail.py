"""The simulated mail servers greet as real ones do."""

from __future__ import annotations

import contextlib
import imaplib
import poplib
import smtplib
import socket
import ssl
from typing import TYPE_CHECKING

import pytest

from tests.internet import Greeter
from tests.internet.asking import connection
from tests.internet.mail import SERVICES

if TYPE_CHECKING:
    from tests.internet import Internet

pytestmark = pytest.mark.real


@pytest.fixture
def host(internet: Internet) -> str:
    """A host name without a server."""
    return f"mail.{internet.domain()}"


@pytest.fixture(autouse=True)
def _names_are_found(internet: Internet, monkeypatch: pytest.MonkeyPatch) -> None:
    """The standard library's mail clients find the hosts of the simulated internet."""

    def getaddrinfo(host: str, port: int, *args: object, **kwargs: object) -> list[tuple[object, ...]]:
        address = host if host.startswith("127.") else internet.host(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)


@pytest.fixture
def context(internet: Internet) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=internet.ca_file)


def test_imap_with_tls_from_the_start(internet: Internet, host: str, context: ssl.SSLContext) -> None:
    server = internet.mail(host, "imaps")
    with imaplib.IMAP4_SSL(host, ssl_context=context, timeout=2) as client:
        assert client.welcome.startswith(b"* OK [CAPABILITY IMAP4rev1")
        assert "AUTH=PLAIN" in client.capabilities
        assert not {"STARTTLS", "LOGINDISABLED"} & set(client.capabilities)
    assert server.accepted == [993]


def test_imap_with_starttls(internet: Internet, host: str, context: ssl.SSLContext) -> None:
    internet.mail(host, "imap")
    with imaplib.IMAP4(host, timeout=2) as client:
        assert {"STARTTLS", "LOGINDISABLED"} <= set(client.capabilities)
        assert client.starttls(context)[0] == "OK"
        assert "AUTH=PLAIN" in client.capabilities
        assert "STARTTLS" not in client.capabilities


def test_pop3_with_tls_from_the_start(internet: Internet, host: str, context: ssl.SSLContext) -> None:
    internet.mail(host, "pop3s")
    with contextlib.closing(poplib.POP3_SSL(host, context=context, timeout=2)) as client:
        assert client.getwelcome() == f"+OK {host} ready".encode()
        assert client.capa()["SASL"] == ["PLAIN"]


def test_pop3_with_starttls(internet: Internet, host: str, context: ssl.SSLContext) -> None:
    internet.mail(host, "pop3")
    with contextlib.closing(poplib.POP3(host, timeout=2)) as client:
        assert client.capa() == {"TOP": [], "UIDL": [], "STLS": []}
        client.stls(context)
        assert client.capa()["SASL"] == ["PLAIN"]
        assert client.quit() == b"+OK bye"


def test_submission_with_tls_from_the_start(internet: Internet, host: str, context: ssl.SSLContext) -> None:
    internet.mail(host, "submissions")
    with smtplib.SMTP_SSL(host, context=context, timeout=2) as client:
        client.ehlo("client.invalid")
        assert client.esmtp_features["auth"].split() == ["PLAIN"]
        assert not client.has_extn("starttls")


@pytest.mark.parametrize("service", ["submission", "smtp"])
def test_smtp_with_starttls(internet: Internet, host: str, context: ssl.SSLContext, service: str) -> None:
    internet.mail(host, service)
    with smtplib.SMTP(host, SERVICES[service].port, timeout=2) as client:
        client.ehlo("client.invalid")
        assert not client.has_extn("auth")
        client.starttls(context=context)
        client.ehlo("client.invalid")
        assert client.esmtp_features["auth"].split() == ["PLAIN"]


def test_a_server_without_encryption_takes_passwords_in_the_clear(internet: Internet, host: str) -> None:
    internet.mail(host, Greeter(protocol="imap", port=143, security="plain", mechanisms=["LOGIN", "PLAIN"]))
    with imaplib.IMAP4(host, timeout=2) as client:
        assert {"AUTH=LOGIN", "AUTH=PLAIN"} <= set(client.capabilities)
        assert "STARTTLS" not in client.capabilities


def test_commands_are_remembered_with_their_port(internet: Internet, host: str) -> None:
    server = internet.mail(host, "pop3")
    with contextlib.closing(poplib.POP3(host, timeout=2)) as client:
        client.quit()
    assert server.commands == [(110, "QUIT")]


def test_one_host_has_many_ports(internet: Internet, host: str) -> None:
    server = internet.mail(host, *SERVICES)
    for port in (143, 110, 587, 25):
        with socket.create_connection((host, port), timeout=2) as plain:
            assert plain.recv(100) != b""
    for port in (993, 995, 465):
        with connection(internet, host, port) as encrypted:
            assert encrypted.recv(100) != b""
    assert server.accepted == [143, 110, 587, 25, 993, 995, 465]


def test_a_mail_host_can_have_a_site_too(internet: Internet, host: str) -> None:
    internet.mail(host, "imaps")
    internet.site(host, {"/": "x"})
    for port in (443, 993):
        with connection(internet, host, port) as encrypted:
            assert encrypted.version() == "TLSv1.3"


@pytest.mark.parametrize(
    ("tls", "reason"),
    [("expired", "has expired"), ("self-signed", "self-signed"), ("wrong-name", "Hostname mismatch")],
)
def test_a_mail_server_can_have_a_bad_certificate(
    internet: Internet, host: str, context: ssl.SSLContext, tls: str, reason: str
) -> None:
    internet.mail(host, "imaps", "imap", tls=tls)  # type: ignore[arg-type]
    with pytest.raises(ssl.SSLCertVerificationError, match=reason):
        imaplib.IMAP4_SSL(host, ssl_context=context, timeout=2)
    client = imaplib.IMAP4(host, timeout=2)
    with pytest.raises(ssl.SSLCertVerificationError, match=reason):
        client.starttls(context)
    client.file.close()


def test_the_wrong_protocol_may_answer(internet: Internet, host: str) -> None:
    internet.mail(host, Greeter(protocol="smtp", port=993, security="tls"))
    with connection(internet, host, 993) as encrypted:
        assert encrypted.recv(100) == f"220 {host} ESMTP\r\n".encode()


def test_a_port_for_tls_may_speak_in_the_clear(internet: Internet, host: str) -> None:
    internet.mail(host, Greeter(protocol="imap", port=993, security="plain"))
    with pytest.raises(ssl.SSLError), connection(internet, host, 993):
        pass


@pytest.mark.parametrize(
    ("greeter", "said"),
    [
        (Greeter(protocol="imap", port=143, security="plain", greeting=b"* BYE full\r\n"), b"* BYE full\r\n"),
        (Greeter(protocol="smtp", port=143, security="plain", greeting=b"554 no\r\n"), b"554 no\r\n"),
    ],
)
def test_a_greeting_can_be_anything(internet: Internet, host: str, greeter: Greeter, said: bytes) -> None:
    internet.mail(host, greeter)
    with socket.create_connection((host, 143), timeout=2) as plain:
        assert plain.recv(100) == said


@pytest.mark.parametrize("fault", [{"greeting": b""}, {"delay": 5.0}])
def test_a_greeting_can_be_long_in_coming(internet: Internet, host: str, fault: dict[str, object]) -> None:
    internet.mail(host, Greeter(protocol="imap", port=143, security="plain", **fault))  # type: ignore[arg-type]
    with socket.create_connection((host, 143), timeout=0.1) as plain, pytest.raises(TimeoutError):
        plain.recv(100)
