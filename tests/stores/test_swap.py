"""A reader sees the old table or the new one, never half of each."""

from __future__ import annotations

import sys
import threading
from typing import TYPE_CHECKING

import pytest

from autoconfig.stores.directory import DirectoryStore
from tests.stores.folder import replace, toml_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

GENERATIONS = 25
FILES = ("a", "b", "c")


@pytest.fixture
def hasty_threads() -> Iterator[None]:
    """Threads take turns thousands of times more often than usual."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(usual)


def write(folder: Path, generation: int) -> None:
    """Put every file of one generation in place; each generation has a domain of its own too."""
    for name in FILES:
        text = toml_text(f"{name}.example", f"{name}{generation}.example", name=f"generation {generation}")
        replace(folder / f"{name}.toml", text)


@pytest.mark.usefixtures("hasty_threads")
def test_readers_see_one_generation_at_a_time_while_files_change(tmp_path: Path) -> None:
    write(tmp_path, 0)
    store = DirectoryStore(tmp_path)
    done = threading.Event()
    wrong: list[object] = []
    looks = [0, 0, 0]

    def read(number: int) -> None:
        while not done.is_set():
            seen = [entry.provider.display_name for entry in store.entries()]
            if len(seen) != len(FILES) or len(set(seen)) != 1:
                wrong.append(seen)
            # Domains that every generation has must never be missing.
            wrong.extend(name for name in FILES if store.find(f"{name}.example") is None)
            looks[number] += 1

    readers = [threading.Thread(target=read, args=(number,)) for number in range(len(looks))]
    for reader in readers:
        reader.start()
    changes = 0
    for generation in range(1, GENERATIONS):
        write(tmp_path, generation)
        changes += store.refresh() + store.refresh()
    done.set()
    for reader in readers:
        reader.join()
    assert wrong == []
    assert changes == GENERATIONS - 1
    assert min(looks) > 0


class Noting(DirectoryStore):
    """A store that notes, whenever its table or version is set, its version and who is served then."""

    noted: list[tuple[int, str]] | None = None

    def __setattr__(self, name: str, value: object) -> None:
        super().__setattr__(name, value)
        if self.noted is not None and name in {"_index", "version"}:
            self.noted.append((self.version, next(iter(self.entries())).provider.display_name))


def test_the_version_grows_after_the_new_table_is_in_place(tmp_path: Path) -> None:
    """Whoever keeps answers by version may keep a newer one than its version, never an older one."""
    write(tmp_path, 0)
    store = Noting(tmp_path)
    write(tmp_path, 1)
    store.refresh()
    store.noted = []
    store.refresh()
    assert store.noted == [(1, "generation 1"), (2, "generation 1")]
