"""POX that sends clients on, and what the other formats make of a provider that has moved."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from lxml import etree

from autoconfig.formats import autodiscover, mobileconfig, mozilla, pacc, zone
from autoconfig.formats.autodiscover import Redirect, fill_address, form_of
from autoconfig.formats.selection import at_domain
from autoconfig.model import AutodiscoverRedirect, EmailAddress, Provider
from tests.formats.minimal import PROVIDER
from tests.shared import shared_path
from tests.strategies import addresses, redirects

URL = "https://autodiscover-s.outlook.com/autodiscover/autodiscover.xml"
TO_URL = AutodiscoverRedirect(url=URL)
TO_ADDRESS = AutodiscoverRedirect(domain="tenant.example")

DOCUMENT = """\
<?xml version="1.0" encoding="UTF-8"?>
<Autodiscover xmlns="http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006">
  <Response xmlns="http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a">
    <Account>
      <AccountType>email</AccountType>
      <Action>{action}</Action>
      <{name}>{target}</{name}>
    </Account>
  </Response>
</Autodiscover>
"""


def moved(redirect: AutodiscoverRedirect, *, servers: bool = False) -> Provider:
    """A provider that has moved, with servers of its own or without."""
    provider = replace(PROVIDER, autodiscover=redirect)
    return provider if servers else replace(provider, incoming=(), outgoing=())


@pytest.mark.parametrize("servers", [True, False])
def test_another_url_is_told_whether_there_are_servers_or_not(servers: bool) -> None:
    document = autodiscover.render(moved(TO_URL, servers=servers), "example.com")
    assert document == DOCUMENT.format(action="redirectUrl", name="RedirectUrl", target=URL).encode()


@pytest.mark.parametrize("servers", [True, False])
def test_another_address_is_told_with_the_mailbox_s_own_name(servers: bool) -> None:
    document = autodiscover.render(moved(TO_ADDRESS, servers=servers), "example.com")
    target = "%EMAILLOCALPART%@tenant.example"
    assert document == DOCUMENT.format(action="redirectAddr", name="RedirectAddr", target=target).encode()


def test_an_ampersand_of_the_url_is_escaped() -> None:
    document = autodiscover.render(moved(AutodiscoverRedirect(url=f"{URL}?a=1&b=2")), "example.com")
    assert document is not None
    assert autodiscover.parse(document, "example.com") == Redirect(url=f"{URL}?a=1&b=2")


def test_the_answer_is_valid_against_the_schema_of_redirects() -> None:
    path = shared_path(
        "corpora", "autodiscover", "xsd", "autodiscover", "AutodiscoverExchangeResponseRedirect.xsd"
    )
    document = autodiscover.render(moved(TO_URL), "example.com")
    etree.XMLSchema(etree.parse(path)).assertValid(etree.fromstring(document or b""))


def test_mailboxes_of_the_domain_redirected_to_get_their_settings() -> None:
    provider = moved(TO_ADDRESS, servers=True)
    assert autodiscover.render(provider, "tenant.example") == autodiscover.render(PROVIDER, "tenant.example")


def test_without_servers_the_domain_redirected_to_has_no_answer() -> None:
    assert autodiscover.render(moved(TO_ADDRESS), "tenant.example") is None


def test_a_name_that_does_not_fit_is_no_redirect() -> None:
    redirect = AutodiscoverRedirect(domain="a-long-name.%EMAILDOMAIN%")
    domain = ".".join(["a" * 63] * 3 + ["a" * 61])
    assert at_domain(moved(redirect), domain) is None
    assert autodiscover.render(moved(redirect, servers=True), domain) == autodiscover.render(PROVIDER, domain)


@settings(deadline=None)
@given(redirects(), addresses())
def test_every_redirect_reads_back(redirect: AutodiscoverRedirect, address: EmailAddress) -> None:
    here = at_domain(moved(redirect), address.domain)
    document = autodiscover.render(moved(redirect), address.domain)
    assert (here is None) == (document is None)
    if here is None or document is None:
        return
    answer = autodiscover.parse(fill_address(form_of(document), address), address.domain)
    target = here.autodiscover
    assert isinstance(answer, Redirect)
    assert target is not None
    assert answer.url == target.url
    if target.domain is not None:
        assert answer.address == f"{address.local_part}@{target.domain}"
        assert target.domain != address.domain


# What the other formats say


@pytest.mark.parametrize("redirect", [TO_URL, TO_ADDRESS])
@pytest.mark.parametrize("full", [True, False])
def test_client_configuration_carries_the_servers_as_ever(redirect: AutodiscoverRedirect, full: bool) -> None:
    document = mozilla.render(moved(redirect, servers=True), "example.com", full=full)
    assert document == mozilla.render(PROVIDER, "example.com", full=full)
    assert mozilla.render(moved(redirect), "example.com", full=full) is None
    assert mozilla.render(moved(redirect), full=full) is None


def test_pacc_carries_the_servers_as_ever() -> None:
    assert pacc.render(moved(TO_URL, servers=True), "example.com") == pacc.render(PROVIDER, "example.com")
    assert pacc.render(moved(TO_URL), "example.com") is None
    assert pacc.unsayable(moved(TO_URL)) == "PACC cannot say any server: the provider has none."


def test_an_apple_profile_says_why_there_is_none() -> None:
    assert mobileconfig.unsayable(moved(TO_URL)) == (
        "An Apple profile cannot say any server: none is for mail, calendars or address books."
    )


def test_the_zone_declines_nothing_of_a_provider_that_names_no_server() -> None:
    records = zone.plan(moved(TO_URL), "example.com", zone.ServiceHost(name="settings.example.net"))
    assert [(record.name, record.type) for record in records] == [
        ("autoconfig.example.com.", "CNAME"),
        ("autodiscover.example.com.", "CNAME"),
        ("_autodiscover._tcp.example.com.", "SRV"),
    ]
