"""The settings, read from AUTOCONFIG_* variables."""

from __future__ import annotations

import dataclasses
import ipaddress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from autoconfig.errors import SettingsError
from autoconfig.net.dns import name_server
from autoconfig.settings import LOG_LEVELS, RESOLVE, RateLimit, Settings, shipped_providers

VARIABLES = (
    "AUTOCONFIG_PROVIDERS",
    "AUTOCONFIG_BASE_URL",
    "AUTOCONFIG_TRUSTED_PROXIES",
    "AUTOCONFIG_LOG_LEVEL",
    "AUTOCONFIG_LOG_FORMAT",
    "AUTOCONFIG_LOG_KEY",
    "AUTOCONFIG_ISPDB_URLS",
    "AUTOCONFIG_NAMESERVERS",
    "AUTOCONFIG_DOH_URL",
    "AUTOCONFIG_ALLOW_PRIVATE_NETWORKS",
    "AUTOCONFIG_ALLOW_HTTP",
    "AUTOCONFIG_RESOLVE",
    "AUTOCONFIG_MX_RULE",
    "AUTOCONFIG_CACHE_URL",
    "AUTOCONFIG_RATE_LIMIT",
    "AUTOCONFIG_SIGNING_CERT",
    "AUTOCONFIG_SIGNING_KEY",
    "AUTOCONFIG_EMBED_ORIGINS",
)

DEFAULTS = Settings.from_environment({})


def read(name: str, text: str) -> Settings:
    return Settings.from_environment({f"AUTOCONFIG_{name}": text})


def refused(name: str, text: str) -> str:
    with pytest.raises(SettingsError) as caught:
        read(name, text)
    return str(caught.value)


def test_nothing_set_gives_the_defaults() -> None:
    assert (DEFAULTS.base_url, DEFAULTS.trusted_proxies, DEFAULTS.log_level) == (None, (), "info")
    assert DEFAULTS.providers == (str(shipped_providers()),)


def test_the_default_store_is_the_folder_that_ships() -> None:
    assert shipped_providers() == Path(__file__).resolve().parent.parent / "providers"


@pytest.mark.parametrize("text", ["", " ", "\t\n"])
@pytest.mark.parametrize("variable", VARIABLES)
def test_an_empty_variable_counts_as_not_set(variable: str, text: str) -> None:
    assert Settings.from_environment({variable: text}) == DEFAULTS


def test_every_setting_has_its_variable() -> None:
    fields = {f"AUTOCONFIG_{field.name.upper()}" for field in dataclasses.fields(Settings)}
    assert fields == set(VARIABLES)


def test_other_variables_are_not_looked_at() -> None:
    assert Settings.from_environment({"PROVIDERS": "x", "autoconfig_log_level": "loud"}) == DEFAULTS


def test_the_environment_of_the_process_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUTOCONFIG_LOG_LEVEL", "debug")
    assert Settings.from_environment().log_level == "debug"


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        DEFAULTS.log_level = "debug"  # type: ignore[misc]


# --- AUTOCONFIG_PROVIDERS


@pytest.mark.parametrize(
    ("text", "stores"),
    [
        ("/srv/providers", ("/srv/providers",)),
        ("  /srv/a\n\t/srv/b ", ("/srv/a", "/srv/b")),
        ("/srv/a sqlite:///x.db", ("/srv/a", "sqlite:///x.db")),
    ],
)
def test_stores_are_separated_by_spaces(text: str, stores: tuple[str, ...]) -> None:
    assert read("PROVIDERS", text).providers == stores


# --- AUTOCONFIG_BASE_URL


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("https://autoconfig.example.com", "https://autoconfig.example.com"),
        ("https://autoconfig.example.com/", "https://autoconfig.example.com"),
        (" https://example.com/mail/ ", "https://example.com/mail"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("https://[2001:db8::1]:8443/", "https://[2001:db8::1]:8443"),
        ("HTTPS://Example.com", "HTTPS://Example.com"),
    ],
)
def test_a_base_url_loses_its_final_slash_only(text: str, url: str) -> None:
    assert read("BASE_URL", text).base_url == url


