"""SRV records for mail (RFC 6186, 8314), filters (5804), calendars (6764) and JMAP (8620)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from autoconfig.resolver.outcome import Trust
from tests.internet.twists import Query, authenticated
from tests.resolver.asking import assert_nothing, line_of, places

if TYPE_CHECKING:
    from autoconfig.resolver import Resolution
    from tests.resolver.asking import Resolve, World

pytestmark = pytest.mark.real

IMAPS = "_imaps._tcp SRV 0 1 993 imap"


def ask(resolve: Resolve, world: World, *records: str) -> Resolution:
    """Publish these records and ask."""
    world.internet.zone(world.domain, "\n".join(records))
    return resolve(world.address, "srv")


def hosts(resolution: Resolution) -> list[str]:
    servers = (*resolution.incoming, *resolution.outgoing, *resolution.other)
    return [place.replace(f".{resolution.address.domain}", "") for place in places(servers)]


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        ("_imaps._tcp SRV 0 1 993 imap", "imap imap:993 SSL"),
        ("_imap._tcp SRV 0 1 143 imap", "imap imap:143 STARTTLS"),
        ("_pop3s._tcp SRV 0 1 995 pop", "pop3 pop:995 SSL"),
        ("_pop3._tcp SRV 0 1 110 pop", "pop3 pop:110 STARTTLS"),
        ("_imaps._tcp SRV 0 1 9993 imap", "imap imap:9993 SSL"),
        ("_imap._tcp SRV 0 1 993 imap", "imap imap:993 SSL"),
        ("_jmap._tcp SRV 0 1 443 jmap", "jmap https://jmap/.well-known/jmap"),
        ("_jmap._tcp SRV 0 1 8443 jmap", "jmap https://jmap:8443/.well-known/jmap"),
    ],
)
def test_a_service_for_reading_mail(resolve: Resolve, world: World, record: str, expected: str) -> None:
    resolution = ask(resolve, world, record)
    assert hosts(resolution) == [expected]
    assert (resolution.method, resolution.source) == ("srv", f"SRV {world.domain}")
    assert resolution.incoming[0].server.username == world.address


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        ("_submissions._tcp SRV 0 1 465 smtp", "smtp smtp:465 SSL"),
        ("_submission._tcp SRV 0 1 587 smtp", "smtp smtp:587 STARTTLS"),
        ("_submission._tcp SRV 0 1 465 smtp", "smtp smtp:465 SSL"),
        ("_sieve._tcp SRV 0 1 4190 sieve", "managesieve sieve:4190 STARTTLS"),
        ("_caldavs._tcp SRV 0 1 443 dav", "caldav https://dav/.well-known/caldav"),
        ("_carddavs._tcp SRV 0 1 8443 dav", "carddav https://dav:8443/.well-known/carddav"),
    ],
)
def test_a_service_beside_it(resolve: Resolve, world: World, record: str, expected: str) -> None:
    assert hosts(ask(resolve, world, IMAPS, record)) == ["imap imap:993 SSL", expected]


def test_implicit_tls_comes_first(resolve: Resolve, world: World) -> None:
    resolution = ask(
        resolve,
        world,
        "_imap._tcp SRV 0 1 143 a\n_imaps._tcp SRV 0 1 993 b",
        "_submission._tcp SRV 0 1 587 c\n_submissions._tcp SRV 0 1 465 d",
    )
    assert hosts(resolution) == [
        "imap b:993 SSL",
        "imap a:143 STARTTLS",
        "smtp d:465 SSL",
        "smtp c:587 STARTTLS",
    ]


@pytest.mark.parametrize(
    "text", ['"path=/dav/"', '"PATH=/dav/"', '"path=/d" "av/"', '"x=y"\n_caldavs._tcp TXT "path=/dav/"']
)
def test_the_path_stands_in_a_txt_record(resolve: Resolve, world: World, text: str) -> None:
    resolution = ask(resolve, world, IMAPS, "_caldavs._tcp SRV 0 1 443 dav", f"_caldavs._tcp TXT {text}")
    assert hosts(resolution)[1:] == ["caldav https://dav/dav/"]


@pytest.mark.parametrize("text", ["path=dav", "path=", "path=//evil.example/", "/dav/", "path=/a b\\010c"])
def test_a_path_that_is_none_is_not_believed(resolve: Resolve, world: World, text: str) -> None:
    resolution = ask(resolve, world, IMAPS, "_carddavs._tcp SRV 0 1 443 dav", f'_carddavs._tcp TXT "{text}"')
    (server,) = hosts(resolution)[1:]
    assert server.startswith("carddav https://dav/")
    assert "evil" not in server.partition("dav/")[0]


def test_a_failed_path_does_not_take_the_calendar_away(resolve: Resolve, world: World) -> None:
    world.internet.zone(world.domain, f"{IMAPS}\n_caldavs._tcp SRV 0 1 443 dav")
    broken = world.internet.name_server("servfail", types=["TXT"])
    resolution = resolve(world.address, "srv", name_servers=[broken.address])
    assert hosts(resolution)[1:] == ["caldav https://dav/.well-known/caldav"]


def test_paths_are_asked_for_only_where_there_is_a_calendar(resolve: Resolve, world: World) -> None:
    ask(resolve, world, IMAPS, "_carddavs._tcp SRV 0 0 0 .", "_caldavs._tcp SRV 0 1 443 dav")
    texts = [name for kind, name in world.questions() if kind == "TXT"]
    assert texts == [world.host("_caldavs._tcp")]


def test_a_point_says_that_a_service_is_not_offered(resolve: Resolve, world: World) -> None:
    resolution = ask(resolve, world, IMAPS, "_pop3s._tcp SRV 0 0 0 .", "_submissions._tcp SRV 0 0 0 .")
    assert hosts(resolution) == ["imap imap:993 SSL"]
    line = line_of(resolution, "SRV _pop3s")
    assert (line.outcome, line.detail) == ("nothing", f"{world.domain} says that it does not offer pop3s.")


def test_points_alone_are_nothing(resolve: Resolve, world: World) -> None:
    names = ("_imaps", "_imap", "_pop3s", "_pop3", "_submissions", "_submission")
    resolution = ask(resolve, world, *(f"{name}._tcp SRV 0 0 0 ." for name in names))
    assert_nothing(resolution)
    assert {line.outcome for line in resolution.trace} == {"nothing"}


def test_services_without_mail_make_no_account(resolve: Resolve, world: World) -> None:
    assert_nothing(ask(resolve, world, "_caldavs._tcp SRV 0 1 443 dav", "_sieve._tcp SRV 0 1 4190 sieve"))


def test_one_service_that_fails_does_not_take_the_others_away(resolve: Resolve, world: World) -> None:
    world.srv()
    broken = world.internet.name_server("servfail", below=world.host("_sieve._tcp"))
    resolution = resolve(world.address, "srv", name_servers=[broken.address])
    assert hosts(resolution) == ["imap srv:993 SSL", "smtp srv-out:465 SSL"]
    assert line_of(resolution, "SRV _sieve").outcome == "failed"


def test_a_target_elsewhere_must_be_confirmed(resolve: Resolve, world: World) -> None:
    other = world.internet.domain("co.uk")
    resolution = ask(
        resolve, world, f"_imaps._tcp SRV 0 1 993 imap.a.{other}.", "_submissions._tcp SRV 0 1 465 smtp"
    )
    assert resolution.confirm == (other,)


def test_an_alias_as_target_is_taken_as_it_is_written(resolve: Resolve, world: World) -> None:
    """RFC 2782 forbids it; the certificate is for the name that the domain published."""
    world.internet.zone(world.domain, "imap CNAME elsewhere.example.net.")
    assert hosts(ask(resolve, world, IMAPS)) == ["imap imap:993 SSL"]


def test_an_alias_as_owner_is_followed(resolve: Resolve, world: World) -> None:
    other = world.internet.domain("net")
    world.internet.zone(other, "_imaps._tcp SRV 0 1 993 imap")
    resolution = ask(resolve, world, f"_imaps._tcp CNAME _imaps._tcp.{other}.")
    assert places(resolution.incoming) == [f"imap imap.{other}:993 SSL"]


@pytest.mark.parametrize("data", ["0 1 0 imap", "0 1 993 under_score", "0 1 993 192.0.2.1."])
def test_a_record_that_names_no_server_is_left_out(resolve: Resolve, world: World, data: str) -> None:
    assert_nothing(ask(resolve, world, f"_imaps._tcp SRV {data}"))


def test_a_record_that_names_no_server_gives_way_to_the_next(resolve: Resolve, world: World) -> None:
    resolution = ask(resolve, world, "_imaps._tcp SRV 0 1 0 bad\n_imaps._tcp SRV 1 1 993 good")
    assert hosts(resolution) == ["imap good:993 SSL"]


def test_the_lowest_priority_wins(resolve: Resolve, world: World) -> None:
    resolution = ask(
        resolve,
        world,
        "_imaps._tcp SRV 20 100 993 third\n_imaps._tcp SRV 10 1 993 first\n_imaps._tcp SRV 15 50 993 second",
    )
    assert hosts(resolution) == ["imap first:993 SSL"]


def test_what_is_not_proven_is_trusted_as_dns(resolve: Resolve, world: World) -> None:
    assert ask(resolve, world, IMAPS).trust is Trust.DNS


def test_records_under_dnssec_are_trusted_more(resolve: Resolve, world: World) -> None:
    world.srv()
    validating = world.internet.name_server("authenticated")
    assert resolve(world.address, "srv", name_servers=[validating.address]).trust is Trust.DNSSEC


@pytest.mark.parametrize(("kind", "record"), [("SRV", "_submissions._tcp"), ("TXT", "_caldavs._tcp")])
def test_one_record_without_dnssec_makes_all_of_it_dns(
    resolve: Resolve, world: World, kind: str, record: str
) -> None:
    world.srv()
    world.internet.zone(world.domain, '_caldavs._tcp SRV 0 1 443 dav\n_caldavs._tcp TXT "path=/dav/"')
    validating = world.internet.name_server("authenticated")

    async def except_for_one(query: Query) -> bytes | None:
        asked = query.question
        if (asked.type, asked.name) == (kind, world.host(record)):
            return await query.forward()
        return await authenticated(query)

    server = world.internet.name_server(except_for_one)
    assert resolve(world.address, "srv", name_servers=[server.address]).trust is Trust.DNS
    assert resolve(world.address, "srv", name_servers=[validating.address]).trust is Trust.DNSSEC
