"""Customers nobody lists, served by the MX rule in every format that clients ask for by address or host."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from lxml import etree

from autoconfig.settings import RateLimit, Settings
from autoconfig.web import create_app
from tests.web.asking import CONFIG, JSON, POX, WELL_KNOWN, assert_plain_no, written
from tests.web.mx import UNREACHABLE, FakeMx, mx

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from autoconfig.stores import Store

CUSTOMER = "customer.org"
STRANGER = "stranger.org"
OWN_HOST = f"autoconfig.{CUSTOMER}"
GENERIC_HOST = "settings.provider.net"

POX_REQUEST = """\
<Autodiscover xmlns="http://schemas.microsoft.com/exchange/autodiscover/outlook/requestschema/2006"><Request>
<EMailAddress>ada@{domain}</EMailAddress><AcceptableResponseSchema>\
http://schemas.microsoft.com/exchange/autodiscover/{schema}</AcceptableResponseSchema></Request></Autodiscover>"""
OUTLOOK = "outlook/responseschema/2006a"
MOBILESYNC = "mobilesync/responseschema/2006"


def records() -> FakeMx:
    """One customer of the shop, one of the exchange server, and somebody else's."""
    return FakeMx(
        {
            CUSTOMER: mx((10, "in.mx.example.net"), (20, "mx.elsewhere.com")),
            "sync.org": mx((10, "in.exchange.example")),
            STRANGER: mx((10, "mx.elsewhere.com")),
        }
    )


def service(store: Store, dns: FakeMx, **settings: Any) -> FlaskClient:
    """Somebody who asks a service of the test's own."""
    app = create_app(
        Settings(providers=(), **{"resolve": "off", "mx_rule": True} | settings), store, asks_mx=dns
    )
    return app.test_client(use_cookies=False)


@pytest.fixture
def dns() -> FakeMx:
    return records()


@pytest.fixture
def client(store: Store, dns: FakeMx) -> FlaskClient:
    return service(store, dns)


# By their own host, and with their address at ours


@pytest.mark.parametrize("path", [CONFIG, WELL_KNOWN])
@pytest.mark.parametrize(
    ("query", "host"),
    [
        (f"?emailaddress=ada@{CUSTOMER}", GENERIC_HOST),
        (f"?emailaddress=ada@{CUSTOMER.upper()}", "AutoConfig.Customer.ORG."),
        (f"?emailaddress=ada@{CUSTOMER}", OWN_HOST),
        (f"?emailaddress=ada@{CUSTOMER}", "127.0.0.1"),
        ("", OWN_HOST),
        ("", f"autoconfig.{CUSTOMER}:8443"),
        ("", CUSTOMER),
    ],
)
def test_mozilla_documents(client: FlaskClient, path: str, query: str, host: str) -> None:
    found = written(client.get(path + query, headers={"Host": host}))
    assert found.domains == [CUSTOMER]
    assert ("imap", "imap.shop.example") in found.servers


def test_mozilla_by_domain(client: FlaskClient) -> None:
    assert written(client.get(f"/v1.1/{CUSTOMER}")).domains == [CUSTOMER]


def test_everything_is_told_where_everything_is_wanted(client: FlaskClient) -> None:
    assert written(client.get(f"{CONFIG}?emailaddress=ada@{CUSTOMER}&reader=full")).version == "1.2"


@pytest.mark.parametrize("host", [f"autodiscover.{CUSTOMER}", GENERIC_HOST])
def test_outlook(client: FlaskClient, host: str) -> None:
    body = POX_REQUEST.format(domain=CUSTOMER, schema=OUTLOOK)
    response = client.post(POX, data=body, headers={"Host": host})
    assert response.status_code == 200
    assert b"<Server>imap.shop.example</Server>" in response.data
    assert f"<LoginName>ada@{CUSTOMER}</LoginName>".encode() in response.data


def test_delta_chat(client: FlaskClient) -> None:
    response = client.get(POX, headers={"Host": f"autodiscover.{CUSTOMER}", "X-Forwarded-Proto": "https"})
    assert b"<Server>imap.shop.example</Server>" in response.data


def test_mobilesync(client: FlaskClient) -> None:
    response = client.post(POX, data=POX_REQUEST.format(domain="sync.org", schema=MOBILESYNC))
    url = etree.fromstring(response.data).findtext(".//{*}Settings/{*}Server/{*}Url")
    assert url == "https://sync.exchange.example/Microsoft-Server-ActiveSync"


