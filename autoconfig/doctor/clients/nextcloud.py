"""Nextcloud Mail: five places one after the other, then the same at the MX host and one label above it.

nextcloud/mail, lib/Service/AutoConfig/IspDb.php. The address goes out as it is; any success is read, and what
cannot be used leads to the next place. Its own server asks, seven seconds for each.
"""

from __future__ import annotations

from autoconfig.advice.clients import nextcloud
from autoconfig.doctor.browser import Browser
from autoconfig.doctor.clients.client import ISPDB, Client, as_it_is
from autoconfig.doctor.ways.by_mx import ByMx, above
from autoconfig.doctor.ways.documents import Documents

SITE = "autoconfig.{domain}/mail/config-v1.1.xml?emailaddress={address}"
WELL_KNOWN = "{domain}/.well-known/autoconfig/mail/config-v1.1.xml?emailaddress={address}"
URLS = (f"https://{SITE}", f"https://{WELL_KNOWN}", ISPDB, f"http://{SITE}", f"http://{WELL_KNOWN}")


def mx_domains(host: str, _domain: str) -> tuple[str, ...]:
    """The MX host, and its name less its first label, unless that is a public suffix."""
    return above(host)[:2]


CLIENT = Client(
    key="nextcloud",
    name="Nextcloud Mail",
    browser=Browser(
        name="Nextcloud Mail",
        headers=(("User-Agent", "Nextcloud Server Crawler"), ("Accept-Encoding", "gzip")),
        timeout=7.0,
        redirects=5,
    ),
    ways=(
        Documents(urls=URLS, read=nextcloud.read),
        ByMx(ways=(Documents(urls=URLS, read=nextcloud.read),), domains=mx_domains),
    ),
    missing="autoconfig-missing",
    encode=as_it_is,
)
