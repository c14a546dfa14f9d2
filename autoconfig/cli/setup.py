"""``autoconfig setup``: from an address to a mail program that works."""

from __future__ import annotations

import shutil
import sys
from typing import TYPE_CHECKING, Any

import click

from autoconfig.cli.finding import Finding, finding_options
from autoconfig.cli.resolve import Offline
from autoconfig.cli.secret import Secrets, secret_options
from autoconfig.cli.wizard.options import wizard_options
from autoconfig.errors import AutoconfigError, NothingFound, ValueRefused

if TYPE_CHECKING:
    from autoconfig.accounts.plan import Account, Plan
    from autoconfig.formats import clients
    from autoconfig.resolver import Resolution


@click.command("setup")
@click.argument("address")
@wizard_options
@secret_options
@finding_options
def command(address: str, **given: Any) -> None:
    """Set up the account of ADDRESS in a mail program, step by step.

    Finds the settings, asks for what is missing, logs in to try them, and writes the configuration of the
    programs that you choose. Nothing is overwritten without asking, and no file holds the password. Every
    answer can be given as an option; with --yes, or without a terminal, nothing is asked.

    Exit 0 set up, 1 not (the test failed, or a file is in the way), 2 wrong use, 3 no network.
    """
    sys.exit(_Setup(address, given).run())


class _Setup:
    """One call of the command."""

    def __init__(self, address: str, given: dict[str, Any]) -> None:
        from autoconfig.cli.screen import Screen
        from autoconfig.cli.wizard.asker import Asker
        from autoconfig.cli.wizard.draft import Draft

        self._given = given
        self._finding = Finding(address, given)
        self._secrets = Secrets(
            **{
                name: given[name]
                for name in ("password_command", "keyring", "password_stdin", "token_command")
            }
        )
        _file_secrets(self._secrets)  # wrong use is said before anybody is asked
        present = not given["yes"] and sys.stdin.isatty()
        self._asker = Asker(present, Screen.of(sys.stdout))
        self._draft = Draft(self._finding.address)
        if not present and not given["programs"]:
            self._asker.nobody("--program")

    def run(self) -> int:
        """Go through the steps; gives the exit status."""
        from autoconfig.cli.screen import printable, show
        from autoconfig.cli.wizard.steps import Steps
        from autoconfig.cli.wizard.trying import Trying

        steps = Steps(self._asker, self._draft, self._given)
        show([((f"Setting up {printable(self._draft.address.unicode)}", "bold"),)])
        steps.name()
        resolution, why_not = self._found()
        steps.found(resolution, why_not)
        steps.kind()
        steps.servers()
        steps.login_name()
        trying = Trying(self._asker, self._draft, self._given, self._secrets, self._finding)
        if not trying.run(steps):
            return 1
        self._secrets = trying.secrets
        return self._write(trying.to_remember)

    def _found(self) -> tuple[Resolution | None, str]:
        """The settings, or why there are none. Raises Offline or NothingFound where nobody can type them."""
        import asyncio

        try:
            return asyncio.run(self._resolution()), ""
        except (NothingFound, Offline) as error:
            if not self._asker.present and not self._given["incoming_host"]:
                raise
            return None, str(error.message if isinstance(error, Offline) else error)

    async def _resolution(self) -> Resolution:
        async with self._finding.resolver() as resolver:
            return await self._finding.resolution(resolver)

    def _write(self, to_remember: str | None) -> int:
        from autoconfig.accounts import vault
        from autoconfig.accounts.files import Existing
        from autoconfig.cli.wizard import writing

        account = self._account(from_keyring=to_remember is not None)
        plans = self._plans(account)
        folders = [folder for plan in plans for folder in plan.folders]
        self._asker.step("Files")
        dry_run = self._given["dry_run"]
        writings = writing.decided(plans, self._asker, Existing(self._given["existing"]), dry_run=dry_run)
        if dry_run:
            writing.show_all(writings, folders)
            return 0
        if not all(each.nothing for each in writings) and not self._asker.yes("Write them?", default=True):
            raise click.Abort
        if to_remember is not None:
            vault.store(str(account.address), to_remember)
            self._asker.tell("The password is in the keyring.", "green")
        writing.carry_out(writings, folders, self._asker)
        self._say_what_is_next(plans, account, from_keyring=to_remember is not None)
        return 0

    def _account(self, *, from_keyring: bool) -> Account:
        import dataclasses

        from autoconfig.accounts import vault
        from autoconfig.accounts.plan import Account

        secrets = _file_secrets(self._secrets)
        if secrets.password_command is None and (from_keyring or self._secrets.keyring):
            command = vault.password_command(str(self._draft.address))
            secrets = dataclasses.replace(secrets, password_command=command)
        return Account(
            address=self._draft.address,
            name=self._draft.name,
            provider=self._draft.provider(),
            secrets=secrets,
        )

    def _plans(self, account: Account) -> list[Plan]:
        """What each program needs. Raises NothingFound or ValueRefused for one that cannot."""
        from autoconfig.accounts.destinations import DESTINATIONS, Home
        from autoconfig.accounts.plan import plan

        output = self._given["output"]
        home = Home.of_user() if output is None else Home.at(output.absolute())
        programs = self._given["programs"]
        if not programs:
            self._asker.step("Mail programs")
            possible: dict[str, str] = {}
            for name, destination in DESTINATIONS.items():
                try:
                    plan(name, account, home)
                except AutoconfigError:
                    continue
                here = " (installed)" if destination.command and shutil.which(destination.command) else ""
                possible[name] = f"{destination.title}{here}"
            if not possible:
                raise NothingFound("No program that is known here can use these servers.")
            programs = self._asker.some_of("Which (numbers, separated by spaces)", possible)
        return [plan(name, account, home) for name in programs]

    def _say_what_is_next(self, plans: list[Plan], account: Account, *, from_keyring: bool) -> None:
        from autoconfig.accounts import vault

        self._asker.step("Done")
        if account.secrets.password_command is None and not (from_keyring or self._secrets.keyring):
            self._asker.tell("The programs look for the password in the keyring. Put it there:")
            self._asker.line(vault.how_to_store(str(account.address)), "bold")
        for each in plans:
            if each.then:
                self._asker.tell(f"{each.program}, next:")
                self._asker.line(each.then, "bold")


def _file_secrets(secrets: Secrets) -> clients.Secrets:
    """The commands that go into files. Raises UsageError for one that no file can hold."""
    from autoconfig.formats import clients

    try:
        return clients.Secrets(password_command=secrets.password_command, token_command=secrets.token_command)
    except ValueRefused as error:
        raise click.UsageError(str(error)) from None
