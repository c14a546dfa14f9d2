"""FairEmail, two builds: SRV records count most, then documents, Autodiscover, a port scan, the MX host.

M66B/FairEmail, EmailProvider.java and extra/Misc.java. Every way is gone; the best score wins: 50 for a
server of an SRV record, 20 for one of a document, 10 for one of the scan. The build of the Play store asks
the provider's own sites nothing. A certificate for another name is taken; a redirect to another scheme is
not.
"""

from __future__ import annotations

from autoconfig.advice.clients import fairemail, pox
from autoconfig.doctor.browser import Browser
from autoconfig.doctor.clients.client import ISPDB, Client, as_it_is
from autoconfig.doctor.ways.autodiscover import HOST, ROOT, Pox
from autoconfig.doctor.ways.by_mx import ByMx, above
from autoconfig.doctor.ways.documents import Documents
from autoconfig.doctor.ways.guess import Guess
from autoconfig.doctor.ways.srv import Service, SrvRecords
from autoconfig.model import SocketType

SITE = "autoconfig.{domain}/mail/config-v1.1.xml?emailaddress={address}"
WELL_KNOWN = "{domain}/.well-known/autoconfig/mail/config-v1.1.xml?emailaddress={address}"
_SSL, _STARTTLS = SocketType.SSL, SocketType.STARTTLS
_HEADERS = (("User-Agent", "eu.faircode.email"), ("Accept-Encoding", "gzip"))

_SRV = SrvRecords(
    services=(
        Service("_imaps", "imap", "SSL"),
        Service("_imap", "imap", "STARTTLS", starttls_port=143),
        Service("_submission", "smtp", "STARTTLS", starttls_port=587),
        Service("_submissions", "smtp", "SSL"),
    ),
    merged=True,
)
_SCAN = Guess(
    incoming=tuple(
        ("imap", port, socket, host)
        for port, socket, first in ((993, _SSL, ("imap", "imaps")), (143, _STARTTLS, ("imap",)))
        for host in (*(f"{name}.{{domain}}" for name in (*first, "mail", "mx")), "{domain}")
    ),
    outgoing=tuple(
        ("smtp", port, socket, host)
        for port, socket, first in ((587, _STARTTLS, ("smtp",)), (465, _SSL, ("smtp", "smtps")))
        for host in (*(f"{name}.{{domain}}" for name in (*first, "mail", "mx")), "{domain}")
    ),
)

_DOCUMENTS = Documents(
    urls=(
        *(f"{scheme}://{place}" for scheme in ("https", "http") for place in (SITE, WELL_KNOWN)),
        ISPDB,
    ),
    read=fairemail.read,
    only_200=True,
)
_ISPDB = Documents(urls=(ISPDB,), read=fairemail.read, only_200=True)
_POX = Pox(urls=(ROOT, HOST), read=pox.fairemail.read, media_type="", only_200=True)


def mx_domains(host: str, _domain: str) -> tuple[str, ...]:
    """The MX host itself, and its name less one label after the other."""
    return above(host)


GITHUB = Client(
    key="fairemail",
    name="FairEmail",
    browser=Browser(
        name="FairEmail", headers=_HEADERS, timeout=12.0, upgrades=False, downgrades=False, any_name=True
    ),
    ways=(
        _SRV,
        _DOCUMENTS,
        _POX,
        _SCAN,
        ByMx(ways=(_SRV, _DOCUMENTS, _POX), domains=mx_domains, family=_SCAN.family),
    ),
    missing="srv-missing",
    encode=as_it_is,
)

PLAY = Client(
    key="fairemail-play",
    name="FairEmail (Play)",
    browser=Browser(name="FairEmail", headers=_HEADERS, timeout=12.0, upgrades=False, downgrades=False),
    ways=(
        _SRV,
        _ISPDB,
        _SCAN,
        # Only where the scan found nothing either.
        ByMx(ways=(_SRV, _ISPDB), domains=mx_domains, family=_SCAN.family),
    ),
    missing="srv-missing",
    encode=as_it_is,
)
