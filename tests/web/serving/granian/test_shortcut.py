"""Plain requests under granian go round WSGI, with the same answers."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest
from granian.server import mp

from autoconfig.formats import autodiscover
from autoconfig.model import EmailAddress
from autoconfig.settings import Settings
from autoconfig.web import create_app
from autoconfig.web.logs import AccessLog
from autoconfig.web.paths import PACC_PATH
from autoconfig.web.serving.granian.shortcut import WRAP, shorten
from tests.publishing import PROVIDER
from tests.web.asking import CONFIG, JSON, POX, call, environ_of
from tests.web.fakes import Down
from tests.web.test_proxies import NETWORKS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from autoconfig.stores import Store

    Sent = tuple[int, list[tuple[str, str]], bytes]


class Protocol:
    """What granian's workers take an answer with."""

    def __init__(self) -> None:
        self.answers: list[Sent] = []

    def response_bytes(self, status: int, headers: Sequence[tuple[str, str]], body: bytes) -> None:
        said = list(headers)
        if body and "Content-Length" not in dict(headers):
            said.append(("Content-Length", str(len(body))))
        self.answers.append((status, said, body))

    def response_iter(self, status: int, headers: list[tuple[str, str]], body: Any) -> None:
        chunks = []
        with suppress(StopIteration):
            while True:
                chunks.append(body.__next__())
        self.answers.append((status, headers, b"".join(chunks)))


@pytest.fixture(autouse=True)
def _as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mp, WRAP, getattr(mp, WRAP))


def ask(worker: Callable[[Any, Any], Any], environ: dict[str, object]) -> Sent:
    protocol = Protocol()
    status = worker(protocol, environ)
    (answer,) = protocol.answers
    assert answer[0] == status
    return answer


POX_BODY = autodiscover.render_request(EmailAddress.parse("ada@example.com"))
PLAIN = [
    (CONFIG, {"query": "emailaddress=ada@example.com"}),
    (CONFIG, {"query": "emailaddress=ada@example.com", "method": "HEAD"}),
    (f"{JSON}/v1.0/ada@example.com", {"query": "Protocol=autodiscoverv1"}),
    (PACC_PATH, {"host": "ua-auto-config.exchange.example"}),
    (POX, {"method": "POST", "body": POX_BODY}),
]
OTHERS = [
    ("/Mail//config-v1.1.xml", {"query": "emailaddress=ada@example.com"}),
    (CONFIG, {"query": "emailaddress=ada@unknown.example"}),
    (POX, {"method": "POST", "body": b"<nonsense/>"}),
    ("/healthz", {}),
    ("/nothing", {}),
]


@pytest.mark.parametrize(("path", "said"), PLAIN)
def test_a_plain_request_goes_round_the_application(store: Store, path: str, said: dict[str, Any]) -> None:
    app = create_app(Settings(providers=()), store)
    usual = call(app, environ_of(path, **said))
    shorten(app)

    def closed(_environ: object, _start_response: object) -> list[bytes]:
        raise AssertionError("the long way was gone")

    worker = getattr(mp, WRAP)(closed, {}, None)
    assert ask(worker, environ_of(path, **said)) == (200, usual.headers, usual.body)


@pytest.mark.parametrize(("path", "said"), OTHERS)
def test_every_other_request_goes_the_usual_way(store: Store, path: str, said: dict[str, Any]) -> None:
    app = create_app(Settings(providers=()), store)
    usual = call(app, environ_of(path, **said))
    shorten(app)
    worker = getattr(mp, WRAP)(app, {}, None)
    status, headers, body = ask(worker, environ_of(path, **said))
    assert (status, headers) == (usual.code, usual.headers)
    assert len(body) == len(usual.body)  # an error of Autodiscover says the time


def test_a_trusted_proxy_is_believed_there_too(store: Store) -> None:
    app = create_app(Settings(providers=(), trusted_proxies=NETWORKS), store)
    shorten(app)
    worker = getattr(mp, WRAP)(app, {}, None)
    headers = {"X-Forwarded-Host": "ua-auto-config.exchange.example"}
    assert ask(worker, environ_of(PACC_PATH, headers=headers))[0] == 200


def test_a_store_that_is_away_is_asked_once() -> None:
    store = Down(provider=PROVIDER)
    app = create_app(Settings(providers=()), store)
    shorten(app)
    worker = getattr(mp, WRAP)(app, {}, None)
    assert ask(worker, environ_of(CONFIG, query="emailaddress=ada@other.example"))[0] == 503
    assert store.asked == 1


def test_the_access_log_is_written_on_the_short_way_too(store: Store) -> None:
    app = create_app(Settings(providers=()), store)
    lines: list[str] = []
    shorten(AccessLog(app, Settings(providers=()), lines.append))
    worker = getattr(mp, WRAP)(None, {}, None)
    assert ask(worker, environ_of(CONFIG, query="emailaddress=ada@example.com"))[0] == 200
    (line,) = lines
    assert f'"GET {CONFIG}" 200 ' in line


def test_another_granian_than_known_goes_the_usual_way(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(mp, WRAP)
    app = create_app(Settings(providers=()), store)
    shorten(app)
    assert not hasattr(mp, WRAP)
