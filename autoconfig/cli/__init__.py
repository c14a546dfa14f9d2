"""The command ``autoconfig``: exit 0 for yes, 1 for no or problems, 2 for wrong use.

Each command lives in a module of its own that is imported when it is run, so that help is quick.
"""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from importlib import import_module
from io import TextIOWrapper
from typing import TYPE_CHECKING, Any

import click

from autoconfig import __version__
from autoconfig.errors import AutoconfigError, SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterator

_COMMANDS = {
    "check": "See a domain as each mail program sees it, and what to mend.",
    "convert": "Write the settings in any document as another one.",
    "dns": "The DNS records of mail domains.",
    "export": "Write a static tree for any web server.",
    "providers": "List, show, check, verify and write providers.",
    "render": "Write a document as a mail client gets it.",
    "resolve": "Find the settings of any address.",
    "serve": "Run the web service.",
    "setup": "Set up an account in a mail program, step by step.",
    "verify": "Log in with the settings of an address, to know that they work.",
}


class _LazyGroup(click.Group):
    """A group that knows its commands by name and loads one only to run it."""

    def make_context(self, *args: Any, **extra: Any) -> click.Context:
        """Read the command line, which may print help."""
        with _reader_may_leave():
            return super().make_context(*args, **extra)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        with _reader_may_leave():
            return super().invoke(ctx)

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return sorted(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in _COMMANDS:
            return None
        command = import_module(f"autoconfig.cli.{cmd_name}").command
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl(sorted(_COMMANDS.items()))


@click.group(
    cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(__version__, "--version", prog_name="autoconfig", message="%(prog)s %(version)s")
def cli() -> None:
    """Mail clients find their settings: one provider database, every document.

    Settings are read from AUTOCONFIG_* variables; see the README.
    """


def main() -> None:
    """Run the command; what goes wrong is one sentence on standard error, as JSON where --json was asked."""
    if sys.stdout is None:  # closed by the caller (>&-)
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115 - open to the end
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a terminal that cannot show every name
    try:
        sys.exit(cli.main(prog_name="autoconfig", standalone_mode=False) or 0)
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        sys.exit(error.exit_code)
    except click.ClickException as error:
        _complain(error.format_message(), error)
        sys.exit(error.exit_code)
    except AutoconfigError as error:
        _complain(str(error), None)
        sys.exit(2 if isinstance(error, SettingsError) else 1)
    except click.Abort:
        sys.exit(130)
    except OSError as error:
        _discard_output()
        _complain(f"{error.filename or 'Output'}: {(error.strerror or str(error)).lower()}.", None)
        sys.exit(1)


@contextmanager
def _reader_may_leave() -> Iterator[None]:
    """The reader of our output has seen enough (head, less): no error of ours, as click would have it."""
    try:
        yield
    except BrokenPipeError:
        _discard_output()
        raise click.exceptions.Exit(0) from None


def _discard_output() -> None:
    """Let what is still to be written go nowhere, so that Python does not complain at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _complain(sentence: str, error: click.ClickException | None) -> None:
    if "--json" in sys.argv:
        import json

        click.echo(json.dumps({"error": sentence}, ensure_ascii=False), err=True)
        return
    context = getattr(error, "ctx", None)
    hint = f"  See {context.command_path} --help." if context is not None else ""
    click.echo(f"autoconfig: {sentence}{hint}", err=True)
