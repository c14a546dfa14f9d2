"""Mail servers with one fault each: every fault is named rightly, and nothing else is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from autoconfig.model import Authentication, ServerType, SocketType
from tests.internet.mail import Greeter, Reaction
from tests.probes.looking import NO_ROUTE, greeter, published, url

if TYPE_CHECKING:
    from autoconfig.model import AnyServer
    from tests.probes.looking import Looking

pytestmark = pytest.mark.real

PASSWORD, ENCRYPTED = Authentication.PASSWORD_CLEARTEXT, Authentication.PASSWORD_ENCRYPTED
OAUTH2, NTLM, GSSAPI = Authentication.OAUTH2, Authentication.NTLM, Authentication.GSSAPI
SSL, STARTTLS, PLAIN = SocketType.SSL, SocketType.STARTTLS, SocketType.PLAIN

PATIENT = {"step": 0.7, "limit": 8.0}
"""Short enough to wait for a server that says nothing."""

Setup = Callable[["Looking"], object]


@dataclass(frozen=True, kw_only=True)
class Case:
    """How the servers are, what is published, and what is found."""

    serve: Setup
    published: Callable[[str], AnyServer]
    codes: tuple[str, ...]
    says: str = ""
    """A part of the first finding's sentence; HOST is the server's name."""
    options: dict[str, Any] = field(default_factory=dict)


def serves(*services: str | Greeter) -> Setup:
    return lambda looking: looking.serve(*services)


def as_is(
    service: str | Greeter, *authentication: Authentication, **other: Any
) -> Callable[[str], AnyServer]:
    return lambda host: published(host, service, *authentication, **other)


def nothing(looking: Looking) -> None:
    looking.internet.refusing(looking.host)


def plain(service: str, **wrong: Any) -> Greeter:
    return greeter(service, security="plain", **wrong)


def web_server(port: int, *, tls: bool) -> Greeter:
    """Waits for the client, and takes its first line for a request."""
    answer = (b"HTTP/1.1 400 Bad Request\r\n\r\n", Reaction.HANG_UP)
    security: Any = "tls" if tls else "plain"
    return Greeter(protocol="smtp", port=port, security=security, greeting=b"", answers={"": answer})


GO_AHEAD = {"imap": b"TAG OK go", "pop3": b"+OK go", "submission": b"220 go", "sieve": b'OK "go"'}
UPGRADE = {"imap": "STARTTLS", "pop3": "STLS", "submission": "STARTTLS", "sieve": "STARTTLS"}
ASKED = {"imap": "CAPABILITY", "pop3": "CAPA", "submission": "EHLO", "sieve": "CAPABILITY"}
BEGUN = ("imap", "pop3", "submission", "sieve")
AT_ONCE = ("imaps", "pop3s", "submissions")


def _cases() -> dict[str, Case]:
    cases: dict[str, Case] = {
        "no such name": Case(
            serve=lambda looking: None,
            published=as_is("imaps"),
            codes=("name-unresolvable",),
            says="HOST does not exist in the DNS (NXDOMAIN).",
        ),
        "a name without an address": Case(
            serve=lambda looking: looking.internet.zone(looking.host, "@ TXT x"),
            published=as_is("imaps"),
            codes=("name-unresolvable",),
        ),
        "an address of a private network": Case(
            serve=lambda looking: looking.internet.host(looking.host, private=True),
            published=as_is("imaps"),
            codes=("address-private",),
        ),
        "nobody listens": Case(
            serve=nothing,
            published=as_is("imaps"),
            codes=("connection-refused",),
            says="Nobody listens on port 993 of HOST.",
        ),
        "nobody listens for pop3": Case(
            serve=serves("imaps"),
            published=as_is("pop3s"),
            codes=("pop3-closed",),
            says="HOST does not do POP3",
        ),
        "no way leads there": Case(
            serve=lambda looking: looking.internet.zone(looking.host, f"@ A {NO_ROUTE}"),
            published=as_is("imaps"),
            codes=("connection-no-route",),
            says="No way leads to HOST (network is unreachable).",
        ),
        "packets get lost": Case(
            serve=lambda looking: looking.internet.dropping(looking.host, 993),
            published=as_is("imaps"),
            codes=("connection-timeout",),
            options=PATIENT,
        ),
        "the standard port is another": Case(
            serve=serves("imaps"),
            published=as_is("imaps", port=9993),
            codes=("wrong-port",),
            says="IMAP does not answer on port 9993 of HOST, but on 993 (",
        ),
        "only starttls": Case(
            serve=serves("imap"),
            published=as_is("imaps"),
            codes=("wrong-port",),
            says="IMAP does not answer on port 993 of HOST, but on 143 (",
        ),
        "only tls at once": Case(
            serve=serves("submissions"), published=as_is("submission"), codes=("wrong-port",)
        ),
        "pop3 elsewhere": Case(serve=serves("pop3"), published=as_is("pop3s"), codes=("wrong-port",)),
        "a web server over tls": Case(
            serve=serves(web_server(993, tls=True)),
            published=as_is("imaps"),
            codes=("other-protocol",),
            says="a web server answers at HOST:993 where IMAP is published.",
            options=PATIENT,
        ),
        "a web server in plain text": Case(
            serve=serves(web_server(143, tls=False)),
            published=as_is("imap"),
            codes=("other-protocol",),
            options=PATIENT,
        ),
        "a web server in plain text where tls is published": Case(
            serve=serves(web_server(993, tls=False)),
            published=as_is("imaps"),
            codes=("other-protocol",),
            options=PATIENT,
        ),
        "ssh": Case(
            serve=serves(plain("imap", greeting=b"SSH-2.0-OpenSSH_9.2\r\n")),
            published=as_is("imap"),
            codes=("other-protocol",),
            says="SSH answers at HOST:143 where IMAP is published.",
        ),
        "ssh in fragments where tls is published": Case(
            serve=serves(plain("imaps", greeting=b"SSH-2.0-OpenSSH_9.2\r\n", stutter=0.0005)),
            published=as_is("imaps"),
            codes=("other-protocol",),
        ),
        "words of no protocol": Case(
            serve=serves(greeter("imaps", greeting=b"hello\r\n")),
            published=as_is("imaps"),
            codes=("not-the-protocol",),
            says="HOST:993 does not speak IMAP: HOST says 'hello' where '* OK' was expected.",
        ),
        "imap that is busy": Case(
            serve=serves(greeter("imaps", greeting=b"* BYE too busy\r\n")),
            published=as_is("imaps"),
            codes=("greeting-refused",),
            says="HOST:993 greets with a refusal: '* BYE too busy'.",
        ),
        "smtp that refuses": Case(
            serve=serves(greeter("submission", greeting=b"554 5.7.1 blocked\r\n")),
            published=as_is("submission"),
            codes=("greeting-refused",),
        ),
        "silent with tls": Case(
            serve=serves(greeter("imaps", greeting=b"", answers={"": Reaction.SILENCE})),
            published=as_is("imaps"),
            codes=("silent",),
            says="HOST:993 takes the connection and then says nothing instead of a greeting.",
            options=PATIENT,
        ),
        "silent without tls": Case(
            serve=serves(greeter("submission", greeting=b"", answers={"": Reaction.SILENCE})),
            published=as_is("submission"),
            codes=("silent",),
            says="HOST:587 takes the connection and then says nothing instead of a greeting.",
            options=PATIENT,
        ),
        "takes the connection and no more": Case(
            serve=lambda looking: looking.internet.silent(looking.host, 995),
            published=as_is("pop3s"),
            codes=("silent",),
            says="HOST:995 takes the connection and then says nothing during the TLS handshake.",
            options=PATIENT,
        ),
        "imap that waits to be spoken to": Case(
            serve=serves(greeter("imaps", greeting=b"")),
            published=as_is("imaps"),
            codes=("silent",),
            options=PATIENT,
        ),
        "a slow greeting": Case(
            serve=serves(greeter("imaps", delay=3.1)),
            published=as_is("imaps"),
            codes=("slow",),
            says="HOST:993 takes 3.",
        ),
        "a greeting without an end": Case(
            serve=serves(greeter("submission", greeting=b"220-more\r\n" * 1000)),
            published=as_is("submission"),
            codes=("endless",),
        ),
        "no login over smtp": Case(
            serve=serves(greeter("submissions", mechanisms=())),
            published=as_is("submissions"),
            codes=("login-missing",),
            says="HOST:465 offers no way to log in.",
        ),
        "no login over imap": Case(
            serve=serves(greeter("imaps", mechanisms=())), published=as_is("imaps"), codes=("login-missing",)
        ),
        "no login wanted": Case(
            serve=serves(greeter("submissions", mechanisms=())),
            published=as_is("submissions", Authentication.CLIENT_IP_ADDRESS),
            codes=(),
        ),
        "no encryption, as published": Case(
            serve=serves(plain("imap")),
            published=as_is(plain("imap")),
            codes=("plain-text-login",),
            says="HOST:143 takes passwords in plain text before TLS (PLAIN, LOGIN).",
        ),
        "no encryption published, though there is": Case(
            serve=serves("imap"),
            published=as_is("imap", socket_type=PLAIN),
            codes=("login-missing", "encryption-unused"),
        ),
        "passwords before tls over pop3": Case(
            serve=serves(greeter("pop3", trusting=True)),
            published=as_is("pop3"),
            codes=("plain-text-login",),
            says="HOST:110 takes passwords in plain text before TLS (PLAIN, USER).",
        ),
        "passwords before tls over smtp": Case(
            serve=serves(greeter("submission", trusting=True, mechanisms=("LOGIN", "CRAM-MD5"))),
            published=as_is("submission"),
            codes=("plain-text-login",),
            says="(LOGIN)",
        ),
        "challenges before tls give nothing away": Case(
            serve=serves(greeter("submission", trusting=True, mechanisms=("CRAM-MD5",))),
            published=as_is("submission", ENCRYPTED),
            codes=(),
        ),
        "words before the question": Case(
            serve=serves(greeter("submission", greeting=b"220 x\r\n250 x\r\n220 go\r\n")),
            published=as_is("submission"),
            codes=("not-the-protocol",),
        ),
        "another server for each mailbox": Case(
            serve=nothing,
            published=as_is("imaps", hostname="%EMAILDOMAIN%.example.net"),
            codes=("not-probed",),
        ),
        "a type that is not looked at": Case(
            serve=nothing,
            published=lambda host: published(host, "imaps", type=ServerType.XMPP, port=5222),
            codes=("not-probed",),
        ),
        "a web socket": Case(
            serve=nothing,
            published=lambda host: url(ServerType.XMPP, f"wss://{host}/chat"),
            codes=("not-probed",),
        ),
    }
    for service in BEGUN:
        tls_at_once = greeter(service, security="tls")
        cases |= {
            f"{service}: starttls is not offered": Case(
                serve=serves(plain(service, mechanisms=())),
                published=as_is(service),
                codes=("starttls-missing",),
            ),
            f"{service}: starttls is refused": Case(
                serve=serves(greeter(service, answers={UPGRADE[service]: _refusal(service)})),
                published=as_is(service),
                codes=("starttls-failed",),
                says="HOST:PORT offers STARTTLS and does not do it: ",
            ),
            f"{service}: starttls hangs up": Case(
                serve=serves(greeter(service, answers={UPGRADE[service]: Reaction.HANG_UP})),
                published=as_is(service),
                codes=("starttls-failed",),
            ),
            f"{service}: words slipped in before tls": Case(
                serve=serves(
                    greeter(service, answers={UPGRADE[service]: GO_AHEAD[service] + b"\r\ninjected\r\n"})
                ),
                published=as_is(service),
                codes=("starttls-injected",),
            ),
            f"{service}: no handshake after the go-ahead": Case(
                serve=serves(
                    greeter(
                        service,
                        answers={UPGRADE[service]: (GO_AHEAD[service] + b"\r\n", Reaction.HANG_UP)},
                    )
                ),
                published=as_is(service),
                codes=("starttls-failed",),
            ),
            f"{service}: tls at once": Case(
                serve=serves(tls_at_once),
                published=as_is(service),
                codes=("tls-at-once",),
                says="HOST:PORT begins with TLS, but STARTTLS is published.",
                options=PATIENT,
            ),
            f"{service}: words from before tls are obeyed": Case(
                serve=serves(greeter(service, careless=True)),
                published=as_is(service),
                codes=("starttls-pipelined",),
                says="HOST:PORT obeys within TLS what was said before it: ",
            ),
            f"{service}: an answer in fragments": Case(
                serve=serves(greeter(service, stutter=0.0005)), published=as_is(service), codes=()
            ),
            f"{service}: hangs up when asked": Case(
                serve=serves(greeter(service, answers={ASKED[service]: Reaction.HANG_UP})),
                published=as_is(service),
                codes=("dropped",),
                says="HOST:PORT takes the connection and closes it when asked what it offers.",
            ),
            f"{service}: does not stop": Case(
                serve=serves(greeter(service, answers={ASKED[service]: b"y" * 100_000})),
                published=as_is(service),
                codes=("endless",),
            ),
            f"{service}: nonsense when asked": Case(
                serve=serves(greeter(service, answers={ASKED[service]: b"what?\r\n"})),
                published=as_is(service),
                codes=("not-the-protocol",),
            ),
        }
    for service in ("imap", "submission"):
        cases |= {
            f"{service}: starttls stalls": Case(
                serve=serves(greeter(service, answers={UPGRADE[service]: Reaction.SILENCE})),
                published=as_is(service),
                codes=("starttls-failed",),
                options=PATIENT,
            ),
            f"{service}: silent when asked": Case(
                serve=serves(greeter(service, answers={ASKED[service]: Reaction.SILENCE})),
                published=as_is(service),
                codes=("silent",),
                says="HOST:PORT takes the connection and then says nothing when asked what it offers.",
                options=PATIENT,
            ),
        }
    for service, begun in zip(AT_ONCE, BEGUN, strict=False):
        begins_plain = greeter(service, security="starttls")
        cases |= {
            f"{service}: begins in plain text": Case(
                serve=serves(begins_plain),
                published=as_is(service),
                codes=("tls-missing",),
                says="HOST:PORT begins in plain text, but TLS from the start is published.",
            ),
            f"{service}: nothing but the published way": Case(
                serve=serves(service, begun), published=as_is(service), codes=()
            ),
        }
    for index, spoken in enumerate(AT_ONCE):
        wanted = AT_ONCE[index - 1]
        cases[f"{spoken} where {wanted} is published"] = Case(
            serve=serves(greeter(spoken, port=greeter(wanted).port)),
            published=as_is(wanted),
            codes=("other-protocol",),
        )
    return cases | _logins()


def _refusal(service: str) -> bytes:
    return {"imap": b"TAG NO", "pop3": b"-ERR", "submission": b"454 4.7.0", "sieve": b"NO"}[
        service
    ] + b" no\r\n"


def _logins() -> dict[str, Case]:
    """What is published and what is offered."""
    offered = {
        PASSWORD: ("PLAIN", "LOGIN"),
        ENCRYPTED: ("CRAM-MD5", "DIGEST-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256", "SCRAM-SHA-256-PLUS"),
        OAUTH2: ("XOAUTH2", "OAUTHBEARER"),
        NTLM: ("NTLM",),
        GSSAPI: ("GSSAPI", "GSS-SPNEGO"),
    }
    codes = {
        PASSWORD: "password-missing",
        ENCRYPTED: "password-encrypted-missing",
        OAUTH2: "oauth2-missing",
        NTLM: "ntlm-missing",
        GSSAPI: "gssapi-missing",
    }
    cases = {}
    for way, names in offered.items():
        for name in names:
            server = greeter("submissions", mechanisms=(name,))
            cases[f"{way} by {name}"] = Case(serve=serves(server), published=as_is(server, way), codes=())
        lacking = tuple(other for names in offered.values() for other in names if other not in offered[way])
        server = greeter("submissions", mechanisms=lacking)
        cases[f"{way} is not offered"] = Case(
            serve=serves(server),
            published=as_is(server, way),
            codes=(codes[way],),
            says=f"{way} is published for HOST:465, which does not offer ",
        )
    return cases


CASES = _cases()


@pytest.mark.parametrize("name", CASES)
def test_the_fault_is_named_and_nothing_else_is(looking: Looking, name: str) -> None:
    case = CASES[name]
    case.serve(looking)
    server = case.published(looking.host)
    report = looking.report(server, **case.options)
    found = [finding for finding in report.findings if finding.code != "tls-old-accepted"]
    assert tuple(finding.code for finding in found) == case.codes, [finding.message for finding in found]
    if case.says:
        port = str(getattr(server, "port", ""))
        assert case.says.replace("HOST", looking.host).replace("PORT", port) in found[0].message
    for finding in found:
        assert finding.message.endswith(".")
        assert "\n" not in finding.message
        assert finding.fix == "" or finding.fix.endswith(".")
