"""Looking at many servers: each once, politely, in bounded time, at every address."""

from __future__ import annotations

import asyncio
import itertools
import socket
import time
from typing import TYPE_CHECKING

import pytest

from autoconfig.model import Authentication, ServerType
from autoconfig.net.guard import Guard
from autoconfig.probes import Prober
from autoconfig.probes.facts import TcpFacts
from tests.internet.mail import SERVICES, MailServer, Reaction
from tests.probes.looking import greeter, published, url

if TYPE_CHECKING:
    from collections.abc import Iterator

    from autoconfig.probes import ServerReport
    from tests.probes.looking import Looking

pytestmark = pytest.mark.real

JITTER = 0.3
"""Seconds by which a busy machine may see two connections closer together than they were begun."""


def tcp(report: ServerReport) -> TcpFacts:
    assert isinstance(report.facts, TcpFacts)
    return report.facts


# Once, and politely.


def test_a_server_that_many_publish_is_looked_at_once(looking: Looking) -> None:
    server = looking.serve(greeter("imaps", mechanisms=("PLAIN",)))
    first = published(looking.host, "imaps")
    second = published(looking.host, "imaps", Authentication.OAUTH2)
    reports = looking.at(first, second, first, own=False)
    assert server.accepted == [993]
    assert [[finding.code for finding in report.findings] for report in reports] == [
        [],
        ["oauth2-missing"],
        [],
    ]
    assert [report.elapsed > 0 for report in reports] == [True, False, False]


@pytest.mark.parametrize(
    ("service", "said"),
    [
        ("imaps", ["a1 CAPABILITY", "a2 LOGOUT"]),
        ("pop3", ["CAPA", "STLS", "CAPA", "QUIT"]),
        ("submission", ["EHLO [127.0.0.1]", "STARTTLS", "EHLO [127.0.0.1]", "QUIT"]),
        ("sieve", ["CAPABILITY", "STARTTLS", "CAPABILITY", "LOGOUT"]),
    ],
)
def test_a_stranger_is_asked_what_it_offers_and_nothing_else(
    looking: Looking, service: str, said: list[str]
) -> None:
    server = looking.serve(service)
    assert looking.codes(service, own=False) == []
    assert [line for _, line in server.commands] == said


def test_a_stranger_is_never_connected_to_twice_within_a_second(looking: Looking) -> None:
    services = ("imap", "submission")
    server = looking.serve(*services, tls=looking.internet.issuer.context("self-signed", looking.host))
    started = time.monotonic()
    reports = looking.at(*(published(looking.host, service) for service in services), own=False)
    assert {finding.code for report in reports for finding in report.findings} == {"certificate-self-signed"}
    assert sorted(server.accepted) == [143, 143, 587, 587]
    pauses = [later - earlier for earlier, later in itertools.pairwise(server.accepted_at)]
    assert min(pauses) >= 1 - JITTER
    assert time.monotonic() - started < 12


def test_two_names_of_one_machine_share_its_patience(looking: Looking) -> None:
    server = looking.serve("imap", "submission")
    other = f"other.{looking.internet.domain()}"
    looking.internet.zone(other, f"@ A {looking.internet.host(looking.host)}")
    looking.at(published(looking.host, "imap"), published(other, "submission"), own=False)
    # The second name is not on the certificate, which costs one more connection.
    pauses = [later - earlier for earlier, later in itertools.pairwise(server.accepted_at)]
    assert len(pauses) == 2
    assert min(pauses) >= 1 - JITTER


def test_who_waits_long_for_a_turn_has_all_the_time_there_is(looking: Looking) -> None:
    """As with a hoster whose customers' names all lead to one machine."""
    domain = looking.internet.domain()
    hosts = [f"customer{number}.{domain}" for number in range(4)]
    server = looking.serve("imaps", host=hosts[0], tls=looking.internet.issuer.context("wildcard", hosts[0]))
    for host in hosts[1:]:
        looking.internet.zone(host, f"@ A {looking.internet.host(hosts[0])}")
    reports = looking.at(*(published(host, "imaps") for host in hosts), own=False, step=1.0, limit=1.5)
    assert [report.findings for report in reports] == [()] * 4
    assert server.accepted_at[-1] - server.accepted_at[0] >= 3 - JITTER


