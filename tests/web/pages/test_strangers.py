"""Domains nobody lists: asked about once, told with where it comes from, and why there may be nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from autoconfig.model import Documentation, OAuth2, ServerType, Translation, UrlServer
from autoconfig.resolver.outcome import Trust
from autoconfig.resolver.resolution import Asked, Conflict, ServerFound
from autoconfig.settings import RateLimit
from tests.web.pages.reading import shop
from tests.web.resolving import FAILED, NOTHING, FakeResolver, found, imap, nothing, offline

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from autoconfig.model import EmailAddress
    from autoconfig.resolver import Resolution
    from tests.web.pages.reading import Shop

CAROL = "/setup?emailaddress=carol@stranger.example"
LISTED = {"one": 'domains = ["example.com"]\nincoming = [{ type = "imap", hostname = "a.example.com" }]'}

FOUND = Asked(
    method="isp",
    target="https://autoconfig.stranger.example/mail/config-v1.1.xml?emailaddress=carol%40stranger.example",
    outcome="found",
    detail="200",
    started_ms=0,
    elapsed_ms=80,
)


def world(
    tmp_path: Path, answer: Callable[[EmailAddress], Resolution], **settings: object
) -> tuple[Shop, FakeResolver]:
    resolver = FakeResolver(answer)
    return shop(tmp_path, LISTED, resolver, **settings), resolver


def with_trace(address: EmailAddress) -> Resolution:
    return found(address, trace=(FOUND, replace(NOTHING, started_ms=3)))


def test_a_strangers_settings_are_looked_up_and_told(tmp_path: Path) -> None:
    service, resolver = world(tmp_path, found)
    page = service.get(CAROL)
    assert page.status == 200
    assert page.servers()["Incoming mail (IMAP)"]["Server"] == "imap.stranger.example"
    assert page.servers()["Incoming mail (IMAP)"]["Login name"] == "carol@stranger.example"
    assert [question.address for question in resolver.questions] == ["carol@stranger.example"]


def test_a_domain_of_our_own_is_told_without_asking_anybody(tmp_path: Path) -> None:
    service, resolver = world(tmp_path, found)
    assert service.get("/setup?emailaddress=ada@example.com&again=1").status == 200
    assert resolver.questions == []


def test_what_is_known_is_not_asked_again_whatever_the_tab(tmp_path: Path) -> None:
    service, resolver = world(tmp_path, found)
    for query in ("", "&program=apple", "&program=kmail&lang=fr"):
        assert service.get(CAROL + query).status == 200
    assert service.get("/setup?emailaddress=dave@stranger.example").text("//h1") == "dave@stranger.example"
    assert len(resolver.questions) == 1


def test_the_cache_is_that_of_the_api(tmp_path: Path) -> None:
    service, resolver = world(tmp_path, found)
    assert service.raw("/api/v1/resolve?emailaddress=carol@stranger.example").status_code == 200
    assert service.get(CAROL).status == 200
    assert len(resolver.questions) == 1


def test_a_login_name_that_a_site_maps_is_told_to_its_owner_alone(tmp_path: Path) -> None:
    def mapped(address: EmailAddress) -> Resolution:
        return found(address, imap("imap.stranger.example", f"u-{len(address.local_part)}"))

    service, _ = world(tmp_path, mapped)
    names = [
        service.get(f"/setup?emailaddress={name}@stranger.example").servers()["Incoming mail (IMAP)"][
            "Login name"
        ]
        for name in ("carol", "dave", "carol")
    ]
    assert names == ["u-5", "u-4", "u-5"]


def test_no_profile_is_offered_for_a_stranger(tmp_path: Path) -> None:
    service, _ = world(tmp_path, found)
    page = service.get(f"{CAROL}&program=apple")
    assert page.root.xpath("//*[@class='install']") == []


def test_help_and_oauth2_of_a_stranger_are_told(tmp_path: Path) -> None:
    def helpful(address: EmailAddress) -> Resolution:
        page = Documentation(url="https://stranger.example/h", texts=(Translation("fr", "Aide"),))
        oauth2 = OAuth2(issuer="login.stranger.example", scope=("mail",))
        calendar = UrlServer(type=ServerType.CALDAV, url="https://dav.stranger.example/")
        return found(address, documentation=(page,), oauth2=oauth2, other=(calendar,))

    service, _ = world(tmp_path, helpful)
    page = service.get(f"{CAROL}&lang=fr")
    assert page.texts("//section[@class='help']//a") == ["Aide"]
    assert "https://dav.stranger.example/" in page.text("//section[@id='settings']")


# --- where they come from


@pytest.mark.parametrize(
    ("trust", "level", "words"),
    [
        (Trust.PACC, "good", "stranger.example publishes them itself, and its DNS confirms the document."),
        (Trust.HTTPS, "good", "stranger.example publishes them itself, over a secure connection."),
        (Trust.DNSSEC, "good", "The DNS of stranger.example names them, proven by DNSSEC."),
        (
            Trust.HTTPS_OTHER,
            "fair",
            "autoconfig.other.example publishes them, over a secure connection.",
        ),
        (Trust.DNS, "poor", "The DNS names them without proof: somebody on the way could have changed it"),
        (Trust.HTTP, "poor", "They came unencrypted: somebody on the way could have changed them."),
        (Trust.GUESS, "poor", "They are a guess: such servers answer, but nobody says"),
    ],
)
def test_how_far_to_trust_is_told_by_the_weakest_link(
    tmp_path: Path, trust: Trust, level: str, words: str
) -> None:
    source = "https://autoconfig.other.example/mail/config-v1.1.xml?emailaddress=carol"
    service, _ = world(tmp_path, lambda address: replace(found(address, source=source), trust=trust))
    text = service.get(CAROL).text(f"//*[contains(@class, 'origin-{level}')]")
    assert words.partition(" changed it")[0] in text
    assert "https://autoconfig.other.example/mail/config-v1.1.xml" in text
    assert "emailaddress=" not in text


def test_domains_of_strangers_are_to_be_confirmed_before_going_on(tmp_path: Path) -> None:
    service, _ = world(tmp_path, lambda address: replace(found(address), confirm=("a.example", "b.example")))
    page = service.get(CAROL)
    assert "Go on only if they are your provider’s:" in page.text("//*[contains(@class, 'origin')]")
    assert page.texts("//*[@class='domains']/li") == ["a.example", "b.example"]


def test_a_source_that_says_otherwise_is_named(tmp_path: Path) -> None:
    def disputed(address: EmailAddress) -> Resolution:
        resolution = found(address)
        (chosen,) = resolution.incoming
        other = ServerFound(server=imap("mx.other.example"), method="mx", trust=Trust.HTTPS_OTHER)
        return replace(resolution, conflicts=(Conflict(type="imap", chosen=chosen, other=other),))

    service, _ = world(tmp_path, disputed)
    assert (
        "Another source names another server: The host that takes the mail (MX) says mx.other.example:993."
        in service.get(CAROL).text("//*[contains(@class, 'origin')]")
    )


# --- the waterfall


def test_the_look_up_is_drawn_for_who_asked(tmp_path: Path) -> None:
    service, _ = world(tmp_path, with_trace)
    page = service.get(CAROL)
    assert page.texts("//*[@class='waterfall']/li/details/summary/*[@class='way']") == [
        "The provider’s own web site",
        "The host that takes the mail (MX)",
    ]
    outcomes = "//*[@class='waterfall']/li/details/summary/*[contains(@class, 'outcome')]"
    assert page.texts(outcomes) == ["Settings found", "Nothing there"]
    assert page.texts("//*[@class='questions']/li/code") == [
        "https://autoconfig.stranger.example/mail/config-v1.1.xml",
        "MX",
    ]
    assert len(page.root.xpath("//svg[@class='bars']/rect")) == 2


def test_the_look_up_is_not_drawn_for_who_comes_later_but_can_be_repeated(tmp_path: Path) -> None:
    service, resolver = world(tmp_path, with_trace)
    service.get(CAROL)
    page = service.get("/setup?emailaddress=dave@stranger.example")
    assert page.root.xpath("//*[@class='waterfall']") == []
    assert "carol" not in page.source
    (again,) = page.links("//p[@class='again']/a")
    assert again == "setup?emailaddress=dave%40stranger.example&again=1"
    assert len(service.get(f"/{again}").root.xpath("//*[@class='waterfall']")) == 1
    assert [question.address for question in resolver.questions] == [
        "carol@stranger.example",
        "dave@stranger.example",
    ]


# --- nothing


def test_an_unknown_domain_is_404_with_what_to_do(tmp_path: Path) -> None:
    service, _ = world(tmp_path, nothing)
    page = service.get(CAROL)
    assert page.status == 404
    assert page.text("//h1") == "No settings found"
    assert page.texts("//*[@class='advice']/li")[0] == (
        "Is the part after the @ spelled right? stranger.example"
    )
    (field,) = page.root.xpath("//input[@id='address']")
    assert field.get("value") == "carol@stranger.example"
    assert page.texts("//*[@class='waterfall']//*[@class='way']") == ["The host that takes the mail (MX)"]


def silent(address: EmailAddress) -> Resolution:
    """The network is there, and a database answers; of the domain nobody says a word."""
    return nothing(address, trace=(FAILED, replace(NOTHING, method="ispdb", target="https://ispdb.example/")))


def test_nothing_is_not_certain_where_somebody_did_not_answer(tmp_path: Path) -> None:
    answers = (NOTHING, replace(FAILED, target="SRV"))
    service, _ = world(tmp_path, lambda address: nothing(address, trace=answers))
    for query in ("", "&again=1"):
        page = service.get(CAROL + query)
        assert (page.status, page.text("//h1")) == (404, "No settings found")
        assert "But not everybody answered" in page.text("//*[@class='lead']")
        assert page.links("//a[@class='button']") == ["setup?emailaddress=carol%40stranger.example&again=1"]


@pytest.mark.parametrize("answer", [offline, silent])
def test_a_silent_network_is_503_and_asks_to_try_again(
    tmp_path: Path, answer: Callable[[EmailAddress], Resolution]
) -> None:
    service, _ = world(tmp_path, answer)
    page = service.get(CAROL)
    assert (page.status, page.headers["Retry-After"]) == (503, "30")
    assert page.text("//h1") == "Nobody could be asked just now"
    assert page.links("//a[@class='button']") == ["setup?emailaddress=carol%40stranger.example"]
    assert page.texts("//*[contains(@class, 'outcome-failed')]") == ["No usable answer"] * 2
    assert FAILED.detail in page.text("//*[@class='waterfall']")


def test_a_resolver_that_times_out_is_the_same(tmp_path: Path) -> None:
    def late(_address: EmailAddress) -> Resolution:
        raise TimeoutError

    service, _ = world(tmp_path, late)
    page = service.get(CAROL)
    assert (page.status, page.text("//h1")) == (503, "Nobody could be asked just now")


def test_a_service_that_resolves_nothing_says_so_in_friendly_words(tmp_path: Path) -> None:
    service, resolver = world(tmp_path, found, resolve="off")
    page = service.get(CAROL)
    assert (page.status, page.text("//h1")) == (404, "This domain is not served here")
    assert "stranger.example is not one of them." in page.text("//*[@class='lead']")
    assert resolver.questions == []


def test_who_asks_too_often_is_429_and_told_when_to_come_back(tmp_path: Path) -> None:
    service, resolver = world(tmp_path, found, rate_limit=RateLimit(1, 60))
    assert service.get(CAROL).status == 200
    page = service.get("/setup?emailaddress=carol@another.example&lang=pl")
    seconds = int(page.headers["Retry-After"])
    assert (page.status, 0 < seconds <= 60) == (429, True)
    assert f" {seconds} " in page.text("//*[@class='lead']")
    assert len(resolver.questions) == 1


def test_the_limit_is_shared_with_the_api_and_spares_what_is_known(tmp_path: Path) -> None:
    service, _ = world(tmp_path, found, rate_limit=RateLimit(1, 60))
    assert service.get(CAROL).status == 200
    assert service.raw("/api/v1/resolve?emailaddress=x@another.example").status_code == 429
    for _ in range(3):
        assert service.get(CAROL).status == 200
        assert service.get("/setup?emailaddress=ada@example.com").status == 200


def test_a_configuration_for_the_command_line_is_there_for_strangers_too(tmp_path: Path) -> None:
    service, _ = world(tmp_path, found)
    path = "/setup/configuration/{}?emailaddress=carol@stranger.example"
    response = service.raw(path.format("mbsync"))
    assert (response.status_code, "imap.stranger.example" in response.text) == (200, True)
    assert service.raw(path.format("msmtp")).status_code == 404


def test_a_configuration_that_cannot_be_looked_up_is_a_sentence_and_no_page(tmp_path: Path) -> None:
    service, _ = world(tmp_path, nothing)
    response = service.raw("/setup/configuration/msmtp?emailaddress=carol@stranger.example")
    assert (response.status_code, response.text) == (404, "There are no settings for msmtp.\n")


def test_a_configuration_that_may_be_there_later_says_when_to_come_back(tmp_path: Path) -> None:
    path = "/setup/configuration/msmtp?emailaddress={}@stranger.example"
    unreachable, _ = world(tmp_path, offline)
    busy, _ = world(tmp_path, nothing, rate_limit=RateLimit(1, 60))
    busy.raw(path.format("first"))
    for service, status in ((unreachable, 503), (busy, 429)):
        response = service.raw(path.format("carol"))
        seconds = int(response.headers["Retry-After"])
        assert (response.status_code, 0 < seconds <= 60) == (status, True)
        assert response.text == f"There are no settings just now; try again in {seconds} s.\n"