@pytest.mark.parametrize(
    "text",
    [
        "autoconfig.example.com",
        "//autoconfig.example.com",
        "ftp://example.com",
        "https://",
        "https:///path",
        "https://example.com?x=1",
        "https://example.com/?",
        "https://example.com/#top",
        "https://example.com/#",
        "https://example.com:99999",
        "https://example.com:0",
        "https://example.com:http",
        "https://[2001:db8::1",
        "https://user:secret@example.com",
        "https://exa mple.com",
        "https://exa\nmple.com",
        "https://example.com/\r\nX: y",
        "https://example.com/<b>",
        'https://example.com/"',
        "https://example.com\\path",
        "https://example.com/\x00",
    ],
)
def test_a_base_url_that_is_none_is_one_sentence_with_the_variable(text: str) -> None:
    assert refused("BASE_URL", text) == (
        f"AUTOCONFIG_BASE_URL is {text!r}, which is not a URL such as https://autoconfig.example.com."
    )


# --- AUTOCONFIG_TRUSTED_PROXIES


@pytest.mark.parametrize(
    ("text", "networks"),
    [
        ("10.0.0.0/8", ("10.0.0.0/8",)),
        ("127.0.0.1", ("127.0.0.1/32",)),
        ("::1", ("::1/128",)),
        ("10.1.2.3/8", ("10.0.0.0/8",)),
        ("10.0.0.0/8 fd00::/8", ("10.0.0.0/8", "fd00::/8")),
        ("10.0.0.0/8,192.168.0.0/16, ::1", ("10.0.0.0/8", "192.168.0.0/16", "::1/128")),
    ],
)
def test_address_ranges_are_separated_by_spaces_or_commas(text: str, networks: tuple[str, ...]) -> None:
    assert read("TRUSTED_PROXIES", text).trusted_proxies == tuple(map(ipaddress.ip_network, networks))


@pytest.mark.parametrize("word", ["10.0.0.0/33", "localhost", "10.0.0", "*", "fd00::/129", "1.2.3.4:80"])
def test_an_address_range_that_is_none_is_one_sentence_with_the_variable(word: str) -> None:
    assert refused("TRUSTED_PROXIES", f"127.0.0.1 {word}") == (
        f"AUTOCONFIG_TRUSTED_PROXIES holds {word!r}, which is not an address range such as 10.0.0.0/8."
    )


# --- AUTOCONFIG_LOG_FORMAT and AUTOCONFIG_LOG_KEY


@pytest.mark.parametrize("text", ["json", "JSON", "text"])
def test_the_log_is_text_or_json(text: str) -> None:
    assert read("LOG_FORMAT", text).log_format == text.lower()


def test_another_format_of_the_log_is_refused() -> None:
    assert refused("LOG_FORMAT", "xml") == "AUTOCONFIG_LOG_FORMAT is 'xml', which is neither text nor json."


def test_a_key_of_sixteen_characters_is_taken_and_never_shown() -> None:
    settings = read("LOG_KEY", "0123456789abcdef")
    assert settings.log_key == "0123456789abcdef"
    assert "0123456789abcdef" not in repr(settings)


def test_a_short_key_is_refused_and_not_repeated() -> None:
    sentence = refused("LOG_KEY", "0123456789abcde")
    assert sentence.startswith("AUTOCONFIG_LOG_KEY is shorter than 16 characters")
    assert "0123456789" not in sentence


# --- AUTOCONFIG_LOG_LEVEL


@pytest.mark.parametrize("level", LOG_LEVELS)
def test_a_log_level_is_read_in_any_letter_case(level: str) -> None:
    assert read("LOG_LEVEL", level).log_level == level
    assert read("LOG_LEVEL", level.upper()).log_level == level


