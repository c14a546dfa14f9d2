"""PLAIN (RFC 4616) and LOGIN (draft-murchison-sasl-login-00): the password itself, for use under TLS."""

from __future__ import annotations

from typing import TYPE_CHECKING

from autoconfig.sasl.exchange import Mechanism

if TYPE_CHECKING:
    from autoconfig.sasl.exchange import Credentials


class Plain(Mechanism):
    """PLAIN: login name and password in one message."""

    def __init__(self, credentials: Credentials) -> None:
        super().__init__("PLAIN")
        self._credentials = credentials

    def initial(self) -> bytes:
        """Everything there is to say."""
        self.spent = True
        return f"\0{self._credentials.username}\0{self._credentials.secret}".encode()

    def _answer(self, challenge: bytes) -> bytes:  # noqa: ARG002 - a PLAIN server has nothing to say
        raise self._unexpected()


class Login(Mechanism):
    """LOGIN: the server asks for the name, then for the password; how it words that is its own business."""

    def __init__(self, credentials: Credentials) -> None:
        super().__init__("LOGIN")
        self._credentials = credentials

    def _answer(self, challenge: bytes) -> bytes:  # noqa: ARG002 - "Username:", "User Name\0", "VXNlcjo="
        if self._turns == 1:
            return self._credentials.username.encode()
        if self._turns == 2:
            self.spent = True
            return self._credentials.secret.encode()
        raise self._unexpected()
