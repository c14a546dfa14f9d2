"""Placeholders of the autoconfig documents: ``%EMAILADDRESS%`` and its kin.

draft-ietf-mailmaint-autoconfig-06; only these four are placeholders, so that ``%E9%AB`` in a URL
stays what it is.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from autoconfig.model.address import EmailAddress

EMAIL_ADDRESS = "%EMAILADDRESS%"
EMAIL_LOCAL_PART = "%EMAILLOCALPART%"
EMAIL_DOMAIN = "%EMAILDOMAIN%"
REAL_NAME = "%REALNAME%"

PLACEHOLDERS = (EMAIL_ADDRESS, EMAIL_LOCAL_PART, EMAIL_DOMAIN, REAL_NAME)

PATTERN = re.compile("|".join(PLACEHOLDERS))

_UNCLOSED = re.compile(r"%(EMAILADDRESS|EMAILLOCALPART|EMAILDOMAIN|REALNAME)(?![A-Z%])")


def has_placeholder(text: str) -> bool:
    """Tell whether the text still holds one of the four placeholders."""
    return "%" in text and PATTERN.search(text) is not None


def fill(text: str, values: Mapping[str, str]) -> str:
    """Replace the placeholders that ``values`` names, once, and leave every other character alone.

    The replaced text is not looked at again, so that a local part ``%EMAILDOMAIN%`` stays itself.
    """
    if "%" not in text:
        return text
    return PATTERN.sub(lambda found: values.get(found[0], found[0]), text)


def values_for(address: EmailAddress) -> dict[str, str]:
    """The three placeholders that an address alone can fill."""
    return {
        EMAIL_ADDRESS: str(address),
        EMAIL_LOCAL_PART: address.local_part,
        EMAIL_DOMAIN: address.domain,
    }


def close_placeholders(text: str) -> str:
    """Mend a placeholder that lost its closing ``%`` (the ISPDB has two): ``%EMAILADDRESS``."""
    return _UNCLOSED.sub(r"%\1%", text) if "%" in text else text
