"""Thunderbird 153 on the desktop: the provider, the database, the MX host, Autodiscover, guessing.

mozilla/releases-comm-central, mail/components/accountcreation/modules: FindConfig, FetchConfig, FetchHTTP,
ExchangeAutoDiscover and GuessConfig. Everything is asked at once; the order decides. Of the provider's
places, and of those of Autodiscover, the first that answers with a success is taken before its document is
read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote_plus

from autoconfig.advice.clients import pox, thunderbird_desktop
from autoconfig.advice.clients.reading import NOT_XML
from autoconfig.doctor.browser import Browser
from autoconfig.doctor.clients.client import Client
from autoconfig.doctor.ways.autodiscover import HOST, ROOT, Pox
from autoconfig.doctor.ways.by_mx import ByMx
from autoconfig.doctor.ways.documents import Documents
from autoconfig.doctor.ways.guess import Guess
from autoconfig.model import SocketType
from autoconfig.net.suffixes import registrable_domain

if TYPE_CHECKING:
    from autoconfig.advice.clients.reading import Reading
    from autoconfig.doctor.browser import Page

ISPDB = "https://live.thunderbird.net/autoconfig/v1.1/{domain}"
SITE = "autoconfig.{domain}/mail/config-v1.1.xml?emailaddress={address}"
WELL_KNOWN = "{domain}/.well-known/autoconfig/mail/config-v1.1.xml?emailaddress={address}"
XML_TYPES = ("text/xml", "application/xml", "text/rdf")
_SSL, _STARTTLS = SocketType.SSL, SocketType.STARTTLS


def stops(page: Page, reading: Reading) -> bool:
    """Every success is taken, save XML that is none: that counts as no answer."""
    return not (page.type.startswith(XML_TYPES) and reading.code == NOT_XML)


def mx_domains(host: str, domain: str) -> tuple[str, ...]:
    """The MX host less its first label, and its registrable domain; nothing where that is the mail domain."""
    base = registrable_domain(host)
    if base is None or base == domain:
        return ()
    parent = host.partition(".")[2]
    return (parent, base) if parent.endswith(f".{base}") else (base,)


CLIENT = Client(
    key="thunderbird",
    name="Thunderbird",
    browser=Browser(
        name="Thunderbird",
        headers=(
            ("User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Thunderbird/153.0"),
            ("Accept", "*/*"),
            ("Accept-Language", "en-US,en;q=0.9"),
            ("Accept-Encoding", "gzip, deflate"),
        ),
        timeout=5.0,
    ),
    ways=(
        Documents(
            family="provider",
            urls=tuple(f"{scheme}://{place}" for scheme in ("https", "http") for place in (SITE, WELL_KNOWN)),
            read=thunderbird_desktop.read,
            types=XML_TYPES,
            stops=stops,
        ),
        Documents(
            family="ispdb",
            urls=(ISPDB,),
            read=thunderbird_desktop.read,
            types=XML_TYPES,
            ispdb_patience=10.0,
        ),
        ByMx(
            family="mx",
            ways=(
                Documents(
                    urls=(f"https://{SITE}", ISPDB),
                    read=thunderbird_desktop.read,
                    types=XML_TYPES,
                    ispdb_patience=10.0,
                ),
            ),
            domains=mx_domains,
        ),
        Pox(
            urls=(HOST, ROOT),
            read=pox.thunderbird.read,
            types=XML_TYPES,
            stops=stops,
            plain="follow",
            srv_port=False,
        ),
        Guess(
            incoming=tuple(
                (kind, port, socket, host)
                for kind, first, socket, port in (
                    ("imap", "imap", _SSL, 993),
                    ("imap", "imap", _STARTTLS, 143),
                    ("pop3", "pop3", _SSL, 995),
                    ("pop3", "pop3", _STARTTLS, 110),
                )
                for host in (f"{first}.{{domain}}", "mail.{domain}", "{domain}")
            ),
            outgoing=tuple(
                ("smtp", port, socket, host)
                for socket, port in ((_SSL, 465), (_STARTTLS, 587))
                for host in ("smtp.{domain}", "mail.{domain}", "{domain}")
            ),
        ),
    ),
    missing="autoconfig-missing",
    encode=quote_plus,
)
