"""One application on a small folder of hand-made providers; no test changes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from autoconfig.settings import Settings
from autoconfig.stores import open_stores
from autoconfig.web import create_app
from autoconfig.web.strangers.thread import ResolverThread
from tests.web.mx import FakeMx

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask import Flask
    from flask.testing import FlaskClient

    from autoconfig.stores import Store

PROVIDERS = {
    # Two domains, so that a leak of the list would show; customers whom nobody lists come by MX.
    "shop.example": """
        name = "Shop"
        domains = ["example.com", "example.org"]
        mx = ["mx.example.net"]
        [[incoming]]
        type = "imap"
        hostname = "imap.shop.example"
        [[incoming]]
        type = "pop3"
        hostname = "pop.shop.example"
        [[outgoing]]
        type = "smtp"
        hostname = "smtp.shop.example"
        socket_type = "STARTTLS"
        [[other]]
        type = "caldav"
        url = "https://dav.shop.example/"
        """,
    "exchange.example": """
        name = "Exchange"
        domains = ["exchange.example"]
        [[incoming]]
        type = "imap"
        hostname = "imap.exchange.example"
        [[incoming]]
        type = "ews"
        url = "https://mail.exchange.example/EWS/Exchange.asmx"
        [[incoming]]
        type = "activeSync"
        url = "https://sync.exchange.example/Microsoft-Server-ActiveSync"
        [[outgoing]]
        type = "smtp"
        hostname = "smtp.exchange.example"
        """,
    "sync.example": """
        name = "ActiveSync and nothing else"
        domains = ["sync.example"]
        [[incoming]]
        type = "activeSync"
        url = "https://sync.sync.example/Microsoft-Server-ActiveSync"
        """,
    "token.example": """
        name = "OAuth2 and nothing else"
        domains = ["token.example"]
        [[incoming]]
        type = "imap"
        hostname = "imap.token.example"
        authentication = ["OAuth2"]
        [[outgoing]]
        type = "smtp"
        hostname = "smtp.token.example"
        authentication = ["OAuth2"]
        [oauth2]
        issuer = "https://login.token.example"
        auth_url = "https://login.token.example/auth"
        token_url = "https://login.token.example/token"
        scope = ["mail"]
        """,
    "plain.example": """
        name = "Plain sockets and nothing else"
        domains = ["plain.example"]
        [[incoming]]
        type = "imap"
        hostname = "imap.plain.example"
        socket_type = "plain"
        [[outgoing]]
        type = "smtp"
        hostname = "smtp.plain.example"
        socket_type = "plain"
        """,
    "moved.example": """
        name = "Autodiscover leads elsewhere, and there is nothing else"
        domains = ["moved.example"]
        [autodiscover]
        redirect_address = "@example.com"
        """,
    "buecher.example": """
        name = "Bücher"
        domains = ["bücher.example"]
        [[incoming]]
        type = "imap"
        hostname = "imap.%EMAILDOMAIN%"
        [[outgoing]]
        type = "smtp"
        hostname = "smtp.%EMAILDOMAIN%"
        """,
}

IDN = "xn--bcher-kva.example"
"""The domain of the bookshop as it goes over the wire."""

DOMAINS = ("example.com", "example.org", "exchange.example", "sync.example", "token.example", "plain.example")
"""Every mail domain that has servers, the bookshop's aside."""


@pytest.fixture(autouse=True)
def no_dns(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody here asks the name servers of this machine: domains that are not listed are made up."""
    if request.node.get_closest_marker("real") is None:
        monkeypatch.setattr(ResolverThread, "ask_mx", FakeMx().ask_mx)


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with every provider of this directory's tests."""
    folder = tmp_path_factory.mktemp("providers")
    for name, text in PROVIDERS.items():
        folder.joinpath(f"{name}.toml").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def store(folder: Path) -> Iterator[Store]:
    """The folder, opened."""
    store = open_stores([str(folder)])
    yield store
    store.close()


@pytest.fixture(scope="session")
def app(store: Store) -> Flask:
    """The web service with no setting at all."""
    return create_app(Settings(providers=()), store)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Somebody who asks the service and remembers nothing."""
    return app.test_client(use_cookies=False)
