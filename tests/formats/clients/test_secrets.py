"""The commands that print a secret."""

from __future__ import annotations

import pytest

from autoconfig.errors import ValueRefused
from autoconfig.formats.clients import Secrets, render
from autoconfig.formats.clients.secrets import COMMAND_BYTES
from tests.formats.clients.mailbox import ADA, provider


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        ("", "The password command is empty."),
        ("  ", "The password command is empty."),
        ("a\nb", "The password command holds a line break or another character that no file can hold."),
        ("a\0b", "The password command holds a line break or another character that no file can hold."),
        ("a\u2028b", "The password command holds a line break or another character that no file can hold."),
        ("a\udcffb", "The password command holds a line break or another character that no file can hold."),
        ("x" * 401, "The password command is longer than 400 bytes; put it into a script."),
        ("ü" * 201, "The password command is longer than 400 bytes; put it into a script."),
    ],
)
def test_what_is_no_command_on_one_line_is_refused(command: str, sentence: str) -> None:
    with pytest.raises(ValueRefused) as refused:
        Secrets(password_command=command)
    assert str(refused.value) == sentence


def test_the_sentence_names_the_command_that_is_wrong() -> None:
    with pytest.raises(ValueRefused, match=r"^The token command is empty\.$"):
        Secrets(token_command="")


def test_the_longest_command_fits_into_a_line_of_msmtp() -> None:
    secrets = Secrets(password_command="x" * COMMAND_BYTES)
    longest = max(map(len, render("msmtp", provider(), ADA, secrets).splitlines()))
    assert longest < 500


def test_white_space_around_a_command_is_nothing() -> None:
    assert Secrets(password_command=" pass show mail ").password_command == "pass show mail"


@pytest.mark.parametrize("command", ["a `b`", "a\\b"])
def test_neomutt_is_given_no_command_that_it_would_change(command: str) -> None:
    said = r"^neomutt cannot run a command with a backtick or backslash in it; put it into a script\.$"
    with pytest.raises(ValueRefused, match=said):
        render("neomutt", provider(), ADA, Secrets(password_command=command))


@pytest.mark.parametrize("command", ["a `b`", "a %(b)s"])
def test_aerc_is_given_no_command_that_it_would_change(command: str) -> None:
    said = r"^aerc cannot run a command with a backtick or %\( in it; put it into a script\.$"
    with pytest.raises(ValueRefused, match=said):
        render("aerc", provider(), ADA, Secrets(password_command=command))
