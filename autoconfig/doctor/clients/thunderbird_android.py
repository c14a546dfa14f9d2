"""Thunderbird for Android: the provider's places without an address, the database, the MX host.

thunderbird/thunderbird-android, feature/autodiscovery: RealAutoDiscoveryRegistry,
ProviderAutoconfigUrlProvider, OkHttpFetcher, MxLookupAutoconfigDiscovery. Everything is asked at once; the
best-placed document that it accepts wins.
"""

from __future__ import annotations

from autoconfig.advice.clients import thunderbird_android
from autoconfig.doctor.browser import Browser
from autoconfig.doctor.clients.client import ISPDB, Client, encoded
from autoconfig.doctor.clients.thunderbird_desktop import mx_domains
from autoconfig.doctor.ways.by_mx import ByMx
from autoconfig.doctor.ways.documents import Documents

SITE = "autoconfig.{domain}/mail/config-v1.1.xml"
WELL_KNOWN = "{domain}/.well-known/autoconfig/mail/config-v1.1.xml"

CLIENT = Client(
    key="thunderbird-android",
    name="Thunderbird for Android",
    browser=Browser(
        name="Thunderbird for Android",
        headers=(("Accept-Encoding", "gzip"), ("User-Agent", "okhttp/5.1.0")),
        timeout=10.0,
    ),
    ways=(
        Documents(
            family="provider",
            urls=tuple(f"{scheme}://{place}" for scheme in ("https", "http") for place in (SITE, WELL_KNOWN)),
            read=thunderbird_android.read,
        ),
        Documents(family="ispdb", urls=(ISPDB,), read=thunderbird_android.read),
        ByMx(
            family="mx",
            ways=(Documents(urls=(f"https://{SITE}", ISPDB), read=thunderbird_android.read),),
            domains=mx_domains,
        ),
    ),
    missing="autoconfig-missing",
    encode=encoded,
)
