"""A simulated internet in a process of its own, for measurements: a mix of domains as the world has them.

Run as ``python -m tests.bench.world COUNT``; prints one line of JSON and serves until its input is closed.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

from tests.internet.answers import Answer, xml
from tests.internet.world import Internet

HOSTERS = 20

_PATH = "/mail/config-v1.1.xml"


def document(domain: str) -> Answer:
    """A small autoconfig document."""
    server = (
        "<port>{port}</port><socketType>SSL</socketType><authentication>password-cleartext</authentication>"
        "<username>%EMAILADDRESS%</username>"
    )
    return xml(
        f'<?xml version="1.0"?><clientConfig version="1.1"><emailProvider id="{domain}">'
        f"<domain>{domain}</domain><displayName>Mail</displayName><displayShortName>Mail</displayShortName>"
        f'<incomingServer type="imap"><hostname>imap.{domain}</hostname>{server.format(port=993)}'
        f'</incomingServer><outgoingServer type="smtp"><hostname>smtp.{domain}</hostname>'
        f"{server.format(port=465)}</outgoingServer></emailProvider></clientConfig>"
    )


def populate(internet: Internet, count: int) -> list[str]:
    """Half with an autoconfig host, a fifth each with SRV records and found by MX, a tenth with nothing."""
    domains = [internet.domain() for _ in range(count)]
    hosted: dict[int, list[str]] = {}
    for number, domain in enumerate(domains):
        kind = number % 10
        if kind < 5:
            hosted.setdefault(number % HOSTERS, []).append(domain)
        elif kind < 7:
            internet.zone(
                domain, "_imaps._tcp SRV 0 1 993 imap\n_submissions._tcp SRV 0 1 465 smtp\n@ MX 10 mx"
            )
        elif kind < 9:
            internet.zone(domain, "@ MX 10 mx1.bighoster.com.")
        else:
            internet.zone(domain, "@ MX 10 mx")
    internet.site("autoconfig.bighoster.com", {_PATH: document("bighoster.com")})
    for number, customers in hosted.items():
        host = f"web{number}.webhost.com"
        names = [f"autoconfig.{domain}" for domain in customers]
        internet.site(host, {_PATH: document(customers[0])}, names=names)
        for domain in customers:
            internet.zone(domain, f"autoconfig CNAME {host}.\n@ MX 10 mx")
    return domains


def main() -> None:
    """Serve until standard input ends."""
    with tempfile.TemporaryDirectory() as folder:
        internet = Internet(Path(folder))
        domains = populate(internet, int(sys.argv[1]))
        described = {"dns": internet.direct_dns, "ca": internet.ca_file, "domains": domains}
        print(json.dumps(described), flush=True)
        sys.stdin.read()
        internet.stop()


if __name__ == "__main__":
    main()
