"""SASL mechanisms (RFC 4422), the client's side: challenges in, responses out, no I/O.

A mechanism trusts nobody: what the server says is bounded and checked to the letter, a server that has to
prove that it knows the password is not believed before it has, and no secret is in a ``repr`` or an error.
"""

from __future__ import annotations

from autoconfig.sasl.binding import Binding, end_point
from autoconfig.sasl.choice import PASSWORD_MECHANISMS, TOKEN_MECHANISMS, begin
from autoconfig.sasl.exchange import Credentials, Exchange, Mechanism, Peer
from autoconfig.sasl.scram import PLUS

__all__ = [
    "PASSWORD_MECHANISMS",
    "PLUS",
    "TOKEN_MECHANISMS",
    "Binding",
    "Credentials",
    "Exchange",
    "Mechanism",
    "Peer",
    "begin",
    "end_point",
]
