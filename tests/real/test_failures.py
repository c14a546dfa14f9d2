"""Two replicas behind the Caddyfile that ships: what they need fails under load, and no request is lost."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from tests.conftest import FIGURE
from tests.databases.fixtures import made
from tests.databases.postgresql import PostgreSQL
from tests.databases.valkey import Valkey
from tests.real.caddy import running_caddy, shipped
from tests.real.clients import CLIENTS, WAYS, Clients
from tests.real.nameserver import answering
from tests.real.replicas import replicas
from tests.real.serving import environment
from tests.stores.importing import domains, imported

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.real.caddy import Caddy
    from tests.real.replicas import Replica

pytestmark = pytest.mark.real

LISTED = tuple(f"listed{number}.example.net" for number in range(200))
CUSTOMERS = tuple(f"customer{number}.com" for number in range(10))
"""Domains nobody lists, whose MX records lead to us."""
WITHIN = 30.0
"""Seconds after which something is taken to have failed for good; a busy machine may need many of them."""

PROVIDER = """\
domains = [{domains}]
mx = ["mx.example.org"]
[[incoming]]
type = "imap"
hostname = "imap.%EMAILDOMAIN%"
[[outgoing]]
type = "smtp"
hostname = "smtp.%EMAILDOMAIN%"
"""


@dataclass
class Site:
    """Everything that compose.yaml starts."""

    proxy: Caddy
    replicas: list[Replica]
    database: PostgreSQL
    valkey: Valkey


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """All of it running, the database filled by the command."""
    with contextlib.ExitStack() as stack:
        database, valkey = (stack.enter_context(made(kind)) for kind in (PostgreSQL, Valkey))
        database.start()
        valkey.start()
        fill(database.url(), tmp_path / "hoster.toml")
        names = stack.enter_context(answering(dict.fromkeys(CUSTOMERS, "10 in.mx.example.org")))
        settings = {
            "AUTOCONFIG_PROVIDERS": database.url(),
            "AUTOCONFIG_CACHE_URL": valkey.url,
            "AUTOCONFIG_NAMESERVERS": names.address,
            "AUTOCONFIG_TRUSTED_PROXIES": "127.0.0.0/8",
            "AUTOCONFIG_RATE_LIMIT": "1000000/hour",
        }
        running = stack.enter_context(replicas(2, tmp_path, settings))
        folder = tmp_path / "caddy"
        folder.mkdir()
        ports = [replica.port for replica in running]
        proxy = stack.enter_context(running_caddy(folder, shipped(*ports)))
        yield Site(proxy, running, database, valkey)


def fill(url: str, file: Path) -> None:
    """Import the listed domains as an operator does."""
    file.write_text(PROVIDER.format(domains=", ".join(f'"{domain}"' for domain in LISTED)))
    command = [sys.executable, "-m", "autoconfig", "providers", "import", str(file), "--into", url]
    subprocess.run(command, check=True, env=environment(), stdout=subprocess.DEVNULL)


# --- what goes wrong, each with its recovery


def nothing(_site: Site) -> None:
    time.sleep(1)


def a_replica_is_killed(site: Site) -> None:
    killed = site.replicas[0]
    killed.kill()
    time.sleep(1)
    killed.start()
    takes_part(killed)


def both_replicas_are_upgraded(site: Site) -> None:
    for replica in site.replicas:
        assert replica.stop() == 0
        replica.start()
        takes_part(replica)


def workers_are_renewed(site: Site) -> None:
    site.replicas[1].renew_workers()


def the_database_is_away(site: Site) -> None:
    for replica in site.replicas:
        replica.warm(f"/v1.1/{domain}" for domain in (*LISTED, *CUSTOMERS))
    site.database.stop_at_once()
    for replica in site.replicas:
        replica.until("degraded", within=WITHIN)
    # Nobody can know whether this one is served.
    assert site.replicas[0].get("/v1.1/new.example.net").status == 503
    site.database.start()
    for replica in site.replicas:
        replica.until("ready", within=WITHIN)
    imported(site.database.url(), *domains("hoster", "new.example.net"), replace=False)
    for replica in site.replicas:
        seen(lambda replica=replica: replica.get("/v1.1/new.example.net").status == 200)


def the_cache_restarts(site: Site) -> None:
    site.valkey.kill()
    site.valkey.start()
    time.sleep(0.5)


def the_cache_is_away(site: Site) -> None:
    before = [replica.log().count("answers again") for replica in site.replicas]
    site.valkey.kill()
    time.sleep(2)
    site.valkey.start()
    for replica, count in zip(site.replicas, before, strict=True):
        seen(lambda replica=replica, count=count: replica.log().count("cache answers again") >= count + 1)


EVENTS = (
    nothing,
    a_replica_is_killed,
    both_replicas_are_upgraded,
    workers_are_renewed,
    the_cache_restarts,
    the_cache_is_away,
    the_database_is_away,
)


def takes_part(replica: Replica) -> None:
    """Wait until the proxy sends requests to a replica that was away."""
    replica.until("ready", within=WITHIN)
    before = replica.accesses()
    seen(lambda: replica.accesses() > before)


def seen(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WITHIN
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_no_request_that_a_proxy_can_repeat_is_lost(
    site: Site, record_property: Callable[[str, object], None]
) -> None:
    clients = Clients(site.proxy, LISTED, CUSTOMERS)
    lost = []
    with clients.at_work():
        for event in EVENTS:
            started = time.monotonic()
            tries = site.proxy.failed_tries()
            event(site)
            counts = clients.so_far()
            tries = site.proxy.failed_tries() - tries
            record_property(
                FIGURE,
                f"{event.__name__} ({time.monotonic() - started:.1f}): {counts}; proxy {tries}, repeated {counts.repeated}",
            )
            lost += counts.lost
    assert lost == []
