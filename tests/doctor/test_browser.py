"""A program's manners on the web, one at a time; and one visit asks each question once."""

from __future__ import annotations

import asyncio
import gzip
import zlib
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from autoconfig.doctor.browser import MAX_BYTES, Browser
from autoconfig.doctor.doctor import Doctor
from autoconfig.doctor.visit import Visit
from autoconfig.model import EmailAddress
from autoconfig.net.connections import Connector
from autoconfig.net.dns import Dns, name_server
from autoconfig.net.guard import Guard
from autoconfig.net.http import Http
from tests.internet import Answer, redirect, xml

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from autoconfig.doctor.browser import Page
    from tests.internet import Internet

pytestmark = pytest.mark.real

DOCUMENT = b"<clientConfig/>"
BROWSER = Browser(name="Somebody", timeout=8.0)


@pytest.fixture
def host(world: Internet) -> str:
    return f"www.{world.domain()}"


def visiting(world: Internet, use: Callable[[Visit], Awaitable[Page | list[Page]]]) -> list[Page]:
    async def run() -> list[Page]:
        dns = Dns([name_server(world.dns)])
        http = Http(Connector(dns, Guard(allowed=(world.public,)), ipv6=False), timeout=8.0)
        visit = Visit(EmailAddress("postmaster", "example.com"), dns, http)
        try:
            found = await use(visit)
            return found if isinstance(found, list) else [found]
        finally:
            await visit.leave()
            await dns.aclose()
            await http.aclose()

    return asyncio.run(run())


def opened(world: Internet, url: str, browser: Browser = BROWSER, **options: object) -> Page:
    (page,) = visiting(world, lambda visit: browser.open(visit, url, **options))  # type: ignore[arg-type]
    return page


def test_a_document_is_in_its_hands_with_its_type(world: Internet, host: str) -> None:
    world.site(host, {"*": replace(xml(DOCUMENT), type="Text/XML ; charset=utf-8")})
    page = opened(world, f"https://{host}/a")
    assert (page.ok, page.status, page.type, page.body, page.code) == (True, 200, "text/xml", DOCUMENT, "")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_leads_to_the_document(status: int, world: Internet, host: str) -> None:
    world.site(host, {"/a": redirect("/b", status=status), "/b": xml(DOCUMENT)})
    page = opened(world, f"https://{host}/a")
    assert (page.asked, page.url, page.body) == (f"https://{host}/a", f"https://{host}/b", DOCUMENT)


@pytest.mark.parametrize(("status", "method"), [(302, "GET"), (303, "GET"), (307, "POST"), (308, "POST")])
def test_a_post_stays_one_where_the_redirect_says_so(
    status: int, method: str, world: Internet, host: str
) -> None:
    world.site(host, {"/a": redirect("/b", status=status), "/b": xml(DOCUMENT)})
    opened(world, f"https://{host}/a", body=b"<Autodiscover/>", media_type="text/xml")
    first, second = world.requests(host)
    assert (first.method, second.method) == ("POST", method)
    assert second.body == (b"<Autodiscover/>" if method == "POST" else b"")
    assert second.headers.get("content-type") == ("text/xml" if method == "POST" else None)


@pytest.mark.parametrize(
    ("browser", "location", "code"),
    [
        (replace(BROWSER, relative=False), "/b", "redirect-relative"),
        (replace(BROWSER, redirects=0), "https://HOST/b", "redirect-not-followed"),
        (replace(BROWSER, downgrades=False), "http://HOST/b", "redirect-scheme"),
        (BROWSER, "https://HOST/a", "redirects-many"),
    ],
)
def test_a_redirect_that_is_not_followed_says_why(
    browser: Browser, location: str, code: str, world: Internet, host: str
) -> None:
    world.site(host, {"/a": redirect(location.replace("HOST", host)), "/b": xml(DOCUMENT)})
    page = opened(world, f"https://{host}/a", browser)
    assert (page.ok, page.code, page.body) == (False, code, b"")
    assert page.reason.endswith(".")


def test_who_does_not_go_on_to_tls_stays_without_a_document(world: Internet, host: str) -> None:
    world.site(host, {"*": redirect(f"https://{host}/b")}, tls=None)
    world.site(host, {"*": xml(DOCUMENT)})
    assert opened(world, f"http://{host}/a", replace(BROWSER, upgrades=False)).code == "redirect-scheme"
    assert opened(world, f"http://{host}/a").body == DOCUMENT


