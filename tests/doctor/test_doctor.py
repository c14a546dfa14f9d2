"""Guessing, the mail servers, Exchange, and what is told beside the programs."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.doctor.domain import CONFIG, JSON, Domain, provider_of
from tests.doctor.faults.case import ALL
from tests.internet import json
from tests.internet.mail import SERVICES

if TYPE_CHECKING:
    from autoconfig.doctor import Checkup, Prediction
    from tests.internet import Answer, Internet

pytestmark = pytest.mark.real


@pytest.fixture
def nothing(world: Internet, ispdb: dict[str, Answer]) -> Domain:
    """A domain that publishes nothing."""
    return Domain(world, ispdb, ())


def of(checkup: Checkup, client: str) -> Prediction:
    return next(prediction for prediction in checkup.predictions if prediction.client == client)


def outcomes(checkup: Checkup) -> dict[str, str]:
    return {prediction.client: str(prediction.outcome) for prediction in checkup.predictions}


# Guessing

GUESSING = ("thunderbird", "delta-chat", "fairemail", "fairemail-play")


@pytest.mark.parametrize("client", GUESSING)
def test_who_guesses_finds_servers_of_usual_names(client: str, nothing: Domain) -> None:
    nothing.internet.mail(nothing.host("mail"), "imaps", "submission")
    checkup = nothing.check(client, servers=True)
    prediction = of(checkup, client)
    mail = nothing.host("mail")
    assert prediction.outcome == "partly"
    assert [
        (server.type, server.hostname, server.port, server.socket_type) for server in prediction.used
    ] == [("imap", mail, 993, "SSL"), ("smtp", mail, 587, "STARTTLS")]
    assert "guessed" in [fix.code for fix in checkup.fixes]


def test_thunderbird_guesses_names_in_its_order(nothing: Domain) -> None:
    for label in ("imap", "mail", "smtp"):
        nothing.internet.mail(nothing.host(label), "imaps", "submissions", "submission")
    (prediction,) = nothing.check("thunderbird", servers=True).predictions
    assert [(server.hostname, server.port) for server in prediction.used] == [
        (nothing.host("imap"), 993),
        (nothing.host("smtp"), 465),
    ]


def test_a_server_with_a_bad_certificate_is_not_guessed(nothing: Domain) -> None:
    nothing.internet.mail(nothing.host("mail"), "imaps", "submission", tls="expired")
    (prediction,) = nothing.check("thunderbird", servers=True).predictions
    assert prediction.outcome == "asks"


def test_nobody_guesses_where_servers_are_named(world: Internet, ispdb: dict[str, Answer]) -> None:
    domain = Domain(world, ispdb, ("autoconfig",))
    server = world.mail(domain.host("mail"), "imaps", "imap", "submissions", "submission")
    domain.check("thunderbird", "delta-chat", "fairemail", servers=True)
    assert {port for port, _ in server.commands} == {993, 465}


def test_without_servers_nobody_connects_to_a_mail_server(nothing: Domain) -> None:
    server = nothing.internet.mail(nothing.host("mail"), "imaps", "submissions")
    checkup = nothing.check(servers=False)
    assert outcomes(checkup) == dict.fromkeys(ALL, "asks")
    assert (server.accepted, checkup.servers) == ([], ())


# The mail servers


def test_each_server_is_looked_at_once_however_many_use_and_name_it(
    world: Internet, ispdb: dict[str, Answer]
) -> None:
    domain = Domain(world, ispdb, ("autoconfig", "pox", "srv", "pacc", "profile"))
    world.mail(domain.host("mail"), "imaps", "submissions")
    checkup = domain.check(servers=True, provider=domain.provider)
    assert [(str(report.server.type), report.worst) for report in checkup.servers] == [
        ("imap", None),
        ("smtp", None),
    ]
    assert checkup.healthy


def test_a_server_that_only_a_source_names_is_looked_at_too(
    world: Internet, ispdb: dict[str, Answer]
) -> None:
    domain = Domain(world, ispdb, ("autoconfig",))
    world.mail(domain.host("mail"), "imaps", "submissions")
    domain.zone("_pop3s._tcp SRV 0 1 995 mail")
    checkup = domain.check("thunderbird", servers=True)
    assert outcomes(checkup) == {"thunderbird": "configures"}
    (fix,) = [fix for fix in checkup.fixes if fix.code == "server-pop3-closed"]
    assert (fix.where, fix.clients, str(fix.severity)) == (f"pop3 mail.{domain.name}:995", (), "error")


def test_what_is_only_a_warning_about_a_server_spoils_no_account(
    world: Internet, ispdb: dict[str, Answer]
) -> None:
    domain = Domain(world, ispdb, ("autoconfig",))
    domain.edit("autoconfig", CONFIG, ("<port>993</port>", "<port>143</port>"), ("SSL", "STARTTLS"))
    trusting = replace(SERVICES["imap"], trusting=True)
    world.mail(domain.host("mail"), trusting, "submissions")
    checkup = domain.check("thunderbird", servers=True)
    assert outcomes(checkup) == {"thunderbird": "configures"}
    (fix,) = checkup.fixes
    assert (fix.code, str(fix.severity), fix.clients) == (
        "server-plain-text-login",
        "warning",
        ("Thunderbird",),
    )


# Exchange


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ('{"Protocol": "ActiveSync", "Url": "https://eas.example.net/"}', "configures"),
        ('{"Protocol": "AutodiscoverV1", "Url": "https://pox.example.net/"}', "asks"),
    ],
)
def test_the_new_outlook_configures_exchange_alone(
    answer: str, outcome: str, world: Internet, ispdb: dict[str, Answer]
) -> None:
    domain = Domain(world, ispdb, ("pox",))
    domain.put("autodiscover", JSON, json(answer))
    (prediction,) = domain.check("outlook-new").predictions
    assert prediction.outcome == outcome
    assert [server.url for server in prediction.used] == (
        ["https://eas.example.net/"] if outcome == "configures" else []
    )


# The sources


def test_every_source_is_told_with_its_servers(world: Internet, ispdb: dict[str, Answer]) -> None:
    domain = Domain(world, ispdb, ("autoconfig", "well-known", "pox", "srv", "pacc", "ispdb", "profile"))
    checkup = domain.check(provider=domain.provider)
    mail = f"mail.{domain.name}"
    assert [source.name for source in checkup.sources] == [
        "provider file",
        "autoconfig",
        ".well-known",
        "PACC",
        "Autodiscover",
        "SRV records",
        "ISPDB",
    ]
    for source in checkup.sources:
        assert {(str(server.type), server.hostname, server.port) for server in source.servers} == {
            ("imap", mail, 993),
            ("smtp", mail, 465),
        }, source.name
    assert checkup.fixes == ()


def test_sources_that_share_a_server_do_not_contradict_each_other(
    world: Internet, ispdb: dict[str, Answer]
) -> None:
    domain = Domain(world, ispdb, ("autoconfig", "srv"))
    provider = provider_of(domain.name)
    more = replace(provider.incoming[0], hostname=f"old.{domain.name}")  # type: ignore[type-var]
    both = replace(provider, incoming=(more, *provider.incoming))
    assert domain.check("thunderbird", provider=both).fixes == ()


def test_the_source_is_told_without_the_address(world: Internet, ispdb: dict[str, Answer]) -> None:
    domain = Domain(world, ispdb, ("autoconfig",))
    checkup = domain.check("nextcloud")
    assert checkup.as_dict()["clients"][0]["source"] == f"https://autoconfig.{domain.name}{CONFIG}"
