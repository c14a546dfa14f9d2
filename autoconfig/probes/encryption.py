"""TLS as facts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from autoconfig.probes.certificate import read_certificate, read_chain
from autoconfig.probes.facts import TlsFacts

if TYPE_CHECKING:
    from autoconfig.net.mail import Tls


def tls_facts(tls: Tls, host: str, *, verify_code: int = 0, problem: str = "") -> TlsFacts:
    """What was agreed on with a host; ``verify_code`` and ``problem`` are of the handshake that verified."""
    certificate = read_certificate(tls.certificate)
    return TlsFacts(
        version=tls.version,
        cipher=tls.cipher,
        certificate=certificate,
        chain=read_chain(tls.chain),
        name_matches=certificate is not None and certificate.is_for(host),
        verify_code=verify_code,
        problem=problem,
    )
