"""Naming a name server, and finding those of the machine."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autoconfig.errors import DomainError
from autoconfig.net.dns import name_server, system_name_servers
from autoconfig.net.transport import NameServer


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("192.0.2.1", "192.0.2.1", 53),
        ("127.0.0.1:5353", "127.0.0.1", 5353),
        ("2001:db8::1", "2001:db8::1", 53),
        ("[2001:db8::1]", "2001:db8::1", 53),
        ("[2001:db8::1]:5353", "2001:db8::1", 5353),
        ("::1", "::1", 53),
        ("fe80::1%eth0", "fe80::1%eth0", 53),
        ("[fe80::1%eth0]:5353", "fe80::1%eth0", 5353),
    ],
)
def test_a_name_server_by_address_and_port(text: str, host: str, port: int) -> None:
    assert name_server(text) == NameServer(host, port, trusted=True)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            ":53",
            "dns.example.com",
            "dns.example.com:53",
            "https://dns.example.com",
            "192.0.2.1 192.0.2.2",
        ),
        *("192.0.2.1:", "192.0.2.1:0", "192.0.2.1:65536", "192.0.2.1:-1", "192.0.2.1:dns", "192.0.2.1:5３"),
        *("192.0.2.1:" + "9" * 5000, "192.0.2", "192.0.2.1.1", "[]", "[]:53", "[2001:db8::1"),
        *("[2001:db8::1]53", "[2001:db8::1]:", "[2001:db8::1]::53", "2001:db8::1]:53", "2001:db8::zz"),
    ],
)
def test_what_is_no_name_server_is_refused_with_the_text(text: str) -> None:
    with pytest.raises(DomainError) as caught:
        name_server(text)
    assert str(caught.value) == f"{text!r} is not a name server such as 192.0.2.1 or 127.0.0.1:5353."


@settings(deadline=None)
@given(st.ip_addresses(), st.integers(1, 65535))
def test_what_a_name_server_is_called_reads_back(address: object, port: int) -> None:
    server = NameServer(str(address), port, trusted=True)
    assert name_server(str(server)) == server


def test_a_doh_server_is_called_by_its_url() -> None:
    assert str(NameServer("https://dns.example.com/dns-query")) == "https://dns.example.com/dns-query"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "resolv.conf"


def test_the_machines_name_servers_are_those_of_its_resolv_conf(file: Path) -> None:
    file.write_text(
        "# made by hand\nsearch example.com\nnameserver 192.0.2.1\n\n"
        "nameserver\t2001:db8::1 # the other\n; nameserver 192.0.2.9\noptions edns0 trust-ad\n"
    )
    assert system_name_servers(file) == (NameServer("192.0.2.1"), NameServer("2001:db8::1"))


@pytest.mark.parametrize("host", ["127.0.0.53", "127.0.0.1", "::1", "::1%lo"])
def test_a_name_server_on_this_machine_is_trusted(file: Path, host: str) -> None:
    file.write_text(f"nameserver {host}\n")
    assert system_name_servers(file) == (NameServer(host, trusted=True),)


@pytest.mark.parametrize("host", ["192.168.1.1", "8.8.8.8", "fe80::1%eth0", "::ffff:192.0.2.1"])
def test_a_name_server_elsewhere_is_not_trusted_whatever_the_file_says(file: Path, host: str) -> None:
    file.write_text(f"nameserver {host}\noptions trust-ad\n")
    assert system_name_servers(file) == (NameServer(host),)


def test_three_name_servers_are_used_as_by_the_c_library(file: Path) -> None:
    file.write_text("".join(f"nameserver 192.0.2.{number}\n" for number in range(1, 6)))
    assert [server.host for server in system_name_servers(file)] == ["192.0.2.1", "192.0.2.2", "192.0.2.3"]


def test_what_is_no_address_is_passed_over(file: Path) -> None:
    file.write_text("nameserver\nnameserver dns.example.com\nnameserver 192.0.2.1\n")
    assert system_name_servers(file) == (NameServer("192.0.2.1"),)


@pytest.mark.parametrize("content", [b"", b"search example.com\n", b"\xff\xfe\n"])
def test_a_file_without_name_servers_names_none(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    assert system_name_servers(file) == ()


def test_a_missing_file_names_none(file: Path) -> None:
    assert system_name_servers(file) == ()