@pytest.mark.parametrize(
    "path",
    [
        f"{JSON}?Email=ada@{CUSTOMER}&Protocol=AutodiscoverV1&RedirectCount=1",
        f"{JSON}/v1.0/ada@{CUSTOMER}?Protocol=AutodiscoverV1",
    ],
)
def test_json(client: FlaskClient, path: str) -> None:
    response = client.get(path, headers={"Host": f"autodiscover.{CUSTOMER}"})
    assert response.json == {
        "Protocol": "AutodiscoverV1",
        "Url": f"https://autodiscover.{CUSTOMER}/autodiscover/autodiscover.xml",
    }


def test_apple_profiles(client: FlaskClient) -> None:
    response = client.get(f"/mail/profile.mobileconfig?emailaddress=ada@{CUSTOMER}")
    assert response.status_code == 200
    assert response.headers["Content-Disposition"] == f'attachment; filename="{CUSTOMER}.mobileconfig"'
    assert b"imap.shop.example" in response.data


@pytest.mark.parametrize("path", ["/setup", "/setup/configuration/msmtp"])
def test_the_page_for_people(client: FlaskClient, path: str) -> None:
    response = client.get(f"{path}?emailaddress=ada@{CUSTOMER}")
    assert response.status_code == 200
    assert "shop.example" in response.text
    assert client.get(f"{path}?emailaddress=ada@{STRANGER}").status_code == 404


def test_http_autodiscover_leads_to_https(store: Store, dns: FakeMx) -> None:
    client = service(store, dns, base_url="https://settings.provider.net")
    response = client.get(POX, headers={"Host": f"autodiscover.{CUSTOMER}"})
    assert response.status_code == 302
    assert response.headers["Location"] == "https://settings.provider.net/autodiscover/autodiscover.xml"


@pytest.mark.parametrize(
    ("name", "status"),
    [
        (f"autoconfig.{CUSTOMER}", 200),
        (f"AUTODISCOVER.{CUSTOMER.upper()}", 200),
        (f"ua-auto-config.{CUSTOMER}", 200),
        (CUSTOMER, 404),
        (f"www.{CUSTOMER}", 404),
        (f"autoconfig.{STRANGER}", 404),
        ("autoconfig.com", 404),
    ],
)
def test_certificates(client: FlaskClient, name: str, status: int) -> None:
    assert client.get("/tls/ask", query_string={"domain": name}).status_code == status


# And nobody else


@pytest.mark.parametrize(
    ("path", "host"),
    [
        (f"{CONFIG}?emailaddress=ada@{STRANGER}", OWN_HOST),
        (f"{CONFIG}?emailaddress=ada@nobody.com", GENERIC_HOST),
        (CONFIG, f"autoconfig.{STRANGER}"),
        (f"/v1.1/{STRANGER}", GENERIC_HOST),
        (POX, f"autodiscover.{STRANGER}"),
        (f"/mail/profile.mobileconfig?emailaddress=ada@{STRANGER}", GENERIC_HOST),
    ],
)
def test_whose_mail_others_take_is_unknown(client: FlaskClient, path: str, host: str) -> None:
    assert_plain_no(client.get(path, headers={"Host": host}), 404)


def test_pacc_goes_by_a_digest_that_no_customer_has(client: FlaskClient, dns: FakeMx) -> None:
    path = "/.well-known/user-agent-configuration.json"
    assert_plain_no(client.get(path, headers={"Host": f"ua-auto-config.{CUSTOMER}"}), 404)
    assert dns.questions == []


def test_the_documents_of_a_listed_domain_ask_nobody(client: FlaskClient, dns: FakeMx) -> None:
    for host in ("autoconfig.example.com", GENERIC_HOST):
        for path in (f"{CONFIG}?emailaddress=ada@example.com", f"{JSON}/v1.0/ada@example.com?Protocol=EWS"):
            client.get(path, headers={"Host": host})
    client.get("/tls/ask?domain=autoconfig.example.com")
    client.get(f"{CONFIG}?emailaddress=ada@{CUSTOMER}", headers={"Host": "autoconfig.mx.example.net"})
    assert dns.questions == []


def test_what_the_dns_does_not_tell_is_not_served(client: FlaskClient, dns: FakeMx) -> None:
    dns.answers[CUSTOMER] = UNREACHABLE
    assert_plain_no(client.get(f"/v1.1/{CUSTOMER}"), 404)
    assert client.get(f"/tls/ask?domain={OWN_HOST}").status_code == 404


