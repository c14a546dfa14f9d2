"""What the page for people shows of a provider: logo, colour, whom to ask, what to know first."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from autoconfig.errors import AddressError, ValueRefused
from autoconfig.model.address import EmailAddress
from autoconfig.model.provider import each_language_once
from autoconfig.model.server import checked_url

if TYPE_CHECKING:
    from autoconfig.model.provider import Texts

# A bare name: the file stands beside the provider's own and nowhere else.
_LOGO = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}\.(?:svg|png|webp)", re.ASCII | re.IGNORECASE)
_COLOUR = re.compile(r"#(?:[0-9a-f]{3}|[0-9a-f]{6})", re.ASCII | re.IGNORECASE)
# ITU-T E.123: digits with spaces, hyphens and the like between them, + before the code of a country.
_PHONE = re.compile(r"\+?[0-9][0-9 ()./-]{1,38}[0-9]", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """How a provider presents itself. Raises ValueRefused."""

    logo: str | None = None
    """The name of an SVG, PNG or WebP file beside the provider's own."""
    colour: str | None = None
    """``#rrggbb`` in lower case."""
    support_email: str | None = None
    support_phone: str | None = None
    support_url: str | None = None
    notes: Texts = ()
    """What users must know beforehand."""

    def __post_init__(self) -> None:
        if self.logo is not None and not _LOGO.fullmatch(self.logo):
            raise ValueRefused(
                f"A logo is the name of an SVG, PNG or WebP file beside this one, not {self.logo[:100]!r}."
            )
        if self.colour is not None:
            object.__setattr__(self, "colour", _colour(self.colour))
        if self.support_email is not None:
            object.__setattr__(self, "support_email", _address(self.support_email))
        if self.support_phone is not None and not _PHONE.fullmatch(self.support_phone):
            raise ValueRefused(f"{self.support_phone[:60]!r} is not a telephone number.")
        if self.support_url is not None:
            object.__setattr__(self, "support_url", checked_url(self.support_url))
        object.__setattr__(self, "notes", each_language_once(self.notes))


def _colour(text: str) -> str:
    if not _COLOUR.fullmatch(text):
        raise ValueRefused(f"A colour is written #rrggbb, such as #0b5c8a, not {text[:60]!r}.")
    digits = text[1:].lower()
    return "#" + (digits if len(digits) == 6 else "".join(digit * 2 for digit in digits))


def _address(text: str) -> str:
    try:
        return str(EmailAddress.parse(text))
    except AddressError:
        # Not a user's: the operator wrote it, and may read it in the error.
        raise ValueRefused(f"{text[:100]!r} is not an e-mail address.") from None
