"""A DNS of MX records on no network: it answers as told, when told, and remembers what it was asked."""

from __future__ import annotations

from concurrent.futures import Future
from typing import TYPE_CHECKING

from autoconfig.errors import LookupFailed
from autoconfig.net.records import Answer, Mx
from tests.net.servers import SOA, Says

if TYPE_CHECKING:
    from collections.abc import Callable

SILENCE = None
SERVFAIL = LookupFailed("The name server 192.0.2.1 says SERVFAIL.")
UNREACHABLE = LookupFailed("The name server 192.0.2.1 is silent.", unreachable=True)


def mx(*records: tuple[int, str], ttl: float = 3600) -> Answer:
    """An answer with these preferences and hosts; NXDOMAIN without any."""
    found = tuple(Mx(preference, exchange) for preference, exchange in records)
    return Answer(name="", kind="MX", records=found, ttl=ttl, absent="" if found else "NXDOMAIN")


NXDOMAIN = mx(ttl=30)


class FakeMx:
    """Asks nobody; domains it was not told of do not exist."""

    def __init__(self, answers: dict[str, Answer | LookupFailed | None] | None = None) -> None:
        self.answers = answers or {}
        self.questions: list[str] = []
        self._waiting: list[tuple[str, Future[Answer], Callable[[Answer], None]]] = []

    def ask_mx(self, domain: str, keep: Callable[[Answer], None]) -> Future[Answer]:
        """The answer at once, or never where the test wants silence."""
        self.questions.append(domain)
        question: Future[Answer] = Future()
        self._waiting.append((domain, question, keep))
        if self.answers.get(domain, NXDOMAIN) is not SILENCE:
            self.go_on()
        return question

    def go_on(self) -> None:
        """Answer every question that waits, as told by now."""
        waiting, self._waiting = self._waiting, []
        for domain, question, keep in waiting:
            answer = self.answers.get(domain, NXDOMAIN)
            if isinstance(answer, LookupFailed):
                question.set_exception(answer)
            elif answer is not None:
                keep(answer)
                question.set_result(answer)


def zone(records: dict[str, tuple[str, ...]]) -> dict[str, Says]:
    """MX records by domain, as a name server says them."""
    negative = SOA.format(zone="example", ttl=60, minimum=60)
    return {
        domain: Says(
            [f"{domain}. 300 IN MX {record}" for record in found], authority=() if found else [negative]
        )
        for domain, found in records.items()
    }
