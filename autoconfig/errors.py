"""Every exception of the package, as a tree.

AutoconfigError            what a caller may catch; its text is one sentence for a person
├── SettingsError          a setting (environment variable or option) is wrong
├── ValueRefused           a value of the model cannot be made: what, and which value
│   ├── AddressError       not an e-mail address
│   └── DomainError        not a domain or host name
├── FormatError            a document cannot be read, or has nothing usable
│   ├── XMLRefused         not well-formed, hostile (DTD), too large or too deep
│   ├── DomainNeeded       the document does not say whose settings it holds
│   └── SaslRefused        a login exchange cannot be begun, or its server breaks the rules
├── StoreError             a store of providers cannot be opened or read
│   └── StoreDown          its source does not answer just now, and nothing is kept of what was asked
├── ExportError            a static tree cannot be written, or is not ours to write
├── NetworkError           a question to the network got no usable answer
│   ├── LookupFailed       the DNS: SERVFAIL, REFUSED, lame, silent
│   └── FetchFailed        the web: no connection, bad TLS, too large, too slow, forbidden
├── Unavailable            nobody can be asked just now: no network, or too many questions
└── NothingFound           what was asked for is not there: a domain, a provider, a document
"""

from __future__ import annotations


class AutoconfigError(Exception):
    """Base of every error this package raises on purpose; ``str()`` is one sentence for a person."""


class SettingsError(AutoconfigError):
    """A setting has a value that cannot be used; the sentence names the variable."""


class ValueRefused(AutoconfigError, ValueError):
    """A value of the model cannot be made from what was given; the sentence names the value."""


class AddressError(ValueRefused):
    """The text is not an e-mail address (RFC 5321 §4.1.2, RFC 6531)."""


class DomainError(ValueRefused):
    """The text is not a domain or host name (RFC 1123 §2.1, RFC 5890)."""


class FormatError(AutoconfigError):
    """A document cannot be read; ``line`` or ``path`` say where, if that is known."""

    def __init__(self, message: str, *, line: int | None = None, path: str = "") -> None:
        super().__init__(message)
        self.line = line
        self.path = path


class XMLRefused(FormatError):
    """The bytes are not well-formed XML, or hold what no mail document needs (DTD, depth, size)."""


class DomainNeeded(FormatError):
    """The document does not say which mail domain it is about, or is about several."""


class SaslRefused(FormatError):
    """A login exchange cannot go on: a rule is broken or a proof is missing; nothing secret is repeated."""


class StoreError(AutoconfigError):
    """A store cannot be opened or read at all (as opposed to one bad entry in it)."""


class StoreDown(StoreError):
    """The source of a store does not answer just now, and nothing is kept of what was asked."""


class ExportError(AutoconfigError):
    """A static tree cannot be written, or is not ours to write; what stood there before stays."""


class NothingFound(AutoconfigError):
    """What was asked for is not there; the sentence says what to do about it."""


class NetworkError(AutoconfigError):
    """A question to the network got no usable answer; ``unreachable`` where nobody could be reached."""

    def __init__(self, message: str, *, unreachable: bool = False) -> None:
        super().__init__(message)
        self.unreachable = unreachable


class LookupFailed(NetworkError):
    """The DNS gave no answer: SERVFAIL, REFUSED, a lame server, silence (as opposed to "there is none")."""


class FetchFailed(NetworkError):
    """A document could not be fetched: no connection, bad TLS, too large, too slow, a forbidden redirect."""


class Unavailable(AutoconfigError):
    """Nobody can be asked just now: no network, or too many questions. ``retry`` is in seconds."""

    def __init__(self, message: str, *, retry: int) -> None:
        super().__init__(message)
        self.retry = retry
