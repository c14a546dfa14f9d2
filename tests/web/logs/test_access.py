"""JSON logs: whole objects, nobody's address, and a hash that only the key's owner can make."""

from __future__ import annotations

import hmac
import json
import logging
import os
import re
import select
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autoconfig.formats import autodiscover
from autoconfig.model import EmailAddress
from autoconfig.settings import Settings
from autoconfig.web import create_app
from autoconfig.web.front import whole_headers
from autoconfig.web.logs import AccessLog
from autoconfig.web.logs.lines import to_standard_output
from autoconfig.web.logs.setup import JsonFormatter
from autoconfig.web.metrics import Meter
from tests.publishing import PROVIDER
from tests.web.asking import CONFIG, JSON, POX, call, environ_of
from tests.web.fakes import Down

if TYPE_CHECKING:
    from collections.abc import Iterable
    from wsgiref.types import StartResponse, WSGIEnvironment

    from flask import Flask

    from autoconfig.stores import Entry

KEY = "a secret of the operator"
ADAS_HASH = hmac.new(KEY.encode(), b"ada@example.com", "sha256").hexdigest()[:16]
WITH_KEY = Settings(providers=(), log_format="json", log_key=KEY)
WITHOUT_KEY = Settings(providers=(), log_format="json")


@pytest.fixture
def lines() -> list[str]:
    """The lines that are written."""
    return []


