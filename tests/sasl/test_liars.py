"""Servers that break the rules of the other mechanisms, and secrets that must not come out."""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autoconfig.errors import SaslRefused, ValueRefused
from autoconfig.sasl import PASSWORD_MECHANISMS, TOKEN_MECHANISMS, Binding, Credentials, Peer, begin
from autoconfig.sasl.digest import DigestMd5

if TYPE_CHECKING:
    from collections.abc import Sequence

    from autoconfig.sasl import Mechanism

SECRET = "hunter2-hunter2"
ADA = Credentials(username="ada", secret=SECRET)
PEER = Peer(service="imap", host="imap.example.com", bindings=(Binding("tls-unique", b"x"),))
ALL = (*PASSWORD_MECHANISMS, *TOKEN_MECHANISMS)
CHALLENGE = b'realm="r",nonce="n",qop="auth",algorithm=md5-sess,charset=utf-8'


def digest() -> DigestMd5:
    return DigestMd5(ADA, PEER, nonce="c")


def refusal(exchange: Mechanism, *challenges: bytes) -> str:
    with pytest.raises(SaslRefused) as refused:
        go_through(exchange, challenges)
    return str(refused.value)


def go_through(exchange: Mechanism, challenges: Sequence[bytes]) -> None:
    """All challenges, and the server's yes."""
    for challenge in challenges:
        exchange.respond(challenge)
    exchange.succeeded()


@pytest.mark.parametrize(
    ("challenge", "reason"),
    [
        (b"", "has no algorithm or nonce that is known."),
        (b'nonce="n",algorithm=md5', "has no algorithm or nonce that is known."),
        (b"algorithm=md5-sess", "has no algorithm or nonce that is known."),
        (b'nonce="",algorithm=md5-sess', "has no algorithm or nonce that is known."),
        (b'nonce="n",nonce="m",algorithm=md5-sess', "says one thing twice."),
        (b'nonce="n,algorithm=md5-sess', "cannot be read."),
        (b"\xff\xfe", "cannot be read."),
        (b'nonce="n",qop="auth-int,auth-conf",algorithm=md5-sess', "which TLS makes needless."),
        (b'nonce="' + b"n" * 2048 + b'",algorithm=md5-sess', "is longer than 2048 bytes."),
    ],
)
def test_a_digest_challenge_that_breaks_a_rule_gets_no_answer(challenge: bytes, reason: str) -> None:
    exchange = digest()
    said = refusal(exchange, challenge)
    assert (said.endswith(reason), exchange.spent) == (True, False), said


def test_a_digest_server_that_forges_its_proof_is_not_believed() -> None:
    said = refusal(digest(), CHALLENGE, b"rspauth=ea40f60335c427b5527b84dbabcdfffd")
    assert said == "The server's proof that it knows the password is wrong (DIGEST-MD5)."


def test_a_digest_server_that_gives_no_proof_is_not_believed() -> None:
    said = refusal(digest(), CHALLENGE)
    assert said == "The server has not proved that it knows the password (DIGEST-MD5)."


def test_a_digest_challenge_without_a_realm_is_answered_without_one() -> None:
    answer = digest().respond(b'nonce="n",algorithm=md5-sess')
    assert answer.startswith(b'username="ada",nonce="n",cnonce="c",nc=00000001,qop=auth,digest-uri=')


def test_quotes_in_a_realm_stay_inside_the_quotes() -> None:
    answer = digest().respond(rb'realm="a\"b\\c",nonce="n",algorithm=md5-sess')
    assert rb'realm="a\"b\\c",' in answer


def test_letters_that_servers_hash_in_two_ways_are_remarked_on() -> None:
    exchange = DigestMd5(Credentials(username="ada", secret="p\u00e4ss"), PEER)
    exchange.respond(CHALLENGE)
    (remark,) = exchange.remarks
    assert remark == (
        "The password or login name holds letters that not every DIGEST-MD5 server spells alike; "
        "a refusal may be the server's mistake."
    )


def test_a_digest_server_without_utf8_gets_no_letter_that_it_does_not_know() -> None:
    exchange = DigestMd5(Credentials(username="ada", secret="10\u20ac"), PEER)
    said = refusal(exchange, b'nonce="n",algorithm=md5-sess')
    assert said == "The server's DIGEST-MD5 knows ISO 8859-1 only."


def test_an_empty_cram_challenge_gets_no_answer() -> None:
    exchange = begin("CRAM-MD5", ADA, PEER)
    assert refusal(exchange, b"") == "The server's CRAM-MD5 challenge is empty."
    assert not exchange.spent


