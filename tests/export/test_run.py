"""Runs one after another: what changes in the store changes in the tree, and nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from autoconfig.errors import ExportError
from autoconfig.export import Summary, export, run
from autoconfig.publish import Publisher, rollover
from autoconfig.stores import open_stores
from tests.stores.folder import toml_text

if TYPE_CHECKING:
    from pathlib import Path

SITE = "sites/{}/"
CONFIG = "mail/config-v1.1.xml"
WELL_KNOWN = ".well-known/autoconfig/mail/config-v1.1.xml"
PACC = ".well-known/user-agent-configuration.json"


class World:
    """A provider folder, and the tree it is exported to."""

    def __init__(self, directory: Path) -> None:
        self.folder = directory / "providers"
        self.folder.mkdir()
        self.tree = directory / "tree"

    def provider(self, name: str, *domains: str, mx: tuple[str, ...] = (), host: str = "") -> Path:
        path = self.folder / f"{name}.toml"
        path.write_text(toml_text(*domains, mx=mx, host=host), encoding="utf-8")
        return path

    def export(self, *, remove_many: bool = False) -> Summary:
        return export(open_stores([str(self.folder)]), str(self.tree), remove_many=remove_many)

    def counted(self) -> tuple[int, int, int, int]:
        """Domains, written, unchanged and removed of a run without problems."""
        summary = self.export()
        assert (summary.problems, summary.kept) == ([], 0)
        return summary.domains, summary.written, summary.unchanged, summary.removed

    def files(self) -> set[str]:
        """Every name in the tree but the server's files and our own."""
        found = set()
        for top in ("v1.1", "sites"):
            for folder, folders, files in os.walk(self.tree / top):
                names = [*files, *(name for name in folders if os.path.islink(f"{folder}/{name}"))]
                found |= {os.path.relpath(f"{folder}/{name}", self.tree) for name in names}
        return found

    def inodes(self) -> dict[str, tuple[int, int]]:
        """What tells whether any file was touched."""
        status = {name: os.lstat(self.tree / name) for name in self.files()}
        return {name: (found.st_ino, found.st_mtime_ns) for name, found in status.items()}

    def text(self, name: str) -> str:
        return (self.tree / name).read_text()


@pytest.fixture
def world(tmp_path: Path) -> World:
    world = World(tmp_path)
    world.provider("example.com", "example.com", "example.org")
    return world


def standing(domain: str) -> set[str]:
    """All that stands in a tree for a domain with both documents."""
    links = {SITE.format(domain) + name for name in (CONFIG, ".well-known/autoconfig/mail", PACC)}
    return links | {f"v1.1/{domain}", f"sites/autoconfig.{domain}", f"sites/ua-auto-config.{domain}"}


# --- the first run


def test_every_host_of_a_domain_has_its_documents(world: World) -> None:
    assert world.counted() == (2, 2, 0, 0)
    publisher = Publisher(open_stores([str(world.folder)]))
    config, pacc = publisher.mozilla("example.com"), publisher.pacc("example.com")
    assert config is not None
    assert pacc is not None
    assert (world.tree / "v1.1/example.com").read_bytes() == config.body
    for host in ("example.com", "autoconfig.example.com", "ua-auto-config.example.com"):
        assert (world.tree / SITE.format(host) / CONFIG).read_bytes() == config.body
        assert (world.tree / SITE.format(host) / WELL_KNOWN).read_bytes() == config.body
        assert (world.tree / SITE.format(host) / PACC).read_bytes() == pacc.body
    assert world.files() == standing("example.com") | standing("example.org")


def test_the_domain_of_an_mx_host_is_asked_too(world: World) -> None:
    world.provider("hoster", "hoster.example", mx=("mx.hoster.example",))
    assert world.counted() == (4, 4, 0, 0)
    assert "<domain>mx.hoster.example</domain>" in world.text("v1.1/mx.hoster.example")
    assert world.text("sites/autoconfig.mx.hoster.example/mail/config-v1.1.xml") == world.text(
        "v1.1/mx.hoster.example"
    )


def test_a_mail_domain_that_is_an_mx_domain_of_another_has_its_own_provider(world: World) -> None:
    world.provider("a", "a.example", mx=("b.example",), host="a.host.example")
    world.provider("b", "b.example", host="b.host.example")
    assert world.counted() == (4, 4, 0, 0)
    assert "b.host.example" in world.text("v1.1/b.example")


def test_the_first_store_that_knows_a_domain_has_it(world: World, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "o.toml").write_text(toml_text("example.com", "o.example", host="other.host.example"))
    summary = export(open_stores([str(other), str(world.folder)]), str(world.tree))
    assert (summary.domains, summary.written) == (3, 3)
    assert "other.host.example" in world.text("v1.1/example.com")
    assert "other.host.example" not in world.text("v1.1/example.org")


def test_a_domain_of_another_script_stands_there_as_it_is_typed_too(world: World) -> None:
    world.provider("buecher", "bücher.example")
    world.counted()
    assert world.text("v1.1/bücher.example") == world.text("v1.1/xn--bcher-kva.example")
    (world.folder / "buecher.toml").unlink()
    assert world.counted() == (2, 0, 2, 1)
    assert world.files() == standing("example.com") | standing("example.org")