@pytest.mark.parametrize("text", ["loud", "10", "info,debug"])
def test_a_log_level_that_is_none_is_one_sentence_with_the_variable(text: str) -> None:
    assert refused("LOG_LEVEL", text) == (
        f"AUTOCONFIG_LOG_LEVEL is {text!r}, which is not one of debug, info, warning, error."
    )


# --- AUTOCONFIG_SIGNING_CERT, AUTOCONFIG_SIGNING_KEY

SIGNING = ("AUTOCONFIG_SIGNING_CERT", "AUTOCONFIG_SIGNING_KEY")


def test_the_files_of_a_signature_are_named() -> None:
    settings = Settings.from_environment(dict(zip(SIGNING, ("/etc/a b.pem", " /etc/key.pem "), strict=True)))
    assert (settings.signing_cert, settings.signing_key) == ("/etc/a b.pem", "/etc/key.pem")


@pytest.mark.parametrize(("given", "missing"), [SIGNING, SIGNING[::-1]])
def test_half_a_signature_is_one_sentence_with_both_variables(given: str, missing: str) -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.from_environment({given: "/etc/file.pem", missing: " "})
    assert str(caught.value) == f"{given} is set, but {missing} is not; a signature needs both."


# --- the resolver's


@pytest.mark.parametrize(
    ("text", "urls"),
    [
        ("https://ispdb.example.com/v1.1/", ("https://ispdb.example.com/v1.1/",)),
        (
            " https://a.example/ \n http://127.0.0.1:8000/v1.1",
            ("https://a.example/", "http://127.0.0.1:8000/v1.1"),
        ),
        ("https://a.example/find?domain=", ("https://a.example/find?domain=",)),
    ],
)
def test_databases_are_kept_as_they_are_written(text: str, urls: tuple[str, ...]) -> None:
    assert read("ISPDB_URLS", text).ispdb_urls == urls


@pytest.mark.parametrize(
    "word", ["v1.ispdb.net", "ftp://a.example/", "https:///x", "https://u@a.example/", "https://a.example/#x"]
)
def test_a_database_that_is_no_url_is_one_sentence_with_the_variable(word: str) -> None:
    assert refused("ISPDB_URLS", f"https://a.example/ {word}") == (
        f"AUTOCONFIG_ISPDB_URLS holds {word!r}, which is not a URL such as https://ispdb.example.com/v1.1/."
    )


@pytest.mark.parametrize(
    ("text", "servers"),
    [
        ("127.0.0.1:5353", ("127.0.0.1:5353",)),
        ("192.0.2.1  2001:db8::1 [2001:db8::1]:53", ("192.0.2.1", "2001:db8::1", "[2001:db8::1]:53")),
        ("192.0.2.1, [2001:db8::1]", ("192.0.2.1", "[2001:db8::1]")),
    ],
)
def test_name_servers_are_addresses_with_a_port_or_without(text: str, servers: tuple[str, ...]) -> None:
    assert read("NAMESERVERS", text).nameservers == servers


NO_NAME_SERVERS = [
    "dns.example",
    "192.0.2.1:0",
    "192.0.2.1:",
    "192.0.2.1:65536",
    "192.0.2.1:x",
    "[::1",
    "u@192.0.2.1",
]


@pytest.mark.parametrize("word", NO_NAME_SERVERS)
def test_a_name_server_that_is_none_is_one_sentence_with_the_variable(word: str) -> None:
    assert refused("NAMESERVERS", f"127.0.0.1 {word}") == (
        f"AUTOCONFIG_NAMESERVERS holds {word!r}, "
        "which is not a name server such as 192.0.2.1 or 127.0.0.1:5353."
    )


