"""Two replicas behind the Caddyfile that ships: what they need fails under load, and no request is lost."""

from __future__ import annotations

import contextlib
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
from tests.real.clients import CLIENTS, Clients, Counts
from tests.real.nameserver import answering
from tests.real.replicas import MANY_LOOKS, replicas
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

SPARED_SECONDS = 2.4
"""More than its end is held against a replica, so that it is for another reason that nobody asks it."""

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
        database = stack.enter_context(made(PostgreSQL))
        valkey = stack.enter_context(made(Valkey))
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
    """For comparison."""
    time.sleep(0.5)


def a_replica_is_killed(site: Site) -> None:
    """With all its workers, in the middle of everything."""
    killed = site.replicas[0]
    killed.kill()
    time.sleep(0.5)
    killed.start()
    takes_part(killed)


def replicas_are_upgraded(site: Site) -> None:
    """One after the other, as docs/operations.md says; whether the second one takes part is seen later."""
    for replica in site.replicas:
        assert replica.stop() == 0
        replica.start()
        replica.until("ready", within=WITHIN)
        if replica is site.replicas[0]:
            takes_part(replica)


def workers_are_renewed(site: Site) -> None:
    """SIGHUP."""
    site.replicas[1].renew_workers()


def the_cache_restarts(site: Site) -> None:
    """So quickly that nobody need notice."""
    site.valkey.kill()
    site.valkey.start()
    time.sleep(0.5)


def the_cache_is_away(site: Site) -> None:
    """Each replica goes on by itself."""
    site.valkey.kill()
    time.sleep(1.5)
    site.valkey.start()


def the_database_is_away(site: Site) -> None:
    """What was asked for before goes on being told, and a replica that starts meanwhile is spared."""
    fresh = site.replicas[1]
    for replica in site.replicas:
        replica.warm(f"/v1.1/{domain}" for domain in (*LISTED, *CUSTOMERS))
    site.database.stop_at_once()
    for replica in site.replicas:
        replica.until("degraded", within=WITHIN)
    assert site.proxy.get("/v1.1/new.example.net") == (503, "5"), "nobody can know"
    fresh.kill()
    before, killed = fresh.accesses(), time.monotonic()
    fresh.start()
    fresh.until("unavailable", within=WITHIN)
    time.sleep(max(0.0, killed + SPARED_SECONDS - time.monotonic()))
    assert fresh.accesses() == before
    site.database.start()
    for replica in site.replicas:
        replica.until("ready", within=WITHIN)
    takes_part(fresh)


def domains_are_new(site: Site) -> None:
    """After all that."""
    imported(site.database.url(), *domains("hoster", "new.example.net"), replace=False)
    for _ in range(2 * MANY_LOOKS):
        seen(lambda: site.proxy.get("/v1.1/new.example.net")[0] == 200)
    log = site.replicas[0].log
    seen(lambda: log().count("cache answers again") == log().count("cache does not answer") > 0)


# They lean on each other: a cache that was away has time to be noticed while the database is.
EVENTS = (
    nothing,
    a_replica_is_killed,
    replicas_are_upgraded,
    workers_are_renewed,
    the_cache_restarts,
    the_cache_is_away,
    the_database_is_away,
    domains_are_new,
)
WITH_A_KILL = {a_replica_is_killed, the_database_is_away}


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
    """All but a POST to a replica that is killed: Caddy (2.6) cannot repeat it, so that its client does."""
    clients, total = Clients(site.proxy, LISTED, CUSTOMERS), Counts()
    came_of = {}
    with clients.at_work():
        for event in EVENTS:
            name, tries, started = (
                event.__name__.replace("_", " "),
                site.proxy.failed_tries(),
                time.monotonic(),
            )
            event(site)
            counts = came_of[event] = clients.so_far()
            counts.tries = site.proxy.failed_tries() - tries
            record_property(FIGURE, f"{name}, {time.monotonic() - started:.1f} s: {counts}")
            total.add(counts)
    record_property(FIGURE, f"all failures together: {total}")
    assert total.lost == []
    for event, counts in came_of.items():
        assert counts.sent == counts.answered > CLIENTS, event
        assert counts.reconnected == 0, event
        assert counts.repeated <= (2 * CLIENTS if event in WITH_A_KILL else 0), event
    assert came_of[replicas_are_upgraded].tries == 0, "who stops says so first"
