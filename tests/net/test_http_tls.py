"""Certificates: verified always, and said in one sentence what is wrong with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.internet import redirect, xml

if TYPE_CHECKING:
    from pathlib import Path

    from tests.internet import Internet
    from tests.internet.certificates import Tls
    from tests.net.way import Way

pytestmark = pytest.mark.real

WRONG: dict[Tls, str] = {
    "expired": "The certificate of HOST is not valid: certificate has expired.",
    "self-signed": "The certificate of HOST is not valid: self-signed certificate.",
    "untrusted": "The certificate of HOST is not valid: unable to get local issuer certificate.",
    "wrong-name": (
        "The certificate of HOST is not valid: Hostname mismatch, certificate is not valid for 'HOST'."
    ),
}


@pytest.mark.parametrize(("tls", "reason"), WRONG.items())
def test_a_bad_certificate_is_refused_and_nothing_is_sent(
    internet: Internet, way: Way, host: str, tls: Tls, reason: str
) -> None:
    internet.site(host, {"*": xml("<clientConfig/>")}, tls=tls)
    error = way.failure(f"https://{host}/a.xml?emailaddress=ada@example.com")
    assert (str(error), error.unreachable) == (reason.replace("HOST", host), False)
    assert internet.requests(host) == []


@pytest.mark.parametrize("tls", WRONG)
def test_a_redirect_to_a_bad_certificate_is_refused(
    internet: Internet, way: Way, host: str, tls: Tls
) -> None:
    other = f"other.{internet.domain()}"
    internet.site(host, {"*": redirect(f"https://{other}/")})
    internet.site(other, {"*": xml("<clientConfig/>")}, tls=tls)
    assert str(way.failure(f"https://{host}/")) == WRONG[tls].replace("HOST", other)


@pytest.mark.parametrize("tls", WRONG)
def test_nothing_an_operator_allows_makes_a_bad_certificate_good(
    internet: Internet, way: Way, host: str, tls: Tls
) -> None:
    from autoconfig.net.guard import Guard

    internet.site(host, {"*": xml("<clientConfig/>")}, tls=tls)
    error = way.failure(f"https://{host}/", plain=True, guard=Guard(allow_private=True), allow_http=True)
    assert str(error) == WRONG[tls].replace("HOST", host)


def test_without_the_system_store_nobody_is_trusted(
    internet: Internet, way: Way, host: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    empty = tmp_path / "empty.pem"
    empty.write_text("")
    monkeypatch.setenv("SSL_CERT_FILE", str(empty))
    internet.site(host, {"*": xml("<clientConfig/>")})
    assert str(way.failure(f"https://{host}/")) == (
        f"The certificate of {host} is not valid: unable to get local issuer certificate."
    )


def test_tls_1_2_is_enough(internet: Internet, way: Way, host: str) -> None:
    internet.site(host, {"*": xml("<clientConfig/>")}, tls="tls1.2")
    assert way.get(f"https://{host}/").status == 200


def test_a_server_without_tls_on_the_port_of_https_is_no_https_server(
    internet: Internet, way: Way, host: str
) -> None:
    internet.mail(host, "smtp")
    error = way.failure(f"https://{host}:25/")
    assert (str(error), error.unreachable) == (f"TLS with {host} failed: WRONG_VERSION_NUMBER.", False)


def test_a_certificate_for_an_address_is_checked_against_the_address(internet: Internet, way: Way) -> None:
    host = f"www.{internet.domain()}"
    address = internet.host(host)
    internet.site(host, {"*": xml("<clientConfig/>")}, names=(address,))
    assert way.get(f"https://{address}/").status == 200


def test_a_certificate_for_a_name_is_not_good_for_its_address(internet: Internet, way: Way) -> None:
    host = f"www.{internet.domain()}"
    address = internet.host(host)
    internet.site(host, {"*": xml("<clientConfig/>")})
    assert str(way.failure(f"https://{address}/")) == (
        f"The certificate of {address} is not valid: IP address mismatch, "
        f"certificate is not valid for '{address}'."
    )


def test_the_certificate_must_name_the_host_not_where_its_alias_leads(internet: Internet, way: Way) -> None:
    domain, cdn = internet.domain(), f"www.{internet.domain('net')}"
    internet.zone(domain, f"www CNAME {cdn}.")
    internet.site(cdn, {"*": xml("<clientConfig/>")})
    assert str(way.failure(f"https://www.{domain}/")) == WRONG["wrong-name"].replace("HOST", f"www.{domain}")


def test_a_certificate_that_names_the_alias_is_good(internet: Internet, way: Way) -> None:
    domain, cdn = internet.domain(), f"www.{internet.domain('net')}"
    internet.zone(domain, f"www CNAME {cdn}.")
    internet.site(cdn, {"*": xml("<clientConfig/>")}, names=(f"www.{domain}",))
    assert way.get(f"https://www.{domain}/").status == 200
    assert internet.requests(cdn)[0].headers["host"] == f"www.{domain}"
