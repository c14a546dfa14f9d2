"""The page: everything is in it, nothing is from elsewhere, and no text of a stranger is markup."""

from __future__ import annotations

import datetime
import re
from html.parser import HTMLParser

import pytest

from autoconfig.advice.clients.reading import ReadServer
from autoconfig.doctor import Checkup, Fix, Outcome, Prediction, Severity
from autoconfig.doctor.look import Find, Look
from autoconfig.doctor.page import coded, page
from autoconfig.doctor.sources import Source
from tests.doctor.domain import provider_of

EVIL = "<script>alert(1)</script>\x1b[31m\u202e&"
NOW = datetime.datetime(2026, 1, 2, 3, 4, tzinfo=datetime.UTC)


def prediction(outcome: Outcome, text: str = "") -> Prediction:
    server = ReadServer(
        type="imap", hostname=f"mail{text}", port=143, socket_type="plain", username=text or None
    )
    look = Look(
        way="autoconfig", where=f"https://a.example/{text}?x=postmaster", find=Find.FOUND, reason=text
    )
    return Prediction(
        client="thunderbird",
        name="Thunderbird",
        outcome=outcome,
        incoming=(server,) if outcome is Outcome.CONFIGURES else (),
        source="https://autoconfig.example.com/mail/config-v1.1.xml",
        why=text,
        looks=(look,),
    )


def checkup(text: str = "") -> Checkup:
    provider = provider_of("example.com")
    return Checkup(
        domain="xn--bcher-kva.example",
        predictions=tuple(prediction(outcome, text) for outcome in Outcome),
        fixes=(
            Fix(
                code="status",
                where=f"https://a.example/{text}",
                why=f"It answers 500. {text}",
                do="Answer 404.",
                severity=Severity.ERROR,
                clients=("Thunderbird",),
            ),
        ),
        sources=(Source(name="autoconfig", where=text, servers=(*provider.incoming, *provider.outgoing)),),  # type: ignore[arg-type]
    )


class Elements(HTMLParser):
    """Names and attributes of all elements, and that they are closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.names: set[str] = set()
        self.attributes: set[str] = set()
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.attributes.update(name for name, _ in attrs)
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_needs_neither_script_nor_anything_from_elsewhere() -> None:
    text = page(checkup(), NOW).decode()
    elements = Elements(text)
    assert not elements.names & {"script", "link", "img", "iframe", "object", "form", "base"}
    assert not {name for name in elements.attributes if name.startswith("on") or name in ("src", "href")}
    assert not re.search(r"url\(|@import", text)
    assert "default-src 'none'" in text


def test_a_strangers_text_is_text() -> None:
    text = page(checkup(EVIL), NOW).decode()
    assert Elements(text).names == Elements(page(checkup(), NOW).decode()).names
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert "\x1b" not in text
    assert "\u202e" not in text


def test_the_page_tells_everything() -> None:
    text = page(checkup(), NOW).decode()
    for part in (
        "<h1>bücher.example</h1>",
        "visited 2026-01-02 03:04 UTC",
        "Ready: 1 of 4 programs; 1 error.",
        "Thunderbird",
        "It answers 500.",
        "Answer 404.",
        "mail.example.com:993",
        "no encryption",
    ):
        assert part in text, part
    assert [text.count(f'<span class="{outcome}">{outcome}</span>') for outcome in Outcome] == [1, 1, 1, 1]


def test_commands_in_advice_are_code() -> None:
    assert coded("Run `a <b>` & go.") == "Run <code>a &lt;b&gt;</code> &amp; go."


def test_addresses_are_not_shown() -> None:
    assert "postmaster" not in page(checkup(), NOW).decode()


@pytest.mark.parametrize("rule", ["prefers-color-scheme: dark", "@media print", "max-width: 42rem"])
def test_the_page_is_for_dark_rooms_paper_and_small_screens(rule: str) -> None:
    assert rule in page(checkup(), NOW).decode()


def test_nothing_to_mend_is_no_empty_section() -> None:
    healthy = Checkup(domain="example.com", predictions=(prediction(Outcome.CONFIGURES),), fixes=())
    text = page(healthy, NOW).decode()
    assert "To mend" not in text
    assert "Ready: 1 of 1 programs, nothing to mend." in text
