"""The ISPDB: several bases, asked at once, believed in their order."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from autoconfig.resolver import Options
from autoconfig.resolver.outcome import Trust
from tests.internet import xml
from tests.resolver.asking import assert_nothing, client_config_of, outcomes, places

if TYPE_CHECKING:
    from tests.internet.answers import Answer
    from tests.resolver.asking import Resolve, World

pytestmark = pytest.mark.real


@pytest.fixture
def bases(world: World) -> tuple[str, str]:
    """Two ISPDBs that know nothing yet."""
    hosts = [f"db.{world.internet.domain('org')}" for _ in range(2)]
    for host in hosts:
        world.internet.site(host, {})
    return (f"https://{hosts[0]}/v1.1/", f"https://{hosts[1]}/v1.1/")


def listed(world: World, base: str, name: str, *, delay: float = 0.0) -> None:
    """Put the domain into an ISPDB of its own host."""
    host = base.split("/")[2]
    answer: Answer = world.client_config(name, delay=delay)
    world.internet.site(f"new-{host}", {f"/v1.1/{world.domain}": answer})


def new(base: str) -> str:
    return base.replace("https://", "https://new-")


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


def test_the_first_base_comes_first(resolve: Resolve, world: World, bases: tuple[str, str]) -> None:
    listed(world, bases[0], "first", delay=0.15)
    listed(world, bases[1], "second")
    resolution = resolve(
        world.address, "ispdb", ispdb_urls=(new(bases[0]), new(bases[1])), patience=2.0
    )
    assert places(resolution.incoming) == [f"imap first.{world.domain}:993 SSL"]


def test_the_second_base_answers_where_the_first_does_not_know(
    resolve: Resolve, world: World, bases: tuple[str, str]
) -> None:
    listed(world, bases[1], "second")
    resolution = resolve(world.address, "ispdb", ispdb_urls=(bases[0], new(bases[1])))
    assert places(resolution.incoming) == [f"imap second.{world.domain}:993 SSL"]


def test_a_mirror_answers_where_the_first_base_is_silent(
    resolve: Resolve, world: World, bases: tuple[str, str]
) -> None:
    listed(world, bases[1], "second")
    world.internet.silent(f"new-{bases[0].split('/')[2]}")
    resolution = resolve(world.address, "ispdb", ispdb_urls=(new(bases[0]), new(bases[1])))
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
