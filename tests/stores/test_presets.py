"""The presets of five panels, on the databases each of them runs on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from autoconfig.model import EmailAddress, TcpServer
from autoconfig.stores import open_store
from tests.databases.fixtures import new_url
from tests.stores.panels import PANELS, fill

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from autoconfig.stores import Store

Panel = tuple[str, "Store"]


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(
            (panel, kind), marks=[] if kind == "sqlite" else [pytest.mark.real], id=f"{panel}-{kind}"
        )
        for panel, kind in PANELS
    ],
)
def panel(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Panel]:
    """A panel's name and the store on its database, opened with its preset."""
    name, kind = request.param
    folder = tmp_path_factory.mktemp(name)
    url = new_url(kind, request, folder)
    fill(url, PANELS[name, kind])
    store = open_store(str(mapping(folder, name, url)))
    yield name, store
    store.close()


def mapping(folder: Path, preset: str, url: str) -> Path:
    """The least a mapping file with a preset says."""
    path = folder / "mapping.toml"
    path.write_text(f'preset = "{preset}"\n[sql]\nurl = "{url}"\n[variables]\nhost = "mail.example.net"\n')
    return path


def login(store: Store, address: str) -> tuple[str | None, str]:
    """The login name and the host of somebody's IMAP server; the usual name is a placeholder still."""
    parsed = EmailAddress.parse(address)
    entry = store.find(parsed.domain)
    assert entry is not None
    server = entry.provider_for(parsed).incoming[0]
    assert isinstance(server, TcpServer)
    return server.username, server.hostname


OWN_NAMES = {"ispconfig": "ada.l"}
HOSTS = {"ispconfig": "mx1.example.net"}


@pytest.mark.parametrize(
    "address",
    [
        "ada@example.com",
        "Ada@Example.COM",
        "ada+shop@example.com",
        "info@example.com",
        "info+shop@example.com",
        "whoever@example.com",
        "bob+x@example.com",
    ],
)
def test_a_mailbox_an_alias_and_whatever_is_caught_lead_to_its_owner(panel: Panel, address: str) -> None:
    name, store = panel
    expected = OWN_NAMES.get(name, "ada@example.com")
    assert login(store, address) == (expected, HOSTS.get(name, "mail.example.net"))


def test_another_name_of_a_domain_has_the_same_mailboxes(panel: Panel) -> None:
    name, store = panel
    if name == "vimbadmin":
        assert store.find("alias.example") is None, "it knows no such names"
        return
    expected = OWN_NAMES.get(name, "ada@example.com")
    assert login(store, "ada@alias.example")[0] == expected
    assert login(store, "ada+shop@alias.example")[0] == expected


@pytest.mark.parametrize("domain", ["gone.example", "backup.example", "nobody.example", "all", "x"])
def test_domains_that_are_switched_off_or_passed_on_are_not_served(panel: Panel, domain: str) -> None:
    assert panel[1].find(domain) is None


def test_an_unknown_mailbox_where_nothing_is_caught_logs_in_with_its_address(panel: Panel) -> None:
    name, store = panel
    if name == "ispconfig":
        assert login(store, "nobody@second.example") == ("nobody@second.example", "mx2.example.net")
    elif name != "vimbadmin":
        assert login(store, "nobody@alias.example")[0] == "nobody@alias.example"


def test_the_host_of_ispconfig_is_that_of_the_mailbox(panel: Panel) -> None:
    name, store = panel
    if name == "ispconfig":
        assert login(store, "eve@example.com") == ("eve", "mx2.example.net")


def test_the_panel_s_domains_are_counted(panel: Panel) -> None:
    name, store = panel
    (health,) = store.health()
    assert (health.usable, health.problems) == (True, ())
    assert health.domains == {"ispconfig": 2}.get(name, 1)


def test_a_room_is_nobody_s_mailbox(panel: Panel) -> None:
    name, store = panel
    if name == "mailcow":
        assert login(store, "room@example.com")[0] == "ada@example.com", "the catch-all's"


def test_an_alias_that_has_run_out_is_none(panel: Panel) -> None:
    name, store = panel
    if name == "modoboa":
        assert login(store, "once@alias.example")[0] == "once@alias.example"
