"""The device flow (RFC 8628): a code is typed on any device that has a browser, and we ask until it was."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from autoconfig.accounts.oauth.token import SignInFailed, Token, ask, ask_for_token
from autoconfig.errors import FetchFailed, ValueRefused
from autoconfig.model.server import checked_url

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from autoconfig.accounts.oauth.application import Application
    from autoconfig.net.http import Http

GRANT = "urn:ietf:params:oauth:grant-type:device_code"
MOST_SECONDS = 1800
"""However long the server would wait."""
USUAL_INTERVAL = 5
"""Seconds between two questions where the server does not say (§3.2)."""
MAX_INTERVAL = 60
SLOWER = 5
"""Seconds more for each ``slow_down`` (§3.5)."""
MAX_CODE = 40
"""Characters of a code that a person types."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UserCode:
    """What to show to the person."""

    code: str
    url: str
    """Where it is typed."""
    url_with_code: str | None
    """The same with the code in it, to click or to scan."""
    expires_in: int
    """Seconds."""
    device_code: str = field(repr=False)
    interval: int = USUAL_INTERVAL


async def sign_in_by_device(http: Http, application: Application, show: Callable[[UserCode], None]) -> Token:
    """Show a code and wait until it was typed. Raises SignInFailed or NetworkError."""
    if application.device_url is None:
        raise SignInFailed(f"{application.issuer} has no sign-in on another device; use the browser here.")
    scope = {"scope": " ".join(application.scope)} if application.scope else {}
    said = await ask(http, application.device_url, application, **scope)
    code = _user_code(said)
    show(code)
    try:
        async with asyncio.timeout(code.expires_in):
            return await _waited(http, application, code)
    except TimeoutError:
        raise SignInFailed("Nobody typed the code in time.", code="expired_token") from None


async def _waited(http: Http, application: Application, code: UserCode) -> Token:
    interval = code.interval
    while True:
        await asyncio.sleep(interval)
        try:
            return await ask_for_token(http, application, grant_type=GRANT, device_code=code.device_code)
        except SignInFailed as error:
            if error.code not in ("authorization_pending", "slow_down"):
                raise
            interval += SLOWER if error.code == "slow_down" else 0
        except FetchFailed:
            interval *= 2  # §3.5: back off where the connection fails
        interval = min(interval, MAX_INTERVAL)


def _user_code(said: Mapping[str, Any]) -> UserCode:
    """§3.2. Raises SignInFailed."""
    code, device_code = said.get("user_code"), said.get("device_code")
    url = _url(said.get("verification_uri", said.get("verification_url")))  # Google's word is older
    if not (isinstance(code, str) and isinstance(device_code, str) and url) or not _typeable(code):
        raise SignInFailed("The authorization server's answer has no code to type, or no place to type it.")
    return UserCode(
        code=code,
        device_code=device_code,
        url=url,
        url_with_code=_url(said.get("verification_uri_complete")),
        expires_in=_number(said.get("expires_in"), MOST_SECONDS, MOST_SECONDS),
        interval=_number(said.get("interval"), USUAL_INTERVAL, MAX_INTERVAL),
    )


def _typeable(code: str) -> bool:
    return 0 < len(code) <= MAX_CODE and code.isprintable()


def _url(value: object) -> str | None:
    try:
        return checked_url(value, schemes=("https",)) if isinstance(value, str) else None
    except ValueRefused:
        return None


def _number(value: object, usual: int, most: int) -> int:
    return min(max(value, 1), most) if isinstance(value, int) else usual
