"""The new Outlook and Outlook mobile: Microsoft's cloud looks, and for Exchange only; IMAP is typed in.

MS-ASCMD 28.0 and Autodiscover JSON v2, as the cloud was seen to ask. It often ignores POX for
IMAP, so that nothing a domain publishes changes this.
"""

from __future__ import annotations

from autoconfig.doctor.browser import Browser
from autoconfig.doctor.clients.client import Client, encoded
from autoconfig.doctor.ways.cloud import Cloud

CLIENT = Client(
    key="outlook-new",
    name="Outlook (new, mobile)",
    browser=Browser(
        name="Microsoft's cloud",
        headers=(
            ("User-Agent", "Microsoft.OData.Client/7.12"),
            ("Accept", "*/*"),
            ("Accept-Encoding", "gzip, deflate"),
        ),
        timeout=12.0,
        redirects=10,
    ),
    ways=(Cloud(),),
    missing="",
    encode=encoded,
)
