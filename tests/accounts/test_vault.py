"""The keyring: libsecret's with a real daemon, and Python's library elsewhere."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import keyring
import pytest

from autoconfig.accounts import vault
from autoconfig.accounts.vault import VaultClosed
from tests.accounts.keyrings import LockedKeyring, MemoryKeyring
from tests.internet.fixtures import need

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ADDRESS = "ada@example.com"
AWKWARD = "p\u00e4ss \"w$rd'\\#%`id`;:/"
PACKAGES = {
    "secret-tool": "libsecret-tools",
    "gnome-keyring-daemon": "gnome-keyring",
    "dbus-run-session": "dbus-daemon",
}
_UNLOCKED = 'printf pw | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1; exec "$@"'


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch) -> Iterator[MemoryKeyring]:
    """A machine without secret-tool, whose keyring is Python's."""
    monkeypatch.setenv("PATH", "/nonexistent")
    before = keyring.get_keyring()
    memory = MemoryKeyring()
    keyring.set_keyring(memory)
    yield memory
    keyring.set_keyring(before)


def in_a_session(folder: Path, code: str) -> str:
    """What Python prints inside a desktop session with an unlocked keyring."""
    for program, package in PACKAGES.items():
        need("" if shutil.which(program) else f"{program} is not installed (apt install {package})")
    environment = {**os.environ, "HOME": str(folder), "XDG_RUNTIME_DIR": str(folder)}
    command = ["dbus-run-session", "--", "sh", "-c", _UNLOCKED, "sh", sys.executable, "-c", code]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


@pytest.mark.real
def test_what_is_kept_is_what_rendered_files_look_up(tmp_path: Path) -> None:
    printed = in_a_session(
        tmp_path,
        f"""
import subprocess
from autoconfig.accounts import vault
from autoconfig.formats.clients import Secrets
print([vault.unavailable(), vault.password_command({ADDRESS!r})])
vault.store({ADDRESS!r}, {AWKWARD!r})
command = Secrets().password_for({ADDRESS!r})
looked_up = subprocess.run(command, shell=True, capture_output=True, text=True).stdout
print([vault.look_up({ADDRESS!r}) == {AWKWARD!r}, looked_up == {AWKWARD!r}])
try:
    vault.look_up("eve@example.com")
except vault.VaultClosed as error:
    print(error)
""",
    )
    *good, missed = printed.splitlines()
    assert good == ["['', None]", "[True, True]"]
    assert missed == (
        "The keyring has no password for eve@example.com; put one there: "
        "secret-tool store --label=Mail service mail account eve@example.com"
    )


@pytest.mark.real
def test_a_machine_without_a_desktop_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    need("" if shutil.which("secret-tool") else "secret-tool is not installed (apt install libsecret-tools)")
    for variable in ("DBUS_SESSION_BUS_ADDRESS", "DISPLAY", "XDG_RUNTIME_DIR"):
        monkeypatch.delenv(variable, raising=False)
    assert vault.unavailable().startswith("The keyring cannot be used: ")
    with pytest.raises(VaultClosed) as refused:
        vault.look_up(ADDRESS)
    assert str(refused.value).startswith("The keyring cannot be used: ")
    with pytest.raises(VaultClosed):
        vault.store(ADDRESS, "hunter2")


def test_elsewhere_the_library_keeps_the_password(library: MemoryKeyring) -> None:
    vault.store(ADDRESS, AWKWARD)
    assert library.kept == {("mail", ADDRESS): AWKWARD}
    assert vault.look_up(ADDRESS) == AWKWARD
    assert vault.password_command(ADDRESS) == f"{sys.executable} -m keyring get mail {ADDRESS}"
    assert vault.unavailable() == ""


def test_a_password_that_is_not_there_is_missed(library: MemoryKeyring) -> None:
    with pytest.raises(VaultClosed) as refused:
        vault.look_up(ADDRESS)
    assert str(refused.value).startswith(f"The keyring has no password for {ADDRESS}; put one there: ")


def test_a_locked_keyring_is_one_sentence_without_the_password(library: MemoryKeyring) -> None:
    keyring.set_keyring(LockedKeyring())
    with pytest.raises(VaultClosed) as refused:
        vault.look_up(ADDRESS)
    assert str(refused.value) == "The keyring cannot be used (KeyringLocked)."
    with pytest.raises(VaultClosed) as refused:
        vault.store(ADDRESS, "hunter2")
    assert str(refused.value) == "The keyring could not keep the password (KeyringLocked)."


def test_without_any_keyring_it_is_said_what_to_install(
    monkeypatch: pytest.MonkeyPatch, library: MemoryKeyring
) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)
    expected = "There is no keyring to ask: install secret-tool (libsecret), or "
    assert vault.unavailable() == f"{expected}pip install 'mail-autoconfig[keyring]'"
