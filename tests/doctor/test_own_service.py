"""A domain served by this project: what it publishes and what `dns records` prints leave nothing to mend."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from autoconfig.doctor.plan import problems_of
from autoconfig.formats import pacc, zone
from autoconfig.formats.zone import ServiceHost
from autoconfig.probes.dns_plan import check
from autoconfig.publish import Publisher
from autoconfig.settings import Settings
from autoconfig.web import create_app
from tests.doctor.domain import Domain, provider_of
from tests.internet import Answer
from tests.publishing import FakeStore
from tests.signing import Authority, write_files

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from flask import Flask

    from autoconfig.doctor import Checkup
    from autoconfig.doctor.fixes import Problem
    from autoconfig.formats.zone import DnsRecord
    from autoconfig.net.dns import Dns
    from tests.internet import Internet, Request

pytestmark = pytest.mark.real


def through(app: Flask) -> Callable[[Request], Answer]:
    """A web server that hands every request to the service."""

    def answer(request: Request) -> Answer:
        response = app.test_client().open(
            request.target,
            method=request.method,
            base_url=f"{request.scheme}://{request.headers['host']}",
            headers=[(name, value) for name, value in request.headers.items() if name != "host"],
            data=request.body,
        )
        headers = {name: value for name, value in response.headers if name.lower() == "location"}
        return Answer(
            status=response.status_code, body=response.data, type=response.content_type, headers=headers
        )

    return answer


class Served(Domain):
    """A domain whose web server is this project's, and whose zone is the one it prints."""

    def __init__(self, internet: Internet, ispdb: dict[str, Answer], folder: Path) -> None:
        super().__init__(internet, ispdb, ())
        provider = replace(self.provider, short_name="Example")
        store = FakeStore(provider)
        files = write_files(folder, Authority())
        app = create_app(Settings(signing_cert=str(files.cert), signing_key=str(files.key)), store)
        host = f"settings.{internet.domain('net')}"
        names = [self.host(label) for label in ("autoconfig", "autodiscover", "ua-auto-config")]
        internet.site(host, {"*": through(app)}, names=names)
        internet.site(host, {"*": through(app)}, tls=None)
        internet.mail(self.host("mail"), "imaps", "submissions")
        self.service, self.publisher = ServiceHost(name=host), Publisher(store)
        document = self.publisher.pacc(self.name)
        assert document is not None
        self.plan = zone.plan(provider, self.name, self.service, [pacc.txt_record(document.body)])
        for record in self.plan:
            internet.zone(self.name, f"{record.name} {record.type} {record.value}")


async def problems(dns: Dns, domain: str, plan: Sequence[DnsRecord], host: ServiceHost) -> list[Problem]:
    return problems_of(await check(dns, domain, plan, host))


def outcomes(checkup: Checkup) -> dict[str, str]:
    return {prediction.client: str(prediction.outcome) for prediction in checkup.predictions}


def test_every_program_is_served_and_nothing_is_left_to_mend(
    world: Internet, ispdb: dict[str, Answer], tmp_path: Path
) -> None:
    domain = Served(world, ispdb, tmp_path)
    checkup = domain.check(servers=True, provider=domain.provider)
    assert [(fix.code, fix.where, fix.why) for fix in checkup.fixes] == []
    assert outcomes(checkup) == dict.fromkeys(outcomes(checkup), "configures") | {"outlook-new": "asks"}
    assert checkup.healthy
    mail = f"mail.{domain.name}"
    for prediction in checkup.predictions:
        if prediction.client != "outlook-new":
            assert [(server.hostname, server.port) for server in prediction.used] == [
                (mail, 993),
                (mail, 465),
            ]
    assert {source.name for source in checkup.sources} == {
        "provider file",
        "autoconfig",
        "PACC",
        "Autodiscover",
        "SRV records",
    }


def test_a_zone_that_is_not_as_planned_is_told(
    world: Internet, ispdb: dict[str, Answer], tmp_path: Path
) -> None:
    domain = Served(world, ispdb, tmp_path)
    domain.unzone("_autodiscover._tcp")
    domain.unzone("autodiscover")
    domain.zone("autodiscover CNAME elsewhere.example.")
    found = domain.look(lambda dns: problems(dns, domain.name, domain.plan, domain.service))
    assert {(problem.code, problem.where) for problem in found} == {
        ("dns-plan", f"autodiscover.{domain.name}. CNAME"),
        ("dns-plan", f"_autodiscover._tcp.{domain.name}. SRV"),
    }
    checkup = domain.check("thunderbird", more=found)
    fixes = [fix for fix in checkup.fixes if fix.code == "dns-plan"]
    assert [str(fix.severity) for fix in fixes] == ["warning", "warning"]
    assert f"settings.{domain.service.name.partition('.')[2]}" in fixes[0].why + fixes[1].why


def test_the_providers_own_file_is_held_against_what_is_published(
    world: Internet, ispdb: dict[str, Answer], tmp_path: Path
) -> None:
    domain = Served(world, ispdb, tmp_path)
    elsewhere = provider_of("example.org")
    checkup = domain.check("thunderbird", provider=elsewhere)
    why = {fix.why for fix in checkup.fixes if fix.code == "sources-differ"}
    mail = f"mail.{domain.name}"
    assert (f"autoconfig says imap {mail}:993 SSL; provider file says imap mail.example.org:993 SSL.") in why
    assert not checkup.healthy
