"""Asking the resolver, and looking at what it answers."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from autoconfig.formats import autodiscover, mozilla, pacc
from autoconfig.model import (
    Authentication,
    EmailAddress,
    Provider,
    ServerType,
    SocketType,
    TcpServer,
)
from autoconfig.net.guard import Guard
from autoconfig.resolver import Options, Resolver
from tests.internet import Answer, json, xml

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from flask import Flask

    from autoconfig.resolver import Resolution
    from autoconfig.resolver.resolution import Asked, ServerFound
    from autoconfig.resolver.watcher import Watcher
    from autoconfig.stores import Store
    from tests.internet import Internet, Request
    from tests.internet.answers import Route
    from tests.internet.sites import Site

CLIENT_CONFIG = "/mail/config-v1.1.xml"
WELL_KNOWN = "/.well-known/autoconfig/mail/config-v1.1.xml"
PACC = "/.well-known/user-agent-configuration.json"
POX = "/autodiscover/autodiscover.xml"
JSON = "/autodiscover/autodiscover.json"

PATIENCE = 0.3
"""Seconds; long enough for everything on this machine that answers at all."""
DEADLINE = 5.0
"""Seconds."""


class Resolve:
    """Resolves an address with a resolver of its own that asks the simulated internet only."""

    def __init__(self, internet: Internet) -> None:
        self._internet = internet

    def __call__(
        self,
        address: str,
        *methods: str,
        store: Store | None = None,
        name_servers: Iterable[str] = (),
        watcher: Watcher | None = None,
        **options: Any,
    ) -> Resolution:
        """The resolution by the named methods, or all; no ISPDB unless the test names one."""
        chosen = {"ispdb_urls": (), "patience": PATIENCE, "deadline": DEADLINE, "methods": methods}
        settings = Options(**(chosen | options))

        async def run() -> Resolution:
            resolver = Resolver.open(
                store=store,
                name_servers=tuple(name_servers) or (self._internet.dns,),
                allow_http=settings.allow_http,
                guard=Guard(allowed=(self._internet.public,)),
            )
            async with resolver:
                return await resolver.resolve(EmailAddress.parse(address), settings, watcher=watcher)

        tried = len(self._internet.escapes)
        try:
            return asyncio.run(run())
        finally:
            assert self._internet.escapes[tried:] == []


class World:
    """A fresh domain that can publish its settings in every way, each under a host name of its own."""

    def __init__(self, internet: Internet, domain: str | None = None) -> None:
        self.internet = internet
        self.domain = domain or internet.domain()
        self.address = f"ada@{self.domain}"
        self.ispdb = f"ispdb.{internet.domain('org')}"

    @property
    def ispdb_url(self) -> str:
        """The base of an ISPDB of this test's own."""
        return f"https://{self.ispdb}/v1.1/"

    def host(self, label: str) -> str:
        """A host name under the domain."""
        return f"{label}.{self.domain}"

    def isp(self, name: str = "isp", **how: Any) -> Site:
        """Publish at ``https://autoconfig.D``."""
        return self.site("autoconfig", {CLIENT_CONFIG: self.client_config(name, **how)})

    def well_known(self, name: str = "isp", **how: Any) -> Site:
        """Publish below ``https://D/.well-known``."""
        return self.internet.site(self.domain, {WELL_KNOWN: self.client_config(name, **how)})

    def pacc(self, name: str = "pacc", **how: Any) -> Site:
        """Publish a PACC document and the digest of it."""
        document = pacc_of(self.host(name))
        self.internet.zone(self.domain, f'_ua-auto-config TXT "{pacc.txt_record(document)}"')
        return self.site("ua-auto-config", {PACC: _given(json(document), how)})

    def in_ispdb(self, name: str = "ispdb", **how: Any) -> Site:
        """Publish in the ISPDB of this test."""
        return self.internet.site(self.ispdb, {f"/v1.1/{self.domain}": self.client_config(name, **how)})

    def mx(self, name: str = "mx", **how: Any) -> Site:
        """Publish at the site of the MX host's provider."""
        provider = self.internet.domain("net")
        self.internet.zone(self.domain, f"@ MX 10 mx1.{provider}.")
        return self.internet.site(f"autoconfig.{provider}", {CLIENT_CONFIG: self.client_config(name, **how)})

    def srv(self, name: str = "srv") -> None:
        """Publish SRV records for reading and sending."""
        self.internet.zone(
            self.domain, f"_imaps._tcp SRV 0 1 993 {name}\n_submissions._tcp SRV 0 1 465 {name}-out"
        )

    def autodiscover(self, name: str = "autodiscover-mail", **how: Any) -> Site:
        """Publish by POX at ``https://autodiscover.D``."""
        return self.site("autodiscover", {POX: _given(xml(pox_of(self.host(name))), how)})

    def mailconf(self, name: str = "mailconf", **how: Any) -> Site:
        """Publish a document wherever, and its URL in the DNS."""
        host = self.host("documents")
        self.internet.zone(self.domain, f'@ TXT "mailconf=https://{host}/mail.xml"')
        return self.internet.site(host, {"/mail.xml": self.client_config(name, **how)})

    def guess(self) -> None:
        """Nothing is published, but servers have the usual names."""
        self.internet.mail(self.host("imap"), "imaps")
        self.internet.mail(self.host("smtp"), "submissions")

    def site(self, label: str, routes: dict[str, Route], **how: Any) -> Site:
        """A web server of a host under the domain."""
        return self.internet.site(self.host(label), routes, **how)

    def client_config(self, name: str, **how: Any) -> Answer:
        """A good document whose servers stand under the domain; its name tells them from others."""
        return _given(xml(client_config_of(self.host(name))), how)

    def questions(self) -> set[tuple[str, str]]:
        """What was asked of the DNS about names under the domain."""
        return {(question.type, question.name) for question in self.internet.questions(self.domain)}


