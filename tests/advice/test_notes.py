"""Notes: what a format cannot say of a provider that has nothing to mend."""

from __future__ import annotations

from dataclasses import replace

from autoconfig.advice.lint import lint_provider, notes_on
from autoconfig.model import Remark, SocketType
from tests.formats.test_pacc import SAID, SMTP

STARTTLS = replace(SAID, outgoing=(replace(SMTP, socket_type=SocketType.STARTTLS, port=587),))
REASON = (
    "PACC cannot say any outgoing server: "
    "smtp.example.com has STARTTLS on port 587, not implicit TLS on port 465."
)


def test_a_provider_that_every_format_can_say_has_no_note() -> None:
    assert notes_on(SAID) == []


def test_what_pacc_cannot_say_is_a_note() -> None:
    assert notes_on(STARTTLS, "a.toml") == [Remark(message=REASON, source="a.toml", severity="note")]


def test_a_note_is_nothing_to_mend() -> None:
    assert lint_provider(STARTTLS) == []


def test_a_provider_without_a_domain_of_its_own_is_judged_too() -> None:
    provider = replace(SAID, domains=(), mx_domains=(), incoming=(), outgoing=STARTTLS.outgoing)
    assert [remark.message for remark in notes_on(provider)] == [REASON]


def test_a_remark_is_a_warning_unless_it_says_otherwise() -> None:
    assert Remark(message="Odd.").severity == "warning"


def test_a_note_says_that_it_is_one() -> None:
    note = Remark(message="Odd.", path="incoming", source="a.toml", line=3, value="x", severity="note")
    assert str(note) == "a.toml:3: note: incoming: Odd. (value 'x')"
    assert str(replace(note, severity="warning")) == "a.toml:3: incoming: Odd. (value 'x')"
