"""What the servers of one provider share: its domain, its mailboxes on disk, its certificate."""

from __future__ import annotations

import pwd
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

OWNER = "mail"
"""Whom the mailboxes belong to."""
AUTH_PORT = 12345
"""Where Dovecot tells Postfix whether a password is right."""


@dataclass(frozen=True)
class Site:
    """``address`` has a mailbox, and so has ``user`` of this machine."""

    domain: str
    address: str
    user: str
    password: str
    """Of every login name."""
    mail: Path
    certificate: Path
    auth_port: int = AUTH_PORT

    @property
    def uid(self) -> int:
        return pwd.getpwnam(OWNER).pw_uid

    @property
    def gid(self) -> int:
        return pwd.getpwnam(OWNER).pw_gid
