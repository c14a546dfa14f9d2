"""The provider's own site: three places, their order, and what is sent there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import idna
import pytest

from autoconfig.resolver.outcome import Trust
from tests.internet import html, redirect, xml
from tests.resolver.asking import CLIENT_CONFIG, WELL_KNOWN, assert_nothing, client_config_of, places

if TYPE_CHECKING:
    from tests.resolver.asking import Resolve, World

pytestmark = pytest.mark.real


def plain(world: World, name: str = "old") -> None:
    world.internet.site(world.host("autoconfig"), {CLIENT_CONFIG: world.client_config(name)}, tls=None)


def test_the_autoconfig_host_gives_the_settings(resolve: Resolve, world: World) -> None:
    world.isp("mail")
    resolution = resolve(world.address, "isp")
    assert (resolution.method, resolution.trust) == ("isp", Trust.HTTPS)
    assert resolution.source == f"https://autoconfig.{world.domain}{CLIENT_CONFIG}"
    assert places(resolution.incoming) == [f"imap mail.{world.domain}:993 SSL"]
    assert places(resolution.outgoing) == [f"smtp out.mail.{world.domain}:465 SSL"]
    assert [entry.server.username for entry in resolution.incoming] == [world.address]
    assert [entry.method for entry in resolution.incoming] == ["isp"]


def test_the_well_known_place_gives_the_settings(resolve: Resolve, world: World) -> None:
    world.well_known("mail")
    resolution = resolve(world.address, "isp")
    assert (resolution.source, resolution.trust) == (f"https://{world.domain}{WELL_KNOWN}", Trust.HTTPS)


def test_the_autoconfig_host_comes_before_the_well_known_place(resolve: Resolve, world: World) -> None:
    world.isp("first", delay=0.15)
    world.well_known("second")
    resolution = resolve(world.address, "isp", patience=2.0)
    assert places(resolution.incoming) == [f"imap first.{world.domain}:993 SSL"]


def test_a_web_page_on_the_autoconfig_host_does_not_hide_the_well_known_place(
    resolve: Resolve, world: World
) -> None:
    world.site("autoconfig", {"*": html()})
    world.well_known("second")
    assert resolve(world.address, "isp").source == f"https://{world.domain}{WELL_KNOWN}"


def test_http_is_not_asked_unless_allowed(resolve: Resolve, world: World) -> None:
    plain(world)
    assert_nothing(resolve(world.address, "isp"))
    assert world.internet.requests(world.host("autoconfig")) == []


def test_http_is_asked_where_it_is_allowed_and_marked(resolve: Resolve, world: World) -> None:
    plain(world)
    resolution = resolve(world.address, "isp", allow_http=True)
    assert resolution.source == f"http://autoconfig.{world.domain}{CLIENT_CONFIG}"
    assert resolution.trust is Trust.HTTP
    assert [str(entry.trust) for entry in resolution.incoming] == ["http"]


def test_https_comes_before_http(resolve: Resolve, world: World) -> None:
    plain(world)
    world.well_known("second", delay=0.1)
    resolution = resolve(world.address, "isp", allow_http=True, patience=2.0)
    assert (resolution.trust, places(resolution.incoming)) == (
        Trust.HTTPS,
        [f"imap second.{world.domain}:993 SSL"],
    )


def test_a_redirect_from_http_to_https_stays_marked_by_where_it_ends(resolve: Resolve, world: World) -> None:
    other = world.internet.domain("net")
    world.internet.site(f"a.{other}", {"/doc": world.client_config("mail")})
    world.site("autoconfig", {CLIENT_CONFIG: redirect(f"https://a.{other}/doc")}, tls=None)
    resolution = resolve(world.address, "isp", allow_http=True)
    assert resolution.trust is Trust.HTTP, "whoever stood on the way could have sent us anywhere"


def test_the_address_is_sent_as_thunderbird_sends_it(resolve: Resolve, world: World) -> None:
    world.isp()
    resolve(f"ada+list@{world.domain}", "isp")
    (request,) = world.internet.requests(world.host("autoconfig"))
    assert request.target == f"{CLIENT_CONFIG}?emailaddress=ada%2Blist%40{world.domain}"


def test_nothing_secret_and_nothing_personal_is_sent(resolve: Resolve, world: World) -> None:
    world.isp()
    resolve(world.address, "isp")
    (request,) = world.internet.requests(world.host("autoconfig"))
    assert {*request.headers} == {"host", "accept-encoding", "user-agent"}
    assert request.headers["accept-encoding"] == "identity"


def test_the_source_holds_no_address(resolve: Resolve, world: World) -> None:
    """A source is shown, kept and shared; the address in the URL belongs to one mailbox."""
    world.well_known()
    assert "ada" not in resolve(world.address, "isp").source


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_to_another_owner_is_followed_and_trusted_less(
    resolve: Resolve, world: World, status: int
) -> None:
    other = world.internet.domain("net")
    world.internet.site(f"config.{other}", {"/doc": xml(client_config_of(f"mail.{other}"))})
    world.site("autoconfig", {CLIENT_CONFIG: redirect(f"https://config.{other}/doc", status=status)})
    resolution = resolve(world.address, "isp")
    assert (resolution.source, resolution.trust) == (f"https://config.{other}/doc", Trust.HTTPS_OTHER)
    assert resolution.confirm == (other,)


def test_an_alias_to_a_hoster_is_followed_under_the_customers_certificate(
    resolve: Resolve, world: World
) -> None:
    hoster = f"web.{world.internet.domain('net')}"
    world.internet.zone(world.domain, f"autoconfig CNAME {hoster}.")
    world.internet.site(
        hoster, {CLIENT_CONFIG: world.client_config("mail")}, names=[world.host("autoconfig")]
    )
    assert resolve(world.address, "isp").trust is Trust.HTTPS


def test_only_calendars_make_no_account(resolve: Resolve, world: World) -> None:
    document = (
        '<clientConfig version="1.2"><emailProvider id="x.example"/><calendar type="caldav">'
        '<url>https://dav.example/</url><authentication system="http">Basic</authentication>'
        "<username>%EMAILADDRESS%</username></calendar></clientConfig>"
    )
    world.site("autoconfig", {CLIENT_CONFIG: xml(document)})
    assert_nothing(resolve(world.address, "isp"))


def test_a_domain_in_another_script_is_asked_in_a_labels(resolve: Resolve, world: World) -> None:
    unicode_domain = f"bücher-{world.domain}"
    ascii_domain = idna.encode(unicode_domain).decode()
    world.internet.site(
        f"autoconfig.{ascii_domain}", {CLIENT_CONFIG: xml(client_config_of(f"mail.{ascii_domain}"))}
    )
    resolution = resolve(f"ada@{unicode_domain}", "isp")
    assert places(resolution.incoming) == [f"imap mail.{ascii_domain}:993 SSL"]
