"""Reading Apple profiles: one minimal profile, one change each."""

from __future__ import annotations

import plistlib
from typing import Any

import pytest

from autoconfig.errors import FormatError
from autoconfig.formats import mobileconfig
from autoconfig.formats.parsed import Parsed
from autoconfig.model import Authentication, ServerType, SocketType, TcpServer, UrlServer

MAIL: dict[str, Any] = {
    "PayloadType": "com.apple.mail.managed",
    "EmailAccountType": "EmailTypeIMAP",
    "EmailAddress": "ada@example.com",
    "IncomingMailServerAuthentication": "EmailAuthPassword",
    "IncomingMailServerHostName": "imap.example.com",
    "IncomingMailServerPortNumber": 993,
    "IncomingMailServerUseSSL": True,
    "IncomingMailServerUsername": "ada@example.com",
    "OutgoingMailServerAuthentication": "EmailAuthCRAMMD5",
    "OutgoingMailServerHostName": "smtp.example.com",
    "OutgoingMailServerPortNumber": 587,
    "OutgoingMailServerUseSSL": True,
    "OutgoingMailServerUsername": "ada",
}
CALDAV: dict[str, Any] = {
    "PayloadType": "com.apple.caldav.account",
    "CalDAVHostName": "dav.example.com",
    "CalDAVPort": 443,
    "CalDAVPrincipalURL": "/calendars/ada@example.com/",
    "CalDAVUseSSL": True,
    "CalDAVUsername": "ada@example.com",
}
CARDDAV = {key.replace("CalDAV", "CardDAV"): value for key, value in CALDAV.items()} | {
    "PayloadType": "com.apple.carddav.account"
}


def document(*payloads: object, **changes: object) -> bytes:
    profile = {
        "PayloadType": "Configuration",
        "PayloadOrganization": "Example Mail",
        "PayloadContent": list(payloads),
        **changes,
    }
    return plistlib.dumps({key: value for key, value in profile.items() if value is not None})


def read(*payloads: object, **changes: object) -> Parsed:
    return mobileconfig.parse(document(*payloads, **changes))


def changed(payload: dict[str, Any], **changes: object) -> dict[str, Any]:
    """The payload with some keys changed, those that are None taken out."""
    return {key: value for key, value in {**payload, **changes}.items() if value is not None}


def imap(**changes: object) -> tuple[TcpServer, list[str]]:
    """The incoming server of the mail account with some keys changed, and the remarks."""
    parsed = read(changed(MAIL, **{f"IncomingMailServer{key}": value for key, value in changes.items()}))
    (server,) = parsed.provider.incoming
    assert isinstance(server, TcpServer)
    return server, [str(remark) for remark in parsed.remarks]


def caldav(**changes: object) -> tuple[UrlServer, list[str]]:
    parsed = read(changed(CALDAV, **{f"CalDAV{key}": value for key, value in changes.items()}))
    (server,) = parsed.provider.other
    assert isinstance(server, UrlServer)
    return server, [str(remark) for remark in parsed.remarks]


def refused(data: bytes) -> str:
    with pytest.raises(FormatError) as caught:
        mobileconfig.parse(data)
    return str(caught.value)


# --- what is there


def test_a_mail_account_is_read_whole() -> None:
    parsed = read(MAIL)
    provider = parsed.provider
    assert parsed.remarks == ()
    assert (provider.id, provider.display_name, provider.domains) == (
        "example.com",
        "Example Mail",
        ("example.com",),
    )
    assert provider.incoming == (
        TcpServer(
            type=ServerType.IMAP,
            hostname="imap.example.com",
            port=993,
            socket_type=SocketType.SSL,
            authentication=(Authentication.PASSWORD_CLEARTEXT,),
            username="%EMAILADDRESS%",
        ),
    )
    assert provider.outgoing == (
        TcpServer(
            type=ServerType.SMTP,
            hostname="smtp.example.com",
            port=587,
            socket_type=SocketType.STARTTLS,
            authentication=(Authentication.PASSWORD_ENCRYPTED,),
            username="%EMAILLOCALPART%",
        ),
    )


def test_calendars_and_address_books_are_read() -> None:
    parsed = read(CALDAV, CARDDAV)
    assert parsed.remarks == ()
    assert parsed.provider.domains == ("example.com",)
    assert parsed.provider.other == tuple(
        UrlServer(
            type=server_type,
            url="https://dav.example.com/calendars/%EMAILADDRESS%/",
            authentication=(Authentication.HTTP_BASIC,),
            username="%EMAILADDRESS%",
        )
        for server_type in (ServerType.CALDAV, ServerType.CARDDAV)
    )


