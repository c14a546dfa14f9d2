"""The command ``autoconfig serve`` as its users run it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.real.serving import WORKERS, ask, environment, running

if TYPE_CHECKING:
    from pathlib import Path

    from tests.real.serving import Server

pytestmark = pytest.mark.real

CONFIG = "/mail/config-v1.1.xml"
JSON = "/autodiscover/autodiscover.json"


def test_documents_are_served(server: Server) -> None:
    reply = server.get(f"{CONFIG}?emailaddress=ada@example.com")
    assert (reply.status, reply.media_type) == (200, "text/xml; charset=utf-8")
    assert b"<hostname>one.mail.example</hostname>" in reply.body
    assert server.get("/v1.1/example.com") == reply
    assert server.get(CONFIG, host="autoconfig.example.com") == reply


def test_the_bytes_are_those_of_the_render_command(server: Server) -> None:
    command = [sys.executable, "-m", "autoconfig", "render", "mozilla", "ada@example.com"]
    rendered = subprocess.run(
        [*command, "--providers", str(server.folder)], capture_output=True, check=True, env=environment()
    )
    assert server.get("/v1.1/example.com").body == rendered.stdout


def test_an_unknown_domain_is_404_in_plain_text(server: Server) -> None:
    reply = server.get(f"{CONFIG}?emailaddress=ada@unknown.example")
    assert (reply.status, reply.media_type) == (404, "text/plain; charset=utf-8")


def test_autodiscover_is_answered(server: Server) -> None:
    connection = server.connect()
    body = "<Autodiscover><Request><EMailAddress>ada@example.com</EMailAddress></Request></Autodiscover>"
    connection.request("POST", "/Autodiscover/Autodiscover.xml", body=body)
    response = connection.getresponse()
    assert response.status == 200
    assert b"<LoginName>ada@example.com</LoginName>" in response.read()
    connection.close()


def test_a_connection_is_kept_for_the_next_request(server: Server) -> None:
    connection = server.connect()
    assert ask(connection, "/v1.1/example.com").status == 200
    first = connection.sock
    for path in ("/v1.1/unknown.example", "/v1.1/example.com", "/healthz"):
        ask(connection, path)
    assert connection.sock is first
    connection.close()


def test_the_server_tells_neither_its_name_nor_its_version_twice(server: Server) -> None:
    head = server.send(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").partition(
        b"\r\n\r\n"
    )[0]
    assert head.lower().count(b"\r\nserver:") == 1
    assert b"27." not in head


@pytest.mark.parametrize(
    ("target", "line"),
    [
        (f"{CONFIG}?emailaddress=MARK@example.com", f'"GET {CONFIG}" 200'),
        (f"{JSON}?Email=MARK%40example.com&Protocol=EWS", f'"GET {JSON}" 200'),
        (f"{JSON}/v1.0/MARK@example.com?Protocol=EWS", f'"GET {JSON}/v1.0/<address>" 200'),
        (
            "/Autodiscover/Autodiscover.json/V1.0/MARK%40example.com?Protocol=EWS",
            f'"GET {JSON}/v1.0/<address>" 200',
        ),
        (f"{JSON}/v1.0/MARK%2Fx%20y%40example.com?Protocol=EWS", f'"GET {JSON}/v1.0/<address>" 200'),
        ("/v1.1/MARK@example.com", '"GET /v1.1/<address>" 404'),
        ("/nothing/MARK@example.com/else?x=MARK", '"GET /<address>" 404'),
        ("/a%0A%0D%1B[31mb?MARK", r'"GET /a\x0a\x0d\x1b[31mb" 404'),
    ],
)
def test_the_access_log_holds_no_address_and_no_query(
    server: Server, request: pytest.FixtureRequest, target: str, line: str
) -> None:
    agent = f"agent-{abs(hash(request.node.name))}"
    connection = server.connect()
    headers = {"User-Agent": f"{agent} kim-MARK@example.com", "Referer": "https://MARK.example/?MARK"}
    connection.request("GET", target, headers=headers)
    connection.getresponse().read()
    connection.close()
    (logged,) = server.access_lines(agent)
    assert f"] {line} " in logged
    assert logged.endswith(f'"{agent} <address>"')
    assert "127.0.0.1" not in logged
    assert "?" not in logged
    assert "MARK" not in server.access_log.read_text()


def test_a_request_that_cannot_be_read_leaves_no_address_in_any_log(server: Server) -> None:
    server.send(b"GET /mail/config-v1.1.xml?emailaddress=unreadable@example.com\r\n\r\n")
    server.send(b"GET /x HTTP/1.1\r\nHost: x\r\nunreadable@example.com: x\r\n\r\n")
    assert "unreadable" not in server.access_log.read_text() + server.error_log.read_text()


def test_the_access_log_can_be_left_out(tmp_path: Path) -> None:
    with running(tmp_path, "--no-access-log") as server:
        server.get("/healthz")
        assert server.stop() == 0
        assert server.access_log.read_text() == ""


def test_an_idle_server_stops_at_once_and_without_complaint(tmp_path: Path) -> None:
    with running(tmp_path) as server:
        assert server.stop() == 0
        log = server.error_log.read_text()
        assert "Traceback" not in log
        assert "ERROR" not in log
        with pytest.raises(ConnectionRefusedError):
            server.get("/healthz")


@pytest.mark.parametrize("by", ["gunicorn", "granian"])
def test_the_metrics_are_those_of_all_workers_together(tmp_path: Path, by: str) -> None:
    with running(tmp_path, "--server", by, "--workers", "3") as server:
        for _ in range(60):
            server.get("/v1.1/unknown.example")
        pages = [server.get("/metrics").body.decode() for _ in range(5)]
    counted = 'autoconfig_requests_total{client="silent",outcome="nothing",protocol="directory"} 60.0'
    assert [counted in page for page in pages] == [True] * 5


@pytest.mark.parametrize("by", ["gunicorn", "granian"])
def test_every_line_of_json_logs_is_json(tmp_path: Path, by: str) -> None:
    options = ("--server", by, "--log-format", "json")
    with running(tmp_path, *options, AUTOCONFIG_LOG_KEY="a secret of sixteen") as server:
        server.get(f"{CONFIG}?emailaddress=MARK@example.com")
        (line,) = server.access_lines(CONFIG)
        assert server.stop() == 0
    assert json.loads(line)["user"]
    logs = server.access_log.read_text() + server.error_log.read_text()
    for line in logs.splitlines():
        assert "message" in json.loads(line) or "path" in json.loads(line)
    assert "MARK" not in logs


def test_settings_come_from_the_environment(tmp_path: Path) -> None:
    with running(
        tmp_path, AUTOCONFIG_BASE_URL="https://mail.example.net", AUTOCONFIG_LOG_LEVEL="debug"
    ) as server:
        assert b"https://mail.example.net/v1.1/example.com" in server.get("/").body
        assert "[DEBUG]" in server.error_log.read_text()


@pytest.mark.parametrize(
    ("settings", "options", "code", "words"),
    [
        ({"AUTOCONFIG_BASE_URL": "mail.example.net"}, [], 2, "AUTOCONFIG_BASE_URL"),
        ({"AUTOCONFIG_TRUSTED_PROXIES": "10.0.0.0/99"}, [], 2, "AUTOCONFIG_TRUSTED_PROXIES"),
        ({"AUTOCONFIG_LOG_LEVEL": "loud"}, [], 2, "AUTOCONFIG_LOG_LEVEL"),
        ({}, ["--port", "70000"], 2, "--port"),
        ({}, ["--workers", "0"], 2, "--workers"),
        ({}, ["--nonsense"], 2, "--nonsense"),
        ({}, ["--drain", "-1"], 2, "--drain"),
        ({}, ["--server", "granian", "--drain", "2"], 2, "--drain goes with gunicorn only"),
        ({"AUTOCONFIG_PROVIDERS": "carrier-pigeon://coop"}, [], 1, "carrier-pigeon://"),
        ({"AUTOCONFIG_PROVIDERS": "/nowhere/at/all"}, [], 1, "/nowhere/at/all"),
        ({}, ["--providers", "/nowhere/at/all"], 1, "/nowhere/at/all"),
    ],
)
def test_a_wrong_setting_stops_the_start_with_one_sentence(
    settings: dict[str, str], options: list[str], code: int, words: str
) -> None:
    command = [sys.executable, "-m", "autoconfig", "serve", "--port", "0", *options]
    result = subprocess.run(
        command, capture_output=True, text=True, timeout=30, check=False, env=environment(**settings)
    )
    assert (result.returncode, result.stdout) == (code, "")
    assert result.stderr.startswith("autoconfig: ")
    assert result.stderr.count("\n") == 1
    assert words in result.stderr


def test_a_port_that_is_taken_stops_the_start(server: Server) -> None:
    command = [sys.executable, "-m", "autoconfig", "serve", "--port", str(server.port)]
    result = subprocess.run(
        [*command, "--providers", str(server.folder)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env=environment(),
    )
    assert result.returncode == 1
    assert "Traceback" not in result.stderr
    assert str(server.port) in result.stderr


def test_threads_of_a_worker_do_not_interrupt_each_other(server: Server) -> None:
    assert len(server.workers()) == WORKERS
    assert server.scheduling() == {os.SCHED_BATCH}
