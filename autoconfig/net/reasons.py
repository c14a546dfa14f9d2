"""What went wrong with a connection, in one sentence."""

from __future__ import annotations

import os
import ssl
from typing import TYPE_CHECKING

from autoconfig.errors import FetchFailed

if TYPE_CHECKING:
    from collections.abc import Iterator


class NotAllowed(FetchFailed):
    """The host has no address that may be connected to (see ``guard``)."""


class BadCertificate(FetchFailed):
    """The certificate is not valid; ``problem`` is OpenSSL's word for why."""

    def __init__(self, host: str, problem: str) -> None:
        self.problem = problem.rstrip(".")
        super().__init__(f"The certificate of {host} is not valid: {self.problem}.")


class BadTls(FetchFailed):
    """The two sides did not agree on TLS, or it broke."""


class TooSlow(FetchFailed):
    """Nobody was heard, or not to the end, in the time there was."""


def failure(error: Exception, host: str, *, connecting: bool, port: int | None = None) -> FetchFailed:
    """The sentence for an error of the network or of TLS, and whether anybody was reached at all."""
    place = host if port is None else f"{host}:{port}"
    reason = str(error) or type(error).__name__
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return BadCertificate(host, cause.verify_message)
        if isinstance(cause, ssl.SSLError):
            return BadTls(f"TLS with {host} failed: {cause.reason or 'broken off'}.")
        if isinstance(cause, TimeoutError):
            reason = "no answer"
        elif isinstance(cause, OSError) and cause.errno:
            reason = os.strerror(cause.errno).lower()
    if connecting:
        return FetchFailed(f"{place} cannot be reached: {reason.rstrip('.')}.", unreachable=True)
    return FetchFailed(f"{place} broke off: {reason.rstrip('.')}.")


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and what led to it."""
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = cause.__cause__ or cause.__context__
