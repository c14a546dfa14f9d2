"""One run: every domain of a store into a tree, what has changed and nothing else."""

from __future__ import annotations

import fcntl
import os
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import groupby, islice
from typing import TYPE_CHECKING

from autoconfig.errors import ExportError
from autoconfig.export.doubts import Doubts
from autoconfig.export.ledger import Ledger, Row
from autoconfig.export.making import Facts, Made, Makers, Task, Written, code_digest, facts_of
from autoconfig.export.redirects import MOST_DOMAINS, Redirects
from autoconfig.export.servers import checked_root, configuration
from autoconfig.export.tree import NOTHING, STATE, Tree
from autoconfig.stores import memory_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from autoconfig.stores import Entry, Store
    from autoconfig.stores.memory import Memory

Wanted = tuple[Facts, str]
"""A domain whose documents are to be made, and what they are made from."""

BATCH = 500
"""Domains that one process makes, or that are removed, at a time."""
ENTERED = 20_000
"""Domains entered in the ledger at a time: until that is on disk, so must be all that was written before."""

MANY = 100
"""Domains from which on a run that would remove more than half of a tree must be told to do so."""

_HARMLESS = {"lost+found"}
"""What an empty disk has."""


@dataclass
class Summary:
    """What a run did, counted in domains."""

    domains: int = 0
    """Domains with a document in the tree."""
    written: int = 0
    unchanged: int = 0
    removed: int = 0
    kept: int = 0
    """Domains that nobody serves, and that stay because it is not certain that they are meant to go."""
    snippets: list[str] = field(default_factory=list)
    """Files for web servers that are new, so that the server must read them."""
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    """What the operator may want to do elsewhere; nothing is wrong."""
    seconds: float = 0.0


def export(
    store: Store,
    directory: str,
    *,
    root: str | None = None,
    remove_many: bool = False,
    progress: Callable[[Summary], None] = lambda _summary: None,
) -> Summary:
    """Write the tree of all domains of a store: what is new or has changed; remove what is gone.

    ``root`` is where the web server finds the directory, if elsewhere; ``progress`` is called now and then.
    Raises ExportError in one sentence: what stood in the tree is served on, and the next run mends it.
    """
    start = time.monotonic()
    directory = os.path.abspath(directory)
    root = checked_root(root or directory)
    if not any(health.providers for health in store.health()):
        raise ExportError("The store has no provider; nothing was changed.")
    with _sentences(directory), _opened(directory) as (tree, ledger):
        run = _Run(store, tree, ledger, progress)
        run.write()
        run.remove(many=remove_many)
        for name, body in configuration(root, run.redirects):
            if tree.put(f"{directory}/server/{name}", body):
                run.summary.snippets.append(f"server/{name}")
        run.summary.notes += [_unnamed(name) for name in run.redirects.left_out]
    run.summary.seconds = time.monotonic() - start
    return run.summary


