"""Providers that have moved, and the http site that sends everybody to https."""

from __future__ import annotations

import ipaddress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from lxml import etree

from autoconfig.formats import toml
from autoconfig.formats.autodiscover import MOBILESYNC_RESPONSE, OUTLOOK_RESPONSE, render_request
from autoconfig.model import EmailAddress
from autoconfig.settings import Settings
from autoconfig.stores import open_stores
from autoconfig.web import create_app
from autoconfig.web.front import Front
from tests.publishing import PROVIDER
from tests.web.asking import JSON, POX, TEXT, XML, Answer, call, environ_of, front_of, uncounted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask

    from autoconfig.stores import Store

URL = "https://autodiscover-s.outlook.com/autodiscover/autodiscover.xml"
BASE = "https://settings.example.net/mail"


MOVED = {
    "url.example": f'redirect_url = "{URL}"',
    "both.example": f'redirect_url = "{URL}"',
    "plain.example": 'redirect_url = "http://old.example/x.xml"',
    "address.example": 'redirect_address = "@tenant.example"',
}
WITH_SERVERS = toml.render(replace(PROVIDER, id="both.example", domains=("both.example",), mx_domains=()))


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Providers that have moved in each way, and one that has not."""
    folder = tmp_path_factory.mktemp("moved")
    folder.joinpath("example.net.toml").write_bytes(toml.render(PROVIDER))
    for domain, redirect in MOVED.items():
        head = f'domains = ["{domain}"]\nmx = ["mx.{domain}"]\n'
        text = WITH_SERVERS.decode() if domain == "both.example" else head
        folder.joinpath(f"{domain}.toml").write_text(f"{text}\n[autodiscover]\n{redirect}\n")
    store = open_stores([str(folder)])
    yield store
    store.close()


def app_with(store: Store, **settings: Any) -> Flask:
    return create_app(Settings(providers=(), **settings), store)


@pytest.fixture(scope="module")
def app(store: Store) -> Flask:
    """A service with a public URL."""
    return app_with(store, base_url=BASE)


@pytest.fixture(scope="module")
def unnamed(store: Store) -> Flask:
    """A service that does not know its public URL."""
    return app_with(store)


def post(app: Flask, address: str, schema: str = OUTLOOK_RESPONSE) -> Answer:
    body = render_request(EmailAddress.parse(address)).replace(OUTLOOK_RESPONSE.encode(), schema.encode())
    return call(app, environ_of(POX, method="POST", body=body))


def text_of(answer: Answer, name: str) -> str | None:
    assert (answer.code, answer.media_type) == (200, XML)
    return etree.fromstring(answer.body).findtext(f".//{{*}}{name}")


def location(answer: Answer) -> str | None:
    """Where a 302 leads; None for any other answer."""
    if answer.code != 302:
        return None
    headers = dict(answer.headers)
    assert (answer.media_type, headers["Cache-Control"]) == (TEXT, "no-store")
    return headers["Location"]


def get(app: Flask, host: str, path: str = POX, *, scheme: str = "http", **how: Any) -> Answer:
    environ = environ_of(path, host=host, **how)
    environ["wsgi.url_scheme"] = scheme
    return call(app, environ)


# What a provider says


@pytest.mark.parametrize("domain", ["url.example", "both.example"])
def test_outlook_is_sent_to_another_url(app: Flask, domain: str) -> None:
    answer = post(app, f"ada@{domain}")
    assert (text_of(answer, "Action"), text_of(answer, "RedirectUrl")) == ("redirectUrl", URL)


def test_outlook_is_sent_to_another_address_of_the_same_name(app: Flask) -> None:
    answer = post(app, "a&b@address.example")
    assert text_of(answer, "Action") == "redirectAddr"
    assert text_of(answer, "RedirectAddr") == "a&b@tenant.example"


def test_a_redirect_is_found_on_the_short_way_and_the_same_on_the_long(app: Flask) -> None:
    # The application's WSGI is the door; behind it stands Flask, which answers alone.
    front = front_of(app)
    body = render_request(EmailAddress.parse("ada@address.example"))

    def environ() -> dict[str, object]:
        return environ_of(POX, method="POST", body=body)

    def closed(_environ: object, _start_response: object) -> list[bytes]:
        raise AssertionError("the long way was gone")

    short = call(Front(closed, front._quick, uncounted), environ())
    assert short == call(front._application, environ())
    assert b"ada@tenant.example" in short.body


def test_the_answer_does_not_tell_which_mailboxes_exist(app: Flask) -> None:
    one, other = post(app, "ada@url.example"), post(app, "nobody@url.example")
    assert one.body == other.body


@pytest.mark.parametrize(
    ("domain", "url"),
    [
        ("url.example", URL),
        ("both.example", URL),
        ("address.example", f"{BASE}{POX}"),
    ],
)
def test_json_names_the_url_where_the_document_is(app: Flask, domain: str, url: str) -> None:
    query = f"Email=ada@{domain}&Protocol=AutodiscoverV1"
    answer = call(app, environ_of(JSON, query=query))
    assert answer.body.decode() == f'{{"Protocol":"AutodiscoverV1","Url":"{url}"}}'


def test_json_has_no_other_protocol_of_a_provider_that_has_moved(app: Flask) -> None:
    answer = call(app, environ_of(JSON, query="Email=ada@url.example&Protocol=ActiveSync"))
    assert answer.code == 400
    assert b"Supported values are 'AutodiscoverV1'" in answer.body


def test_a_telephone_is_sent_to_another_address(app: Flask) -> None:
    answer = post(app, "ada@address.example", MOBILESYNC_RESPONSE)
    assert text_of(answer, "Redirect") == "ada@tenant.example"


def test_a_telephone_is_sent_to_another_url_by_http(app: Flask) -> None:
    assert location(post(app, "ada@url.example", MOBILESYNC_RESPONSE)) == URL


def test_a_telephone_is_sent_nowhere_without_tls(app: Flask) -> None:
    answer = post(app, "ada@plain.example", MOBILESYNC_RESPONSE)
    assert text_of(answer, "ErrorCode") == "601"


def test_a_telephone_gets_the_activesync_server_of_a_provider_that_has_one(app: Flask) -> None:
    assert text_of(post(app, "ada@both.example", MOBILESYNC_RESPONSE), "Url") == "https://sync.example.net/"


@pytest.mark.parametrize("path", ["/mail/config-v1.1.xml", "/v1.1/both.example"])
def test_mail_programs_that_ask_otherwise_get_the_servers_as_ever(app: Flask, path: str) -> None:
    query = "" if path.startswith("/v1.1") else "emailaddress=ada@both.example"
    answer = call(app, environ_of(path, query=query))
    assert answer.code == 200
    assert b"imap.example.net" in answer.body


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/mail/config-v1.1.xml", "emailaddress=ada@url.example"),
        ("/mail/config-v1.1.xml", "emailaddress=ada@url.example&reader=full"),
        ("/v1.1/url.example", ""),
        ("/mail/profile.mobileconfig", "emailaddress=ada@url.example"),
    ],
)
def test_a_provider_without_servers_has_no_other_document(app: Flask, path: str, query: str) -> None:
    answer = call(app, environ_of(path, query=query))
    assert (answer.code, answer.media_type) == (404, TEXT)


# http://autodiscover.D


@pytest.mark.parametrize(
    ("host", "target"),
    [
        ("autodiscover.example.com", f"{BASE}{POX}"),
        ("Autodiscover.EXAMPLE.com", f"{BASE}{POX}"),
        ("autodiscover.example.com.", f"{BASE}{POX}"),
        ("autodiscover.example.com:80", f"{BASE}{POX}"),
        ("autodiscover.mx.example.net", f"{BASE}{POX}"),
        ("autodiscover.address.example", f"{BASE}{POX}"),
        ("autodiscover.plain.example", f"{BASE}{POX}"),
        ("autodiscover.url.example", URL),
        ("autodiscover.both.example", URL),
        ("autodiscover.mx.url.example", URL),
    ],
)
def test_who_asks_http_where_to_ask_is_sent_to_https(app: Flask, host: str, target: str) -> None:
    assert location(get(app, host)) == target


@pytest.mark.parametrize("path", ["/Autodiscover/Autodiscover.xml", "//AUTODISCOVER//autodiscover.XML"])
def test_letter_case_of_the_path_is_forgiven(app: Flask, path: str) -> None:
    assert location(get(app, "autodiscover.example.com", path)) == f"{BASE}{POX}"


def test_head_is_answered_like_get(app: Flask) -> None:
    answer = get(app, "autodiscover.example.com", method="HEAD")
    assert (location(answer), answer.body) == (f"{BASE}{POX}", b"")


def test_an_address_in_the_query_goes_along_to_ourselves_and_nowhere_else(app: Flask) -> None:
    query = "Email=ada%40example.com"
    assert location(get(app, "autodiscover.example.com", query=query)) == f"{BASE}{POX}?{query}"
    assert location(get(app, "autodiscover.url.example", query=query)) == URL


def test_a_query_that_no_header_can_hold_stays_behind(app: Flask) -> None:
    assert location(get(app, "autodiscover.example.com", query="Email=\xff\n")) == f"{BASE}{POX}"


@pytest.mark.parametrize("host", ["autodiscover.x.example", "autodiscover.com", "autodiscover.192.0.2.1"])
def test_a_domain_that_is_not_served_stays_404(app: Flask, host: str) -> None:
    assert get(app, host).code == 404


@pytest.mark.parametrize(
    "host",
    ["example.com", "autoconfig.example.com", "www.autodiscover.example.com", "xautodiscover.example.com"],
)
def test_another_host_is_answered_as_ever(app: Flask, unnamed: Flask, host: str) -> None:
    assert get(app, host) == get(unnamed, host)


def test_https_is_answered_with_the_document(app: Flask) -> None:
    answer = get(app, "autodiscover.example.com", scheme="https")
    assert text_of(answer, "Action") == "settings"


def test_a_post_is_answered_with_the_document(app: Flask) -> None:
    body = render_request(EmailAddress.parse("ada@example.com"))
    answer = get(app, "autodiscover.example.com", method="POST", body=body)
    assert text_of(answer, "Action") == "settings"


@pytest.mark.parametrize("base_url", [None, "http://settings.example.net"])
def test_without_a_public_https_url_nobody_is_sent_to_us(store: Store, base_url: str | None) -> None:
    answer = get(app_with(store, base_url=base_url), "autodiscover.example.com")
    assert text_of(answer, "Action") == "settings"


def test_a_provider_s_own_redirect_needs_no_url_of_ours(unnamed: Flask) -> None:
    assert location(get(unnamed, "autodiscover.url.example")) == URL


@pytest.mark.parametrize(
    ("forwarded", "sent"),
    [({"X-Forwarded-Proto": "https"}, False), ({"X-Forwarded-Proto": "http"}, True), ({}, True)],
)
@pytest.mark.parametrize("trusted", [True, False])
def test_a_proxy_that_took_https_is_heard(
    store: Store, forwarded: dict[str, str], sent: bool, trusted: bool
) -> None:
    networks = (ipaddress.ip_network("192.0.2.0/24"),) if trusted else ()
    app = app_with(store, base_url=BASE, trusted_proxies=networks)
    answer = get(app, "autodiscover.example.com", headers=forwarded)
    assert location(answer) == (f"{BASE}{POX}" if sent else None)
    if not sent:
        assert text_of(answer, "Action") == "settings"


def test_the_host_that_a_trusted_proxy_names_counts(store: Store) -> None:
    app = app_with(store, base_url=BASE, trusted_proxies=(ipaddress.ip_network("192.0.2.0/24"),))
    headers = {"X-Forwarded-Host": "autodiscover.example.com", "X-Forwarded-Proto": "http"}
    assert location(get(app, "backend.internal", headers=headers)) == f"{BASE}{POX}"
