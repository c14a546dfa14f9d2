"""Nextcloud Mail: five places one after the other, then the same at the MX host and one label above it.

nextcloud/mail, lib/Service/AutoConfig/IspDb.php. The address goes out as it is; any success is read, and what
cannot be used leads to the next place. Its own server asks, seven seconds for each.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from autoconfig.advice.clients import nextcloud
from autoconfig.doctor.browser import Browser
from autoconfig.doctor.clients.client import ISPDB, Client, as_it_is
from autoconfig.doctor.ways.documents import ByMx, Documents
from autoconfig.net.suffixes import is_public_suffix

if TYPE_CHECKING:
    from collections.abc import Sequence

    from autoconfig.net.records import Mx

SITE = "autoconfig.{domain}/mail/config-v1.1.xml?emailaddress={address}"
WELL_KNOWN = "{domain}/.well-known/autoconfig/mail/config-v1.1.xml?emailaddress={address}"
URLS = (f"https://{SITE}", f"https://{WELL_KNOWN}", ISPDB, f"http://{SITE}", f"http://{WELL_KNOWN}")


def mx_domains(records: Sequence[Mx], _domain: str) -> tuple[str, ...]:
    """The MX host, and its name less its first label, unless that is a public suffix."""
    host = records[0].exchange
    return tuple(name for name in (host, host.partition(".")[2]) if name and not is_public_suffix(name))


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
        ByMx(documents=Documents(urls=URLS, read=nextcloud.read), domains=mx_domains),
    ),
    missing="autoconfig-missing",
    encode=as_it_is,
)
