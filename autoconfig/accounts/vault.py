"""The keyring of the desktop: where passwords are kept, and where the files that we write look for them.

``secret-tool`` (libsecret) is asked first, since the files ask it too; elsewhere Python's keyring, which
knows macOS and Windows. What is read and written is one item: service ``mail``, account the address.
"""

from __future__ import annotations

import shlex
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

from autoconfig.errors import AutoconfigError
from autoconfig.formats.clients.secrets import ATTRIBUTES, LABEL

if TYPE_CHECKING:
    from types import ModuleType

TOOL = "secret-tool"
EXTRA = "pip install 'mail-autoconfig[keyring]'"
SECONDS = 120
"""A person may have to unlock the keyring first."""

_SERVICE = ATTRIBUTES["service"]


class VaultClosed(AutoconfigError):
    """The keyring cannot be used, or has no such password; the sentence says what to do."""


def look_up(address: str) -> str:
    """The password of an address. Raises VaultClosed."""
    if shutil.which(TOOL) is not None:
        ended = _run([TOOL, "lookup", *_attributes(address)])
        if ended.returncode == 0 and ended.stdout:
            return ended.stdout.removesuffix("\n")
        _complain(ended.stderr)
        raise VaultClosed(
            f"The keyring has no password for {address}; put one there: {how_to_store(address)}"
        )
    password = _asked(address)
    if password is None:
        raise VaultClosed(
            f"The keyring has no password for {address}; put one there: {how_to_store(address)}"
        )
    return password


def store(address: str, password: str) -> None:
    """Keep the password of an address. Raises VaultClosed."""
    if shutil.which(TOOL) is not None:
        ended = _run([TOOL, "store", f"--label={LABEL}", *_attributes(address)], password)
        if ended.returncode:
            _complain(ended.stderr)
            raise VaultClosed(f"{TOOL} could not keep the password.")
        return
    keyring = _library()
    try:
        keyring.set_password(_SERVICE, address, password)
    except keyring.errors.KeyringError as error:
        raise VaultClosed(f"The keyring could not keep the password ({type(error).__name__}).") from None


def password_command(address: str) -> str | None:
    """What prints the password that is kept; None for the command that the files have anyway.

    The address must be one that is safe to write.
    """
    if shutil.which(TOOL) is not None:
        return None
    return shlex.join([sys.executable, "-m", "keyring", "get", _SERVICE, address])


def how_to_store(address: str) -> str:
    """The command with which a person keeps a password."""
    if shutil.which(TOOL) is not None or sys.platform.startswith("linux"):
        return shlex.join([TOOL, "store", f"--label={LABEL}", *_attributes(address)])
    return f"keyring set {_SERVICE} {shlex.quote(address)}"


def unavailable() -> str:
    """Why there is no keyring here, in one sentence; empty where there is one."""
    if shutil.which(TOOL) is not None:
        try:
            _complain(_run([TOOL, "lookup", *_attributes("")]).stderr)  # nobody's, to see whether it answers
        except VaultClosed as error:
            return str(error)
        return ""
    try:
        keyring = _library()
    except VaultClosed as error:
        return str(error)
    priority = getattr(keyring.get_keyring(), "priority", 0)
    return (
        ""
        if priority > 0
        else f"There is no keyring here that could keep a password; see {TOOL} (libsecret)."
    )


def _attributes(address: str) -> list[str]:
    return [word for pair in {**ATTRIBUTES, "account": address}.items() for word in pair]


def _run(command: list[str], given: str = "") -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(  # noqa: S603 - its own words, and an address as one argument
            command, input=given, capture_output=True, text=True, check=False, timeout=SECONDS
        )
    except (OSError, UnicodeError, subprocess.TimeoutExpired):
        raise VaultClosed(f"{TOOL} does not answer; is the keyring of this desktop running?") from None


def _complain(said: str) -> None:
    """Raises VaultClosed with what the tool says about itself, such as that no keyring runs."""
    line = " ".join(said.split())[:200]
    if line:
        raise VaultClosed(f"The keyring cannot be used: {line.rstrip('.')}.")


def _asked(address: str) -> str | None:
    keyring = _library()
    try:
        password = keyring.get_password(_SERVICE, address)
    except keyring.errors.KeyringError as error:
        raise VaultClosed(f"The keyring cannot be used ({type(error).__name__}).") from None
    return password if isinstance(password, str) else None


def _library() -> ModuleType:
    try:
        import keyring
        import keyring.errors
    except ImportError:
        raise VaultClosed(f"There is no keyring to ask: install {TOOL} (libsecret), or {EXTRA}") from None
    return keyring
