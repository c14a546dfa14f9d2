"""Where each program looks, in which order, at a domain that publishes nothing and has its mail elsewhere."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from tests.doctor.domain import Domain
from tests.shared import shared_path

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from autoconfig.doctor import Checkup
    from tests.internet import Answer, Internet

pytestmark = pytest.mark.real

TARGETS = ("autoconfig.thunderbird.net/v1.1", "live.thunderbird.net/autoconfig/v1.1")


class Visited:
    """One visit at a domain with MX ``mx1.in.<hoster>``, and what each program looked at."""

    def __init__(self, domain: Domain, hoster: str, checkup: Checkup) -> None:
        self.domain, self.hoster, self.checkup = domain, hoster, checkup

    def looks(self, client: str) -> list[str]:
        """The places in order, with DOMAIN and HOSTER for the names."""
        prediction = next(one for one in self.checkup.predictions if one.client == client)
        return [
            look.where.replace(self.domain.name, "DOMAIN").replace(self.hoster, "HOSTER")
            for look in prediction.looks
        ]

    def steps(self, client: str) -> list[str]:
        """The places in the words of samples/discovery.json, neighbours that are alike told once."""
        return list(dict.fromkeys(map(_step, self.looks(client))))


def _step(where: str) -> str:
    """A place without its path, unless it is .well-known."""
    if any(base in where for base in TARGETS):
        return "MX" if "HOSTER" in where else "ISPDB"
    if "HOSTER" in where:
        return "MX"
    if where.startswith("usual server names"):
        return "guessing"
    scheme, _, rest = where.partition("://")
    host, _, path = rest.partition("/")
    if path.startswith("autodiscover/"):
        return f"{scheme} {host}/autodiscover"
    return f"{scheme} {host}/.well-known" if path.startswith(".well-known/") else f"{scheme} {host}"


@pytest.fixture(scope="module")
def visited(internet: Internet, ispdb: dict[str, Answer]) -> Iterator[Visited]:
    with pytest.MonkeyPatch.context() as patch, internet.for_now():
        patch.setenv("SSL_CERT_FILE", internet.ca_file)
        domain = Domain(internet, ispdb, ("mx",))
        domain.unzone("", "MX")
        for label in ("autoconfig", "autodiscover", "ua-auto-config"):
            domain.point(label)
        domain.zone(f"@ A {internet.host(domain.web)}")
        hoster = internet.domain("net")
        domain.zone(f"@ MX 10 mx1.in.{hoster}.\n@ MX 20 mx0.{domain.name}.")
        yield Visited(domain, hoster, domain.check())


def test_nobody_finds_anything_there(visited: Visited) -> None:
    assert {str(prediction.outcome) for prediction in visited.checkup.predictions} == {"asks"}
    assert [fix.code for fix in visited.checkup.fixes] == [
        "autoconfig-missing",
        "srv-missing",
        "pox-missing",
        "profile-missing",
    ]


SPELLED: Mapping[str, tuple[str, ...]] = {
    "isp directory on disk": (),
    "http variants unless sslOnly": ("http autoconfig.DOMAIN", "http DOMAIN/.well-known"),
    "http variants unless open_safe": ("http autoconfig.DOMAIN", "http DOMAIN/.well-known"),
    "https autoconfig.DOMAIN with emailaddress (dot not percent-encoded)": ("https autoconfig.DOMAIN",),
    "https DOMAIN/.well-known without emailaddress": ("https DOMAIN/.well-known",),
    "https DOMAIN/autodiscover/autodiscover.xml": ("https DOMAIN/autodiscover",),
    "https autodiscover.DOMAIN/autodiscover/autodiscover.xml": ("https autodiscover.DOMAIN/autodiscover",),
    "MX: autoconfig.MXSUB, ISPDB MXSUB, autoconfig.MXBASE, ISPDB MXBASE one after another": ("MX",),
    "MX sub and base domain: https autoconfig only, and ISPDB": ("MX",),
    "Exchange Autodiscover": ("https autodiscover.DOMAIN/autodiscover", "https DOMAIN/autodiscover"),
}
"""Steps of the samples that are more than one place, or told more precisely."""
BESIDE: Mapping[str, tuple[str, ...]] = {
    "Nextcloud Mail": ("MX",),
    "Delta Chat core": ("guessing",),
    "FairEmail": ("guessing", "MX"),
}
"""What the samples tell elsewhere, or leave out."""
KEYS: Mapping[str, str] = {
    "Thunderbird for Android": "thunderbird-android",
    "Thunderbird desktop": "thunderbird",
    "Delta Chat core": "delta-chat",
    "Nextcloud Mail": "nextcloud",
    "FairEmail": "fairemail",
}


@pytest.mark.parametrize("name", KEYS)
def test_the_order_is_that_of_the_programs_source(name: str, visited: Visited) -> None:
    samples = json.loads(shared_path("samples", "discovery.json").read_text(encoding="utf-8"))
    order: Mapping[str, Any] = next(one for one in samples["order_of_lookups"] if one["client"] == name)
    wanted = [place for step in order["steps"] for place in SPELLED.get(step, (step,))]
    steps = [step for step in visited.steps(KEYS[name]) if not step.startswith("SRV ")]
    assert steps == [*wanted, *BESIDE.get(name, ())]


def test_the_urls_are_those_of_the_programs_own_tests(visited: Visited) -> None:
    cases = json.loads(shared_path("samples", "discovery.json").read_text(encoding="utf-8"))["url_cases"]
    urls = [
        [url.replace("domain.example", "DOMAIN").replace("test%40", "postmaster%40") for url in case["urls"]]
        for case in cases
    ]
    with_address, without, database = urls[0], urls[3], urls[6]
    assert visited.looks("thunderbird")[:4] == with_address
    assert visited.looks("thunderbird-android")[:5] == [*without, *database]


CONFIG = "/mail/config-v1.1.xml"
WELL_KNOWN = "/.well-known/autoconfig/mail/config-v1.1.xml"
POX = "/autodiscover/autodiscover.xml"
RAW = "?emailaddress=postmaster@DOMAIN"
ENCODED = "?emailaddress=postmaster%40DOMAIN"


def test_thunderbird_asks_two_domains_of_the_mx_host_for_autoconfig_alone(visited: Visited) -> None:
    assert [look for look in visited.looks("thunderbird") if "HOSTER" in look] == [
        f"https://autoconfig.in.HOSTER{CONFIG}{ENCODED}",
        "https://live.thunderbird.net/autoconfig/v1.1/in.HOSTER",
        f"https://autoconfig.HOSTER{CONFIG}{ENCODED}",
        "https://live.thunderbird.net/autoconfig/v1.1/HOSTER",
    ]


def test_android_sends_no_address_to_the_domains_of_the_mx_host_either(visited: Visited) -> None:
    # The urls of MxLookupAutoconfigDiscoveryTest, and include_email as it is built.
    assert [look for look in visited.looks("thunderbird-android") if "HOSTER" in look] == [
        f"https://autoconfig.in.HOSTER{CONFIG}",
        "https://autoconfig.thunderbird.net/v1.1/in.HOSTER",
        f"https://autoconfig.HOSTER{CONFIG}",
        "https://autoconfig.thunderbird.net/v1.1/HOSTER",
    ]


def test_nextcloud_asks_the_mx_host_itself_and_one_label_above_it(visited: Visited) -> None:
    hosts = ("mx1.in.HOSTER", "in.HOSTER")
    assert [look for look in visited.looks("nextcloud") if "HOSTER" in look] == [
        place
        for host in hosts
        for place in (
            f"https://autoconfig.{host}{CONFIG}{RAW}",
            f"https://{host}{WELL_KNOWN}{RAW}",
            f"https://autoconfig.thunderbird.net/v1.1/{host}",
            f"http://autoconfig.{host}{CONFIG}{RAW}",
            f"http://{host}{WELL_KNOWN}{RAW}",
        )
    ]


def test_kmail_asks_the_database_first_and_then_without_tls_and_address(visited: Visited) -> None:
    assert visited.looks("kmail") == [
        "https://autoconfig.thunderbird.net/v1.1/DOMAIN",
        f"http://autoconfig.DOMAIN{CONFIG}",
        f"http://DOMAIN{WELL_KNOWN}",
    ]


def test_evolution_asks_for_a_mailbox_that_is_none_and_adds_a_digest(visited: Visited) -> None:
    digest = hashlib.md5(f"postmaster@{visited.domain.name}".encode(), usedforsecurity=False).hexdigest()
    query = f"?emailaddress=EVOLUTIONUSER%40DOMAIN&emailmd5={digest}"
    looks = visited.looks("evolution")
    assert looks[:5] == [
        f"https://autoconfig.DOMAIN{CONFIG}{query}",
        f"http://autoconfig.DOMAIN{CONFIG}{query}",
        f"https://DOMAIN{WELL_KNOWN}{query}",
        f"http://DOMAIN{WELL_KNOWN}{query}",
        "https://autoconfig.thunderbird.net/v1.1/DOMAIN",
    ]
    assert looks[-1] == "SRV DOMAIN"


def test_the_play_build_of_fairemail_asks_nobodys_own_site(visited: Visited) -> None:
    assert visited.looks("fairemail-play") == [
        "SRV DOMAIN",
        "https://autoconfig.thunderbird.net/v1.1/DOMAIN",
        "usual server names of DOMAIN",
        *(
            place
            for host in ("mx1.in.HOSTER", "in.HOSTER", "HOSTER")
            for place in (f"SRV {host}", f"https://autoconfig.thunderbird.net/v1.1/{host}")
        ),
    ]


def test_pimalaya_writes_the_domain_it_asks_into_the_address(visited: Visited) -> None:
    assert visited.looks("pimalaya") == [
        "https://ua-auto-config.DOMAIN/.well-known/user-agent-configuration.json",
        f"https://autoconfig.DOMAIN{CONFIG}{RAW}",
        f"https://DOMAIN{WELL_KNOWN}",
        "https://autoconfig.thunderbird.net/v1.1/DOMAIN",
        f"https://autoconfig.in.HOSTER{CONFIG}?emailaddress=postmaster@in.HOSTER",
        f"https://in.HOSTER{WELL_KNOWN}",
        "https://autoconfig.thunderbird.net/v1.1/in.HOSTER",
        "SRV DOMAIN",
    ]


def test_outlook_asks_json_first_then_both_hosts_then_without_tls(visited: Visited) -> None:
    json_query = "?Email=postmaster%40DOMAIN&Protocol=AutodiscoverV1&RedirectCount=1"
    assert visited.looks("outlook") == [
        f"https://autodiscover.DOMAIN/autodiscover/autodiscover.json{json_query}",
        f"https://DOMAIN{POX}",
        f"https://autodiscover.DOMAIN{POX}",
        # Where http://autodiscover.DOMAIN leads.
        f"https://autodiscover.DOMAIN{POX}",
    ]


def test_the_new_outlook_asks_for_exchange_alone(visited: Visited) -> None:
    json_query = "?Email=postmaster%40DOMAIN&Protocol=ActiveSync&RedirectCount=1"
    assert visited.looks("outlook-new") == [
        f"https://autodiscover.DOMAIN/autodiscover/autodiscover.json{json_query}",
        f"https://autodiscover.DOMAIN{POX}",
    ]


def test_nobody_asks_a_domain_of_the_mx_host_that_is_the_mail_domain_itself(
    world: Internet, ispdb: dict[str, Answer]
) -> None:
    # MxLookupAutoconfigDiscoveryTest: mx.company.example of company.example.
    domain = Domain(world, ispdb, ("mx",))
    domain.unzone("", "MX")
    domain.zone("@ MX 10 mx")
    checkup = domain.check("thunderbird", "thunderbird-android")
    for prediction in checkup.predictions:
        asked = [look.where.partition("?")[0] for look in prediction.looks]
        assert len(asked) == len(set(asked)), asked
        assert not any("mx." in place for place in asked)
    (nextcloud,) = domain.check("nextcloud").predictions
    assert f"https://autoconfig.mx.{domain.name}" in nextcloud.looks[5].where


def test_nobody_asks_a_public_suffix(world: Internet, ispdb: dict[str, Answer]) -> None:
    # IspDbTest::testQueryByMxSameDomain: the MX host company.org must not lead to autoconfig.org.
    domain = Domain(world, ispdb, ("mx",))
    domain.unzone("", "MX")
    domain.zone("@ MX 10 @")
    hosts = {
        urlsplit(look.where).hostname
        for prediction in domain.check().predictions
        for look in prediction.looks
        if "://" in look.where
    }
    databases = {"autoconfig.thunderbird.net", "live.thunderbird.net"}
    assert hosts - databases == {
        domain.host(label) for label in ("", "autoconfig", "autodiscover", "ua-auto-config")
    }
