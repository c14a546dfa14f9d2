"""The import direction of docs/architecture.md, read from the sources."""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

PACKAGE = "autoconfig"
ROOT = Path(__file__).resolve().parents[1]

FACADE = frozenset({"__init__", "__main__"})
"""The package's own front door, as high as wsgi.py: nothing inside the package goes through it."""

REACHES_OUTSIDE = frozenset(
    {"asyncio", "fileinput", "ftplib", "glob", "http", "httpx", "imaplib", "io", "os", "pathlib", "poplib"}
    | {"requests", "select", "selectors", "shutil", "smtplib", "socket", "socketserver", "ssl", "subprocess"}
    | {"tempfile", "urllib.request", "urllib3"}
)
"""What formats and model must not import: sockets, HTTP, files, processes."""

MODEL_LIBRARIES = frozenset({PACKAGE, "idna", "email_validator"})


class Import(NamedTuple):
    """One import statement's target and the line it stands on."""

    target: str
    line: int


def imports_of(file: Path, package: str) -> Iterator[Import]:
    """Every import in a file, those inside functions and under TYPE_CHECKING included."""
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (Import(alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parents = package.split(".")[: -(node.level - 1) or None] if node.level else []
            base = ".".join([*parents, *([node.module] if node.module else [])])
            yield from (Import(f"{base}.{alias.name}", node.lineno) for alias in node.names)


def modules_of(root: Path) -> Iterator[tuple[str, Path]]:
    """Every module below ``root``: the dotted name of the package it stands in, and its file."""
    for file in sorted((root / PACKAGE).rglob("*.py")):
        yield ".".join(file.relative_to(root).parent.parts), file
    if (root / "wsgi.py").exists():
        yield "", root / "wsgi.py"


def target_room(name: str, rooms: Sequence[str]) -> str | None:
    """The room a dotted name leads to; None outside the package and for its version, a constant."""
    head, *rest = name.split(".")
    if head != PACKAGE or rest == ["__version__"]:
        return None
    return rest[0] if rest and rest[0] in rooms else "__init__"


def wrong_steps(root: Path, layers: Sequence[frozenset[str]]) -> list[str]:
    """Every import that leads upward, or sideways between two rooms of one layer."""
    level = {room: index for index, layer in enumerate(layers) for room in layer}
    level |= dict.fromkeys(FACADE, len(layers) - 1)
    found = []
    for package, file in modules_of(root):
        path = file.relative_to(root)
        here = path.parts[1].removesuffix(".py") if package else path.name
        if here not in level:
            found.append(f"{path}: {here} stands in no layer")
            continue
        for target, line in imports_of(file, package):
            there = target_room(target, tuple(level))
            if there not in (None, here) and level[there] >= level[here]:
                found.append(f"{path}:{line}: {here} imports {there}")
    return found


def forbidden_imports(root: Path, room: str, forbidden: frozenset[str]) -> list[str]:
    """Every import of a forbidden module, or of something inside one, in one room."""
    return [
        f"{file.relative_to(root)}:{line}: {target}"
        for package, file in modules_of(root)
        if package.split(".")[1:2] == [room]
        for target, line in imports_of(file, package)
        if any(target == name or target.startswith(f"{name}.") for name in forbidden)
    ]


def documented_layers() -> list[frozenset[str]]:
    """The layer list of docs/architecture.md, lowest first, file names without their ending."""
    text = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    block = re.search(r"^## Layers, lowest first\n+```\n(.+?)\n```", text, re.MULTILINE | re.DOTALL)
    assert block is not None, "docs/architecture.md has no layer list"
    return [frozenset(layer.replace(",", " ").split()) for layer in block[1].split("<")]


def test_no_import_leads_upward_or_sideways() -> None:
    assert wrong_steps(ROOT, documented_layers()) == []


def test_every_room_of_the_documentation_exists() -> None:
    rooms = {file.name.removesuffix(".py") for file in (ROOT / PACKAGE).iterdir()} | {"wsgi.py"}
    assert frozenset().union(*documented_layers()) - rooms == frozenset()


@pytest.mark.parametrize("room", ["model", "formats", "sasl"])
def test_the_pure_layers_reach_no_socket_and_no_file(room: str) -> None:
    assert forbidden_imports(ROOT, room, REACHES_OUTSIDE) == []


@pytest.mark.parametrize("room", ["model", "formats", "sasl"])
def test_the_pure_layers_open_no_file(room: str) -> None:
    calls = [
        f"{file.relative_to(ROOT)}:{node.lineno}"
        for package, file in modules_of(ROOT)
        if package.split(".")[1:2] == [room]
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "open"
    ]
    assert calls == []


def test_the_model_needs_the_standard_library_and_two_tables_of_names() -> None:
    heads = {
        target.partition(".")[0]
        for package, file in modules_of(ROOT)
        if package.split(".")[1:2] == ["model"]
        for target, _ in imports_of(file, package)
    }
    assert heads - sys.stdlib_module_names == MODEL_LIBRARIES


# The checker itself, on a made-up package.

LAYERS = [frozenset({"errors"}), frozenset({"model"}), frozenset({"web", "cli"}), frozenset({"wsgi.py"})]


@pytest.fixture
def made_up(tmp_path: Path) -> Path:
    """A package with a room on every layer that imports nothing."""
    package = tmp_path / PACKAGE
    for name in ("model", "web", "cli"):
        (package / name).mkdir(parents=True)
        (package / name / "__init__.py").touch()
    (package / "__init__.py").touch()
    (package / "errors.py").touch()
    (tmp_path / "wsgi.py").touch()
    return tmp_path


def write(root: Path, path: str, source: str) -> None:
    """Write one module of the made-up package."""
    (root / path).write_text(source, "utf-8")


def test_the_checker_accepts_a_step_downward(made_up: Path) -> None:
    write(made_up, "autoconfig/web/app.py", "from autoconfig import __version__\nimport autoconfig.model\n")
    write(made_up, "autoconfig/__main__.py", "from autoconfig.cli import main\n")
    write(made_up, "wsgi.py", "from autoconfig.web import create_app\n")
    assert wrong_steps(made_up, LAYERS) == []


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("from autoconfig.web import app", 1),
        ("from autoconfig.web.app import create_app", 1),
        ("from autoconfig import web", 1),
        ("import os, autoconfig.web.app", 1),
        ("from ..web import app", 1),
        ("from .. import web", 1),
        ("def f():\n    from autoconfig.web import app\n", 2),
        ("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import autoconfig.web\n", 3),
        ("try:\n    import autoconfig.web as w\nexcept ImportError:\n    pass\n", 2),
    ],
)
def test_the_checker_catches_a_step_upward(made_up: Path, source: str, line: int) -> None:
    write(made_up, "autoconfig/model/server.py", source)
    assert wrong_steps(made_up, LAYERS) == [f"autoconfig/model/server.py:{line}: model imports web"]