@given(
    st.sampled_from(NO_NAME_SERVERS)
    | st.text("0123456789.:[]abf", max_size=24)
    | st.tuples(st.ip_addresses(), st.integers(0, 70_000)).map(lambda pair: f"{pair[0]}:{pair[1]}")
    | st.tuples(st.ip_addresses(v=6), st.integers(0, 70_000)).map(lambda pair: f"[{pair[0]}]:{pair[1]}")
)
@hypothesis_settings(deadline=None)
def test_the_resolver_takes_every_name_server_that_is_accepted(text: str) -> None:
    try:
        servers = read("NAMESERVERS", text).nameservers
    except SettingsError:
        return
    for server in servers:
        name_server(server)


def test_the_url_of_a_dns_server_is_https() -> None:
    url = "https://dns.example.com/dns-query?key=1"
    assert read("DOH_URL", url).doh_url == url


@pytest.mark.parametrize(
    "text",
    ["http://dns.example.com/", "dns.example.com", "https://", "https://a b/", "https://u:p@a.example/"],
)
def test_a_dns_url_that_is_none_is_one_sentence_with_the_variable(text: str) -> None:
    assert refused("DOH_URL", text) == (
        f"AUTOCONFIG_DOH_URL is {text!r}, which is not a URL such as https://dns.example.com/dns-query."
    )


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("yes", True),
        ("ON", True),
        ("True", True),
        ("1", True),
        ("no", False),
        ("off", False),
        ("FALSE", False),
        ("0", False),
    ],
)
@pytest.mark.parametrize("name", ["ALLOW_HTTP", "ALLOW_PRIVATE_NETWORKS", "MX_RULE"])
def test_a_permission_is_given_or_not(name: str, text: str, value: bool) -> None:
    assert getattr(read(name, text), name.lower()) is value


@pytest.mark.parametrize("name", ["ALLOW_HTTP", "ALLOW_PRIVATE_NETWORKS", "MX_RULE"])
def test_a_permission_is_not_given_by_anything_else(name: str) -> None:
    assert refused(name, "maybe") == (
        f"AUTOCONFIG_{name} is 'maybe', which is neither yes nor no (on, off, true, false, 1, 0)."
    )


# --- AUTOCONFIG_RESOLVE, AUTOCONFIG_CACHE_URL, AUTOCONFIG_RATE_LIMIT


def test_the_api_resolves_in_memory_sixty_times_a_minute_unless_told_otherwise() -> None:
    assert (DEFAULTS.resolve, DEFAULTS.cache_url, DEFAULTS.rate_limit) == ("api", "memory://", (60, 60))


@pytest.mark.parametrize(
    ("environment", "follows_mx", "asks_network"),
    [
        ({}, True, True),
        ({"AUTOCONFIG_RESOLVE": "directory"}, True, True),
        ({"AUTOCONFIG_RESOLVE": "off"}, False, False),
        ({"AUTOCONFIG_RESOLVE": "off", "AUTOCONFIG_MX_RULE": "on"}, True, True),
        ({"AUTOCONFIG_MX_RULE": "off"}, False, True),
        ({"AUTOCONFIG_RESOLVE": "off", "AUTOCONFIG_MX_RULE": "off"}, False, False),
    ],
)
def test_the_mx_rule_goes_with_what_is_resolved_unless_it_is_said(
    environment: dict[str, str], follows_mx: bool, asks_network: bool
) -> None:
    found = Settings.from_environment(environment)
    assert (found.follows_mx, found.asks_network) == (follows_mx, asks_network)


@pytest.mark.parametrize("mode", RESOLVE)
def test_what_is_resolved_is_read_in_any_letter_case(mode: str) -> None:
    assert read("RESOLVE", mode).resolve == mode
    assert read("RESOLVE", mode.upper()).resolve == mode


@pytest.mark.parametrize("text", ["on", "yes", "all", "api,directory"])
def test_another_word_is_one_sentence_with_the_variable(text: str) -> None:
    assert (
        refused("RESOLVE", text)
        == f"AUTOCONFIG_RESOLVE is {text!r}, which is not one of off, api, directory."
    )


