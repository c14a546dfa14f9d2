"""Reading a provider file: what is usual need not be written (docs/providers.md)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from autoconfig.formats import toml
from autoconfig.model import (
    AnyServer,
    Authentication,
    Documentation,
    Enable,
    FormField,
    OAuth2,
    Pop3Options,
    Provider,
    ServerType,
    SmtpOptions,
    SocketType,
    TcpServer,
    Translation,
    UrlServer,
    WebMail,
    WebMailLogin,
)
from tests.formats.minimal import PROVIDER, TOML, changed


def read(document: str | bytes) -> Provider:
    """The provider of a file that gives no remark."""
    parsed = toml.parse(document if isinstance(document, bytes) else document.encode())
    assert parsed.remarks == ()
    return parsed.provider


def server(section: str, lines: str) -> AnyServer:
    """The one server of a provider that has nothing else."""
    (found,) = read(f'id = "x.example"\n[[{section}]]\n{lines}\n').servers
    return found


def test_the_small_file_is_read() -> None:
    assert read(TOML) == PROVIDER


# Defaults


@pytest.mark.parametrize(
    ("section", "server_type", "port", "socket_type"),
    [
        ("incoming", "imap", 993, "SSL"),
        ("incoming", "pop3", 995, "SSL"),
        ("outgoing", "smtp", 465, "SSL"),
        ("other", "managesieve", 4190, "STARTTLS"),
        ("other", "xmpp", 5223, "SSL"),
        ("incoming", "exchange", 443, "SSL"),
    ],
)
def test_a_host_name_alone_means_tls_a_password_and_the_address(
    section: str, server_type: str, port: int, socket_type: str
) -> None:
    assert server(section, f'type = "{server_type}"\nhostname = "x.example"') == TcpServer(
        type=ServerType(server_type),
        hostname="x.example",
        port=port,
        socket_type=SocketType(socket_type),
        authentication=(Authentication.PASSWORD_CLEARTEXT,),
        username="%EMAILADDRESS%",
    )


@pytest.mark.parametrize(
    ("section", "server_type", "socket_type", "port"),
    [
        ("incoming", "imap", "STARTTLS", 143),
        ("incoming", "imap", "plain", 143),
        ("incoming", "pop3", "STARTTLS", 110),
        ("outgoing", "smtp", "STARTTLS", 587),
        ("outgoing", "smtp", "plain", 587),
        ("other", "xmpp", "STARTTLS", 5222),
    ],
)
def test_the_port_follows_the_socket_type(
    section: str, server_type: str, socket_type: str, port: int
) -> None:
    found = server(section, f'type = "{server_type}"\nhostname = "x.example"\nsocket_type = "{socket_type}"')
    assert isinstance(found, TcpServer)
    assert (found.socket_type, found.port) == (socket_type, port)


def test_a_written_port_counts() -> None:
    found = server("incoming", 'type = "imap"\nhostname = "x.example"\nport = 10993')
    assert isinstance(found, TcpServer)
    assert found.port == 10993


@pytest.mark.parametrize("server_type", ["jmap", "ews", "activeSync", "graph", "imap"])
def test_a_url_means_http_basic_and_the_address(server_type: str) -> None:
    assert server("incoming", f'type = "{server_type}"\nurl = "https://X.example"') == UrlServer(
        type=ServerType(server_type),
        url="https://x.example/",
        authentication=(Authentication.HTTP_BASIC,),
        username="%EMAILADDRESS%",
    )


@pytest.mark.parametrize(
    ("line", "username"),
    [
        ('username = "%EMAILLOCALPART%"', "%EMAILLOCALPART%"),
        ('username = " ada "', "ada"),
        ('username = ""', None),
        ("", "%EMAILADDRESS%"),
    ],
)
def test_an_empty_login_name_says_that_none_is_known(line: str, username: str | None) -> None:
    assert server("incoming", f'type = "imap"\nhostname = "x.example"\n{line}').username == username


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('authentication = ["OAuth2", "password-cleartext"]', ("OAuth2", "password-cleartext")),
        ('authentication = ["oauth2", "ntlm", "OAUTH2"]', ("OAuth2", "NTLM")),
        ("authentication = []", ()),
    ],
)
def test_authentications_are_read_in_any_case_each_once(line: str, words: tuple[str, ...]) -> None:
    assert server("incoming", f'type = "IMAP"\nhostname = "x.example"\n{line}').authentication == words


def test_a_name_stands_in_for_a_short_name_and_the_id_for_both() -> None:
    section = '[[incoming]]\ntype = "imap"\nhostname = "x.example"\n'
    named = read(f'id = "x.example"\nname = "Example"\n{section}')
    assert (named.display_name, named.short_name) == ("Example", "Example")
    unnamed = read(f'id = "x.example"\n{section}')
    assert (unnamed.display_name, unnamed.short_name) == ("x.example", "x.example")


@pytest.mark.parametrize(
    ("line", "default_id", "provider_id"),
    [
        ('id = "a.example"\ndomains = ["b.example"]', "c.example", "a.example"),
        ('domains = ["b.example"]', "c.example", "c.example"),
        ('domains = ["b.example", "a.example"]', None, "b.example"),
        ('mx = ["mx.example"]', None, "mx.example"),
    ],
)
def test_the_id_is_written_or_the_file_name_or_the_first_domain(
    line: str, default_id: str | None, provider_id: str
) -> None:
    document = f'{line}\n[[incoming]]\ntype = "imap"\nhostname = "x.example"\n'
    assert toml.parse(document.encode(), default_id=default_id).provider.id == provider_id


def test_domains_are_folded() -> None:
    provider = read(
        changed(TOML, ('["example.com"]', '["Bücher.Example", "example.com."]\nmx = ["MX.example"]'))
    )
    assert provider.domains == ("xn--bcher-kva.example", "example.com")
    assert provider.mx_domains == ("mx.example",)


# Everything there is

EVERYTHING = """\
id = "example.com"
name = "Example Mail"
short_name = "Example"
domains = ["example.com"]
update_url = "https://example.com/update.xml"