def test_a_provider_that_no_document_can_say_has_none(world: World) -> None:
    (world.folder / "sync.toml").write_text(
        'domains = ["sync.example"]\n[[incoming]]\ntype = "activeSync"\nurl = "https://sync.example/"\n'
    )
    assert world.counted() == (2, 2, 0, 0)
    assert world.files() == standing("example.com") | standing("example.org")
    assert world.counted() == (2, 0, 2, 0)


def test_a_provider_that_pacc_cannot_say_has_a_configuration(world: World) -> None:
    path = world.provider("plain", "plain.example")
    path.write_text(path.read_text().replace('type = "imap"', 'type = "imap"\nsocket_type = "STARTTLS"'))
    world.counted()
    assert standing("plain.example") - world.files() == {SITE.format("plain.example") + PACC}


def test_a_database_is_exported_as_a_folder_is(world: World, tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path}/providers.sqlite"
    command = [sys.executable, "-m", "autoconfig", "providers", "import", str(world.folder)]
    subprocess.run([*command, "--into", database], check=True, capture_output=True, timeout=60)
    world.counted()
    other = tmp_path / "other"
    for written in (2, 0):
        summary = export(open_stores([database]), str(other))
        assert (summary.domains, summary.written, summary.problems) == (2, written, [])
    for name in ("v1.1/example.com", f"sites/example.org/{PACC}"):
        assert (other / name).read_text() == world.text(name)


# --- further runs


def test_what_has_not_changed_is_not_touched(world: World) -> None:
    world.counted()
    before = world.inodes()
    assert world.counted() == (2, 0, 2, 0)
    assert world.inodes() == before


