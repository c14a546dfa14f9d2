"""Requests of programs met before: read from their bytes, they mean what the parser says."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autoconfig.errors import FormatError
from autoconfig.formats.autodiscover import OUTLOOK_RESPONSE, Request, Requests, familiar, parse_request
from autoconfig.formats.autodiscover.familiar import LONGEST_FRAME, MOST_FRAMES
from autoconfig.model import EmailAddress
from tests.formats.test_autodiscover_request import ADDRESS, REQUEST
from tests.strategies import mutated

HERE = "ada@example.com"
OTHERS = ("bob@example.net", "a.b-c_d@xn--bcher-kva.example", "x@x.x", "a--@b.c", "amp@lt.gt")


def outcome(read: object, data: bytes) -> Request | str:
    try:
        return read(data)  # type: ignore[no-any-return, operator]
    except FormatError as error:
        return f"{type(error).__name__}: {error}"


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """What is given to the parser."""
    given_to: list[bytes] = []

    def noted(data: bytes) -> Request:
        given_to.append(data)
        return parse_request(data)

    monkeypatch.setattr(familiar, "parse_request", noted)
    return given_to


def test_the_parser_reads_a_program_once(parsed: list[bytes]) -> None:
    requests = Requests()
    requests.read(REQUEST.encode())
    parsed.clear()
    for other in OTHERS:
        read = requests.read(REQUEST.replace(HERE, other).encode())
        assert read == Request(EmailAddress.parse(other), OUTLOOK_RESPONSE)
    assert parsed == []


ODD = [
    pytest.param(old, new, id=str(number))
    for number, (old, new) in enumerate(
        [
            ("<Request>", f"<Request><!--{ADDRESS}-->"),
            (ADDRESS, f"<!--{ADDRESS}-->{ADDRESS}"),
            (ADDRESS, f"{ADDRESS}<EMailAddress>bob@example.com</EMailAddress>"),
            (ADDRESS, f"<EMailAddress>bob@example.com</EMailAddress>{ADDRESS}"),
            (ADDRESS, f"<EMailAddress>&#97;da@example.com</EMailAddress>{ADDRESS}"),
            (ADDRESS, f"<EMailAddress>frame@autodiscover.invali&#100;</EMailAddress>{ADDRESS}"),
            (ADDRESS, f"<LegacyDN>EMailAddress></LegacyDN>{ADDRESS}"),
            (ADDRESS, f"<a b='EMailAddress>{HERE}'/>"),
            (ADDRESS, f"<EMailAddress><![CDATA[{HERE}]]></EMailAddress>"),
            (ADDRESS, f"<EMailAddress>{HERE}<b/>x</EMailAddress>"),
            (ADDRESS, f"<emailaddress>{HERE}</emailaddress>"),
            (ADDRESS, f"<notEMailAddress>{HERE}</notEMailAddress>"),
            ('encoding="utf-8"', 'encoding="UTF-7"'),
            ('encoding="utf-8"', 'encoding="iso-8859-1"'),
            ('encoding="utf-8"', 'encoding="HZ-GB-2312"'),
            ('encoding="utf-8"', ""),
            ("<?xml", "<!DOCTYPE a [<!ENTITY b 'c'>]><?xml"),
            (OUTLOOK_RESPONSE, f"{OUTLOOK_RESPONSE}{HERE}"),
            (OUTLOOK_RESPONSE, ""),
            ("</Autodiscover>", ""),
        ]
    )
]


@pytest.mark.parametrize(("old", "new"), ODD)
@pytest.mark.parametrize("first", [HERE, "frame@autodiscover.invalid", "carol@example.org"])
def test_odd_requests_mean_what_the_parser_says(old: str, new: str, first: str) -> None:
    frame = REQUEST.replace(old, new, 1)
    assert frame != REQUEST
    requests = Requests()
    for address in (first, first, *OTHERS, HERE):
        data = frame.replace(HERE, address).encode()
        assert outcome(requests.read, data) == outcome(parse_request, data)


REUSED = Requests()


@settings(deadline=None)
@given(mutated(REQUEST.encode()), st.sampled_from(OTHERS))
def test_whatever_was_read_before_changes_nothing(data: bytes, other: str) -> None:
    for each in (data, data, data.replace(HERE.encode(), other.encode())):
        assert outcome(REUSED.read, each) == outcome(parse_request, each)


def test_an_address_that_is_none_is_refused_by_a_known_frame_too() -> None:
    requests = Requests()
    requests.read(REQUEST.encode())
    for wrong in (f"{'a' * 65}@example.com", "ada@192.0.2.1", f"ada@{'a' * 64}.example", "ada@-a.example"):
        data = REQUEST.replace(HERE, wrong).encode()
        assert outcome(requests.read, data) == outcome(parse_request, data)


def test_few_frames_are_kept_and_none_that_is_long() -> None:
    requests = Requests()
    requests.read(REQUEST.replace("<Request>", f"<Request>{' ' * LONGEST_FRAME}").encode())
    assert requests._schemas == {}
    for number in range(MOST_FRAMES * 2 + 1):
        requests.read(REQUEST.replace("<Request>", f"<Request a='{number}'>").encode())
        assert len(requests._schemas) <= MOST_FRAMES
    assert requests._schemas
