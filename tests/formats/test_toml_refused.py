"""A provider file is its owner's: a wrong value refuses it and says where, an unknown key is remarked."""

from __future__ import annotations

import pytest

from autoconfig.errors import FormatError
from autoconfig.formats import toml
from tests.formats.minimal import TOML, changed

IMAP_TABLE = 'type = "imap"\nhostname = "imap.example.com"\n'
TYPES = (
    "imap, pop3, smtp, jmap, ews, owa, exchange, activeSync, graph, caldav, carddav, webdav, xmpp, xmpptcp, "
    "matrix, opentalk, managesieve"
)
WORDS = (
    "password-cleartext, password-encrypted, NTLM, GSSAPI, OAuth2, TLS-client-cert, client-IP-address, "
    "smtp-after-pop, none, http-basic, http-digest"
)


def refused(document: bytes | str) -> FormatError:
    """The refusal of a file."""
    with pytest.raises(FormatError) as found:
        toml.parse(document if isinstance(document, bytes) else document.encode())
    return found.value


# Values, with the path


@pytest.mark.parametrize(
    ("old", "new", "path", "sentence"),
    [
        ('id = "example.com"', "id = 1", "id", "id is a text. (value 1)"),
        ('id = "example.com"', 'id = ""', "id", "id is a text. (value '')"),
        ('id = "example.com"', 'id = "a b"', "", "A provider's id cannot be 'a b'."),
        ('name = "Example Mail"', "name = true", "name", "name is a text. (value True)"),
        ('name = "Example Mail"', 'name = " "', "name", "name is a text. (value ' ')"),
        (
            'name = "Example Mail"',
            'name = "\\u001b[31m"',
            "name",
            "name holds a control character. (value '\\x1b[31m')",
        ),
        ('short_name = "Example"', "short_name = 1.5", "short_name", "short_name is a text. (value 1.5)"),
        (
            '["example.com"]',
            '"example.com"',
            "domains",
            "domains is a list of texts, such as [\"example.com\"]. (value 'example.com')",
        ),
        (
            '["example.com"]',
            '["example.com", 1]',
            "domains",
            "domains is a list of texts, such as [\"example.com\"]. (value ['example.com', 1])",
        ),
        (
            '["example.com"]',
            '["example.com", ""]',
            "domains",
            "domains is a list of texts, such as [\"example.com\"]. (value ['example.com', ''])",
        ),
        ('["example.com"]', '["example.com", "a b"]', "domains[1]", "'a b' is not a domain name."),
        ('["example.com"]', '["192.0.2.1"]', "domains[0]", "'192.0.2.1' is a number, not a domain name."),
        ('["example.com"]', '["example.com"]\nmx = ["_"]', "mx[0]", "'_' is not a domain name."),
        (
            '["example.com"]',
            '["example.com"]\nupdate_url = "x"',
            "",
            "'x' is not a URL that starts with https:// or http://.",
        ),
    ],
)
def test_a_wrong_value_of_the_provider_refuses_the_file(old: str, new: str, path: str, sentence: str) -> None:
    error = refused(changed(TOML, (old, new)))
    assert (error.path, str(error)) == (path, sentence)


@pytest.mark.parametrize(
    ("lines", "path", "sentence"),
    [
        ('hostname = "x.example"', "incoming[0].type", "type is missing."),
        ('type = 1\nhostname = "x.example"', "incoming[0].type", "type is a text. (value 1)"),
        (
            'type = "imaps"\nhostname = "x.example"',
            "incoming[0].type",
            f"type is one of {TYPES}. (value 'imaps')",
        ),
        ('type = "imap"', "incoming[0].hostname", "hostname is missing."),
        ('type = "imap"\nhostname = "a b"', "incoming[0]", "'a b' is not a domain name."),
        (
            'type = "imap"\nhostname = "x.example"\nurl = "https://x.example/"',
            "incoming[0].hostname",
            "A server has a hostname or a url, not both.",
        ),
        (
            'type = "jmap"\nurl = "x.example"',
            "incoming[0]",
            "'x.example' is not a URL that starts with https:// or http:// or wss:// or ws://.",
        ),
        (f"{IMAP_TABLE}port = 0", "incoming[0].port", "port is a number from 1 to 65535. (value 0)"),
        (f"{IMAP_TABLE}port = 65536", "incoming[0].port", "port is a number from 1 to 65535. (value 65536)"),
        (f'{IMAP_TABLE}port = "993"', "incoming[0].port", "port is a number from 1 to 65535. (value '993')"),
        (f"{IMAP_TABLE}port = 993.0", "incoming[0].port", "port is a number from 1 to 65535. (value 993.0)"),
        (f"{IMAP_TABLE}port = true", "incoming[0].port", "port is a number from 1 to 65535. (value True)"),
        (
            f'{IMAP_TABLE}socket_type = "TLS"',
            "incoming[0].socket_type",
            "socket_type is one of SSL, STARTTLS, plain. (value 'TLS')",
        ),
        (
            f'{IMAP_TABLE}authentication = "OAuth2"',
            "incoming[0].authentication",
            "authentication is a list of texts, such as [\"example.com\"]. (value 'OAuth2')",
        ),
        (
            f'{IMAP_TABLE}authentication = ["plain"]',
            "incoming[0].authentication",
            f"authentication is one of {WORDS}. (value 'plain')",
        ),
        (f"{IMAP_TABLE}username = 1", "incoming[0].username", "username is a text. (value 1)"),
        (f'{IMAP_TABLE}username = " "', "incoming[0].username", "username is a text. (value ' ')"),
        (
            f'{IMAP_TABLE}username = "a\\nb"',
            "incoming[0]",
            "A login name cannot be 'a\\nb'.",
        ),
        (
            f'{IMAP_TABLE}ews_url = "https://x.example/"',
            "incoming[0]",
            "ews_url belongs to servers of type exchange, not imap.",
        ),
        (
            'type = "jmap"\nhostname = "x.example"',
            "incoming[0].port",
            "A server of type jmap has no usual port; write one.",
        ),
        (
            'type = "pop3"\nhostname = "x.example"\nleave_messages_on_server = "yes"',
            "incoming[0].leave_messages_on_server",
            "leave_messages_on_server is true or false. (value 'yes')",
        ),
        (
            'type = "pop3"\nhostname = "x.example"\ndays_to_leave_messages_on_server = -1',
            "incoming[0].days_to_leave_messages_on_server",
            "days_to_leave_messages_on_server is a number from 0 to 36500. (value -1)",
        ),
        ('type = "smtp"\nhostname = "x.example"', "", "A server of type smtp is not an incoming server."),
        (
            'type = "caldav"\nurl = "https://x.example"',
            "",
            "A server of type caldav is not an incoming server.",
        ),
    ],
)
def test_a_wrong_value_of_a_server_refuses_the_file(lines: str, path: str, sentence: str) -> None:
    error = refused(f'id = "example.com"\n[[incoming]]\n{lines}\n')
    assert (error.path, str(error)) == (path, sentence)