def test_a_new_customer_changes_nothing_of_the_others(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.counted()
    before = world.inodes()
    world.provider("example.com", "example.com", "example.org", "example.net")
    made: list[str] = []
    monkeypatch.setattr(run, "_tasks", lambda batch: made.extend(name for _, name in batch) or real(batch))
    assert world.counted() == (3, 1, 2, 0)
    assert made == ["example.net"]
    after = world.inodes()
    assert {name: after[name] for name in before} == before
    assert set(after) - set(before) == standing("example.net")


def test_a_change_is_written_everywhere_at_once(world: World) -> None:
    world.counted()
    world.provider("example.com", "example.com", "example.org", host="new.host.example")
    assert world.counted() == (2, 2, 0, 0)
    for name in (CONFIG, WELL_KNOWN, PACC):
        assert "new.host.example" in world.text(f"sites/autoconfig.example.com/{name}")
    assert "new.host.example" in world.text("v1.1/example.com")


def test_the_time_of_a_changed_document_differs_by_a_second(world: World) -> None:
    # nginx and Caddy make the ETag of whole seconds and the size.
    world.provider("example.com", "example.com", host="a.host.example")
    world.export()
    before = (world.tree / "v1.1/example.com").stat()
    world.provider("example.com", "example.com", host="b.host.example")
    world.export()
    after = (world.tree / "v1.1/example.com").stat()
    assert after.st_size == before.st_size
    assert int(after.st_mtime) > int(before.st_mtime)


def test_a_document_that_can_be_said_no_more_is_removed(world: World) -> None:
    world.counted()
    path = world.folder / "example.com.toml"
    path.write_text(path.read_text().replace('type = "imap"', 'type = "imap"\nsocket_type = "STARTTLS"'))
    assert world.counted() == (2, 2, 0, 0)
    assert not (world.tree / "sites/ua-auto-config.example.com" / PACC).exists()
    path.write_text(path.read_text().replace("STARTTLS", "SSL"))
    assert world.counted() == (2, 2, 0, 0)
    assert world.files() == standing("example.com") | standing("example.org")


def test_a_domain_that_is_served_no_more_is_removed(world: World) -> None:
    world.counted()
    world.provider("example.com", "example.com")
    assert world.counted() == (1, 0, 1, 1)
    assert world.files() == standing("example.com")
    assert not (world.tree / "sites/example.org").exists()


def test_a_domain_that_moves_to_another_provider_stays(world: World) -> None:
    world.counted()
    world.provider("example.com", "example.com")
    world.provider("new", "example.org", host="new.host.example")
    assert world.counted() == (2, 1, 1, 0)
    assert "new.host.example" in world.text("v1.1/example.org")


@pytest.mark.parametrize(
    "damage",
    [
        "v1.1/example.com",
        "sites/example.com/mail/config-v1.1.xml",
        "sites/example.com/.well-known/autoconfig/mail",
        "sites/example.com/.well-known/user-agent-configuration.json",
        "sites/autoconfig.example.com",
        "sites/ua-auto-config.example.com",
    ],
)
def test_what_somebody_deleted_is_there_again_after_the_next_run(world: World, damage: str) -> None:
    world.counted()
    (world.tree / damage).unlink()
    assert world.counted() == (2, 1, 1, 0)
    assert world.files() == standing("example.com") | standing("example.org")


def test_what_somebody_edited_is_right_again_after_the_next_run(world: World) -> None:
    world.counted()
    before = world.text("v1.1/example.com")
    (world.tree / "v1.1/example.com").write_text("mine")
    assert world.counted() == (2, 1, 1, 0)
    assert world.text("v1.1/example.com") == before


def test_new_code_makes_every_document_anew(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.counted()
    before = world.inodes()
    monkeypatch.setattr(run, "code_digest", lambda: b"of a later version")
    made: list[str] = []
    monkeypatch.setattr(run, "_tasks", lambda batch: made.extend(name for _, name in batch) or real(batch))
    assert world.counted() == (2, 0, 2, 0)
    assert made == ["example.com", "example.org"]
    assert world.inodes() == before


real = run._tasks


def test_server_files_are_written_when_they_change(world: World) -> None:
    first = world.export().snippets
    assert {"server/nginx.conf", "server/Caddyfile", "server/apache.conf"} <= set(first)
    assert world.export().snippets == []
    path = world.folder / "example.com.toml"
    path.write_text(path.read_text() + '[[other]]\ntype = "caldav"\nurl = "https://dav.example.com/c/"\n')
    assert world.export().snippets == [
        "server/nginx-redirects.conf",
        "server/Caddyfile",
        "server/apache-redirects.txt",
    ]


def test_the_server_may_find_the_tree_elsewhere(world: World) -> None:
    export(open_stores([str(world.folder)]), str(world.tree), root="/srv/mail settings/")
    assert 'include "/srv/mail settings/server/nginx-documents.conf";' in world.text("server/nginx.conf")
    assert str(world.tree) not in world.text("server/nginx-documents.conf")


@pytest.mark.parametrize(
    "root", ["relative", '/a"b', "/a$b", "/a{b}", "/a\nb", "/a;b", "/a%b", "/a\\b", "/a@b"]
)
def test_a_path_that_no_configuration_can_hold_is_refused(world: World, root: str) -> None:
    with pytest.raises(ExportError, match="cannot stand in the configuration of a web server"):
        export(open_stores([str(world.folder)]), str(world.tree), root=root)
    assert not world.tree.exists()


def test_the_digest_that_was_published_before_is_remembered(world: World) -> None:
    world.export()
    before = rollover(Publisher(open_stores([str(world.folder)])), "example.com")
    assert before is not None
    assert before.past == ()
    world.provider("example.com", "example.com", host="new.host.example")
    world.export()
    after = rollover(Publisher(open_stores([str(world.folder)])), "example.com")
    assert after is not None
    assert [entry.digest for entry in after.past] == [before.digest]
    assert after.digest != before.digest


# --- what is not ours


@pytest.mark.parametrize("name", ["index.html", ".htaccess", "v1.1/example.com", "sites/keep"])
def test_a_directory_with_other_files_is_refused(world: World, name: str) -> None:
    (world.tree / name).parent.mkdir(parents=True)
    (world.tree / name).write_text("mine")
    with pytest.raises(ExportError) as refusal:
        world.export()
    assert str(refusal.value) == (
        f"{world.tree} holds files that autoconfig export did not write; name an empty one."
    )
    assert [path for path in world.tree.rglob("*") if path.is_file()] == [world.tree / name]


def test_a_new_disk_is_as_good_as_an_empty_directory(world: World) -> None:
    (world.tree / "lost+found").mkdir(parents=True)
    assert world.counted() == (2, 2, 0, 0)


def test_files_of_others_in_the_tree_stay(world: World) -> None:
    world.counted()
    mine = [
        "v1.1/mine",
        "sites/example.org/mail/mine",
        "sites/mine.example/index.html",
        "server/mine",
        "mine",
    ]
    for name in mine:
        (world.tree / name).parent.mkdir(parents=True, exist_ok=True)
        (world.tree / name).write_text("mine")
    world.provider("example.com", "example.com")
    assert world.counted() == (1, 0, 1, 1)
    assert all(world.text(name) == "mine" for name in mine)
    assert world.files() == standing("example.com") | {name for name in mine if "/" in name} - {"server/mine"}


@pytest.mark.parametrize("name", ["v1.1/new.example", "sites/new.example", "sites/autoconfig.new.example"])
def test_a_domain_whose_place_is_taken_is_left_out(world: World, name: str) -> None:
    world.counted()
    (world.tree / name).write_text("mine")
    world.provider("new", "new.example", "next.example")
    for _ in range(2):
        summary = world.export()
        assert summary.problems == [
            f"{world.tree / name} is not ours, so that new.example is left out; move it away."
        ]
        assert summary.domains == 3
        assert world.text(name) == "mine"
    (world.tree / name).unlink()
    assert world.counted() == (4, 1, 3, 0)


def test_a_link_that_leads_elsewhere_is_not_removed(world: World) -> None:
    world.counted()
    link = world.tree / "sites/autoconfig.example.org"
    link.unlink()
    link.symlink_to("/srv/elsewhere")
    world.provider("example.com", "example.com")
    assert world.counted() == (1, 0, 1, 1)
    assert os.readlink(link) == "/srv/elsewhere"
