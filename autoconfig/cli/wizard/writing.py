"""The last step: which files are written, what becomes of those that are there, and what to do then."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from autoconfig.accounts import files
from autoconfig.accounts.files import Existing, PlannedFile, State
from autoconfig.cli.screen import printable

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from autoconfig.accounts.plan import Plan
    from autoconfig.cli.wizard.asker import Asker

_CHOICES = {
    Existing.KEEP: "keep the file as it is",
    Existing.APPEND: "add the account to it",
    Existing.REPLACE: "replace it; the old file is kept beside it",
}


@dataclass(frozen=True, slots=True)
class Writing:
    """What is to be done about one file."""

    file: PlannedFile
    state: State
    how: Existing

    @property
    def nothing(self) -> bool:
        """Whether the file stays as it is."""
        return self.state is State.SAME or (self.state is State.DIFFERENT and self.how is Existing.KEEP)

    def content(self) -> bytes:
        """What will be in the file."""
        present = self.file.present() or b""
        return self.file.added_to(present) if self.how is Existing.APPEND else self.file.alone


class FileKept(click.ClickException):
    """A file is there already, and nobody says what to do with it."""


def decided(plans: Sequence[Plan], asker: Asker, existing: Existing, *, dry_run: bool) -> list[Writing]:
    """What to do about each file; asks where that is not said. Raises FileKept where nobody can be asked."""
    return [
        _decided(file, asker, existing, dry_run=dry_run)
        for file in dict.fromkeys(file for plan in plans for file in plan.files)
    ]


def _decided(file: PlannedFile, asker: Asker, existing: Existing, *, dry_run: bool) -> Writing:
    state = file.state()
    asker.tell(f"{file.path}  {state}")
    if file.merged:
        return Writing(file, state, Existing.REPLACE)
    if state is not State.DIFFERENT:
        return Writing(file, state, Existing.APPEND if file.appends else Existing.REPLACE)
    if existing is Existing.APPEND and not file.appends:
        raise FileKept(f"{file.path} is there already, and it can hold one account only.")
    if existing is not Existing.ASK:
        return Writing(file, state, existing)
    _show_difference(file, asker)
    if asker.present:
        choices = {
            str(how): text for how, text in _CHOICES.items() if how is not Existing.APPEND or file.appends
        }
        how = Existing(
            asker.one_of("The file is there already", choices, "append" if file.appends else "keep")
        )
        return Writing(file, state, how)
    if dry_run:
        return Writing(file, state, Existing.KEEP)
    raise FileKept(
        f"{file.path} is there already and says something else: "
        f"give --existing {'append, ' if file.appends else ''}replace or keep."
    )


def _show_difference(file: PlannedFile, asker: Asker) -> None:
    present = file.present() or b""
    for line in files.difference(present, file.added_to(present)):
        style = {"+": "green", "-": "red", "@": "cyan"}.get(line[:1], "dim")
        asker.show([((printable(line.expandtabs(4)), style),)])


def carry_out(writings: Sequence[Writing], folders: Sequence[Path], asker: Asker) -> None:
    """Write the files and make the folders. Raises CannotWrite."""
    for writing in writings:
        if writing.nothing:
            continue
        content = writing.content()
        if writing.state is State.DIFFERENT:
            copy = files.keep(writing.file.path)
            asker.tell(f"The old file is kept as {copy}", "dim")
        files.write(writing.file.path, content)
        asker.tell(f"Written: {writing.file.path}", "green")
    for folder in folders:
        files.make_folder(folder)


def show_all(writings: Sequence[Writing], folders: Sequence[Path]) -> None:
    """Print what would be written, for a dry run: the exact text of each file under its path."""
    for writing in writings:
        if writing.nothing:
            click.echo(f"\n{writing.file.path} stays as it is.")
            continue
        click.echo(f"\n--- {writing.file.path} (mode 600) ---")
        click.echo(writing.content().decode("utf-8", "replace").rstrip("\n"))
    for folder in folders:
        click.echo(f"\n--- folder {folder} (mode 700) ---")
