"""Reading what stands beside the mail servers: calendars, help, web mail, OAuth2."""

from __future__ import annotations

from dataclasses import replace

import pytest

from autoconfig.formats import mozilla
from autoconfig.model import (
    Authentication,
    Documentation,
    Enable,
    FormField,
    OAuth2,
    Provider,
    Remark,
    ServerType,
    SocketType,
    TcpServer,
    Translation,
    UrlServer,
    WebMail,
    WebMailLogin,
)
from tests.formats.minimal import MOZILLA, PROVIDER, changed


def inside(section: str) -> tuple[Provider, tuple[Remark, ...]]:
    """The small document with one more section inside emailProvider."""
    parsed = mozilla.parse(changed(MOZILLA, ("  </emailProvider>", f"{section}  </emailProvider>")))
    return parsed.provider, parsed.remarks


def beside(section: str) -> tuple[Provider, tuple[Remark, ...]]:
    """The small document with one more section beside emailProvider."""
    parsed = mozilla.parse(changed(MOZILLA, ("</clientConfig>", f"{section}</clientConfig>")))
    return parsed.provider, parsed.remarks


# Calendars, address books and others

CALDAV = UrlServer(
    type=ServerType.CALDAV,
    url="https://dav.example.com/",
    authentication=(Authentication.HTTP_BASIC,),
    username="%EMAILADDRESS%",
)
NEW_URL = '<url>https://dav.example.com/</url><authentication system="http">Basic</authentication>'
OLD_URL = "<authentication>http-basic</authentication><serverURL>https://dav.example.com/</serverURL>"
USERNAME = "<username>%EMAILADDRESS%</username>"


@pytest.mark.parametrize("url", [NEW_URL, OLD_URL])
@pytest.mark.parametrize(
    ("name", "word", "server_type"),
    [
        ("calendar", "caldav", ServerType.CALDAV),
        ("addressbook", "carddav", ServerType.CARDDAV),
        ("addressBook", "carddav", ServerType.CARDDAV),
        ("fileShare", "webdav", ServerType.WEBDAV),
        ("chatServer", "matrix", ServerType.MATRIX),
        ("videoConference", "opentalk", ServerType.OPENTALK),
    ],
)
def test_a_server_by_url_is_read_in_both_dialects(
    url: str, name: str, word: str, server_type: ServerType
) -> None:
    provider, remarks = beside(f'<{name} type="{word}">{url}{USERNAME}</{name}>')
    assert provider == replace(PROVIDER, other=(replace(CALDAV, type=server_type),))
    assert remarks == ()


@pytest.mark.parametrize(
    ("name", "word"), [("setupServer", "managesieve"), ("chatServer", "xmpp"), ("chatServer", "xmpptcp")]
)
def test_a_server_by_host_name_is_read_beside_the_mail_servers(name: str, word: str) -> None:
    inner = "<hostname>x.example</hostname><port>4190</port><socketType>STARTTLS</socketType>"
    inner += f"<authentication>password-cleartext</authentication>{USERNAME}"
    provider, remarks = beside(f'<{name} type="{word}">{inner}</{name}>')
    server = TcpServer(
        type=ServerType(word),
        hostname="x.example",
        port=4190,
        socket_type=SocketType.STARTTLS,
        authentication=(Authentication.PASSWORD_CLEARTEXT,),
        username="%EMAILADDRESS%",
    )
    assert (provider, remarks) == (replace(PROVIDER, other=(server,)), ())


def test_a_web_socket_is_a_url() -> None:
    provider, _ = beside('<chatServer type="xmpp"><url>wss://x.example/ws</url></chatServer>')
    assert provider.other == (UrlServer(type=ServerType.XMPP, url="wss://x.example/ws"),)


def test_a_calendar_of_another_type_is_left_out() -> None:
    provider, remarks = beside('<calendar type="carddav"><url>https://x.example/</url></calendar>')
    assert provider == PROVIDER
    message = "Server left out: this type does not belong here."
    assert remarks == (Remark(message=message, path="calendar", value="carddav", line=22),)


def test_a_calendar_inside_the_mail_provider_is_not_read() -> None:
    assert inside(f'<calendar type="caldav">{NEW_URL}</calendar>') == (PROVIDER, ())


