"""Every mechanism against an implementation by other people."""

from __future__ import annotations

import os
import shutil

import pytest

from autoconfig.sasl import Credentials, Peer, begin
from tests.sasl.gsasl import PACKAGE, PROGRAM, Gsasl

pytestmark = pytest.mark.real

MECHANISMS = ("PLAIN", "LOGIN", "CRAM-MD5", "DIGEST-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256")
PREPARED = ("PLAIN", "SCRAM-SHA-1", "SCRAM-SHA-256")
PEER = Peer(service="imap", host="imap.example.com")
USER = "ada@example.com"


@pytest.fixture(autouse=True)
def program() -> None:
    if shutil.which(PROGRAM) is None:
        reason = f"{PROGRAM} is not installed (apt install {PACKAGE})"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)


@pytest.mark.parametrize("password", ["pencil", "p@ss \"w$rd'\\,=%", "p\u00e4ssw\u00f6rd", "10\u20ac"])
@pytest.mark.parametrize("name", MECHANISMS)
def test_the_right_password_is_accepted(name: str, password: str) -> None:
    exchange = begin(name, Credentials(username=USER, secret=password), PEER)
    with Gsasl(name, USER, password) as server:
        assert server.accepts(exchange)
    exchange.succeeded()


@pytest.mark.parametrize("name", MECHANISMS)
def test_the_wrong_password_is_not(name: str) -> None:
    exchange = begin(name, Credentials(username=USER, secret="pencil"), PEER)
    with Gsasl(name, USER, "another") as server:
        assert not server.accepts(exchange)
    assert exchange.spent


@pytest.mark.parametrize("name", PREPARED)
def test_a_password_is_the_same_however_it_is_typed(name: str) -> None:
    exchange = begin(name, Credentials(username=USER, secret="\u2168\u00adV"), PEER)
    with Gsasl(name, USER, "IXV") as server:
        assert server.accepts(exchange)
