"""What Outlook is told: nothing is left to its defaults, which are unsafe."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from lxml import etree

from autoconfig.formats import autodiscover
from autoconfig.formats.autodiscover import OUTLOOK_RESPONSE
from autoconfig.model import (
    Authentication,
    EmailAddress,
    Provider,
    ServerType,
    SocketType,
    TcpServer,
    UrlServer,
)
from tests.formats.minimal import IMAP, PROVIDER, SMTP
from tests.strategies import addresses, domains, plain_providers

ROOT = "http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006"
POP3 = replace(IMAP, type=ServerType.POP3, hostname="pop.example.com", port=995)

DOCUMENT = f"""\
<?xml version="1.0" encoding="UTF-8"?>
<Autodiscover xmlns="{ROOT}">
  <Response xmlns="{OUTLOOK_RESPONSE}">
    <User>
      <DisplayName>%EMAILADDRESS%</DisplayName>
      <AutoDiscoverSMTPAddress>%EMAILADDRESS%</AutoDiscoverSMTPAddress>
    </User>
    <Account>
      <AccountType>email</AccountType>
      <Action>settings</Action>
      <Protocol>
        <Type>IMAP</Type>
        <Server>imap.example.com</Server>
        <Port>993</Port>
        <DomainRequired>off</DomainRequired>
        <LoginName>%EMAILADDRESS%</LoginName>
        <SPA>off</SPA>
        <SSL>on</SSL>
        <Encryption>SSL</Encryption>
        <AuthRequired>on</AuthRequired>
      </Protocol>
      <Protocol>
        <Type>SMTP</Type>
        <Server>smtp.example.com</Server>
        <Port>465</Port>
        <DomainRequired>off</DomainRequired>
        <LoginName>%EMAILADDRESS%</LoginName>
        <SPA>off</SPA>
        <SSL>on</SSL>
        <Encryption>SSL</Encryption>
        <AuthRequired>on</AuthRequired>
        <UsePOPAuth>on</UsePOPAuth>
        <SMTPLast>off</SMTPLast>
      </Protocol>
    </Account>
  </Response>
