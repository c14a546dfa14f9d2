"""pimalaya (himalaya and its relatives): PACC, documents, MX, mailconf, SRV; no redirect is followed.

pimalaya/io-discovery, src/pacc, src/autoconfig/cli.rs and src/shared/http.rs. Each direction is taken from
the first way that has it. Only the first URL has the address; at the MX domain it is that of the same name
there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from autoconfig.advice.clients import pimalaya
from autoconfig.doctor.browser import Browser
from autoconfig.doctor.clients.client import ISPDB, Client, each_direction
from autoconfig.doctor.ways.documents import ByMx, Documents
from autoconfig.doctor.ways.mailconf import Mailconf
from autoconfig.doctor.ways.pacc import Pacc
from autoconfig.doctor.ways.srv import Service, SrvRecords
from autoconfig.net.suffixes import is_public_suffix

if TYPE_CHECKING:
    from collections.abc import Sequence

    from autoconfig.net.records import Mx

SITE = "autoconfig.{domain}/mail/config-v1.1.xml?emailaddress={address}@{domain}"
WELL_KNOWN = "{domain}/.well-known/autoconfig/mail/config-v1.1.xml"
URLS = (
    *(f"{scheme}://{place}" for place in (SITE, WELL_KNOWN) for scheme in ("https", "http")),
    ISPDB,
)


def mx_domains(records: Sequence[Mx], domain: str) -> tuple[str, ...]:
    """The MX host less its first label, where that still has a dot and is another domain."""
    parent = records[0].exchange.partition(".")[2]
    usable = "." in parent and parent != domain and not is_public_suffix(parent)
    return (parent,) if usable else ()


def local_part(address: str) -> str:
    """What stands before the @: the rest is of the domain that is asked."""
    return address.rpartition("@")[0]


_documents = Documents(urls=URLS, read=pimalaya.read, family="autoconfig")

CLIENT = Client(
    key="pimalaya",
    name="pimalaya",
    browser=Browser(name="pimalaya", timeout=12.0, redirects=0, unpacks=False),
    ways=(
        Pacc(),
        _documents,
        ByMx(documents=_documents, domains=mx_domains, family="autoconfig"),
        Mailconf(documents=_documents),
        SrvRecords(
            services=(
                Service("_imap", "imap", "STARTTLS"),
                Service("_imaps", "imap", "SSL"),
                Service("_submission", "smtp", "SSL", starttls_port=587),
            ),
            both=False,
        ),
    ),
    missing="autoconfig-missing",
    encode=local_part,
    choose=each_direction,
)
