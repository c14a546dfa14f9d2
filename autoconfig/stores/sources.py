"""What an import reads: a folder of provider files, one such file, a list of domains, or another database."""

from __future__ import annotations

import hashlib
import io
import sys
import uuid
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from autoconfig.errors import DomainError, FormatError, StoreError
from autoconfig.formats import toml
from autoconfig.model import normalize_domain
from autoconfig.stores.importing import NewName, NewProvider

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from autoconfig.model import Provider
    from autoconfig.stores.importing import Item
    from autoconfig.stores.store import Entry, Store

DOCUMENTS = (".toml", ".xml")

MAX_LINE = 1000
"""Characters of a line in a list of domains."""
PROBLEMS_KEPT = 1000

STANDARD_INPUT = "-"


@dataclass(slots=True)
class Source:
    """What is to be imported; ``items`` may be read once."""

    import_id: str
    """The same for the same source as it stands now, so that an interrupted import is known again."""
    items: Iterator[Item]
    total: int | None
    """How many names there are, None where nobody knows."""
    documents: bool
    """Whether it holds providers whole, so that names they have no more are taken from them."""
    problems: list[str] = field(default_factory=list)
    """One sentence for each thing left out; grows while the items are read."""
    problems_total: int = 0

    def note(self, problem: str) -> None:
        """Note what is left out."""
        self.problems_total += 1
        if len(self.problems) < PROBLEMS_KEPT:
            self.problems.append(problem)


def open_source(text: str, provider_id: str | None = None) -> Source:
    """Open a source by its path or URL; ``provider_id`` is whose the domains of a list are.

    Raises StoreError in one sentence.
    """
    if "://" in text:
        return _from_store(text)
    if text == STANDARD_INPUT:
        return _from_list(sys.stdin.buffer, "standard input", uuid.uuid4().hex, None, provider_id)
    path = Path(text)
    try:
        if path.is_dir():
            return _from_folder(path)
        if path.suffix.lower() in DOCUMENTS:
            return _from_document(path)
        status = path.stat()
        file = path.open("rb")
        total = _lines(path)
    except OSError as error:
        raise StoreError(f"{path} cannot be read: {(error.strerror or str(error)).lower()}.") from None
    identity = _digest([str(path.absolute()), status.st_size, status.st_mtime_ns, provider_id])
    return _from_list(file, str(path), identity, total, provider_id)


def _from_folder(path: Path) -> Source:
    from autoconfig.stores.directory import DirectoryStore

    store = DirectoryStore(path)
    files = sorted((file.name, file.stat()) for file in path.iterdir() if file.suffix.lower() in DOCUMENTS)
    signature = [(name, status.st_size, status.st_mtime_ns) for name, status in files]
    entries = list(store.entries())
    source = Source(
        import_id=_digest([str(path.absolute()), *signature]),
        items=iter(()),
        total=sum(len(entry.provider.domains) + len(entry.provider.mx_domains) for entry in entries),
        documents=True,
    )
    for problem in (problem for health in store.health() for problem in health.problems):
        source.note(str(problem))
    source.items = _items(source, entries)
    return source


def _from_document(path: Path) -> Source:
    from autoconfig.stores.directory import read_provider_file
    from autoconfig.stores.store import Entry

    try:
        provider = read_provider_file(path).provider
    except FormatError as error:
        raise StoreError(f"{path}: {error}") from None
    status = path.stat()
    identity = _digest([str(path.absolute()), status.st_size, status.st_mtime_ns])
    total = len(provider.domains) + len(provider.mx_domains)
    source = Source(import_id=identity, items=iter(()), total=total, documents=True)
    source.items = _items(source, [Entry(provider=provider, source=str(path))])
    return source


def _from_store(url: str) -> Source:
    """Another store. It may change at any time, so that nothing is told to be the same import again."""
    from autoconfig.stores import open_store

    store: Store = open_store(url)
    (health,) = store.health()
    source = Source(import_id=uuid.uuid4().hex, items=iter(()), total=health.domains, documents=True)
    source.items = _items(source, store.entries())
    return source


def _items(source: Source, entries: Iterable[Entry]) -> Iterator[Item]:
    """A provider, then its names."""
    seen: set[str] = set()
    for entry in entries:
        provider = _with_own_id(entry.provider, seen)
        if provider is None:
            source.note(f"{entry.source}: The id {entry.provider.id} is taken. It is left out.")
            continue
        seen.add(provider.id)
        document = toml.render(replace(provider, domains=(), mx_domains=())).decode()
        yield NewProvider(provider.id, document, entry.source)
        for domain in entry.all_domains():
            yield NewName("domain", domain, provider.id)
        for domain in provider.mx_domains:
            yield NewName("mx", domain, provider.id)


def _with_own_id(provider: Provider, taken: set[str]) -> Provider | None:
    """The provider under an id that is its own: the ISPDB has some with one id and several documents."""
    for provider_id in (provider.id, *provider.domains):
        if provider_id not in taken:
            return provider if provider_id == provider.id else replace(provider, id=provider_id)
    return None


def _from_list(
    file: BinaryIO, name: str, identity: str, total: int | None, provider_id: str | None
) -> Source:
    source = Source(import_id=identity, items=iter(()), total=total, documents=False)
    source.items = _listed(source, io.TextIOWrapper(file, "utf-8", "replace"), name, provider_id)
    return source


def _listed(source: Source, lines: io.TextIOWrapper, name: str, provider_id: str | None) -> Iterator[Item]:
    """A domain a line, the id of its provider behind it unless all have one; # starts a comment."""
    seen: set[str] = set()
    with lines:
        for number, line in enumerate(iter(lambda: lines.readline(MAX_LINE), ""), start=1):
            words = line.partition("#")[0].replace(",", " ").replace(";", " ").split()
            if not words:
                continue
            try:
                listed = _one_listed(words, provider_id)
            except DomainError as error:
                source.note(f"{name}:{number}: {error} It is left out.")
                continue
            if listed.provider not in seen:
                seen.add(listed.provider)
                yield NewProvider(listed.provider, None, name)
            yield listed


def _one_listed(words: list[str], provider_id: str | None) -> NewName:
    """The domain of a line and whose it is. Raises DomainError."""
    owner = words[1] if len(words) == 2 else provider_id
    if len(words) > 2 or owner is None:
        wanted = "a domain" if provider_id else "a domain and the id of its provider"
        raise DomainError(f"This line is not {wanted}.")
    return NewName("domain", normalize_domain(words[0]), owner)


def _lines(path: Path) -> int:
    with path.open("rb") as file:
        return sum(chunk.count(b"\n") for chunk in iter(lambda: file.read(1 << 20), b""))


def _digest(values: list[object]) -> str:
    return hashlib.blake2b(repr(values).encode(), digest_size=16).hexdigest()