def test_a_calendar_alone_is_enough() -> None:
    section = f'<calendar type="caldav">{NEW_URL}{USERNAME}</calendar>'
    document = f'<clientConfig><emailProvider id="example.com"/>{section}</clientConfig>'
    parsed = mozilla.parse(document.encode())
    assert (parsed.provider.servers, parsed.remarks) == ((CALDAV,), ())


# Documentation and what the user must enable


def test_a_help_page_has_texts_by_language() -> None:
    texts = '<descr lang="en">Help</descr><descr xml:lang="de">Hilfe</descr><descr>Aide</descr>'
    provider, remarks = inside(f'<documentation url="https://example.com/help">{texts}</documentation>')
    expected = (Translation("en", "Help"), Translation("de", "Hilfe"), Translation(None, "Aide"))
    assert provider.documentation == (Documentation(url="https://example.com/help", texts=expected),)
    assert remarks == ()


def test_every_help_page_is_read_in_order() -> None:
    provider, _ = inside("".join(f'<documentation url="https://example.com/{n}"/>' for n in (2, 1, 2)))
    assert [page.url for page in provider.documentation] == [f"https://example.com/{n}" for n in (2, 1, 2)]


def test_an_instruction_may_stand_for_documentation() -> None:
    provider, remarks = inside('<instruction url="https://example.com/"><descr>Help</descr></instruction>')
    expected = Documentation(url="https://example.com/", texts=(Translation(None, "Help"),))
    assert (provider.documentation, remarks) == ((expected,), ())


@pytest.mark.parametrize(
    ("section", "reason"),
    [
        ("<documentation/>", "documentation has no url attribute."),
        ('<documentation url=" "/>', "documentation has no url attribute."),
        ('<documentation url="help"/>', "'help' is not a URL that starts with https:// or http://."),
        (
            '<documentation url="javascript:alert(1)"/>',
            "'javascript:alert(1)' is not a URL that starts with https:// or http://.",
        ),
    ],
)
def test_a_help_page_without_a_url_is_left_out(section: str, reason: str) -> None:
    provider, remarks = inside(section)
    assert provider == PROVIDER
    path = "emailProvider/documentation"
    assert remarks == (Remark(message=f"Left out: {reason}", path=path, line=21),)


@pytest.mark.parametrize(
    ("descr", "message"),
    [
        ('<descr lang="en"> </descr>', "A text is empty."),
        ('<descr lang="en"><b>Help</b></descr>', "A text is empty."),
        ('<descr lang="en_US">Help</descr>', "'en_US' is not a language tag such as en or pt-BR."),
    ],
)
def test_a_wrong_text_is_left_out_alone(descr: str, message: str) -> None:
    section = (
        f'<documentation url="https://example.com/">{descr}<descr lang="de">Hilfe</descr></documentation>'
    )
    provider, remarks = inside(section)
    assert provider.documentation[0].texts == (Translation("de", "Hilfe"),)
    path = "emailProvider/documentation/descr[1]"
    assert remarks == (Remark(message=message, path=path, line=21),)


@pytest.mark.parametrize("place", [inside, beside])
def test_a_page_on_which_to_allow_mail_programs_is_read_in_both_places(place: object) -> None:
    section = (
        '<enable visiturl="https://example.com/on"><instruction lang="en">Turn on IMAP</instruction></enable>'
    )
    provider, remarks = place(section)  # type: ignore[operator]
    expected = Enable(url="https://example.com/on", texts=(Translation("en", "Turn on IMAP"),))
    assert (provider.enable, remarks) == ((expected,), ())


def test_a_page_on_which_to_allow_mail_programs_needs_a_url() -> None:
    provider, remarks = inside("<enable><instruction>Turn on IMAP</instruction></enable>")
    assert provider == PROVIDER
    assert [remark.message for remark in remarks] == ["Left out: enable has no visiturl attribute."]


# Web mail

LOGIN = """<webMail>
  <loginPage url="https://mail.example.com/"/>
  <loginPageInfo url="https://mail.example.com/login" waitForRedirectionURLPrefix="https://mail.example.com/in">
    <username>%EMAILADDRESS%</username>
    <usernameField id="user" name="u"/>
    <passwordField name="p"/>
    <loginButton id="go"/>
  </loginPageInfo>
</webMail>"""


