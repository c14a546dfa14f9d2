"""Where each mail program looks for its configuration, and what there is to say about it."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

APPLE, THUNDERBIRD = "apple", "thunderbird"
_CONFIG = "$XDG_CONFIG_HOME"
_BOX = "Mail/{address}/Inbox"


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """A program's file; paths are relative to the home directory, ``{address}`` is filled in."""

    title: str
    """What the program is, for people."""
    command: str
    """What is found in PATH where it is installed; empty for what is no program of this machine."""
    path: str
    directories: tuple[str, ...] = ()
    """What it needs and does not make itself."""
    appends: bool = False
    """Whether several accounts can stand in one file, one after the other."""
    once: str = ""
    """A pattern of lines that may stand in a file only once."""
    then: str = ""
    """What to run next."""


DESTINATIONS: Mapping[str, Destination] = {
    "aerc": Destination(
        title="aerc, mail in the terminal",
        command="aerc",
        path=f"{_CONFIG}/aerc/accounts.conf",
        appends=True,
        then="aerc",
    ),
    APPLE: Destination(
        title="Apple Mail, a profile for Mac, iPhone and iPad",
        command="",
        path="{address}.mobileconfig",
        then="open the file on the Mac, or send it to the iPhone or iPad and open it there",
    ),
    "env": Destination(
        title="environment variables for applications",
        command="",
        path="mail.env",
        then="sh -c '. ~/mail.env && exec your-application'",
    ),
    "fetchmail": Destination(
        title="fetchmail, fetches mail", command="fetchmail", path=".fetchmailrc", appends=True
    ),
    "getmail": Destination(
        title="getmail, fetches mail",
        command="getmail",
        path=f"{_CONFIG}/getmail/getmailrc",
        directories=tuple(f"{_BOX}/{name}" for name in ("cur", "new", "tmp")),
        then="getmail",
    ),
    "git": Destination(
        title="git send-email, hands in patches", command="git", path=".gitconfig", appends=True
    ),
    "himalaya": Destination(
        title="Himalaya, mail from the command line",
        command="himalaya",
        path=f"{_CONFIG}/himalaya/config.toml",
        then="himalaya",
    ),
    "mbsync": Destination(
        title="mbsync (isync), keeps a folder and a mailbox alike",
        command="mbsync",
        path=".mbsyncrc",
        directories=("Mail/{address}",),
        appends=True,
        then="mbsync {address}",
    ),
    "msmtp": Destination(
        title="msmtp, hands mail in",
        command="msmtp",
        path=".msmtprc",
        appends=True,
        once=r"account\s+default\b.*",
        then="msmtp somebody@example.org < message",
    ),
    "neomutt": Destination(
        title="NeoMutt or Mutt, mail in the terminal",
        command="neomutt",
        path=f"{_CONFIG}/neomutt/neomuttrc",
        then="neomutt",
    ),
    "offlineimap": Destination(
        title="OfflineIMAP, keeps a folder and a mailbox alike",
        command="offlineimap",
        path=".offlineimaprc",
        then="offlineimap -o",
    ),
    "postfix": Destination(
        title="Postfix, all mail of a machine leaves by way of the account",
        command="postfix",
        path="postfix-main.cf",
        then="as root, add the file to /etc/postfix/main.cf and do what its comment says",
    ),
    THUNDERBIRD: Destination(
        title="Thunderbird, a profile of its own",
        command="thunderbird",
        path="",
        then="thunderbird -P {address}",
    ),
}
"""By the names that ``--program`` takes."""


@dataclass(frozen=True, slots=True)
class Home:
    """Somebody's home directory, or a folder in its place."""

    folder: Path
    config: Path

    @classmethod
    def of_user(cls) -> Home:
        """The home directory of who runs this. Raises RuntimeError where there is none."""
        home = Path.home()
        # The XDG Base Directory Specification: a relative path is invalid and ignored.
        config = Path(os.environ.get("XDG_CONFIG_HOME", ""))
        return cls(home, config if config.is_absolute() else home / ".config")

    @classmethod
    def at(cls, folder: Path) -> Home:
        """A folder that stands for a home directory."""
        return cls(folder, folder / ".config")

    def path(self, written: str, address: str) -> Path:
        """Where a path of a destination is here."""
        text = written.format(address=address)
        if text.startswith(f"{_CONFIG}/"):
            return self.config / text.removeprefix(f"{_CONFIG}/")
        return self.folder / text

    @property
    def thunderbird(self) -> Path:
        """The folder with Thunderbird's ``profiles.ini``."""
        if sys.platform == "darwin":
            return self.folder / "Library" / "Thunderbird"
        if sys.platform == "win32":
            return self.folder / "AppData" / "Roaming" / "Thunderbird"
        return self.folder / ".thunderbird"
