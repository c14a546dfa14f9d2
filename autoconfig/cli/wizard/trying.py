"""The password, and the test: log in with what was settled, and go back where that fails."""

from __future__ import annotations

import asyncio
import ssl
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from autoconfig.accounts import vault
from autoconfig.accounts.judgement import Outcome
from autoconfig.accounts.keys import Keys
from autoconfig.accounts.login import Login
from autoconfig.accounts.verify import log_in_at, wants
from autoconfig.cli.results import results
from autoconfig.cli.secret import asked
from autoconfig.cli.waiting import waiting
from autoconfig.formats import clients

if TYPE_CHECKING:
    from autoconfig.accounts.guesses import Refusals
    from autoconfig.accounts.report import LoginReport
    from autoconfig.cli.finding import Finding
    from autoconfig.cli.secret import Secrets
    from autoconfig.cli.wizard.asker import Asker
    from autoconfig.cli.wizard.draft import Draft
    from autoconfig.cli.wizard.steps import Steps

PROMPT = "   Password (it is not shown): "
_AGAIN = {
    "password": "type the password again",
    "servers": "change the servers",
    "login": "change the login name",
    "anyway": "go on anyway",
    "stop": "stop here; nothing is written",
}


class Trying:
    """Gets the password, remembers it where that is wanted, and logs in."""

    def __init__(
        self, asker: Asker, draft: Draft, given: dict[str, Any], secrets: Secrets, finding: Finding
    ) -> None:
        self._asker = asker
        self._draft = draft
        self._given = given
        self.secrets = secrets
        """Where password and token come from; a token command may be asked for."""
        self._finding = finding
        self._judged_wrong = False
        self._refusals: Refusals = {}
        self.to_remember: str | None = None
        """The password to put into the keyring when everything is settled; None where none is to go there."""

    def run(self, steps: Steps) -> bool:
        """Whether to go on: the login was good, or is not to be tried, or does not matter."""
        self._see_that_remembering_is_possible()
        self._password()
        if self._given["no_test"] or self._test(steps):
            self._ask_to_remember()
            return True
        return False

    def _password(self) -> None:
        """Ask for the password where something needs it. Raises SecretMissing, VaultClosed, UsageError."""
        wanted = wants(self._draft.servers)
        if wanted.token and not wanted.password and self.secrets.token_command is None:
            self._ask_for_token_command()
        if self._given["no_test"] and not self._given["remember"]:
            return
        token = self.secrets.token()
        password = None
        if self.secrets.given or (wanted.password and token is None):
            password = self.secrets.password(str(self._draft.address), PROMPT)
        self._draft.keys = Keys(password=password, token=token)

    def _ask_for_token_command(self) -> None:
        """No program lives without one: a token is good for an hour."""
        if not self._asker.present:
            self._asker.nobody("--token-command: the account takes OAuth2 only")
        self._asker.tell("This account takes no password, but an OAuth2 access token.")
        command = self._asker.text("A command that prints one", "", clients.checked_command)
        self.secrets = replace(self.secrets, token_command=command)

    def _test(self, steps: Steps) -> bool:
        self._asker.step("Test")
        while True:
            reports = self._logged_in()
            self._asker.show(results(reports, self._narrow_screen()))
            if all(report.accepted for report in reports):
                self._prefer_what_was_good(reports)
                self._judged_wrong = False
                return True
            self._judged_wrong = any(report.outcome is Outcome.WRONG_PASSWORD for report in reports)
            choice = self._what_now()
            if choice in ("anyway", "stop"):
                return choice == "anyway"
            self._go_back(choice, steps)

    def _what_now(self) -> str:
        if not self._asker.present:
            if not self._given["anyway"]:
                sentence = "The test failed; --anyway writes the configuration all the same."
                click.echo(f"autoconfig: {sentence}", err=True)
            return "anyway" if self._given["anyway"] else "stop"
        self._asker.tell("Not everything worked.", "yellow")
        return self._asker.one_of("What now", _AGAIN, "password" if self._judged_wrong else "servers")

    def _go_back(self, choice: str, steps: Steps) -> None:
        self._asker.step("Once more")
        if choice == "servers":
            steps.change()
        elif choice == "login":
            steps.login_name()
        else:
            password = asked(PROMPT)
            self._draft.keys = replace(self._draft.keys, password=password)
            self._refusals.clear()

    def _logged_in(self) -> list[LoginReport]:
        with waiting("Logging in …"):
            return asyncio.run(self._at_all())

    async def _at_all(self) -> list[LoginReport]:
        keys, plain = self._draft.keys, self._given["allow_plaintext"]
        async with self._finding.network() as resolver:
            login = Login(
                resolver.connector,
                keys,
                context=ssl.create_default_context(),
                allow_plaintext=plain,
                refusals=self._refusals,
            )
            return await log_in_at(self._draft.servers, login, resolver.http, keys, allow_plaintext=plain)

    def _prefer_what_was_good(self, reports: list[LoginReport]) -> None:
        for report in reports:
            word = report.attempts[-1].word if report.attempts else None
            if word is not None:
                self._draft.prefer(word, report.server)

    def _narrow_screen(self) -> Any:
        screen = self._asker.screen
        return screen if screen.width is None else replace(screen, width=screen.width - 3)

    def _see_that_remembering_is_possible(self) -> None:
        """Raises UsageError where --remember is given and there is no keyring, before anything is asked."""
        if self._given["remember"] and (why_not := vault.unavailable()):
            raise click.UsageError(f"--remember is not possible: {why_not}")

    def _ask_to_remember(self) -> None:
        """Whether the password is to go into the keyring."""
        password = self._draft.keys.password
        wanted = self._given["remember"]
        kept = self.secrets.keyring or self.secrets.password_command is not None
        if password is None or kept or self._judged_wrong:
            return
        if wanted is None:
            possible = self._asker.present and not vault.unavailable()
            wanted = possible and self._asker.yes("Remember the password in the keyring?", default=True)
        self.to_remember = password if wanted else None