def test_the_second_server_is_named_by_its_place() -> None:
    error = refused(f'{TOML}\n[[outgoing]]\ntype = "smtp"\nhostname = "b.example"\nport = -1\n')
    assert error.path == "outgoing[1].port"


@pytest.mark.parametrize(
    ("lines", "path", "sentence"),
    [
        ("oauth2 = 1", "oauth2", "oauth2 is a table, written [oauth2]. (value 1)"),
        ("[oauth2]", "oauth2.issuer", "issuer is missing."),
        ('[oauth2]\nissuer = "a b"', "oauth2", "An OAuth2 issuer cannot be 'a b'."),
        (
            '[oauth2]\nissuer = "a.example"\nscope = ["a\\u0000"]',
            "oauth2",
            "An OAuth2 scope cannot hold 'a\\x00'.",
        ),
        (
            '[oauth2]\nissuer = "a.example"\nauth_url = "http://a.example/"',
            "oauth2",
            "'http://a.example/' is not a URL that starts with https://.",
        ),
        ("[webmail]", "webmail", "Web mail has neither a login page nor a login form."),
        ("[webmail.login]", "webmail.login.url", "url is missing."),
        (
            '[webmail.login]\nurl = "https://x.example/"\nusername_field = "u"',
            "webmail.login.username_field",
            "username_field is a table, written [webmail.login.username_field]. (value 'u')",
        ),
        ("[[documentation]]", "documentation[0].url", "url is missing."),
        (
            '[[documentation]]\nurl = "https://x.example/"\ntext = "Help"',
            "documentation[0].text",
            "text is a table, written [documentation[0].text]. (value 'Help')",
        ),
        (
            '[[documentation]]\nurl = "https://x.example/"\ntext = { en_US = "Help" }',
            "documentation[0].text",
            "'en_US' is not a language tag such as en or pt-BR.",
        ),
        (
            '[[documentation]]\nurl = "https://x.example/"\ntext = { en = "" }',
            "documentation[0].text.en",
            "en is a text. (value '')",
        ),
        (
            "documentation = [1]",
            "documentation",
            "documentation is a list of tables, each written [[documentation]]. (value [1])",
        ),
        ('enable = "x"', "enable", "enable is a list of tables, each written [[enable]]. (value 'x')"),
        ("[[enable]]", "enable[0].url", "url is missing."),
    ],
)
def test_a_wrong_value_of_a_table_refuses_the_file(lines: str, path: str, sentence: str) -> None:
    head, _, tail = TOML.partition("\n\n")
    document = f"{head}\n{lines}\n\n{tail}" if lines[0] != "[" else f"{TOML}\n{lines}\n"
    error = refused(document)
    assert (error.path, str(error)) == (path, sentence)


@pytest.mark.parametrize(
    ("document", "path", "sentence"),
    [
        ("", "id", "The provider has neither id nor domains."),
        ('name = "Example"', "id", "The provider has neither id nor domains."),
        ('id = "example.com"', "", "A provider has no usable server."),
        ('domains = ["example.com"]', "", "A provider has no usable server."),
    ],
)
def test_a_file_that_lacks_what_makes_a_provider_is_refused(document: str, path: str, sentence: str) -> None:
    error = refused(document)
    assert (error.path, str(error), error.line) == (path, sentence, None)


@pytest.mark.parametrize(
    ("line", "path", "message"),
    [
        ('logo = "../logo.svg"', "page", "A logo is the name of an SVG, PNG or WebP file beside this one"),
        ('colour = "red"', "page", "A colour is written #rrggbb, such as #0b5c8a, not 'red'."),
        ("colour = 7", "page.colour", "colour is a text."),
        ('support_email = "help"', "page", "'help' is not an e-mail address."),
        ('support_phone = "call us"', "page", "'call us' is not a telephone number."),
        ('notes = "text"', "page.notes", "notes is a table, written [page.notes]."),
    ],
)
def test_a_wrong_page_says_where_and_what(line: str, path: str, message: str) -> None:
    with pytest.raises(FormatError) as caught:
        toml.parse(f'id = "x"\nincoming = [{{ type = "imap", hostname = "a.b" }}]\n[page]\n{line}\n'.encode())
    assert caught.value.path == path
    assert str(caught.value).startswith(message)
