"""What may stand in a log."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autoconfig.web.logs import private_path, without_addresses
from tests.web.asking import CONFIG, JSON

MOST_SECONDS = 0.5
"""A thousand times what it takes; a pattern that tries every place twice took seven seconds."""


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (CONFIG, CONFIG),
        ("/v1.1/example.com", "/v1.1/example.com"),
        ("/Mail/Config-v1.1.xml", CONFIG),
        (f"{JSON}/v1.0/ada@example.com", f"{JSON}/v1.0/<address>"),
        (f"{JSON}/V1.0/Ada%40example.com", f"{JSON}/v1.0/<address>"),
        (f"{JSON}/v1.0/ada%2540example.com", f"{JSON}/v1.0/<address>"),
        (f"{JSON}/v1.0/ada%252540example.com", f"{JSON}/v1.0/<address>"),
        (f'{JSON}/v1.0/"ada of/lovelace"@example.com', f"{JSON}/v1.0/<address>"),
        (f"{JSON}/v1.0/a/b/c@example.com", f"{JSON}/v1.0/<address>"),
        ("/v1.1/ada@example.com", "/v1.1/<address>"),
        ("/somewhere/ada of@example.com/else", "/<address>"),
        ("/ada@example.com", "/<address>"),
        ("/a\nb", "/a\\x0ab"),
        ("/\x1b[31m\x85\x9b", "/\\x1b[31m\\x85\\x9b"),
        ("/b\xc3\xbc", "/b\\xc3\\xbc"),
    ],
)
def test_a_path_is_logged_without_addresses(path: str, expected: str) -> None:
    assert private_path(path) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Mozilla/5.0 (X11)", "Mozilla/5.0 (X11)"),
        ("Agent/1 (mailto:ada@example.com) x", "Agent/1 <address> x"),
        ("a@b c%40d", "<address> <address>"),
        ("one\r\ntwo", "one\\x0d\\x0atwo"),
    ],
)
def test_a_text_is_logged_without_addresses(text: str, expected: str) -> None:
    assert without_addresses(text) == expected


@given(text=st.text("ab@%2540/ \t\n\x85", max_size=30))
def test_every_word_around_an_at_is_taken_out_and_nothing_else(text: str) -> None:
    at_once = re.sub(r"[^/\s]*(?:@|%(?:25)*40)[^/\s]*", "<address>", text)
    assert without_addresses(text) == re.sub(r"[^ -~]", lambda c: f"\\x{ord(c[0]):02x}", at_once)


@pytest.mark.parametrize("word", ["%", "a", "%25", "%2", "%25%", '"', "@", "a@", "/%", " %"])
def test_a_long_text_keeps_nobody_waiting(word: str) -> None:
    text = word * (64_000 // len(word))
    begun = time.perf_counter()
    without_addresses(text)
    without_addresses(f"{text}@x")
    private_path(f"/{text}")
    assert time.perf_counter() - begun < MOST_SECONDS
