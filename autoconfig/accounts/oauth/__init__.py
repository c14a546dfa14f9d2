"""Getting an OAuth2 access token from a person: in a browser here, or on another device.

RFC 8252 (native apps: a browser and a port of this machine), RFC 7636 (PKCE), RFC 8628 (device flow),
RFC 8414 (what the authorization server says about itself), RFC 9207 (who answers).
"""

from __future__ import annotations

from autoconfig.accounts.oauth.application import Application, application_of
from autoconfig.accounts.oauth.browser import sign_in_by_browser
from autoconfig.accounts.oauth.device import UserCode, sign_in_by_device
from autoconfig.accounts.oauth.token import SignInFailed, Token

__all__ = [
    "Application",
    "SignInFailed",
    "Token",
    "UserCode",
    "application_of",
    "sign_in_by_browser",
    "sign_in_by_device",
]
