"""Evolution 3.46: documents with a made-up mailbox and a digest of the real one, and SRV records beside them.

GNOME/evolution, src/mail/e-mail-autoconfig.c and src/modules/config-lookup/e-srv-config-lookup.c. The first
document it can parse is the last; the MX host is asked only where the database says 404. An autoconfig server
goes before one of an SRV record, for each direction.
"""

from __future__ import annotations

import hashlib

from autoconfig.advice.clients import evolution
from autoconfig.doctor.browser import Browser
from autoconfig.doctor.clients.client import ISPDB, Client, each_direction
from autoconfig.doctor.ways.by_mx import ByMx, above
from autoconfig.doctor.ways.documents import Documents, readable
from autoconfig.doctor.ways.srv import Service, SrvRecords

SITE = "autoconfig.{domain}/mail/config-v1.1.xml?emailaddress={address}"
WELL_KNOWN = "{domain}/.well-known/autoconfig/mail/config-v1.1.xml?emailaddress={address}"
URLS = (
    f"https://{SITE}",
    f"http://{SITE}",
    f"https://{WELL_KNOWN}",
    f"http://{WELL_KNOWN}",
    ISPDB,
)
SRV = (
    Service("_imaps", "imap", "SSL"),
    Service("_imap", "imap", "STARTTLS"),
    Service("_pop3s", "pop3", "SSL"),
    Service("_pop3", "pop3", "STARTTLS"),
    Service("_submissions", "smtp", "SSL"),
    Service("_submission", "smtp", "STARTTLS"),
)


def encode(address: str) -> str:
    """A mailbox that does not exist, and the MD5 of the one that does."""
    domain = address.rpartition("@")[2]
    digest = hashlib.md5(address.lower().encode(), usedforsecurity=False).hexdigest()
    return f"EVOLUTIONUSER%40{domain}&emailmd5={digest}"


def mx_domains(host: str, _domain: str) -> tuple[str, ...]:
    """The MX host itself, and its name less one label after the other."""
    return above(host)


CLIENT = Client(
    key="evolution",
    name="Evolution",
    browser=Browser(
        name="Evolution",
        headers=(("Accept-Encoding", "gzip, deflate"), ("User-Agent", "Evolution/3.46.4")),
        timeout=12.0,
    ),
    ways=(
        Documents(urls=URLS, read=evolution.read, stops=readable, family="autoconfig"),
        ByMx(
            ways=(Documents(urls=URLS, read=evolution.read, stops=readable),),
            domains=mx_domains,
            family="autoconfig",
        ),
        SrvRecords(services=SRV, both=False),
    ),
    missing="autoconfig-missing",
    encode=encode,
    choose=each_direction,
    contented=False,
)
