"""``autoconfig render``: the exact bytes a client would get."""

from __future__ import annotations

import sys

import click

from autoconfig.cli.documents import NAMES, document, secrets_for
from autoconfig.cli.options import (
    password_command_option,
    providers_option,
    settings_with,
    store_of,
    token_command_option,
)
from autoconfig.errors import AddressError
from autoconfig.model import EmailAddress
from autoconfig.publish import Publisher
from autoconfig.signing import open_signer


@click.command("render")
@click.argument("format_name", metavar="FORMAT", type=click.Choice(NAMES))
@click.argument("address")
@click.option("--full", is_flag=True, help="mozilla: everything the provider has, plain sockets too.")
@click.option("--unsigned", is_flag=True, help="mobileconfig: without the signature.")
@password_command_option
@token_command_option
@providers_option
def command(
    format_name: str,
    address: str,
    full: bool,
    unsigned: bool,
    password_command: str | None,
    token_command: str | None,
    stores: tuple[str, ...],
) -> None:
    """Write the document of ADDRESS in FORMAT to standard output.

    FORMAT is mozilla, autodiscover, mobilesync, pacc or mobileconfig; or a mail program, whose configuration
    is written: aerc, fetchmail, getmail, git (send-email), himalaya, mbsync, msmtp, neomutt (Mutt too),
    offlineimap, postfix (relayhost); or env, variables for applications. No password is ever written.

    Exit 1 where there is no such document.
    """
    try:
        mailbox = EmailAddress.parse(address)
    except AddressError as error:
        raise click.UsageError(str(error)) from None
    if full and format_name != "mozilla":
        raise click.UsageError("--full goes with mozilla only.")
    if unsigned and format_name != "mobileconfig":
        raise click.UsageError("--unsigned goes with mobileconfig only.")
    secrets = secrets_for(format_name, password_command, token_command)
    signed = format_name == "mobileconfig" and not unsigned
    publisher = Publisher(store_of(stores), open_signer(settings_with(stores)) if signed else None)
    sys.stdout.buffer.write(document(publisher, mailbox, format_name, full=full, secrets=secrets))
    sys.stdout.buffer.flush()
