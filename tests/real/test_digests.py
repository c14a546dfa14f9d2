"""A real server notes the digests of the PACC documents it gives out, beside the requests, never in them."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import pytest

from autoconfig.formats import pacc
from autoconfig.stores.memory import FILE_NAME
from tests.real.serving import provider_text, replace_file, running

if TYPE_CHECKING:
    from pathlib import Path

    from tests.real.serving import Server

pytestmark = pytest.mark.real

PACC = "/.well-known/user-agent-configuration.json"
HOST = "ua-auto-config.example.com"


def provider_of(host: str) -> str:
    return provider_text("example.com", host)


def remembered(folder: Path) -> Any:
    file = folder / FILE_NAME
    return json.loads(file.read_text())["domains"]["example.com"] if file.exists() else None


def wait_for(condition: Any) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def digest_of(server: Server) -> str:
    reply = server.get(PACC, HOST)
    assert reply.status == 200
    return pacc.digest(reply.body)


def test_what_is_given_out_is_remembered_and_what_was_before_it(tmp_path: Path) -> None:
    folder = tmp_path / "providers"
    folder.mkdir()
    folder.joinpath("example.com.toml").write_text(provider_of("one"))
    with running(tmp_path) as server:
        first = digest_of(server)
        wait_for(lambda: remembered(folder) == {"digest": first, "past": []})
        replace_file(folder / "example.com.toml", provider_of("two"))
        # Each worker reads the change for itself, and may note the old digest once more meanwhile.
        wait_for(lambda: all(digest_of(server) != first for _ in range(8)))
        second = digest_of(server)
        wait_for(lambda: (remembered(folder) or {}).get("digest") == second)
        assert [digest for digest, _ in remembered(folder)["past"]] == [first]
        assert json.loads(server.get("/readyz").body)["status"] == "ready"


def test_a_folder_that_cannot_be_written_changes_nothing(tmp_path: Path) -> None:
    """The place of the file is taken by a folder, which nobody replaces by a file."""
    folder = tmp_path / "providers"
    folder.mkdir()
    folder.joinpath("example.com.toml").write_text(provider_of("one"))
    (folder / FILE_NAME / "x").mkdir(parents=True)
    with running(tmp_path) as server:
        first = digest_of(server)
        time.sleep(1.2)
        assert digest_of(server) == first
        assert json.loads(server.get("/readyz").body)["status"] == "ready"
        assert server.error_log.read_text().count("digest") == 0
    assert sorted(path.name for path in folder.iterdir()) == [FILE_NAME, "example.com.toml"]
