"""DNS over HTTPS (RFC 8484), asked of a small real server."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeVar

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest

from autoconfig.errors import LookupFailed
from autoconfig.net.dns import Dns
from autoconfig.net.doh import Doh as DohServer
from autoconfig.net.transport import NameServer
from tests.internet import Answer, hang_up, large, redirect, silence
from tests.net.way import SECONDS

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from autoconfig.net.records import Answer as Records
    from tests.internet import Internet, Request
    from tests.internet.answers import Route
    from tests.internet.certificates import Tls

pytestmark = pytest.mark.real

Value = TypeVar("Value")

NAME = "example.com"
MESSAGE = "application/dns-message"


def answered(request: Request) -> Answer:
    """An A record, as a validating DoH server gives it."""
    message = dns.message.make_response(dns.message.from_wire(request.body))
    message.flags |= dns.flags.RA | dns.flags.AD
    message.answer.append(dns.rrset.from_text(f"{NAME}.", 300, "IN", "A", "192.0.2.7"))
    return Answer(body=message.to_wire(), type=MESSAGE)


def wrongly_answered(request: Request) -> Answer:
    message = dns.message.make_response(dns.message.make_query("elsewhere.invalid", "A", id=0))
    return Answer(body=message.to_wire(), type=MESSAGE)


class Doh:
    """A DoH server, and a client of it; the server is named by its address, for the system resolves names."""

    def __init__(self, internet: Internet) -> None:
        self._internet = internet
        self.host = f"dns.{internet.domain()}"
        self.address = internet.host(self.host)
        self.url = f"https://{self.address}/dns-query"

    def serve(self, answer: Route, tls: Tls = "valid") -> None:
        self._internet.site(self.host, {"/dns-query": answer}, tls=tls, names=(self.address,))

    @property
    def requests(self) -> list[Request]:
        return self._internet.requests(self.host)

    def use(self, use: Callable[[Dns], Awaitable[Value]], *, try_timeout: float = SECONDS) -> Value:
        async def run() -> Value:
            doh = DohServer(self.url)
            servers = (NameServer(self.url, trusted=True),)
            dns = Dns(servers, doh, try_timeout=try_timeout, on_close=doh.aclose)
            try:
                return await use(dns)
            finally:
                await dns.aclose()

        return asyncio.run(run())

    def look_up(self, *, try_timeout: float = SECONDS) -> Records:
        return self.use(lambda dns: dns.look_up(NAME, "A"), try_timeout=try_timeout)

    def failure(self, *, try_timeout: float = SECONDS) -> LookupFailed:
        with pytest.raises(LookupFailed) as caught:
            self.look_up(try_timeout=try_timeout)
        return caught.value


@pytest.fixture
def doh(internet: Internet, monkeypatch: pytest.MonkeyPatch) -> Doh:
    monkeypatch.setenv("SSL_CERT_FILE", internet.ca_file)
    return Doh(internet)


def test_an_answer_comes_over_https(doh: Doh) -> None:
    doh.serve(answered)
    answer = doh.look_up()
    assert (answer.records, answer.ttl, answer.authenticated) == (("192.0.2.7",), 300.0, True)


def test_the_question_goes_out_as_the_rfc_says(doh: Doh) -> None:
    doh.serve(answered)
    doh.look_up()
    (request,) = doh.requests
    assert (request.method, request.target) == ("POST", "/dns-query")
    assert (request.headers["content-type"], request.headers["accept"]) == (MESSAGE, MESSAGE)
    assert set(request.headers) <= {"host", "content-type", "content-length", "accept", "transfer-encoding"}
    question = dns.message.from_wire(request.body)
    assert question.id == 0
    assert question.question[0].to_text() == f"{NAME}. IN A"


def test_many_questions_share_a_few_connections(internet: Internet, doh: Doh) -> None:
    site = internet.site(doh.host, {"*": wrongly_answered}, names=(doh.address,))

    async def hundred(dns: Dns) -> None:
        looks = (dns.look_up(f"h{number}.example.com", "A") for number in range(100))
        await asyncio.gather(*looks, return_exceptions=True)

    doh.use(hundred)
    assert len(doh.requests) == 100
    assert site.accepted <= 20


def test_nothing_there_comes_over_https(doh: Doh) -> None:
    def nxdomain(request: Request) -> Answer:
        message = dns.message.make_response(dns.message.from_wire(request.body))
        message.flags |= dns.flags.RA
        message.set_rcode(dns.rcode.NXDOMAIN)
        return Answer(body=message.to_wire(), type=MESSAGE)

    doh.serve(nxdomain)
    assert doh.look_up().absent == "NXDOMAIN"


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (Answer(status=500), "The DoH server answers 500."),
        (Answer(status=404), "The DoH server answers 404."),
        (Answer(status=204), "The DoH server answers 204."),
        (redirect("/elsewhere"), "The DoH server answers 302."),
        (wrongly_answered, "The DoH server answered another question."),
        (Answer(body=b"", type=MESSAGE), "The DoH server answered another question."),
        (Answer(body="<html>", type="text/html"), "The DoH server answered another question."),
        (large(100_000), "The DoH server sends more than a DNS message can hold."),
    ],
    ids=["500", "404", "204", "302", "another", "empty", "html", "large"],
)
def test_a_bad_answer_is_none(doh: Doh, answer: Route, reason: str) -> None:
    doh.serve(answer)
    error = doh.failure()
    assert (str(error), error.unreachable) == (reason, False)
    assert len(doh.requests) == 1


def test_a_server_that_hangs_up_is_unreachable(doh: Doh) -> None:
    doh.serve(hang_up())
    error = doh.failure()
    assert str(error) == f"{doh.address} broke off: Server disconnected without sending a response."
    assert error.unreachable


def test_a_server_that_does_not_run_is_unreachable(doh: Doh) -> None:
    error = doh.failure()
    assert str(error) == f"{doh.address} cannot be reached: connection refused."
    assert error.unreachable


def test_a_silent_server_is_called_by_its_url(doh: Doh) -> None:
    doh.serve(silence())
    error = doh.failure(try_timeout=0.3)
    assert (str(error), error.unreachable) == (f"The name server {doh.url} is silent.", True)


@pytest.mark.parametrize(
    ("tls", "reason"),
    [
        ("expired", "certificate has expired"),
        ("self-signed", "self-signed certificate"),
        ("untrusted", "unable to get local issuer certificate"),
    ],
)
def test_a_bad_certificate_is_refused(doh: Doh, tls: Tls, reason: str) -> None:
    doh.serve(answered, tls)
    error = doh.failure()
    assert str(error) == f"The certificate of {doh.address} is not valid: {reason}."
    assert doh.requests == []


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
def test_a_proxy_of_the_environment_is_not_used(
    internet: Internet, doh: Doh, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, f"http://{internet.refusing(f'proxy.{internet.domain()}')}:3128")
    doh.serve(answered)
    assert doh.look_up().records == ("192.0.2.7",)


def test_equal_questions_are_asked_once(doh: Doh) -> None:
    doh.serve(answered)

    async def ten(dns: Dns) -> None:
        await asyncio.gather(*(dns.look_up(NAME, "A") for _ in range(10)))

    doh.use(ten)
    assert len(doh.requests) == 1
