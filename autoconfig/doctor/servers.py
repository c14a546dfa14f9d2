"""The mail servers themselves: whatever programs use and sources name is looked at, and judged."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from autoconfig.advice.clients.reading import AUTOMATIC
from autoconfig.doctor.fixes import Problem
from autoconfig.doctor.predict import TLS_PORTS, Outcome
from autoconfig.doctor.words import name_of
from autoconfig.model import ServerType, SocketType, TcpServer
from autoconfig.probes.findings import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from autoconfig.advice.clients.reading import ReadServer
    from autoconfig.doctor.predict import Prediction
    from autoconfig.doctor.sources import Source
    from autoconfig.probes import Prober, ServerReport

AT_MOST = 16
"""Servers looked at in one visit; those in use first."""

_HOST_MISSING = "name-unresolvable"
_OF_THE_LOOK = ("not-probed", "cut-short")
"""What the probes say of themselves: there is nothing to mend about it."""

Place = tuple[str, str, int, str]


async def look_at(
    prober: Prober, predictions: Iterable[Prediction], sources: Iterable[Source]
) -> tuple[ServerReport, ...]:
    """The reports on every server that is used or named."""
    used = [server for prediction in predictions for server in prediction.used]
    wanted: dict[Place, TcpServer] = {}
    for server in (*_published(used), *(server for source in sources for server in source.servers)):
        known = wanted.get(place_of(server))
        # What is said of logins is held against the server too, wherever it is said first.
        if known is None or not known.authentication:
            wanted[place_of(server)] = server
    return tuple(await asyncio.gather(*map(prober.probe, [*wanted.values()][:AT_MOST])))


def problems_of(report: ServerReport) -> Iterator[Problem]:
    """What is wrong with a server; nothing where it could not be looked at."""
    server = report.server
    if not isinstance(server, TcpServer):
        return
    for finding in report.findings:
        if finding.code == _HOST_MISSING:
            yield Problem("server-host-missing", server.hostname, finding.message, do=finding.fix)
        elif finding.code not in _OF_THE_LOOK:
            yield Problem(
                f"server-{finding.code}",
                name_of(server),
                finding.message,
                known=finding.severity,
                do=finding.fix,
            )


def believing(prediction: Prediction, reports: Sequence[ServerReport]) -> Prediction:
    """The prediction, spoiled where it uses a server that does not work."""
    used = {place_of(server) for server in _published(prediction.used)}
    problems = tuple(
        problem
        for report in reports
        if isinstance(report.server, TcpServer) and place_of(report.server) in used
        for problem in problems_of(report)
    )
    errors = [problem for problem in problems if problem.severity is Severity.ERROR]
    if not errors:
        return replace(prediction, problems=(*prediction.problems, *problems))
    return replace(
        prediction,
        outcome=Outcome.PARTLY,
        why=prediction.why or errors[0].why,
        problems=(*problems, *prediction.problems),
    )


def place_of(server: TcpServer) -> Place:
    """What makes it one server, whatever is published of its logins."""
    return str(server.type), server.hostname, server.port, str(server.socket_type)


def _published(servers: Iterable[ReadServer]) -> Iterator[TcpServer]:
    """The servers that can be looked at, as they would be published."""
    for server in servers:
        if server.hostname and server.port:
            try:
                yield TcpServer(
                    type=ServerType(server.type),
                    hostname=server.hostname,
                    port=server.port,
                    socket_type=_socket_type(server),
                )
            except ValueError:
                continue


def _socket_type(server: ReadServer) -> SocketType:
    """How it is connected to; who finds out alone begins with what the port is for. Raises ValueError."""
    if server.socket_type not in (None, AUTOMATIC):
        return SocketType(server.socket_type)
    return SocketType.SSL if server.port in TLS_PORTS else SocketType.STARTTLS
