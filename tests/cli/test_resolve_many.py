"""``autoconfig resolve -``: lines in, JSON lines out, interrupted and gone on with."""

from __future__ import annotations

import asyncio
import json
import sys
from typing import TYPE_CHECKING, Any

import pytest

from autoconfig.cli.many import JOBS, resolve_many
from autoconfig.errors import SettingsError
from tests.cli.resolved import FakeResolver, found, nothing

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from autoconfig.cli.progress import Tally
    from autoconfig.model import EmailAddress


class Many:
    """Runs over an input file; the output is a file too."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.input = folder / "in.txt"
        self.output = folder / "out.jsonl"
        self.file = folder / "earlier.jsonl"
        self._monkeypatch = monkeypatch

    def __call__(self, text: str | bytes, resolver: FakeResolver | None = None, **options: Any) -> Tally:
        self.input.write_bytes(text if isinstance(text, bytes) else text.encode())
        resolve = (resolver or FakeResolver()).resolve
        with (
            self.input.open("rb") as source,
            self.output.open("wb") as output,
            self._monkeypatch.context() as patch,
        ):
            patch.setattr(sys, "stdin", source)
            patch.setattr(sys, "stdout", output)
            return asyncio.run(resolve_many(resolve, **options))

    @property
    def lines(self) -> list[dict[str, Any]]:
        """What was written on standard output."""
        return read(self.output)


def read(path: Path) -> list[dict[str, Any]]:
    """The JSON lines of a file."""
    text = path.read_text("utf-8")
    assert text == "" or text.endswith("\n")
    return [json.loads(line) for line in text.splitlines()]


@pytest.fixture
def many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Many:
    return Many(tmp_path, monkeypatch)


def people(count: int, domain: str = "example.com") -> str:
    """An input."""
    return "".join(f"user{number}@{domain}\n" for number in range(count))


def only(*domains: str) -> Callable[[EmailAddress], Any]:
    """An answer that finds settings for these domains alone."""
    return lambda address: found(address=address) if address.domain in domains else nothing(address)


def test_each_address_has_its_line_in_the_order_of_the_input(many: Many) -> None:
    slowest_first = FakeResolver(
        delay=lambda address: 0.02 if address.local_part in ("user0", "user3") else 0
    )
    tally = many(people(8), slowest_first)
    assert [line["address"] for line in many.lines] == people(8).split()
    assert (tally.asked, tally.found) == (8, 8)


def test_a_line_is_the_json_of_a_resolution_without_its_trace(many: Many) -> None:
    many("ada@example.com\n")
    assert many.lines == [found().as_dict(trace=False)]
    assert many.lines[0]["trace"] == []


def test_the_trace_is_there_where_it_was_asked_for(many: Many) -> None:
    many("ada@example.com\n", trace=True)
    assert many.lines == [found().as_dict()]
    assert len(many.lines[0]["trace"]) == 1


def test_blank_lines_comments_and_spaces_are_skipped(many: Many) -> None:
    many("\n# people\n  ada@example.com \r\n\t\n#bob@example.com\neve@example.com")
    assert [line["address"] for line in many.lines] == ["ada@example.com", "eve@example.com"]


def test_a_byte_order_mark_is_no_part_of_an_address(many: Many) -> None:
    many("\ufeffada@example.com\n")
    assert [line["address"] for line in many.lines] == ["ada@example.com"]


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        (b"nobody", "nobody"),
        (b"a b@example.com", "a b@example.com"),
        (b"ada@\xff", "ada@\ufffd"),
        (b"ada@example.com,bob@example.com", "ada@example.com,bob@example.com"),
        (b"x" * 100_000, "x" * 4096),
    ],
)
def test_a_malformed_line_is_an_error_and_does_not_stop_the_run(many: Many, line: bytes, shown: str) -> None:
    tally = many(b"ada@example.com\n" + line + b"\neve@example.com\n")
    first, bad, last = many.lines
    assert (first["found"], last["found"]) == (True, True)
    assert (bad["address"], bad["found"], type(bad["error"])) == (shown, False, str)
    assert (tally.asked, tally.found) == (3, 2)


def test_an_address_that_nobody_knows_is_not_found_and_no_error(many: Many) -> None:
    tally = many("ada@example.com\nbob@example.org\n", FakeResolver(answer=only("example.com")))
    assert [line["found"] for line in many.lines] == [True, False]
    assert "error" not in many.lines[1]
    assert (tally.asked, tally.found) == (2, 1)


def test_being_offline_is_an_error(many: Many) -> None:
    many("ada@example.com\n", FakeResolver(answer=lambda a: nothing(a, offline=True, reason="No network.")))
    assert many.lines == [nothing(reason="No network.").as_dict(trace=False) | {"error": "No network."}]


def test_a_bug_about_one_address_is_an_error_and_does_not_stop_the_run(
    many: Many, caplog: pytest.LogCaptureFixture
) -> None:
    def answer(address: EmailAddress) -> Any:
        if address.local_part == "user1":
            raise ZeroDivisionError
        return found(address=address)

    many(people(3), FakeResolver(answer=answer))
    assert [line.get("error") for line in many.lines] == [None, "A bug here: ZeroDivisionError.", None]
    assert "a resolution failed" in caplog.text


def test_an_empty_input_is_an_empty_output(many: Many) -> None:
    tally = many("# nobody\n")
    assert (many.lines, tally.asked, tally.found) == ([], 0, 0)


def test_names_are_written_in_utf_8(many: Many) -> None:
    many("ada@example.com\n", FakeResolver(answer=lambda a: found(name="Bücher", address=a)))
    assert '"name": "Bücher"'.encode() in many.output.read_bytes()


@pytest.mark.parametrize("jobs", [1, 3])
def test_no_more_addresses_are_asked_at_once_than_chosen(many: Many, jobs: int) -> None:
    resolver = FakeResolver(delay=lambda _address: 0.001)
    many(people(20), resolver, jobs=jobs)
    assert resolver.most_running == jobs


def test_fifty_addresses_are_asked_at_once(many: Many) -> None:
    resolver = FakeResolver(delay=lambda _address: 0.01)
    many(people(120), resolver)
    assert resolver.most_running == JOBS == 50


# --- going on


def test_a_first_run_begins_the_file(many: Many) -> None:
    many(people(3), resume=many.file)
    assert [line["address"] for line in read(many.file)] == people(3).split()
    assert many.lines == []


def test_an_interrupted_run_goes_on_where_it_ended(many: Many) -> None:
    many(people(3), resume=many.file)
    before = many.file.read_bytes()
    resolver = FakeResolver()
    tally = many(people(5), resolver, resume=many.file)
    assert [str(address) for address in resolver.addresses] == ["user3@example.com", "user4@example.com"]
    assert many.file.read_bytes().startswith(before)
    assert [line["address"] for line in read(many.file)] == people(5).split()
    assert (tally.asked, tally.found) == (5, 5)


def test_what_was_not_found_earlier_counts_too(many: Many) -> None:
    many("ada@example.org\n", FakeResolver(answer=only()), resume=many.file)
    tally = many("ada@example.org\nada@example.com\n", resume=many.file)
    assert (tally.asked, tally.found) == (2, 1)


def test_a_line_that_was_cut_off_is_written_anew(many: Many) -> None:
    many(people(3), resume=many.file)
    whole = many.file.read_bytes()
    many.file.write_bytes(whole[:-40])
    many(people(3), resume=many.file)
    assert many.file.read_bytes() == whole


def test_a_finished_run_asks_nobody_again(many: Many) -> None:
    many(people(3), resume=many.file)
    resolver = FakeResolver()
    many(people(3), resolver, resume=many.file)
    assert (resolver.addresses, len(read(many.file))) == ([], 3)


def test_malformed_lines_and_odd_spellings_are_recognized_in_the_file(many: Many) -> None:
    text = "nobody\nAda@BÜCHER.example\n\n# x\n a b@example.com\n"
    many(text, resume=many.file)
    resolver = FakeResolver()
    many(text + "eve@example.com\n", resolver, resume=many.file)
    assert [str(address) for address in resolver.addresses] == ["eve@example.com"]


@pytest.mark.parametrize(
    "text", ["other@example.com\n", "user1@example.com\nuser0@example.com\n", "user0@example.com\n", ""]
)
def test_another_input_is_refused_and_the_file_kept(many: Many, text: str) -> None:
    many(people(2), resume=many.file)
    before = many.file.read_bytes()
    with pytest.raises(SettingsError, match=r"^--resume: line [12] of .* is not about the address"):
        many(text, resume=many.file)
    assert many.file.read_bytes() == before


@pytest.mark.parametrize("content", [b"user0@example.com\n", b"[]\n", b"\n", b"\xff\n"])
def test_a_file_of_something_else_is_refused_and_kept(many: Many, content: bytes) -> None:
    many.file.write_bytes(content)
    with pytest.raises(SettingsError, match=r"^--resume: line 1 of .* is not JSON; give the output"):
        many(people(2), resume=many.file)
    assert many.file.read_bytes() == content


def test_a_file_that_cannot_be_written_is_an_error_of_the_system(many: Many, tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        many(people(1), resume=tmp_path / "nowhere" / "out.jsonl")


# --- memory


def test_neither_the_input_nor_the_output_is_kept(many: Many) -> None:
    import gc

    class Counting(FakeResolver):
        alive = 0
        most_alive = 0

        async def resolve(self, address: EmailAddress, options: object = None, **_more: object) -> Any:
            if len(self.addresses) % 500 == 0:
                gc.collect()
                lines = sum(isinstance(thing, dict) and "elapsed_ms" in thing for thing in gc.get_objects())
                self.most_alive = max(self.most_alive, lines)
            self.addresses.append(address)
            return nothing(address)

    resolver = Counting()
    many(people(3000), resolver, jobs=2)
    assert len(many.lines) == 3000
    assert resolver.most_alive < 100
