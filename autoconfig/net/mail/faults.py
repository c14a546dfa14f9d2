"""Where and how a conversation with a mail server failed, for programs; the sentence is for people."""

from __future__ import annotations

import errno
import os
import ssl
from enum import StrEnum
from typing import TYPE_CHECKING

from autoconfig.errors import FetchFailed

if TYPE_CHECKING:
    from autoconfig.net.mail.tls import Tls

_NO_ROUTE = frozenset(
    {errno.EHOSTUNREACH, errno.ENETUNREACH, errno.ENETDOWN, errno.EHOSTDOWN, errno.EADDRNOTAVAIL}
)


class Stage(StrEnum):
    """How far the conversation came."""

    CONNECTION = "connection"
    TLS = "tls"
    GREETING = "greeting"
    CAPABILITIES = "capabilities"
    STARTTLS = "starttls"
    LOGIN = "login"


class Fault(StrEnum):
    """What went wrong there."""

    REFUSED = "refused"
    """Nobody listens on this port."""
    NO_ROUTE = "no-route"
    SILENT = "silent"
    DROPPED = "dropped"
    """The other side closed the connection."""
    TLS = "tls"
    """No TLS could be agreed on; ``SessionFailed.reason`` is OpenSSL's word for it."""
    CERTIFICATE = "certificate"
    """TLS, but not a certificate to trust; ``SessionFailed.verify_code`` says why."""
    UNEXPECTED = "unexpected"
    """It said something else than the protocol has here; ``SessionFailed.said`` holds it."""
    ENDLESS = "endless"
    INJECTED = "injected"
    """It said more than it was asked for before TLS began (CVE-2011-0411)."""


class SessionFailed(FetchFailed):
    """A conversation with a mail server failed."""

    def __init__(
        self,
        message: str,
        *,
        stage: Stage,
        fault: Fault,
        said: bytes = b"",
        reason: str = "",
        verify_code: int = 0,
        tls: Tls | None = None,
    ) -> None:
        silent = fault is Fault.SILENT
        super().__init__(message, unreachable=stage is Stage.CONNECTION or silent)
        self.stage = stage
        self.fault = fault
        self.said = said
        self.reason = reason
        self.verify_code = verify_code
        self.tls = tls
        """What TLS was agreed on before it failed."""


class StartTlsRefused(SessionFailed):
    """The server does not offer STARTTLS, or refuses it."""


def broken(error: BaseException, host: str, port: int, stage: Stage) -> SessionFailed:
    """The failure behind an error of the network or of TLS."""
    if isinstance(error, ssl.SSLCertVerificationError):
        reason = error.verify_message.rstrip(".")
        return SessionFailed(
            f"The certificate of {host} is not valid: {reason}.",
            stage=stage,
            fault=Fault.CERTIFICATE,
            reason=reason,
            verify_code=error.verify_code,
        )
    if isinstance(error, ssl.SSLError):
        reason = error.reason or "broken off"
        message = f"TLS with {host} failed: {reason}."
        return SessionFailed(message, stage=stage, fault=Fault.TLS, reason=reason)
    number = error.errno if isinstance(error, OSError) else None
    reason = os.strerror(number).lower() if number else "connection closed"
    what = "cannot be reached" if stage is Stage.CONNECTION else "broke off"
    return SessionFailed(f"{host}:{port} {what}: {reason}.", stage=stage, fault=_fault(number), reason=reason)


def _fault(number: int | None) -> Fault:
    if number == errno.ECONNREFUSED:
        return Fault.REFUSED
    if number == errno.ETIMEDOUT:
        return Fault.SILENT
    return Fault.NO_ROUTE if number in _NO_ROUTE else Fault.DROPPED
