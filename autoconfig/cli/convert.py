"""``autoconfig convert``: any document we read as any document we write, and what is lost on the way."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from autoconfig.advice.losses import Asking, losses
from autoconfig.cli.dns import service_host_of, service_host_option
from autoconfig.cli.dns_plans import plan_of
from autoconfig.cli.documents import NAMES, document, secrets_for
from autoconfig.cli.options import json_option, password_command_option, print_json, token_command_option
from autoconfig.errors import AddressError, DomainError, DomainNeeded, FormatError, NothingFound
from autoconfig.formats import clients, mozilla, toml, zone
from autoconfig.formats.reading import MAX_BYTES, READERS, read, recognised
from autoconfig.model import EmailAddress, Remark, UrlServer, normalize_domain
from autoconfig.model.placeholders import EMAIL_DOMAIN
from autoconfig.publish import Publisher, rollover
from autoconfig.stores import Entry
from autoconfig.stores.single import SingleStore

if TYPE_CHECKING:
    from autoconfig.formats.parsed import Parsed
    from autoconfig.formats.zone import ServiceHost
    from autoconfig.model import Provider

TARGETS = tuple(sorted((*NAMES, "toml", "zone")))
STDIN = Path("-")

_FOR_ONE_MAILBOX = frozenset({"mobileconfig", *clients.PROGRAMS})
_FOR_ALL_DOMAINS = frozenset({"mozilla", "toml"})


class Wanted(NamedTuple):
    """What shall be written, and for whom."""

    target: str
    full: bool
    asking: Asking
    host: ServiceHost | None


@click.command("convert")
@click.argument(
    "file", metavar="FILE", type=click.Path(path_type=Path, exists=True, dir_okay=False, allow_dash=True)
)
@click.option(
    "--to", "target", required=True, metavar="FORMAT", type=click.Choice(TARGETS), help="See above."
)
@click.option(
    "--from",
    "source",
    type=click.Choice(sorted(READERS)),
    metavar="FORMAT",
    help=f"What FILE is, where it does not look like it: {', '.join(sorted(READERS))}.",
)
@click.option("--domain", metavar="DOMAIN", help="The mail domain, where FILE or the document needs one.")
@click.option("--address", metavar="ADDRESS", help="The mailbox, for documents that are about one.")
@click.option("--full", is_flag=True, help="mozilla: everything the provider has, plain sockets too.")
@service_host_option
@password_command_option
@token_command_option
@json_option
def command(
    file: Path,
    target: str,
    source: str | None,
    domain: str | None,
    address: str | None,
    full: bool,
    service_host: str | None,
    password_command: str | None,
    token_command: str | None,
    as_json: bool,
) -> None:
    """Write the settings in FILE (- for standard input) as another document.

    FILE is a provider file (TOML), a client configuration (Mozilla), an Autodiscover answer (POX, mobilesync,
    JSON v2), a PACC document, an Apple profile, signed or not, a zone with SRV records, or what dns records
    --json prints. The bytes tell which.

    FORMAT is autodiscover, mobileconfig, mobilesync, mozilla, pacc, toml or zone; or one of the mail programs
    of render. What it cannot say, and what was dropped while reading, is listed on standard error.

    Exit 1 where nothing can be written.
    """
    _check(target, address, full=full, service_host=service_host)
    secrets = secrets_for(target, password_command, token_command)
    mailbox = None if address is None else _mailbox(address)
    about = _domain(domain, mailbox)
    data = _bytes_of(file)
    format_name = source or recognised(data)
    parsed = _parsed(data, format_name, file, about)
    host = service_host_of(service_host, ()) if target == "zone" else None
    asking = Asking(domain=_asked_domain(parsed.provider, target, about), mailbox=mailbox, secrets=secrets)
    wanted = Wanted(target, full, asking, host)
    lost = losses(parsed.provider, "mozilla-full" if full else target, asking)
    body = _written(parsed.provider, wanted)
    remarks = [*parsed.remarks, *lost]
    if as_json:
        content = {"document": body.decode(), "from": format_name, "to": target}
        print_json(content | {"lost": [_as_dict(remark) for remark in remarks]})
        return
    sys.stdout.buffer.write(body)
    sys.stdout.buffer.flush()
    for remark in (*parsed.from_source(_shown(file)).remarks, *lost):
        click.echo(str(remark) if remark.source else f"{target}: {remark}", err=True)


def _check(target: str, address: str | None, *, full: bool, service_host: str | None) -> None:
    """What the options alone show to be wrong use. Raises UsageError."""
    if full and target != "mozilla":
        raise click.UsageError("--full goes with mozilla only.")
    if service_host is not None and target != "zone":
        raise click.UsageError("--service-host goes with zone only.")
    if target in _FOR_ONE_MAILBOX and address is None:
        raise click.UsageError(f"{target} is about one mailbox. Say whose with --address.")


def _mailbox(text: str) -> EmailAddress:
    try:
        return EmailAddress.parse(text)
    except AddressError as error:
        raise click.UsageError(str(error)) from None


def _domain(text: str | None, mailbox: EmailAddress | None) -> str | None:
    """The domain of the options. Raises UsageError where they do not agree."""
    if text is None:
        return None if mailbox is None else mailbox.domain
    try:
        domain = normalize_domain(text)
    except DomainError as error:
        raise click.UsageError(str(error)) from None
    if mailbox is not None and mailbox.domain != domain:
        raise click.UsageError("--domain and --address name different domains.")
    return domain


def _bytes_of(file: Path) -> bytes:
    """The file, and a byte more where it is larger than any document. Raises OSError."""
    if file == STDIN:
        return sys.stdin.buffer.read(MAX_BYTES + 1) if sys.stdin is not None else b""
    with file.open("rb") as opened:
        return opened.read(MAX_BYTES + 1)


def _parsed(data: bytes, format_name: str, file: Path, domain: str | None) -> Parsed:
    """The provider in a file. Raises NothingFound with file and line, UsageError for want of a domain."""
    try:
        if format_name == "toml" and file != STDIN:
            # As a store takes it: the file's name is the provider's id where it says none.
            return toml.parse(data, default_id=file.stem)
        return read(data, format_name, domain)
    except DomainNeeded as error:
        raise click.UsageError(f"{error} Say which with --domain.") from None
    except FormatError as error:
        remark = Remark(message=str(error), path=error.path, line=error.line, source=_shown(file))
        raise NothingFound(str(remark)) from None


def _asked_domain(provider: Provider, target: str, given: str | None) -> str | None:
    """The domain a document is about; None for all of them. Raises UsageError where nobody says which."""
    if given is not None or target in _FOR_ALL_DOMAINS:
        return None if target == "toml" else given
    domains = provider.domains or provider.mx_domains
    if not domains:
        raise click.UsageError("The document names no domain. Say which with --domain.")
    if len(domains) > 1 and (target == "zone" or _differs_by_domain(provider)):
        some = f"{domains[0]} and {domains[1]}"
        raise click.UsageError(f"The settings of {some} are not the same. Say which with --domain.")
    return domains[0]


def _differs_by_domain(provider: Provider) -> bool:
    places = [server.url if isinstance(server, UrlServer) else server.hostname for server in provider.servers]
    redirect = provider.autodiscover
    places += [] if redirect is None else [redirect.url or redirect.domain or ""]
    return any(EMAIL_DOMAIN in place for place in places)


def _written(provider: Provider, wanted: Wanted) -> bytes:
    """The bytes that the service would give out. Raises NothingFound."""
    domain = wanted.asking.domain
    if wanted.target == "toml":
        return toml.render(provider)
    if domain is None:
        found = mozilla.render(provider, full=wanted.full)
    elif wanted.target == "zone":
        assert wanted.host is not None
        publisher = _publisher(provider)
        planned = plan_of(publisher, domain, wanted.host, rollover(publisher, domain))
        return zone.render(domain, planned).encode()
    elif wanted.target in _FOR_ONE_MAILBOX or wanted.asking.mailbox is not None:
        asking = wanted.asking
        return document(
            _publisher(provider), asking.address, wanted.target, full=wanted.full, secrets=asking.secrets
        )
    else:
        found = _for_everybody(_publisher(provider), domain, wanted)
    if found is None:
        raise NothingFound(f"{wanted.target} can say nothing of this provider.")
    return found


def _for_everybody(publisher: Publisher, domain: str, wanted: Wanted) -> bytes | None:
    """The document of a domain with the placeholders of the address left in."""
    documents = {
        "mozilla": lambda: publisher.mozilla(domain, full=wanted.full),
        "autodiscover": lambda: publisher.autodiscover(domain, None),
        "mobilesync": lambda: publisher.mobilesync(domain, None),
        "pacc": lambda: publisher.pacc(domain),
    }
    found = documents[wanted.target]()
    return None if found is None else found.body


def _publisher(provider: Provider) -> Publisher:
    return Publisher(SingleStore(Entry(provider=provider, source="")))


def _shown(file: Path) -> str:
    return "standard input" if file == STDIN else str(file)


def _as_dict(remark: Remark) -> dict[str, str | None]:
    return {"path": remark.path, "message": remark.message, "value": remark.value}
