"""Reading redirects and errors of other Autodiscover services."""

from __future__ import annotations

import datetime

import pytest

from autoconfig.errors import FormatError, XMLRefused
from autoconfig.formats import autodiscover
from autoconfig.formats.autodiscover import OUTLOOK_RESPONSE, Redirect, Refused


@pytest.mark.parametrize(
    ("inside", "redirect"),
    [
        (
            "<Action>redirectUrl</Action><RedirectUrl>\n https://x.example/a </RedirectUrl>",
            Redirect(url="https://x.example/a"),
        ),
        (
            "<Action>redirectAddr</Action><RedirectAddr>ada@x.example</RedirectAddr>",
            Redirect(address="ada@x.example"),
        ),
        (
            "<Action>REDIRECTURL</Action><RedirectUrl>https://x.example/</RedirectUrl>",
            Redirect(url="https://x.example/"),
        ),
    ],
)
def test_a_redirect_is_told(inside: str, redirect: Redirect) -> None:
    document = f"<Autodiscover><Response><Account>{inside}</Account></Response></Autodiscover>"
    assert autodiscover.parse(document.encode(), "example.com") == redirect


@pytest.mark.parametrize(
    ("action", "name"), [("redirectUrl", "RedirectUrl"), ("redirectAddr", "RedirectAddr")]
)
def test_a_redirect_to_nowhere_is_refused(action: str, name: str) -> None:
    document = f"<Autodiscover>\n<Account><Action>{action}</Action><{name}/></Account></Autodiscover>"
    with pytest.raises(FormatError) as refused:
        autodiscover.parse(document.encode(), "example.com")
    assert (str(refused.value), refused.value.line) == (f"The answer redirects without a {name}.", 2)


@pytest.mark.parametrize(
    ("inside", "error"),
    [
        ("<ErrorCode>600</ErrorCode><Message>Invalid</Message>", Refused(600, "Invalid")),
        ("<ErrorCode> 601 </ErrorCode>", Refused(601, "")),
        ("<ErrorCode>none</ErrorCode><Message/>", Refused(None, "")),
        (f"<ErrorCode>{'9' * 5000}</ErrorCode>", Refused(None, "")),
        ("", Refused(None, "")),
    ],
)
def test_an_error_is_told(inside: str, error: Refused) -> None:
    document = f"<Autodiscover><Response><Error>{inside}</Error></Response></Autodiscover>"
    assert autodiscover.parse(document.encode(), "example.com") == error


@pytest.mark.parametrize(
    ("document", "sentence", "line"),
    [
        ("<html/>", "The root element is html, not Autodiscover.", 1),
        ("<Autodiscover/>", "The answer has neither an Account nor an Error.", 1),
        (
            "<Autodiscover><Account/></Autodiscover>",
            "The answer has no usable server: A provider has no usable server.",
            None,
        ),
    ],
)
def test_what_says_nothing_is_refused(document: str, sentence: str, line: int | None) -> None:
    with pytest.raises(FormatError) as refused:
        autodiscover.parse(document.encode(), "example.com")
    assert (str(refused.value), refused.value.line) == (sentence, line)


def test_what_is_no_harmless_xml_is_refused() -> None:
    with pytest.raises(XMLRefused):
        autodiscover.parse(b"<!DOCTYPE a><Autodiscover/>", "example.com")


def test_our_own_errors_are_told() -> None:
    now = datetime.datetime.now(datetime.UTC)
    for schema in (OUTLOOK_RESPONSE, autodiscover.MOBILESYNC_RESPONSE):
        document = autodiscover.render_error(601, schema, now)
        assert autodiscover.parse(document, "example.com") == Refused(
            601, "Requested schema version not supported"
        )
