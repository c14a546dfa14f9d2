"""What is told of every question: target, outcome, one sentence, and its time."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from autoconfig.errors import LookupFailed, NetworkError
from autoconfig.model import ServerType, SocketType
from autoconfig.net.trail import Question, heard_by, tell
from tests.internet import Answer, html, redirect, silence, xml
from tests.net.servers import SERVFAIL, Servers, says
from tests.resolver.clock import run

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from tests.internet import Internet
    from tests.net.way import Opened, Way

NAME = "example.com"


async def told(*asking: Awaitable[object]) -> list[Question]:
    """What a listener hears while these are awaited, one after the other."""
    heard: list[Question] = []
    with heard_by(heard.append):
        for one in asking:
            try:
                await one
            except (NetworkError, TimeoutError):
                continue
    return heard


def outcomes(heard: list[Question]) -> list[tuple[str, str, str]]:
    return [(question.target, question.outcome, question.detail) for question in heard]


# On no network


def test_a_question_is_told_with_its_time() -> None:
    async def ask() -> list[Question]:
        dns = Servers({NAME: says(f"{NAME}. 60 IN A 192.0.2.7", delay=0.5)}).dns()
        await asyncio.sleep(1.0)
        return await told(dns.look_up(NAME, "A"))

    assert run(ask()) == [Question("A example.com", "found", "1 record", 1.0, 0.5)]


@pytest.mark.parametrize(
    ("answer", "outcome", "detail"),
    [
        (says(f"{NAME}. 60 IN A 192.0.2.7", f"{NAME}. 60 IN A 192.0.2.8"), "found", "2 records"),
        (says(f"{NAME}. 60 IN A 192.0.2.7", flags="RA AD"), "found", "1 record, DNSSEC"),
        (says(), "nothing", "no A record"),
        (SERVFAIL, "failed", "The name server 192.0.2.1 says SERVFAIL."),
        (
            LookupFailed("The name server cannot be reached.", unreachable=True),
            "failed",
            "The name server cannot be reached.",
        ),
    ],
)
def test_the_outcome_of_a_look_up(answer: object, outcome: str, detail: str) -> None:
    heard = run(told(Servers({NAME: answer}).dns().look_up(NAME, "A")))  # type: ignore[dict-item]
    assert outcomes(heard) == [("A example.com", outcome, detail)]


def test_a_name_that_does_not_exist_is_nothing() -> None:
    heard = run(told(Servers({}).dns().look_up(NAME, "MX")))
    assert outcomes(heard) == [("MX example.com", "nothing", "NXDOMAIN")]


def test_an_answer_that_was_kept_is_told_as_such() -> None:
    dns = Servers({NAME: says(f"{NAME}. 60 IN A 192.0.2.7", delay=0.5)}).dns()
    heard = run(told(dns.look_up(NAME, "A"), dns.look_up(NAME, "A")))
    assert [(question.kept, question.elapsed) for question in heard] == [(False, 0.5), (True, 0.0)]


def test_a_question_that_is_given_up_is_told() -> None:
    async def give_up() -> list[Question]:
        dns = Servers({NAME: says(delay=60.0)}).dns()
        return await told(asyncio.wait_for(dns.look_up(NAME, "A"), 0.25))

    assert run(give_up()) == [Question("A example.com", "failed", "given up", 0.0, 0.25)]


def test_listeners_hear_what_their_own_tasks_ask() -> None:
    async def two() -> tuple[list[Question], list[Question]]:
        dns = Servers({}).dns()
        return await asyncio.gather(told(dns.look_up("a.com", "A")), told(dns.look_up("b.com", "A")))

    first, second = run(two())
    assert [question.target for question in first] == ["A a.com"]
    assert [question.target for question in second] == ["A b.com"]


def test_a_listener_hears_tasks_that_were_started_meanwhile() -> None:
    async def both() -> list[Question]:
        dns = Servers({}).dns()
        return await told(asyncio.gather(dns.look_up("a.com", "A"), dns.look_up("b.com", "A")))

    # Both look-ups run in tasks of their own, made before anybody listened.
    assert run(both()) == []


def test_without_a_listener_nothing_is_told() -> None:
    async def nobody() -> None:
        tell("A example.com", "found", "", 0.0)

    heard: list[Question] = []
    with heard_by(heard.append):
        pass
    run(nobody())
    assert heard == []


def test_the_inner_listener_hears_alone() -> None:
    async def nested() -> tuple[int, int]:
        outer: list[Question] = []
        inner: list[Question] = []
        with heard_by(outer.append):
            with heard_by(inner.append):
                tell("one", "found", "", 0.0)
            tell("two", "found", "", 0.0)
        return len(outer), len(inner)

    assert run(nested()) == (1, 1)


# In the simulated internet


def fetched(way: Way, url: str, **options: object) -> list[tuple[str, str, str]]:
    """What is told of one document, less the look-ups for it."""

    async def fetch(net: Opened) -> list[Question]:
        return await told(net.http.get(url))

    return [line for line in outcomes(way.run(fetch, **options)) if "://" in line[0]]  # type: ignore[arg-type]


@pytest.mark.real
@pytest.mark.parametrize(
    ("answer", "outcome", "detail"),
    [
        (xml("<clientConfig/>"), "found", "200 text/xml, 15 bytes"),
        (html("<p>"), "found", "200 text/html, 3 bytes"),
        (Answer(type=None), "found", "200 no type, 0 bytes"),
        (Answer(status=204, type=None), "nothing", "204 no type, 0 bytes"),
        (Answer(status=404, body="no", type="text/plain"), "nothing", "404 text/plain, 2 bytes"),
        (Answer(status=410, type=None), "nothing", "410 no type, 0 bytes"),
        (Answer(status=401, type=None), "failed", "401 no type, 0 bytes"),
        (Answer(status=403, type=None), "failed", "403 no type, 0 bytes"),
        (Answer(status=500, type=None), "failed", "500 no type, 0 bytes"),
        (Answer(status=503, type=None), "failed", "503 no type, 0 bytes"),
        (redirect("/"), "failed", "More than 5 redirects."),
    ],
    ids=["xml", "html", "untyped", "204", "404", "410", "401", "403", "500", "503", "loop"],
)
def test_the_outcome_of_a_document(
    internet: Internet, way: Way, host: str, answer: Answer, outcome: str, detail: str
) -> None:
    internet.site(host, {"*": answer})
    assert fetched(way, f"https://{host}/") == [(f"https://{host}/", outcome, detail)]


@pytest.mark.real
def test_a_document_from_elsewhere_says_from_where(internet: Internet, way: Way, host: str) -> None:
    internet.site(host, {"/": redirect("/a.xml"), "/a.xml": xml("<x/>")})
    assert fetched(way, f"https://{host}/") == [
        (f"https://{host}/", "found", f"200 text/xml, 4 bytes, from https://{host}/a.xml")
    ]


@pytest.mark.real
def test_a_redirect_that_is_not_followed_says_where_to(internet: Internet, way: Way, host: str) -> None:
    internet.site(host, {"*": redirect("https://elsewhere.example/x")})

    async def fetch(net: Opened) -> list[Question]:
        return await told(net.http.get(f"https://{host}/", follow=False))

    assert outcomes(way.run(fetch))[-1] == (
        f"https://{host}/",
        "found",
        "302 to https://elsewhere.example/x",
    )


@pytest.mark.real
def test_a_host_that_does_not_exist_is_nothing(way: Way, host: str) -> None:
    assert fetched(way, f"https://{host}/") == [
        (f"https://{host}/", "nothing", f"{host} does not exist in the DNS (NXDOMAIN).")
    ]


@pytest.mark.real
def test_a_document_that_takes_too_long_has_failed(internet: Internet, way: Way, host: str) -> None:
    internet.site(host, {"*": silence()})
    assert fetched(way, f"https://{host}/", timeout=0.3) == [
        (f"https://{host}/", "failed", f"{host} took longer than 0.3 seconds.")
    ]


@pytest.mark.real
def test_a_document_that_is_given_up_is_told(internet: Internet, way: Way, host: str) -> None:
    internet.site(host, {"*": silence()})

    async def give_up(net: Opened) -> list[Question]:
        return await told(asyncio.wait_for(net.http.get(f"https://{host}/"), 0.3))

    assert outcomes(way.run(give_up))[-1] == (f"https://{host}/", "failed", "given up")


@pytest.mark.real
def test_a_posted_question_is_told_as_such(internet: Internet, way: Way, host: str) -> None:
    internet.site(host, {"*": xml("<x/>")})

    async def post(net: Opened) -> list[Question]:
        return await told(net.http.post(f"https://{host}/", b"<y/>", "text/xml"))

    assert outcomes(way.run(post))[-1][0] == f"POST https://{host}/"


@pytest.mark.real
def test_a_greeting_is_told(internet: Internet, way: Way, host: str) -> None:
    internet.mail(host, "imaps")
    imap, ssl = ServerType.IMAP, SocketType.SSL
    nobody = f"none.{internet.domain()}"

    async def greet(net: Opened) -> list[Question]:
        return await told(
            *(net.mail.greet(host, port, imap, ssl) for port in (993, 994)),
            net.mail.greet(nobody, 993, imap, ssl),
        )

    lines = [line for line in outcomes(way.run(greet)) if line[0].startswith("imap ")]
    assert lines == [
        (f"imap {host}:993 SSL", "found", "greeted"),
        (f"imap {host}:994 SSL", "failed", f"{host}:994 cannot be reached: connection refused."),
        (f"imap {nobody}:993 SSL", "nothing", f"{nobody} does not exist in the DNS (NXDOMAIN)."),
    ]