[[incoming]]
type = "pop3"
hostname = "pop.%EMAILDOMAIN%"
leave_messages_on_server = true
days_to_leave_messages_on_server = 0
download_on_biff = false
check_interval_minutes = 15

[[incoming]]
type = "exchange"
hostname = "mail.example.com"
ews_url = "https://mail.example.com/EWS"
owa_url = "https://mail.example.com/owa"

[[outgoing]]
type = "smtp"
hostname = "smtp.example.com"
add_this_server = true
use_global_preferred_server = false
restriction = "client-IP-address"

[[other]]
type = "caldav"
url = "https://dav.example.com/%EMAILADDRESS%/"

[oauth2]
issuer = "https://auth.example.com/"
auth_url = "https://auth.example.com/a"
token_url = "https://auth.example.com/t"
scope = ["mail", "https://mail.example.com/"]
client_id = "client"

[webmail]
url = "https://mail.example.com/"
[webmail.login]
url = "https://mail.example.com/login"
username = "%EMAILADDRESS%"
username_field = { id = "user", name = "u" }
password_field = { name = "p" }
login_button = {}
wait_for_redirection_url_prefix = "https://mail.example.com/in"

[[documentation]]
url = "https://example.com/help"
text = { en = "Help", "pt-BR" = "Ajuda", und = "?" }

[[enable]]
url = "https://example.com/on"
"""


def test_every_key_is_read() -> None:
    pop3, exchange = read(EVERYTHING).incoming
    (smtp,) = read(EVERYTHING).outgoing
    assert isinstance(pop3, TcpServer)
    assert pop3.hostname == "pop.%EMAILDOMAIN%"
    assert pop3.pop3 == Pop3Options(
        leave_messages_on_server=True,
        days_to_leave_messages_on_server=0,
        download_on_biff=False,
        check_interval_minutes=15,
    )
    assert isinstance(exchange, TcpServer)
    assert (exchange.ews_url, exchange.owa_url) == (
        "https://mail.example.com/EWS",
        "https://mail.example.com/owa",
    )
    assert isinstance(smtp, TcpServer)
    assert smtp.smtp == SmtpOptions(
        add_this_server=True, use_global_preferred_server=False, restriction="client-IP-address"
    )


def test_every_table_is_read() -> None:
    provider = read(EVERYTHING)
    login = WebMailLogin(
        url="https://mail.example.com/login",
        username="%EMAILADDRESS%",
        username_field=FormField(id="user", name="u"),
        password_field=FormField(name="p"),
        login_button=FormField(),
        wait_for_redirection_url_prefix="https://mail.example.com/in",
    )
    assert provider.webmail == WebMail(url="https://mail.example.com/", login=login)
    assert provider.oauth2 == OAuth2(
        issuer="auth.example.com",
        auth_url="https://auth.example.com/a",
        token_url="https://auth.example.com/t",
        scope=("mail", "https://mail.example.com/"),
        client_id="client",
    )
    texts = (Translation("en", "Help"), Translation("pt-BR", "Ajuda"), Translation(None, "?"))
    assert provider.documentation == (Documentation(url="https://example.com/help", texts=texts),)
    assert provider.enable == (Enable(url="https://example.com/on"),)
    assert provider.update_url == "https://example.com/update.xml"


def test_what_is_written_for_every_key_reads_back() -> None:
    assert read(toml.render(read(EVERYTHING))) == read(EVERYTHING)


@pytest.mark.parametrize("section", ["incoming", "outgoing"])
def test_one_table_counts_as_a_list_of_one(section: str) -> None:
    assert read(changed(TOML, (f"[[{section}]]", f"[{section}]"))) == PROVIDER


# What TOML itself allows


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('name = "Example Mail"', "name = 'Example Mail'"),
        ('name = "Example Mail"', 'name = """\nExample\n  Mail"""'),
        ('name = "Example Mail"', 'name = "Example\\u0020Mail"'),
        ('name = "Example Mail"', '"name" = "Example Mail" # a comment'),
        ('id = "example.com"', '\ufeffid = "example.com"'),
        ('domains = ["example.com"]', 'domains = [\n  "example.com",  # ours\n]'),
        ('[[incoming]]\ntype = "imap"', '[[incoming]]\ntype = "imap"\nport = 0x3E1'),
        ('[[incoming]]\ntype = "imap"', '[[incoming]]\ntype = "imap"\nport = 9_93'),
        ("\n\n", "\r\n\r\n"),
    ],
)
def test_other_spellings_of_toml_mean_the_same(old: str, new: str) -> None:
    assert read(changed(TOML, (old, new))) == PROVIDER


def test_dotted_keys_make_tables() -> None:
    provider = read(changed(TOML, ("domains =", 'oauth2.issuer = "auth.example.com"\ndomains =')))
    assert provider == replace(PROVIDER, oauth2=OAuth2(issuer="auth.example.com"))


def test_inline_tables_make_servers() -> None:
    document = 'domains = ["example.com"]\nincoming = [{ type = "imap", hostname = "imap.example.com" }]\n'
    assert read(document).incoming == PROVIDER.incoming
