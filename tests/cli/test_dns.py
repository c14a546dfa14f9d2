"""``autoconfig dns records``: which host the records point to, the two forms, and refusals."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Command

pytestmark = pytest.mark.usefixtures("folder")


def test_the_zone_names_the_host_of_the_option(autoconfig: Command) -> None:
    done = autoconfig("dns", "records", "example.com", "--service-host", "settings.example.net")
    assert done.code == 0
    lines = [line.split() for line in done.out.splitlines()]
    assert ["autoconfig.example.com.", "3600", "IN", "CNAME", "settings.example.net."] in lines


def test_the_zone_names_the_host_of_the_base_url(
    autoconfig: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AUTOCONFIG_BASE_URL", "https://public.example.net/mail")
    done = autoconfig("dns", "records", "example.com")
    assert "public.example.net." in done.out


def test_without_a_host_it_is_wrong_use(autoconfig: Command) -> None:
    done = autoconfig("dns", "records", "example.com")
    assert (done.code, done.out) == (2, "")
    assert "--service-host HOST, or set AUTOCONFIG_BASE_URL" in done.err


def test_a_host_that_is_none_is_wrong_use(autoconfig: Command) -> None:
    done = autoconfig("dns", "records", "example.com", "--service-host", "not a host")
    assert (done.code, done.out) == (2, "")


@pytest.mark.parametrize("form", [("--json",), ("--format", "json")])
def test_the_json_is_that_of_the_contract(autoconfig: Command, form: tuple[str, ...]) -> None:
    done = autoconfig("dns", "records", "example.com", "--service-host", "s.example.net", *form)
    assert done.json["domain"] == "example.com"
    assert done.json["records"][0] == {
        "name": "autoconfig.example.com.",
        "type": "CNAME",
        "ttl": 3600,
        "value": "s.example.net.",
    }


def test_several_domains_give_one_fragment_each(autoconfig: Command) -> None:
    done = autoconfig("dns", "records", "example.com", "BÜCHER.example", "--service-host", "s.example.net")
    assert "; Mail settings of example.com\n" in done.out
    assert "; Mail settings of xn--bcher-kva.example\n" in done.out


def test_an_unknown_domain_is_one_sentence_and_exit_1(autoconfig: Command) -> None:
    done = autoconfig("dns", "records", "nobody.example", "--service-host", "s.example.net")
    assert (done.code, done.out) == (1, "")
    assert done.err == (
        "autoconfig: The domain nobody.example is not served; add a provider file that lists it.\n"
    )


def test_addresses_take_the_place_of_aliases(autoconfig: Command, folder: Path) -> None:
    done = autoconfig(
        "dns", "records", "example.com", "--service-host", "s.example.net", "--address", "192.0.2.7", "--json"
    )
    kinds = {record["type"] for record in done.json["records"]}
    assert kinds == {"A", "SRV", "TXT"}
