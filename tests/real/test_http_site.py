"""One certificate for every customer: ``http://autodiscover.D`` of a real server sends Outlook to https."""

from __future__ import annotations

import http.client
from typing import TYPE_CHECKING

import pytest

from autoconfig.resolver.outcome import Trust
from tests.internet import Answer
from tests.internet.fixtures import internet
from tests.real.serving import running
from tests.resolver.asking import POX, Resolve, World, line_of, places

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.internet import Internet, Request
    from tests.real.serving import Server

__all__ = ["internet"]

pytestmark = pytest.mark.real

HOST = "settings.hoster-one.net"


def proxy(server: Server) -> Callable[[Request], Answer]:
    """What a web server in front of ours does: it takes TLS off and says so."""

    def answer(request: Request) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
        headers = {"Host": request.headers["host"], "X-Forwarded-Proto": request.scheme}
        try:
            connection.request(request.method, request.target, body=request.body or None, headers=headers)
            response = connection.getresponse()
            location = response.getheader("Location")
            return Answer(
                status=response.status,
                body=response.read(),
                type=response.getheader("Content-Type"),
                headers={} if location is None else {"Location": location},
            )
        finally:
            connection.close()

    return answer


FILES = {
    "one.example": """
domains = ["moved-one.com", "moved-two.com"]
[autodiscover]
redirect_address = "@tenant-one.com"
""",
    "two.example": """
domains = ["two.example", "customer-one.com", "tenant-one.com"]
[[incoming]]
type = "imap"
hostname = "imap.hoster-one.net"
[[outgoing]]
type = "smtp"
hostname = "smtp.hoster-one.net"
""",
    "three.example": f"""
domains = ["moved-three.com"]
[autodiscover]
redirect_url = "https://{HOST}/autodiscover/autodiscover.xml?to=elsewhere"
""",
}


@pytest.fixture(scope="module")
def front(
    internet: Internet, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[Request], Answer]]:
    """A real server behind a proxy that has one certificate, for its own name alone."""
    directory = tmp_path_factory.mktemp("site")
    folder = directory / "providers"
    folder.mkdir()
    for name, text in FILES.items():
        folder.joinpath(f"{name}.toml").write_text(text)
    settings = {"AUTOCONFIG_BASE_URL": f"https://{HOST}", "AUTOCONFIG_TRUSTED_PROXIES": "127.0.0.1"}
    with running(directory, **settings) as server:
        answer = proxy(server)
        internet.site(HOST, {"*": answer})
        yield answer


@pytest.fixture
def resolve(internet: Internet, monkeypatch: pytest.MonkeyPatch) -> Resolve:
    monkeypatch.setenv("SSL_CERT_FILE", internet.ca_file)
    return Resolve(internet)


def site(internet: Internet, domain: str, front: Callable[[Request], Answer]) -> World:
    """A customer whose ``autodiscover.D`` leads to the hoster by http: there is no certificate for it."""
    world = World(internet, domain)
    world.site("autodiscover", {"*": front}, tls=None)
    return world


def test_our_own_resolver_finds_a_customer_s_settings_through_the_redirect(
    internet: Internet, resolve: Resolve, front: Callable[[Request], Answer]
) -> None:
    world = site(internet, "customer-one.com", front)
    resolution = resolve(world.address, "autodiscover")
    assert places(resolution.incoming) == ["imap imap.hoster-one.net:993 SSL"]
    assert (resolution.source, resolution.trust) == (f"https://{HOST}{POX}", Trust.HTTP)
    assert resolution.incoming[0].server.username == world.address
    asked = [(request.scheme, request.method) for request in internet.requests(world.host("autodiscover"))]
    assert asked == [("http", "GET")]
    assert internet.requests(HOST)[-1].method == "POST"


def test_a_domain_that_is_not_served_is_sent_nowhere(
    internet: Internet, resolve: Resolve, front: Callable[[Request], Answer]
) -> None:
    world = site(internet, "stranger-one.com", front)
    before = len(internet.requests(HOST))
    assert not resolve(world.address, "autodiscover").found
    assert len(internet.requests(HOST)) == before


def test_another_address_is_followed_to_the_settings_of_its_domain(
    internet: Internet, resolve: Resolve, front: Callable[[Request], Answer]
) -> None:
    """Two redirects: http to https, then the address of the tenant, which is asked for over again."""
    world = site(internet, "moved-one.com", front)
    site(internet, "tenant-one.com", front)
    resolution = resolve(world.address, "autodiscover")
    assert places(resolution.incoming) == ["imap imap.hoster-one.net:993 SSL"]
    assert b"ada@tenant-one.com" in internet.requests(HOST)[-1].body


def test_a_url_of_the_provider_goes_before_ours(
    internet: Internet, resolve: Resolve, front: Callable[[Request], Answer]
) -> None:
    """This one leads back to us, which the linter would say: whoever follows stops by itself."""
    world = site(internet, "moved-three.com", front)
    resolution = resolve(world.address, "autodiscover")
    assert not resolution.found
    line = line_of(resolution, f"POST https://{HOST}{POX}?to=elsewhere")
    assert line.detail == f"Autodiscover at {HOST} leads round in a circle."
