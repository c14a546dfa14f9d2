"""Tokens, and how an authorization server is asked for one (RFC 6749 §4.1.3, §5)."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from autoconfig.errors import AutoconfigError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from autoconfig.accounts.oauth.application import Application
    from autoconfig.net.http import Http

FORM = "application/x-www-form-urlencoded"
_SHOWN = 200
"""Characters of a server's own words."""

_REASONS: Mapping[str, str] = {
    "access_denied": "you did not allow it",
    "expired_token": "nobody typed the code in time",
    "invalid_client": "the program (client id) is not known there",
    "unauthorized_client": "the program (client id) may not do that",
    "invalid_scope": "it does not know the scope that the provider names",
    "invalid_grant": "it does not accept its own code any more",
}


class SignInFailed(AutoconfigError):
    """There is no token; the sentence says why. ``code`` is the authorization server's word."""

    def __init__(self, message: str, *, code: str = "") -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """What opens the account for a while."""

    access_token: str = field(repr=False)
    refresh_token: str | None = field(default=None, repr=False)
    expires_in: int | None = None
    """Seconds."""


async def ask_for_token(http: Http, application: Application, **form: str) -> Token:
    """Ask the token endpoint. Raises SignInFailed with the server's reason, or NetworkError."""
    said = await ask(http, application.token_url, application, **form)
    token = said.get("access_token")
    if not isinstance(token, str) or not token or not token.isprintable():
        raise SignInFailed(f"{_host(application.token_url)} gives no token.")
    if str(said.get("token_type", "bearer")).lower() != "bearer":
        raise SignInFailed(
            f"{_host(application.token_url)} gives a token of a kind that mail servers do not know."
        )
    refresh, expires = said.get("refresh_token"), said.get("expires_in")
    return Token(
        access_token=token,
        refresh_token=refresh if isinstance(refresh, str) else None,
        expires_in=expires if isinstance(expires, int) else None,
    )


async def ask(http: Http, url: str, application: Application, **form: str) -> Mapping[str, Any]:
    """Post a form as the application and read the JSON. Raises SignInFailed or NetworkError.

    No redirect is followed: the form has a code in it that is as good as the token.
    """
    fields = {"client_id": application.client_id, **form}
    if application.client_secret is not None:
        fields["client_secret"] = application.client_secret
    fetched = await http.post(url, urlencode(fields).encode(), FORM, follow=False)
    try:
        said = json.loads(fetched.body)
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        raise SignInFailed(f"{_host(url)} answers {fetched.status} and no JSON.")
    if fetched.status != 200 or "error" in said:
        raise refused(_host(url), str(said.get("error", fetched.status)), said.get("error_description"))
    return said


def refused(host: str, code: str, description: object = None) -> SignInFailed:
    """The sentence for an error code (RFC 6749 §4.1.2.1 and §5.2, RFC 8628 §3.5)."""
    reason = _REASONS.get(code) or _shown(description) or _shown(code)
    return SignInFailed(f"{host} gives no token: {reason.rstrip('.')}.", code=code)


def _shown(text: object) -> str:
    words = " ".join(str(text or "").split())[:_SHOWN]
    return "".join(mark if mark.isprintable() else "\N{REPLACEMENT CHARACTER}" for mark in words)


def _host(url: str) -> str:
    return urlsplit(url).hostname or url