def _given(answer: Answer, how: dict[str, Any]) -> Answer:
    return replace(answer, **how)


def provider_of(host: str, *, display_name: str = "Example") -> Provider:
    """IMAP and submission over TLS at one host and another beside it."""
    return Provider(
        id="example.com",
        display_name=display_name,
        short_name=display_name,
        domains=("example.com",),
        incoming=(_server(ServerType.IMAP, host, 993),),
        outgoing=(_server(ServerType.SMTP, f"out.{host}", 465),),
    )


def _server(server_type: ServerType, host: str, port: int) -> TcpServer:
    return TcpServer(
        type=server_type,
        hostname=host,
        port=port,
        socket_type=SocketType.SSL,
        authentication=(Authentication.PASSWORD_CLEARTEXT,),
        username="%EMAILADDRESS%",
    )


def client_config_of(host: str) -> bytes:
    """A client configuration document."""
    return _rendered(mozilla.render(provider_of(host), "example.com"))


def pox_of(host: str) -> bytes:
    """An Autodiscover answer."""
    return _rendered(autodiscover.render(provider_of(host), "example.com"))


def pacc_of(host: str) -> bytes:
    """A PACC document."""
    return _rendered(pacc.render(provider_of(host), "example.com"))


def _rendered(document: bytes | None) -> bytes:
    assert document is not None
    return document


def places(servers: Iterable[ServerFound]) -> list[str]:
    """Each server in one word: ``imap imap.example.com:993 SSL`` or ``caldav https://…``."""
    return [_place(entry) for entry in servers]


def _place(entry: ServerFound) -> str:
    server = entry.server
    if isinstance(server, TcpServer):
        return f"{server.type} {server.hostname}:{server.port} {server.socket_type}"
    return f"{server.type} {server.url}"


def line_of(resolution: Resolution, target: str) -> Asked:
    """The one line of the trace about a target; its start is enough."""
    lines = [line for line in resolution.trace if line.target.startswith(target)]
    assert len(lines) == 1, [f"{line.target}: {line.outcome}" for line in resolution.trace]
    return lines[0]


def outcomes(resolution: Resolution) -> dict[str, str]:
    """Outcome by target."""
    return {line.target: line.outcome for line in resolution.trace}


def assert_nothing(resolution: Resolution) -> None:
    """Nothing was found, and the answer says nothing else anywhere."""
    assert not resolution.found
    assert (resolution.method, resolution.source, resolution.trust) == ("", "", None)
    assert (*resolution.incoming, *resolution.outgoing, *resolution.other) == ()
    assert (resolution.confirm, resolution.conflicts) == ((), ())
    assert resolution.reason


def through(app: Flask) -> Callable[[Request], Answer]:
    """A route that hands every request to our own web service and gives back what it answers."""
    client = app.test_client()

    def answer(request: Request) -> Answer:
        response = client.open(
            request.target,
            method=request.method,
            headers=dict(request.headers),
            data=request.body,
            environ_overrides={"wsgi.url_scheme": request.scheme},
        )
        headers = {name: value for name, value in response.headers if name.lower() in ("etag", "location")}
        return Answer(
            status=response.status_code, body=response.data, type=response.content_type, headers=headers
        )

    return answer
