"""What ``resolve`` is asked to do, by its options and the environment."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import click

from autoconfig.cli.documents import secrets_for
from autoconfig.cli.options import settings_with, store_of
from autoconfig.settings import doh_url, ispdb_urls, nameservers

if TYPE_CHECKING:
    from pathlib import Path

    from autoconfig.formats import clients
    from autoconfig.resolver import Options, Resolver
    from autoconfig.settings import Settings
    from autoconfig.stores import Store

_WITH_STORE = {"local", "mx"}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """The options of one call. Raises UsageError for those that do not go together."""

    as_json: bool
    format_name: str | None
    methods: tuple[str, ...]
    trace: bool
    timeout: float | None
    patience: float | None
    name_servers: tuple[str, ...]
    doh: str | None
    ispdb: tuple[str, ...]
    allow_http: bool
    allow_private_networks: bool
    guess: bool
    jobs: int | None
    processes: int | None
    resume: Path | None
    stores: tuple[str, ...]
    many: bool
    password_command: str | None = None
    token_command: str | None = None

    def __post_init__(self) -> None:
        if self.format_name and (self.many or self.as_json or self.trace):
            raise click.UsageError("--format goes with one address, and without --json and --trace.")
        if (self.jobs or self.processes or self.resume) and not self.many:
            raise click.UsageError("--jobs, --processes and --resume go with - as address.")
        if self.doh and self.name_servers:
            raise click.UsageError("--doh and --nameserver exclude each other.")
        _ = self.secrets  # wrong use is said before anybody is asked

    @property
    def secrets(self) -> clients.Secrets | None:
        """The commands for a mail program's configuration. Raises UsageError."""
        return secrets_for(self.format_name, self.password_command, self.token_command)

    def settings(self) -> Settings:
        """The settings of the environment, and over them those of the command line. Raises SettingsError."""
        settings = settings_with(self.stores)
        changes: dict[str, object] = {}
        if self.name_servers:
            changes |= {
                "nameservers": nameservers("--nameserver", " ".join(self.name_servers)),
                "doh_url": None,
            }
        if self.doh:
            changes["doh_url"] = doh_url("--doh", self.doh)
        if self.ispdb:
            changes["ispdb_urls"] = ispdb_urls("--ispdb", " ".join(self.ispdb))
        if self.allow_http:
            changes["allow_http"] = True
        if self.allow_private_networks:
            changes["allow_private_networks"] = True
        return dataclasses.replace(settings, **changes)  # type: ignore[arg-type]

    def resolver(self, settings: Settings) -> Resolver:
        """A resolver that asks as the settings say; made inside the event loop that it runs in."""
        from autoconfig.resolver import Resolver

        return Resolver.open(
            store=self._store(),
            name_servers=settings.nameservers,
            doh_url=settings.doh_url,
            allow_private_networks=settings.allow_private_networks,
            allow_http=settings.allow_http,
        )

    def options(self, settings: Settings) -> Options:
        """How each address is asked about."""
        from autoconfig.resolver import Options

        chosen: dict[str, object] = {"deadline": self.timeout, "patience": self.patience}
        chosen["ispdb_urls"] = settings.ispdb_urls
        return Options(
            methods=self.methods,
            allow_http=settings.allow_http,
            guess=self.guess,
            **{name: value for name, value in chosen.items() if value is not None},  # type: ignore[arg-type]
        )

    def arguments(self) -> list[str]:
        """The command line of a process that takes a share of the work."""
        found = ["resolve", "-", "--processes", "1", "--guess" if self.guess else "--no-guess"]
        for option, values in (
            ("--method", self.methods),
            ("--nameserver", self.name_servers),
            ("--ispdb", self.ispdb),
            ("--providers", self.stores),
            ("--doh", (self.doh,)),
            ("--timeout", (self.timeout,)),
            ("--patience", (self.patience,)),
            ("--jobs", (self.jobs,)),
        ):
            found += [word for value in values if value is not None for word in (option, str(value))]
        for option, wanted in (
            ("--trace", self.trace),
            ("--allow-http", self.allow_http),
            ("--allow-private-networks", self.allow_private_networks),
        ):
            found += [option] if wanted else []
        return found

    def _store(self) -> Store | None:
        if self.methods and not _WITH_STORE.intersection(self.methods):
            return None
        return store_of(self.stores, quiet=self.as_json or self.many)
