"""Constant load: many clients that keep their connections, and every reply written down."""

from __future__ import annotations

import contextlib
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from tests.real.serving import ask

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.real.serving import Reply, Server

CLIENTS = 6

NOT_TAKEN_UP = "not taken up"
"""The outcome of a request whose connection nobody accepted."""

PAUSE_SECONDS = 0.002
"""Between two requests of one client, so that the server has a processor to itself now and then."""


class Record(NamedTuple):
    """One request: when it was sent, and what came of it."""

    sent: float
    reply: Reply | None
    failure: str = ""


@dataclass
class Load:
    """Clients that ask for one path again and again until they are told to stop."""

    server: Server
    path: str
    records: list[Record] = field(default_factory=list)
    _stop: threading.Event = field(default_factory=threading.Event)

    def _client(self) -> None:
        connection = self.server.connect()
        while not self._stop.is_set():
            sent = time.monotonic()
            is_new = connection.sock is None
            try:
                reply = ask(connection, self.path)
            except Exception as error:
                where = NOT_TAKEN_UP if is_new and isinstance(error, ConnectionError) else "lost"
                self.records.append(Record(sent, None, f"{where}: {error!r}"))
                connection.close()
            else:
                self.records.append(Record(sent, reply))
            self._stop.wait(PAUSE_SECONDS)
        connection.close()

    def first(self, wanted: str | None, *, seconds: float = 10) -> float:
        """Wait for the first reply that names a host (None: for a 404) and return when it was asked for."""
        deadline = time.monotonic() + seconds
        looked = 0
        while time.monotonic() < deadline:
            for record in self.records[looked:]:
                looked += 1
                if outcome(record) == wanted:
                    return record.sent
            time.sleep(0.01)
        raise AssertionError(f"no reply with {wanted} within {seconds} seconds")

    def outcomes(self, *, since: float = 0) -> set[str | None]:
        """Every different outcome of the requests sent since then."""
        return {outcome(record) for record in self.records if record.sent >= since}


def outcome(record: Record) -> str | None:
    """The host a document names, None for a clean 404, anything else in words."""
    reply = record.reply
    if reply is None:
        return record.failure
    if (reply.status, reply.media_type) == (404, "text/plain; charset=utf-8"):
        return None
    if (reply.status, reply.media_type) != (200, "text/xml; charset=utf-8"):
        return f"{reply.status} {reply.media_type}"
    if not (reply.body.startswith(b"<?xml") and reply.body.endswith(b"</clientConfig>\n")):
        return "half a document"
    hosts = set(reply.body.decode().split("<hostname>")[1:])
    names = {host.partition(".mail.example<")[0] for host in hosts}
    return names.pop() if len(names) == 1 else "two versions in one document"


@contextlib.contextmanager
def under_load(server: Server, path: str) -> Iterator[Load]:
    """Clients at work for as long as the block runs."""
    load = Load(server, path)
    threads = [threading.Thread(target=load._client, name=f"client {number}") for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    try:
        yield load
    finally:
        load._stop.set()
        for thread in threads:
            thread.join()
