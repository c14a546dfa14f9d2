"""Valkey or Redis, whichever is there, that writes no file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.databases.server import NotInstalled, Server, found, unprivileged

if TYPE_CHECKING:
    from pathlib import Path


class Valkey(Server):
    """A server on the loopback interface, empty after each start."""

    def __init__(self, folder: Path) -> None:
        try:
            self._program = found("valkey-server", (), "valkey-server")
        except NotInstalled:
            self._program = found("redis-server", (), "redis-server")
        super().__init__(folder)

    def command(self) -> list[str]:
        """The server in the foreground."""
        command = [self._program, "--port", str(self.port), "--bind", "127.0.0.1", "--save", ""]
        return unprivileged([*command, "--dir", str(self.folder)])

    @property
    def url(self) -> str:
        """Where it is."""
        return f"redis://127.0.0.1:{self.port}/0"
