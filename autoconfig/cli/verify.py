"""``autoconfig verify``: log in with the settings of an address, to know that they work."""

from __future__ import annotations

import dataclasses
import sys
from typing import TYPE_CHECKING, Any

import click

from autoconfig.cli.finding import Finding, finding_options
from autoconfig.cli.options import json_option, print_json
from autoconfig.cli.secret import Secrets, secret_options
from autoconfig.errors import NothingFound

if TYPE_CHECKING:
    from collections.abc import Sequence

    from autoconfig.accounts.keys import Keys
    from autoconfig.accounts.report import LoginReport
    from autoconfig.accounts.ways import Wanted
    from autoconfig.model import AnyServer
    from autoconfig.resolver import Resolution

SIGN_IN = ("browser", "device")


@click.command("verify")
@click.argument("address")
@secret_options
@click.option(
    "--sign-in",
    type=click.Choice(SIGN_IN),
    help="Get an OAuth2 token by signing in, in a browser here or on another device.",
)
@click.option("--client-id", metavar="ID", help="For --sign-in: the program as the provider knows it.")
@click.option("--client-secret", metavar="TEXT", help="For --sign-in, where the provider gave one out.")
@click.option("--incoming", is_flag=True, help="The servers that mail is fetched from only.")
@click.option("--outgoing", is_flag=True, help="The servers that mail is handed in at only.")
@click.option("--all", "every", is_flag=True, help="Every server, not the first of each kind only.")
@click.option(
    "--method",
    metavar="METHOD",
    help="Log in so, whatever is published: password-cleartext, password-encrypted, NTLM, OAuth2, or the "
    "name of a mechanism.",
)
@click.option("--login-name", metavar="NAME", help="The login name, where it is not the one found.")
@click.option("--allow-plaintext", is_flag=True, help="Send the password without encryption where need be.")
@click.option("-y", "--yes", is_flag=True, help="The domains that servers belong to are right; do not ask.")
@json_option
@finding_options
def command(address: str, as_json: bool, yes: bool, **given: Any) -> None:
    """Log in to the mail servers of ADDRESS with the settings that are found for it.

    The password is asked for without showing it, and sent over verified TLS only. It is tried once: a server
    that has refused it is not asked again, and no other server of the same provider either.

    Exit 0 all logged in, 1 not, or no settings found, 2 wrong use, 3 nobody could be asked (no network).
    """
    sys.exit(_Check(address, given, as_json=as_json, yes=yes).run())


class _Check:
    """One call of the command."""

    def __init__(self, address: str, given: dict[str, Any], *, as_json: bool, yes: bool) -> None:
        self._finding = Finding(address, given, as_json=as_json)
        self._secrets = Secrets(
            **{
                name: given[name]
                for name in ("password_command", "keyring", "password_stdin", "token_command")
            }
        )
        self._given = given
        self._method = _wanted(given["method"])
        self._as_json = as_json
        self._yes = yes

    def run(self) -> int:
        """Find, ask, log in, print; gives the exit status.

        People are asked between two event loops, not inside one, which would keep Ctrl-C to itself.
        """
        import asyncio

        from autoconfig.cli.confirming import confirm

        resolution = asyncio.run(self._found())
        servers = self._servers(resolution)
        confirm(resolution, servers, yes=self._yes, quiet=self._as_json)
        keys = self._keys(resolution, servers)
        reports = asyncio.run(self._logged_in(resolution, servers, keys))
        self._print(resolution, reports)
        return 0 if all(report.accepted for report in reports) else 1

    async def _found(self) -> Resolution:
        async with self._finding.resolver() as resolver:
            return await self._finding.resolution(resolver)

    def _servers(self, resolution: Resolution) -> tuple[AnyServer, ...]:
        """Raises NothingFound where there is none to log in at."""
        from autoconfig.accounts.verify import servers_to_try

        assert resolution.provider is not None
        both = self._given["incoming"] == self._given["outgoing"]
        servers = servers_to_try(
            resolution.provider,
            incoming=both or self._given["incoming"],
            outgoing=both or self._given["outgoing"],
            every=self._given["every"],
        )
        if not servers:
            raise NothingFound("The settings have no IMAP, POP3, JMAP or SMTP server to log in at.")
        name = self._given["login_name"]
        return tuple(
            dataclasses.replace(server, username=name or server.username or str(resolution.address))
            for server in servers
        )

    def _keys(self, resolution: Resolution, servers: Sequence[AnyServer]) -> Keys:
        """What there is to log in with; a token by signing in comes later."""
        from autoconfig.accounts.keys import Keys
        from autoconfig.accounts.verify import wants

        token = self._secrets.token()
        by_password = wants(servers).password
        if self._method is not None:
            by_password = any(not way.by_token for way in self._method.ways())
        without_token = token is None and not self._given["sign_in"]
        asked_for = self._secrets.given or (by_password and without_token)
        password = self._secrets.password(str(resolution.address)) if asked_for else None
        return Keys(password=password, token=token)

    async def _logged_in(
        self, resolution: Resolution, servers: Sequence[AnyServer], keys: Keys
    ) -> list[LoginReport]:
        import ssl

        from autoconfig.accounts.login import Login
        from autoconfig.accounts.verify import log_in_at
        from autoconfig.cli.waiting import waiting

        plain = self._given["allow_plaintext"]
        async with self._finding.network() as resolver:
            if self._given["sign_in"]:
                from autoconfig.cli.signing_in import token_by_signing_in

                token = await token_by_signing_in(resolution, resolver.http, self._given)
                keys = dataclasses.replace(keys, token=token)
            login = Login(
                resolver.connector,
                keys,
                context=ssl.create_default_context(),
                method=self._method,
                allow_plaintext=plain,
            )
            with waiting("Logging in …"):
                return await log_in_at(servers, login, resolver.http, keys, allow_plaintext=plain)

    def _print(self, resolution: Resolution, reports: Sequence[LoginReport]) -> None:
        if self._as_json:
            print_json(_as_dict(resolution, reports))
            return
        from autoconfig.cli.results import results
        from autoconfig.cli.screen import Screen, show

        show(results(reports, Screen.of(sys.stdout)))


def _wanted(name: str | None) -> Wanted | None:
    if name is None:
        return None
    from autoconfig.accounts.ways import NAMES, Wanted

    try:
        return Wanted.by_name(name)
    except KeyError:
        raise click.UsageError(
            f"{name!r} is no method: give password-cleartext, password-encrypted, NTLM, OAuth2, "
            f"or one of {', '.join(NAMES)}."
        ) from None


def _as_dict(resolution: Resolution, reports: Sequence[LoginReport]) -> dict[str, Any]:
    return {
        "address": str(resolution.address),
        "method": resolution.method,
        "source": resolution.source,
        "trust": str(resolution.trust),
        "confirm": list(resolution.confirm),
        "accepted": all(report.accepted for report in reports),
        "servers": [report.as_dict() for report in reports],
    }
