"""Which ways of logging in to try at a server, in which order: those published, as far as it offers them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from autoconfig.model import Authentication, ServerType
from autoconfig.sasl import PASSWORD_MECHANISMS, TOKEN_MECHANISMS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from autoconfig.accounts.keys import Keys
    from autoconfig.net.mail import Capabilities

COMMAND = "the plain login command"
"""IMAP's LOGIN and POP3's USER and PASS, which are older than SASL."""
APOP = "APOP"

ENCRYPTED = tuple(name for name in PASSWORD_MECHANISMS if name not in ("NTLM", "PLAIN", "LOGIN"))

_MECHANISMS: Mapping[Authentication, tuple[str, ...]] = {
    Authentication.PASSWORD_CLEARTEXT: ("PLAIN", COMMAND, "LOGIN"),
    Authentication.PASSWORD_ENCRYPTED: (*ENCRYPTED, APOP),
    Authentication.NTLM: ("NTLM",),
    # Google and Microsoft know XOAUTH2 best, and their OAUTHBEARER says less about errors.
    Authentication.OAUTH2: tuple(reversed(TOKEN_MECHANISMS)),
}
WITHOUT_LOGIN = frozenset(
    {Authentication.NONE, Authentication.CLIENT_IP_ADDRESS, Authentication.SMTP_AFTER_POP}
)
"""Nothing is proved, or it is proved elsewhere."""

NAMES = tuple(dict.fromkeys(name for group in _MECHANISMS.values() for name in group if name != COMMAND))
"""Every mechanism that can be asked for by its name."""


@dataclass(frozen=True, slots=True)
class Way:
    """One way in."""

    name: str
    authentication: Authentication

    @property
    def by_token(self) -> bool:
        """Whether the secret is an OAuth2 access token rather than a password."""
        return self.authentication is Authentication.OAUTH2

    @property
    def sasl(self) -> bool:
        """Whether it is a SASL mechanism rather than a command of the protocol."""
        return self.name not in (COMMAND, APOP)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to try: the published words in their order, or one mechanism that the user insists on."""

    words: tuple[Authentication, ...]
    mechanism: str = ""

    @classmethod
    def by_name(cls, name: str) -> Wanted:
        """What a user asks for: a word of the documents, or the name of a mechanism. Raises KeyError."""
        for word in _MECHANISMS:
            if name.lower() == word.lower():
                return cls((word,))
        found = next((known for known in NAMES if known == name.upper()), None)
        if found is None:
            raise KeyError(name)
        return cls(tuple(word for word, group in _MECHANISMS.items() if found in group), found)

    def ways(self) -> list[Way]:
        """Every way there is, in order."""
        return [
            Way(name, word)
            for word in self.words
            for name in _MECHANISMS.get(word, ())
            if not self.mechanism or name == self.mechanism or (name == COMMAND and self.mechanism == "LOGIN")
        ]


def offered(
    ways: Iterable[Way], server_type: ServerType, capabilities: Capabilities, *, apop: bool
) -> list[Way]:
    """Those of the ways that the server offers; ``apop`` where its greeting has a timestamp."""
    here = set(capabilities.mechanisms)
    if capabilities.plain_login and server_type in (ServerType.IMAP, ServerType.POP3):
        here.add(COMMAND)
    if apop and server_type is ServerType.POP3:
        here.add(APOP)
    return [way for way in ways if way.name in here]


def why_none(wanted: Wanted, capabilities: Capabilities, here: Collection[Way], keys: Keys) -> str:
    """Why no way is left, in one sentence; ``here`` are those that the server offers."""
    if here and keys.password is None and keys.token is None:
        return "There is neither a password nor a token to log in with."
    if here:
        return f"The server takes {'a password' if keys.password is None else 'an OAuth2 token'} only."
    name = wanted.mechanism or " or ".join(wanted.words) or "nothing"
    if not wanted.ways():
        return f"Logging in by {name} is more than this program can do."
    return f"The server does not offer {name}; it offers {_offer(capabilities)}."


def what_to_publish(wanted: Wanted, capabilities: Capabilities) -> str:
    """What the settings should say instead, in one sentence; empty where nothing better is known."""
    better = [
        word
        for word, group in _MECHANISMS.items()
        if word not in wanted.words
        and (
            set(group) & set(capabilities.mechanisms)
            or (word is Authentication.PASSWORD_CLEARTEXT and capabilities.plain_login)
        )
    ]
    return f"The settings should name what the server does: {' or '.join(better)}." if better else ""


def _offer(capabilities: Capabilities) -> str:
    names = " ".join(capabilities.mechanisms)
    return names or (COMMAND if capabilities.plain_login else "no way to log in")
