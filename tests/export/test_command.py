"""``autoconfig export`` as its users run it: what is written, what is left alone, what is never lost."""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from autoconfig.publish import Publisher
from autoconfig.stores import open_store

PROVIDER = """
name = "{name}"
domains = [{domains}]
[[incoming]]
type = "imap"
hostname = "imap.{host}"
[[outgoing]]
type = "smtp"
hostname = "smtp.{host}"
"""
COMMAND = (sys.executable, "-m", "autoconfig", "export")


@pytest.fixture
def providers(tmp_path: Path) -> Path:
    """Two files, three domains."""
    folder = tmp_path / "providers"
    folder.mkdir()
    write(folder, "one", "example.com", "example.org")
    write(folder, "two", "example.net")
    return folder


def write(folder: Path, name: str, *domains: str, host: str = "mail.example") -> None:
    listed = ", ".join(f'"{domain}"' for domain in domains)
    text = PROVIDER.format(name=name, domains=listed, host=host)
    (folder / f"{name}.example.toml").write_text(text)


def export(providers: Path | str, tree: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [*COMMAND, str(tree), "--providers", str(providers), *options]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def summary(providers: Path | str, tree: Path, *options: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(export(providers, tree, "--json", *options).stdout)
    return found


def files(tree: Path) -> dict[str, tuple[int, int, bytes]]:
    """Every file with its inode, time and content; what is kept for the next run is left out."""
    return {
        str(path.relative_to(tree)): (path.stat().st_ino, path.stat().st_mtime_ns, path.read_bytes())
        for path in tree.rglob("*")
        if path.is_file() and not path.relative_to(tree).parts[0].startswith(".")
    }


def test_the_tree_has_every_host_and_every_document(providers: Path, tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    run = export(providers, tree)
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout.startswith("3 domains: 3 written, 0 unchanged, 0 removed in ")
    publisher = Publisher(open_store(str(providers)))
    for domain in ("example.com", "example.org", "example.net"):
        document = publisher.mozilla(domain)
        assert document is not None
        for path in (
            f"sites/autoconfig.{domain}/mail/config-v1.1.xml",
            f"sites/{domain}/.well-known/autoconfig/mail/config-v1.1.xml",
            f"v1.1/{domain}",
        ):
            assert (tree / path).read_bytes() == document.body
        pacc = publisher.pacc(domain)
        assert pacc is not None
        path = f"sites/ua-auto-config.{domain}/.well-known/user-agent-configuration.json"
        assert (tree / path).read_bytes() == pacc.body
    for name in ("nginx.conf", "Caddyfile", "apache.conf"):
        assert (tree / "server" / name).is_file()


def test_a_second_run_touches_nothing(providers: Path, tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    export(providers, tree)
    before = files(tree)
    found = summary(providers, tree)
    assert (found["written"], found["unchanged"], found["snippets"]) == (0, 3, [])
    assert files(tree) == before


def test_a_change_touches_its_own_files_alone(providers: Path, tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    export(providers, tree)
    before = files(tree)
    write(providers, "two", "example.net", host="new.example")
    found = summary(providers, tree)
    assert (found["written"], found["unchanged"]) == (1, 2)
    after = files(tree)
    changed = {path for path in after if after[path] != before[path]}
    assert changed
    assert all("example.net" in path for path in changed)
    assert b"imap.new.example" in (tree / "v1.1/example.net").read_bytes()


def test_a_domain_that_is_served_no_more_is_removed(providers: Path, tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    export(providers, tree)
    write(providers, "one", "example.com")
    found = summary(providers, tree)
    assert (found["removed"], found["domains"]) == (1, 2)
    assert not [path for path in files(tree) if "example.org" in path]


def test_a_broken_file_loses_no_domain(providers: Path, tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    export(providers, tree)
    before = files(tree)
    (providers / "one.example.toml").write_text("domains = [")
    run = export(providers, tree)
    assert run.returncode == 1
    assert "one.example.toml" in run.stderr
    assert "2 domains stay as they were until that is mended." in run.stderr
    assert files(tree) == before


def test_more_than_half_of_a_large_tree_is_removed_only_when_told(tmp_path: Path) -> None:
    providers, tree = tmp_path / "providers", tmp_path / "tree"
    providers.mkdir()
    write(providers, "big", *(f"d{number}.example" for number in range(150)))
    export(providers, tree)
    write(providers, "big", "d0.example")
    run = export(providers, tree)
    assert run.returncode == 1
    assert "--remove-many" in run.stderr
    assert (tree / "v1.1/d149.example").is_file()
    assert summary(providers, tree, "--remove-many")["removed"] == 149
    assert not (tree / "v1.1/d149.example").exists()


def test_a_directory_of_somebody_else_is_refused(providers: Path, tmp_path: Path) -> None:
    tree = tmp_path / "home"
    tree.mkdir()
    (tree / "thesis.txt").write_text("years of work")
    run = export(providers, tree)
    assert (run.returncode, run.stdout) == (1, "")
    assert run.stderr.count("\n") == 1
    assert [path.name for path in tree.iterdir()] == ["thesis.txt"]


def test_a_file_of_somebody_else_stays(providers: Path, tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    export(providers, tree)
    (tree / "sites" / "note.txt").write_text("mine")
    write(providers, "one", "example.com")
    assert summary(providers, tree)["removed"] == 1
    assert (tree / "sites" / "note.txt").read_text() == "mine"


def test_two_runs_at_once_are_refused_in_one_sentence(providers: Path, tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    export(providers, tree)
    (lock,) = tree.glob(".*/lock")
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        run = export(providers, tree)
    assert run.returncode == 1
    assert "Another export" in run.stderr
    assert run.stderr.count("\n") == 1


def test_a_run_that_is_killed_leaves_what_the_next_one_mends(tmp_path: Path) -> None:
    providers, tree = tmp_path / "providers", tmp_path / "tree"
    providers.mkdir()
    write(providers, "big", *(f"d{number}.example" for number in range(4000)))
    command = [*COMMAND, str(tree), "--providers", str(providers)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 30
    while not (tree / "v1.1").is_dir() or len(os.listdir(tree / "v1.1")) < 200:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    process.kill()
    process.wait()
    publisher = Publisher(open_store(str(providers)))
    for path in (tree / "v1.1").iterdir():
        document = publisher.mozilla(path.name)
        assert document is None or path.read_bytes() == document.body
    found = summary(providers, tree)
    assert (found["domains"], found["problems"]) == (4000, [])
    assert len(os.listdir(tree / "v1.1")) == 4000


def test_a_reader_sees_the_old_or_the_new_and_never_half(providers: Path, tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    export(providers, tree)
    path = tree / "v1.1/example.net"
    seen: set[bytes] = set()
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            seen.add(path.read_bytes())

    reader = threading.Thread(target=read)
    reader.start()
    for number in range(3):
        write(providers, "two", "example.net", host=f"h{number}.example")
        export(providers, tree)
    done.set()
    reader.join()
    assert all(body.endswith(b"</clientConfig>\n") for body in seen)


def test_a_database_is_exported_too(providers: Path, tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path}/providers.sqlite"
    command = [sys.executable, "-m", "autoconfig", "providers", "import", str(providers), "--into", database]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    tree = tmp_path / "tree"
    assert summary(database, tree)["domains"] == 3
    assert (tree / "v1.1/example.org").is_file()


def test_a_place_that_cannot_be_written_is_one_sentence(providers: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    run = export(providers, tmp_path / "file" / "tree")
    assert (run.returncode, run.stdout) == (1, "")
    assert run.stderr.count("\n") == 1
