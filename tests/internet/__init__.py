"""A simulated internet: real DNS, HTTPS and mail servers on loopback addresses, for tests of the resolver.

``conftest.py`` beside the tests: ``from tests.internet.fixtures import internet`` (and ``__all__``). A test::

    def test_the_provider_of_the_mx_host_is_asked(internet, monkeypatch):
        monkeypatch.setenv("SSL_CERT_FILE", internet.ca_file)
        domain, provider = internet.domain(), internet.domain("co.uk")       # names no other test has
        internet.zone(domain, f"@ MX 10 mx.{provider}.")                     # zone-file syntax
        site = internet.site(                                                # https, A record, certificate
            f"autoconfig.{provider}", {"/mail/config-v1.1.xml": xml("<clientConfig/>")}
        )
        internet.site(f"autoconfig.{domain}", {"*": redirect("http://169.254.169.254/")}, tls=None)

        resolution = resolve(f"ada@{domain}", name_servers=[internet.dns], allowed=[internet.public])

        assert [request.target for request in internet.requests(f"autoconfig.{provider}")] == [...]
        assert [question.type for question in internet.questions(domain)] == ["MX", "A"]
        assert site.open == 0                                                # connections
        assert internet.escapes == []                                        # nothing outside was even tried

Routes hold an Answer, a body or a function of the Request; the key is a path with its query, a path, or "*".
Answer(delay=, drip=, cut=, endless=, raw=, headers=) and large(), silence(), hang_up() play the bad ones.
``tls=`` is "valid", "ending", "expired", "self-signed", "untrusted", "wrong-name", "tls1.2", or None for
http. ``internet.name_server("servfail", below=domain, types=["MX"]).address`` is a name server that is wrong
in one way (all ways: twists.TWISTS, and slow(), alternating()); everything else it answers truly.
``internet.mail(host, "imaps", "submission", Greeter(...))`` greets as mail servers do. ``refusing``,
``silent``, ``dropping`` make hosts that refuse, accept and say nothing, lose every packet.
``internet.site(host, routes, private=True)`` is a host in ``internet.private``, where no guard may let go.
``delay.py`` puts servers 40 ms away, for benchmarks. Unknown names are NXDOMAIN. No packet leaves this
machine.
"""

from tests.internet.answers import (
    Answer,
    Request,
    endless,
    hang_up,
    html,
    json,
    large,
    redirect,
    silence,
    xml,
)
from tests.internet.mail import Greeter
from tests.internet.twists import alternating, slow
from tests.internet.world import Internet

__all__ = [
    "Answer",
    "Greeter",
    "Internet",
    "Request",
    "alternating",
    "endless",
    "hang_up",
    "html",
    "json",
    "large",
    "redirect",
    "silence",
    "slow",
    "xml",
]