# Settings


@pytest.mark.parametrize(
    ("resolve", "mx_rule", "served"),
    [
        ("api", None, True),
        ("off", None, False),
        ("off", True, True),
        ("api", False, False),
        ("directory", False, False),
    ],
)
def test_the_rule_holds_unless_it_or_everything_is_switched_off(
    store: Store, dns: FakeMx, resolve: str, mx_rule: bool | None, served: bool
) -> None:
    client = service(store, dns, resolve=resolve, mx_rule=mx_rule)
    response = client.get(f"{CONFIG}?emailaddress=ada@{CUSTOMER}")
    assert (response.status_code == 200) is served
    assert bool(dns.questions) is served


def test_name_servers_of_ones_own_are_asked_for_any_name(store: Store) -> None:
    dns = FakeMx({"customer.test": mx((10, "in.mx.example.net"))})
    assert service(store, dns).get("/v1.1/customer.test").status_code == 404
    assert dns.questions == []
    own = service(store, dns, nameservers=("192.0.2.53",))
    assert own.get("/v1.1/customer.test").status_code == 200


def test_who_asks_about_too_many_domains_is_told_no_and_the_others_are_not(store: Store, dns: FakeMx) -> None:
    client = service(store, dns, rate_limit=RateLimit(3, 60))
    for number in range(5):
        assert client.get(f"/v1.1/nobody{number}.com").status_code == 404
    assert len(dns.questions) == 3
    assert client.get(f"/v1.1/{CUSTOMER}").status_code == 404
    other = {"REMOTE_ADDR": "192.0.2.77"}
    assert client.get(f"/v1.1/{CUSTOMER}", environ_base=other).status_code == 200
    assert client.get(f"/v1.1/{CUSTOMER}").status_code == 200, "what is known may be asked by anybody"


def test_certificates_are_not_counted_against_a_client(store: Store, dns: FakeMx) -> None:
    client = service(store, dns, rate_limit=RateLimit(1, 60))
    for number in range(5):
        client.get(f"/tls/ask?domain=autoconfig.nobody{number}.com")
    assert client.get(f"/tls/ask?domain={OWN_HOST}").status_code == 200


def test_certificates_for_made_up_names_end_somewhere(store: Store, dns: FakeMx) -> None:
    client = service(store, dns)
    for number in range(700):
        client.get(f"/tls/ask?domain=autoconfig.nobody{number}.com")
    assert len(dns.questions) == 600
    assert client.get(f"{CONFIG}?emailaddress=ada@{CUSTOMER}").status_code == 200


def test_made_up_names_below_one_domain_end_somewhere_whoever_asks(store: Store) -> None:
    """As somebody's zone with a wildcard has them: 'x1.wild.org', 'x2.wild.org', and so on."""
    wild = {f"x{number}.wild.org": mx((10, "in.mx.example.net")) for number in range(700)}
    dns = FakeMx(wild | {CUSTOMER: mx((10, "in.mx.example.net"))})
    client = service(store, dns)
    statuses = [
        client.get(f"/v1.1/{name}", environ_base={"REMOTE_ADDR": f"192.0.2.{number // 50}"}).status_code
        for number, name in enumerate(wild)
    ]
    assert statuses == [200] * 600 + [404] * 100
    assert client.get("/tls/ask?domain=autoconfig.x699.wild.org").status_code == 404
    assert client.get(f"/v1.1/{CUSTOMER}").status_code == 200
    assert client.get("/v1.1/x0.wild.org").status_code == 200, "what is known may be asked by anybody"


def test_what_the_rule_did_is_counted(client: FlaskClient) -> None:
    for path in (f"/v1.1/{CUSTOMER}", f"/v1.1/{CUSTOMER}", f"/v1.1/{STRANGER}", "/v1.1/unknown.example"):
        client.get(path)
    text = client.get("/metrics").text
    for line in (
        'autoconfig_mx_rule_total{outcome="ours"} 2.0',
        'autoconfig_mx_rule_total{outcome="others"} 1.0',
        'autoconfig_mx_rule_total{outcome="unanswered"} 0.0',
        'autoconfig_mx_rule_total{outcome="refused"} 1.0',
        'autoconfig_mx_cache_looks_total{outcome="fresh"} 1.0',
        'autoconfig_mx_cache_looks_total{outcome="missed"} 3.0',
    ):
        assert line in text
