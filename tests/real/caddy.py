"""A real Caddy: a plain process with a folder of its own for certificates, that asks nobody's authority."""

from __future__ import annotations

import contextlib
import http.client
import os
import shutil
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tests.databases.server import lasting_port
from tests.internet.fixtures import need

if TYPE_CHECKING:
    from collections.abc import Iterator

START_SECONDS = 20

SHIPPED = Path(__file__).resolve().parents[2] / "deploy" / "Caddyfile"

_OWN = """\
{{
	admin off
	skip_install_trust
	default_bind 127.0.0.1
	http_port {http}
	https_port {https}
	storage file_system {folder}
	grace_period 5s
	log tries {{
		include http.handlers.reverse_proxy
		level DEBUG
		output file {folder}/tries.json
	}}
"""


@dataclass
class Caddy:
    """A running proxy and where it writes."""

    http: int
    https: int
    folder: Path

    @property
    def root_certificate(self) -> Path:
        """Of the authority that it made itself."""
        return self.folder / "pki" / "authorities" / "local" / "root.crt"

    def get(self, path: str) -> tuple[int, str | None]:
        """The status and Retry-After of an answer, asked for on a connection of its own."""
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", self.http, timeout=10)) as connection:
            connection.request("GET", path)
            response = connection.getresponse()
            return response.status, response.getheader("Retry-After")

    def failed_tries(self) -> int:
        """How often a replica was asked and gave no answer: each was repeated, or the client got a 502."""
        with (self.folder / "tries.json").open() as log:
            return sum('"msg":"upstream roundtrip"' in line and '"error":' in line for line in log)


@contextlib.contextmanager
def running_caddy(folder: Path, caddyfile: str) -> Iterator[Caddy]:
    """Run Caddy with a Caddyfile that has a block of global options, to which those of a test are added.

    Skipped where it is not installed, which fails under ``CI=true``.
    """
    program = shutil.which("caddy")
    need("" if program else "caddy is not installed (apt install caddy)")
    caddy = Caddy(lasting_port(), lasting_port(), folder)
    own = _OWN.format(http=caddy.http, https=caddy.https, folder=folder)
    (folder / "tries.json").touch()
    configuration = folder / "Caddyfile"
    configuration.write_text(replaced(caddyfile, {"{\n": own}))
    command = [str(program), "run", "--config", str(configuration), "--adapter", "caddyfile"]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, env=os.environ | {"HOME": str(folder)})
    try:
        _wait_for(caddy, process)
        yield caddy
    finally:
        process.terminate()
        process.wait(20)


def shipped(*replicas: int) -> str:
    """``deploy/Caddyfile`` with the replicas on these ports of the loopback interface.

    Certificates are of Caddy's own authority, and its other port is one that is free; all else is as it
    stands there.
    """
    places = {f"replica-{number}:8000": f"127.0.0.1:{port}" for number, port in enumerate(replicas, 1)}
    places["127.0.0.1:8081"] = f"127.0.0.1:{lasting_port()}"
    return replaced(SHIPPED.read_text(), {**places, "\ttls {\n": "\ttls {\n\t\tissuer internal\n"})


def replaced(text: str, words: dict[str, str]) -> str:
    """The text with other words; each of those it had must be there, first of all in its own line."""
    for old, new in words.items():
        assert old in text, f"{old!r} does not stand in the Caddyfile"
        text = text.replace(old, new, 1) if old == "{\n" else text.replace(old, new)
    return text


def _wait_for(caddy: Caddy, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", caddy.https), 1):
            return
        time.sleep(0.05)
    raise AssertionError(f"caddy does not listen:\n{(caddy.folder / 'log').read_text()}")
