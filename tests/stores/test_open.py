"""Opening stores by path or URL."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from autoconfig.errors import StoreError
from autoconfig.stores import open_store, open_stores
from autoconfig.stores.directory import DirectoryStore
from tests.stores.folder import names, toml_text

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "a.toml").write_text(toml_text("a.example", name="found"))
    return tmp_path


def test_a_path_opens_a_folder(folder: Path) -> None:
    assert names(open_store(str(folder))) == ["found"]


def test_a_file_url_opens_a_folder(folder: Path) -> None:
    assert names(open_store(f"file://{folder}")) == ["found"]


def test_one_store_is_no_chain(folder: Path) -> None:
    assert isinstance(open_stores([str(folder)]), DirectoryStore)


def test_a_folder_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(StoreError) as caught:
        open_store(str(tmp_path / "nowhere"))
    assert str(caught.value) == (
        f"The provider folder {tmp_path / 'nowhere'} cannot be read: no such file or directory; "
        "check --providers or AUTOCONFIG_PROVIDERS."
    )


def test_a_file_is_no_folder(folder: Path) -> None:
    with pytest.raises(StoreError) as caught:
        open_store(str(folder / "a.toml"))
    assert str(caught.value) == (
        f"{folder / 'a.toml'}: A store that is a file is a mapping and has a table [sql] or [ldap]; "
        "for provider files give their folder."
    )


@pytest.mark.parametrize("url", ["gopher://example.com/", "s3://bucket/key"])
def test_a_kind_nobody_knows_is_one_sentence_with_the_variable(url: str) -> None:
    with pytest.raises(StoreError) as caught:
        open_store(url)
    assert str(caught.value) == (
        f"The store {url.partition('://')[0]}://… is of a kind this version cannot open; "
        "give a folder, a mapping file, a SQLAlchemy or LDAP URL in --providers or AUTOCONFIG_PROVIDERS."
    )


def test_a_password_in_a_url_is_not_repeated() -> None:
    with pytest.raises(StoreError) as caught:
        open_store("gopher://user:secret@example.com/")
    assert "secret" not in str(caught.value)


def test_no_store_at_all_is_an_error() -> None:
    with pytest.raises(StoreError) as caught:
        open_stores([])
    assert str(caught.value) == "No provider store is given."


def test_one_store_that_cannot_be_opened_refuses_them_all(folder: Path) -> None:
    with pytest.raises(StoreError, match="nowhere cannot be read"):
        open_stores([str(folder), str(folder / "nowhere")])
