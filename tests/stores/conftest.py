"""A folder of provider files, and the store that serves it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from autoconfig.stores.directory import DirectoryStore
from tests.databases.fixtures import mariadb, postgresql, url
from tests.stores.folder import toml_text

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["folder", "mariadb", "postgresql", "store", "url"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of one good provider."""
    folder = tmp_path / "providers"
    folder.mkdir()
    (folder / "a.toml").write_text(toml_text("a.example", name="old"))
    return folder


@pytest.fixture
def store(folder: Path) -> DirectoryStore:
    return DirectoryStore(folder)
