"""KMail: the database first, then the provider over http alone, without an address.

KDE/kmail-account-wizard, src/accountwizard/ispdbservice.cpp. Anything but 200 leads to the next place; a 200
that it cannot use ends the search. Redirects from http to https are followed, back they are not.
"""

from __future__ import annotations

from autoconfig.advice.clients import kmail
from autoconfig.doctor.browser import Browser
from autoconfig.doctor.clients.client import ISPDB, Client, encoded
from autoconfig.doctor.ways.documents import Documents, always

CLIENT = Client(
    key="kmail",
    name="KMail",
    browser=Browser(
        name="KMail",
        headers=(
            ("Accept-Encoding", "gzip, deflate"),
            ("Accept-Language", "en-US,*"),
            ("User-Agent", "Mozilla/5.0"),
        ),
        timeout=12.0,
        redirects=50,
        downgrades=False,
    ),
    ways=(
        Documents(
            urls=(
                ISPDB,
                "http://autoconfig.{domain}/mail/config-v1.1.xml",
                "http://{domain}/.well-known/autoconfig/mail/config-v1.1.xml",
            ),
            read=kmail.read,
            stops=always,
            only_200=True,
            needs_http=True,
        ),
    ),
    missing="autoconfig-missing",
    encode=encoded,
    oauth2=True,
)
