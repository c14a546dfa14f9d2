"""pimalaya (himalaya and its relatives): PACC, documents, MX, mailconf, SRV; no redirect is followed.

pimalaya/io-discovery, src/pacc, src/autoconfig/cli.rs and src/shared/http.rs. Each direction is taken from
the first way that has it. Only the first URL has the address; at the MX domain it is that of the same name
there.
"""

from __future__ import annotations

from autoconfig.advice.clients import pimalaya
from autoconfig.doctor.browser import Browser
from autoconfig.doctor.clients.client import ISPDB, Client, each_direction
from autoconfig.doctor.ways.by_mx import ByMx
from autoconfig.doctor.ways.documents import Documents
from autoconfig.doctor.ways.mailconf import Mailconf
from autoconfig.doctor.ways.pacc import Pacc
from autoconfig.doctor.ways.srv import Service, SrvRecords
from autoconfig.net.suffixes import is_public_suffix

SITE = "https://autoconfig.{domain}/mail/config-v1.1.xml?emailaddress={address}@{domain}"
WELL_KNOWN = "https://{domain}/.well-known/autoconfig/mail/config-v1.1.xml"


def mx_domains(host: str, domain: str) -> tuple[str, ...]:
    """The MX host less its first label, where that still has a dot and is another domain."""
    parent = host.partition(".")[2]
    usable = "." in parent and parent != domain and not is_public_suffix(parent)
    return (parent,) if usable else ()


def local_part(address: str) -> str:
    """What stands before the @: the rest is of the domain that is asked."""
    return address.rpartition("@")[0]


_documents = Documents(urls=(SITE, WELL_KNOWN, ISPDB), read=pimalaya.read, family="autoconfig")

CLIENT = Client(
    key="pimalaya",
    name="pimalaya",
    browser=Browser(name="pimalaya", timeout=12.0, redirects=0, unpacks=False),
    ways=(
        Pacc(),
        _documents,
        ByMx(ways=(_documents,), domains=mx_domains, family="autoconfig"),
        Mailconf(documents=_documents),
        SrvRecords(
            services=(
                Service("_imaps", "imap", "SSL"),
                Service("_imap", "imap", "STARTTLS"),
                Service("_submissions", "smtp", "SSL"),
                Service("_submission", "smtp", "STARTTLS"),
            ),
            both=False,
        ),
    ),
    missing="autoconfig-missing",
    encode=local_part,
    choose=each_direction,
    contented=False,
)
