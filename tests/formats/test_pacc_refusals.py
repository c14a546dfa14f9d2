"""PACC documents that are refused: one sentence, and nothing but FormatError whatever comes."""

from __future__ import annotations

import json
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autoconfig.errors import FormatError
from autoconfig.formats import pacc
from tests.formats.test_pacc_reading import DOMAIN, SMALL, read
from tests.strategies import mutated


def refusal(data: bytes, **how: int) -> str:
    """The sentence with which a document is refused."""
    with pytest.raises(FormatError) as refused:
        pacc.parse(data, DOMAIN, **how)
    return str(refused.value)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "Not JSON: Expecting value."),
        (b"<html>", "Not JSON: Expecting value."),
        (b"\xff{}", "The document is not UTF-8."),
        (b"[]", "The document is not a JSON object."),
        (b"null", "The document is not a JSON object."),
        (b"[" * 60_000, "Not JSON that can be read: nested too deep."),
        (b"1" * 5_000, "Not JSON that can be read: a number has too many digits."),
        (b"{}", "The document has no usable server."),
        (b'{"protocols": {}}', "The document has no usable server."),
        (b'{"protocols": {"imap": {}}}', "The document has no usable server. First: Left out: no host."),
        (b'{"servers": {}}', "The document has no usable server."),
        (b" " * 65_537, "The document is larger than 65536 bytes."),
    ],
    ids=lambda value: repr(value[:24]),
)
def test_a_document_with_nothing_usable_is_one_sentence(data: bytes, sentence: str) -> None:
    assert refusal(data) == sentence


def test_the_size_allowed_can_be_smaller() -> None:
    assert refusal(json.dumps(SMALL).encode(), max_bytes=100) == "The document is larger than 100 bytes."


def test_the_line_of_a_mistake_is_said() -> None:
    with pytest.raises(FormatError) as refused:
        pacc.parse(b'{\n"protocols": {\n', DOMAIN)
    assert refused.value.line == 3


def test_a_byte_order_mark_is_no_mistake() -> None:
    data = b"\xef\xbb\xbf" + json.dumps(SMALL).encode()
    assert pacc.parse(data, DOMAIN).provider == read(SMALL).provider


# --- anything

_NAMES = (
    *("protocols", "servers", "authentication", "info", "imap", "submit", "smtp", "caldav", "jmap", "ews"),
    *("host", "url", "issuer", "oauth-public", "oAuth2", "password", "provider", "name", "shortName", "help"),
    *("documentation", "x"),
)
_TEXTS = ("https://x.example/y", "imap.example.com", "imaps://x.example", "OAuth2", "\ud800")
_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12) | st.sampled_from(_TEXTS),
    lambda values: (
        st.lists(values, max_size=3) | st.dictionaries(st.sampled_from(_NAMES), values, max_size=5)
    ),
    max_leaves=20,
)


@settings(deadline=None)
@given(st.one_of(st.binary(max_size=200), mutated(json.dumps(SMALL).encode())))
def test_any_bytes_are_a_document_or_a_format_error(data: bytes) -> None:
    with suppress(FormatError):
        assert pacc.parse(data, DOMAIN).provider.servers


@settings(deadline=None, max_examples=300)
@given(_values, _values, _values)
def test_any_json_is_a_document_or_a_format_error(servers: object, logins: object, info: object) -> None:
    for content in (
        {"protocols": servers, "authentication": logins, "info": info},
        {"servers": servers, "oAuth2": logins, "provider": info, "help": info},
        servers,
    ):
        with suppress(FormatError):
            for remark in read(content).remarks:
                assert str(remark).encode()