@pytest.mark.parametrize(
    "text",
    [
        "memory://",
        "redis://localhost",
        "redis://:secret@127.0.0.1:6379/0",
        "rediss://cache.example.com:6380/1?ssl_cert_reqs=required",
        "valkey://[::1]:6379",
        "valkeys://cache.example.com",
    ],
)
def test_a_cache_is_read_as_it_is_written(text: str) -> None:
    assert read("CACHE_URL", text).cache_url == text


@pytest.mark.parametrize(
    "text",
    [
        "memory",
        "memory:///",
        "redis:",
        "redis://",
        "redis://:secret@",
        "redis://:secret@h:99999",
        "redis://:secret@h:port",
        "redis://h:0",
        "redis://a b",
        "redis://[::1",
        "http://:secret@localhost",
        "unix:///run/redis.sock",
        "127.0.0.1:6379",
    ],
)
def test_a_cache_that_is_none_is_one_sentence_without_the_password(text: str) -> None:
    assert refused("CACHE_URL", text) == (
        "AUTOCONFIG_CACHE_URL is not a URL such as memory:// or redis://localhost:6379/0."
    )


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("60/minute", (60, 60)),
        ("1/second", (1, 1)),
        ("1000/HOUR", (1000, 3600)),
        ("5/day", (5, 86_400)),
        ("1000000000/day", (10**9, 86_400)),
        ("off", None),
        ("OFF", None),
    ],
)
def test_a_rate_is_a_number_and_a_time(text: str, limit: RateLimit | None) -> None:
    assert read("RATE_LIMIT", text).rate_limit == limit


@pytest.mark.parametrize(
    "text",
    [
        "60",
        "60/",
        "/minute",
        "0/minute",
        "-1/minute",
        "60/minutes",
        "1.5/second",
        "٣/minute",
        "1000000001/day",
    ],
)
def test_a_rate_that_is_none_is_one_sentence_with_the_variable(text: str) -> None:
    assert refused("RATE_LIMIT", text) == (
        f"AUTOCONFIG_RATE_LIMIT is {text!r}, which is not a rate such as 60/minute, or off."
    )


# --- who may show the page in a frame


@pytest.mark.parametrize(
    ("text", "origins"),
    [
        ("https://www.example.com", ("https://www.example.com",)),
        (
            "https://www.example.com, http://localhost:8080",
            ("https://www.example.com", "http://localhost:8080"),
        ),
        ("https://*.example.com", ("https://*.example.com",)),
    ],
)
def test_the_sites_that_may_embed_the_page_are_origins(text: str, origins: tuple[str, ...]) -> None:
    assert read("EMBED_ORIGINS", text).embed_origins == origins


@pytest.mark.parametrize(
    "word",
    [
        "*",
        "https:",
        "www.example.com",
        "https://www.example.com/",
        "https://www.example.com;script-src",
        "'none'",
        "ftp://example.com",
        "https://user@example.com",
    ],
)
def test_what_is_no_origin_is_refused(word: str) -> None:
    assert refused("EMBED_ORIGINS", f"https://www.example.com {word}") == (
        f"AUTOCONFIG_EMBED_ORIGINS holds {word!r}, which is not an origin such as https://www.example.com."
    )


# --- whatever is written


@pytest.mark.parametrize("variable", VARIABLES)
@given(text=st.text(max_size=80) | st.from_regex(r"\Ahttps?://[ -~]{0,30}\Z"))
@hypothesis_settings(deadline=None)
def test_any_text_is_read_or_refused_with_the_name_of_the_variable(variable: str, text: str) -> None:
    said, base_url = "", None
    try:
        base_url = Settings.from_environment({variable: text}).base_url
    except SettingsError as error:
        said = str(error)
    assert said == "" or said.startswith(f"{variable} ")
    assert "\n" not in said
    assert base_url is None or base_url.isprintable()