def test_a_bug_here_does_not_take_the_other_servers_down(
    looking: Looking, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    looking.serve("imaps", "submissions")

    async def broken(*_arguments: object) -> None:
        raise ZeroDivisionError

    site = f"dav.{looking.internet.domain()}"
    looking.internet.host(site)
    monkeypatch.setattr("autoconfig.probes.web.UrlProbe.run", broken)
    bad, good = looking.at(
        url(ServerType.CALDAV, f"https://{site}/"), published(looking.host, "imaps"), own=False
    )
    assert [(finding.code, finding.message) for finding in bad.findings] == [
        ("not-probed", "A bug here: ZeroDivisionError.")
    ]
    assert good.findings == ()
    assert "a look at a server failed" in caplog.text


def test_one_s_own_server_is_looked_at_without_pauses(looking: Looking) -> None:
    server = looking.serve("imap", tls="self-signed")
    looking.report("imap", own=True)
    assert len(server.accepted) == 4
    # With pauses it would be three seconds.
    assert server.accepted_at[-1] - server.accepted_at[0] < 2


def test_many_strangers_are_looked_at_at_once(looking: Looking) -> None:
    hosts = [f"host{number}.{looking.internet.domain()}" for number in range(12)]
    for host in hosts:
        looking.serve(greeter("imaps", delay=0.5), host=host)
    started = time.monotonic()
    reports = looking.at(*(published(host, "imaps") for host in hosts), own=False, jobs=12)
    assert [report.findings for report in reports] == [()] * 12
    assert time.monotonic() - started < 5


def test_no_more_are_looked_at_at_once_than_allowed(looking: Looking) -> None:
    hosts = [f"host{number}.{looking.internet.domain()}" for number in range(4)]
    servers = [looking.serve(greeter("imap", delay=0.3), host=host) for host in hosts]
    looking.at(*(published(host, "imap") for host in hosts), own=False, jobs=1)
    begun = sorted(server.accepted_at[0] for server in servers)
    assert all(later - earlier >= 0.3 for earlier, later in itertools.pairwise(begun))


# In bounded time.


def test_a_server_that_says_nothing_is_left_when_the_time_is_over(looking: Looking) -> None:
    looking.internet.silent(looking.host, 993, 143)
    started = time.monotonic()
    report = looking.report("imaps", own=False, step=1.0, limit=2.0)
    assert [finding.code for finding in report.findings] == ["silent", "cut-short"]
    assert time.monotonic() - started < 6


def test_whoever_gives_up_leaves_nothing_behind(looking: Looking) -> None:
    looking.internet.silent(looking.host, 993)

    async def run() -> None:
        guard = Guard(allowed=(looking.internet.public,))
        async with Prober.open(guard=guard, name_servers=[looking.internet.dns], ipv6=False) as prober:
            waiting = asyncio.create_task(prober.probe(published(looking.host, "imaps")))
            await asyncio.sleep(0.3)
            waiting.cancel()
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(run())


def test_one_bad_server_does_not_hold_up_the_good(looking: Looking) -> None:
    bad = f"bad.{looking.internet.domain()}"
    looking.serve(greeter("imap", answers={"CAPABILITY": Reaction.SILENCE}), host=bad)
    looking.serve("imaps")
    first, second = looking.at(published(bad, "imap"), published(looking.host, "imaps"), step=1.0)
    assert [finding.code for finding in first.findings] == ["silent"]
    assert [finding.code for finding in second.findings] == []
    assert second.elapsed < first.elapsed


# At every address.


@pytest.fixture
def on_ipv6(looking: Looking) -> Iterator[int]:
    """A port of ::1 where an IMAP server with the host's certificate greets."""
    internet = looking.internet
    port = _free_port()
    server = MailServer(
        looking.host,
        [greeter("imaps", port=port)],
        internet.issuer.context("good", looking.host),
    )
    internet._thread.run(server.start("::1"))

    async def stop() -> None:
        server.stop()

    yield port
    internet._thread.run(stop())


def _free_port() -> int:
    with socket.socket(socket.AF_INET6) as free:
        free.bind(("::1", 0))
        return int(free.getsockname()[1])


def families(looking: Looking, port: int) -> tuple[list[str], TcpFacts]:
    report = looking.report(published(looking.host, "imaps", port=port), ipv6=True, own=False)
    return [finding.code for finding in report.findings], tcp(report)


def test_ipv6_and_ipv4_are_both_greeted(looking: Looking, on_ipv6: int) -> None:
    looking.serve(greeter("imaps", port=on_ipv6))
    looking.internet.zone(looking.host, "@ AAAA ::1")
    codes, facts = families(looking, on_ipv6)
    assert codes == []
    address = looking.internet.host(looking.host)
    assert [attempt.address for attempt in facts.attempts] == ["::1", address]
    assert (facts.names.ipv6, facts.names.ipv4) == (("::1",), (address,))
    assert all(attempt.greeted_after for attempt in facts.attempts)


def test_broken_ipv6_beside_good_ipv4_is_a_warning(looking: Looking) -> None:
    port = _free_port()
    looking.serve(greeter("imaps", port=port))
    looking.internet.zone(looking.host, "@ AAAA ::1")
    report = looking.report(published(looking.host, "imaps", port=port), ipv6=True, own=False)
    (finding,) = report.findings
    assert (finding.code, str(finding.severity)) == ("ipv6-broken", "warning")
    assert finding.message.startswith("The IPv6 address ::1 does not serve: ")


def test_broken_ipv4_beside_good_ipv6_is_an_error(looking: Looking, on_ipv6: int) -> None:
    looking.internet.host(looking.host)
    looking.internet.zone(looking.host, "@ AAAA ::1")
    report = looking.report(published(looking.host, "imaps", port=on_ipv6), ipv6=True, own=False)
    (finding,) = report.findings
    assert (finding.code, str(finding.severity)) == ("ipv4-broken", "error")
    assert tcp(report).after is not None


def test_a_certificate_that_is_bad_on_one_address_is_told_with_it(looking: Looking, on_ipv6: int) -> None:
    looking.serve(greeter("imaps", port=on_ipv6), tls="expired")
    looking.internet.zone(looking.host, "@ AAAA ::1")
    report = looking.report(published(looking.host, "imaps", port=on_ipv6), ipv6=True, own=False)
    (finding,) = report.findings
    assert finding.code == "ipv4-broken"
    assert "certificate has expired" in finding.message


def test_one_dead_address_of_two_is_a_warning(looking: Looking) -> None:
    looking.serve("imaps")
    dead = looking.internet.refusing(f"dead.{looking.internet.domain()}")
    looking.internet.zone(looking.host, f"@ A {dead}")
    report = looking.report("imaps", own=False)
    (finding,) = report.findings
    assert (finding.code, str(finding.severity)) == ("address-broken", "warning")
    assert finding.message.startswith(f"The IPv4 address {dead} does not serve: ")


def test_only_ipv6_where_this_machine_has_none_is_not_held_against_the_server(looking: Looking) -> None:
    looking.internet.zone(looking.host, "@ AAAA 2001:db8::1")
    report = looking.report("imaps", ipv6=False)
    assert [(finding.code, str(finding.severity)) for finding in report.findings] == [("not-probed", "note")]


def test_an_alias_is_told(looking: Looking) -> None:
    real = f"real.{looking.internet.domain()}"
    looking.internet.zone(looking.host, f"@ CNAME {real}.")
    looking.internet.mail(real, "imaps", tls=looking.internet.issuer.context("good", looking.host))
    report = looking.report("imaps", own=False)
    assert (report.findings, tcp(report).names.canonical) == ((), real)


def test_an_address_instead_of_a_name_is_looked_at(looking: Looking) -> None:
    looking.serve("imaps")
    address = looking.internet.host(looking.host)
    report = looking.report(published(address, "imaps"), own=False)
    assert [finding.code for finding in report.findings] == ["certificate-other-name"]


# Whether anybody was reached.


def test_a_name_server_that_fails_is_told_from_one_that_is_not_there(looking: Looking) -> None:
    looking.internet.host(looking.host)
    broken = looking.internet.name_server("servfail").address
    absent = looking.internet.no_name_server()
    reached = []
    for server in (broken, absent):
        report = looking.report("imaps", name_servers=[server])
        assert [finding.code for finding in report.findings] == ["name-lookup-failed"]
        reached.append(report.reached)
    assert reached == [True, False]


def test_a_refused_connection_is_an_answer(looking: Looking) -> None:
    address = looking.internet.refusing(looking.host)
    assert looking.report(published(address, "imaps")).reached


def test_a_report_can_be_written_as_json(looking: Looking) -> None:
    looking.serve("submission")
    content = looking.report("submission", Authentication.OAUTH2, own=False).as_dict()
    assert content["type"] == "smtp"
    assert (content["hostname"], content["port"], content["socket_type"]) == (looking.host, 587, "STARTTLS")
    assert content["verdict"] == "error"
    assert content["findings"][0]["code"] == "oauth2-missing"
    facts = content["facts"]
    assert facts["tls"]["certificate"]["not_after"] == "3000-01-01T00:00:00+00:00"
    assert facts["before"]["starttls"] is True
    assert facts["after"]["mechanisms"] == ["PLAIN"]


def test_every_service_of_the_simulated_internet_is_as_it_should_be(looking: Looking) -> None:
    looking.serve(*SERVICES)
    reports = looking.at(*(published(looking.host, service) for service in SERVICES))
    assert [report.findings for report in reports] == [()] * len(SERVICES)
