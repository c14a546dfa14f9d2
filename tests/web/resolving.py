"""A service whose resolver says what a test wants, and remembers what it was asked."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from autoconfig.model import (
    Authentication,
    EmailAddress,
    Provider,
    ServerType,
    SocketType,
    TcpServer,
)
from autoconfig.resolver.methods.step import Step
from autoconfig.resolver.outcome import Failed, Found, Nothing, Outcome, Trust
from autoconfig.resolver.resolution import Asked, Resolution, ServerFound
from autoconfig.web.strangers.cache import MemoryCache
from autoconfig.web.strangers.service import Strangers
from tests.web.fakes import FakeStore

if TYPE_CHECKING:
    from collections.abc import Callable

    from autoconfig.model import AnyServer
    from autoconfig.resolver.inquiry import Inquiry
    from autoconfig.resolver.watcher import Watcher
    from autoconfig.stores import Store

ADA = EmailAddress("ada", "example.com")
BOB = EmailAddress("bob", "example.com")

CALLERS = 100

NOTHING = Asked(method="mx", target="MX", outcome="nothing", detail="NXDOMAIN", started_ms=0, elapsed_ms=1)
FAILED = replace(NOTHING, outcome="failed", detail="SERVFAIL")


def imap(hostname: str, username: str | None = "%EMAILADDRESS%") -> TcpServer:
    """An IMAP server with implicit TLS."""
    return TcpServer(
        type=ServerType.IMAP,
        hostname=hostname,
        port=993,
        socket_type=SocketType.SSL,
        authentication=(Authentication.PASSWORD_CLEARTEXT,),
        username=username,
    )


def found(
    address: EmailAddress,
    *servers: AnyServer,
    other: tuple[AnyServer, ...] = (),
    source: str = "",
    trace: tuple[Asked, ...] = (),
    **provider: Any,
) -> Resolution:
    """Settings of an address; placeholders in the servers are filled, as the resolver does."""
    domain = address.domain
    settings = Provider(
        **{"id": domain, "display_name": "Example", "short_name": "Example", "domains": (domain,)} | provider,
        incoming=servers or (imap(f"imap.{domain}"),),
        other=other,
    ).for_address(address)

    def by_isp(given: tuple[AnyServer, ...]) -> tuple[ServerFound, ...]:
        return tuple(ServerFound(server=server, method="isp", trust=Trust.HTTPS) for server in given)

    return Resolution(
        address=address,
        provider=settings,
        method="isp",
        source=source or f"https://autoconfig.{domain}/mail/config-v1.1.xml?emailaddress={address}",
        trust=Trust.HTTPS,
        incoming=by_isp(settings.incoming),
        other=by_isp(settings.other),
        trace=trace,
    )


def nothing(address: EmailAddress, *, trace: tuple[Asked, ...] = (NOTHING,)) -> Resolution:
    """No settings, every question answered unless the trace says otherwise."""
    return Resolution(address=address, reason=f"No settings were found for {address.domain}.", trace=trace)


def offline(address: EmailAddress) -> Resolution:
    """Nobody could be asked."""
    reason = f"Nobody could be asked about {address.domain}: The name server 127.0.0.1 is silent."
    return Resolution(address=address, reason=reason, offline=True, trace=(FAILED,))


class Question(NamedTuple):
    """What the resolver was asked."""

    address: str
    deadline: float
    methods: tuple[str, ...]


class FakeResolver:
    """Answers as ``answer`` says, which a test may change; waits for ``gate`` where there is one."""

    def __init__(
        self, answer: Callable[[EmailAddress], Resolution] = found, gate: threading.Event | None = None
    ) -> None:
        self.answer = answer
        self.gate = gate
        self.questions: list[Question] = []
        self.closed = False

    def resolve(
        self,
        address: EmailAddress,
        *,
        deadline: float,
        methods: tuple[str, ...] = (),
        watcher: Watcher | None = None,
    ) -> Resolution:
        """What the test said; a watcher is told of the trace in it."""
        self.questions.append(Question(str(address), deadline, methods))
        if self.gate is not None:
            assert self.gate.wait(30)
        resolution = self.answer(address)
        if watcher is not None and resolution.trace:
            _tell(watcher, resolution.trace)
        return resolution

    def close(self) -> None:
        """Remember it."""
        self.closed = True


def _tell(watcher: Watcher, trace: tuple[Asked, ...]) -> None:
    """What a resolver tells: here each way has one step, and its last question decides."""
    steps = {line.method: Step(method=line.method, name="", ask=_never) for line in trace}
    watcher.begun(tuple(steps.values()))
    outcomes: dict[str, Outcome] = {}
    for line in trace:
        watcher.asked(line)
        settings = found(ADA).provider
        assert settings is not None
        outcomes[line.method] = {
            "found": Found(provider=settings, source="", trust=Trust.HTTPS),
            "nothing": Nothing(reason=line.detail),
            "failed": Failed(reason=line.detail),
        }[line.outcome]
    for method, step in steps.items():
        watcher.settled(step, outcomes[method])


async def _never(_inquiry: Inquiry) -> Outcome:
    raise AssertionError("nobody asks")


class FakeClock:
    """A clock that a test sets."""

    def __init__(self, now: float = 1_800_000_000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


class SeenCache(MemoryCache):
    """A cache that shows what was put there."""

    def __init__(self, clock: FakeClock) -> None:
        super().__init__(clock=clock)
        self.seen: dict[str, bytes] = {}
        keep = self.put

        def put(key: str, value: bytes, seconds: float) -> None:
            self.seen[key] = value
            keep(key, value, seconds)

        self.put = put


class World(NamedTuple):
    """The service, and what a test holds in its hands."""

    strangers: Strangers
    resolver: FakeResolver
    clock: FakeClock
    cache: SeenCache


def world_with(
    resolver: FakeResolver | None = None, store: Store | None = None, *, most_waiting: int = CALLERS
) -> World:
    """A service with an empty store; all settings are found unless the resolver says otherwise."""
    resolver = resolver or FakeResolver()
    clock = FakeClock()
    cache = SeenCache(clock)
    strangers = Strangers(
        store=store or FakeStore(), cache=cache, resolver=resolver, clock=clock, most_waiting=most_waiting
    )
    return World(strangers, resolver, clock, cache)


def username(world: World, address: EmailAddress) -> str:
    """The login name an address is told."""
    told = world.strangers.settings_of(address)
    assert told.found
    return str(told.content["incoming"][0]["username"])


def kept(world: World) -> list[bytes]:
    """Every value that was put into the cache."""
    return list(world.cache.seen.values())
