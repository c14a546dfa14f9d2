"""What arrives at the web server from each program: method, target, headers, body."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.doctor.domain import CONFIG, POX, Domain

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.internet import Answer, Internet, Request

pytestmark = pytest.mark.real

THUNDERBIRD: Mapping[str, str] = {
    "user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Thunderbird/153.0",
    "accept": "*/*",
    "accept-language": "en-US,en;q=0.9",
    "accept-encoding": "gzip, deflate",
}
GET: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "thunderbird": ("?emailaddress=postmaster%40DOMAIN", THUNDERBIRD),
    "thunderbird-android": ("", {"accept-encoding": "gzip", "user-agent": "okhttp/5.1.0"}),
    "delta-chat": ("?emailaddress=postmaster%40ENCODED", {}),
    "nextcloud": (
        "?emailaddress=postmaster@DOMAIN",
        {"user-agent": "Nextcloud Server Crawler", "accept-encoding": "gzip"},
    ),
    "fairemail": (
        "?emailaddress=postmaster@DOMAIN",
        {"user-agent": "eu.faircode.email", "accept-encoding": "gzip"},
    ),
    "pimalaya": ("?emailaddress=postmaster@DOMAIN", {}),
}
"""The question for the autoconfig document: its query, and every header but Host."""


def questions(domain: Domain, path: str, host: str) -> list[Request]:
    return [
        request
        for request in domain.internet.requests(domain.web)
        if request.path == path
        and request.headers["host"] == domain.host(host)
        and request.scheme == "https"
        # The doctor's own question, about a domain that does not exist.
        and request.headers.get("user-agent") != "mail-autoconfig"
    ]


@pytest.mark.parametrize("client", GET)
def test_a_program_asks_for_autoconfig_as_itself(
    client: str, world: Internet, ispdb: dict[str, Answer]
) -> None:
    domain = Domain(world, ispdb, ("autoconfig",))
    domain.check(client)
    query, headers = GET[client]
    (asked,) = questions(domain, CONFIG, "autoconfig")
    assert asked.method == "GET"
    query = query.replace("DOMAIN", domain.name).replace("ENCODED", domain.name.replace("-", "%2D"))
    assert asked.target == CONFIG + query
    assert {name: value for name, value in asked.headers.items() if name != "host"} == headers


POST: Mapping[str, str | None] = {
    "thunderbird": "text/xml; charset=utf-8",
    "outlook": "text/xml; charset=utf-8",
    "fairemail": None,
}
"""The type of the body; FairEmail names none."""


@pytest.mark.parametrize("client", POST)
def test_a_program_posts_an_autodiscover_request(
    client: str, world: Internet, ispdb: dict[str, Answer]
) -> None:
    domain = Domain(world, ispdb, ("pox",))
    domain.check(client)
    (asked,) = questions(domain, POX, "autodiscover")
    assert asked.method == "POST"
    assert asked.headers.get("content-type") == POST[client]
    assert f"<EMailAddress>postmaster@{domain.name}</EMailAddress>" in asked.body.decode()


def test_delta_chat_only_gets_autodiscover(world: Internet, ispdb: dict[str, Answer]) -> None:
    domain = Domain(world, ispdb, ("pox",))
    domain.check("delta-chat")
    (asked,) = questions(domain, POX, "autodiscover")
    assert (asked.method, asked.target, asked.body) == ("GET", POX, b"")
    assert set(asked.headers) == {"host"}


def test_twelve_programs_share_what_they_would_ask_alike(world: Internet, ispdb: dict[str, Answer]) -> None:
    domain = Domain(world, ispdb, ("autoconfig", "pox", "pacc"))
    domain.check()
    requests = domain.internet.requests(domain.web)
    seen = [
        (request.scheme, request.method, request.target, tuple(sorted(request.headers.items())), request.body)
        for request in requests
    ]
    assert len(seen) == len(set(seen)) > 20
