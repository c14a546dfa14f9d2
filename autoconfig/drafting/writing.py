"""The survey as a provider file: what is published of it, who says so, and what is to be checked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from autoconfig.advice.lint import lint_provider, notes_on
from autoconfig.drafting.places import MAIL
from autoconfig.drafting.survey import final_url
from autoconfig.errors import NothingFound
from autoconfig.formats import toml
from autoconfig.model import (
    INCOMING_TYPES,
    OUTGOING_TYPES,
    Authentication,
    Provider,
    TcpServer,
    UrlServer,
)
from autoconfig.model.placeholders import EMAIL_ADDRESS
from autoconfig.net.suffixes import registrable_domain
from autoconfig.probes.facts import UrlFacts

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from autoconfig.drafting.survey import Spot, Survey
    from autoconfig.model import AnyServer, Remark

_WAYS = (
    Authentication.OAUTH2,
    Authentication.PASSWORD_CLEARTEXT,
    Authentication.PASSWORD_ENCRYPTED,
    Authentication.GSSAPI,
    Authentication.NTLM,
)
"""The order in which they are written: what mail programs do best comes first."""
_SCHEMES = {"basic": Authentication.HTTP_BASIC, "digest": Authentication.HTTP_DIGEST}
_NAMES = {"imap": "IMAP", "pop3": "POP3", "smtp": "SMTP submission"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A provider file. ``remarks`` are the linter's; ``checks`` is what its owner should look at."""

    provider: Provider
    document: bytes
    found: tuple[str, ...]
    checks: tuple[str, ...]
    remarks: tuple[Remark, ...]


def draft(survey: Survey, today: date) -> Draft:
    """Write the provider file of a survey. Raises NothingFound where there is no mail server in it."""
    spots = (*survey.mail, *survey.other)
    servers = [_server(spot, survey) for spot in spots]
    incoming = tuple(server for server in servers if server.type in INCOMING_TYPES)
    if not incoming:
        raise NothingFound(
            f"No server to read mail from was found for {survey.domain}: nobody names one, and none of the "
            "usual names answers."
        )
    provider = _provider(survey, servers, incoming)
    found = tuple(_found(spot, survey) for spot in spots)
    checks = tuple(dict.fromkeys(_checks(survey, provider)))
    remarks = (*lint_provider(provider), *notes_on(provider))
    head = _head(survey.domain, today, found, checks, remarks)
    document = head.encode() + toml.render(provider)
    assert toml.parse(document).provider == provider
    return Draft(provider=provider, document=document, found=found, checks=checks, remarks=remarks)


def _provider(survey: Survey, servers: list[AnyServer], incoming: tuple[AnyServer, ...]) -> Provider:
    known, domain = survey.resolution.provider, survey.domain
    mail = (*INCOMING_TYPES, *OUTGOING_TYPES)
    drafted = Provider(
        id=domain,
        display_name=domain if known is None else known.display_name,
        short_name=domain if known is None else known.short_name,
        domains=(domain,),
        mx_domains=_mx_domains(survey),
        incoming=incoming,
        outgoing=tuple(server for server in servers if server.type in OUTGOING_TYPES),
        other=tuple(server for server in servers if server.type not in mail),
    )
    if known is None:
        return drafted
    offered = any(Authentication.OAUTH2 in server.authentication for server in servers)
    return replace(
        drafted,
        oauth2=known.oauth2 if offered else None,
        documentation=known.documentation,
        enable=known.enable,
        webmail=known.webmail if known.webmail is None or known.webmail.login is None else None,
    )


def _mx_domains(survey: Survey) -> tuple[str, ...]:
    """The domain of the MX hosts, where that is the domain's owner's."""
    base = registrable_domain(survey.domain)
    owners = [registrable_domain(host) for host in survey.mx]
    return (base,) if base is not None and base in owners else ()


def _server(spot: Spot, survey: Survey) -> AnyServer:
    server = spot.server
    username = server.username or EMAIL_ADDRESS
    authentication = _authentication(spot, survey) or server.authentication
    if isinstance(server, UrlServer):
        return replace(server, url=final_url(spot), username=username, authentication=authentication)
    return replace(server, username=username, authentication=authentication)


def _authentication(spot: Spot, survey: Survey) -> tuple[Authentication, ...]:
    """What the server offers, as far as mail programs can use it."""
    if isinstance(spot.server, TcpServer):
        usable = spot.ways if _has_issuer(survey) else spot.ways - {Authentication.OAUTH2}
        return tuple(way for way in _WAYS if way in usable)
    facts = spot.report.facts
    said = " ".join(
        page.headers.get("www-authenticate", "").lower()
        for page in (facts.pages if isinstance(facts, UrlFacts) else ())
    )
    offered = tuple(way for scheme, way in _SCHEMES.items() if scheme in said)
    if "bearer" in said and _has_issuer(survey):
        offered = (Authentication.OAUTH2, *offered)
    return offered or (Authentication.HTTP_BASIC,)


def _has_issuer(survey: Survey) -> bool:
    known = survey.resolution.provider
    return known is not None and known.oauth2 is not None


def _place(server: AnyServer) -> str:
    if isinstance(server, UrlServer):
        return f"{server.type} {server.url}"
    return f"{server.type} {server.hostname}:{server.port} {server.socket_type}"


def _found(spot: Spot, survey: Survey) -> str:
    server = _server(spot, survey)
    return f"{_place(server)} ({spot.origin})"


def _checks(survey: Survey, provider: Provider) -> Iterator[str]:
    """What the owner should look at before anybody relies on the file."""
    known = survey.resolution.provider
    if known is None:
        yield "The name is only the domain: write the one that users know."
    if survey.resolution.method in ("", "srv"):  # SRV records have no place for it (RFC 6186 §4)
        yield "Nobody says what the login name is: it is taken to be the whole address."
    for spot in survey.mail:
        if not spot.serves:
            yield f"{_place(spot.server)} is named by {spot.origin} and does not answer as it should."
        for finding in spot.report.findings:
            yield finding.message
        if Authentication.OAUTH2 in spot.ways and not _has_issuer(survey):
            yield f"{_place(spot.server)} takes OAuth2 too: add an [oauth2] table to offer it."
    for spot in survey.broken:
        yield f"{_place(spot.server)} is named by {spot.origin} and is left out: it does not serve."
    kinds = {spot.server.type for spot in survey.mail}
    for kind in MAIL:
        if kind not in kinds:
            yield f"No server for {_NAMES[kind]} was found."
    if survey.mx and not provider.mx_domains:
        yield (
            f"Mail for {survey.domain} is taken in by {survey.mx[0]}, which belongs to somebody else: their "
            "settings may be served already."
        )
    for conflict in survey.resolution.conflicts:
        yield f"{conflict.other.method} says {_place(conflict.other.server)} instead."


def _head(
    domain: str,
    today: date,
    found: tuple[str, ...],
    checks: tuple[str, ...],
    remarks: tuple[Remark, ...],
) -> str:
    lines = [
        f"{domain}: written by autoconfig providers init on {today:%Y-%m-%d}. Check it, then delete this."
    ]
    for title, entries in (("Found", found), ("Check", checks), ("Lint", tuple(map(str, remarks)))):
        if entries:
            lines += ["", f"{title}:", *(f"  - {_one_line(entry)}" for entry in entries)]
    return "".join(f"# {line}".rstrip() + "\n" for line in lines) + "\n"


def _one_line(text: str) -> str:
    """What may stand in a comment: nothing a server said can begin a line of its own."""
    return "".join(mark if mark.isprintable() else "\N{REPLACEMENT CHARACTER}" for mark in text)