def test_the_checker_catches_a_step_sideways(made_up: Path) -> None:
    write(made_up, "autoconfig/cli/serve.py", "from autoconfig.web import run\n")
    assert wrong_steps(made_up, LAYERS) == ["autoconfig/cli/serve.py:1: cli imports web"]


@pytest.mark.parametrize("source", ["import autoconfig", "from autoconfig import create_app"])
def test_the_checker_catches_a_step_through_the_front_door(made_up: Path, source: str) -> None:
    write(made_up, "autoconfig/errors.py", source)
    assert wrong_steps(made_up, LAYERS) == ["autoconfig/errors.py:1: errors imports __init__"]


def test_the_checker_catches_a_room_without_a_layer(made_up: Path) -> None:
    write(made_up, "autoconfig/utils.py", "")
    assert wrong_steps(made_up, LAYERS) == ["autoconfig/utils.py: utils stands in no layer"]


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("import socket", "socket"),
        ("from urllib.request import urlopen", "urllib.request.urlopen"),
        ("from urllib import request", "urllib.request"),
        ("import http.client", "http.client"),
        ("from os import path", "os.path"),
    ],
)
def test_the_checker_catches_a_way_outside(made_up: Path, source: str, target: str) -> None:
    write(made_up, "autoconfig/model/server.py", f"def f():\n    {source}\n")
    found = forbidden_imports(made_up, "model", REACHES_OUTSIDE)
    assert found == [f"autoconfig/model/server.py:2: {target}"]


def test_the_checker_lets_pure_modules_be_imported(made_up: Path) -> None:
    write(made_up, "autoconfig/model/server.py", "import json\nfrom urllib.parse import urlsplit\n")
    assert forbidden_imports(made_up, "model", REACHES_OUTSIDE) == []