</Autodiscover>
"""


def protocols(document: bytes | None) -> list[dict[str, str]]:
    """The Protocol elements of an answer, each as names and texts."""
    assert document is not None
    found = etree.fromstring(document).iter(f"{{{OUTLOOK_RESPONSE}}}Protocol")
    return [{etree.QName(child).localname: child.text or "" for child in protocol} for protocol in found]


def written(**changes: Any) -> list[dict[str, str]]:
    """The Protocol elements for the small provider with changes."""
    return protocols(autodiscover.render(replace(PROVIDER, **changes), "example.com"))


def incoming(**changes: Any) -> dict[str, str]:
    """The Protocol element of the incoming server with changes."""
    return written(incoming=(replace(IMAP, **changes),))[0]


def outgoing(**changes: Any) -> dict[str, str]:
    """The Protocol element of the outgoing server with changes."""
    return written(outgoing=(replace(SMTP, **changes),))[1]


def test_the_small_provider_gives_this_answer() -> None:
    assert autodiscover.render(PROVIDER, "example.com") == DOCUMENT.encode()


@pytest.mark.parametrize(
    ("socket_type", "ssl", "encryption"),
    [(SocketType.SSL, "on", "SSL"), (SocketType.STARTTLS, "on", "TLS"), (SocketType.PLAIN, "off", "None")],
)
def test_ssl_and_encryption_agree(socket_type: SocketType, ssl: str, encryption: str) -> None:
    protocol = incoming(socket_type=socket_type)
    assert (protocol["SSL"], protocol["Encryption"]) == (ssl, encryption)


@pytest.mark.parametrize(
    ("words", "spa"),
    [
        ((Authentication.PASSWORD_CLEARTEXT,), "off"),
        ((Authentication.PASSWORD_ENCRYPTED,), "off"),
        ((Authentication.NTLM,), "on"),
        ((Authentication.NTLM, Authentication.PASSWORD_CLEARTEXT), "on"),
        ((Authentication.PASSWORD_CLEARTEXT, Authentication.NTLM), "off"),
        ((Authentication.OAUTH2, Authentication.PASSWORD_CLEARTEXT), "off"),
    ],
)
def test_secure_password_authentication_is_ntlm_alone(words: tuple[Authentication, ...], spa: str) -> None:
    assert incoming(authentication=words)["SPA"] == spa


@pytest.mark.parametrize(
    ("words", "required", "use_pop", "last"),
    [
        ((Authentication.PASSWORD_CLEARTEXT,), "on", "on", "off"),
        ((Authentication.NONE,), "off", "off", "off"),
        ((Authentication.CLIENT_IP_ADDRESS,), "off", "off", "off"),
        ((Authentication.SMTP_AFTER_POP,), "off", "off", "on"),
        ((Authentication.PASSWORD_CLEARTEXT, Authentication.SMTP_AFTER_POP), "on", "on", "on"),
    ],
)
def test_how_sending_is_allowed(
    words: tuple[Authentication, ...], required: str, use_pop: str, last: str
) -> None:
    protocol = outgoing(authentication=words)
    assert (protocol["AuthRequired"], protocol["UsePOPAuth"], protocol["SMTPLast"]) == (
        required,
        use_pop,
        last,
    )


def test_another_login_name_for_sending_is_said() -> None:
    protocol = outgoing(username="%EMAILLOCALPART%")
    assert (protocol["LoginName"], protocol["UsePOPAuth"]) == ("%EMAILLOCALPART%", "off")


def test_a_server_without_a_login_name_gets_the_address() -> None:
    assert incoming(username=None)["LoginName"] == "%EMAILADDRESS%"


def test_pop3_is_called_pop3_and_stands_after_imap() -> None:
    found = [protocol["Type"] for protocol in written(incoming=(POP3, IMAP))]
    assert found == ["IMAP", "POP3", "SMTP"]


@pytest.mark.parametrize(
    ("servers", "chosen"),
    [
        ((replace(IMAP, port=143, socket_type=SocketType.STARTTLS), IMAP), "993"),
        ((replace(IMAP, port=143, socket_type=SocketType.PLAIN), IMAP), "993"),
        (
            (
                replace(IMAP, port=143, socket_type=SocketType.PLAIN),
                replace(IMAP, socket_type=SocketType.STARTTLS),
            ),
            "993",
        ),
        ((IMAP, replace(IMAP, port=10993)), "993"),
        ((replace(IMAP, port=1, authentication=(Authentication.OAUTH2,)), IMAP), "993"),
    ],
)
def test_of_each_kind_the_safest_is_told(servers: tuple[TcpServer, ...], chosen: str) -> None:
    assert [(protocol["Type"], protocol["Port"]) for protocol in written(incoming=servers)] == [
        ("IMAP", chosen),
        ("SMTP", "465"),
    ]


def test_a_server_with_oauth2_alone_is_left_out() -> None:
    found = written(incoming=(replace(IMAP, authentication=(Authentication.OAUTH2,)), POP3))
    assert [protocol["Type"] for protocol in found] == ["POP3", "SMTP"]


def test_an_outgoing_server_with_oauth2_alone_is_left_out() -> None:
    found = written(outgoing=(replace(SMTP, authentication=(Authentication.OAUTH2,)),))
    assert [protocol["Type"] for protocol in found] == ["IMAP"]


@pytest.mark.parametrize(
    "servers",
    [
        (),
        (replace(IMAP, authentication=(Authentication.OAUTH2,)),),
        (replace(IMAP, authentication=(Authentication.OAUTH2, Authentication.GSSAPI)),),
        (replace(IMAP, authentication=()),),
        (UrlServer(type=ServerType.EWS, url="https://x.example/"),),
        (replace(IMAP, type=ServerType.EXCHANGE),),
    ],
)
def test_without_a_server_that_can_be_said_there_is_no_answer(servers: tuple[Any, ...]) -> None:
    assert autodiscover.render(replace(PROVIDER, incoming=servers), "example.com") is None


def test_placeholders_of_host_names_are_filled() -> None:
    provider = replace(PROVIDER, incoming=(replace(IMAP, hostname="imap.%EMAILDOMAIN%"),))
    assert protocols(autodiscover.render(provider, "x.example"))[0]["Server"] == "imap.x.example"


def test_where_no_name_fits_the_domain_there_is_no_answer() -> None:
    provider = replace(PROVIDER, incoming=(replace(IMAP, hostname="imap.%EMAILDOMAIN%"),), outgoing=())
    assert autodiscover.render(provider, ".".join(["a" * 63] * 3 + ["a" * 61])) is None


# The address


@pytest.mark.parametrize(
    ("address", "text"),
    [
        (EmailAddress("ada", "example.com"), b"ada@example.com"),
        (EmailAddress("a&b", "example.com"), b"a&amp;b@example.com"),
        (EmailAddress('"<b>"', "example.com"), b'"&lt;b&gt;"@example.com'),
        (EmailAddress("ä", "example.com"), "ä@example.com".encode()),
        (EmailAddress("%EMAILDOMAIN%", "example.com"), b"%EMAILDOMAIN%@example.com"),
        (EmailAddress("a\\1b", "example.com"), b"a\\1b@example.com"),
    ],
)
def test_the_address_is_put_in_escaped(address: EmailAddress, text: bytes) -> None:
    filled = autodiscover.fill_address(autodiscover.form_of(DOCUMENT.encode()), address)
    assert filled == DOCUMENT.encode().replace(b"%EMAILADDRESS%", text)


def test_each_part_of_the_address_is_put_in() -> None:
    document = b"%EMAILLOCALPART% at %EMAILDOMAIN%, %REALNAME%, %E9%AB"
    filled = autodiscover.fill_address(autodiscover.form_of(document), EmailAddress("ada", "example.com"))
    assert filled == b"ada at example.com, %REALNAME%, %E9%AB"


@settings(deadline=None)
@given(plain_providers(), domains(), addresses())
def test_every_answer_is_well_formed_for_every_address(
    provider: Provider, domain: str, address: EmailAddress
) -> None:
    document = autodiscover.render(provider, domain)
    if document is None:
        return
    root = etree.fromstring(autodiscover.fill_address(autodiscover.form_of(document), address))
    assert root.tag == f"{{{ROOT}}}Autodiscover"
    assert root.findtext(f".//{{{OUTLOOK_RESPONSE}}}AutoDiscoverSMTPAddress") == str(address)


ALWAYS = ["Type", "Server", "Port", "DomainRequired", "LoginName", "SPA", "SSL", "Encryption", "AuthRequired"]


@settings(deadline=None)
@given(plain_providers(), domains())
def test_every_answer_leaves_nothing_to_the_defaults(provider: Provider, domain: str) -> None:
    document = autodiscover.render(provider, domain)
    if document is None:
        return
    found = protocols(document)
    assert len({protocol["Type"] for protocol in found}) == len(found)
    assert {"IMAP", "POP3"} & {protocol["Type"] for protocol in found}
    for protocol in found:
        sending = protocol["Type"] == "SMTP"
        assert list(protocol) == [*ALWAYS, "UsePOPAuth", "SMTPLast"] if sending else ALWAYS
        for name in ("DomainRequired", "SPA", "SSL", "AuthRequired"):
            assert protocol[name] in ("on", "off")
        assert (protocol["SSL"], protocol["Encryption"]) in [("on", "SSL"), ("on", "TLS"), ("off", "None")]
        assert protocol["LoginName"]
