"""What may be written into a file that a program reads, and the spellings that several programs share.

The characters let through mean nothing to a shell and end no word, quote or line in any program's file. Each
program quotes what it writes all the same.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote

from autoconfig.errors import ValueRefused
from autoconfig.model.placeholders import has_placeholder

if TYPE_CHECKING:
    from autoconfig.model import EmailAddress, TcpServer

# Letters and digits of every script, and marks that people have. A leading hyphen would make an option.
_LOCAL_PART = re.compile(r"(?!-)[\w.+=-]+")
_LOGIN_NAME = re.compile(r"(?!-)[\w.+=@%#/\\-]+")
"""Also the marks of ``DOMAIN\\user``, ``user%domain`` and the like; no command has them without quotes."""


def checked_address(address: EmailAddress) -> str:
    """The address as it can stand in every file and command. Raises ValueRefused."""
    if _LOCAL_PART.fullmatch(address.local_part) is None:
        raise ValueRefused(
            "The part before the @ has a character that cannot be written safely into a configuration file."
        )
    return str(address)


def checked_login_name(server: TcpServer) -> str:
    """The login name at a server as it can stand in every file. Raises ValueRefused."""
    name = server.username or ""
    if has_placeholder(name):
        raise ValueRefused(f"The login name at {server.hostname} is not known from the address.")
    if _LOGIN_NAME.fullmatch(name) is None:
        raise ValueRefused(
            f"The login name at {server.hostname} has a character that cannot be written safely into a "
            "configuration file."
        )
    return name


def in_url(text: str) -> str:
    """A text as a part of a URL (RFC 3986 §2.1): everything but letters, digits and ``-._~`` in percents."""
    return quote(text, safe="")


def host_in_url(hostname: str) -> str:
    """A host as a URL has it: IPv6 addresses in brackets (RFC 3986 §3.2.2)."""
    return f"[{hostname}]" if ":" in hostname else hostname


def escaped(text: str, marks: str) -> str:
    """The text with a backslash before each backslash and each of the marks."""
    return re.sub(rf"[\\{re.escape(marks)}]", r"\\\g<0>", text)
