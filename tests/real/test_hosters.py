"""The guide for hosters as it stands: its tables, mapping, settings, Caddyfile, and what it shows."""

from __future__ import annotations

import contextlib
import re
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from tests.databases.fixtures import made
from tests.databases.postgresql import PostgreSQL
from tests.internet.fixtures import need
from tests.real.caddy import running_caddy
from tests.real.nameserver import answering
from tests.real.serving import environment, running
from tests.real.test_caddy import asked
from tests.test_deploy import documented

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.real.serving import Server

pytestmark = pytest.mark.real

PAGE = Path(__file__).resolve().parents[2] / "docs" / "hosters.md"
MX = {"customer.com": "10 in.mx.example.net", "gone.com": "10 mx.elsewhere.org"}


class World(NamedTuple):
    """Everything the page sets up."""

    server: Server
    http: int
    https: int
    settings: dict[str, str]


def shown(command: str) -> str:
    """What the page says that a command prints."""
    text = PAGE.read_text()
    (printed,) = re.findall(rf"^\$ {re.escape(command)}\n(.*?)(?=^\$|^```)", text, re.MULTILINE | re.DOTALL)
    return str(printed)


def settings_of(block: str) -> dict[str, str]:
    return dict(line.split("=", 1) for line in block.split())


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("hosters")
    with made(PostgreSQL) as database, answering(MX) as dns, contextlib.ExitStack() as stack:
        database.start()
        database.new_database("isp")
        (sql,) = documented("hosters.md", "sql")
        database.sql(sql, "isp")
        (mapping,) = documented("hosters.md", "toml")
        (folder / "isp.toml").write_text(mapping.replace("db.example.net", f"127.0.0.1:{database.port}"))
        (folder / "db.password").write_text("a-password\n")
        settings = settings_of(documented("hosters.md", "sh")[0])
        settings["AUTOCONFIG_PROVIDERS"] = str(folder / "isp.toml")
        settings["AUTOCONFIG_NAMESERVERS"] = dns.address
        server = stack.enter_context(running(folder, providers=False, **settings))
        (text,) = documented("hosters.md", "caddyfile")
        text = text.replace("{\n", "{\n\tlocal_certs\n", 1).replace(":8000", f":{server.port}")
        (folder / "caddy").mkdir()
        caddy = stack.enter_context(running_caddy(folder / "caddy", text))
        yield World(server, caddy.http, caddy.https, settings)


COMMANDS = re.findall(r"^\$ (curl .*)$", PAGE.read_text(), re.MULTILINE)


def test_the_page_shows_something() -> None:
    assert len(COMMANDS) == 4


@pytest.mark.parametrize("command", COMMANDS)
def test_curl_prints_what_the_page_shows(world: World, command: str) -> None:
    need("" if shutil.which("curl") else "curl is not installed (apt install curl)")
    here = command.replace("127.0.0.1:8000", f"127.0.0.1:{world.server.port}")
    here = here.replace(
        "curl ", f"curl --connect-to ::127.0.0.1:{world.http} " if "autodisc" in command else "curl "
    )
    done = subprocess.run(here, shell=True, capture_output=True, text=True, check=False, timeout=30)
    assert done.stdout.replace("\r", "") == shown(command)


@pytest.mark.parametrize(
    ("name", "listed", "by_mx", "nobody"),
    [
        ("autoconfig.", 200, 200, 404),
        ("autodiscover.", 200, 200, 404),
        ("", 200, 404, 404),
        ("www.", 404, 404, 404),
    ],
)
def test_the_names_that_get_a_yes(world: World, name: str, listed: int, by_mx: int, nobody: int) -> None:
    statuses = [
        world.server.get(f"/tls/ask?domain={name}{domain}").status
        for domain in ("listed.com", "customer.com", "gone.com")
    ]
    assert statuses == [listed, by_mx, nobody]


@pytest.mark.parametrize(
    "host", ["autoconfig.customer.com", "autoconfig.listed.com", "autoconfig.mx.example.net"]
)
def test_caddy_serves_the_hosts_of_customers(world: World, host: str) -> None:
    names, answer = asked(world.https, host, "/mail/config-v1.1.xml?emailaddress=ada@customer.com")
    assert names == [host]
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b"<hostname>imap.example.net</hostname>" in answer


@pytest.mark.parametrize("path", ["/metrics", "/tls/ask?domain=autoconfig.listed.com", "/readyz"])
def test_what_is_for_this_machine_alone_is_not_shown(world: World, path: str) -> None:
    _, answer = asked(world.https, "autoconfig.listed.com", path)
    assert answer.startswith(b"HTTP/1.1 404 ")


@pytest.mark.parametrize("command", ["autoconfig dns records customer.com"])
def test_the_lines_are_printed(world: World, command: str) -> None:
    assert command in PAGE.read_text()
    done = subprocess.run(
        [".venv/bin/" + part if part == "autoconfig" else part for part in shlex.split(command)],
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
        env=environment(**world.settings),
        cwd=PAGE.parents[1],
    )
    assert done.returncode == 0
    assert re.search(
        r"^autoconfig\.customer\.com\. +3600 IN CNAME autoconfig\.example\.net\.$", done.stdout, re.M
    )
    assert "so that example.net serves it" in done.stderr


def test_the_cache_of_several_machines_is_a_setting() -> None:
    from autoconfig.settings import Settings

    settings = Settings.from_environment(settings_of(documented("hosters.md", "sh")[1]))
    assert settings.cache_url == "valkey://cache.example.net:6379/0"
