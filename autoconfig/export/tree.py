"""The static tree on disk: documents are put in their place in one step, and nothing of others is touched."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

from autoconfig.export.layout import (
    BY_DOMAIN,
    CONFIG,
    PACC,
    SITES,
    WELL_KNOWN_MAIL,
    hosts_of,
    other_spelling,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

STATE = ".autoconfig-export"
"""The folder by which a tree is known as ours."""

_FOLDERS_OF_CONFIG = ("mail", ".well-known", ".well-known/autoconfig")
_FOLDERS_OF_PACC = (".well-known",)
_ABSENT = "-"

GONE = ""
"""The stamp of documents that do not stand as they should."""
NOTHING = "- -"
"""The stamp of a domain that has no document."""


class Tree:
    """One directory. Every method raises OSError where the disk is full, read-only or forbidden.

    A reader sees a document as it was or as it is, never half: a draft becomes the document by one rename.
    What is interrupted is mended by writing the same domain again.
    """

    def __init__(self, root: str) -> None:
        self.root = root
        self._draft = f"{root}/{STATE}/draft-{os.getpid()}"

    def prepare(self) -> None:
        """Make the folders that every tree has, and clear away drafts of a run that was interrupted."""
        for folder in (BY_DOMAIN, SITES, "server"):
            _make_folder(f"{self.root}/{folder}")
        for name in os.listdir(f"{self.root}/{STATE}"):
            if name.startswith("draft-"):
                os.unlink(f"{self.root}/{STATE}/{name}")

    def write(self, domain: str, config: bytes | None, pacc: bytes | None) -> bool:
        """Make the documents of a domain stand there, None for one it has not; tell whether any changed."""
        if config is None and pacc is None:
            return self.remove(domain)
        first, *others = hosts_of(domain)
        site = self._site(first)
        _make_folders(site, _FOLDERS_OF_CONFIG if config is not None else _FOLDERS_OF_PACC)
        changed = self._put_or_remove(self._by_domain(domain), config)
        if config is not None:
            changed |= self._link(f"{site}/{CONFIG}", f"../../../{BY_DOMAIN}/{domain}")
            changed |= self._link(f"{site}/{WELL_KNOWN_MAIL}", "../../mail")
            changed |= self._link_spelling(domain)
        changed |= self._put_or_remove(f"{site}/{PACC}", pacc)
        for host in others:
            changed |= self._link(self._site(host), first)
        return changed

    def stamp(self, domain: str) -> str:
        """Sizes and times of a domain's documents as every host shows them; GONE where the hosts differ."""
        hosts = hosts_of(domain)
        config = _status(self._by_domain(domain))
        pacc = _status(f"{self._site(hosts[0])}/{PACC}")
        shown, name = (pacc, PACC) if config == _ABSENT else (config, f"{WELL_KNOWN_MAIL}/config-v1.1.xml")
        if any(_status(f"{self._site(host)}/{name}") != shown for host in hosts):
            return GONE
        return f"{config} {pacc}"

    def is_taken(self, domain: str) -> str | None:
        """The first path that a domain needs and that stands there already."""
        names = (domain, other_spelling(domain) or domain)
        paths = (*map(self._by_domain, names), *map(self._site, hosts_of(domain)))
        return next((path for path in paths if os.path.lexists(path)), None)

    def remove(self, domain: str) -> bool:
        """Remove the documents of a domain, hosts first; folders that hold something else stay."""
        first, *others = hosts_of(domain)
        site = self._site(first)
        removed = False
        for host in others:
            removed |= _unlink_to(self._site(host), first)
        if spelling := other_spelling(domain):
            removed |= _unlink_to(self._by_domain(spelling), domain)
        removed |= _unlink_to(f"{site}/{WELL_KNOWN_MAIL}", "../../mail")
        for path in (f"{site}/{CONFIG}", self._by_domain(domain), f"{site}/{PACC}"):
            removed |= _unlink(path)
        for folder in (*reversed(_FOLDERS_OF_CONFIG), ""):
            with suppress(OSError):
                os.rmdir(f"{site}/{folder}")
        return removed

    def put(self, path: str, body: bytes) -> bool:
        """Make a file hold these bytes, and tell whether it changed: one that holds them is not touched."""
        before = _read(path)
        if before == body:
            return False
        with open(self._draft, "wb") as draft:
            draft.write(body)
        if before is not None:
            _make_newer(self._draft, path)
        os.replace(self._draft, path)
        return True

    def _put_or_remove(self, path: str, body: bytes | None) -> bool:
        return _unlink(path) if body is None else self.put(path, body)

    def _link(self, path: str, target: str) -> bool:
        try:
            os.symlink(target, path)
        except FileExistsError:
            if _target(path) == target:
                return False
            os.symlink(target, self._draft)
            os.replace(self._draft, path)
        return True

    def _link_spelling(self, domain: str) -> bool:
        spelling = other_spelling(domain)
        return spelling is not None and self._link(self._by_domain(spelling), domain)

    def _by_domain(self, domain: str) -> str:
        return f"{self.root}/{BY_DOMAIN}/{domain}"

    def _site(self, host: str) -> str:
        return f"{self.root}/{SITES}/{host}"


def _make_folders(site: str, folders: Iterable[str]) -> None:
    _make_folder(site)
    for folder in folders:
        _make_folder(f"{site}/{folder}")


def _make_folder(path: str) -> None:
    with suppress(FileExistsError):
        os.mkdir(path)


def _read(path: str) -> bytes | None:
    try:
        with open(path, "rb") as file:
            return file.read()
    except FileNotFoundError:
        return None


def _make_newer(draft: str, path: str) -> None:
    """Let the time differ by a second at least: web servers tell versions apart by whole seconds and size."""
    before = int(os.stat(path).st_mtime)
    if int(os.stat(draft).st_mtime) <= before:
        os.utime(draft, (before + 1, before + 1))


def _status(path: str) -> str:
    try:
        status = os.stat(path)
    except OSError:
        return _ABSENT
    return f"{status.st_size}:{status.st_mtime_ns}"


def _unlink(path: str) -> bool:
    with suppress(FileNotFoundError, NotADirectoryError):
        os.unlink(path)
        return True
    return False


def _unlink_to(path: str, target: str) -> bool:
    """Remove a link that leads there; one that leads elsewhere is not ours."""
    return _target(path) == target and _unlink(path)


def _target(path: str) -> str | None:
    try:
        return os.readlink(path)
    except OSError:
        return None
