"""Making the documents of many domains, in this process or, where there is much to do, in two."""

from __future__ import annotations

import hashlib
import signal
import sys
from contextlib import contextmanager
from dataclasses import replace
from multiprocessing import get_context
from multiprocessing.connection import wait
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from lxml import etree

from autoconfig import __version__
from autoconfig.errors import ExportError
from autoconfig.export.tree import Tree
from autoconfig.formats import pacc
from autoconfig.publish import Publisher
from autoconfig.stores.single import SingleStore
from autoconfig.stores.store import Entry

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess

    from autoconfig.model import Provider

PROCESSES = 2
ALONE = 2_000
"""Domains that are made in this process: starting others takes as long as making some hundreds."""

_MAKERS = ("model", "formats", "publish", "export")
"""What a document's bytes and place depend on beside the provider."""


class Facts(NamedTuple):
    """All that the documents of a provider's domains are made from, whatever the domain."""

    provider: Provider
    source: str
    digest: bytes
    """The same for the same facts and the same code; other than that, documents must be made anew."""


class Task(NamedTuple):
    """The documents of some domains of one provider, to be made."""

    facts: Facts
    domains: list[str]


class Written(NamedTuple):
    """What stands in the tree for a domain now."""

    domain: str
    stamp: str
    changed: bool
    digest: str | None
    """Of the PACC document, as the DNS has it; None without one."""


class Made(NamedTuple):
    """What became of a task."""

    facts: Facts
    domains: list[Written]


def facts_of(entry: Entry, code: bytes) -> Facts:
    """The facts of a provider; ``code`` is code_digest()."""
    # No document names another domain of its provider: a new customer makes no other document anew.
    provider = replace(entry.provider, domains=(), mx_domains=())
    digest = hashlib.blake2b(repr(provider).encode("utf-8", "backslashreplace") + code, digest_size=12)
    return Facts(provider, entry.source, digest.digest())


def code_digest() -> bytes:
    """A digest of the code that makes documents: a new version of it must make all of them anew."""
    package = Path(__file__).resolve().parents[1]
    files = [file for name in _MAKERS for file in sorted([package / name, *(package / name).rglob("*.py")])]
    digest = hashlib.blake2b(f"{__version__} {sys.version} {etree.LXML_VERSION}".encode())
    for file in files:
        if file.is_file():
            digest.update(file.read_bytes())
    return digest.digest()


def make(tree: Tree, task: Task) -> Made:
    """Write the documents of a task, as the web service would answer them."""
    facts = task.facts
    publisher = Publisher(SingleStore(Entry(provider=facts.provider, source=facts.source)))
    made = []
    for domain in task.domains:
        documents = (publisher.mozilla(domain), publisher.pacc(domain))
        config, by_digest = (None if document is None else document.body for document in documents)
        changed = tree.write(domain, config, by_digest)
        digest = None if by_digest is None else pacc.digest(by_digest)
        made.append(Written(domain, tree.stamp(domain), changed, digest))
    return Made(facts, made)


class Makers:
    """Processes that make documents while this one looks for what is to be made."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._alone = ALONE
        self._idle: list[Connection] = []
        self._busy: list[Connection] = []
        self._processes: list[BaseProcess] = []

    def make(self, tasks: Sequence[Task]) -> Iterator[list[Made]]:
        """Have tasks made; what is finished by now comes back. Raises OSError or ExportError."""
        if self._alone > 0:
            self._alone -= sum(len(task.domains) for task in tasks)
            yield [make(self._tree, task) for task in tasks]
            return
        if not self._processes:
            self._start()
        if not self._idle:
            yield from self._finished()
        connection = self._idle.pop()
        with _missed_when_killed():
            connection.send(tasks)
        self._busy.append(connection)

    def finish(self) -> Iterator[list[Made]]:
        """Wait for all that is still being made."""
        while self._busy:
            yield from self._finished()

    def close(self) -> None:
        """Let the processes end; they do so at the end of what they are at."""
        for connection in (*self._idle, *self._busy):
            connection.close()
        for process in self._processes:
            process.join()

    def _start(self) -> None:
        # New interpreters, not forks: a store may hold connections and threads that do not survive a fork.
        context = get_context("spawn")
        with _interrupts_are_ours():
            for _ in range(PROCESSES):
                ours, theirs = context.Pipe()
                process = context.Process(target=_serve, args=(theirs, self._tree.root), daemon=True)
                process.start()
                theirs.close()
                self._idle.append(ours)
                self._processes.append(process)

    def _finished(self) -> Iterator[list[Made]]:
        ready = wait(self._busy)
        for connection in [busy for busy in self._busy if busy in ready]:
            with _missed_when_killed():
                outcome = connection.recv()
            self._busy.remove(connection)
            self._idle.append(connection)
            if isinstance(outcome, Exception):
                raise outcome
            yield outcome


def _serve(connection: Connection, root: str) -> None:
    """Make what is sent until nobody sends any more, also because the other process was killed."""
    tree = Tree(root)
    while True:
        try:
            tasks = connection.recv()
        except EOFError:
            return
        outcome: list[Made] | Exception
        try:
            outcome = [make(tree, task) for task in tasks]
        except Exception as error:
            outcome = error
        try:
            connection.send(outcome)
        except OSError:  # nobody waits for it any more
            return


@contextmanager
def _missed_when_killed() -> Iterator[None]:
    try:
        yield
    except (EOFError, ConnectionError):
        raise ExportError("A process of the export was killed; run it again.") from None


@contextmanager
def _interrupts_are_ours() -> Iterator[None]:
    """Start processes that Ctrl-C does not reach: they end when we close their connection."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
