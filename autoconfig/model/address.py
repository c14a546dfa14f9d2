"""E-mail addresses and domain names, checked once and folded to one spelling.

RFC 5321 §4.1.2 and §4.5.3.1 (64 octets of local part, 254 of path), RFC 6531 (UTF-8 local parts),
RFC 5890 (A-labels). Addresses and IDN are the two values here that need a library: email-validator
and idna know the tables. Plain ASCII, nearly everything a server sees, is decided by two patterns
that agree with them.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass

from autoconfig.errors import AddressError, DomainError

LOCAL_PART_OCTETS = 64
DOMAIN_OCTETS = 253
ADDRESS_OCTETS = 254

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_DOMAIN = re.compile(rf"{_LABEL}(?:\.{_LABEL})*", re.ASCII)
_DOT_ATOM = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*", re.ASCII)
PLAIN_ADDRESS = r"([A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*)@((?:[A-Za-z0-9]+(?:-+[A-Za-z0-9]+)*\.)+[A-Za-z]+)"
"""An address as nearly everybody writes it: no label of digits alone at the end, nothing to fold but case.

It is well formed where it is no longer than SURELY_SHORT.
"""
_PLAIN_ADDRESS = re.compile(PLAIN_ADDRESS, re.ASCII)
SURELY_SHORT = 63
"""Characters: no part of an address of this length is too long."""
# Dots of other scripts that people type: ideographic, fullwidth and halfwidth full stop (RFC 3490 §3.1).
_OTHER_DOTS = str.maketrans({"\u3002": ".", "\uff0e": ".", "\uff61": "."})


def normalize_domain(text: str) -> str:
    """Fold a domain or host name to lower-case A-labels without the final dot.

    ``Bücher.Example.`` becomes ``xn--bcher-kva.example``. Raises DomainError for anything that is not
    a name of letters, digits and hyphens (addresses of numbers are no domains).
    """
    if len(text) <= DOMAIN_OCTETS and _DOMAIN.fullmatch(text) and not text[-1].isdigit():
        return text  # nearly always: in its one spelling already
    name = text.strip().translate(_OTHER_DOTS).lower().removesuffix(".")
    if not name.isascii():
        name = _to_a_labels(name, text)
    if len(name) > DOMAIN_OCTETS or _DOMAIN.fullmatch(name) is None:
        raise DomainError(f"{_shown(text)} is not a domain name.")
    if name[-1].isdigit() and name.rpartition(".")[2].isdigit():
        # RFC 3696 §2: a top-level label is never all digits, so that 192.0.2.1 cannot be a domain.
        raise DomainError(f"{_shown(text)} is a number, not a domain name.")
    return name


def normalize_host(text: str) -> str:
    """Fold a server's host name like a domain; IP addresses are allowed and kept.

    Raises DomainError.
    """
    bare = text.strip()
    if bare[-1:].isalpha() and ":" not in bare:
        return normalize_domain(bare)  # nearly always: a name, no number
    if "%" in bare:
        # RFC 4007 §11: the zone of an IPv6 address means something on one machine only.
        raise DomainError(f"{_shown(text)} is not a host name.")
    try:
        return str(ipaddress.ip_address(bare.removeprefix("[").removesuffix("]")))
    except ValueError:
        return normalize_domain(bare)


def to_unicode(domain: str) -> str:
    """A domain as people read it (U-labels); an A-label that decodes to nothing stays as it is."""
    if "xn--" not in domain:
        return domain
    import idna

    try:
        return idna.decode(domain)
    except idna.IDNAError:
        return domain


def _to_a_labels(name: str, text: str) -> str:
    import idna  # here: its tables take milliseconds to load, and most names are ASCII

    try:
        # UTS 46 maps width and case as browsers do; non-transitional, so that "ß" stays a letter of its own.
        return idna.encode(name, uts46=True, transitional=False).decode("ascii").lower()
    except (idna.IDNAError, UnicodeError) as error:
        raise DomainError(f"{_shown(text)} is not a domain name.") from error


def _shown(text: str) -> str:
    return repr(text if len(text) <= 80 else text[:77] + "...")


@dataclass(frozen=True, slots=True)
class EmailAddress:
    """A mail address: the local part as written, the domain in A-labels.

    Make one with :meth:`parse`. ``str()`` gives the address to log in with, domain folded.
    """

    local_part: str
    domain: str

    def __str__(self) -> str:
        return f"{self.local_part}@{self.domain}"

    @property
    def unicode(self) -> str:
        """The address as people read it: the domain in U-labels."""
        return f"{self.local_part}@{to_unicode(self.domain)}"

    @classmethod
    def parse(cls, text: str) -> EmailAddress:
        """Read an address as a person or a mail program wrote it.

        Local parts may be UTF-8 (RFC 6531) or quoted strings; the case of the local part is kept.
        Raises AddressError with a sentence that does not repeat the address (it may end up in a log).
        """
        plain = _PLAIN_ADDRESS.fullmatch(text)
        if plain is not None and len(text) <= SURELY_SHORT:
            return cls(plain[1], plain[2].lower())
        local_part, at, domain_text = text.strip().rpartition("@")
        if not at:
            raise AddressError("An e-mail address has an @ between a name and a domain.")
        try:
            domain = normalize_domain(domain_text)
        except DomainError:
            raise AddressError("What stands after the @ is not a domain name.") from None
        if _DOT_ATOM.fullmatch(local_part) is None:
            local_part = _checked_local_part(local_part)
        if len(local_part.encode("utf-8")) > LOCAL_PART_OCTETS:
            raise AddressError("The part before the @ is longer than 64 bytes.")
        if len(local_part.encode("utf-8")) + 1 + len(domain) > ADDRESS_OCTETS:
            raise AddressError("The address is longer than 254 bytes.")
        return cls(local_part, domain)


def _checked_local_part(local_part: str) -> str:
    """Quoted strings and UTF-8 go through email-validator; its NFC spelling is kept."""
    # Imported here: most requests never need it, and it is slow to load.
    from email_validator import EmailNotValidError, validate_email

    try:
        result = validate_email(
            f"{local_part}@example.com",
            check_deliverability=False,
            allow_quoted_local=True,
            allow_smtputf8=True,
            test_environment=True,
        )
    except (EmailNotValidError, UnicodeError):
        raise AddressError("The part before the @ is not one that a mailbox can have.") from None
    return result.local_part
