"""Mail programs behind a proxy: every way of asking, answers compared, and what was lost counted."""

from __future__ import annotations

import contextlib
import http.client
import random
import re
import socket
import ssl
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.real.caddy import Caddy

CLIENTS = 6
PAUSE_SECONDS = 0.02
PATIENCE_SECONDS = 10
"""As long as the most patient of the usual programs waits (Thunderbird, for its database)."""
MOST_REPEATED = 5
"""How often a client sends a request again that the proxy could not; more is as good as lost."""

TLS_PAUSE_SECONDS = 0.1
"""Between two requests over TLS, one at a time, each on a new connection to a name of the domain. Caddy 2.6
refuses the second of two certificates that are made in the same moment (a limit it has where none is set)."""

_NO_CHECK_TIME = ssl.VerifyFlags(0x200000)
"""X509_V_FLAG_NO_CHECK_TIME of OpenSSL, which Python has no name for."""

_CLOSED = (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError)

_POX = (
    '<Autodiscover xmlns="http://schemas.microsoft.com/exchange/autodiscover/outlook/requestschema/2006">'
    "<Request><EMailAddress>ada@{domain}</EMailAddress><AcceptableResponseSchema>"
    "http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a"
    "</AcceptableResponseSchema></Request></Autodiscover>"
)


class Way(NamedTuple):
    """One way to ask for the settings of a domain."""

    name: str
    target: str
    prefix: str = ""
    """What the host asked begins with, where it is one of the domain."""
    body: str = ""


WAYS = (
    Way("thunderbird", "/mail/config-v1.1.xml?emailaddress=ada@{domain}", "autoconfig."),
    Way("thunderbird, well-known", "/.well-known/autoconfig/mail/config-v1.1.xml", "autoconfig."),
    Way("directory", "/v1.1/{domain}"),
    Way("outlook", "/autodiscover/autodiscover.xml", "autodiscover.", _POX),
    Way(
        "outlook, json",
        "/autodiscover/autodiscover.json?Email=ada@{domain}&Protocol=AutodiscoverV1",
        "autodiscover.",
    ),
    Way("pacc", "/.well-known/user-agent-configuration.json", "ua-auto-config."),
    Way("api", "/api/v1/resolve?emailaddress=ada@{domain}"),
)

LISTED_ONLY = {"pacc", "api"}
"""Ways that answer for listed domains, or ask the whole network."""


