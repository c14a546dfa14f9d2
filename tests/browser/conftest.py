"""One real server for all these tests: a provider of its own, the simulated internet for everybody else."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pytest

from tests.browser.chromium import chromium
from tests.internet.fixtures import internet
from tests.real.serving import running
from tests.resolver.asking import World
from tests.signing import Authority, write_files
from tests.web.pages.conftest import EXAMPLE, LOGO

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

    from tests.internet import Internet
    from tests.internet.twists import Query
    from tests.real.serving import Server
    from tests.signing import SigningFiles

__all__ = ["internet"]

SILENT = "silent.example"
"""A domain about which the name server says nothing."""
LIMIT = 5
"""How often one client may ask about strangers in an hour."""


class Site(NamedTuple):
    """The service and what stands around it."""

    server: Server
    internet: Internet
    signing: SigningFiles

    @property
    def origin(self) -> str:
        """Where browsers find it."""
        return f"http://127.0.0.1:{self.server.port}"

    def stranger(self) -> World:
        """A domain nobody lists."""
        return World(self.internet)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory, internet: Internet) -> Iterator[Site]:
    """The service, with a key that signs."""
    directory = tmp_path_factory.mktemp("browser")
    folder = directory / "providers"
    folder.mkdir()
    folder.joinpath("shop.toml").write_text(EXAMPLE, "utf-8")
    folder.joinpath("shop.svg").write_bytes(LOGO)
    signing = write_files(directory, Authority())

    async def silent_about_one(query: Query) -> bytes | None:
        return None if query.question.name.endswith(SILENT) else await query.forward()

    settings = {
        "AUTOCONFIG_NAMESERVERS": internet.name_server(silent_about_one).address,
        "AUTOCONFIG_ALLOW_PRIVATE_NETWORKS": "on",
        "AUTOCONFIG_ISPDB_URLS": World(internet).ispdb_url,
        "AUTOCONFIG_RATE_LIMIT": f"{LIMIT}/hour",
        "AUTOCONFIG_TRUSTED_PROXIES": "127.0.0.1",
        "SSL_CERT_FILE": internet.ca_file,
        **signing.environment,
    }
    with running(directory, **settings) as server:
        yield Site(server, internet, signing)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, for the tests of one file."""
    with chromium() as browser:
        yield browser
