"""What a server means by its no: a wrong password, a method it does not take, a closed door.

Servers agree on few words. IMAP has response codes (RFC 5530), POP3 has four (RFC 2449, RFC 3206), SMTP has
numbers (RFC 4954) that large providers use in their own way; beyond that there is only what they write.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class Outcome(StrEnum):
    """What came of a login."""

    ACCEPTED = "accepted"
    WRONG_PASSWORD = "wrong-password"  # noqa: S105 - a word for people
    """The password (or token) was judged, and it is not right."""
    METHOD_REFUSED = "method-refused"
    """The server does not take passwords, or tokens, in this way."""
    BLOCKED = "blocked"
    """The server lets nobody in just now, or not this account, right as the password may be."""
    DOWN = "down"
    """There is no mail server that answers."""
    BAD_CERTIFICATE = "bad-certificate"
    """It may be somebody else's server: nothing was sent."""
    NO_ENCRYPTION = "no-encryption"
    """Anybody on the way could read the password: nothing was sent."""
    DISHONEST = "dishonest"
    """The server broke the rules of the login, or did not prove that it knows the password."""
    NOT_TRIED = "not-tried"


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a refusal means, and what a person can do about it, in one sentence."""

    outcome: Outcome
    advice: str
    final: bool = False
    """Whether another try with the same secret, at any server of the account, could lock it."""


_APP_PASSWORD = Judgement(
    Outcome.BLOCKED,
    "The account wants a password made for mail programs: make one (app password) in its security settings.",
)
_WEB_LOGIN = Judgement(
    Outcome.BLOCKED, "The provider wants to see you first: log in to its web site, then try again."
)
_SWITCHED_OFF = Judgement(
    Outcome.BLOCKED, "Mail programs are switched off for this account: allow them in its settings on the web."
)
_NO_PASSWORDS = Judgement(
    Outcome.METHOD_REFUSED, "The server takes no passwords any more: log in with OAuth2."
)
_TOO_MANY = Judgement(
    Outcome.BLOCKED,
    "Too many logins, or too many wrong ones: wait a quarter of an hour, then try once.",
    final=True,
)
_LOCKED = Judgement(
    Outcome.BLOCKED,
    "The account is locked, suspended or expired: ask the provider, or its administrator.",
    final=True,
)
_IN_USE = Judgement(
    Outcome.BLOCKED, "The password is right, but another program has the mailbox open: close that one first."
)
_LATER = Judgement(Outcome.BLOCKED, "The server cannot check passwords just now: try again later.")
_ASK = Judgement(Outcome.BLOCKED, "The server wants its administrator to look at this account: ask there.")
_WRONG = Judgement(
    Outcome.WRONG_PASSWORD,
    "Type the password again; where it is right, the login name or the kind of password may be another.",
    final=True,
)
_METHOD = Judgement(
    Outcome.METHOD_REFUSED, "The server does not take this way of logging in, whatever the password is."
)
_PRIVACY = Judgement(Outcome.METHOD_REFUSED, "The server wants an encrypted connection first.")

# What is written says more than any code, so that it is looked at first.
_TEXTS: tuple[tuple[Judgement, tuple[str, ...]], ...] = (
    (
        _APP_PASSWORD,
        (
            r"app(lication)?[- ]?specific password",  # Google, Apple
            r"\bapp password",  # Yahoo
            r"authori[sz]ation code",  # QQ, NetEase
            r"InvalidSecondFactor",
        ),
    ),
    (
        _WEB_LOGIN,
        (r"web ?login", r"log ?in (via|with|to|through) (your|the|a) (web )?browser", r"\bWEBALERT\b"),
    ),
    (
        _NO_PASSWORDS,
        (
            r"basic auth\w* is (disabled|blocked)",  # Microsoft, as the next two
            r"BasicAuthBlocked|LogonDenied-BasicAuth",
            r"SmtpClientAuthentication is disabled",
        ),
    ),
    (
        _SWITCHED_OFF,
        (
            r"not enabled for (IMAP|POP|SMTP)",  # Google
            r"(IMAP4?|POP3?|SMTP)\b.{0,30}\b(disabled|not enabled|deactivated|not allowed|switched off)",
            r"enable (IMAP|POP|SMTP)",  # Zoho
            r"service is not open|unsafe login",  # QQ, NetEase
            r"authenticated but not connected",  # Microsoft
        ),
    ),
    (_ASK, (r"did not meet the criteria", r"conditional access")),  # Microsoft
    (
        _TOO_MANY,
        (
            r"too many",
            r"rate.?limit|limit exceeded|exceeded .{0,40}limits?|throttl",
            r"too (often|frequent)|frequency limited",
            r"temporarily (blocked|locked|banned)",
        ),
    ),
    (
        _LOCKED,
        (
            r"\b(account|user|mailbox)\b.{0,30}\b(locked|blocked|disabled|suspended|expired|inactive|abnormal)",
            r"password (has )?expired",
        ),
    ),
)
_REFUSING = re.compile(
    r"(unsupported|unrecognized|unknown|invalid) (sasl |authentication |auth )*(mechanism|method|type)"
    r"|mechanism.{0,20}(not|un)[ -]?(supported|available|allowed|enabled)"
    r"|authentication (method )?not (supported|enabled|available)|plaintext auth\w* (is )?disallowed"
    r"|encryption (is )?(required|needed)|must issue a STARTTLS",
    re.IGNORECASE,
)
_COMPILED = tuple(
    (re.compile(text, re.IGNORECASE), judgement) for judgement, texts in _TEXTS for text in texts
)

_CODES: Mapping[str, Judgement] = {
    # IMAP: RFC 5530 §3, RFC 9051 §7.1, and Dovecot's.
    "AUTHENTICATIONFAILED": _WRONG,
    "AUTHORIZATIONFAILED": _LOCKED,
    "EXPIRED": _LOCKED,
    "PRIVACYREQUIRED": _PRIVACY,
    "CONTACTADMIN": _ASK,
    "NOPERM": _ASK,
    "UNAVAILABLE": _LATER,
    "SERVERBUG": _LATER,
    "LIMIT": _TOO_MANY,
    "OVERQUOTA": _TOO_MANY,
    "INUSE": _IN_USE,
    "CANNOT": _METHOD,
    "BAD": _METHOD,
    "BYE": _LATER,
    # POP3: RFC 2449 §8, RFC 3206 §4.
    "AUTH": _WRONG,
    "SYS/TEMP": _LATER,
    "SYS/PERM": _ASK,
    "IN-USE": _IN_USE,
    "LOGIN-DELAY": _TOO_MANY,
}
_SMTP_CODES: tuple[tuple[str, Judgement], ...] = (
    # RFC 4954 §4 and §6, RFC 3463. The first that fits the start of "535 5.7.8" or its enhanced half.
    ("5.7.9", _METHOD),
    ("5.7.11", _PRIVACY),
    ("5.5.4", _METHOD),
    ("5.7.14", _WEB_LOGIN),
    ("4.7.0", _LATER),
    ("432", _LOCKED),  # a password transition is needed
    ("421", _TOO_MANY),
    ("454", _LATER),
    ("4", _LATER),
    ("500", _METHOD),
    ("501", _METHOD),
    ("502", _METHOD),
    ("503", _METHOD),
    ("504", _METHOD),
    ("530", _PRIVACY),
    ("534", _METHOD),
    ("538", _PRIVACY),
)


_UNJUDGED = frozenset({"BAD", "CANNOT", "PRIVACYREQUIRED"})
_UNJUDGED_REPLIES = frozenset({"500", "501", "502", "503", "504", "530", "538"})


def unjudged(code: str) -> bool:
    """Whether a refusal says that nothing was looked at but the method's name (RFC 4954 §4, RFC 5530)."""
    return code in _UNJUDGED or code.partition(" ")[0] in _UNJUDGED_REPLIES


def judged(code: str, text: str) -> Judgement:
    """What a refusal means: ``code`` is IMAP's or POP3's word or SMTP's numbers, ``text`` what it wrote."""
    for pattern, judgement in _COMPILED:
        if pattern.search(text):
            return judgement
    if code in _CODES:
        return _CODES[code]
    if code[:1].isdigit():
        return _numbered(code, text)
    return _METHOD if _REFUSING.search(text) else _WRONG


def _numbered(code: str, text: str) -> Judgement:
    reply, _, enhanced = code.partition(" ")
    for start, judgement in _SMTP_CODES:
        if enhanced == start or reply.startswith(start):
            return judgement
    return _METHOD if _REFUSING.search(text) else _WRONG
