"""The full document, version 1.2: everything the provider has."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from lxml import etree

from autoconfig.formats import mozilla
from autoconfig.model import (
    Authentication,
    Documentation,
    Enable,
    FormField,
    ServerType,
    SmtpOptions,
    SocketType,
    Translation,
    UrlServer,
    WebMail,
    WebMailLogin,
)
from tests.formats.minimal import IMAP, PROVIDER, SMTP


def written(domain: str | None = "example.com", **changes: Any) -> etree._Element:
    """The root of the full document for a domain of the small provider with changes."""
    document = mozilla.render(replace(PROVIDER, **changes), domain, full=True)
    assert document is not None
    return etree.fromstring(document)


def texts(root: etree._Element, path: str) -> list[str]:
    """The texts of the elements at a path."""
    return [element.text or "" for element in root.iterfind(path)]


def test_the_version_is_1_2() -> None:
    assert written().get("version") == "1.2"


def test_every_type_is_written_in_the_order_of_the_provider() -> None:
    urls = [
        UrlServer(type=server_type, url=f"https://x.example/{server_type}")
        for server_type in (ServerType.JMAP, ServerType.EWS, ServerType.ACTIVESYNC, ServerType.GRAPH)
    ]
    pop3 = replace(IMAP, type=ServerType.POP3, port=995)
    root = written(incoming=(*urls, pop3, IMAP))
    found = [element.get("type") for element in root.iterfind("emailProvider/incomingServer")]
    assert found == ["jmap", "ews", "activeSync", "graph", "pop3", "imap"]
    assert texts(root, "emailProvider/incomingServer/url")[0] == "https://x.example/jmap"


def test_plain_sockets_and_every_authentication_are_written() -> None:
    words = (Authentication.GSSAPI, Authentication.OAUTH2, Authentication.NTLM)
    plain = replace(IMAP, port=143, socket_type=SocketType.PLAIN, authentication=words, username=None)
    root = written(incoming=(plain, IMAP))
    assert texts(root, "emailProvider/incomingServer/socketType") == ["plain", "SSL"]
    assert texts(root, "emailProvider/incomingServer[1]/authentication") == ["GSSAPI", "OAuth2", "NTLM"]
    assert texts(root, "emailProvider/incomingServer[1]/username") == []


@pytest.mark.parametrize("changes", [{"incoming": ()}, {"outgoing": ()}])
def test_a_document_is_written_without_incoming_or_outgoing_servers(changes: dict[str, Any]) -> None:
    assert len(written(**changes).findall("emailProvider/*[@type]")) == 1


def test_without_a_domain_every_domain_is_named() -> None:
    root = written(None, domains=("a.example", "b.example"), mx_domains=("mx.example.com",))
    found = [(element.text, element.get("purpose")) for element in root.iterfind("emailProvider/domain")]
    assert found == [("a.example", None), ("b.example", None), ("mx.example.com", "mx")]


def test_without_a_domain_placeholders_and_the_id_stay() -> None:
    root = written(None, id="AT&T", incoming=(replace(IMAP, hostname="imap.%EMAILDOMAIN%"),))
    assert [element.get("id") for element in root.iterfind("emailProvider")] == ["AT&T"]
    assert texts(root, "emailProvider/incomingServer/hostname") == ["imap.%EMAILDOMAIN%"]


def test_with_a_domain_only_that_is_named() -> None:
    root = written("b.example", domains=("a.example", "b.example"), mx_domains=("mx.example.com",))
    assert texts(root, "emailProvider/domain") == ["b.example"]


def test_help_pages_carry_their_texts_by_language() -> None:
    texts_ = (Translation("en", "Help"), Translation(None, "Hilfe"))
    root = written(documentation=(Documentation(url="https://example.com/help", texts=texts_),))
    (page,) = root.iterfind("emailProvider/documentation")
    assert page.get("url") == "https://example.com/help"
    assert [(child.tag, child.get("lang"), child.text) for child in page] == [
        ("descr", "en", "Help"),
        ("descr", None, "Hilfe"),
    ]


def test_what_the_user_must_enable_stands_inside_the_mail_provider() -> None:
    enable = Enable(url="https://example.com/on", texts=(Translation("en", "Turn on IMAP"),))
    (element,) = written(enable=(enable,)).iterfind("emailProvider/enable")
    assert element.get("visiturl") == "https://example.com/on"
    assert [(child.tag, child.get("lang"), child.text) for child in element] == [
        ("instruction", "en", "Turn on IMAP")
    ]


def test_an_exchange_server_carries_its_urls() -> None:
    server = replace(
        IMAP,
        type=ServerType.EXCHANGE,
        port=443,
        ews_url="https://x.example/EWS",
        owa_url="https://x.example/owa",
    )
    root = written(incoming=(server,))
    assert texts(root, "emailProvider/incomingServer/owaURL") == ["https://x.example/owa"]
    assert texts(root, "emailProvider/incomingServer/ewsURL") == ["https://x.example/EWS"]


def test_smtp_options_stand_in_the_section() -> None:
    options = SmtpOptions(
        use_global_preferred_server=False, add_this_server=True, restriction="client-IP-address"
    )
    root = written(outgoing=(replace(SMTP, smtp=options),))
    (server,) = root.iterfind("emailProvider/outgoingServer")
    assert [(child.tag, child.text) for child in server][-3:] == [
        ("addThisServer", "true"),
        ("useGlobalPreferredServer", "false"),
        ("restriction", "client-IP-address"),
    ]


def test_the_login_form_of_web_mail_is_written() -> None:
    login = WebMailLogin(
        url="https://mail.example.com/login",
        username="%EMAILADDRESS%",
        username_field=FormField(id="user", name="u"),
        password_field=FormField(name="p"),
        login_button=FormField(),
        wait_for_redirection_url_prefix="https://mail.example.com/in",
    )
    (form,) = written(webmail=WebMail(login=login)).iterfind("webMail/loginPageInfo")
    assert dict(form.attrib) == {
        "url": "https://mail.example.com/login",
        "waitForRedirectionURLPrefix": "https://mail.example.com/in",
    }
    assert [(child.tag, child.text, dict(child.attrib)) for child in form] == [
        ("username", "%EMAILADDRESS%", {}),
        ("usernameField", None, {"id": "user", "name": "u"}),
        ("passwordField", None, {"name": "p"}),
        ("loginButton", None, {}),
    ]


@pytest.mark.parametrize(
    ("server_type", "section"),
    [
        (ServerType.CALDAV, "calendar"),
        (ServerType.CARDDAV, "addressbook"),
        (ServerType.WEBDAV, "fileShare"),
        (ServerType.XMPP, "chatServer"),
        (ServerType.XMPPTCP, "chatServer"),
        (ServerType.MATRIX, "chatServer"),
        (ServerType.OPENTALK, "videoConference"),
        (ServerType.MANAGESIEVE, "setupServer"),
    ],
)
def test_every_other_server_has_its_section(server_type: ServerType, section: str) -> None:
    root = written(other=(UrlServer(type=server_type, url="https://x.example/"),))
    assert [(child.tag, child.get("type")) for child in root if child.tag != "emailProvider"] == [
        (section, server_type)
    ]


def test_the_place_of_updates_comes_last() -> None:
    root = written(update_url="https://example.com/update.xml")
    assert (root[-1].tag, root[-1].get("url")) == ("clientConfigUpdate", "https://example.com/update.xml")
