"""Whom to ask for a token, and as whom: the provider's own words, filled up by what its issuer says."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from autoconfig.accounts.oauth.token import SignInFailed
from autoconfig.errors import NetworkError, ValueRefused
from autoconfig.model.server import checked_url

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from autoconfig.model import OAuth2
    from autoconfig.net.http import Http


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """A mail program as an authorization server knows it, and where that server is asked."""

    issuer: str
    client_id: str
    client_secret: str | None = field(default=None, repr=False)
    """Some issuers (Google) give one to programs too; RFC 8252 §8.5 knows that it is no secret then."""
    scope: tuple[str, ...] = ()
    auth_url: str | None = None
    token_url: str
    device_url: str | None = None


async def application_of(
    http: Http, oauth2: OAuth2, *, client_id: str | None = None, client_secret: str | None = None
) -> Application:
    """The application for a provider; what its file leaves open is looked up at its issuer.

    Raises SignInFailed where something is missing.
    """
    client_id = client_id or oauth2.client_id
    if client_id is None:
        raise SignInFailed(
            f"{oauth2.issuer} wants to know which program asks: register one there and give --client-id."
        )
    said = await _metadata(http, oauth2.issuer_url)
    token_url = oauth2.token_url or _url(said, "token_endpoint")
    if token_url is None:
        raise SignInFailed(f"{oauth2.issuer} does not say where tokens are given (RFC 8414).")
    return Application(
        issuer=oauth2.issuer_url,
        client_id=client_id,
        client_secret=client_secret,
        scope=oauth2.scope,
        auth_url=oauth2.auth_url or _url(said, "authorization_endpoint"),
        token_url=token_url,
        device_url=_url(said, "device_authorization_endpoint"),
    )


async def _metadata(http: Http, issuer: str) -> Mapping[str, Any]:
    """What an issuer says about itself; empty where it says nothing that can be believed."""
    for url in _places(issuer):
        try:
            fetched = await http.get(url)
            said = json.loads(fetched.body) if fetched.status == 200 else None
        except (NetworkError, ValueError, RecursionError):
            continue
        # RFC 8414 §3.3: it has to speak of itself, or anybody could speak for it.
        if isinstance(said, dict) and str(said.get("issuer", "")).rstrip("/") == issuer.rstrip("/"):
            return said
    return {}


def _places(issuer: str) -> Iterator[str]:
    """RFC 8414 §3.1, and the older place of OpenID Connect Discovery §4."""
    parts = urlsplit(issuer)
    path = parts.path.rstrip("/")
    yield f"https://{parts.netloc}/.well-known/oauth-authorization-server{path}"
    yield f"https://{parts.netloc}{path}/.well-known/openid-configuration"


def _url(said: Mapping[str, Any], name: str) -> str | None:
    value = said.get(name)
    if not isinstance(value, str):
        return None
    try:
        return checked_url(value, schemes=("https",))
    except ValueRefused:
        return None
