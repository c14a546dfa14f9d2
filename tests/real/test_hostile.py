"""Bytes that no client sends by accident: never 5xx, never the end of the server."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from typing import TYPE_CHECKING

import pytest

from tests.real.serving import THREADS, WORKERS, provider_text, read_all, running

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.real.serving import Server

pytestmark = pytest.mark.real

HOST = b"Host: autoconfig.example.com\r\n"
DOCUMENT = b"GET /v1.1/example.com HTTP/1.1\r\n"
POX = b"POST /autodiscover/autodiscover.xml HTTP/1.1\r\n" + HOST
CHUNKED = POX + b"Transfer-Encoding: chunked\r\n\r\n"
END = b"\r\n"
CLOSE = b"Connection: close\r\n\r\n"


def status_of(answer: bytes) -> int | None:
    """The status of an answer, None for a connection that was closed without a word."""
    if not answer:
        return None
    version, status, *_ = answer.split(b" ", 2)
    assert version in (b"HTTP/1.1", b"HTTP/1.0")
    return int(status)


def assert_unharmed(server: Server, log_before: int) -> None:
    """The server runs on, answers, and has nothing to complain about itself."""
    assert server.get("/v1.1/example.com").status == 200
    assert server.process.poll() is None
    log = server.error_log.read_text()[log_before:]
    assert "Traceback" not in log
    assert "WORKER TIMEOUT" not in log
    assert "Worker exiting" not in log


REQUESTS: dict[str, tuple[bytes, int | None]] = {
    "NUL in the path": (b"GET /\x00 HTTP/1.1\r\n" + HOST + CLOSE, 400),
    "NUL in the query": (b"GET /mail/config-v1.1.xml?emailaddress=\x00 HTTP/1.1\r\n" + HOST + CLOSE, 400),
    "NUL, encoded": (
        b"GET /mail/config-v1.1.xml?emailaddress=%00@example.com HTTP/1.1\r\n" + HOST + CLOSE,
        400,
    ),
    "NUL in a header": (DOCUMENT + HOST + b"X: \x00\r\n" + CLOSE, 400),
    "NUL in the host": (DOCUMENT + b"Host: \x00\r\n" + CLOSE, 400),
    "raw bytes in the path": (b"GET /v1.1/\xff\xfe HTTP/1.1\r\n" + HOST + CLOSE, 400),
    "bytes that are no UTF-8 in the path": (b"GET /v1.1/%FF%FE HTTP/1.1\r\n" + HOST + CLOSE, 404),
    "bytes that are no UTF-8 in a header": (DOCUMENT + HOST + b"X: \xff\xfe\xc0\x80\r\n" + CLOSE, 200),
    "bytes that are no UTF-8 in the host": (DOCUMENT + b"Host: \xff\xfe\r\n" + CLOSE, 200),
    "bytes that are no UTF-8 in the agent": (
        DOCUMENT + HOST + b"User-Agent: \x80\x85\x9b\xff\r\n" + CLOSE,
        200,
    ),
    "bytes that are no UTF-8 as condition": (DOCUMENT + HOST + b"If-None-Match: \xff\r\n" + CLOSE, 200),
    "no host": (DOCUMENT + END, 200),
    "two hosts": (DOCUMENT + HOST + HOST + CLOSE, 400),
    "an empty host": (DOCUMENT + b"Host:\r\n" + CLOSE, 200),
    "a host of dots": (DOCUMENT + b"Host: ...\r\n" + CLOSE, 200),
    "a host of nonsense": (b"GET / HTTP/1.1\r\nHost: xn--\r\n" + CLOSE, 200),
    "a host with a script": (b'GET / HTTP/1.1\r\nHost: "><script>\r\n' + CLOSE, 200),
    "a host with a huge label": (DOCUMENT + b"Host: " + b"a" * 1000 + END + CLOSE, 200),
    "a host that says who asks": (DOCUMENT + b"Host: user:password@example.com\r\n" + CLOSE, 200),
    "a port beyond all ports": (DOCUMENT + b"Host: example.com:99999999999\r\n" + CLOSE, 200),
    "a huge header": (DOCUMENT + HOST + b"X: " + b"x" * 1_000_000 + END + CLOSE, 431),
    "a huge header name": (DOCUMENT + HOST + b"x" * 100_000 + b": x\r\n" + CLOSE, 431),
    "a thousand headers": (DOCUMENT + HOST + b"X: x\r\n" * 1000 + CLOSE, 431),
    "a huge request line": (b"GET /" + b"x" * 100_000 + b" HTTP/1.1\r\n" + HOST + CLOSE, 414),
    "a huge query": (b"GET /mail/config-v1.1.xml?" + b"a=b&" * 50_000 + b" HTTP/1.1\r\n" + HOST + CLOSE, 414),
    "a header without a colon": (DOCUMENT + HOST + b"nonsense\r\n" + CLOSE, 400),
    "a header with a space in its name": (DOCUMENT + HOST + b"X Y: x\r\n" + CLOSE, 400),
    "a folded header": (DOCUMENT + HOST + b"X: a\r\n b\r\n" + CLOSE, 400),
    "a header of the server's own": (DOCUMENT + HOST + b"SCRIPT_NAME: /x\r\nPATH_INFO: /y\r\n" + CLOSE, 200),
    "two opinions on TLS": (
        DOCUMENT + HOST + b"X-Forwarded-Proto: https\r\nX-Forwarded-Ssl: off\r\n" + CLOSE,
        200,
    ),
    "no request line": (b"HELLO\r\n\r\n", 400),
    "a request line of one byte": (b"\xff\r\n\r\n", 400),
    "a method in small letters": (b"get / HTTP/1.1\r\n" + HOST + CLOSE, 400),
    "a method nobody knows": (b"BREW /v1.1/example.com HTTP/1.1\r\n" + HOST + CLOSE, 405),
    "a method of 10000 letters": (b"X" * 10_000 + b" / HTTP/1.1\r\n" + HOST + CLOSE, 414),
    "HTTP/0.9": (b"GET /v1.1/example.com\r\n\r\n", 400),
    "HTTP/1.0": (b"GET /v1.1/example.com HTTP/1.0\r\n\r\n", 200),
    "HTTP/9.9": (b"GET / HTTP/9.9\r\n" + HOST + CLOSE, 400),
    "HTTP/2 by surprise": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
    "an upgrade to HTTP/2": (DOCUMENT + HOST + b"Upgrade: h2c\r\nConnection: upgrade, close\r\n\r\n", 200),
    "TLS on a plain port": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(range(256)), 400),
    "the PROXY protocol": (b"PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n" + DOCUMENT + HOST + CLOSE, 400),
    "an SMTP client": (b"EHLO example.com\r\nMAIL FROM:<ada@example.com>\r\n\r\n", 400),
    "a URL as target": (b"GET http://example.com/v1.1/example.com HTTP/1.1\r\n" + HOST + CLOSE, 200),
    "a URL without a path": (b"GET http://example.com HTTP/1.1\r\n" + HOST + CLOSE, 200),
    "the server itself": (b"OPTIONS * HTTP/1.1\r\n" + HOST + CLOSE, 404),
    "a proxy request": (b"CONNECT example.com:443 HTTP/1.1\r\n" + HOST + CLOSE, 404),
    "a walk upward": (b"GET /../../etc/passwd HTTP/1.1\r\n" + HOST + CLOSE, 404),
    "a walk upward, encoded": (b"GET /v1.1/..%2F..%2Fetc%2Fpasswd HTTP/1.1\r\n" + HOST + CLOSE, 404),
    "an expectation": (POX + b"Expect: miracles\r\nContent-Length: 0\r\n" + CLOSE, 417),
    "a length that is none": (POX + b"Content-Length: x\r\n" + CLOSE, 400),
    "a length below zero": (POX + b"Content-Length: -1\r\n" + CLOSE, 400),
    "two lengths": (POX + b"Content-Length: 5\r\nContent-Length: 6\r\n" + CLOSE, 400),
    "a length beyond all lengths": (POX + b"Content-Length: " + b"9" * 30 + END + CLOSE, 413),
    "length and chunks": (POX + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
    "a coding nobody knows": (POX + b"Transfer-Encoding: smoke\r\n" + CLOSE, 400),
    "a chunk without a size": (CHUNKED + b"zz\r\n", 400),
    "a chunk of a negative size": (CHUNKED + b"-5\r\nhello\r\n0\r\n\r\n", 400),
    "a chunk longer than it says": (CHUNKED + b"2\r\nhello\r\n0\r\n\r\n", 400),
    "a chunk that is never sent": (CHUNKED + b"ffffffffffffffff\r\nx", 400),
    "a chunk with a huge extension": (CHUNKED + b"5;" + b"x" * 100_000 + b"\r\nhello\r\n0\r\n\r\n", 400),
    "chunks that end in the middle": (CHUNKED + b"50\r\nhello", 400),
    "a body of chunks, 10 MB": (CHUNKED + (b"10000\r\n" + b"x" * 65536 + b"\r\n") * 160 + b"0\r\n\r\n", 413),
    "a body of tiny chunks": (CHUNKED + b"1\r\nx\r\n" * 100_000 + b"0\r\n\r\n", 413),
    "a body of 10 MB": (POX + b"Content-Length: 10000000\r\n\r\n" + b"x" * 10_000_000, 413),
    "a body where none belongs": (
        b"PUT /v1.1/example.com HTTP/1.1\r\n"
        + HOST
        + b"Content-Length: 10000000\r\n\r\n"
        + b"x" * 10_000_000,
        405,
    ),
    "a document with 10 MB behind it": (
        DOCUMENT + HOST + b"Content-Length: 10000000\r\n\r\n" + b"x" * 10_000_000,
        200,
    ),
    "half a request line": (b"GET /hea", None),
    "half a head": (DOCUMENT + b"Hos", None),
    "nothing": (b"", None),
    "empty lines": (b"\r\n" * 10, 400),
}


@pytest.mark.parametrize("name", REQUESTS)
def test_hostile_bytes_get_a_clear_answer(server: Server, name: str) -> None:
    data, expected = REQUESTS[name]
    log_before = len(server.error_log.read_text())
    answer = server.send(data)
    assert status_of(answer) == expected
    assert b"<html" not in answer.lower().partition(b"\r\n\r\n")[2] or answer.startswith(b"HTTP/1.1 200 ")
    assert_unharmed(server, log_before)


def test_what_is_no_request_is_answered_in_plain_text(server: Server) -> None:
    head, _, body = server.send(b"ada@example.com\r\n\r\n").partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400 Bad Request\r\n")
    assert b"\r\nContent-Type: text/plain; charset=utf-8\r\n" in head
    assert body == b"The request cannot be understood.\n"


def test_half_a_body_is_error_600(server: Server) -> None:
    answer = server.send(POX + b"Content-Length: 500\r\n\r\n<Autodiscover>")
    assert status_of(answer) == 200
    assert b"<ErrorCode>600</ErrorCode>" in answer


def test_a_request_hidden_in_a_body_is_not_answered(server: Server) -> None:
    hidden = b"GET /v1.1/example.com HTTP/1.1\r\n" + HOST + b"\r\n"
    body = b"0\r\n\r\n" + hidden
    answer = server.send(POX + b"Content-Length: %d\r\n\r\n" % len(body) + body)
    assert answer.count(b"HTTP/1.1 ") == 1


def test_requests_sent_in_one_go_are_answered_in_order(server: Server) -> None:
    first = b"GET /healthz HTTP/1.1\r\n" + HOST + b"\r\n"
    answer = server.send(first * 20 + DOCUMENT + HOST + CLOSE)
    assert answer.count(b"HTTP/1.1 200 OK") == 21
    assert answer.endswith(b"</clientConfig>\n")


def test_requests_sent_in_one_go_are_answered_while_the_client_listens(server: Server) -> None:
    document = DOCUMENT + HOST + b"\r\n"
    post = POX + b"Content-Length: 9\r\n\r\n<nothing>"
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
        connection.sendall(document * 3 + post + document)
        answer = b""
        while answer.count(b"HTTP/1.1 200 OK") < 5 or not answer.endswith(b"</clientConfig>\n"):
            chunk = connection.recv(65536)
            assert chunk
            answer += chunk


def test_half_a_head_behind_a_request_holds_nobody_up(server: Server) -> None:
    drips = 5
    with stalled(server, DOCUMENT + HOST + b"\r\nG", 3 * WORKERS * THREADS) as connections:
        for _ in range(drips):
            for connection in connections:
                connection.sendall(b"E")
            asked = time.monotonic()
            assert server.get("/v1.1/example.com").status == 200
            assert time.monotonic() - asked < 1
            time.sleep(0.3)
        for connection in connections:
            assert read_answer(connection).startswith(b"HTTP/1.1 200 OK")
            connection.sendall(b"T /healthz HTTP/1.1\r\n" + HOST + CLOSE)
            assert status_of(read_all(connection)) == 405  # GEEEEET is a method nobody has


def read_answer(connection: socket.socket) -> bytes:
    """One document."""
    answer = b""
    while not answer.endswith(b"</clientConfig>\n"):
        chunk = connection.recv(65536)
        assert chunk
        answer += chunk
    return answer


def test_a_head_that_comes_byte_by_byte_is_answered(server: Server) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for _ in range(2):
            for byte in b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n":
                connection.sendall(bytes([byte]))
                time.sleep(0.002)
            answer = b""
            while not answer.endswith(b"\r\n\r\nok\n"):
                chunk = connection.recv(65536)
                assert chunk
                answer += chunk


def test_a_connection_that_says_nothing_for_a_while_is_answered(server: Server) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
        time.sleep(6)
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert read_all(connection).endswith(b"\r\n\r\nok\n")


@contextlib.contextmanager
def stalled(server: Server, data: bytes, number: int) -> Iterator[list[socket.socket]]:
    """Clients that send this much and then nothing."""
    with contextlib.ExitStack() as stack:
        connections = []
        for _ in range(number):
            connection = stack.enter_context(socket.create_connection(("127.0.0.1", server.port), timeout=30))
            connection.sendall(data)
            connections.append(connection)
        time.sleep(0.3)
        yield connections


@pytest.mark.parametrize("data", [b"", b"G", DOCUMENT, DOCUMENT + b"Host: x\r\nX: "])
def test_more_half_requests_than_threads_hold_nobody_up(server: Server, data: bytes) -> None:
    with stalled(server, data, 5 * WORKERS * THREADS):
        for _ in range(20):
            asked = time.monotonic()
            assert server.get("/v1.1/example.com").status == 200
            assert time.monotonic() - asked < 2


def test_a_half_request_is_given_up_in_the_end(server: Server) -> None:
    with stalled(server, DOCUMENT, 1) as (connection,):
        began = time.monotonic()
        assert read_all(connection) == b""
        assert 5 < time.monotonic() - began < 20


def test_half_bodies_hold_nobody_up_for_long(tmp_path: Path) -> None:
    with running(tmp_path) as server:
        half = POX + b"Content-Length: 500\r\n\r\n<Autodiscover>"
        with stalled(server, half, WORKERS * THREADS) as connections:
            connection = server.connect()
            connection.timeout = 30
            connection.request("GET", "/healthz")
            assert connection.getresponse().status == 200
            connection.close()
            assert {status_of(read_all(other)) for other in connections} == {400}


def test_clients_that_leave_in_the_middle_are_no_errors(server: Server) -> None:
    log_before = len(server.error_log.read_text())

    def leave() -> None:
        for _ in range(50):
            with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
                connection.setsockopt(
                    socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00"
                )
                connection.sendall(DOCUMENT + HOST + END)

    threads = [threading.Thread(target=leave) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert_unharmed(server, log_before)


def test_a_stop_waits_for_half_requests_a_few_seconds_only(tmp_path: Path) -> None:
    folder = tmp_path / "providers"
    folder.mkdir()
    folder.joinpath("example.com.toml").write_text(provider_text("example.com", "one"))
    with running(tmp_path) as server, stalled(server, DOCUMENT, 20):
        began = time.monotonic()
        assert server.stop() == 0
        assert time.monotonic() - began < 9


@pytest.mark.parametrize(
    "data",
    [
        b"GET /healthz HTTP/1.1\r\n" + HOST + CLOSE,
        b"GET /healthz HTTP/1.0\r\n\r\n",
        b"BAD\r\n\r\n",
        CHUNKED + b"zz\r\n",
    ],
    ids=["close", "HTTP/1.0", "bad", "bad chunk"],
)
def test_clients_that_never_close_hold_nobody_up(server: Server, data: bytes) -> None:
    with stalled(server, data, 5 * WORKERS):
        for _ in range(20):
            asked = time.monotonic()
            assert server.get("/v1.1/example.com").status == 200
            assert time.monotonic() - asked < 1
