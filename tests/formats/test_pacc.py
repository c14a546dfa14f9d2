"""Writing PACC: one provider it can say, one change each."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from autoconfig.formats import pacc
from autoconfig.model import (
    Authentication,
    Documentation,
    OAuth2,
    Provider,
    ServerType,
    SocketType,
    TcpServer,
    UrlServer,
)

ADDRESS = "%EMAILADDRESS%"
PASSWORD = (Authentication.PASSWORD_CLEARTEXT,)
OAUTH2 = (Authentication.OAUTH2,)
BOTH = OAUTH2 + PASSWORD

IMAP = TcpServer(
    type=ServerType.IMAP,
    hostname="imap.example.com",
    port=993,
    socket_type=SocketType.SSL,
    authentication=PASSWORD,
    username=ADDRESS,
)
POP3 = replace(IMAP, type=ServerType.POP3, hostname="pop.example.com", port=995)
SMTP = replace(IMAP, type=ServerType.SMTP, hostname="smtp.example.com", port=465)
JMAP = UrlServer(
    type=ServerType.JMAP,
    url="https://jmap.example.com/session",
    authentication=(Authentication.HTTP_BASIC,),
    username=ADDRESS,
)
CALDAV = replace(JMAP, type=ServerType.CALDAV, url="https://dav.example.com/calendars/")
EWS = replace(JMAP, type=ServerType.EWS, url="https://mail.example.com/EWS/Exchange.asmx")
STARTTLS = replace(SMTP, socket_type=SocketType.STARTTLS, port=587)
ISSUER = OAuth2(issuer="https://login.example.com")

SAID = Provider(
    id="example.com",
    display_name="Example Mail",
    short_name="Example",
    domains=("example.com", "example.org"),
    mx_domains=("mx.example.net",),
    incoming=(POP3, IMAP),
    outgoing=(SMTP,),
)

WHOLE = """\
{
  "protocols": {
    "imap": {
      "host": "imap.example.com"
    },
    "pop3": {
      "host": "pop.example.com"
    },
    "submit": {
      "host": "smtp.example.com"
    }
  },
  "authentication": {
    "password": true
  },
  "info": {
    "provider": {
      "name": "Example Mail",
      "shortName": "Example"
    }
  }
}
"""


def rendered(provider: Provider, domain: str = "example.com") -> dict[str, Any]:
    """The document of a provider that has one."""
    assert pacc.unsayable(provider, domain) == ""
    body = pacc.render(provider, domain)
    assert body is not None
    content: dict[str, Any] = json.loads(body)
    return content


def changed(**fields: Any) -> dict[str, Any]:
    """The document of the provider with some fields changed."""
    return rendered(replace(SAID, **fields))


def refused(**fields: Any) -> str:
    """Why the provider has no document with some fields changed."""
    provider = replace(SAID, **fields)
    assert pacc.render(provider, "example.com") is None
    return pacc.unsayable(provider)


def test_the_document_is_these_bytes() -> None:
    assert pacc.render(SAID, "example.com") == WHOLE.encode()


def test_only_what_the_domain_needs_is_said() -> None:
    body = pacc.render(SAID, "example.org")
    assert body == WHOLE.encode()
    assert b"mx.example.net" not in body


# --- servers


def test_every_protocol_of_the_draft_is_written_in_its_order() -> None:
    carddav = replace(CALDAV, type=ServerType.CARDDAV, url="https://dav.example.com/contacts/")
    webdav = replace(CALDAV, type=ServerType.WEBDAV, url="https://files.example.com/dav/")
    protocols = changed(incoming=(JMAP, POP3, IMAP), other=(webdav, carddav, CALDAV))["protocols"]
    assert list(protocols) == ["imap", "pop3", "jmap", "submit", "caldav", "carddav", "webdav"]
    assert protocols["jmap"] == {"url": "https://jmap.example.com/session"}
    assert protocols["webdav"] == {"url": "https://files.example.com/dav/"}


def test_the_first_server_of_a_type_that_can_be_said_is_the_one() -> None:
    second = replace(IMAP, hostname="imap2.example.com")
    third = replace(IMAP, hostname="imap3.example.com")
    first = replace(IMAP, socket_type=SocketType.STARTTLS, port=143)
    assert changed(incoming=(first, second, third))["protocols"]["imap"] == {"host": "imap2.example.com"}


def test_a_host_name_is_filled_for_the_domain() -> None:
    provider = replace(SAID, incoming=(replace(IMAP, hostname="imap.%EMAILDOMAIN%"),))
    assert rendered(provider, "example.org")["protocols"]["imap"] == {"host": "imap.example.org"}


def test_the_usual_port_of_a_url_is_not_written() -> None:
    protocols = changed(other=(replace(CALDAV, url="https://dav.example.com:443/c/"),))["protocols"]
    assert protocols["caldav"] == {"url": "https://dav.example.com/c/"}


@pytest.mark.parametrize(
    "server",
    [
        replace(CALDAV, url="https://dav.example.com/"),
        replace(CALDAV, url="https://dav.example.com:8443/c/"),
        replace(CALDAV, url="http://dav.example.com/c/"),
        replace(CALDAV, url="https://dav.example.com/%EMAILADDRESS%/"),
        replace(CALDAV, username="%EMAILLOCALPART%"),
        replace(CALDAV, authentication=()),
        replace(CALDAV, authentication=(Authentication.GSSAPI,)),
        replace(IMAP, type=ServerType.MANAGESIEVE, port=4190),
    ],
    ids=["origin", "port", "http", "placeholder", "login", "none", "kerberos", "type"],
)
def test_what_is_not_mail_is_left_out_where_it_cannot_be_said(server: TcpServer | UrlServer) -> None:
    assert changed(other=(server,)) == json.loads(WHOLE)


def test_jmap_at_the_root_of_its_host_can_be_said() -> None:
    protocols = changed(incoming=(replace(JMAP, url="https://jmap.example.com/"),))["protocols"]
    assert protocols["jmap"] == {"url": "https://jmap.example.com/"}


def test_one_incoming_server_is_enough_for_receiving() -> None:
    pop3 = replace(POP3, socket_type=SocketType.STARTTLS, port=110)
    assert list(changed(incoming=(pop3, EWS, IMAP))["protocols"]) == ["imap", "submit"]


def test_a_provider_of_calendars_alone_has_a_document() -> None:
    assert list(changed(incoming=(), outgoing=(), other=(CALDAV,))["protocols"]) == ["caldav"]


# --- what cannot be said


@pytest.mark.parametrize(
    ("server", "reason"),
    [
        (STARTTLS, "smtp.example.com has STARTTLS on port 587, not implicit TLS on port 465"),
        (
            replace(SMTP, port=2465),
            "smtp.example.com has implicit TLS on port 2465, not implicit TLS on port 465",
        ),
        (
            replace(SMTP, socket_type=SocketType.PLAIN, port=25),
            "smtp.example.com has no TLS on port 25, not implicit TLS on port 465",
        ),
        (replace(SMTP, hostname="192.0.2.1"), "192.0.2.1 is not a host name"),
        (
            replace(SMTP, hostname="%EMAILLOCALPART%.example.com"),
            "%EMAILLOCALPART%.example.com is not a host name",
        ),
        (
            replace(SMTP, username="%EMAILLOCALPART%"),
            "smtp.example.com wants another login name than the address",
        ),
        (
            replace(SMTP, authentication=OAUTH2),
            "smtp.example.com offers neither a password nor OAuth2 with an issuer",
        ),
        (
            replace(SMTP, authentication=(Authentication.CLIENT_IP_ADDRESS,)),
            "smtp.example.com offers neither a password nor OAuth2 with an issuer",
        ),
    ],
    ids=["STARTTLS", "port", "plain", "number", "placeholder", "login name", "no issuer", "no password"],
)
def test_without_a_way_to_send_there_is_no_document(server: TcpServer, reason: str) -> None:
    assert refused(outgoing=(server,)) == f"PACC cannot say any outgoing server: {reason}."


@pytest.mark.parametrize(
    ("server", "reason"),
    [
        (EWS, "https://mail.example.com/EWS/Exchange.asmx is of type ews"),
        (replace(IMAP, type=ServerType.JMAP, port=443), "imap.example.com is of type jmap"),
        (replace(JMAP, url="http://jmap.example.com/"), "http://jmap.example.com/ is not https on port 443"),
        (
            replace(JMAP, url="https://jmap.example.com:8443/"),
            "https://jmap.example.com:8443/ is not https on port 443",
        ),
        (
            replace(JMAP, url="https://jmap.example.com/%EMAILADDRESS%"),
            "https://jmap.example.com/%EMAILADDRESS% holds a placeholder",
        ),
    ],
    ids=["type", "no url", "http", "port", "placeholder"],
)
def test_without_a_way_to_receive_there_is_no_document(server: TcpServer | UrlServer, reason: str) -> None:
    assert refused(incoming=(server,)) == f"PACC cannot say any incoming server: {reason}."


def test_a_provider_of_calendars_that_cannot_be_said_has_no_document() -> None:
    origin = replace(CALDAV, url="https://dav.example.com/")
    sentence = "PACC cannot say any server: https://dav.example.com/ has no path."
    assert refused(incoming=(), outgoing=(), other=(origin,)) == sentence


def test_the_first_server_gives_the_reason() -> None:
    assert refused(outgoing=(STARTTLS, replace(SMTP, hostname="192.0.2.1"))).startswith(
        "PACC cannot say any outgoing server: smtp.example.com has STARTTLS"
    )


def test_a_host_name_that_gets_too_long_at_a_domain_cannot_be_said_there() -> None:
    long = ".".join(["x" * 60] * 4)
    provider = replace(SAID, outgoing=(replace(SMTP, hostname="smtp.mail.example.%EMAILDOMAIN%"),))
    assert pacc.render(provider, long) is None
    assert pacc.unsayable(provider) == ""
    sentence = "PACC cannot say any outgoing server: no host name fits the domain."
    assert pacc.unsayable(provider, long) == sentence


def test_no_server_at_all_is_left_at_a_domain() -> None:
    long = ".".join(["x" * 60] * 4)
    hostname = "mail.example.example.%EMAILDOMAIN%"
    servers = {
        "incoming": (replace(IMAP, hostname=hostname),),
        "outgoing": (replace(SMTP, hostname=hostname),),
    }
    provider = replace(SAID, **servers)
    assert pacc.render(provider, long) is None
    assert pacc.unsayable(provider, long) == "PACC cannot say any server: no host name fits the domain."


# --- login


@pytest.mark.parametrize(
    "username", [None, ADDRESS, "%EMAILLOCALPART%@%EMAILDOMAIN%", "%EMAILLOCALPART%@example.com"]
)
def test_every_spelling_of_the_address_is_the_address(username: str | None) -> None:
    assert changed(outgoing=(replace(SMTP, username=username),)) == json.loads(WHOLE)


@pytest.mark.parametrize(
    "word",
    ["PASSWORD_CLEARTEXT", "PASSWORD_ENCRYPTED", "HTTP_BASIC", "HTTP_DIGEST"],
)
def test_a_password_is_a_password_however_it_travels(word: str) -> None:
    document = changed(outgoing=(replace(SMTP, authentication=(Authentication[word],)),))
    assert document["authentication"] == {"password": True}


@pytest.mark.parametrize(
    ("receiving", "sending", "authentication"),
    [
        (BOTH, BOTH, {"oauth-public": {"issuer": "https://login.example.com"}, "password": True}),
        (OAUTH2, OAUTH2, {"oauth-public": {"issuer": "https://login.example.com"}, "password": False}),
        (BOTH, OAUTH2, {"oauth-public": {"issuer": "https://login.example.com"}, "password": False}),
        (BOTH, PASSWORD, {"password": True}),
        (OAUTH2, PASSWORD, {"oauth-public": {"issuer": "https://login.example.com"}, "password": True}),
    ],
    ids=["both", "OAuth2", "OAuth2 to send", "password to send", "nothing in common"],
)
def test_a_login_is_said_that_works_for_receiving_and_for_sending(
    receiving: tuple[Authentication, ...], sending: tuple[Authentication, ...], authentication: dict[str, Any]
) -> None:
    document = changed(
        incoming=(replace(IMAP, authentication=receiving),),
        outgoing=(replace(SMTP, authentication=sending),),
        oauth2=ISSUER,
    )
    assert document["authentication"] == authentication
    assert list(document["protocols"]) == ["imap", "submit"]


def test_a_server_that_takes_no_login_of_the_document_is_left_out() -> None:
    document = changed(
        incoming=(replace(IMAP, authentication=OAUTH2),),
        outgoing=(replace(SMTP, authentication=OAUTH2),),
        other=(CALDAV,),
        oauth2=ISSUER,
    )
    assert list(document["protocols"]) == ["imap", "submit"]


# --- names and help


def test_a_name_that_is_too_long_is_cut() -> None:
    document = changed(display_name="x" * 61)
    assert document["info"]["provider"] == {"name": "x" * 59 + "…", "shortName": "Example"}


@pytest.mark.parametrize("short_name", ["x" * 21, "Example Mail"], ids=["too long", "the name"])
def test_a_short_name_that_says_nothing_more_is_left_out(short_name: str) -> None:
    assert changed(short_name=short_name)["info"]["provider"] == {"name": "Example Mail"}


def test_a_name_is_written_as_people_read_it() -> None:
    body = pacc.render(replace(SAID, display_name="Bücher 日本"), "example.com")
    assert body is not None
    assert '"Bücher 日本"'.encode() in body


def test_the_first_help_page_is_said() -> None:
    pages = ("https://example.com/%EMAILDOMAIN%", "https://example.com/help", "https://example.com/more")
    document = changed(documentation=tuple(Documentation(url=url) for url in pages))
    assert document["info"]["help"] == {"documentation": "https://example.com/help"}