def test_pop3_is_read() -> None:
    (server,) = read(changed(MAIL, EmailAccountType="EmailTypePOP")).provider.incoming
    assert server.type is ServerType.POP3


@pytest.mark.parametrize(
    ("ssl", "port", "socket_type"),
    [
        (True, 993, SocketType.SSL),
        (True, 143, SocketType.STARTTLS),
        (True, 2525, SocketType.SSL),
        (False, 143, SocketType.PLAIN),
        (None, 993, SocketType.PLAIN),
    ],
)
def test_the_port_tells_starttls_from_implicit_tls(
    ssl: bool | None, port: int, socket_type: SocketType
) -> None:
    server, remarks = imap(UseSSL=ssl, PortNumber=port)
    assert (server.socket_type, server.port, remarks) == (socket_type, port, [])


@pytest.mark.parametrize(("ssl", "port"), [(True, 993), (False, 143)])
def test_the_usual_port_is_assumed(ssl: bool, port: int) -> None:
    server, remarks = imap(UseSSL=ssl, PortNumber=None)
    assert server.port == port
    assert remarks == [
        f"PayloadContent[0].IncomingMailServerPortNumber: No port is named; {port} is assumed."
    ]


def test_a_port_written_as_a_text_is_read() -> None:
    server, remarks = imap(PortNumber="143")
    assert (server.port, remarks) == (143, [])


@pytest.mark.parametrize(
    ("word", "authentication"),
    [
        ("EmailAuthNone", Authentication.NONE),
        ("EmailAuthNTLM", Authentication.NTLM),
        ("EmailAuthHTTPMD5", Authentication.PASSWORD_ENCRYPTED),
    ],
)
def test_an_authentication_is_read(word: str, authentication: Authentication) -> None:
    server, remarks = imap(Authentication=word)
    assert (server.authentication, remarks) == ((authentication,), [])


def test_a_password_is_assumed_where_nothing_is_said() -> None:
    server, remarks = imap(Authentication=None)
    assert server.authentication == (Authentication.PASSWORD_CLEARTEXT,)
    place = "PayloadContent[0].IncomingMailServerAuthentication"
    assert remarks == [f"{place}: No way to log in is named; a password is assumed."]


def test_a_login_name_that_is_not_said_is_not_known() -> None:
    assert imap(Username=None)[0].username is None


@pytest.mark.parametrize(
    ("changes", "url"),
    [
        ({"PrincipalURL": None}, "https://dav.example.com/"),
        ({"PrincipalURL": "dav/x"}, "https://dav.example.com/dav/x"),
        ({"PrincipalURL": "https://other.example.com/x/"}, "https://other.example.com/x/"),
        ({"PrincipalURL": None, "Port": 8443}, "https://dav.example.com:8443/"),
        ({"PrincipalURL": None, "UseSSL": None}, "https://dav.example.com/"),
        ({"PrincipalURL": None, "UseSSL": False, "Port": 80}, "http://dav.example.com/"),
        ({"PrincipalURL": None, "HostName": "2001:db8::1"}, "https://[2001:db8::1]/"),
    ],
)
def test_the_url_of_a_calendar(changes: dict[str, object], url: str) -> None:
    server, remarks = caldav(**changes)
    assert (server.url, remarks) == (url, [])


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"PayloadDisplayName": "Another"}, "Example Mail"),
        ({"PayloadOrganization": None, "PayloadDisplayName": " A\nname "}, "A name"),
        ({"PayloadOrganization": None}, "example.com"),
        ({"PayloadOrganization": 7}, "example.com"),
    ],
)
def test_the_provider_is_called_what_the_profile_says(changes: dict[str, object], name: str) -> None:
    assert read(MAIL, **changes).provider.display_name == name


def test_a_profile_without_an_address_is_named_after_its_server() -> None:
    provider = read(changed(MAIL, EmailAddress=None)).provider
    assert (provider.id, provider.domains) == ("imap.example.com", ())
    assert provider.incoming[0].username == "ada@example.com"


def test_a_password_is_not_looked_at() -> None:
    parsed = read({**MAIL, "IncomingPassword": "s3cret", "OutgoingPassword": "s3cret"})
    assert parsed == read(MAIL)


# --- what is odd


