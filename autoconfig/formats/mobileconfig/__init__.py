"""Apple configuration profiles (.mobileconfig): mail, calendar and address book accounts of one mailbox.

Keys and values are those of Apple's own schema (apple/device-management, release of 2024-10-21). A profile
never holds a password: the device asks for it.
"""

from autoconfig.formats.mobileconfig.reading import parse
from autoconfig.formats.mobileconfig.words import MEDIA_TYPE
from autoconfig.formats.mobileconfig.writing import NAME_LENGTH, checked_name, render, unsayable

__all__ = ["MEDIA_TYPE", "NAME_LENGTH", "checked_name", "parse", "render", "unsayable"]
