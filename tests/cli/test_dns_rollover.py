"""``dns records`` and ``dns check`` while a PACC document changes, against a real name server."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from autoconfig.stores.memory import FILE_NAME
from tests.internet.fixtures import internet
from tests.stores.folder import toml_text
from tests.stores.test_memory import Clock

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Command, Run
    from tests.internet import Internet

__all__ = ["internet"]

pytestmark = pytest.mark.real

HOST = "settings.example.net"
SERVED = "the digest of what is served now"
ADD_IT = "add it, and serve the draft when the TTL of the records before is over"
WAIT = "the draft may be served when both have been there for the TTL"


class Zone:
    """A served domain whose records are in the DNS, and a draft of its next version."""

    def __init__(self, internet: Internet, folder: Path, draft: Path, autoconfig: Command) -> None:
        self.internet, self.folder, self.draft, self.autoconfig = internet, folder, draft, autoconfig
        self.domain = internet.domain()
        self.name = f"{self.domain}.toml"
        self.loaded: set[tuple[str, str]] = set()
        internet.host(HOST)
        for host in ("one", "two"):
            internet.host(f"{host}.{self.domain}")
        self.write(folder, "one")
        self.load(self.records())

    def write(self, folder: Path, host: str) -> None:
        (folder / self.name).write_text(toml_text(self.domain, host=f"{host}.{self.domain}"))

    def records(self, *more: str) -> Run:
        done = self.autoconfig("dns", "records", self.domain, "--service-host", HOST, *more)
        assert done.code == 0, done.err
        return done

    def load(self, printed: Run) -> None:
        """Put everything that was printed into the DNS, in the place of what was there."""
        lines = [line.split(maxsplit=4) for line in printed.out.splitlines() if not line.startswith(";")]
        for name, kind in self.loaded:
            self.internet.unzone(name, kind)
        self.loaded = {(name.removesuffix("."), kind) for name, _, _, kind, _ in lines}
        for name, _, _, kind, value in lines:
            self.internet.zone(name.removesuffix("."), f"@ {kind} {value}")

    def digests(self, printed: Run) -> list[str]:
        return [line.split("d=")[1].rstrip('"') for line in printed.out.splitlines() if "UAAC1" in line]

    def check(self, *more: str) -> tuple[int, str]:
        """The exit code, and what is said about the digest."""
        arguments = ("--service-host", HOST, "--nameserver", self.internet.dns, *more)
        done = self.autoconfig("dns", "check", self.domain, *arguments)
        _, _, rest = done.out.partition(f"_ua-auto-config.{self.domain}. TXT\n")
        lines = [line.strip() for line in rest.splitlines() if line.startswith(" ")]
        return done.code, next((line for line in lines if not line.startswith("should be")), "")


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


@pytest.fixture
def zone(internet: Internet, folder: Path, tmp_path: Path, autoconfig: Command, clock: Clock) -> Zone:
    draft = tmp_path / "draft"
    draft.mkdir()
    return Zone(internet, folder, draft, autoconfig)


def test_the_steps_of_the_documentation(zone: Zone, clock: Clock) -> None:
    (old,) = zone.digests(zone.records())
    assert zone.check() == (0, "")

    # A draft: both digests are told, the new one first.
    zone.write(zone.draft, "two")
    draft = ("--providers", str(zone.draft))
    told = zone.records(*draft)
    new, before = zone.digests(told)
    assert before == old != new
    assert told.err == (
        f"autoconfig: {zone.domain}: publish both digests; serve the draft 60 minutes later.\n"
    )
    assert zone.check(*draft)[0] == 1
    zone.load(told)
    assert not (zone.draft / FILE_NAME).exists()

    # The draft is served.
    clock.now += 3600
    zone.write(zone.folder, "two")
    told = zone.records()
    assert zone.digests(told) == [new, old]
    until = time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(clock.now + 3600))
    assert told.err == f"autoconfig: {zone.domain}: the older digest is needed until {until}.\n"
    assert zone.check() == (0, f"the older digest beside it is needed until {until}")

    # An hour later the old one goes.
    clock.now += 3600
    assert zone.check() == (0, "the older digest beside it may go now")
    told = zone.records()
    assert (zone.digests(told), told.err) == ([new], "")
    zone.load(told)
    assert zone.check() == (0, "")


def test_a_draft_is_told_apart_while_its_digest_is_on_the_way(zone: Zone) -> None:
    zone.write(zone.draft, "two")
    draft = ("--providers", str(zone.draft))
    for name in ("_imaps._tcp", "_submissions._tcp"):
        zone.internet.unzone(f"{name}.{zone.domain}", "SRV")
        port = 993 if "imap" in name else 465
        zone.internet.zone(f"{name}.{zone.domain}", f"@ SRV 0 1 {port} two.{zone.domain}.")
    assert zone.check(*draft) == (1, f"the digest of the draft is not there yet: {ADD_IT}")
    for line in zone.records(*draft).out.splitlines():
        if "UAAC1" in line:
            name, _, _, kind, value = line.split(maxsplit=4)
            zone.internet.zone(name.removesuffix("."), f"@ {kind} {value}")
    assert zone.check(*draft) == (0, f"beside {SERVED}; {WAIT}")


def test_the_next_digest_beside_the_one_that_is_served_does_no_harm(zone: Zone) -> None:
    zone.write(zone.draft, "two")
    (_, _, _, kind, value) = next(
        line.split(maxsplit=4)
        for line in zone.records("--providers", str(zone.draft)).out.splitlines()
        if "UAAC1" in line
    )
    zone.internet.zone(f"_ua-auto-config.{zone.domain}", f"@ {kind} {value}")
    assert zone.check() == (0, "1 other digest beside it")


def test_a_draft_without_the_digest_that_is_served_would_shut_clients_out(zone: Zone, folder: Path) -> None:
    """The live folder moved on meanwhile."""
    zone.write(zone.draft, "two")
    zone.load(zone.records("--providers", str(zone.draft)))
    zone.write(folder, "three")
    code, said = zone.check("--providers", str(zone.draft))
    assert (code, said) == (1, f"{SERVED} is missing, so that clients refuse it")


def test_after_a_change_in_the_wrong_order_the_check_says_stale_and_both_are_printed(
    zone: Zone, folder: Path
) -> None:
    (old,) = zone.digests(zone.records())
    zone.write(folder, "two")
    assert zone.check() == (1, "the digest is stale: it is that of the version before")
    new, before = zone.digests(zone.records())
    assert before == old != new


def test_an_older_digest_that_went_too_early_is_missed(zone: Zone, folder: Path, clock: Clock) -> None:
    zone.write(folder, "two")
    told = zone.records()
    zone.load(told)
    _, old = zone.digests(told)
    zone.internet.unzone(f"_ua-auto-config.{zone.domain}", "TXT")
    new = next(line for line in told.out.splitlines() if "UAAC1" in line and old not in line)
    zone.internet.zone(f"_ua-auto-config.{zone.domain}", f"@ TXT {new.split(maxsplit=4)[4]}")
    until = time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(clock.now + 3600))
    assert zone.check() == (
        1,
        f"the digest of the version before is missing; clients may hold it until {until}",
    )


def test_the_live_store_may_be_named(zone: Zone, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    zone.write(zone.draft, "two")
    by_environment = zone.records("--providers", str(zone.draft))
    monkeypatch.delenv("AUTOCONFIG_PROVIDERS")
    alone = zone.records("--providers", str(zone.draft))
    named = zone.records("--providers", str(zone.draft), "--live", str(folder))
    assert zone.digests(named) == zone.digests(by_environment)
    assert zone.digests(alone) == zone.digests(named)[:1]


def test_the_same_folder_by_another_name_is_no_draft(zone: Zone, folder: Path) -> None:
    told = zone.records("--providers", f"{folder}/../{folder.name}")
    assert (len(zone.digests(told)), told.err) == (1, "")


def test_an_environment_that_cannot_be_opened_is_no_live_store(
    zone: Zone, monkeypatch: pytest.MonkeyPatch
) -> None:
    zone.write(zone.draft, "two")
    monkeypatch.setenv("AUTOCONFIG_PROVIDERS", "/nowhere/at/all")
    assert len(zone.digests(zone.records("--providers", str(zone.draft)))) == 1


def test_json_has_both_digests_and_standard_error_nothing(zone: Zone) -> None:
    zone.write(zone.draft, "two")
    told = zone.records("--providers", str(zone.draft), "--json")
    values = [record["value"] for record in told.json["records"] if "UAAC1" in record["value"]]
    assert (len(values), told.err) == (2, "")


def test_rendering_and_a_draft_leave_nothing_in_the_folder(
    autoconfig: Command, zone: Zone, folder: Path
) -> None:
    (folder / FILE_NAME).unlink()
    autoconfig("render", "pacc", f"ada@{zone.domain}")
    zone.write(zone.draft, "two")
    zone.records("--providers", str(zone.draft))
    assert not (folder / FILE_NAME).exists()
    zone.records()
    assert (folder / FILE_NAME).exists()