@dataclass
class Counts:
    """What came of the requests of a while."""

    sent: int = 0
    answered: int = 0
    reconnected: int = 0
    """Sent again because the connection to the proxy was closed while it was idle."""
    repeated: int = 0
    """Sent again because the proxy did not: a POST that met a replica on its end."""
    lost: list[str] = field(default_factory=list)
    longest: float = 0.0

    tries: int = 0
    """Requests the proxy sent to a replica that did not answer; it sent nearly all of them again."""

    def add(self, other: Counts) -> None:
        """Count those of another while too."""
        for name in ("sent", "answered", "reconnected", "repeated", "tries"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.lost += other.lost
        self.longest = max(self.longest, other.longest)

    def __str__(self) -> str:
        retried = f"{self.tries} retried by the proxy, {self.reconnected + self.repeated} by clients"
        lost = f"{len(self.lost)} lost, the longest took {self.longest:.2f} s"
        return f"{self.sent} sent, {self.answered} answered, {retried}, {lost}"


class Clients:
    """Programs that ask for domains at random until they are told to stop."""

    def __init__(self, proxy: Caddy, listed: Sequence[str], by_mx: Sequence[str]) -> None:
        """``by_mx`` are domains nobody lists, which have no PACC document."""
        self._proxy = proxy
        self._questions = [(way, domain) for domain in listed for way in WAYS]
        self._questions += [(way, domain) for domain in by_mx for way in WAYS if way.name not in LISTED_ONLY]
        self._expected: dict[tuple[str, str], bytes] = {}
        self._counts = Counts()
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._securing = threading.Lock()
        self._secure_again = 0.0
        self._tls = ssl.create_default_context(cafile=str(proxy.root_certificate))
        # Certificates are made in the second they are looked at, and not all clocks of a machine go alike.
        self._tls.verify_flags |= _NO_CHECK_TIME

    @contextlib.contextmanager
    def at_work(self) -> Iterator[None]:
        """All of them, for as long as the block runs."""
        threads = [threading.Thread(target=self._work, args=(number,)) for number in range(CLIENTS)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self._stop.set()
            for thread in threads:
                thread.join()

    def so_far(self) -> Counts:
        """What was counted since the last time."""
        with self._lock:
            counted, self._counts = self._counts, Counts()
        return counted

    def _work(self, number: int) -> None:
        chance = random.Random(number)
        plain = http.client.HTTPConnection("127.0.0.1", self._proxy.http, timeout=PATIENCE_SECONDS)
        while not self._stop.wait(PAUSE_SECONDS):
            way, domain = chance.choice(self._questions)
            if not (way.prefix and self._asked_by_tls(way, domain)):
                self._ask(plain, way, domain)
        plain.close()

    def _asked_by_tls(self, way: Way, domain: str) -> bool:
        """Ask over TLS, where it is time to; whether it was."""
        if not self._securing.acquire(blocking=False):
            return False
        try:
            if time.monotonic() < self._secure_again:
                return False
            with contextlib.closing(_Tls(way.prefix + domain, self._proxy.https, self._tls)) as connection:
                self._ask(connection, way, domain)
            self._secure_again = time.monotonic() + TLS_PAUSE_SECONDS
            return True
        finally:
            self._securing.release()

    def _ask(self, connection: http.client.HTTPConnection, way: Way, domain: str) -> None:
        started = time.monotonic()
        reconnected = repeated = 0
        try:
            try:
                status, body = _exchange(connection, way, domain)
            except _CLOSED:
                reconnected = 1
                status, body = _exchange(connection, way, domain)
            while way.body and _is_of_the_proxy(status, body) and repeated < MOST_REPEATED:
                repeated += 1
                time.sleep(0.1)
                status, body = _exchange(connection, way, domain)
            problem = self._judged(way, domain, status, body)
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            problem = repr(error)
        took = time.monotonic() - started
        with self._lock:
            counts = self._counts
            counts.sent += 1
            counts.reconnected += reconnected
            counts.repeated += repeated
            counts.longest = max(counts.longest, took)
            if problem is None:
                counts.answered += 1
            else:
                counts.lost.append(f"{way.name}, {domain}, after {took:.2f} s: {problem}")

    def _judged(self, way: Way, domain: str, status: int, body: bytes) -> str | None:
        """What is wrong with an answer, None where nothing is."""
        if status != 200:
            return f"{status} {body[:200]!r}"
        said = _without_its_time(body)
        if said != self._expected.setdefault((way.name, domain), said):
            return f"other bytes than before: {body[:500]!r}"
        return None if domain.encode() in body else "another domain"


class _Tls(http.client.HTTPSConnection):
    """A connection to the proxy by a name that no DNS has."""

    def __init__(self, host: str, port: int, context: ssl.SSLContext) -> None:
        super().__init__(host, port, timeout=PATIENCE_SECONDS, context=context)
        self._context: ssl.SSLContext

    def connect(self) -> None:
        plain = socket.create_connection(("127.0.0.1", self.port), self.timeout)
        self.sock = self._context.wrap_socket(plain, server_hostname=self.host)


def _exchange(connection: http.client.HTTPConnection, way: Way, domain: str) -> tuple[int, bytes]:
    body = way.body.format(domain=domain)
    headers = {"Host": way.prefix + domain if way.prefix else "localhost"}
    if body:
        headers["Content-Type"] = "text/xml"
    connection.request("POST" if body else "GET", way.target.format(domain=domain), body or None, headers)
    response = connection.getresponse()
    return response.status, response.read()


def _is_of_the_proxy(status: int, body: bytes) -> bool:
    """Whether the proxy itself says that it has no answer; a replica would say why."""
    return status in (502, 503) and not body


def _without_its_time(body: bytes) -> bytes:
    """The API says how long it took."""
    return re.sub(rb'"elapsed_ms": ?\d+', b"", body)