class _Run:
    def __init__(self, store: Store, tree: Tree, ledger: Ledger, progress: Callable[[Summary], None]) -> None:
        self.summary = Summary()
        self.redirects = Redirects()
        self._store = store
        self._tree = tree
        self._ledger = ledger
        self._progress = progress
        self._sources: set[str] = set()
        self._memories: set[Memory] = set()
        self._made: list[Row] = []
        """What was made since the ledger was last saved; what is lost of it is only looked at again."""

    def write(self) -> None:
        """Have the documents made of all domains that do not stand as they should."""
        makers = Makers(self._tree)
        try:
            for entered in _batches(self._to_make(), ENTERED):
                # First the ledger, then the files: what a crash leaves behind is known as ours.
                self._save([Row(domain, facts.source) for facts, domain in entered])
                for batch in _batches(iter(entered), BATCH):
                    self._note(makers.make(_tasks(batch)))
            self._note(makers.finish())
            self._save([])
        finally:
            makers.close()
            for memory in self._memories:
                memory.keep()

    def remove(self, *, many: bool) -> None:
        """Remove the domains that are served no more."""
        doubts = Doubts.of(self._store.health(), self._sources, self._ledger.knows_source)
        self.summary.problems += doubts.problems
        domains = self._ledger.count()
        gone = sum(count for source, count in self._ledger.unseen_by_source() if not doubts.about(source))
        if gone >= MANY and 2 * gone > domains and not many:
            self.summary.kept = gone
            self.summary.problems.append(
                f"{gone} of {domains} domains are served no more and were kept: check --providers, "
                "or remove them with --remove-many."
            )
            return
        self._remove_unseen(doubts)

    def _remove_unseen(self, doubts: Doubts) -> None:
        after = ""
        while rows := self._ledger.unseen(after, BATCH):
            after = rows[-1].name
            gone = [row.name for row in rows if not doubts.about(row.source)]
            for domain in gone:
                self._tree.remove(domain)
            self._ledger.forget(gone)
            self.summary.removed += len(gone)
            self.summary.kept += len(rows) - len(gone)
        if self.summary.kept:
            self.summary.problems.append(doubts.consequence(self.summary.kept))

    def _to_make(self) -> Iterator[Wanted]:
        """Every domain whose documents are to be made, with what they are made from."""
        code = code_digest()
        facts: Facts | None = None
        known: Entry | None = None
        for entry, domain in _served(self._store):
            if not self._ledger.first_sight(domain):
                continue
            if facts is None or entry is not known:
                facts, known = facts_of(entry, code), entry
                self._sources.add(entry.source)
            self.redirects.add(facts, domain)
            row = self._ledger.find(domain)
            if not (self._is_taken(domain) if row is None else self._stands(row, facts)):
                yield facts, domain

    def _stands(self, row: Row, facts: Facts) -> bool:
        """Whether the documents of a domain stand as they were last written, from the same facts."""
        if (row.facts, row.source) != (facts.digest, facts.source):
            return False
        if not row.stamp or row.stamp != self._tree.stamp(row.name):
            return False
        self._count(row.stamp, changed=False)
        return True

    def _is_taken(self, domain: str) -> bool:
        """Whether something of others stands where a new domain belongs."""
        path = self._tree.is_taken(domain)
        if path is not None:
            self.summary.problems.append(f"{path} is not ours, so that {domain} is left out; move it away.")
        return path is not None

    def _note(self, finished: Iterable[list[Made]]) -> None:
        for facts, domains in (made for tasks in finished for made in tasks):
            for written in domains:
                self._made.append(Row(written.domain, facts.source, facts.digest, written.stamp))
                self._count(written.stamp, changed=written.changed)
                self._remember(written)

    def _save(self, entered: Sequence[Row]) -> None:
        self._ledger.save([*self._made, *entered])
        self._made.clear()

    def _remember(self, written: Written) -> None:
        """Note which digest is published, for the day it changes (see publish.rollover)."""
        memory = memory_of(self._store, written.domain)
        if memory is not None and written.digest is not None:
            memory.published(written.domain, written.digest)
            self._memories.add(memory)

    def _count(self, stamp: str, *, changed: bool) -> None:
        if stamp != NOTHING:
            self.summary.domains += 1
            self.summary.written += changed
            self.summary.unchanged += not changed
        self._progress(self.summary)


def _served(store: Store) -> Iterator[tuple[Entry, str]]:
    """Every name that the web service answers for, with who answers; some come twice."""
    for entry in store.entries():
        for domain in entry.all_domains():
            yield entry, domain
        for domain in entry.provider.mx_domains:
            # A mail domain of one provider may be the MX domain of another.
            yield store.find(domain) or entry, domain


def _batches(found: Iterator[Wanted], size: int) -> Iterator[list[Wanted]]:
    while batch := list(islice(found, size)):
        yield batch


def _tasks(batch: Iterable[Wanted]) -> list[Task]:
    groups = [list(pairs) for _, pairs in groupby(batch, key=lambda pair: id(pair[0]))]
    return [Task(pairs[0][0], [domain for _, domain in pairs]) for pairs in groups]


def _unnamed(service: str) -> str:
    return (
        f"More than {MOST_DOMAINS} domains have a {service} service, too many for server/: "
        f"pass /.well-known/{service} on to the live service."
    )


@contextmanager
def _opened(directory: str) -> Iterator[tuple[Tree, Ledger]]:
    """Open a tree of ours, or a directory that may become one, for this run alone."""
    state = f"{directory}/{STATE}"
    os.makedirs(directory, exist_ok=True)
    if not os.path.isdir(state):
        if set(os.listdir(directory)) - _HARMLESS:
            raise ExportError(
                f"{directory} holds files that autoconfig export did not write; name an empty one."
            )
        with suppress(FileExistsError):  # two first runs at once
            os.mkdir(state, 0o700)
    with open(f"{state}/lock", "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ExportError(f"Another export into {directory} is running; wait for its end.") from None
        tree = Tree(directory)
        tree.prepare()
        ledger = Ledger(f"{state}/ledger.sqlite")
        try:
            yield tree, ledger
        finally:
            ledger.close()


@contextmanager
def _sentences(directory: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        place = error.filename or directory
        reason = (error.strerror or str(error)).lower()
        raise ExportError(
            f"The export stopped at {place}: {reason}; what stood there is still served."
        ) from None
