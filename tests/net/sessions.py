"""Conversations with simulated mail servers, and a SASL exchange that keeps what it hears."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING, TypeVar

import pytest

from autoconfig.model import ServerType, SocketType
from autoconfig.net.mail import SessionFailed, open_session
from tests.internet.mail import SERVICES, Greeter
from tests.net.way import SECONDS

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from autoconfig.net.mail import MailSession
    from tests.internet import Internet
    from tests.internet.certificates import Tls
    from tests.net.way import Opened, Way

Value = TypeVar("Value")


class Keeping:
    """A mechanism that says what it was given, one answer after the other."""

    def __init__(self, name: str, *answers: bytes | Exception, initial: bytes | None = None) -> None:
        self.name = name
        self.heard: list[bytes] = []
        self.proved = 0
        self._initial = initial
        self._answers = list(answers)

    def initial(self) -> bytes | None:
        return self._initial

    def respond(self, challenge: bytes) -> bytes:
        self.heard.append(challenge)
        answer = self._answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def succeeded(self) -> None:
        self.proved += 1


class Talk:
    """Opens sessions with a server that speaks one service, as it should or with one thing wrong."""

    def __init__(self, internet: Internet, way: Way, host: str) -> None:
        self._internet = internet
        self._way = way
        self.host = host
        self.commands: list[str] = []
        """What the server was told by the last use."""

    def use(
        self,
        service: str | Greeter,
        use: Callable[[MailSession], Awaitable[Value]],
        *,
        tls: Tls = "valid",
        timeout: float = SECONDS,
        patience: float = SECONDS,
    ) -> Value:
        """Use a session; ``timeout`` is for the opening and ``patience`` for each command, in seconds."""
        greeter = SERVICES[service] if isinstance(service, str) else service
        server = self._internet.mail(self.host, greeter, tls=tls)

        async def run(net: Opened) -> Value:
            session = await open_session(
                net.connector,
                ServerType(greeter.protocol),
                self.host,
                greeter.port,
                SocketType.SSL if greeter.security == "tls" else SocketType.STARTTLS,
                context=ssl.create_default_context(),
                timeout=timeout,
            )
            session._line.timeout = patience
            try:
                return await use(session)
            finally:
                await session.aclose()

        try:
            return self._way.run(run)
        finally:
            self.commands = [line for _, line in server.commands]

    def failure(
        self,
        service: str | Greeter,
        use: Callable[[MailSession], Awaitable[object]],
        *,
        tls: Tls = "valid",
        timeout: float = SECONDS,
        patience: float = SECONDS,
    ) -> SessionFailed:
        with pytest.raises(SessionFailed) as caught:
            self.use(service, use, tls=tls, timeout=timeout, patience=patience)
        return caught.value
