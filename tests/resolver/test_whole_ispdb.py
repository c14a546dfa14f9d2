"""The whole Mozilla ISPDB behind a base of our own: every domain resolves to the servers of its document."""

from __future__ import annotations

import asyncio
import json
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest

from autoconfig.model import EmailAddress, TcpServer
from autoconfig.net.guard import Guard
from autoconfig.resolver import Options, Resolver
from autoconfig.settings import Settings
from autoconfig.web import create_app
from tests.internet import Answer, xml
from tests.resolver.asking import through
from tests.shared import shared_path

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from autoconfig.model import AnyServer
    from autoconfig.resolver import Resolution
    from tests.internet import Internet, Request

pytestmark = pytest.mark.real

AT_ONCE = 16
_MENDED = {"plain": "password-cleartext", "secure": "password-encrypted"}
"""Old words for authentications."""


@cache
def facts() -> dict[str, dict[str, Any]]:
    """The facts of each domain: of the first file that names it."""
    by_domain: dict[str, dict[str, Any]] = {}
    for line in shared_path("samples", "ispdb_facts.jsonl").read_text().splitlines():
        entry = json.loads(line)
        for domain in entry["domains"]:
            by_domain.setdefault(domain.lower(), entry)
    return by_domain


def resolve_all(
    internet: Internet, monkeypatch: pytest.MonkeyPatch, route: Callable[[Request], Answer]
) -> dict[str, Resolution]:
    """Every domain of the ISPDB, resolved through a base that answers by ``route``."""
    monkeypatch.setenv("SSL_CERT_FILE", internet.ca_file)
    host = f"ispdb.{internet.domain('org')}"
    internet.site(host, {"*": route})
    options = Options(methods=("ispdb",), ispdb_urls=(f"https://{host}/v1.1/",), deadline=30.0)

    async def run() -> dict[str, Resolution]:
        at_once = asyncio.Semaphore(AT_ONCE)
        guard = Guard(allowed=(internet.public,))
        async with Resolver.open(name_servers=[internet.dns], guard=guard) as resolver:

            async def one(domain: str) -> Resolution:
                async with at_once:
                    return await resolver.resolve(EmailAddress.parse(f"fred@{domain}"), options)

            return dict(zip(facts(), await asyncio.gather(*map(one, facts())), strict=True))

    return asyncio.run(run())


def filled(text: str | None, domain: str) -> str | None:
    """A text of the facts as it is for one address."""
    if text is None:
        return None
    if text.count("%") == 1:
        text += "%"  # the broken placeholder of office365.com.xml
    values = {"EMAILADDRESS": f"fred@{domain}", "EMAILLOCALPART": "fred", "EMAILDOMAIN": domain}
    for name, value in values.items():
        text = text.replace(f"%{name}%", value)
    return text


def expected(entry: dict[str, Any], domain: str, direction: str) -> list[tuple[Any, ...]]:
    return [
        (
            server["type"],
            (filled(server.get("hostname"), domain) or "").lower() or None,
            server.get("port"),
            server.get("socketType"),
            tuple(_MENDED.get(word, word) for word in server.get("authentication") or []),
            filled(server.get("username"), domain),
        )
        for server in entry["servers"]
        if server["direction"] == direction
    ]


def found(servers: Iterable[AnyServer]) -> list[tuple[Any, ...]]:
    return [
        (
            str(server.type),
            *(
                (server.hostname, server.port, str(server.socket_type))
                if isinstance(server, TcpServer)
                else (None, None, None)
            ),
            tuple(str(word) for word in server.authentication),
            server.username,
        )
        for server in servers
    ]


def test_every_domain_resolves_to_the_servers_of_the_facts(
    internet: Internet, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The base publishes the documents as the ISPDB writes them."""

    def document(request: Request) -> Answer:
        entry = facts()[request.path.rpartition("/")[2]]
        return xml(shared_path("ispdb", entry["file"]).read_bytes())

    resolutions = resolve_all(internet, monkeypatch, document)
    assert len(resolutions) == 962
    for domain, resolution in resolutions.items():
        assert resolution.method == "ispdb", domain
        incoming = [entry.server for entry in resolution.incoming]
        outgoing = [entry.server for entry in resolution.outgoing]
        assert found(incoming) == expected(facts()[domain], domain, "incoming"), domain
        assert found(outgoing) == expected(facts()[domain], domain, "outgoing"), domain


def test_our_own_service_is_an_ispdb(internet: Internet, monkeypatch: pytest.MonkeyPatch) -> None:
    """What every reader accepts is part of what the ISPDB says, and never nothing."""
    app = create_app(Settings(providers=(str(shared_path("ispdb")),)))
    resolutions = resolve_all(internet, monkeypatch, through(app))
    for domain, resolution in resolutions.items():
        assert resolution.method == "ispdb", domain
        places = {
            entry[:4]
            for direction in ("incoming", "outgoing")
            for entry in expected(facts()[domain], domain, direction)
        }
        servers = [entry.server for entry in (*resolution.incoming, *resolution.outgoing)]
        assert {entry[:4] for entry in found(servers)} <= places, domain
        assert resolution.incoming, domain
