"""Apple Mail: it has a list of large providers; everybody else is set up by a configuration profile.

The profile's keys are those of Apple's device-management schema. Devices warn of one that is not signed.
"""

from __future__ import annotations

from autoconfig.doctor.browser import Browser
from autoconfig.doctor.clients.client import Client, encoded
from autoconfig.doctor.ways.profile import Profile

CLIENT = Client(
    key="apple",
    name="Apple Mail",
    browser=Browser(
        name="Safari",
        headers=(
            ("User-Agent", "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15"),
            ("Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"),
            ("Accept-Encoding", "gzip, deflate"),
        ),
        timeout=12.0,
    ),
    ways=(Profile(),),
    missing="profile-missing",
    encode=encoded,
)
