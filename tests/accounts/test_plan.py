"""Which file each program gets, and where."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from autoconfig.accounts.destinations import DESTINATIONS, Home
from autoconfig.accounts.plan import Account, plan
from autoconfig.errors import NothingFound, ValueRefused
from autoconfig.formats import clients
from autoconfig.model import EmailAddress
from tests.formats.test_thunderbird import IMAP, SMTP, provider

if TYPE_CHECKING:
    from autoconfig.accounts.plan import Plan

HOME = Home.at(Path("/home/ada"))
PATHS = {
    "aerc": ".config/aerc/accounts.conf",
    "apple": "ada@example.com.mobileconfig",
    "env": "mail.env",
    "fetchmail": ".fetchmailrc",
    "getmail": ".config/getmail/getmailrc",
    "git": ".gitconfig",
    "himalaya": ".config/himalaya/config.toml",
    "mbsync": ".mbsyncrc",
    "msmtp": ".msmtprc",
    "neomutt": ".config/neomutt/neomuttrc",
    "offlineimap": ".offlineimaprc",
    "postfix": "postfix-main.cf",
    "thunderbird": ".thunderbird/ada@example.com/prefs.js",
}


def account(address: str = "ada@example.com", **different: Any) -> Account:
    return Account(
        address=EmailAddress.parse(address),
        name="Ada",
        provider=provider(**different),
        secrets=clients.Secrets(password_command="pass mail"),
    )


def planned(program: str, **how: Any) -> Plan:
    return plan(program, account(**how), HOME)


def test_every_program_that_is_rendered_has_a_destination() -> None:
    assert set(DESTINATIONS) == {*clients.PROGRAMS, "apple", "thunderbird"}


@pytest.mark.parametrize("program", PATHS)
def test_each_program_finds_its_file_where_it_looks(program: str) -> None:
    assert planned(program).files[0].path == Path("/home/ada") / PATHS[program]


@pytest.mark.parametrize("program", clients.PROGRAMS)
def test_a_file_is_what_render_writes(program: str) -> None:
    settled = account()
    rendered = clients.render(program, settled.provider, settled.address, settled.secrets)
    assert plan(program, settled, HOME).files[0].content == rendered


def test_thunderbird_gets_a_profile_and_an_entry_in_its_list() -> None:
    profile, list_ = planned("thunderbird").files
    assert b'user_pref("mail.identity.id1.fullName", "Ada");' in profile.content
    assert list_.path == Path("/home/ada/.thunderbird/profiles.ini")
    assert b"Path=ada@example.com\n" in list_.content


def test_the_list_of_profiles_keeps_what_is_there(tmp_path: Path) -> None:
    folder = tmp_path / ".thunderbird"
    folder.mkdir()
    (folder / "profiles.ini").write_text("[Profile0]\nName=old\nIsRelative=1\nPath=old\nDefault=1\n")
    _, list_ = plan("thunderbird", account(), Home.at(tmp_path)).files
    assert list_.content.startswith(b"[Profile0]\nName=old\n")
    assert b"[Profile1]\nName=ada@example.com\n" in list_.content


def test_mbsync_and_getmail_get_their_folders() -> None:
    assert planned("mbsync").folders == (Path("/home/ada/Mail/ada@example.com"),)
    inbox = Path("/home/ada/Mail/ada@example.com/Inbox")
    assert planned("getmail").folders == (inbox / "cur", inbox / "new", inbox / "tmp")


def test_the_configuration_folder_of_the_desktop_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "elsewhere"))
    (file,) = plan("aerc", account(), Home.of_user()).files
    assert file.path == tmp_path / "elsewhere" / "aerc" / "accounts.conf"


def test_a_relative_configuration_folder_is_no_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", "elsewhere")
    assert Home.of_user().config == tmp_path / ".config"


@pytest.mark.parametrize("program", DESTINATIONS)
@pytest.mark.parametrize("address", ["../../etc/x@example.com", "-rf@example.com", "a`id`@example.com"])
def test_an_address_cannot_choose_the_path(program: str, address: str) -> None:
    with pytest.raises(ValueRefused):
        planned(program, address=address)


def test_what_a_program_cannot_do_is_said() -> None:
    with pytest.raises(NothingFound) as refused:
        planned("apple", outgoing=())
    assert str(refused.value) == "An Apple profile for mail needs an outgoing server, and there is none."


def test_only_the_servers_that_were_settled_are_used() -> None:
    (file,) = planned("msmtp", incoming=(IMAP,), outgoing=(SMTP,)).files
    assert b'host "smtp.example.com"\nport 587\n' in file.content
