"""Every example of the specifications, byte for byte."""

from __future__ import annotations

import pytest

from autoconfig.errors import SaslRefused
from autoconfig.sasl import Credentials, Peer, begin
from autoconfig.sasl.digest import DigestMd5
from autoconfig.sasl.prep import prepared
from autoconfig.sasl.scram import Scram

NONCES = b"rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0"
"""The client's, and the server's behind it."""
PENCIL = Credentials(username="user", secret="pencil")


def test_plain_is_the_example_of_rfc_4616() -> None:
    exchange = begin("PLAIN", Credentials(username="tim", secret="tanstaaftanstaaf"), peer())
    assert exchange.initial() == b"\0tim\0tanstaaftanstaaf"


def test_login_answers_two_questions_however_they_are_worded() -> None:
    exchange = begin("LOGIN", Credentials(username="tim", secret="tanstaaftanstaaf"), peer())
    assert exchange.initial() is None
    assert [exchange.respond(b"User Name\0"), exchange.respond(b"")] == [b"tim", b"tanstaaftanstaaf"]


def test_cram_md5_is_the_example_of_rfc_2195() -> None:
    exchange = begin("CRAM-MD5", Credentials(username="tim", secret="tanstaaftanstaaf"), peer())
    assert exchange.initial() is None
    challenge = b"<1896.697170952@postoffice.reston.mci.net>"
    assert exchange.respond(challenge) == b"tim b913a602c7eda7a495b4e6e7334d3890"


@pytest.mark.parametrize(
    ("service", "nonce", "cnonce", "response", "rspauth"),
    [
        (
            "imap",
            "OA6MG9tEQGm2hh",
            "OA6MHXh6VqTrRk",
            "d388dad90d4bbd760a152321f2143af7",
            "ea40f60335c427b5527b84dbabcdfffd",
        ),
        (
            "acap",
            "OA9BSXrbuRhWay",
            "OA9BSuZWMSpW8m",
            "6084c6db3fede7352c551284490fd0fc",
            "2f0b3d7c3c2e486600ef710726aa2eae",
        ),
    ],
)
def test_digest_md5_is_the_example_of_rfc_2831(
    service: str, nonce: str, cnonce: str, response: str, rspauth: str
) -> None:
    place = Peer(service=service, host="elwood.innosoft.com")
    exchange = DigestMd5(Credentials(username="chris", secret="secret"), place, nonce=cnonce)
    challenge = (
        f'realm="elwood.innosoft.com",nonce="{nonce}",qop="auth,auth-int",algorithm=md5-sess,charset=utf-8'
    )
    assert exchange.respond(challenge.encode()).decode() == (
        f'charset=utf-8,username="chris",realm="elwood.innosoft.com",nonce="{nonce}",cnonce="{cnonce}",'
        f'nc=00000001,qop=auth,digest-uri="{service}/elwood.innosoft.com",response={response}'
    )
    assert exchange.respond(f"rspauth={rspauth}".encode()) == b""
    exchange.succeeded()


@pytest.mark.parametrize(
    ("name", "nonce", "first", "final", "last"),
    [
        (
            "SCRAM-SHA-1",
            "fyko+d2lbbFgONRv9qkxdawL",
            b"r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096",
            b"c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=",
            b"v=rmF9pqV8S7suAoZWja4dJRkFsKQ=",
        ),
        (
            "SCRAM-SHA-256",
            "rOprNGfwEbeRWgbNEkqO",
            b"r=" + NONCES + b",s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
            b"c=biws,r=" + NONCES + b",p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
            b"v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=",
        ),
    ],
)
def test_scram_is_the_example_of_its_rfc(
    name: str, nonce: str, first: bytes, final: bytes, last: bytes
) -> None:
    exchange = Scram(name, PENCIL, nonce=nonce)
    assert exchange.initial() == f"n,,n=user,r={nonce}".encode()
    assert exchange.respond(first) == final
    assert exchange.respond(last) == b""
    exchange.succeeded()


def test_oauthbearer_is_the_example_of_rfc_7628() -> None:
    token = "vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg=="
    credentials = Credentials(username="user@example.com", secret=token)
    exchange = begin("OAUTHBEARER", credentials, Peer(service="imap", host="server.example.com", port=143))
    assert exchange.initial() == (
        b"n,a=user@example.com,\1host=server.example.com\1port=143\1auth=Bearer " + token.encode() + b"\1\1"
    )
    assert exchange.respond(b'{"status":"invalid_token","scope":"example_scope"}') == b"\1"
    assert exchange.complaint == "invalid_token"


def test_xoauth2_is_the_example_of_its_authors() -> None:
    token = "ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg"
    exchange = begin("XOAUTH2", Credentials(username="someuser@example.com", secret=token), peer())
    assert exchange.initial() == b"user=someuser@example.com\1auth=Bearer " + token.encode() + b"\1\1"
    assert exchange.respond(b'{"status":"401","schemes":"bearer mac","scope":"https://mail.example/"}') == b""
    assert exchange.complaint == "401"


@pytest.mark.parametrize(
    ("text", "spelled"),
    [("I\u00adX", "IX"), ("user", "user"), ("USER", "USER"), ("\u00aa", "a"), ("\u2168", "IX")],
)
def test_a_text_is_spelled_as_in_rfc_4013(text: str, spelled: str) -> None:
    assert prepared(text, "password") == spelled


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("\u0007", "The password holds a character that this mechanism has no spelling for."),
        ("\u00ad", "The password holds a character that this mechanism has no spelling for."),
        ("\u0627\u0031", "The password mixes directions of writing, which this mechanism does not allow."),
        ("\u0627a\u0627", "The password mixes directions of writing, which this mechanism does not allow."),
    ],
)
def test_a_text_without_a_spelling_is_refused_as_in_rfc_4013(text: str, reason: str) -> None:
    with pytest.raises(SaslRefused) as refused:
        prepared(text, "password")
    assert str(refused.value) == reason


def test_a_password_with_emoji_stays_what_it_is() -> None:
    assert prepared("pa\u0301ss \N{PILE OF POO}", "password") == "p\u00e1ss \N{PILE OF POO}"


def peer() -> Peer:
    return Peer(service="imap", host="imap.example.com")
