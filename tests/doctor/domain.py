"""A mail domain of the simulated internet, published as it should be, to be broken in one way and mended."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from autoconfig.doctor import CLIENTS, Doctor
from autoconfig.formats import autodiscover, mobileconfig, mozilla, pacc
from autoconfig.model import (
    Authentication,
    EmailAddress,
    Provider,
    ServerType,
    SocketType,
    TcpServer,
)
from autoconfig.net.guard import Guard
from tests.doctor.signed import signed
from tests.internet import Answer, json, redirect, xml

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from autoconfig.doctor import Checkup
    from tests.internet import Internet, Request
    from tests.internet.certificates import Tls

CONFIG = "/mail/config-v1.1.xml"
WELL_KNOWN = "/.well-known/autoconfig/mail/config-v1.1.xml"
POX = "/autodiscover/autodiscover.xml"
JSON = "/autodiscover/autodiscover.json"
PACC = "/.well-known/user-agent-configuration.json"
PROFILE = "/mail/profile.mobileconfig"
ISPDB_HOSTS = ("autoconfig.thunderbird.net", "live.thunderbird.net")

PARTS = ("autoconfig", "well-known", "pox", "srv", "pacc", "profile")
"""What a domain may publish."""

SERVICES_USED = ("imaps", "submissions")
"""What runs on the mail host, if anything does."""

NOTHING = Answer(status=404, body="Nothing here.")


class Domain:
    """A domain, its web server, and the hosts that are aliases of it."""

    def __init__(
        self, internet: Internet, ispdb: dict[str, Answer], parts: Iterable[str], suffix: str = "com"
    ) -> None:
        self.internet = internet
        self.ispdb = ispdb
        self.name = internet.domain(suffix)
        self.provider = provider_of(self.name)
        self.pages: dict[tuple[str, str], Answer | Callable[[Request], Answer]] = {}
        """By host and path, over https; anything else is 404."""
        self.plain: dict[tuple[str, str], Answer] = {}
        """The same over http; anything else is redirected to https."""
        self.dns = internet.dns
        """The name server the doctor asks."""
        self._parts = frozenset(parts)
        hosts = [f"{label}.{self.name}" for label in ("autoconfig", "autodiscover", "ua-auto-config")]
        self.web = f"web.{self.name}"
        internet.site(self.web, {"*": self._answer}, names=(*hosts, self.name))
        internet.site(self.web, {"*": self._plain}, tls=None)
        internet.host(f"mail.{self.name}")
        if "mx" not in self._parts:
            internet.zone(self.name, "@ MX 10 mail")
        for part in self._parts:
            getattr(self, f"_publish_{part.replace('-', '_')}")()

    def _publish_autoconfig(self) -> None:
        self.point("autoconfig")
        self.put("autoconfig", CONFIG, xml(self.document))

    def _publish_well_known(self) -> None:
        self.zone(f"@ A {self.internet.host(self.web)}")
        self.put("", WELL_KNOWN, xml(self.document))

    def _publish_pox(self) -> None:
        self.point("autodiscover")
        self.put("autodiscover", POX, xml(self.pox))

    def _publish_srv(self) -> None:
        self.zone(
            """
            _imaps._tcp SRV 0 1 993 mail
            _imap._tcp SRV 0 0 0 .
            _submissions._tcp SRV 0 1 465 mail
            """
        )

    def _publish_pacc(self) -> None:
        self.point("ua-auto-config")
        self.put("ua-auto-config", PACC, json(self.pacc))
        self.zone(f'_ua-auto-config TXT "{pacc.txt_record(self.pacc)}"')

    def _publish_mx(self) -> None:
        """The mail is taken by somebody else, who knows the settings."""
        self.hoster = Domain(self.internet, self.ispdb, (), suffix="net")
        self.hoster.point("autoconfig")
        self.hoster.put("autoconfig", CONFIG, xml(self.document))
        self.zone(f"@ MX 10 mx1.{self.hoster.name}.")

    def _publish_ispdb(self) -> None:
        self.ispdb[self.name] = xml(self.document)

    def _publish_profile(self) -> None:
        if "autoconfig" not in self._parts:
            self.point("autoconfig")
        self.put("autoconfig", PROFILE, profile(signed(self.profile)))

    # What it says

    @property
    def document(self) -> bytes:
        """The autoconfig document."""
        found = mozilla.render(self.provider, self.name)
        assert found is not None
        return found

    @property
    def pox(self) -> bytes:
        """The Autodiscover answer, placeholders in it."""
        found = autodiscover.render(self.provider, self.name)
        assert found is not None
        return found

    @property
    def pacc(self) -> bytes:
        """A PACC document that says outgoing mail in both dialects."""
        found = pacc.render(self.provider, self.name)
        assert found is not None
        return found.replace(b'"submit"', b'"smtp": {"host": "mail.%s"}, "submit"' % self.name.encode())

    @property
    def profile(self) -> bytes:
        """The Apple profile, not signed."""
        found = mobileconfig.render(self.provider, EmailAddress("postmaster", self.name))
        assert found is not None
        return found

    # Breaking and mending

    def host(self, label: str) -> str:
        """The host of a label; the domain itself for none."""
        return f"{label}.{self.name}" if label else self.name

    def put(self, label: str, path: str, answer: Answer | Callable[[Request], Answer]) -> None:
        """Let a path of a host answer so over https."""
        self.pages[self.host(label), path] = answer

    def page(self, label: str, path: str) -> Answer:
        """What a path of a host answers over https."""
        answer = self.pages[self.host(label), path]
        assert isinstance(answer, Answer)
        return answer

    def instead(
        self, label: str, path: str, answer: Answer | Callable[[Request], Answer]
    ) -> Callable[[], None]:
        """Put another answer in place of a good one; what is given back puts the good one there again."""
        good = self.page(label, path)
        self.put(label, path, answer)
        return lambda: self.put(label, path, good)

    def edit(self, label: str, path: str, *edits: tuple[str, str]) -> Callable[[], None]:
        """Change the text of an answer; what is given back undoes it."""
        answer = self.page(label, path)
        for old, new in edits:
            answer = changed(answer, old, new)
        return self.instead(label, path, answer)

    def zone(self, records: str) -> None:
        """Add records to the zone."""
        self.internet.zone(self.name, records)

    def unzone(self, label: str, kind: str | None = None) -> None:
        """Take records away."""
        self.internet.unzone(self.host(label), kind)

    def point(self, label: str) -> None:
        """Let a host be an alias of the web server."""
        self.internet.zone(self.host(label), f"@ CNAME {self.web}.")

    def move(self, label: str, tls: Tls = "valid", *, plain: bool = True) -> None:
        """Let a host have a web server of its own with other TLS, answering on port 80 or not."""
        self.internet.unzone(self.host(label))
        self.internet.site(self.host(label), {"*": self._answer}, tls=tls)
        if plain:
            self.internet.site(self.host(label), {"*": self._plain}, tls=None)

    def back(self, label: str) -> None:
        """The host is an alias of the web server again."""
        self.internet.unzone(self.host(label))
        self.point(label)

    # The web server

    def _answer(self, request: Request) -> Answer:
        answer = self.pages.get((request.headers["host"].partition(":")[0], request.path), NOTHING)
        if callable(answer):
            return answer(request)
        return answer

    def _plain(self, request: Request) -> Answer:
        host = request.headers["host"].partition(":")[0]
        return self.plain.get((host, request.path), redirect(f"https://{host}{request.target}", status=301))

    # The doctor

    def check(self, *keys: str, **options: Any) -> Checkup:
        """What the doctor says, of some programs or all; no mail server is connected to unless told."""
        clients = [client for client in CLIENTS if not keys or client.key in keys]

        async def run() -> Checkup:
            guard = Guard(allowed=(self.internet.public,))
            async with Doctor.open(name_servers=(self.dns,), guard=guard, own=True) as doctor:
                return await doctor.check(self.name, clients=clients, **({"servers": False} | options))

        tried = len(self.internet.escapes)
        try:
            return asyncio.run(run())
        finally:
            assert self.internet.escapes[tried:] == []


def provider_of(domain: str) -> Provider:
    """IMAP and submission with TLS on ``mail.``."""
    incoming, outgoing = (
        TcpServer(
            type=kind,
            hostname=f"mail.{domain}",
            port=port,
            socket_type=SocketType.SSL,
            authentication=(Authentication.PASSWORD_CLEARTEXT,),
            username="%EMAILADDRESS%",
        )
        for kind, port in ((ServerType.IMAP, 993), (ServerType.SMTP, 465))
    )
    return Provider(
        id=domain,
        display_name="Example",
        short_name="Example",
        domains=(domain,),
        incoming=(incoming,),
        outgoing=(outgoing,),
    )


def changed(answer: Answer, old: str, new: str) -> Answer:
    """The same answer with another text in its body, once."""
    text = answer.content().decode()
    assert old in text, old
    return replace(answer, body=text.replace(old, new, 1))


def profile(body: bytes) -> Answer:
    """A profile as devices want it."""
    return Answer(body=body, type=mobileconfig.MEDIA_TYPE)
