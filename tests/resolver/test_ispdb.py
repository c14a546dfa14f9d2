"""The ISPDB: several bases, asked at once, believed in their order."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from autoconfig.resolver import Options
from autoconfig.resolver.outcome import Trust
from tests.internet import xml
from tests.resolver.asking import assert_nothing, client_config_of, outcomes, places

if TYPE_CHECKING:
    from tests.resolver.asking import Resolve, World

pytestmark = pytest.mark.real


@pytest.fixture
def hosts(world: World) -> tuple[str, str]:
    """The hosts of two ISPDBs, where nothing runs yet."""
    return (f"db.{world.internet.domain('org')}", f"db.{world.internet.domain('org')}")


def bases(hosts: tuple[str, str]) -> tuple[str, ...]:
    return tuple(f"https://{host}/v1.1/" for host in hosts)


def knows(world: World, host: str, name: str, **how: float) -> None:
    """The ISPDB of that host knows the domain; its server has that name."""
    world.internet.site(host, {f"/v1.1/{world.domain}": world.client_config(name, **how)})


def test_the_domain_is_appended_to_the_base(resolve: Resolve, world: World) -> None:
    world.in_ispdb("mail")
    resolution = resolve(world.address, "ispdb", ispdb_urls=(world.ispdb_url,))
    assert (resolution.method, resolution.trust) == ("ispdb", Trust.HTTPS_OTHER)
    assert resolution.source == f"{world.ispdb_url}{world.domain}"
    assert [request.target for request in world.internet.requests(world.ispdb)] == [f"/v1.1/{world.domain}"]


def test_a_base_without_a_slash_gets_one(resolve: Resolve, world: World) -> None:
    world.in_ispdb()
    assert resolve(world.address, "ispdb", ispdb_urls=(world.ispdb_url.rstrip("/"),)).method == "ispdb"


def test_a_base_may_end_in_a_query(resolve: Resolve, world: World) -> None:
    world.internet.site(world.ispdb, {f"/find?domain={world.domain}": world.client_config("mail")})
    resolution = resolve(world.address, "ispdb", ispdb_urls=(f"https://{world.ispdb}/find?domain=",))
    assert resolution.method == "ispdb"


def test_the_mailbox_is_never_told(resolve: Resolve, world: World) -> None:
    world.in_ispdb()
    resolve(world.address, "ispdb", ispdb_urls=(world.ispdb_url,))
    (request,) = world.internet.requests(world.ispdb)
    assert "ada" not in request.target + str(request.headers)


def test_an_unknown_domain_is_nothing(resolve: Resolve, world: World) -> None:
    world.internet.site(world.ispdb, {})
    resolution = resolve(world.address, "ispdb", ispdb_urls=(world.ispdb_url,))
    assert_nothing(resolution)
    assert outcomes(resolution)[f"{world.ispdb_url}{world.domain}"] == "nothing"
    assert not resolution.offline


def test_the_first_base_comes_first(resolve: Resolve, world: World, hosts: tuple[str, str]) -> None:
    knows(world, hosts[0], "first", delay=0.15)
    knows(world, hosts[1], "second")
    resolution = resolve(world.address, "ispdb", ispdb_urls=bases(hosts), patience=2.0)
    assert places(resolution.incoming) == [f"imap first.{world.domain}:993 SSL"]


def test_the_second_base_answers_where_the_first_does_not_know(
    resolve: Resolve, world: World, hosts: tuple[str, str]
) -> None:
    world.internet.site(hosts[0], {})
    knows(world, hosts[1], "second")
    resolution = resolve(world.address, "ispdb", ispdb_urls=bases(hosts))
    assert places(resolution.incoming) == [f"imap second.{world.domain}:993 SSL"]


def test_a_mirror_answers_where_the_first_base_is_silent(
    resolve: Resolve, world: World, hosts: tuple[str, str]
) -> None:
    world.internet.silent(hosts[0])
    knows(world, hosts[1], "second")
    resolution = resolve(world.address, "ispdb", ispdb_urls=bases(hosts))
    assert places(resolution.incoming) == [f"imap second.{world.domain}:993 SSL"]


def test_a_local_base_may_be_http(resolve: Resolve, world: World) -> None:
    answer = xml(client_config_of(world.host("mail")))
    world.internet.site(world.ispdb, {f"/v1.1/{world.domain}": answer}, tls=None)
    resolution = resolve(world.address, "ispdb", ispdb_urls=(f"http://{world.ispdb}/v1.1/",))
    assert resolution.trust is Trust.HTTP


def test_no_base_asks_nobody(resolve: Resolve, world: World) -> None:
    resolution = resolve(world.address, "ispdb", ispdb_urls=())
    assert_nothing(resolution)
    assert resolution.trace == ()


def test_the_usual_bases_are_mozillas() -> None:
    assert Options().ispdb_urls == (
        "https://live.thunderbird.net/autoconfig/v1.1/",
        "https://v1.ispdb.net/",
    )
