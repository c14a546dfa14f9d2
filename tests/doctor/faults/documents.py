"""Faults of the autoconfig document."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.doctor.domain import CONFIG
from tests.doctor.faults.case import (
    ANDROID,
    DELTA_CHAT,
    EVOLUTION,
    FAIREMAIL,
    KMAIL,
    NEXTCLOUD,
    PIMALAYA,
    READERS,
    SITE,
    THUNDERBIRD,
    Mend,
    fault,
)

if TYPE_CHECKING:
    from tests.doctor.domain import Domain

POP3 = """<incomingServer type="pop3">
      <hostname>mail.{domain}</hostname>
      <port>995</port>
      <socketType>SSL</socketType>
      <authentication>password-cleartext</authentication>
      <username>%EMAILADDRESS%</username>
    </incomingServer>
    """
IMAP = '<incomingServer type="imap">'
LOGIN = "<username>%EMAILADDRESS%</username>"
PASSWORD = "<authentication>password-cleartext</authentication>"


def edit(domain: Domain, *edits: tuple[str, str]) -> Mend:
    """Change the document, the first time each text stands there."""
    return domain.edit("autoconfig", CONFIG, *edits)


@fault(SITE, "xml-broken", fails=READERS)
def an_end_tag_is_missing(domain: Domain) -> Mend:
    return edit(domain, ("</emailProvider>", ""))


@fault(SITE, "xml-broken", fails=tuple(key for key in READERS if key != DELTA_CHAT))
def the_end_of_the_document_is_missing(domain: Domain) -> Mend:
    return edit(domain, ("</emailProvider>", ""), ("</clientConfig>", ""))


@fault(SITE, "not-clientconfig", fails=(THUNDERBIRD, ANDROID, KMAIL, NEXTCLOUD, PIMALAYA))
def the_servers_do_not_stand_in_an_email_provider(domain: Domain) -> Mend:
    return edit(domain, ("<emailProvider", "<provider"), ("</emailProvider", "</provider"))


@fault(SITE, "version-missing", fails=(PIMALAYA,))
def the_version_is_missing(domain: Domain) -> Mend:
    return edit(domain, (' version="1.1"', ""))


@fault(SITE, "id-not-host", fails=(THUNDERBIRD, ANDROID))
def the_id_is_not_a_host_name(domain: Domain) -> Mend:
    return edit(domain, (f'id="{domain.name}"', 'id="Example Mail"'))


@fault(SITE, "domain-missing", fails=(THUNDERBIRD, ANDROID))
def no_domain_is_named(domain: Domain) -> Mend:
    return edit(domain, (f"<domain>{domain.name}</domain>", ""))


@fault(SITE, "name-missing", partly=(THUNDERBIRD,))
def the_display_name_is_missing(domain: Domain) -> Mend:
    return edit(domain, ("<displayName>Example</displayName>", ""))


@fault(SITE, "imap-missing", fails=(ANDROID, FAIREMAIL), partly=(DELTA_CHAT, NEXTCLOUD))
def there_is_pop3_alone(domain: Domain) -> Mend:
    return edit(domain, ('type="imap"', 'type="pop3"'), ("<port>993</port>", "<port>995</port>"))


@fault(SITE, "imap-not-first", fails=(FAIREMAIL,))
def pop3_stands_before_imap(domain: Domain) -> Mend:
    return edit(domain, (IMAP, POP3.format(domain=domain.name) + IMAP))


@fault(
    SITE,
    "smtp-missing",
    fails=(THUNDERBIRD, ANDROID, FAIREMAIL, PIMALAYA),
    partly=(DELTA_CHAT, EVOLUTION, KMAIL, NEXTCLOUD),
)
def there_is_no_outgoing_server(domain: Domain) -> Mend:
    text = domain.page("autoconfig", CONFIG).content().decode()
    section = text[text.index("<outgoingServer") : text.index("</outgoingServer>") + len("</outgoingServer>")]
    return edit(domain, (section, ""))


@fault(SITE, "server-type-unknown", fails=(PIMALAYA,))
def a_jmap_server_stands_in_the_email_provider(domain: Domain) -> Mend:
    jmap = f'<incomingServer type="jmap"><url>https://mail.{domain.name}/jmap</url></incomingServer>'
    return edit(domain, ("<outgoingServer", f"{jmap}<outgoingServer"))


@fault(
    SITE,
    "hostname-bad",
    fails=(THUNDERBIRD, ANDROID, FAIREMAIL),
    partly=(DELTA_CHAT, EVOLUTION, KMAIL, NEXTCLOUD, PIMALAYA),
)
def a_host_name_is_empty(domain: Domain) -> Mend:
    return edit(domain, (f"<hostname>mail.{domain.name}</hostname>", "<hostname></hostname>"))


@fault(SITE, "placeholder-in-host", partly=(NEXTCLOUD, FAIREMAIL))
def a_host_name_has_a_placeholder(domain: Domain) -> Mend:
    return edit(domain, (f"<hostname>mail.{domain.name}<", "<hostname>mail.%EMAILDOMAIN%<"))


@fault(SITE, "server-host-missing", partly=READERS)
def a_server_has_no_address(domain: Domain) -> Mend:
    return edit(domain, (f"<hostname>mail.{domain.name}<", f"<hostname>imap.{domain.name}<"))


@fault(
    SITE, "port-bad", fails=(THUNDERBIRD, ANDROID, FAIREMAIL, PIMALAYA), partly=(EVOLUTION, KMAIL, NEXTCLOUD)
)
def a_port_is_not_a_number(domain: Domain) -> Mend:
    return edit(domain, ("<port>993</port>", "<port>imaps</port>"))


@fault(SITE, "white-space", fails=(ANDROID, FAIREMAIL))
def there_is_white_space_around_a_port(domain: Domain) -> Mend:
    return edit(domain, ("<port>993</port>", "<port>\n        993\n      </port>"))


@fault(SITE, "socket-type-bad", fails=(THUNDERBIRD, ANDROID, PIMALAYA), partly=(EVOLUTION,))
def a_socket_type_is_in_small_letters(domain: Domain) -> Mend:
    return edit(domain, ("<socketType>SSL</socketType>", "<socketType>ssl</socketType>"))


@fault(
    SITE,
    "plain-text",
    fails=(ANDROID,),
    partly=(THUNDERBIRD, DELTA_CHAT, EVOLUTION, KMAIL, NEXTCLOUD, PIMALAYA),
)
def imap_is_offered_without_tls(domain: Domain) -> Mend:
    return edit(
        domain,
        ("<port>993</port>", "<port>143</port>"),
        ("<socketType>SSL</socketType>", "<socketType>plain</socketType>"),
    )


@fault(SITE, "port-security", partly=READERS)
def starttls_is_published_for_the_port_of_tls(domain: Domain) -> Mend:
    return edit(domain, ("<socketType>SSL</socketType>", "<socketType>STARTTLS</socketType>"))


@fault(SITE, "authentication-missing", fails=(THUNDERBIRD, ANDROID))
def no_way_to_log_in_is_named(domain: Domain) -> Mend:
    return edit(domain, (PASSWORD, ""))


@fault(SITE, "authentication-unknown", fails=(ANDROID, PIMALAYA))
def kerberos_is_the_only_way_to_log_in(domain: Domain) -> Mend:
    return edit(domain, (PASSWORD, "<authentication>GSSAPI</authentication>"))


@fault(SITE, "oauth2-only", fails=(THUNDERBIRD,))
def oauth2_is_the_only_way_to_log_in(domain: Domain) -> Mend:
    return edit(domain, (PASSWORD, "<authentication>OAuth2</authentication>"))


@fault(SITE, "oauth2-incomplete", fails=(PIMALAYA,))
def the_oauth2_element_lacks_its_urls(domain: Domain) -> Mend:
    return edit(domain, ("</clientConfig>", "<oAuth2><issuer>example.com</issuer></oAuth2></clientConfig>"))


@fault(
    SITE,
    "login-name-missing",
    fails=(ANDROID,),
    partly=(THUNDERBIRD, DELTA_CHAT, EVOLUTION, KMAIL, NEXTCLOUD),
)
def a_login_name_is_missing(domain: Domain) -> Mend:
    return edit(domain, (LOGIN, ""))


@fault(SITE, "login-name-placeholder", partly=(FAIREMAIL,))
def a_login_name_is_put_together(domain: Domain) -> Mend:
    name = "<username>%EMAILLOCALPART%.%EMAILDOMAIN%</username>"
    return edit(domain, (LOGIN, name), (LOGIN, name))


@fault(SITE, "value-repeated", fails=(PIMALAYA,))
def a_host_name_stands_there_twice(domain: Domain) -> Mend:
    name = f"<hostname>mail.{domain.name}</hostname>"
    return edit(domain, (name, name * 2))
