"""From what a program found to what will happen: it configures, partly, it asks the user, or it fails."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from autoconfig.advice.clients.thunderbird_desktop import UNDEFINED
from autoconfig.doctor.fixes import RULES, Problem, Severity
from autoconfig.doctor.look import Find
from autoconfig.doctor.ways.guess import GUESSED
from autoconfig.model.placeholders import has_placeholder

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from autoconfig.advice.clients.reading import ReadServer
    from autoconfig.doctor.clients import Client
    from autoconfig.doctor.clients.client import Choice
    from autoconfig.doctor.look import Look


class Outcome(StrEnum):
    """What becomes of a user who types an address into the program."""

    CONFIGURES = "configures"
    PARTLY = "partly"
    """An account, but not one to be glad of."""
    ASKS = "asks"
    """Nothing is published for it: the user types the servers."""
    FAILS = "fails"
    """Something is published that it cannot use."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """What one program will do."""

    client: str
    """The key of the program."""
    name: str
    outcome: Outcome
    incoming: tuple[ReadServer, ...] = ()
    """Most preferred first, as the program will use them."""
    outgoing: tuple[ReadServer, ...] = ()
    source: str = ""
    """The URL or record it takes them from."""
    why: str = ""
    """Why it is no more than that, in one sentence."""
    problems: tuple[Problem, ...] = ()
    looks: tuple[Look, ...] = ()

    @property
    def used(self) -> tuple[ReadServer, ...]:
        """The server of each direction that it uses."""
        return (*self.incoming[:1], *self.outgoing[:1])

    def as_dict(self) -> dict[str, Any]:
        """The JSON of one prediction."""
        return {
            "client": self.client,
            "name": self.name,
            "outcome": str(self.outcome),
            "source": self.source,
            "why": self.why,
            "incoming": [_server(server) for server in self.incoming],
            "outgoing": [_server(server) for server in self.outgoing],
            "looked": [
                {"way": look.way, "where": look.where, "outcome": str(look.find), "detail": look.reason}
                | ({"code": look.code} if look.code else {})
                for look in self.looks
            ],
        }


def _server(server: ReadServer) -> dict[str, Any]:
    return {
        "type": server.type,
        **({"url": server.url} if server.url else {}),
        "hostname": server.hostname,
        "port": server.port,
        "socket_type": server.socket_type,
        "authentication": None if server.authentication is None else list(server.authentication),
        "username": server.username,
    }


_MAIL = ("imap", "pop3", "smtp")
_TLS_PORTS = (993, 995, 465)
_STARTTLS_PORTS = (143, 110, 587)


def predict(client: Client, looks: Sequence[Look], domain: str) -> Prediction:
    """Judge what a program found, in the order it looked."""
    choice = client.choose(looks)
    if not choice.looks:
        return _without_servers(client, looks, domain)
    spoiling = list(dict.fromkeys(_spoiling(client, choice, looks)))
    places = {problem.where for problem in spoiling}
    passed = [
        Problem(look.code, look.where, look.reason, heals=True)
        for look in looks
        if look.code and look.where not in places and not look.code.startswith("profile-")
    ]
    wrong = [problem for problem in spoiling if RULES[problem.code][0] is not Severity.NOTE]
    return Prediction(
        client=client.key,
        name=client.name,
        outcome=Outcome.PARTLY if wrong else Outcome.CONFIGURES,
        incoming=choice.incoming,
        outgoing=choice.outgoing,
        source=" and ".join(shown(look.where) for look in choice.looks),
        why=wrong[0].why if wrong else "",
        problems=(*spoiling, *passed),
        looks=tuple(looks),
    )


def shown(where: str) -> str:
    """A place without the address in it."""
    return where.partition("?")[0]


def _without_servers(client: Client, looks: Sequence[Look], domain: str) -> Prediction:
    problems = [Problem(look.code, look.where, look.reason) for look in looks if look.code]
    if problems:
        ended = next((look for look in looks if look.ends), None)
        why = ended.reason if ended is not None else problems[0].why
        outcome = Outcome.FAILS
    else:
        why = "Nothing is published where it looks: the user types the servers."
        outcome = Outcome.ASKS
        missing = f"{domain} publishes nothing where it is looked for."
        problems = [Problem(client.missing, domain, missing)] if client.missing else []
    return Prediction(
        client=client.key,
        name=client.name,
        outcome=outcome,
        why=why,
        problems=tuple(problems),
        looks=tuple(looks),
    )


def _spoiling(client: Client, choice: Choice, looks: Sequence[Look]) -> Iterator[Problem]:
    """What is wrong with the account that the program makes."""
    look = choice.looks[0]
    if look.way == "guess":
        yield Problem(GUESSED, look.where, "It guesses the servers: nobody names them.")
    for found in looks:
        if found.way == "profile" and found.find is Find.FAILED:
            yield Problem(found.code, found.where, found.reason)
    if look.reading is not None and look.reading.name == UNDEFINED:
        yield Problem("name-missing", look.where, "The provider has no displayName.")
    pox = look.way == "autodiscover"
    if not choice.incoming:
        yield Problem(
            "pox-imap-missing" if pox else "imap-missing",
            look.where,
            "There is no server to receive mail from.",
        )
    elif choice.incoming[0].type in _MAIL and not choice.outgoing:
        code = "pox-smtp-missing" if pox else "smtp-missing"
        yield Problem(code, look.where, "There is no server to send mail through.")
    for server in (*choice.incoming[:1], *choice.outgoing[:1]):
        if server.type in _MAIL:
            for code, why in _wrong_with(server, client, pox=pox):
                yield Problem(code, _source_of(server, choice), why)


def _source_of(server: ReadServer, choice: Choice) -> str:
    """The look that a server comes from."""
    for look in choice.looks:
        if look.reading is not None and server in (*look.reading.incoming, *look.reading.outgoing):
            return look.where
    return choice.looks[0].where


def _wrong_with(server: ReadServer, client: Client, *, pox: bool) -> Iterator[tuple[str, str]]:
    place = f"{server.type} {server.hostname}:{server.port}"
    host, login = server.hostname or "", server.username
    if server.socket_type == "plain":
        code = "pox-plain" if pox else "plain-text"
        yield code, f"{place} is used without encryption: the password can be read on the way."
    elif _mismatched(server):
        code = "pox-encryption" if pox else "port-security"
        yield code, f"{place} is used with {server.socket_type}, which is not what this port is for."
    if host != host.strip():
        yield "white-space", f"There is white space around the host name {host.strip()!r}."
    elif has_placeholder(host):
        yield "placeholder-in-host", f"{host} is used as it is, with the placeholder in it."
    elif not host:
        yield "hostname-bad", f"The {server.type} server has no host name."
    if not server.port:
        yield "port-bad", f"The {server.type} server has no port that is one."
    if login is not None and login.strip() in ("", UNDEFINED):
        yield "login-name-missing", f"{place} is logged in to as {login!r}."
    elif login is not None and has_placeholder(login):
        yield "login-name-placeholder", f"{place} is logged in to as {login!r}."
    if pox and server.authentication == ("NTLM",):
        yield "pox-spa", f"{place} is logged in to by NTLM, since SPA is not off."
    if client.oauth2 and server.authentication == ("OAuth2",):
        yield "oauth2-taken", f"{place} is logged in to by OAuth2, though a password may be named first."


def _mismatched(server: ReadServer) -> bool:
    if server.socket_type == "SSL":
        return server.port in _STARTTLS_PORTS
    return server.socket_type == "STARTTLS" and server.port in _TLS_PORTS
