"""PACC: a document is believed only where its digest stands in the DNS."""

from __future__ import annotations

import base64
import hashlib
import json as json_module
from typing import TYPE_CHECKING

import pytest

from autoconfig.resolver.outcome import Trust
from tests.internet import json, redirect
from tests.resolver.asking import PACC, assert_nothing, line_of, pacc_of, places

if TYPE_CHECKING:
    from autoconfig.resolver import Resolution
    from tests.resolver.asking import Resolve, World

pytestmark = pytest.mark.real


def digest(body: bytes) -> str:
    return base64.b64encode(hashlib.sha256(body).digest()).decode()


@pytest.fixture
def document(world: World) -> bytes:
    return pacc_of(world.host("mail"))


def ask(resolve: Resolve, world: World, document: bytes, *texts: str) -> Resolution:
    """Serve a document with these TXT records and ask."""
    for text in texts:
        world.internet.zone(world.domain, f"_ua-auto-config TXT {text}")
    world.site("ua-auto-config", {PACC: json(document)})
    return resolve(world.address, "pacc")


def assert_refused(resolution: Resolution, reason: str) -> None:
    assert_nothing(resolution)
    line = line_of(resolution, "https:")
    assert (line.outcome, line.detail) == ("failed", reason)


def test_the_right_digest_gives_the_settings(resolve: Resolve, world: World, document: bytes) -> None:
    resolution = ask(resolve, world, document, f'"v=UAAC1; a=sha256; d={digest(document)}"')
    assert (resolution.method, resolution.trust) == ("pacc", Trust.PACC)
    assert resolution.detail == "digest matched without DNSSEC"
    assert places(resolution.incoming) == [f"imap mail.{world.domain}:993 SSL"]
    assert places(resolution.outgoing) == [f"smtp out.mail.{world.domain}:465 SSL"]
    assert resolution.incoming[0].server.username == world.address


def test_a_wrong_digest_is_refused(resolve: Resolve, world: World, document: bytes) -> None:
    resolution = ask(resolve, world, document, f'"v=UAAC1; a=sha256; d={digest(b"other")}"')
    assert_refused(
        resolution, f"The document of ua-auto-config.{world.domain} has not the digest that the DNS names."
    )


def test_a_document_without_a_digest_is_refused(resolve: Resolve, world: World, document: bytes) -> None:
    assert_refused(
        ask(resolve, world, document),
        f"There is no digest at _ua-auto-config.{world.domain} to check the document by.",
    )


@pytest.mark.parametrize(
    "text",
    [
        "v=UAAC2; a=sha256; d={}",
        "v=UAAC1; a=md5; d={}",
        "v=UAAC1; a=sha256",
        "v=UAAC1; a=sha256; d=!!!",
        "v=spf1 -all",
        "a=sha256; d={}",
    ],
)
def test_a_record_that_names_no_digest_is_none(
    resolve: Resolve, world: World, document: bytes, text: str
) -> None:
    resolution = ask(resolve, world, document, f'"{text.format(digest(document))}"')
    assert_refused(
        resolution, f"There is no digest at _ua-auto-config.{world.domain} to check the document by."
    )


@pytest.mark.parametrize(
    "text",
    [
        '"d={}; v=UAAC1; a=sha256"',
        '"v=UAAC1;a=sha256;d={};"',
        '"v=UAAC1 ;  a=sha256 ; x=y; d={} ;"',
        '"v=UAAC1; a=sha" "256; d={}"',
    ],
    ids=["order", "no-spaces", "unknown-tag", "two-strings"],
)
def test_a_digest_is_read_however_it_is_written(
    resolve: Resolve, world: World, document: bytes, text: str
) -> None:
    assert ask(resolve, world, document, text.format(digest(document))).method == "pacc"


def test_any_of_several_digests_may_match(resolve: Resolve, world: World, document: bytes) -> None:
    old, new = (f'"v=UAAC1; a=sha256; d={digest(body)}"' for body in (b"old", document))
    assert ask(resolve, world, document, old, new, '"v=spf1 -all"').method == "pacc"


def test_none_of_several_digests_matches(resolve: Resolve, world: World, document: bytes) -> None:
    records = (f'"v=UAAC1; a=sha256; d={digest(body)}"' for body in (b"old", b"older"))
    assert_nothing(ask(resolve, world, document, *records))


def test_one_space_more_is_another_document(resolve: Resolve, world: World, document: bytes) -> None:
    assert_nothing(ask(resolve, world, document + b" ", f'"v=UAAC1; a=sha256; d={digest(document)}"'))


def test_the_names_of_the_draft_before_are_read(resolve: Resolve, world: World) -> None:
    """-02 said smtp where -03 says submit."""
    host = world.host("mail")
    body = json_module.dumps(
        {
            "protocols": {"imap": {"host": host}, "smtp": {"host": f"out.{host}"}},
            "authentication": {"password": True},
            "info": {"provider": {"name": "Example"}},
        }
    ).encode()
    resolution = ask(resolve, world, body, f'"v=UAAC1; a=sha256; d={digest(body)}"')
    assert places(resolution.outgoing) == [f"smtp out.mail.{world.domain}:465 SSL"]


@pytest.mark.parametrize(
    "body",
    [
        b"{}",
        b"[]",
        b"null",
        b"",
        b"<clientConfig/>",
        b"[" * 60_000,
        b'{"protocols":{"imap":{}}}',
        b"\xff\xfe{",
    ],
    ids=["empty-object", "list", "null", "nothing", "xml", "deep", "no-host", "not-utf-8"],
)
def test_a_digest_makes_no_document_of_something_else(resolve: Resolve, world: World, body: bytes) -> None:
    resolution = ask(resolve, world, body, f'"v=UAAC1; a=sha256; d={digest(body)}"')
    assert_nothing(resolution)
    line = line_of(resolution, "https:")
    assert line.outcome == "failed"
    assert "is no PACC document: " in line.detail


def test_a_redirect_is_not_followed(resolve: Resolve, world: World, document: bytes) -> None:
    world.internet.zone(world.domain, f'_ua-auto-config TXT "v=UAAC1; a=sha256; d={digest(document)}"')
    world.site("ua-auto-config", {PACC: redirect(f"https://{world.host('www')}/x")})
    world.site("www", {"/x": json(document)})
    assert_nothing(resolve(world.address, "pacc"))
    assert world.internet.requests(world.host("www")) == []


def test_a_digest_under_dnssec_is_told(resolve: Resolve, world: World) -> None:
    world.pacc()
    validating = world.internet.name_server("authenticated")
    resolution = resolve(world.address, "pacc", name_servers=[validating.address])
    assert (resolution.trust, resolution.detail) == (Trust.PACC, "digest matched under DNSSEC")


def test_the_digest_is_not_asked_for_where_there_is_no_host(resolve: Resolve, world: World) -> None:
    resolve(world.address, "pacc")
    assert world.questions() == {("A", world.host("ua-auto-config"))}


def test_a_document_that_is_not_there_is_nothing_whatever_the_digest(resolve: Resolve, world: World) -> None:
    world.site("ua-auto-config", {})
    servfail = world.internet.name_server("servfail", types=["TXT"])
    resolution = resolve(world.address, "pacc", name_servers=[servfail.address])
    assert_nothing(resolution)
    assert line_of(resolution, "https:").outcome == "nothing"
