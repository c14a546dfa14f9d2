"""One tree of hand-made providers, the live service over the same folder, and web servers over the tree."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from autoconfig.export import export
from autoconfig.settings import Settings
from autoconfig.stores import open_stores
from autoconfig.web import create_app
from tests.export.webservers import KINDS, readable_by_all
from tests.web.conftest import PROVIDERS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask import Flask

    from autoconfig.stores import Store
    from tests.export.webservers import WebServer

MORE_PROVIDERS = {
    # Apache takes the end of a file's name for a type, a language, a character set, a compression, a program.
    "ends.example": """
        name = "Ends"
        domains = ["ends.de", "ends.pl", "ends.py", "ends.sh", "ends.br", "ends.var", "ends.html.fr"]
        [[incoming]]
        type = "imap"
        hostname = "imap.ends.example"
        [[outgoing]]
        type = "smtp"
        hostname = "smtp.ends.example"
        [[other]]
        type = "caldav"
        url = "https://dav.ends.example/%C3%A4/?q=a&b=1"
        [[other]]
        type = "carddav"
        url = "https://%EMAILDOMAIN%/contacts/"
        """,
    "odd.example": """
        name = "Odd names"
        domains = ["autoconfig.odd.example", "a-b.example", "MISSISSIPPI.example", "aaaaaaa.example"]
        [[incoming]]
        type = "imap"
        hostname = "imap.odd.example"
        [[incoming]]
        type = "jmap"
        url = "https://jmap.odd.example/session"
        [[outgoing]]
        type = "smtp"
        hostname = "smtp.odd.example"
        """,
}


@pytest.fixture(scope="session")
def provider_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A folder with every provider of these tests, opened."""
    folder = tmp_path_factory.mktemp("providers")
    for name, text in {**PROVIDERS, **MORE_PROVIDERS}.items():
        folder.joinpath(f"{name}.toml").write_text(text, encoding="utf-8")
    store = open_stores([str(folder)])
    yield store
    store.close()


@pytest.fixture(scope="session")
def live(provider_store: Store) -> Flask:
    """The service that the tree must equal."""
    return create_app(Settings(providers=(), resolve="off"), provider_store)


@pytest.fixture(scope="session")
def tree(provider_store: Store, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The exported tree; no test changes it. Its path has what a careless configuration stumbles over."""
    directory = readable_by_all(tmp_path_factory.mktemp("tree")) / "mail settings, v1.1 (not)".replace(
        "(not)", "~"
    )
    before = os.umask(0o022)
    try:
        export(provider_store, str(directory))
    finally:
        os.umask(before)
    return directory


@pytest.fixture(scope="session", params=list(KINDS))
def server(
    request: pytest.FixtureRequest, tree: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[WebServer]:
    """Each of the three web servers over the tree."""
    directory = readable_by_all(tmp_path_factory.mktemp(request.param))
    with KINDS[request.param](tree, directory) as running:
        yield running
