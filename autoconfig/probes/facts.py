"""What a probe saw, as plain values: names, addresses, TLS, greeting, capabilities. Judged elsewhere."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from autoconfig.model import ServerType
from autoconfig.net.mail import Fault, SessionFailed, Stage

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from autoconfig.model import SocketType
    from autoconfig.net.mail import Capabilities
    from autoconfig.probes.certificate import CertificateFacts


DAV = frozenset({ServerType.CALDAV, ServerType.CARDDAV, ServerType.WEBDAV})
OLD_VERSIONS = ("TLSv1.1", "TLSv1", "SSLv3")
"""What RFC 8996 has taken out of use, and what came before that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NameFacts:
    """What the DNS says about a host."""

    host: str
    canonical: str = ""
    """Where its CNAMEs lead; the host itself where there are none."""
    ipv4: tuple[str, ...] = ()
    ipv6: tuple[str, ...] = ()
    authenticated: bool = False
    """Whether a trusted resolver says that DNSSEC proves the addresses."""
    problem: str = ""
    """A code of ``findings`` where there is nothing to connect to; else empty."""
    detail: str = ""
    heard: bool = True
    """Whether a name server answered anything at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Where a conversation ended before its time."""

    stage: Stage
    fault: Fault
    message: str
    reason: str = ""
    said: str = ""
    verify_code: int = 0

    @property
    def answered(self) -> bool:
        """Whether anybody was there, if only to refuse the connection."""
        return self.stage is not Stage.CONNECTION or self.fault is Fault.REFUSED

    @classmethod
    def of(cls, error: SessionFailed) -> Failure:
        """The facts of an error."""
        return cls(
            stage=error.stage,
            fault=error.fault,
            message=str(error),
            reason=error.reason,
            said=error.said.decode("latin-1"),
            verify_code=error.verify_code,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One address: how long it took to connect and to greet, in seconds, or why it did not."""

    address: str
    connected_after: float | None = None
    greeted_after: float | None = None
    failure: Failure | None = None

    @property
    def is_ipv6(self) -> bool:
        """Whether it is an IPv6 address."""
        return ":" in self.address


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsFacts:
    """What TLS was agreed on, and what a verifying client makes of the certificate."""

    version: str
    cipher: str
    certificate: CertificateFacts | None
    chain: tuple[CertificateFacts, ...]
    """As sent, the server's own first."""
    name_matches: bool
    verify_code: int = 0
    """OpenSSL's number for why the certificate is not valid; 0 where it is."""
    problem: str = ""
    """OpenSSL's words for that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """What speaks at a port that does not do what it should."""

    protocol: str
    """imap, pop3, smtp, managesieve, http, ssh, ftp, tls, or empty for none that is known."""
    tls: bool
    """Whether it speaks over TLS from the start."""
    said: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Elsewhere:
    """Another usual port where the service answers."""

    port: int
    socket_type: SocketType


@dataclass(frozen=True, slots=True, kw_only=True)
class TcpFacts:
    """Everything seen of a mail server."""

    type: ServerType
    host: str
    port: int
    socket_type: SocketType
    names: NameFacts
    at: datetime
    """When it was looked at."""
    attempts: tuple[Attempt, ...] = ()
    greeting: str = ""
    before: Capabilities | None = None
    """What is offered without TLS."""
    after: Capabilities | None = None
    """What is offered with TLS."""
    apop: bool = False
    tls: TlsFacts | None = None
    failure: Failure | None = None
    """Why the conversation ended early; that of the certificate is in ``tls``."""
    spoken: Spoken | None = None
    elsewhere: Elsewhere | None = None
    old_tls: str = ""
    """The version older than TLS 1.2 that is taken too; asked of one's own servers only."""
    pipelined: bool = False
    """Whether a command sent before TLS was obeyed after it; asked of one's own servers only."""
    cut_short: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One answer of a web server to a question without credentials."""

    method: str
    asked: str
    """The URL asked for first."""
    url: str
    """The URL that answered, after redirects."""
    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    """Those that say something about the service."""
    is_json: bool = False
    has_session: bool = False
    """Whether the JSON is a JMAP session (RFC 8620 §2)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UrlFacts:
    """Everything seen of a server that is reached by a URL."""

    type: ServerType
    url: str
    host: str
    port: int
    names: NameFacts
    at: datetime
    attempts: tuple[Attempt, ...] = ()
    pages: tuple[Page, ...] = ()
    """The last answer to each question."""
    tls: TlsFacts | None = None
    failure: Failure | None = None
    """Why there was no connection to any address; that of the certificate is in ``tls``."""
    unfetched: str = ""
    """Why a question got no answer, one sentence."""
    cut_short: bool = False


Facts = TcpFacts | UrlFacts