def test_another_kind_of_payload_is_left_out_with_a_remark() -> None:
    parsed = read({"PayloadType": "com.apple.wifi.managed"}, MAIL, "text")
    assert len(parsed.provider.incoming) == 1
    left_out = "Left out: no account for mail, calendars or address books."
    assert [(remark.path, remark.message, remark.value) for remark in parsed.remarks] == [
        ("PayloadContent[0]", left_out, "com.apple.wifi.managed"),
        ("PayloadContent[2]", left_out, None),
    ]


def test_the_account_of_another_address_is_left_out_with_a_remark() -> None:
    bob = changed(MAIL, EmailAddress="bob@example.org", IncomingMailServerHostName="imap.example.org")
    parsed = read(MAIL, bob)
    assert parsed.provider == read(MAIL).provider
    assert [str(remark) for remark in parsed.remarks] == [
        "PayloadContent[1]: Left out: the account of another address."
    ]


def test_the_same_server_twice_is_one() -> None:
    assert read(MAIL, changed(MAIL, EmailAddress="Ada@example.com")).provider == read(MAIL).provider


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"IncomingMailServerHostName": None}, "no IncomingMailServerHostName."),
        ({"IncomingMailServerHostName": 7}, "no IncomingMailServerHostName."),
        ({"IncomingMailServerHostName": "a b"}, "'a b' is not a domain name."),
        ({"IncomingMailServerHostName": "%EMAILDOMAIN%"}, "An Apple profile has no placeholders."),
        ({"IncomingMailServerPortNumber": 0}, "IncomingMailServerPortNumber is not a port."),
        ({"IncomingMailServerPortNumber": 2**63}, "IncomingMailServerPortNumber is not a port."),
        ({"IncomingMailServerPortNumber": "9" * 5000}, "IncomingMailServerPortNumber is not a port."),
        ({"IncomingMailServerAuthentication": "OAuth"}, "'OAuth' is not a way to log in."),
        ({"EmailAccountType": "EmailTypeJMAP"}, "'EmailTypeJMAP' is not a type of mail account."),
        ({"EmailAccountType": None}, "no EmailAccountType."),
    ],
)
def test_a_server_that_cannot_be_used_is_dropped_alone(changes: dict[str, object], said: str) -> None:
    parsed = read(changed(MAIL, **changes))
    assert (parsed.provider.incoming, len(parsed.provider.outgoing)) == ((), 1)
    assert [str(remark) for remark in parsed.remarks] == [f"PayloadContent[0]: Left out: {said}"]


# --- what is refused


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "Not a property list: no element found."),
        (b"text", "Not a property list: syntax error."),
        (b"<plist>", "Not a property list: no element found."),
        (b"\x30\x82\x10\x00", "The signature ends in the middle."),
        (b" " * (256 * 1024 + 1), "The profile is larger than 262144 bytes."),
        (plistlib.dumps([]), "The property list is not a configuration profile."),
        (plistlib.dumps({"PayloadType": "x"}), "The property list is not a configuration profile."),
        (document(EncryptedPayloadContent=b"x"), "The profile is encrypted for one device."),
        (document(), "The profile has no account that can be used."),
        (document(PayloadContent="x"), "The profile has no account that can be used."),
        (
            document({"PayloadType": "com.apple.caldav.account"}),
            "The profile has no account that can be used. First: Left out: no CalDAVHostName.",
        ),
        (b"<plist><date>never</date></plist>", "The property list holds a value that cannot be read."),
        (b"<plist><integer>x</integer></plist>", "The property list holds a value that cannot be read."),
    ],
)
def test_a_document_without_an_account_is_refused(data: bytes, sentence: str) -> None:
    assert refused(data) == sentence


def test_a_binary_property_list_is_refused() -> None:
    data = plistlib.dumps({"PayloadType": "Configuration"}, fmt=plistlib.FMT_BINARY)
    assert refused(data).startswith("Not a property list: ")


def test_entities_are_refused() -> None:
    text = document(MAIL).replace(
        b'"http://www.apple.com/DTDs/PropertyList-1.0.dtd">', b'"x" [<!ENTITY a "b">]>'
    )
    assert b"ENTITY" in text
    assert refused(text) == "The property list declares entities, which no profile needs."


def test_an_external_entity_is_not_fetched() -> None:
    text = document(MAIL).replace(
        b'"http://www.apple.com/DTDs/PropertyList-1.0.dtd">',
        b'"x" [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
    )
    assert refused(text) == "The property list declares entities, which no profile needs."


def test_the_line_of_broken_xml_is_named() -> None:
    with pytest.raises(FormatError) as caught:
        mobileconfig.parse(document(MAIL).replace(b"</dict>", b"", 1))
    assert caught.value.line is not None
