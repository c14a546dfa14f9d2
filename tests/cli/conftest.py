"""The command, run inside the test (quick) or as a process of its own (where only that shows the truth)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol

import pytest

from autoconfig.cli import main
from tests.cli.resolved import FakeResolver
from tests.stores.folder import toml_text

if TYPE_CHECKING:
    from pathlib import Path

    from autoconfig.resolver import Resolution


@dataclass(frozen=True)
class Run:
    """What a command left behind."""

    code: int
    stdout: bytes
    stderr: bytes

    @property
    def out(self) -> str:
        return self.stdout.decode()

    @property
    def err(self) -> str:
        return self.stderr.decode()

    @property
    def json(self) -> Any:
        return json.loads(self.stdout)


class Command(Protocol):
    """Runs ``autoconfig`` with some arguments."""

    def __call__(self, *arguments: str, **more: Any) -> Run: ...


class ResolvesTo(Protocol):
    """Makes the resolver answer so, whatever the address."""

    def __call__(self, resolution: Resolution) -> FakeResolver: ...


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two providers, and the environment that serves them."""
    for variable in [name for name in os.environ if name.startswith("AUTOCONFIG_")]:
        monkeypatch.delenv(variable)
    monkeypatch.delenv("PYTHONUNBUFFERED", raising=False)  # it hides what is lost in buffers
    folder = tmp_path / "providers"
    folder.mkdir()
    first = toml_text("example.com", "bücher.example", mx=("mx.example.net",), name="Example")
    (folder / "example.com.toml").write_text(first, encoding="utf-8")
    (folder / "other.example.toml").write_text(toml_text("other.example", name="Other"))
    monkeypatch.setenv("AUTOCONFIG_PROVIDERS", str(folder))
    return folder


@pytest.fixture
def autoconfig(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]
) -> Command:
    """The command inside this process."""

    def run(*arguments: str, **more: Any) -> Run:
        monkeypatch.setattr(sys, "argv", ["autoconfig", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        code = ended.value.code
        assert isinstance(code, int)
        return Run(code, *capsysbinary.readouterr())

    return run


@pytest.fixture
def process(folder: Path) -> Command:
    """The command as a process of its own; ``more`` goes to subprocess.run."""

    def run(*arguments: str, **more: Any) -> Run:
        command = [sys.executable, "-m", "autoconfig", *arguments]
        piped = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "stdin": subprocess.DEVNULL}
        ended = subprocess.run(command, check=False, timeout=60, **{**piped, **more})
        return Run(ended.returncode, ended.stdout or b"", ended.stderr or b"")

    return run


@pytest.fixture
def resolves_to(monkeypatch: pytest.MonkeyPatch) -> ResolvesTo:
    """A resolver that asks nobody, in the place of the real one."""
    monkeypatch.setenv("AUTOCONFIG_NAMESERVERS", "127.0.0.1:1")

    def give(resolution: Resolution) -> FakeResolver:
        resolver = FakeResolver(answer=lambda address: replace(resolution, address=address))
        monkeypatch.setattr("autoconfig.resolver.Resolver", resolver)
        return resolver

    return give