def test_what_is_no_redirect_with_a_location_is_no_redirect(world: Internet, host: str) -> None:
    world.site(host, {"*": Answer(status=201, body=DOCUMENT, headers={"Location": "/b"})})
    assert opened(world, f"https://{host}/a").status == 201


PACKED = {"gzip": gzip.compress(DOCUMENT, mtime=0), "deflate": zlib.compress(DOCUMENT)}


@pytest.mark.parametrize("encoding", PACKED)
def test_what_is_compressed_is_unpacked_by_who_can(encoding: str, world: Internet, host: str) -> None:
    world.site(host, {"*": Answer(body=PACKED[encoding], headers={"Content-Encoding": encoding})})
    assert opened(world, f"https://{host}/a").body == DOCUMENT
    page = opened(world, f"https://{host}/a", replace(BROWSER, unpacks=False))
    assert (page.code, page.body) == ("compressed", PACKED[encoding])


@pytest.mark.parametrize(("encoding", "body"), [("br", b"\x0b\x02"), ("gzip", b"no gzip")])
def test_what_nobody_can_unpack_is_told(encoding: str, body: bytes, world: Internet, host: str) -> None:
    world.site(host, {"*": Answer(body=body, headers={"Content-Encoding": encoding})})
    page = opened(world, f"https://{host}/a")
    assert (page.code, page.body) == ("compressed", body)


def test_a_bomb_is_unpacked_up_to_a_bound(world: Internet, host: str) -> None:
    bomb = gzip.compress(bytes(8 * MAX_BYTES), mtime=0)
    world.site(host, {"*": Answer(body=bomb, headers={"Content-Encoding": "gzip"})})
    assert len(opened(world, f"https://{host}/a").body) == MAX_BYTES


def test_patience_counts_for_all_redirects_together(world: Internet, host: str) -> None:
    world.site(host, {"/a": replace(redirect("/b"), delay=0.4), "/b": replace(xml(DOCUMENT), delay=0.4)})
    page = opened(world, f"https://{host}/a", replace(BROWSER, timeout=0.6))
    assert (page.ok, page.code) == (False, "slow")
    assert page.reason.endswith("Somebody waits 0.6.")


def test_a_visit_asks_each_question_once_however_many_want_to_know(world: Internet, host: str) -> None:
    world.site(host, {"*": replace(xml(DOCUMENT), delay=0.1)})

    async def twelve_times(visit: Visit) -> list[Page]:
        return await asyncio.gather(*(BROWSER.open(visit, f"https://{host}/a") for _ in range(12)))

    assert [page.body for page in visiting(world, twelve_times)] == [DOCUMENT] * 12
    assert len(world.requests(host)) == 1


def test_a_program_that_gives_up_takes_the_answer_from_nobody(world: Internet, host: str) -> None:
    world.site(host, {"*": replace(xml(DOCUMENT), delay=0.3)})

    async def one_gives_up(visit: Visit) -> Page:
        first = asyncio.ensure_future(BROWSER.open(visit, f"https://{host}/a"))
        second = asyncio.ensure_future(BROWSER.open(visit, f"https://{host}/a"))
        await asyncio.sleep(0.05)
        first.cancel()
        return await second

    assert visiting(world, one_gives_up)[0].body == DOCUMENT
    assert len(world.requests(host)) == 1


def test_two_programs_with_other_headers_are_two_questions(world: Internet, host: str) -> None:
    world.site(host, {"*": xml(DOCUMENT)})
    other = replace(BROWSER, headers=(("User-Agent", "Other"),))

    async def both(visit: Visit) -> list[Page]:
        return [await one.open(visit, f"https://{host}/a") for one in (BROWSER, other)]

    visiting(world, both)
    assert len(world.requests(host)) == 2


def test_a_private_address_is_never_connected_to(world: Internet, host: str) -> None:
    world.site(host, {"*": xml(DOCUMENT)}, private=True)
    assert opened(world, f"https://{host}/a").code == "private-address"
    assert world.requests(host) == []


def test_a_doctor_sees_that_there_is_no_network(world: Internet) -> None:
    async def run() -> str:
        async with Doctor.open(name_servers=[world.no_name_server()]) as doctor:
            return (await doctor.check("example.com", servers=False)).offline

    assert asyncio.run(run()).startswith("Nobody could be asked about example.com: ")
