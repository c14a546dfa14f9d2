"""``mailconf=`` in a TXT record: the URL of a document."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from autoconfig.resolver.outcome import Trust
from tests.internet import xml
from tests.resolver.asking import assert_nothing, client_config_of, line_of, places

if TYPE_CHECKING:
    from tests.resolver.asking import Resolve, World

pytestmark = pytest.mark.real


def test_the_document_it_names_gives_the_settings(resolve: Resolve, world: World) -> None:
    world.mailconf("mail")
    resolution = resolve(world.address, "mailconf")
    assert (resolution.method, resolution.trust) == ("mailconf", Trust.DNS)
    assert resolution.source == f"https://documents.{world.domain}/mail.xml"
    assert places(resolution.incoming) == [f"imap mail.{world.domain}:993 SSL"]


def test_the_record_is_found_among_others(resolve: Resolve, world: World) -> None:
    world.internet.zone(world.domain, '@ TXT "v=spf1 -all"\n@ TXT "google-site-verification=x"')
    world.mailconf()
    assert resolve(world.address, "mailconf").method == "mailconf"


def test_the_mark_may_have_any_case_and_the_url_space_around_it(resolve: Resolve, world: World) -> None:
    host = world.host("documents")
    world.internet.zone(world.domain, f'@ TXT "MailConf= https://{host}" "/mail.xml "')
    world.internet.site(host, {"/mail.xml": world.client_config("mail")})
    assert resolve(world.address, "mailconf").method == "mailconf"


@pytest.mark.parametrize("text", ["v=spf1 -all", "mailconf=", "xmailconf=https://example.com/", "mailconf"])
def test_other_texts_are_nothing(resolve: Resolve, world: World, text: str) -> None:
    world.internet.zone(world.domain, f'@ TXT "{text}"')
    resolution = resolve(world.address, "mailconf")
    assert_nothing(resolution)
    (line,) = resolution.trace
    assert (line.outcome, line.detail) == ("nothing", f"{world.domain} has no mailconf record.")


@pytest.mark.parametrize(
    "url",
    [
        "http://{}/mail.xml",
        "file:///etc/passwd",
        "ftp://{}/mail.xml",
        "https://ada:secret@{}/mail.xml",
        "not a url",
        "https://",
    ],
)
def test_a_url_that_must_not_be_asked_is_a_failure(resolve: Resolve, world: World, url: str) -> None:
    host = world.host("documents")
    world.internet.zone(world.domain, f'@ TXT "mailconf={url.format(host)}"')
    world.internet.site(host, {"*": world.client_config("mail")}, tls=None)
    resolution = resolve(world.address, "mailconf")
    assert_nothing(resolution)
    line = line_of(resolution, url.format(host))
    assert line.outcome == "failed"
    assert line.detail.startswith("Not asked: ")
    assert world.internet.requests(host) == []


def test_a_url_in_a_private_network_is_not_asked(resolve: Resolve, world: World) -> None:
    world.internet.zone(world.domain, '@ TXT "mailconf=https://169.254.169.254/latest/"')
    resolution = resolve(world.address, "mailconf")
    assert_nothing(resolution)
    assert "(link-local)" in line_of(resolution, "https:").detail


def test_http_is_followed_where_it_is_allowed(resolve: Resolve, world: World) -> None:
    host = world.host("documents")
    world.internet.zone(world.domain, f'@ TXT "mailconf=http://{host}/mail.xml"')
    world.internet.site(host, {"/mail.xml": world.client_config("mail")}, tls=None)
    assert resolve(world.address, "mailconf", allow_http=True).trust is Trust.HTTP


def test_a_document_elsewhere_is_confirmed_by_its_servers(resolve: Resolve, world: World) -> None:
    other = world.internet.domain("net")
    world.internet.zone(world.domain, f'@ TXT "mailconf=https://{other}/mail.xml"')
    world.internet.site(other, {"/mail.xml": xml(client_config_of(f"imap.{other}"))})
    resolution = resolve(world.address, "mailconf")
    assert (resolution.trust, resolution.confirm) == (Trust.DNS, (other,))
