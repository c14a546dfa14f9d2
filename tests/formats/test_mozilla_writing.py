"""The plain document, version 1.1: what every reader accepts (protocols of the mail clients)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from lxml import etree

from autoconfig.formats import mozilla
from autoconfig.model import (
    Authentication,
    OAuth2,
    Pop3Options,
    Provider,
    ServerType,
    SocketType,
    UrlServer,
    WebMail,
    WebMailLogin,
)
from tests.formats.minimal import IMAP, MOZILLA, PROVIDER, SMTP
from tests.shared import shared_path
from tests.strategies import domains, mozilla_providers

POP3 = replace(IMAP, type=ServerType.POP3, hostname="pop.example.com", port=995)
JMAP = UrlServer(type=ServerType.JMAP, url="https://jmap.example.com/")
CALDAV = UrlServer(
    type=ServerType.CALDAV,
    url="https://dav.example.com/",
    authentication=(Authentication.HTTP_BASIC,),
    username="%EMAILADDRESS%",
)


def written(domain: str = "example.com", **changes: Any) -> etree._Element:
    """The root of the plain document for a domain of the small provider with changes."""
    document = mozilla.render(replace(PROVIDER, **changes), domain)
    assert document is not None
    return etree.fromstring(document)


def texts(root: etree._Element, path: str) -> list[str]:
    """The texts of the elements at a path."""
    return [element.text or "" for element in root.iterfind(path)]


def test_the_small_provider_is_written_as_the_small_document() -> None:
    assert mozilla.render(PROVIDER, "example.com") == MOZILLA.encode()


def test_the_media_type_is_the_one_that_every_reader_accepts() -> None:
    assert mozilla.MEDIA_TYPE == "text/xml; charset=utf-8"


def test_the_version_is_always_written() -> None:
    assert written().get("version") == "1.1"


def test_only_the_domain_that_was_asked_for_is_named() -> None:
    root = written("b.example", domains=("a.example", "b.example"), mx_domains=("mx.example.com",))
    assert texts(root, "emailProvider/domain") == ["b.example"]
    assert root.find("emailProvider/domain[@purpose]") is None


def test_domains_are_written_as_a_labels() -> None:
    assert texts(written("xn--bcher-kva.example"), "emailProvider/domain") == ["xn--bcher-kva.example"]


@pytest.mark.parametrize(
    ("provider_id", "written_id"),
    [
        ("example.com", "example.com"),
        ("Example.COM", "example.com"),
        ("AT&T", "x.example"),
        ("a_b", "x.example"),
    ],
)
def test_the_id_is_a_host_name(provider_id: str, written_id: str) -> None:
    root = written("x.example", id=provider_id)
    assert [element.get("id") for element in root.iterfind("emailProvider")] == [written_id]


def test_imap_stands_before_pop3() -> None:
    root = written(incoming=(POP3, IMAP))
    assert [element.get("type") for element in root.iterfind("emailProvider/incomingServer")] == [
        "imap",
        "pop3",
    ]


def test_types_that_some_reader_does_not_know_are_left_out() -> None:
    graph = UrlServer(type=ServerType.GRAPH, url="https://graph.example.com/")
    exchange = replace(IMAP, type=ServerType.EXCHANGE, port=443)
    root = written(incoming=(JMAP, exchange, graph, IMAP))
    assert [element.get("type") for element in root.iterfind("emailProvider/incomingServer")] == ["imap"]


def test_a_plain_socket_is_left_out_beside_a_secure_one() -> None:
    plain = replace(IMAP, port=143, socket_type=SocketType.PLAIN)
    plain_smtp = replace(SMTP, port=25, socket_type=SocketType.PLAIN)
    root = written(incoming=(plain, IMAP), outgoing=(plain_smtp, SMTP))
    assert texts(root, "emailProvider/*/socketType") == ["SSL", "SSL"]


def test_a_plain_socket_is_written_where_there_is_no_other() -> None:
    root = written(incoming=(replace(IMAP, socket_type=SocketType.PLAIN),))
    assert texts(root, "emailProvider/incomingServer/socketType") == ["plain"]


def test_a_login_name_is_always_written() -> None:
    root = written(incoming=(replace(IMAP, username=None),), outgoing=(replace(SMTP, username=None),))
    assert texts(root, "emailProvider/*/username") == ["%EMAILADDRESS%", "%EMAILADDRESS%"]


def test_login_names_keep_their_placeholders() -> None:
    root = written(incoming=(replace(IMAP, username="%EMAILLOCALPART%.%EMAILDOMAIN%"),))
    assert texts(root, "emailProvider/incomingServer/username") == ["%EMAILLOCALPART%.%EMAILDOMAIN%"]


def test_placeholders_of_host_names_are_filled() -> None:
    root = written("x.example", incoming=(replace(IMAP, hostname="imap.%EMAILDOMAIN%"),))
    assert texts(root, "emailProvider/incomingServer/hostname") == ["imap.x.example"]


def test_authentications_that_some_reader_does_not_know_are_left_out() -> None:
    words = (Authentication.GSSAPI, Authentication.OAUTH2, Authentication.PASSWORD_CLEARTEXT)
    root = written(incoming=(replace(IMAP, authentication=words),))
    assert texts(root, "emailProvider/incomingServer/authentication") == ["OAuth2", "password-cleartext"]


def test_deprecated_words_are_never_written() -> None:
    words = (Authentication.PASSWORD_ENCRYPTED, Authentication.PASSWORD_CLEARTEXT)
    root = written(incoming=(replace(IMAP, authentication=words),))
    assert texts(root, "emailProvider/incomingServer/authentication") == [
        "password-encrypted",
        "password-cleartext",
    ]


def test_pop3_options_stand_inside_their_own_element() -> None:
    options = Pop3Options(
        leave_messages_on_server=True,
        days_to_leave_messages_on_server=14,
        download_on_biff=False,
        check_interval_minutes=15,
    )
    (pop3,) = written(incoming=(replace(POP3, pop3=options),)).iterfind("emailProvider/incomingServer/pop3")
    assert [(child.tag, child.text, child.get("minutes")) for child in pop3] == [
        ("leaveMessagesOnServer", "true", None),
        ("downloadOnBiff", "false", None),
        ("daysToLeaveMessagesOnServer", "14", None),
        ("checkInterval", None, "15"),
    ]


def test_a_calendar_stands_beside_the_mail_provider_with_the_words_of_version_1_2() -> None:
    root = written(other=(CALDAV,))
    (calendar,) = root.iterfind("calendar")
    assert calendar.get("type") == "caldav"
    assert [(child.tag, child.text, dict(child.attrib)) for child in calendar] == [
        ("url", "https://dav.example.com/", {}),
        ("authentication", "Basic", {"system": "http"}),
        ("username", "%EMAILADDRESS%", {}),
    ]


def test_a_calendar_with_another_login_name_stands_before_the_mail_provider() -> None:
    # FairEmail takes the last login name of the document for the mailbox's.
    root = written(other=(replace(CALDAV, username="%EMAILLOCALPART%"),))
    assert [child.tag for child in root] == ["calendar", "emailProvider"]
    assert list(root.iter("username"))[-1].text == "%EMAILADDRESS%"


def test_a_calendar_with_the_same_login_name_stands_after_the_mail_provider() -> None:
    assert [child.tag for child in written(other=(CALDAV,))] == ["emailProvider", "calendar"]


def test_the_login_form_of_web_mail_is_left_out() -> None:
    login = WebMailLogin(url="https://mail.example.com/login", username="someone")
    root = written(webmail=WebMail(url="https://mail.example.com/", login=login))
    (webmail,) = root.iterfind("webMail")
    assert [(child.tag, child.get("url")) for child in webmail] == [
        ("loginPage", "https://mail.example.com/")
    ]


def test_web_mail_with_a_login_form_alone_is_left_out() -> None:
    root = written(webmail=WebMail(login=WebMailLogin(url="https://mail.example.com/login")))
    assert root.find("webMail") is None


def test_oauth2_is_written_at_the_root() -> None:
    oauth2 = OAuth2(
        issuer="auth.example.com",
        auth_url="https://auth.example.com/a",
        token_url="https://auth.example.com/t",
        scope=("mail", "offline"),
        client_id="client",
    )
    (element,) = written(oauth2=oauth2).iterfind("oAuth2")
    assert [(child.tag, child.text) for child in element] == [
        ("issuer", "auth.example.com"),
        ("scope", "mail offline"),
        ("authURL", "https://auth.example.com/a"),
        ("tokenURL", "https://auth.example.com/t"),
        ("clientID", "client"),
    ]


@pytest.mark.parametrize(
    "changes",
    [
        {"incoming": ()},
        {"incoming": (JMAP,)},
        {"incoming": (replace(IMAP, type=ServerType.EXCHANGE, port=443),)},
        {"incoming": (replace(IMAP, authentication=()),)},
        {"incoming": (), "outgoing": (), "other": (CALDAV,)},
    ],
)
def test_without_a_server_to_read_mail_with_there_is_no_document(changes: dict[str, Any]) -> None:
    assert mozilla.render(replace(PROVIDER, **changes), "example.com") is None


@pytest.mark.parametrize("full", [False, True])
def test_where_no_name_fits_the_domain_there_is_no_document(full: bool) -> None:
    imap = replace(IMAP, hostname="imap.%EMAILDOMAIN%")
    provider = replace(PROVIDER, incoming=(imap,), outgoing=())
    domain = ".".join(["a" * 63] * 3 + ["a" * 61])
    assert mozilla.render(provider, domain, full=full) is None


def test_characters_that_mean_something_to_xml_are_escaped() -> None:
    root = written(display_name="<A> & \"B\" 'C' ]]>", incoming=(replace(IMAP, username="<&>"),))
    assert texts(root, "emailProvider/displayName") == ["<A> & \"B\" 'C' ]]>"]
    assert texts(root, "emailProvider/incomingServer/username") == ["<&>"]


def test_the_same_provider_gives_the_same_bytes() -> None:
    provider = replace(PROVIDER, other=(CALDAV,))
    assert mozilla.render(provider, "example.com") == mozilla.render(replace(provider), "example.com")


@settings(deadline=None)
@given(mozilla_providers(), domains())
def test_the_plain_document_keeps_every_promise(provider: Provider, domain: str) -> None:
    document = mozilla.render(provider, domain)
    if document is None:
        return
    root = etree.fromstring(document)
    assert root.get("version") == "1.1"
    assert texts(root, "emailProvider/domain") == [domain]
    assert len(root.findall("emailProvider")) == 1
    for element in root.iter():
        if len(element) == 0 and element.text is not None:
            assert element.text == element.text.strip() != ""
    for server in root.iterfind("emailProvider/incomingServer"):
        assert server.get("type") in ("imap", "pop3")
    for name in ("incomingServer", "outgoingServer"):
        for server in root.iterfind(f"emailProvider/{name}"):
            assert [child.tag for child in server][:3] == ["hostname", "port", "socketType"]
            assert server.find("authentication") is not None
            assert server.find("username") is not None
            assert "%EMAILDOMAIN%" not in (server.findtext("hostname") or "")


@settings(deadline=None)
@given(mozilla_providers(), domains())
def test_the_plain_document_is_read_by_our_own_reader_without_a_remark(
    provider: Provider, domain: str
) -> None:
    document = mozilla.render(provider, domain)
    if document is not None:
        assert mozilla.parse(document).remarks == ()


def test_rendered_documents_are_valid_against_the_schema_of_the_draft() -> None:
    schema = etree.RelaxNG(etree.parse(shared_path("spec", "autoconfig.rng")))

    @settings(deadline=None)
    @given(mozilla_providers(), domains())
    def check(provider: Provider, domain: str) -> None:
        for full in (False, True):
            document = mozilla.render(provider, domain, full=full)
            if document is not None:
                schema.assertValid(etree.fromstring(document))

    check()
