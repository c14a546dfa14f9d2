"""Getting an OAuth2 token with a person's help, and what that person is shown."""

from __future__ import annotations

import sys
import webbrowser
from typing import TYPE_CHECKING, Any

import click

from autoconfig.cli.screen import printable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from autoconfig.accounts.oauth import UserCode
    from autoconfig.net.http import Http
    from autoconfig.resolver import Resolution


async def token_by_signing_in(resolution: Resolution, http: Http, given: Mapping[str, Any]) -> str:
    """An access token for the account. Raises SignInFailed, NetworkError, or UsageError without OAuth2."""
    from autoconfig.accounts.oauth import application_of, sign_in_by_browser, sign_in_by_device

    provider = resolution.provider
    if provider is None or provider.oauth2 is None:
        raise click.UsageError("--sign-in needs a provider that says how to sign in with OAuth2.")
    application = await application_of(
        http, provider.oauth2, client_id=given["client_id"], client_secret=given["client_secret"]
    )
    if given["sign_in"] == "device":
        return (await sign_in_by_device(http, application, _show_code)).access_token
    address = str(resolution.address)
    return (await sign_in_by_browser(http, application, _show_page, address=address)).access_token


def _show_code(code: UserCode) -> None:
    minutes = max(code.expires_in // 60, 1)
    click.echo(f"Open {printable(code.url)} on any device and type the code within {minutes} min:", err=True)
    click.echo(f"\n    {code.code}\n", err=True)
    if code.url_with_code:
        click.echo(f"Or open {printable(code.url_with_code)}", err=True)


def _show_page(url: str) -> None:
    click.echo(f"Sign in here, in a browser on this machine:\n{url}", err=True)
    if sys.stderr.isatty():
        webbrowser.open(url)
