"""What a format does not say of a provider: each fact with its path, in one sentence."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autoconfig.advice.losses import FORMATS, Asking, losses
from autoconfig.errors import NothingFound, ValueRefused
from autoconfig.formats.clients import Secrets
from autoconfig.model import (
    Authentication,
    AutodiscoverRedirect,
    Documentation,
    EmailAddress,
    Enable,
    Pop3Options,
    Provider,
    ServerType,
    SmtpOptions,
    SocketType,
    Translation,
    WebMail,
)
from tests.advice.facts import IMAP, OAUTH2, POP3, SMTP, TOKEN, tcp, url
from tests.strategies import providers

if TYPE_CHECKING:
    from autoconfig.model import Remark

PROVIDER = Provider(
    id="example.com",
    display_name="example.com",
    short_name="example.com",
    domains=("example.com",),
    incoming=(IMAP,),
    outgoing=(SMTP,),
)
ADA = Asking(domain="example.com", mailbox=EmailAddress("ada", "example.com"))
NAMED = replace(PROVIDER, id="host.example", display_name="Example Mail", short_name="Example")
UNREADABLE = "No reader can use what mozilla-full says of this provider: The document has no usable server."
TOO_LITTLE = "imap.example.net has STARTTLS on port 143, not implicit TLS on port 993."
STARTTLS = replace(IMAP, port=143, socket_type=SocketType.STARTTLS)


def said(format_name: str, asking: Asking = ADA, **changes: Any) -> list[str]:
    """Path and sentence of everything that is lost."""
    return [f"{remark.path}: {remark.message}" for remark in lost(format_name, asking, **changes)]


def lost(format_name: str, asking: Asking = ADA, **changes: Any) -> list[Remark]:
    return losses(replace(PROVIDER, **changes), format_name, asking)


@pytest.mark.parametrize(
    "format_name", ["mozilla", "mozilla-full", "toml", "mobileconfig", "zone", "env", "neomutt"]
)
def test_a_plain_provider_is_said_whole(format_name: str) -> None:
    assert said(format_name) == []


@pytest.mark.parametrize("format_name", ["autodiscover", "pacc"])
def test_a_document_that_does_not_say_whose_it_is_lacks_the_domain_alone(format_name: str) -> None:
    assert said(format_name) == ["domains: None of the domains is said."]


def test_names_that_no_reader_finds_are_lost() -> None:
    (found, *others) = [remark for remark in losses(NAMED, "zone", ADA) if remark.path != "domains"]
    assert (str(found), [str(remark) for remark in others]) == (
        "id: The id is not said. (value 'host.example')",
        [
            "name: The name is not said. (value 'Example Mail')",
            "short_name: The short name is not said. (value 'Example')",
        ],
    )


def test_a_name_that_is_cut_is_shown() -> None:
    name = "x" * 70
    assert said("pacc", display_name=name, short_name="x")[0] == f"name: It is said as '{'x' * 59}…'."


@pytest.mark.parametrize(
    ("domains", "sentence"),
    [
        (("example.com", "a.example"), "1 of 2 domains is not said."),
        (("example.com", "a.example", "b.example"), "2 of 3 domains are not said."),
        (("a.example",), "None of the domains is said."),
    ],
)
def test_domains_are_counted(domains: tuple[str, ...], sentence: str) -> None:
    assert said("zone", domains=domains) == [f"domains: {sentence}"]


def test_of_many_domains_a_few_are_named() -> None:
    (remark,) = lost("zone", domains=tuple(f"d{number}.example" for number in range(1000)))
    assert remark.value == "d0.example, d1.example, d2.example, d3.example, d4.example, …"


def test_mx_domains_are_lost_where_only_the_mailbox_is_known() -> None:
    assert said("mobileconfig", mx_domains=("mx.example.net",)) == ["mx: None of the domains is said."]


# Servers


@pytest.mark.parametrize(
    ("server", "shown"),
    [
        (STARTTLS, "imap imap.example.net:143 (STARTTLS)"),
        (replace(STARTTLS, hostname="2001:db8::1"), "imap [2001:db8::1]:143 (STARTTLS)"),
        (url(ServerType.JMAP), "jmap https://jmap.example.net/path/"),
    ],
)
def test_a_server_that_is_left_out_is_named(server: Any, shown: str) -> None:
    assert said("env", incoming=(IMAP, server)) == [f"incoming[1]: Left out: {shown}."]


def test_of_two_alike_the_one_that_is_said_is_not_lost() -> None:
    assert said("env", incoming=(STARTTLS, IMAP)) == [
        "incoming[0]: Left out: imap imap.example.net:143 (STARTTLS)."
    ]


def test_the_same_server_twice_is_said_once() -> None:
    assert said("env", incoming=(IMAP, IMAP)) == ["incoming[1]: Left out: imap imap.example.net:993 (SSL)."]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"authentication": TOKEN}, "authentication: OAuth2 is not said."),
        ({"username": "%EMAILLOCALPART%"}, "username: %EMAILLOCALPART% is said as %EMAILADDRESS%."),
        ({"username": None}, "username: No login name is known; it is said to be %EMAILADDRESS%."),
        (
            {"authentication": (Authentication.PASSWORD_ENCRYPTED,)},
            "authentication: password-encrypted is said as password-cleartext.",
        ),
        ({"socket_type": SocketType.PLAIN, "port": 143}, "socket_type: plain is said as STARTTLS."),
        ({"hostname": "imap.%EMAILDOMAIN%"}, "hostname: imap.%EMAILDOMAIN% is said for example.com alone."),
    ],
)
def test_each_difference_of_a_server_is_one_sentence(changes: dict[str, Any], sentence: str) -> None:
    assert said("zone", incoming=(replace(IMAP, **changes),)) == [f"incoming[0].{sentence}"]


@pytest.mark.parametrize("username", ["%EMAILLOCALPART%@%EMAILDOMAIN%", "%EMAILLOCALPART%@example.com"])
def test_the_whole_address_is_the_same_however_it_is_spelled(username: str) -> None:
    assert said("zone", incoming=(replace(IMAP, username=username),)) == []


def test_a_login_name_filled_in_for_the_mailbox_is_said() -> None:
    server = replace(IMAP, username="%EMAILDOMAIN%\\%EMAILLOCALPART%")
    assert said("mobileconfig", incoming=(server,)) == []


def test_a_url_that_records_cannot_hold_is_shown() -> None:
    server = url(ServerType.JMAP, url="https://jmap.example.net/session")
    assert said("zone", incoming=(IMAP, server)) == [
        "incoming[1].url: https://jmap.example.net/session is said as https://jmap.example.net/.well-known/jmap."
    ]


def test_a_host_that_is_said_as_a_url_is_shown() -> None:
    server = tcp(ServerType.ACTIVESYNC, 443, hostname="sync.example.net", authentication=())
    (found,) = (line for line in said("mobilesync", incoming=(server,)) if line.startswith("incoming"))
    assert found == (
        "incoming[0].hostname: activeSync sync.example.net:443 (SSL) is said as "
        "activeSync https://sync.example.net/Microsoft-Server-ActiveSync."
    )


def test_a_way_to_log_in_that_is_not_offered_is_told() -> None:
    """PACC says how to log in once, for all servers alike."""
    jmap = url(ServerType.JMAP, authentication=(Authentication.OAUTH2,))
    mail = {
        "incoming": (replace(IMAP, authentication=TOKEN), jmap),
        "outgoing": (replace(SMTP, authentication=TOKEN),),
    }
    found = [line for line in said("pacc", oauth2=OAUTH2, **mail) if line.startswith("incoming")]
    assert found == ["incoming[1].authentication: http-basic is said too, and is not offered."]


def test_the_order_of_ways_to_log_in_is_lost() -> None:
    ways = (Authentication.PASSWORD_CLEARTEXT, Authentication.OAUTH2)
    mail = {
        "incoming": (replace(IMAP, authentication=ways),),
        "outgoing": (replace(SMTP, authentication=ways),),
    }
    found = [line for line in said("pacc", oauth2=OAUTH2, **mail) if line.startswith("incoming")]
    assert found == ["incoming[0].authentication: The order of the ways to log in is not said."]


def test_options_are_lost_one_by_one_with_their_values() -> None:
    pop3 = replace(POP3, pop3=Pop3Options(leave_messages_on_server=True, check_interval_minutes=15))
    smtp = replace(SMTP, smtp=SmtpOptions(add_this_server=False))
    assert [str(remark) for remark in lost("zone", incoming=(pop3,), outgoing=(smtp,))] == [
        "incoming[0].leave_messages_on_server: leave_messages_on_server is not said. (value 'true')",
        "incoming[0].check_interval_minutes: check_interval_minutes is not said. (value '15')",
        "outgoing[0].add_this_server: add_this_server is not said. (value 'false')",
    ]


def test_an_order_that_means_something_is_lost() -> None:
    assert said("zone", incoming=(POP3, IMAP)) == ["incoming: The order of the servers is not said."]


def test_calendars_and_address_books_have_no_order_among_each_other() -> None:
    dav = (url(ServerType.CARDDAV), url(ServerType.CALDAV))
    assert said("zone", other=dav) == []


# What stands beside the servers


def test_where_to_get_a_token_is_lost_whole_or_in_parts() -> None:
    servers = {
        "incoming": (replace(IMAP, authentication=TOKEN),),
        "outgoing": (replace(SMTP, authentication=TOKEN),),
    }
    whole = [line for line in said("zone", oauth2=OAUTH2, **servers) if "oauth2" in line]
    assert whole == ["oauth2: Where to get a token is not said."]
    assert said("pacc", oauth2=OAUTH2, **servers)[1:] == [
        "oauth2.auth_url: The auth url is not said.",
        "oauth2.token_url: The token url is not said.",
        "oauth2.scope: The scope is not said.",
        "oauth2.client_id: The client id is not said.",
    ]


def test_pages_and_their_texts_are_lost_one_by_one() -> None:
    texts = (Translation("en", "Help"), Translation(None, "Aide"))
    pages = (
        Documentation(url="https://a.example/", texts=texts),
        Documentation(url="https://b.example/", texts=texts),
    )
    enable = (Enable(url="https://c.example/", texts=texts),)
    assert said("pacc", documentation=pages, enable=enable)[1:] == [
        "documentation[0].text.en: The text is not said.",
        "documentation[0].text.und: The text is not said.",
        "documentation[1].url: The page is not said.",
        "enable[0].url: The page is not said.",
    ]


def test_web_mail_and_newer_versions_are_lost() -> None:
    changes = {"webmail": WebMail(url="https://m.example/"), "update_url": "https://u.example/"}
    assert said("zone", **changes) == [
        "update_url: Where newer versions are is not said.",
        "webmail.url: The web mail is not said.",
    ]


@pytest.mark.parametrize(
    ("format_name", "redirect", "lines"),
    [
        ("autodiscover", {"url": "https://a.example/x"}, []),
        ("autodiscover", {"domain": "other.example"}, []),
        ("mobilesync", {"domain": "other.example"}, []),
        ("autodiscover-json", {"url": "https://a.example/x"}, []),
        ("toml", {"domain": "example.com"}, []),
        (
            "autodiscover",
            {"url": "https://%EMAILDOMAIN%.example/x"},
            ["autodiscover.redirect_url: https://%EMAILDOMAIN%.example/x is said for example.com alone."],
        ),
        (
            "mozilla",
            {"url": "https://a.example/x"},
            ["autodiscover.redirect_url: Where Autodiscover leads is not said."],
        ),
        (
            "zone",
            {"domain": "other.example"},
            ["autodiscover.redirect_address: Where Autodiscover leads is not said."],
        ),
        (
            "autodiscover",
            {"domain": "example.com"},
            ["autodiscover.redirect_address: Where Autodiscover leads is not said."],
        ),
    ],
)
def test_redirects_are_said_or_lost(format_name: str, redirect: dict[str, str], lines: list[str]) -> None:
    found = said(format_name, autodiscover=AutodiscoverRedirect(**redirect))
    assert [line for line in found if line.startswith("autodiscover")] == lines


# Nothing at all


@pytest.mark.parametrize(
    ("format_name", "changes", "sentence"),
    [
        (
            "autodiscover",
            {"incoming": (replace(IMAP, authentication=(Authentication.OAUTH2,)),)},
            "Autodiscover cannot say any incoming server: imap.example.net wants OAuth2.",
        ),
        (
            "autodiscover",
            {"incoming": (url(ServerType.JMAP),)},
            "Autodiscover needs an IMAP or POP3 server with a way to log in, and there is none.",
        ),
        ("mobilesync", {}, "The mobilesync answer says an ActiveSync server, and there is none."),
        ("autodiscover-json", {}, "Autodiscover JSON names services of Exchange, and there is none."),
        (
            "mozilla",
            {"incoming": (url(ServerType.JMAP),)},
            "Client configuration needs an IMAP or POP3 server, and there is none.",
        ),
        (
            "mozilla-full",
            {"incoming": (replace(IMAP, authentication=()),), "outgoing": ()},
            f"{UNREADABLE} First: Server left out: no authentication that is known and fits.",
        ),
        (
            "zone",
            {"incoming": (url(ServerType.EWS),), "outgoing": ()},
            "SRV records can name none of the servers.",
        ),
        (
            "pacc",
            {"incoming": (STARTTLS,)},
            f"PACC cannot say any incoming server: {TOO_LITTLE}",
        ),
        (
            "offlineimap",
            {"incoming": (POP3,)},
            "offlineimap needs an IMAP server, and there is none for this address.",
        ),
    ],
)
def test_where_there_is_no_document_one_sentence_says_why(
    format_name: str, changes: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(NothingFound) as nothing:
        said(format_name, **changes)
    assert str(nothing.value) == sentence


def test_a_token_command_makes_oauth2_sayable() -> None:
    alone = {"incoming": (replace(IMAP, authentication=(Authentication.OAUTH2,)),)}
    with pytest.raises(NothingFound):
        said("mbsync", **alone)
    asking = replace(ADA, secrets=Secrets(token_command="print-token"))
    assert [line for line in said("mbsync", asking, **alone) if line.startswith("incoming")] == []


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(providers(), st.sampled_from(sorted(FORMATS)))
def test_any_provider_in_any_format_gives_sentences_or_one(provider: Provider, format_name: str) -> None:
    asking = Asking(domain="example.com")
    try:
        sentences = [remark.message for remark in losses(provider, format_name, asking)]
    except (NothingFound, ValueRefused) as error:
        sentences = [str(error)]
    assert all(sentence.endswith(".") for sentence in sentences)


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(providers())
def test_the_provider_file_loses_nothing(provider: Provider) -> None:
    assert losses(provider, "toml", Asking()) == []
