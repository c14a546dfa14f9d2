"""Plain requests under gunicorn go round WSGI, with the same bytes on the wire."""

from __future__ import annotations

import ipaddress
import re
import socket
import threading
import time
from email.utils import parsedate_to_datetime
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from gunicorn.http import wsgi
from gunicorn.http.body import LengthReader
from hypothesis import given, settings
from hypothesis import strategies as st

from autoconfig.formats import autodiscover
from autoconfig.model import EmailAddress
from autoconfig.settings import Settings
from autoconfig.web import create_app
from autoconfig.web.logs import AccessLog
from autoconfig.web.paths import PACC_PATH
from autoconfig.web.serving.gunicorn.direct import environment
from tests.publishing import PROVIDER
from tests.web.asking import CONFIG, JSON, POX, WELL_KNOWN
from tests.web.fakes import Down
from tests.web.serving.gunicorn.wire import CLIENT, HERE, Wire
from tests.web.test_proxies import NETWORKS

if TYPE_CHECKING:
    from collections.abc import Callable
    from wsgiref.types import WSGIApplication

    from autoconfig.stores import Store

OUTLOOK = autodiscover.render_request(EmailAddress.parse("ada@example.com"))


SERVICES = {
    "plain": Settings(providers=()),
    "behind a proxy": Settings(providers=(), trusted_proxies=(ipaddress.ip_network("192.0.2.0/24"),)),
    "with a log": Settings(providers=(), log_format="text"),
    "with a log in JSON": Settings(providers=(), log_format="json", log_key="a secret of sixteen"),
}


@pytest.fixture(scope="module", params=SERVICES)
def wires(store: Store, request: pytest.FixtureRequest) -> tuple[Wire, Wire]:
    """The short way and gunicorn's own, for the same service."""

    def service() -> WSGIApplication:
        chosen = SERVICES[request.param]
        app = create_app(chosen, store)
        return AccessLog(app, chosen, lambda _line: None) if "log" in request.param else app

    return Wire(service()), Wire(service(), direct=False)


def http(
    target: str, method: str = "GET", version: str = "1.1", headers: str = "", body: bytes = b""
) -> bytes:
    """A request as it is sent."""
    length = f"Content-Length: {len(body)}\r\n" if body else ""
    head = f"{method} {target} HTTP/{version}\r\nHost: autoconfig.example.com\r\n{headers}{length}\r\n"
    return head.encode("latin-1") + body


def timeless(answer: bytes) -> bytes:
    """An answer without what the clock makes of it."""
    answer = re.sub(rb"\r\nDate: [^\r]+", b"", answer)
    answer = re.sub(rb"\r\n(X-Request-Id): [0-9a-f]{16}\r", rb"\r\n\1: made\r", answer)
    if re.search(rb'Time="[0-9:.]+" Id="[0-9]+"', answer):  # the time within an error of Autodiscover
        answer = re.sub(rb'Time="[0-9:.]+" Id="[0-9]+"|Content-Length: [0-9]+', b"", answer)
    return answer


def post(body: bytes = OUTLOOK, **said: str) -> bytes:
    return http(POX, "POST", headers="Content-Type: text/xml\r\n", body=body, **said)


CONFIG_OF = f"{CONFIG}?emailaddress=ada@example.com"
PLAIN = {
    "GET": http(CONFIG_OF),
    "GET, encoded": http(f"{WELL_KNOWN}?emailaddress=ada%40example.com"),
    "HEAD": http(CONFIG_OF, "HEAD"),
    "of HTTP/1.0": http(CONFIG_OF, version="1.0"),
    "kept by HTTP/1.0": http(CONFIG_OF, version="1.0", headers="Connection: Keep-Alive\r\n"),
    "the last one": http(CONFIG_OF, headers="Connection: close\r\n"),
    "by path": http(f"{JSON}/v1.0/ada@example.com?Protocol=AutodiscoverV1"),
    "by encoded path": http(f"{JSON}/v1.0/ada%40example.com?Protocol=AutodiscoverV1"),
    "JSON": http(f"{JSON}?Email=ada@example.com&Protocol=AutodiscoverV1"),
    "POST": post(),
    "POST of HTTP/1.0": post(version="1.0"),
    "GET with a body": http(CONFIG_OF, body=b"something"),
}
OTHERS = {
    "unknown domain": http(f"{CONFIG}?emailaddress=ada@unknown.example"),
    "conditional": http(CONFIG_OF, headers='If-None-Match: "x"\r\n'),
    "twice the same header": http(CONFIG_OF, headers="X-Twice: 1\r\nX-Twice: 2\r\n"),
    "another spelling": http(f"/Mail//config-v1.1.xml?{CONFIG_OF.partition('?')[2]}"),
    "no document": http("/healthz"),
    "nothing": http("/nothing"),
    "nonsense": post(b"<nonsense/>"),
    "chunked": http(POX, "POST", headers="Transfer-Encoding: chunked\r\n") + b"1\r\nx\r\n0\r\n\r\n",
    "asked to go on": http(CONFIG_OF, headers="Expect: 100-continue\r\n"),
    "OPTIONS": http(CONFIG_OF, "OPTIONS"),
}


