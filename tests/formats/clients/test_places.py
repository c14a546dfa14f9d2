"""The servers that a program's configuration names are those that stand in its file, and no others."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from autoconfig.errors import NothingFound
from autoconfig.formats import clients
from autoconfig.formats.clients.places import EITHER, FETCHING, SENDING, places
from autoconfig.model import EmailAddress, Provider, ServerType, SocketType, TcpServer
from tests.formats.minimal import IMAP, PROVIDER, SMTP

ADA = EmailAddress("ada", "example.com")
POP3 = replace(IMAP, type=ServerType.POP3, hostname="pop.example.com", port=995)
OTHERS = (
    replace(IMAP, hostname="imap-tls.example.com", port=10143, socket_type=SocketType.STARTTLS),
    replace(IMAP, hostname="imap-plain.example.com", port=10144, socket_type=SocketType.PLAIN),
)
EVERYTHING = replace(
    PROVIDER,
    incoming=(*OTHERS, POP3, replace(IMAP, port=10993)),
    outgoing=(replace(SMTP, port=10587, hostname="smtp-tls.example.com"), replace(SMTP, port=10465)),
)


def hosts(text: bytes, provider: Provider) -> set[str]:
    """The hosts of the provider that stand in a file."""
    words = set(re.findall(r"[a-z0-9.-]+", text.decode()))
    return {server.hostname for server in provider.servers if isinstance(server, TcpServer)} & words


@pytest.mark.parametrize("program", clients.PROGRAMS)
def test_the_places_are_those_of_the_file(program: str) -> None:
    document = clients.render(program, EVERYTHING, ADA)
    found = [place for place in places(program, EVERYTHING, ADA) if place is not None]
    assert {place.host for place in found} == hosts(document, EVERYTHING)
    for place in found:
        assert str(place.port) in document.decode()


@pytest.mark.parametrize("program", clients.PROGRAMS)
def test_a_program_does_what_its_list_says(program: str) -> None:
    incoming, outgoing = places(program, EVERYTHING, ADA)
    assert (incoming is not None, outgoing is not None) == (program not in SENDING, program not in FETCHING)


@pytest.mark.parametrize("program", clients.PROGRAMS)
@pytest.mark.parametrize("half", [{"incoming": ()}, {"outgoing": ()}])
def test_where_the_provider_has_half_the_places_are_still_those_of_the_file(
    program: str, half: dict[str, tuple[()]]
) -> None:
    provider = replace(EVERYTHING, **half)
    try:
        document = clients.render(program, provider, ADA)
    except NothingFound as nothing:
        with pytest.raises(NothingFound, match=re.escape(str(nothing))):
            places(program, provider, ADA)
        return
    found = [place.host for place in places(program, provider, ADA) if place is not None]
    assert set(found) == hosts(document, provider)


def test_the_lists_name_programs() -> None:
    assert set(clients.PROGRAMS) >= FETCHING | SENDING | EITHER
    assert len(FETCHING | SENDING | EITHER) == len(FETCHING) + len(SENDING) + len(EITHER)