@pytest.mark.parametrize("name", ["CRAM-MD5", "LOGIN"])
def test_a_server_that_asks_on_gets_nothing_more(name: str) -> None:
    exchange = begin(name, ADA, PEER)
    assert refusal(exchange, *[b"x"] * 3) == f"The server asks for more than {name} has."


@pytest.mark.parametrize("name", ["PLAIN", *TOKEN_MECHANISMS])
def test_a_server_that_asks_after_everything_is_said_gets_nothing_more(name: str) -> None:
    exchange = begin(name, ADA, PEER)
    exchange.initial()
    assert refusal(exchange, *[b"{}"] * 2) == f"The server asks for more than {name} has."


@pytest.mark.parametrize("name", [name for name in ALL if name not in ("PLAIN", *TOKEN_MECHANISMS)])
def test_a_server_that_says_yes_to_nothing_is_not_believed(name: str) -> None:
    exchange = begin(name, ADA, PEER)
    exchange.initial()
    assert refusal(exchange) == f"The server says yes to {name} before it has been told the secret."


@pytest.mark.parametrize("name", TOKEN_MECHANISMS)
def test_a_token_server_that_complains_and_says_yes_is_not_believed(name: str) -> None:
    exchange = begin(name, ADA, PEER)
    exchange.initial()
    assert refusal(exchange, b'{"status":"401"}') == f"The server says yes to {name} after it has said no."


@pytest.mark.parametrize(
    ("challenge", "complaint"),
    [
        (b"", "no reason given"),
        (b"[]", "[]"),
        (b'{"status":{}}', "{}"),
        (b"[" * 5000, "[" * 200),
        (b"not\x1b[2J allowed", "not\N{REPLACEMENT CHARACTER}[2J allowed"),
    ],
)
def test_a_complaint_that_is_no_json_is_shown_as_it_is(challenge: bytes, complaint: str) -> None:
    exchange = begin("XOAUTH2", ADA, PEER)
    exchange.initial()
    exchange.respond(challenge)
    assert exchange.complaint == complaint


@pytest.mark.parametrize("name", ALL)
def test_a_challenge_without_an_end_gets_no_answer(name: str) -> None:
    exchange = begin(name, ADA, PEER)
    exchange.initial()
    assert refusal(exchange, b"x" * 8193) == f"The server's part of {name} does not come to an end."


def test_a_mechanism_that_nobody_knows_is_refused() -> None:
    with pytest.raises(SaslRefused) as refused:
        begin("KERBEROS_V4", ADA, PEER)
    assert str(refused.value) == "KERBEROS_V4 is not a mechanism that this program knows."


def test_an_ntlm_message_that_is_none_gets_no_answer() -> None:
    exchange = begin("NTLM", ADA, PEER)
    exchange.initial()
    assert refusal(exchange, b"NTLMSSP").startswith("The server's NTLM message cannot be read (")
    assert not exchange.spent


def test_ntlm_without_its_package_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "spnego", None)
    with pytest.raises(SaslRefused) as refused:
        begin("NTLM", ADA, PEER)
    assert str(refused.value) == "NTLM needs another package: pip install 'mail-autoconfig[ntlm]'"


@pytest.mark.parametrize(
    ("username", "secret", "reason"),
    [
        ("", "x", "The login name is empty."),
        ("ada", "", "The password or token is empty."),
        ("ada", f"{SECRET}\0", "The password or token holds a control character."),
        ("ada", f"{SECRET}\1", "The password or token holds a control character."),
        ("ada\0eve", SECRET, "The login name holds a control character."),
        ("ada", f"{SECRET}\udc80", "The password or token is not UTF-8."),
    ],
)
def test_what_no_server_can_be_told_is_refused_without_repeating_it(
    username: str, secret: str, reason: str
) -> None:
    with pytest.raises(ValueRefused) as refused:
        Credentials(username=username, secret=secret)
    assert str(refused.value) == reason


def test_a_secret_is_in_no_representation() -> None:
    shown = repr([ADA, *(begin(name, ADA, PEER) for name in ALL)])
    assert "ada" in shown
    assert SECRET not in shown


@pytest.mark.parametrize("name", ALL)
@given(challenges=st.lists(st.binary(max_size=300) | st.just(CHALLENGE), min_size=1, max_size=4))
@settings(max_examples=40, deadline=None)
def test_whatever_a_server_says_is_answered_or_refused_and_no_error_has_the_secret(
    name: str, challenges: list[bytes]
) -> None:
    exchange = begin(name, ADA, PEER)
    exchange.initial()
    told = ""
    try:
        go_through(exchange, challenges)
    except SaslRefused as error:
        told = "".join(traceback.format_exception(error))
    assert SECRET not in told