def same_on_both_ways(wires: tuple[Wire, Wire], request: bytes, *, directly: bool) -> bytes:
    """The answer, which gunicorn's own way gives too."""
    direct, usual = wires
    direct.answered_directly.clear()
    answer, kept = direct.say(request)
    assert direct.answered_directly == [directly]
    expected, expected_kept = usual.say(request)
    assert (timeless(answer), kept) == (timeless(expected), expected_kept)
    return answer


@pytest.mark.parametrize("request_", PLAIN.values(), ids=PLAIN)
def test_a_plain_request_is_answered_directly(wires: tuple[Wire, Wire], request_: bytes) -> None:
    answer = same_on_both_ways(wires, request_, directly=True)
    assert answer.split(b" ")[1] == b"200"
    date = answer.partition(b"\r\nDate: ")[2].partition(b"\r\n")[0]
    assert re.fullmatch(rb"[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT", date)
    assert abs(parsedate_to_datetime(date.decode()).timestamp() - time.time()) < 2


@pytest.mark.parametrize("request_", OTHERS.values(), ids=OTHERS)
def test_every_other_request_goes_gunicorns_way(wires: tuple[Wire, Wire], request_: bytes) -> None:
    same_on_both_ways(wires, request_, directly=False)


_names = st.sampled_from(
    [
        "User-Agent",
        "X-Forwarded-For",
        "X-Forwarded-Host",
        "X-Request-Id",
        "Connection",
        "X-A",
        "x-a",
        "X_A",
        "Script-Name",
        "Cookie",
        "Accept",
    ]
)
_values = st.one_of(
    st.sampled_from(
        ["close", "keep-alive", "Thunderbird/153", "192.0.2.1, 192.0.2.2", "", " x ", "abcdef-12345"]
    ),
    st.text(st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f"), max_size=12),
)
_headers = st.lists(st.tuples(_names, _values), max_size=5).map(
    lambda pairs: "".join(f"{name}: {value}\r\n" for name, value in pairs)
)
_targets = st.one_of(
    st.sampled_from([CONFIG_OF, WELL_KNOWN, f"{JSON}/v1.0/ada%40example.com?Protocol=ews", PACC_PATH, POX]),
    st.text("/.%?&=@aA09-_", max_size=30).map(lambda text: f"/{text}"),
)
_requests = st.builds(
    http,
    _targets,
    st.sampled_from(["GET", "GET", "HEAD", "POST", "OPTIONS", "PUT"]),
    st.sampled_from(["1.1", "1.1", "1.0"]),
    _headers,
    st.sampled_from([b"", b"", OUTLOOK, b"x" * 20, OUTLOOK.replace(b"ada", b"ada.b")]),
)


@settings(max_examples=150, deadline=None)
@given(requests=st.lists(_requests, min_size=1, max_size=3), at_once=st.booleans())
def test_whatever_is_asked_the_bytes_are_those_of_gunicorn(
    wires: tuple[Wire, Wire], requests: list[bytes], at_once: bool
) -> None:
    # Sent at once, each request lies in the parser's buffer behind the one before.
    sent = [b"".join(requests), *[b""] * (len(requests) - 1)] if at_once else requests
    direct, usual = (_until_closed(wire, sent) for wire in wires)
    assert direct == usual


def _until_closed(wire: Wire, requests: list[bytes]) -> tuple[bytes, list[bool]]:
    """What is said on a connection up to the request after which it ends."""
    for count in range(1, len(requests) + 1):
        answer, kept = wire.say(*requests[:count])
        if not kept[-1]:
            break
    return timeless(answer), kept


@settings(max_examples=300, deadline=None)
@given(request=_requests)
def test_the_environment_is_that_of_gunicorn(wires: tuple[Wire, Wire], request: bytes) -> None:
    near, far = socket.socketpair()
    with near, far:
        near.sendall(request)
        conn = wires[0].connection(far)
        conn.init()
        parsed = next(conn.parser)
        ours = environment(parsed, CLIENT)
        theirs = wsgi.create(parsed, far, CLIENT, HERE, wires[0].worker.cfg)[1]
    if ours is not None:
        assert ours == {name: theirs[name] for name in ours}
        asked = {name for name in theirs if name.startswith(("HTTP_", "CONTENT_"))}
        assert asked <= set(ours)


def test_a_body_that_is_still_to_come_is_waited_for_as_ever(wires: tuple[Wire, Wire]) -> None:
    direct, _ = wires
    direct.answered_directly.clear()
    head, body = post().split(b"\r\n\r\n")
    near, far = socket.socketpair()
    with near, far:
        conn = direct.connection(far)
        near.sendall(head + b"\r\n\r\n" + body[:10])
        later = threading.Timer(0.05, near.sendall, (body[10:],))
        later.start()
        assert direct.worker.handle(conn) is True
        later.join()
        assert near.recv(65536).startswith(b"HTTP/1.1 200 OK\r\n")
    assert direct.answered_directly == [False]


def test_what_follows_a_body_is_the_next_request(wires: tuple[Wire, Wire]) -> None:
    direct, _ = wires
    direct.answered_directly.clear()
    answer, kept = direct.say(post() + http(CONFIG_OF), b"")
    assert direct.answered_directly == [True, True]
    assert kept == [True, True]
    assert answer.count(b"HTTP/1.1 200 OK\r\n") == 2


def test_a_trusted_proxy_is_believed(store: Store) -> None:
    wire = Wire(create_app(Settings(providers=(), trusted_proxies=NETWORKS), store))
    request = http(PACC_PATH, headers="X-Forwarded-Host: ua-auto-config.exchange.example\r\n")
    answer, _ = wire.say(request, client=("192.0.2.1", 1))
    assert wire.answered_directly == [True]
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")


def test_a_store_that_is_away_is_asked_once() -> None:
    store = Down(provider=PROVIDER)
    wire = Wire(create_app(Settings(providers=()), store))
    answer, _ = wire.say(http(CONFIG_OF))
    assert answer.startswith(b"HTTP/1.1 503 ")
    assert store.asked == 1


def test_the_last_request_of_a_worker_is_gunicorns_to_tell(store: Store) -> None:
    wire = Wire(create_app(Settings(providers=()), store), max_requests=3, max_requests_jitter=0)
    answer, kept = wire.say(*[http(CONFIG_OF)] * 3)
    assert wire.answered_directly == [True, True]
    assert kept == [True, True, False]
    assert answer.count(b"Connection: keep-alive") == 2
    assert answer.count(b"Connection: close") == 1
    assert not wire.worker.alive


@pytest.mark.parametrize("end", ["stopping", "full", "no keep-alive"])
def test_a_connection_that_will_not_be_kept_is_announced(store: Store, end: str) -> None:
    wire = Wire(create_app(Settings(providers=()), store), keepalive=0 if end == "no keep-alive" else 15)
    if end == "stopping":
        wire.worker.alive = False
    elif end == "full":
        wire.worker.max_keepalived = 0
    answer, kept = wire.say(http(CONFIG_OF))
    assert wire.answered_directly == [True]
    assert kept == [False]
    assert b"\r\nConnection: close\r\n" in answer


def test_what_gunicorn_is_to_log_goes_its_way(store: Store) -> None:
    wire = Wire(create_app(Settings(providers=()), store), accesslog="-")
    answer, _ = wire.say(http(CONFIG_OF))
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert wire.answered_directly == []


def test_a_path_that_gunicorn_is_to_cut_goes_its_way(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCRIPT_NAME", "/below")
    wire = Wire(create_app(Settings(providers=()), store))
    answer, _ = wire.say(http(f"/below{CONFIG_OF}"))
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert wire.answered_directly == []


UNUSUAL = {
    "a version of another day": {"version": (1, 2)},
    "a socket without an address": {"client": ""},
    "a proxy that speaks first": {"proxy_protocol_info": {"client_addr": "192.0.2.9"}},
    "a body without a length": {"body": SimpleNamespace(reader=object())},
    "a client that waits for a word": {"_expected_100_continue": True},
    "a header with an underscore": {"headers": [("X_FORWARDED_FOR", "192.0.2.9")]},
    "a name from a header": {"headers": [("SCRIPT_NAME", "/x")]},
    "a header that comes twice": {"headers": [("HOST", "a.example"), ("HOST", "b.example")]},
}


@pytest.mark.parametrize("unusual", [{}, *UNUSUAL.values()], ids=["nothing", *UNUSUAL])
def test_what_is_unusual_is_gunicorns(unusual: dict[str, Any]) -> None:
    request: dict[str, Any] = {
        "version": (1, 1),
        "method": "GET",
        "path": "/",
        "query": "",
        "headers": [("HOST", "a.example")],
        "body": SimpleNamespace(reader=LengthReader(None, 0)),
        "_expected_100_continue": False,
        "proxy_protocol_info": None,
    }
    client = unusual.get("client", CLIENT)
    found = environment(SimpleNamespace(**request | unusual), client)
    assert (found is None) is bool(unusual)


def test_another_application_is_served_as_ever() -> None:
    def other(_environ: Any, start_response: Callable[..., Any]) -> list[bytes]:
        start_response("200 OK", [("Content-Length", "4")])
        return [b"four"]

    answer, kept = Wire(other).say(http("/"))
    assert answer.endswith(b"\r\n\r\nfour")
    assert kept == [True]
