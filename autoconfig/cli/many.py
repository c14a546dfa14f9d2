"""``autoconfig resolve -``: many addresses from standard input, one JSON line for each, in their order."""

from __future__ import annotations

import json
import logging
import sys
from contextlib import aclosing, contextmanager
from typing import TYPE_CHECKING, Any

from autoconfig.cli.earlier import Earlier
from autoconfig.cli.order import in_order
from autoconfig.cli.processes import Processes
from autoconfig.cli.progress import Tally, count, progress_bar
from autoconfig.cli.streams import lines, write
from autoconfig.errors import AddressError
from autoconfig.model import EmailAddress

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
    from pathlib import Path

    from autoconfig.resolver import Resolution

    Resolve = Callable[[EmailAddress], Awaitable[Resolution]]

logger = logging.getLogger(__name__)

JOBS = 50
"""How many addresses are asked about at once."""
_BYTE_ORDER_MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"


async def resolve_many(
    resolve: Resolve,
    *,
    jobs: int = JOBS,
    trace: bool = False,
    resume: Path | None = None,
    processes: int = 1,
    arguments: Sequence[str] = (),
) -> Tally:
    """Read addresses from standard input, write to standard output or, after an earlier run, to its file.

    ``arguments`` are those of the command in the other processes. Raises SettingsError where the file is not
    what an earlier run wrote for this input, and OSError.
    """
    allow_many_connections()
    tally = Tally()

    async def own(entry: str) -> dict[str, Any]:
        return await answer_for(entry, resolve, trace=trace)

    reader = sys.stdin.fileno()
    source = entries(lines(reader))
    with (
        _output(resume) as (descriptor, earlier),
        progress_bar(lambda: count(reader), descriptor, tally) as show,
    ):
        if earlier is not None:
            source = earlier.skip(
                source, "address", _address, lambda answer: tally.add(found=answer.get("found") is True)
            )
        async with (
            Processes(own, arguments, processes) as all_processes,
            aclosing(in_order(source, all_processes.answer, jobs)) as answers,
        ):
            async for answer in answers:
                await write(descriptor, json_line(answer))
                tally.add(found=answer["found"])
                show()
    return tally


async def entries(source: AsyncIterator[bytes]) -> AsyncIterator[str]:
    """The addresses as they are written, without blank lines and comments (#)."""
    async for line in source:
        text = line.decode("utf-8", "replace").removeprefix(_BYTE_ORDER_MARK).strip()
        if text and not text.startswith("#"):
            yield text


async def answer_for(entry: str, resolve: Resolve, *, trace: bool) -> dict[str, Any]:
    """The JSON of one line; ``error`` says why there is no answer at all."""
    try:
        address = EmailAddress.parse(entry)
    except AddressError as error:
        return {"address": entry, "found": False, "error": str(error)}
    try:
        resolution = await resolve(address)
    except Exception as error:  # one address must not take the others down
        logger.exception("a resolution failed")
        return {"address": str(address), "found": False, "error": f"A bug here: {type(error).__name__}."}
    content = resolution.as_dict(trace=trace)
    return content | {"error": resolution.reason} if resolution.offline else content


def _address(entry: str) -> str:
    """How the address of an entry is written into the output."""
    try:
        return str(EmailAddress.parse(entry))
    except AddressError:
        return entry


def json_line(answer: dict[str, Any]) -> bytes:
    """One answer on one line, in UTF-8 whatever the locale (RFC 8259 §8.1)."""
    return json.dumps(answer, ensure_ascii=False).encode() + b"\n"


@contextmanager
def _output(resume: Path | None) -> Iterator[tuple[int, Earlier | None]]:
    """Where to write, and what stands there already."""
    if resume is None:
        yield sys.stdout.fileno(), None
        return
    with Earlier.open(resume) as earlier:
        yield earlier.descriptor, earlier


def allow_many_connections() -> None:
    """Have as many sockets as the system allows; the usual 1024 are a limit for old programs (select)."""
    import resource

    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
