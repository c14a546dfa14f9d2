"""Every place on the web where a method looks for a document, so that each can be broken in the same ways."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from autoconfig.formats import pacc
from tests.internet import Answer, json, xml
from tests.resolver.asking import (
    CLIENT_CONFIG,
    PACC,
    POX,
    WELL_KNOWN,
    client_config_of,
    pacc_of,
    pox_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.internet.sites import Site
    from tests.resolver.asking import World


@dataclass(frozen=True)
class Place:
    """Where one method looks: a host, a path, and what must stand in the DNS to lead there."""

    method: str
    host: str
    path: str
    good: Answer
    verb: str = ""

    @property
    def target(self) -> str:
        """How the line of the trace starts."""
        return f"{self.verb}https://{self.host}{self.path}"

    def serve(self, world: World, answer: Answer, **how: Any) -> Site:
        """Answer there, and nothing anywhere else."""
        return world.internet.site(self.host, {self.path: answer}, **how)


def _client_config(world: World) -> Answer:
    return xml(client_config_of(world.host("mail")))


def _isp(world: World) -> Place:
    return Place("isp", world.host("autoconfig"), CLIENT_CONFIG, _client_config(world))


def _well_known(world: World) -> Place:
    return Place("isp", world.domain, WELL_KNOWN, _client_config(world))


def _pacc(world: World) -> Place:
    document = pacc_of(world.host("mail"))
    world.internet.zone(world.domain, f'_ua-auto-config TXT "{pacc.txt_record(document)}"')
    return Place("pacc", world.host("ua-auto-config"), PACC, json(document))


def _ispdb(world: World) -> Place:
    return Place("ispdb", world.ispdb, f"/v1.1/{world.domain}", _client_config(world))


def _mx(world: World) -> Place:
    provider = world.internet.domain("net")
    world.internet.zone(world.domain, f"@ MX 10 mx1.{provider}.")
    return Place("mx", f"autoconfig.{provider}", CLIENT_CONFIG, _client_config(world))


def _autodiscover(world: World) -> Place:
    answer = xml(pox_of(world.host("mail")))
    return Place("autodiscover", world.host("autodiscover"), POX, answer, "POST ")


def _mailconf(world: World) -> Place:
    host = world.host("documents")
    world.internet.zone(world.domain, f'@ TXT "mailconf=https://{host}/mail.xml"')
    return Place("mailconf", host, "/mail.xml", _client_config(world))


PLACES: dict[str, Callable[[World], Place]] = {
    "autoconfig-host": _isp,
    "well-known": _well_known,
    "pacc": _pacc,
    "ispdb": _ispdb,
    "mx": _mx,
    "autodiscover": _autodiscover,
    "mailconf": _mailconf,
}
