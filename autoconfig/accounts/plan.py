"""What setting up an account in a mail program comes to: files, folders, and what to run then."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from autoconfig.accounts.destinations import APPLE, DESTINATIONS, THUNDERBIRD, Home
from autoconfig.accounts.files import PlannedFile
from autoconfig.errors import NothingFound
from autoconfig.formats import clients, mobileconfig, thunderbird
from autoconfig.formats.clients.safe import checked_address

if TYPE_CHECKING:
    from pathlib import Path

    from autoconfig.model import EmailAddress, Provider


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An account as it was settled with its owner: the servers of ``provider`` are the ones to use."""

    address: EmailAddress
    name: str
    provider: Provider
    secrets: clients.Secrets


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What one program needs."""

    program: str
    files: tuple[PlannedFile, ...]
    folders: tuple[Path, ...] = ()
    then: str = ""


def plan(program: str, account: Account, home: Home) -> Plan:
    """What a program of DESTINATIONS needs. Raises NothingFound, ValueRefused, FormatError or CannotWrite."""
    destination = DESTINATIONS[program]
    address = checked_address(account.address)
    then = destination.then.format(address=address)
    if program == THUNDERBIRD:
        return Plan(program=program, files=_profile(account, home, address), then=then)
    return Plan(
        program=program,
        files=(
            PlannedFile(
                path=home.path(destination.path, address),
                content=_content(program, account),
                account=address if destination.appends else "",
                once=destination.once,
            ),
        ),
        folders=tuple(home.path(folder, address) for folder in destination.directories),
        then=then,
    )


def _content(program: str, account: Account) -> bytes:
    if program != APPLE:
        return clients.render(program, account.provider, account.address, account.secrets)
    body = mobileconfig.render(account.provider, account.address, account.name or None)
    if body is None:
        raise NothingFound(mobileconfig.unsayable(account.provider, account.address))
    return body


def _profile(account: Account, home: Home, address: str) -> tuple[PlannedFile, ...]:
    """A profile of the account's own: those that Thunderbird has are left alone."""
    folder = home.thunderbird / address
    list_ = PlannedFile(path=home.thunderbird / thunderbird.PROFILES, content=b"", merged=True)
    present = (list_.present() or b"").decode("utf-8", "replace")
    return (
        PlannedFile(
            path=folder / thunderbird.PREFS,
            content=thunderbird.render_prefs(account.provider, account.address, account.name),
        ),
        PlannedFile(
            path=list_.path,
            content=thunderbird.with_profile(present, address, address).encode(),
            merged=True,
        ),
    )
