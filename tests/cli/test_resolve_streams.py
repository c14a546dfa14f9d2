"""Reading and writing without holding up the event loop."""

from __future__ import annotations

import asyncio
import os
import threading
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autoconfig.cli.streams import CHUNK, MAX_LINE, lines, write

if TYPE_CHECKING:
    from pathlib import Path


def read(descriptor: int) -> list[bytes]:
    async def run() -> list[bytes]:
        return [line async for line in lines(descriptor)]

    return asyncio.run(run())


def from_file(path: Path, content: bytes) -> list[bytes]:
    path.write_bytes(content)
    with path.open("rb") as file:
        return read(file.fileno())


def from_pipe(content: bytes) -> list[bytes]:
    ours, theirs = os.pipe()

    def send() -> None:
        with open(theirs, "wb") as pipe:
            pipe.write(content)

    sender = threading.Thread(target=send)
    sender.start()
    try:
        return read(ours)
    finally:
        sender.join()
        os.close(ours)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", []),
        (b"a\n", [b"a"]),
        (b"a\nb", [b"a", b"b"]),
        (b"\n\n", [b"", b""]),
        (b"a\r\n", [b"a\r"]),
        (b"\xff\x00\n", [b"\xff\x00"]),
    ],
)
def test_lines_are_read_from_a_file_and_a_pipe(tmp_path: Path, content: bytes, expected: list[bytes]) -> None:
    assert from_file(tmp_path / "in", content) == expected
    assert from_pipe(content) == expected


@given(st.lists(st.binary(max_size=40).filter(lambda line: b"\n" not in line), max_size=20))
@settings(deadline=None)
def test_what_was_written_as_lines_is_read_as_lines(content: list[bytes]) -> None:
    assert from_pipe(b"".join(line + b"\n" for line in content)) == content


def test_nothing_is_read_from_nowhere() -> None:
    with open(os.devnull, "rb") as nowhere:
        assert read(nowhere.fileno()) == []


def test_of_an_endless_line_only_its_beginning_is_kept(tmp_path: Path) -> None:
    content = b"x" * (CHUNK * 3 + 7) + b"\nada@example.com\n"
    assert from_file(tmp_path / "in", content) == [b"x" * MAX_LINE, b"ada@example.com"]


def test_waiting_for_a_line_does_not_hold_up_the_loop_and_can_be_given_up() -> None:
    ours, theirs = os.pipe()

    async def run() -> None:
        source = lines(ours)
        waiting = asyncio.ensure_future(anext(source))
        await asyncio.sleep(0.05)
        assert not waiting.done()
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting

    asyncio.run(run())
    os.close(ours)
    os.close(theirs)


def test_a_reader_that_stands_still_does_not_hold_up_the_loop() -> None:
    ours, theirs = os.pipe()
    content = os.urandom(1_000_000)

    async def run() -> bytes:
        writing = asyncio.ensure_future(write(theirs, content))
        await asyncio.sleep(0.05)
        assert not writing.done(), "a pipe holds less than that"
        got = b""
        while len(got) < len(content):
            got += await asyncio.to_thread(os.read, ours, CHUNK)
        await writing
        return got

    assert asyncio.run(run()) == content
    os.close(ours)
    os.close(theirs)


def test_a_reader_that_has_left_is_a_broken_pipe() -> None:
    ours, theirs = os.pipe()
    os.close(ours)
    with pytest.raises(BrokenPipeError):
        asyncio.run(write(theirs, b"x"))
    os.close(theirs)


def test_a_file_gets_all_that_is_written(tmp_path: Path) -> None:
    path = tmp_path / "out"
    with path.open("wb") as file:
        asyncio.run(write(file.fileno(), b"x" * 100_000))
    assert path.read_bytes() == b"x" * 100_000
