"""What one mailbox's settings tell the others at its domain, and what they must not."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autoconfig.model import (
    Authentication,
    Documentation,
    EmailAddress,
    ServerType,
    Translation,
    UrlServer,
    WebMail,
    WebMailLogin,
)
from autoconfig.resolver.outcome import Trust
from autoconfig.resolver.resolution import Conflict, Resolution, ServerFound
from autoconfig.web.strangers.sharing import (
    LOCAL_SOURCE,
    answer_of,
    filled,
    for_everybody,
    is_named_in,
    public_source,
    template_of,
)
from tests.web.resolving import FAILED, found, imap, nothing

ADA = EmailAddress("ada", "example.com")
BOB = EmailAddress("Bob.Smith", "example.com")
POSTMASTER = EmailAddress("postmaster", "example.com")


def caldav(url: str, username: str | None = "%EMAILADDRESS%") -> UrlServer:
    return UrlServer(
        type=ServerType.CALDAV, url=url, authentication=(Authentication.HTTP_BASIC,), username=username
    )


def shared(resolution: Resolution) -> dict[str, object]:
    """The shared JSON; the settings must be fit to be shared."""
    general = for_everybody(resolution)
    assert general is not None
    return template_of(general)


def usernames(answer: dict[str, object]) -> list[object]:
    servers = [*answer["incoming"], *answer["outgoing"], *answer["other"]]  # type: ignore[misc]
    return [server["username"] for server in servers]


# --- login names


@pytest.mark.parametrize(
    ("said", "placeholder", "for_bob"),
    [
        ("ada@example.com", "%EMAILADDRESS%", "Bob.Smith@example.com"),
        ("ada", "%EMAILLOCALPART%", "Bob.Smith"),
        ("%EMAILLOCALPART%@%EMAILDOMAIN%", "%EMAILADDRESS%", "Bob.Smith@example.com"),
        (None, None, None),
    ],
)
def test_the_own_address_and_local_part_become_placeholders_filled_for_others(
    said: str | None, placeholder: str | None, for_bob: str | None
) -> None:
    answer = shared(found(ADA, imap("imap.example.com", said)))
    assert usernames(answer) == [placeholder]
    assert usernames(filled(answer, BOB)) == [for_bob]


@pytest.mark.parametrize(
    "username",
    ["u4711", "EXAMPLE\\ada", "ada@internal.example", "Ada@example.com", "ADA", "example.com", "%REALNAME%"],
)
def test_any_other_login_name_makes_the_settings_personal(username: str) -> None:
    assert for_everybody(found(ADA, imap("imap.example.com", username))) is None


def test_one_personal_login_name_among_others_is_enough() -> None:
    calendar = caldav("https://dav.example.com/", "u4711")
    assert for_everybody(found(ADA, other=(calendar,))) is None


@pytest.mark.parametrize("side", ["chosen", "other"])
def test_a_personal_login_name_in_a_contradiction_is_enough(side: str) -> None:
    common = ServerFound(server=imap("imap.example.com", "ada"), method="isp", trust=Trust.HTTPS)
    personal = replace(common, server=imap("imap.example.net", "u4711"))
    sides = {"chosen": common, "other": common} | {side: personal}
    resolution = replace(found(ADA), conflicts=(Conflict(type="imap", **sides),))
    assert for_everybody(resolution) is None


def test_login_names_in_contradictions_are_filled_too() -> None:
    one = ServerFound(server=imap("imap.example.com", "ada"), method="isp", trust=Trust.HTTPS)
    other = replace(one, server=imap("imap.example.net", "ada@example.com"))
    answer = shared(replace(found(ADA), conflicts=(Conflict(type="imap", chosen=one, other=other),)))
    (conflict,) = filled(answer, BOB)["conflicts"]
    assert conflict["chosen"]["username"] == "Bob.Smith"
    assert conflict["other"]["username"] == "Bob.Smith@example.com"


def test_a_local_part_that_looks_like_a_placeholder_is_filled_once() -> None:
    odd = EmailAddress("%EMAILDOMAIN%", "example.com")
    answer = shared(found(ADA, imap("imap.example.com", "ada")))
    assert usernames(filled(answer, odd)) == ["%EMAILDOMAIN%"]


# --- everything else that could name a mailbox


@pytest.mark.parametrize(
    "hostname", ["ada.mail.example.com", "ada.example.com", "srv-ada.example.net", "ADA.example.org"]
)
def test_a_host_name_with_the_local_part_in_it_is_personal(hostname: str) -> None:
    assert for_everybody(found(ADA, imap(hostname))) is None


@pytest.mark.parametrize("hostname", ["adas.example.com", "canada.example.net", "imap.example.com"])
def test_a_host_name_with_other_words_is_not(hostname: str) -> None:
    assert for_everybody(found(ADA, imap(hostname))) is not None


def test_the_domain_of_the_address_names_nobody() -> None:
    assert for_everybody(found(EmailAddress("john", "john.com"))) is not None


def test_the_address_in_a_url_becomes_a_placeholder_and_is_filled_encoded() -> None:
    answer = shared(found(ADA, other=(caldav("https://dav.example.com/%EMAILADDRESS%/"),)))
    odd = EmailAddress("a/b?c", "example.com")
    (server,) = filled(answer, odd)["other"]
    assert server["url"] == "https://dav.example.com/a%2Fb%3Fc@example.com/"


@pytest.mark.parametrize(
    "url",
    [
        "https://dav.example.com/users/ada/",
        "https://dav.example.com/x-ada%40example.com/",
        "https://ada.example.com/",
        "https://dav.example.com/?u=%61da",
    ],
)
def test_another_trace_of_the_mailbox_in_a_url_is_personal(url: str) -> None:
    assert for_everybody(found(ADA, other=(caldav(url),))) is None


@pytest.mark.parametrize(
    "source",
    ["https://config.example.com/ada/config.xml", "https://config.example.com/ada%40example.com.xml"],
)
def test_a_source_that_names_the_mailbox_in_its_path_is_personal(source: str) -> None:
    assert for_everybody(found(ADA, source=source)) is None


@pytest.mark.parametrize("field", ["display_name", "short_name", "id"])
def test_a_provider_that_names_the_mailbox_is_personal(field: str) -> None:
    assert for_everybody(found(ADA, **{field: "mail-of-Ada"})) is None


def test_a_help_page_that_names_the_mailbox_is_personal() -> None:
    page = Documentation(url="https://example.com/help", texts=(Translation("en", "Welcome, Ada!"),))
    assert for_everybody(found(ADA, documentation=(page,))) is None


def test_the_base_of_a_plus_address_counts_as_its_name() -> None:
    assert for_everybody(found(EmailAddress("ada+news", "example.com"), imap("ada.example.net"))) is None


def test_the_login_form_of_the_web_mail_is_not_passed_on() -> None:
    login = WebMailLogin(url="https://mail.example.com/login", username="ada")
    webmail = WebMail(url="https://mail.example.com/", login=login)
    general = for_everybody(found(ADA, webmail=webmail))
    assert general is not None
    assert general.provider is not None
    assert general.provider.webmail == WebMail(url="https://mail.example.com/")


def test_a_web_mail_with_a_login_form_alone_is_left_out() -> None:
    webmail = WebMail(login=WebMailLogin(url="https://mail.example.com/login", username="ada"))
    general = for_everybody(found(ADA, webmail=webmail))
    assert general is not None
    assert general.provider is not None
    assert general.provider.webmail is None


def test_the_trace_is_never_shared() -> None:
    general = for_everybody(found(ADA, trace=(FAILED,)))
    assert general is not None
    assert general.trace == ()


def test_nothing_is_shared_as_nothing() -> None:
    general = for_everybody(nothing(ADA))
    assert general is not None
    assert (general.found, general.trace) == (False, ())


# --- a made-up mailbox


def test_a_made_up_mailbox_may_be_a_word_of_a_help_page() -> None:
    page = Documentation(url="https://postmaster.example.net/", texts=(Translation("en", "Ask postmaster"),))
    assert for_everybody(found(POSTMASTER, documentation=(page,)), anonymous=True) is not None


def test_a_made_up_mailbox_must_not_be_part_of_a_host_name() -> None:
    assert for_everybody(found(POSTMASTER, imap("postmaster.example.net")), anonymous=True) is None


def test_a_made_up_address_must_not_be_spelled_anywhere() -> None:
    page = Documentation(url="https://example.net/?for=postmaster%40example.com")
    assert for_everybody(found(POSTMASTER, documentation=(page,)), anonymous=True) is None


# --- where it came from


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        (
            "https://autoconfig.example.com/mail/config-v1.1.xml?emailaddress=ada@example.com",
            "https://autoconfig.example.com/mail/config-v1.1.xml",
        ),
        ("https://example.com:8443/a#ada", "https://example.com:8443/a"),
        ("http://example.com/", "http://example.com/"),
        ("SRV example.com", "SRV example.com"),
        ("servers of example.com", "servers of example.com"),
        ("/etc/mail-autoconfig/example.com.toml", LOCAL_SOURCE),
        ("postgresql://user:secret@db/mail", LOCAL_SOURCE),
        ("", None),
    ],
)
def test_a_source_is_told_without_query_and_without_paths_of_ours(source: str, shown: str | None) -> None:
    assert public_source(source) == shown


# --- whatever the mailbox

_LOCAL_PARTS = st.from_regex(r"\A[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]{1,20}\Z").filter(
    lambda text: text.casefold() not in ("example", "imap", "com", "dav", "isp", "https", "mail")
)


@given(first=_LOCAL_PARTS, second=_LOCAL_PARTS, template=st.sampled_from(["ADDRESS", "LOCALPART"]))
@settings(deadline=None)
def test_who_is_told_second_gets_what_would_have_been_found_for_it(
    first: str, second: str, template: str
) -> None:
    one, two = EmailAddress(first, "example.com"), EmailAddress(second, "example.com")
    server, calendar = (
        imap("imap.example.com", f"%EMAIL{template}%"),
        caldav("https://dav.example.com/", None),
    )
    general = for_everybody(found(one, server, other=(calendar,)))
    if general is None:
        # A word of the settings themselves: the price is one question more.
        assert is_named_in(one, json.dumps(answer_of(found(one, server))).split('"'))
        return
    assert filled(template_of(general), two) == answer_of(found(two, server, other=(calendar,)))


@given(local_part=_LOCAL_PARTS)
@settings(deadline=None)
def test_what_is_shared_never_holds_the_address(local_part: str) -> None:
    address = EmailAddress(local_part, "example.com")
    general = for_everybody(found(address))
    if general is not None:
        assert str(address).casefold() not in json.dumps(template_of(general)).casefold()
