"""The first steps: the name, what was found, the servers, the login name."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from autoconfig.cli.confirming import doubts_about
from autoconfig.cli.wizard import servers
from autoconfig.cli.wizard.draft import spa
from autoconfig.cli.wizard.options import change_of
from autoconfig.errors import NothingFound, ValueRefused
from autoconfig.model import Authentication, ServerType, TcpServer
from autoconfig.model.text import one_line

if TYPE_CHECKING:
    from collections.abc import Callable

    from autoconfig.cli.wizard.asker import Asker
    from autoconfig.cli.wizard.draft import Draft
    from autoconfig.model import AnyServer
    from autoconfig.resolver import Resolution


class Steps:
    """Settles the account with its owner, one step after the other."""

    def __init__(self, asker: Asker, draft: Draft, given: dict[str, Any]) -> None:
        self._asker = asker
        self._draft = draft
        self._given = given
        self._without_spa: tuple[AnyServer, ...] = ()
        """The servers as they were before NTLM was wanted."""

    def name(self) -> None:
        """The name that others see."""
        self._asker.step("Your name")
        given = self._given["name"]
        usual = _own_name() or self._draft.address.local_part
        self._draft.name = (
            _said(_name, given) if given is not None else self._asker.text("As others see it", usual, _name)
        )
        self._asker.tell(f"{self._draft.name} <{self._draft.address.unicode}>")

    def found(self, resolution: Resolution | None, why_not: str) -> None:
        """What was found, where it comes from, and whose servers they are. Raises Abort or UsageError."""
        self._asker.step("Settings")
        if resolution is None or resolution.provider is None:
            self._asker.tell(why_not, "yellow")
            self._asker.tell("The servers can be typed by hand.")
            return
        provider = resolution.provider
        self._draft.found = provider
        source = resolution.source.partition("?emailaddress=")[0]
        self._asker.tell(f"{provider.display_name}, from {source}")
        for line in servers.described((*provider.incoming, *provider.outgoing)):
            self._asker.line(line)
        doubts = list(doubts_about(resolution))
        for doubt in doubts:
            self._asker.tell(doubt, "bold yellow")
        if doubts and not self._given["yes"]:
            if not self._asker.present:
                raise click.UsageError(f"{' '.join(doubts)} --yes says that this is right.")
            if not self._asker.yes("Is that right?", default=False):
                raise click.Abort

    def kind(self) -> None:
        """POP3, IMAP or JMAP. Raises NothingFound for one that the provider has not."""
        found = () if self._draft.found is None else self._draft.found.incoming
        offered = servers.offered_kinds(found)
        kind = self._given["kind"]
        self._asker.step("Incoming mail")
        if kind is None and not offered:
            by_hand = {word: text for word, text in servers.KINDS.items() if word != "jmap"}
            kind = self._asker.one_of("Which", by_hand, "imap")
        elif kind is None:
            kind = self._asker.one_of("Which", offered, next(iter(offered)))
        self._draft.incoming = servers.first_of(found, kind)
        self._asker.tell(servers.KINDS[kind])
        if self._draft.incoming is None and (kind == "jmap" or (found and not self._changes("incoming"))):
            raise NothingFound(
                f"No {kind.upper()} server was found; there is {', '.join(offered) or 'none'}."
            )
        self._wanted = ServerType(kind)

    def servers(self) -> None:
        """The two servers, as they are found, as options want them, or typed. Raises UsageError."""
        self._asker.step("Servers")
        found = () if self._draft.found is None else self._draft.found.outgoing
        self._draft.outgoing = servers.first_of(found, "smtp")
        self._needs_outgoing = self._wanted is not ServerType.JMAP  # which hands mail in too
        domain = self._draft.address.domain
        for side, kind in (("incoming", self._wanted), ("outgoing", ServerType.SMTP)):
            server, change = getattr(self._draft, side), change_of(self._given, side)
            if server is not None:
                server = servers.changed(server, change, side)
            elif side == "incoming" or change or (self._asker.present and self._needs_outgoing):
                server = servers.typed(self._asker, kind, domain, change, side)
            setattr(self._draft, side, server)
        self._show()
        while self._asker.present and self._asker.yes("Change something?", default=False):
            self.change()
            self._show()

    def change(self) -> None:
        """Ask for each part of each server by hand."""
        for side in ("incoming", "outgoing"):
            server = getattr(self._draft, side)
            if isinstance(server, TcpServer):
                setattr(self._draft, side, servers.by_hand(self._asker, server))

    def login_name(self) -> None:
        """The name to log in with, and whether it goes by NTLM. Raises UsageError."""
        self._asker.step("Login name")
        first = self._draft.servers[0]
        usual = self._given["login_name"] or first.username or str(self._draft.address)
        if self._asker.present and self._given["login_name"] is None:
            usual = self._asker.text("Login name", usual, _login_name)
        if self._given["login_name"] is not None or usual != first.username:
            self._draft.call(_said(_login_name, usual))
        self._draft.fill_login_names(str(self._draft.address))
        if not self._asker.present:
            self._asker.tell(usual)
        self._spa()

    def _spa(self) -> None:
        published = any(Authentication.NTLM in server.authentication[:1] for server in self._draft.servers)
        wanted = self._given["spa"]
        if wanted is None:
            question = "Secure password authentication (SPA, NTLM)?"
            wanted = self._asker.yes(question, default=published) if self._asker.present else published
        if wanted:
            self._without_spa = self._without_spa or self._draft.servers
            self._draft.change(spa)
        elif self._without_spa:
            # They said yes before, and no now.
            words = {server.type: server.authentication for server in self._without_spa}
            self._draft.change(lambda server: replace(server, authentication=words[server.type]))
            self._without_spa = ()

    def _changes(self, side: str) -> bool:
        return change_of(self._given, side).host is not None

    def _show(self) -> None:
        for line in servers.described(self._draft.servers):
            self._asker.line(line)


def _said(read: Callable[[str], str], text: str) -> str:
    """What an option says. Raises UsageError for what will not do."""
    try:
        return read(text)
    except ValueRefused as error:
        raise click.UsageError(str(error)) from None


def _name(text: str) -> str:
    return one_line(text, "The name")


def _login_name(text: str) -> str:
    name = text.strip()
    if not name or not name.isprintable():
        raise ValueRefused("A login name is printable and not empty.")
    return name


def _own_name() -> str:
    """The full name that the machine has for who runs this; empty where it has none."""
    try:
        import os
        import pwd
    except ImportError:
        return ""
    try:
        return " ".join(pwd.getpwuid(os.getuid()).pw_gecos.partition(",")[0].split())
    except KeyError:
        return ""
