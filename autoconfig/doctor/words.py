"""Words for people, the same on a terminal and on a page: where settings come from, servers, the summary."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from autoconfig.advice.clients.reading import AUTOMATIC
from autoconfig.doctor.fixes import Severity
from autoconfig.doctor.predict import Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping

    from autoconfig.advice.clients.reading import ReadServer
    from autoconfig.doctor.checkup import Checkup
    from autoconfig.doctor.predict import Prediction

_SECURITY: Mapping[str | None, str] = {
    "SSL": "TLS",
    "STARTTLS": "STARTTLS",
    "plain": "no encryption",
    AUTOMATIC: "TLS",
    None: "TLS",
}


def from_where(prediction: Prediction) -> str:
    """The source in short: hosts and records, without paths."""
    places = []
    for source in prediction.source.split(" and "):
        parts = urlsplit(source)
        scheme = "http://" if parts.scheme == "http" else ""
        places.append(f"{scheme}{parts.hostname}" if parts.hostname else source)
    return " and ".join(dict.fromkeys(places))


def place(server: ReadServer) -> str:
    """Host and port, or the URL."""
    if server.hostname is None:
        return server.url or "-"
    return f"{server.hostname}:{server.port}" if server.port else server.hostname


def security(server: ReadServer) -> str:
    """How the connection is protected."""
    if server.hostname is None and server.url:
        return "TLS" if server.url.startswith("https:") else "no encryption"
    return _SECURITY.get(server.socket_type, server.socket_type or "TLS")


def summary(checkup: Checkup) -> str:
    """One sentence about everything."""
    ready = sum(prediction.outcome is Outcome.CONFIGURES for prediction in checkup.predictions)
    of = len(checkup.predictions)
    counts = [
        f"{number} {severity}{'s' if number > 1 else ''}"
        for severity in Severity
        if (number := sum(fix.severity is severity for fix in checkup.fixes))
    ]
    found = f"; {', '.join(counts)}" if counts else ", nothing to mend"
    return (
        f"{ready} of {of} program{'s' if of > 1 else ''} configure{'s' if of == 1 else ''} themselves{found}."
    )
