"""A store in a dictionary, and what it takes to see how documents are made from it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from autoconfig.model import (
    Authentication,
    EmailAddress,
    Provider,
    ServerType,
    SocketType,
    TcpServer,
    UrlServer,
)
from autoconfig.stores import Entry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import pytest

    from autoconfig.publish import Document
    from autoconfig.stores import Health

ADA = EmailAddress.parse("ada@example.com")
BOB = EmailAddress.parse("b&b@example.com")


def server(kind: ServerType, port: int) -> TcpServer:
    return TcpServer(
        type=kind,
        hostname=f"{kind}.example.net",
        port=port,
        socket_type=SocketType.SSL,
        authentication=(Authentication.PASSWORD_CLEARTEXT,),
        username="%EMAILADDRESS%",
    )


SYNC = UrlServer(type=ServerType.ACTIVESYNC, url="https://sync.example.net/", username="%EMAILADDRESS%")

PROVIDER = Provider(
    id="example.net",
    display_name="Example",
    short_name="Example",
    domains=("example.com", "example.org"),
    mx_domains=("mx.example.net",),
    incoming=(server(ServerType.IMAP, 993), SYNC),
    outgoing=(server(ServerType.SMTP, 465),),
)
OTHER = replace(PROVIDER, id="other.example", domains=("other.example",), mx_domains=())
NO_MAIL = replace(OTHER, id="dav.example", domains=("dav.example",), incoming=(SYNC,), outgoing=())


class FakeStore:
    """A store in a dictionary whose version a test may raise."""

    def __init__(self, *providers: Provider) -> None:
        self.version = 1
        self.by_domain: dict[str, Entry] = {}
        self.by_mx: dict[str, Entry] = {}
        self.before_answer: Callable[[], None] = lambda: None
        self.serve(*providers)

    def serve(self, *providers: Provider) -> None:
        for provider in providers:
            entry = Entry(provider=provider, source="fake")
            self.by_domain |= dict.fromkeys(provider.domains, entry)
            self.by_mx |= dict.fromkeys(provider.mx_domains, entry)

    def find(self, domain: str) -> Entry | None:
        found = self.by_domain.get(domain)
        self.before_answer()
        return found

    def find_by_mx(self, mx_domain: str) -> Entry | None:
        return self.by_mx.get(mx_domain)

    def entries(self) -> Iterable[Entry]:
        return dict.fromkeys(self.by_domain.values())

    def health(self) -> tuple[Health, ...]:
        return ()

    def watch(self) -> None: ...

    def close(self) -> None: ...


class Counter:
    """Stands before a renderer and notes for which domains it is called."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, module: object) -> None:
        self.domains: list[str] = []
        self._render = module.render  # type: ignore[attr-defined]
        monkeypatch.setattr(module, "render", self)

    def __call__(self, provider: Provider, domain: str, **how: bool) -> bytes | None:
        self.domains.append(domain)
        return self._render(provider, domain, **how)  # type: ignore[no-any-return]


def there(document: Document | None) -> Document:
    assert document is not None
    return document