def answering(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    start_response("200 OK", [])
    return [b"four"]


def logged(lines: list[str], chosen: Settings, **request: Any) -> dict[str, Any]:
    """The line of one request."""
    call(AccessLog(answering, chosen, lines.append), environ_of(**request))
    found: dict[str, Any] = json.loads(lines.pop())
    return found


def test_a_line_says_all_about_a_request(lines: list[str]) -> None:
    headers = {"User-Agent": "Thunderbird/153.0", "X-Request-Id": "abc-12345678"}
    line = logged(lines, WITHOUT_KEY, path=CONFIG, query="emailaddress=ada@example.com", headers=headers)
    moment, ms = line.pop("time"), line.pop("ms")
    assert moment.endswith("+00:00")
    assert 0 <= ms < 1000
    assert line == {
        "level": "info",
        "kind": "access",
        "method": "GET",
        "path": CONFIG,
        "protocol": "mozilla",
        "client": "thunderbird",
        "agent": "Thunderbird/153.0",
        "status": 200,
        "bytes": 4,
        "request_id": "abc-12345678",
    }


def test_a_line_of_text_holds_method_path_status_size_time_and_agent(lines: list[str]) -> None:
    headers = {"User-Agent": "Thunderbird/153", "Referer": "https://refer.example/?x"}
    request = environ_of(CONFIG, query="emailaddress=ada@example.com", headers=headers)
    call(AccessLog(answering, Settings(providers=()), lines.append), request)
    moment, _, rest = lines.pop().partition("] ")
    assert re.fullmatch(r"\[\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}", moment)
    assert rest == f'"GET {CONFIG}" 200 4 0ms "Thunderbird/153"'


OUTLOOK = autodiscover.render_request(EmailAddress.parse("Ada@example.com"))
PLAIN = [
    {"path": CONFIG, "query": "emailaddress=Ada@example.com"},
    {"path": CONFIG, "query": "emailaddress=Ada@example.com", "method": "HEAD"},
    {"path": "/v1.1/example.com"},
    {"path": f"{JSON}/v1.0/Ada@example.com", "query": "Protocol=AutodiscoverV1"},
    {
        "path": POX,
        "method": "POST",
        "body": autodiscover.render_request(EmailAddress.parse("Ada@example.com")),
    },
]


@pytest.mark.parametrize("chosen", [WITH_KEY, WITHOUT_KEY, Settings(providers=())])
@pytest.mark.parametrize("request_", PLAIN)
def test_a_plain_request_is_logged_as_ever(
    app: Flask, lines: list[str], chosen: Settings, request_: dict[str, Any]
) -> None:
    log = AccessLog(app, chosen, lines.append)
    headers = {"User-Agent": "Thunderbird/153", "X-Request-Id": "abc-12345678"}
    usual = call(log, environ_of(**request_, headers=headers))
    document = log.plain(environ_of(**request_, headers=headers))
    assert document is not None
    assert whole_headers(document) == usual.headers
    first, second = (_timeless(line) for line in lines)
    assert first == second


def test_a_request_that_is_not_plain_is_logged_once(app: Flask, lines: list[str]) -> None:
    log = AccessLog(app, WITHOUT_KEY, lines.append)
    environ = environ_of("/v1.1/unknown.example")
    assert log.plain(environ) is None  # type: ignore[arg-type]
    assert lines == []
    assert call(log, environ).code == 404
    assert len(lines) == 1


def test_an_application_without_a_short_way_is_logged(lines: list[str]) -> None:
    assert AccessLog(answering, WITHOUT_KEY, lines.append).plain(environ_of(CONFIG)) is None  # type: ignore[arg-type]
    assert lines == []


def _timeless(line: str) -> str:
    """A line without the moment and the time it took."""
    return re.sub(r'"time": "[^"]*"|"ms": [0-9.]+|^\[[^]]*\]| \d+ms', "", line)


@pytest.mark.parametrize("given_id", ["", "short", "x" * 65, "ada@example.com", "a b c d e f"])
def test_an_id_that_is_none_is_replaced_and_told(lines: list[str], given_id: str) -> None:
    request = environ_of(CONFIG, headers={"X-Request-Id": given_id})
    answer = call(AccessLog(answering, WITHOUT_KEY, lines.append), request)
    made = dict(answer.headers)["X-Request-Id"]
    assert made != given_id
    assert json.loads(lines.pop())["request_id"] == made


@pytest.mark.parametrize(
    "query",
    ["emailaddress=Ada@Example.com", "Email=ada%40example.com", "x=1&EMAILADDRESS=ada%2540example.com"],
)
def test_one_user_has_one_hash_however_the_address_is_spelled(lines: list[str], query: str) -> None:
    assert logged(lines, WITH_KEY, path=CONFIG, query=query)["user"] == ADAS_HASH


@pytest.mark.parametrize("protocol", ["outlook/responseschema/2006a", "mobilesync/responseschema/2006"])
def test_a_user_of_outlook_can_be_followed_too(app: Flask, lines: list[str], protocol: str) -> None:
    body = (
        "<Autodiscover><Request><EMailAddress>Ada@Example.com</EMailAddress><AcceptableResponseSchema>"
        f"http://schemas.microsoft.com/exchange/autodiscover/{protocol}</AcceptableResponseSchema>"
        "</Request></Autodiscover>"
    )
    call(AccessLog(app, WITH_KEY, lines.append), environ_of(POX, method="POST", body=body.encode()))
    line = json.loads(lines.pop())
    assert line["user"] == ADAS_HASH
    assert line["protocol"] == ("autodiscover" if "outlook" in protocol else "mobilesync")


@pytest.mark.parametrize(
    "path", [f"{JSON}/v1.0/Ada@example.com", "/AutoDiscover/autodiscover.json/V1.0//ada%40example.com"]
)
def test_so_can_who_asks_by_path(app: Flask, lines: list[str], path: str) -> None:
    call(AccessLog(app, WITH_KEY, lines.append), environ_of(path, query="Protocol=AutodiscoverV1"))
    line = json.loads(lines.pop())
    assert (line["user"], line["path"]) == (ADAS_HASH, f"{JSON}/v1.0/<address>")


def test_one_hash_however_letters_beyond_ascii_are_sent(app: Flask, lines: list[str]) -> None:
    for request in (
        environ_of(f"{JSON}/v1.0/bücher@example.com".encode().decode("latin-1")),
        environ_of(CONFIG, query="emailaddress=b%C3%BCcher@example.com"),
    ):
        call(AccessLog(app, WITH_KEY, lines.append), request)
    expected = hmac.new(KEY.encode(), "bücher@example.com".encode(), "sha256").hexdigest()[:16]
    assert [json.loads(line)["user"] for line in lines] == [expected] * 2


@pytest.mark.parametrize("query", ["", "emailaddress=", "emailaddress=nobody", "address=ada@example.com"])
def test_without_an_address_there_is_no_user(lines: list[str], query: str) -> None:
    assert "user" not in logged(lines, WITH_KEY, path=CONFIG, query=query)


def test_without_a_key_there_is_no_user(lines: list[str]) -> None:
    assert "user" not in logged(lines, WITHOUT_KEY, path=CONFIG, query="emailaddress=ada@example.com")


@settings(deadline=None, max_examples=200)
@given(
    before=st.text('/aZ09.-_ %"\\{}\n', max_size=12),
    at=st.sampled_from(["@", "%40", "%2540"]),
    after=st.text("/aZ09.-&=\x00\x1b", max_size=12),
    where=st.sampled_from(["path", "query", "agent", "method", "id", "json"]),
)
def test_no_line_holds_an_address(before: str, at: str, after: str, where: str) -> None:
    lines: list[str] = []
    word = f"{before}mark{at}mark{after}"
    headers = {"User-Agent": word if where == "agent" else "x"}
    headers["X-Request-Id"] = word if where == "id" else ""
    request = environ_of(
        f"/{word}" if where == "path" else f"{JSON}/v1.0/{word}" if where == "json" else CONFIG,
        method=word if where == "method" else "GET",
        query=f"emailaddress={word}" if where == "query" else "",
        headers={
            "User-Agent": word if where == "agent" else "x",
            "X-Request-Id": word if where == "id" else "",
        },
    )
    for chosen in (WITH_KEY, Settings(providers=())):
        call(AccessLog(answering, chosen, lines.append), dict(request))
    assert len(lines) == 2
    for line in lines:
        assert "mark" not in line
        assert line.isprintable()


def test_a_body_that_is_made_while_it_is_sent_is_not_waited_for(lines: list[str]) -> None:
    made: list[int] = []

    def slow(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        start_response("200 OK", [])
        for number in range(3):
            made.append(number)
            yield b"xx"

    body = AccessLog(slow, WITHOUT_KEY, lines.append)(environ_of(CONFIG), lambda *_: None)  # type: ignore[arg-type,return-value]
    assert made == []
    assert next(iter(body)) == b"xx"
    assert made == [0]
    assert lines == []
    assert list(body) == [b"xx", b"xx"] or made == [0, 1, 2]
    body.close()  # type: ignore[attr-defined]
    assert json.loads(lines.pop())["bytes"] >= 2


@pytest.mark.parametrize("chosen", [WITH_KEY, Settings(providers=())])
@pytest.mark.parametrize("letter", ["\x01", "\\", '"', "x", "\xe4", "%", "@"])
def test_a_line_fits_into_a_pipe_in_one_piece(lines: list[str], chosen: Settings, letter: str) -> None:
    huge = letter * 8000
    headers = {"User-Agent": huge, "X-Request-Id": "x" * 64}
    call(AccessLog(answering, chosen, lines.append), environ_of(f"/{huge}", method=huge, headers=headers))
    (line,) = lines
    assert len(line) < select.PIPE_BUF


def test_no_request_can_write_what_stands_behind_it(lines: list[str]) -> None:
    forged = 'x" 200 99 1ms "'
    request = environ_of(f"/{forged}\\", method='G"T', headers={"User-Agent": f"{forged}\\x22"})
    call(AccessLog(answering, Settings(providers=()), lines.append), request)
    rest = lines.pop().partition("] ")[2]
    escaped = forged.replace('"', r"\x22")
    assert rest == f'"G\\x22T /{escaped}\\x5c" 200 4 0ms "{escaped}\\x5cx22"'


def test_a_look_in_vain_is_part_of_the_time(lines: list[str]) -> None:
    class Slow(Down):
        def find(self, domain: str) -> Entry | None:
            time.sleep(0.05)
            return super().find(domain)

    meter = Meter()
    app = create_app(Settings(providers=()), Slow(provider=PROVIDER), meter=meter)
    log = AccessLog(app, WITHOUT_KEY, lines.append)
    environ = environ_of(CONFIG, query="emailaddress=ada@other.example")
    assert log.plain(environ) is None  # type: ignore[arg-type]
    assert call(log, environ).code == 503
    assert json.loads(lines.pop())["ms"] >= 50
    ((_protocol, _buckets, seconds),) = meter.times()
    assert seconds >= 0.05


def test_a_line_goes_to_standard_output_whatever_becomes_of_it(capfd: pytest.CaptureFixture[str]) -> None:
    to_standard_output("one")
    assert capfd.readouterr().out == "one\n"
    kept = os.dup(1)
    read, write = os.pipe()
    os.close(read)  # nobody listens any more
    os.dup2(write, 1)
    try:
        to_standard_output("lost")
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        os.close(write)


def test_other_messages_are_json_without_addresses_too() -> None:
    try:
        {}["mark@mark.test"]
    except KeyError:
        record = logging.LogRecord(
            "autoconfig.web", logging.ERROR, "x", 1, "failed for %s", ("mark@mark.test",), sys.exc_info()
        )
    line = JsonFormatter().format(record)
    content = json.loads(line)
    assert (content["level"], content["message"]) == ("error", "failed for <address>")
    assert content["exception"].endswith("KeyError: <address>")
    assert "mark" not in line