@pytest.mark.parametrize("place", [inside, beside])
def test_web_mail_is_read_in_both_places(place: object) -> None:
    provider, remarks = place(LOGIN)  # type: ignore[operator]
    login = WebMailLogin(
        url="https://mail.example.com/login",
        username="%EMAILADDRESS%",
        username_field=FormField(id="user", name="u"),
        password_field=FormField(name="p"),
        login_button=FormField(id="go"),
        wait_for_redirection_url_prefix="https://mail.example.com/in",
    )
    assert provider.webmail == WebMail(url="https://mail.example.com/", login=login)
    assert remarks == ()


@pytest.mark.parametrize(
    ("section", "reason"),
    [
        ("<webMail/>", "Web mail has neither a login page nor a login form."),
        ("<webMail><loginPage/></webMail>", "loginPage has no url attribute."),
        ("<webMail><loginPageInfo/></webMail>", "loginPageInfo has no url attribute."),
        (
            '<webMail><loginPage url="x"/></webMail>',
            "'x' is not a URL that starts with https:// or http://.",
        ),
    ],
)
def test_web_mail_that_leads_nowhere_is_left_out(section: str, reason: str) -> None:
    provider, remarks = beside(section)
    assert provider == PROVIDER
    assert remarks == (Remark(message=f"Left out: {reason}", path="webMail", line=22),)


# OAuth2 and updates

OAUTH2 = """<oAuth2>
  <issuer>auth.example.com</issuer><scope>mail  https://mail.example.com/</scope>
  <authURL>https://auth.example.com/a</authURL><tokenURL>https://auth.example.com/t</tokenURL>
  <clientID>client</clientID><clientSecret>secret</clientSecret>
</oAuth2>"""


def test_oauth2_is_read_without_its_secret() -> None:
    provider, remarks = beside(OAUTH2)
    assert provider.oauth2 == OAuth2(
        issuer="auth.example.com",
        auth_url="https://auth.example.com/a",
        token_url="https://auth.example.com/t",
        scope=("mail", "https://mail.example.com/"),
        client_id="client",
    )
    assert "secret" not in repr(provider).replace("client_secret", "")
    assert remarks == ()


def test_oauth2_may_be_an_issuer_alone() -> None:
    provider, remarks = beside("<oAuth2><issuer>https://auth.example.com/</issuer></oAuth2>")
    assert (provider.oauth2, remarks) == (OAuth2(issuer="auth.example.com"), ())


@pytest.mark.parametrize(
    ("section", "reason"),
    [
        ("<oAuth2/>", "An OAuth2 issuer cannot be ''."),
        ("<oAuth2><issuer>a b</issuer></oAuth2>", "An OAuth2 issuer cannot be 'a b'."),
        (
            "<oAuth2><issuer>a.example</issuer><authURL>http://a.example/</authURL></oAuth2>",
            "'http://a.example/' is not a URL that starts with https://.",
        ),
        (
            "<oAuth2><issuer>a.example</issuer><scope>mail ü</scope></oAuth2>",
            "An OAuth2 scope cannot hold 'ü'.",
        ),
    ],
)
def test_oauth2_that_cannot_be_used_is_left_out(section: str, reason: str) -> None:
    provider, remarks = beside(section)
    assert provider == PROVIDER
    assert remarks == (Remark(message=f"Left out: {reason}", path="oAuth2", line=22),)


def test_the_place_of_updates_is_read() -> None:
    provider, remarks = beside('<clientConfigUpdate url="https://example.com/update.xml"/>')
    assert (provider, remarks) == (replace(PROVIDER, update_url="https://example.com/update.xml"), ())


@pytest.mark.parametrize(
    ("section", "reason"),
    [
        ("<clientConfigUpdate/>", "clientConfigUpdate has no url attribute."),
        ('<clientConfigUpdate url="x"/>', "'x' is not a URL that starts with https:// or http://."),
    ],
)
def test_a_wrong_place_of_updates_is_left_out(section: str, reason: str) -> None:
    provider, remarks = beside(section)
    assert provider == PROVIDER
    assert remarks == (Remark(message=f"Left out: {reason}", path="clientConfigUpdate", line=22),)
