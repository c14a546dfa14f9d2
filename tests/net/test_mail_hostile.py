"""Whatever a mail server says: a session ends with an answer or with SessionFailed, and no other error."""

from __future__ import annotations

import asyncio
import ssl
import time
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from autoconfig.errors import FetchFailed
from autoconfig.model import ServerType, SocketType
from autoconfig.net.mail import SESSIONS, Capabilities, SessionFailed, Tls, Verdict
from autoconfig.net.mail.line import Line
from autoconfig.probes.certificate import read_certificate
from autoconfig.probes.spoken import protocol_of
from tests.net.sessions import Keeping

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from autoconfig.net.mail import MailSession

CONTEXT = ssl.create_default_context()

PIECES = st.sampled_from(
    [
        *(b"* OK ready", b"* BYE", b"* CAPABILITY AUTH=PLAIN", b"a1 OK", b"a2 NO [X", b"a2 BAD", b"+ ", b"+"),
        *(b"+OK", b"+OK <1@x>", b"-ERR [AUTH] no", b".", b"SASL PLAIN", b"USER"),
        *(b"220 x", b"250-AUTH PLAIN", b"250 x", b"334 ", b"334 !!", b"535 5.7.8", b"421", b"999 x"),
        *(b'"SASL" "PLAIN"', b"OK", b'OK (SASL "eA==")', b"NO (", b'"', b'"eA=="', b"BYE {3}", b"{2+}"),
        *(b"\r\n", b"\n", b"\r", b"\0", b"\xff", b"{5}", b"{999999}", b" ", b"=", b"x" * 300),
    ]
)
SAID = st.lists(PIECES | st.binary(max_size=8), max_size=30).map(b"".join)


GOOD = {
    ServerType.IMAP: b"* OK\r\n* CAPABILITY AUTH=X SASL-IR\r\na1 OK\r\n",
    ServerType.POP3: b"+OK\r\n+OK\r\nSASL X\r\n.\r\n",
    ServerType.SMTP: b"220 x\r\n250-x\r\n250 AUTH X\r\n",
    ServerType.MANAGESIEVE: b'"SASL" "X"\r\nOK\r\n"SASL" "X"\r\nOK\r\n',
}
"""A conversation as it should be, up to the login."""


class Nowhere:
    """Takes what is written."""

    def __init__(self) -> None:
        self.transport = self

    def write(self, data: bytes) -> None:
        assert b"\0" not in data

    def abort(self) -> None:
        """Nothing is open."""


def hear(server_type: ServerType, said: bytes, use: Callable[[MailSession], Awaitable[Any]]) -> Any:
    """What comes of using a session with a server that says this and hangs up."""

    async def run() -> Any:
        reader = asyncio.StreamReader()
        reader.feed_data(said)
        reader.feed_eof()
        line = Line(reader, Nowhere(), host="x.invalid", port=1, timeout=5.0)  # type: ignore[arg-type]
        # Over TLS: in plain text whatever comes before it is asked for ends a conversation at once.
        line.tls = Tls(version="", cipher="", certificate=b"", chain=())
        session = SESSIONS[server_type](
            line, address="192.0.2.1", socket_type=SocketType.STARTTLS, context=CONTEXT
        )
        return await use(session)

    try:
        return asyncio.run(run())
    except FetchFailed as error:
        failure = error
    assert "\n" not in str(failure)
    assert len(str(failure)) < 400
    return failure


async def whole(session: MailSession) -> list[Any]:
    """Everything that is done before TLS, each after the other."""
    async with session._line.during(session._line.stage):
        await session.greeted()
    offered = await session.capabilities()
    verdict = await session.authenticate(Keeping("X", *[b"a"] * 20, initial=b"first"))
    return [session.greeting, offered, verdict]


@pytest.mark.parametrize("server_type", SESSIONS)
@settings(deadline=None)
@given(said=SAID, up_to_the_login=st.booleans())
@example(said=b'"\r\n', up_to_the_login=True)
@example(said=b"+ \xff\r\n", up_to_the_login=True)
@example(said=b"334\r\n", up_to_the_login=True)
def test_a_conversation_ends_well_or_says_why(
    server_type: ServerType, said: bytes, up_to_the_login: bool
) -> None:
    result = hear(server_type, (GOOD[server_type] if up_to_the_login else b"") + said, whole)
    if isinstance(result, FetchFailed):
        assert isinstance(result, SessionFailed)
        return
    greeting, offered, verdict = result
    assert isinstance(offered, Capabilities)
    assert isinstance(verdict, Verdict)
    assert greeting.isprintable()
    assert verdict.text.isprintable()


@pytest.mark.parametrize("server_type", SESSIONS)
@settings(deadline=None)
@given(said=SAID)
def test_a_login_ends_well_or_says_why(server_type: ServerType, said: bytes) -> None:
    result = hear(server_type, said, lambda session: session.login("ada", "s3cret-pässword"))
    assert isinstance(result, Verdict | FetchFailed)
    assert "s3cret" not in str(result)


@pytest.mark.parametrize("server_type", SESSIONS)
@settings(deadline=None)
@given(said=SAID)
def test_an_upgrade_that_cannot_be_says_why(server_type: ServerType, said: bytes) -> None:
    async def use(session: MailSession) -> None:
        async with session._line.during(session._line.stage):
            await session._ask_tls()
            session._line.expect_quiet()

    assert isinstance(hear(server_type, said, use), SessionFailed | None)


@settings(deadline=None)
@given(said=SAID)
def test_any_words_have_a_protocol_or_none(said: bytes) -> None:
    assert protocol_of(said) in ("", "imap", "pop3", "smtp", "managesieve", "http", "ssh", "ftp", "tls")


@given(data=st.binary(max_size=200))
def test_what_is_no_certificate_is_none(data: bytes) -> None:
    assert read_certificate(data) is None


@pytest.mark.parametrize(
    ("server_type", "said"),
    [
        (ServerType.IMAP, b"a2 NO [" + b"x" * 16_000),
        (ServerType.IMAP, b"a2 NO [x " + b"[" * 16_000),
        (ServerType.POP3, b"-ERR [" + b"x" * 16_000),
        (ServerType.SMTP, b"535 " + b"5" * 16_000),
        (ServerType.MANAGESIEVE, b"NO (" + b"x" * 16_000),
        (ServerType.MANAGESIEVE, b"NO (x " + b'"\\' * 8_000),
        (ServerType.MANAGESIEVE, b'"' + b"\\" * 16_001),
    ],
)
def test_a_long_line_is_read_in_no_time(server_type: ServerType, said: bytes) -> None:
    started = time.process_time()
    hear(server_type, GOOD[server_type] + said + b"\r\n", whole)
    assert time.process_time() - started < 0.5


def test_a_greeting_full_of_at_signs_is_read_in_no_time() -> None:
    started = time.process_time()
    hear(ServerType.POP3, b"+OK <" + b"@" * 16_000 + b"\r\n", whole)
    assert time.process_time() - started < 0.5
