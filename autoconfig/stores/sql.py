"""A store in a database of our own tables: a million domains, one look-up each, nothing held in memory.

What was found is kept for a while (``kept``). A provider's document is parsed once, however many domains it
has; the domains are never loaded, only counted and streamed.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from autoconfig.errors import FormatError, StoreDown, StoreError, ValueRefused
from autoconfig.formats import toml
from autoconfig.model import Remark
from autoconfig.stores.connections import parsed_url
from autoconfig.stores.database import Database
from autoconfig.stores.kept import Counted, Kept
from autoconfig.stores.pulse import Pulse, SourceFailed, down
from autoconfig.stores.store import Entry, Health

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from autoconfig.stores.database import Question

PARSED = 2000
"""How many providers are kept parsed."""
PAGE = 2000
"""Rows read at a time where all of them are wanted."""

_FIND = """
SELECT 'domain', provider FROM autoconfig_domains WHERE domain = :domain
UNION ALL
SELECT 'alias', d.provider FROM autoconfig_domain_aliases a
JOIN autoconfig_domains d ON d.domain = a.domain WHERE a.alias = :domain
UNION ALL
SELECT 'mx', provider FROM autoconfig_mx_domains WHERE domain = :domain
"""
_DOCUMENT = "SELECT document FROM autoconfig_providers WHERE id = :id"
_MX_DOMAINS = "SELECT domain FROM autoconfig_mx_domains WHERE provider = :id ORDER BY domain"
_VERSION = "SELECT version FROM autoconfig_version"
_COUNTS = """
SELECT (SELECT count(*) FROM autoconfig_providers),
       (SELECT count(*) FROM autoconfig_domains) + (SELECT count(*) FROM autoconfig_domain_aliases)
"""
_NEXT_IDS = "SELECT id FROM autoconfig_providers WHERE id > :last ORDER BY id"
_NEXT_DOMAINS = """
SELECT domain FROM autoconfig_domains WHERE provider = :id AND domain > :last ORDER BY domain
"""


class _Names(NamedTuple):
    """Whose a name is: the id of the provider of the mail domain, and of the MX domain."""

    domain: str | None
    mx: str | None


class _Written(NamedTuple):
    """A provider as it stands in the tables, its domains aside."""

    document: str
    mx_domains: tuple[str, ...]


class _Counts(NamedTuple):
    providers: int
    domains: int


class SqlStore:
    """The providers of one database. Raises StoreError where it has no tables of ours."""

    def __init__(self, url: str) -> None:
        self._database = Database(parsed_url(url))
        self.name = self._database.name
        question = self._database.question
        self._find = question(_FIND)
        self._document = question(_DOCUMENT)
        self._mx_domains = question(_MX_DOMAINS)
        self._next_ids = question(f"{_NEXT_IDS} LIMIT {PAGE}")
        self._next_domains = question(f"{_NEXT_DOMAINS} LIMIT {PAGE}")
        self._version = question(_VERSION)
        self._counts = question(_COUNTS)
        self._pulse = Pulse(self.name, lambda: self._database.rows(self._version, {}))
        self._names: Kept[str, _Names] = Kept(self._pulse)
        self._entries: Kept[str, Entry] = Kept(self._pulse, most=PARSED)
        self._parsed: OrderedDict[str, tuple[_Written, Entry]] = OrderedDict()
        self._lock = threading.Lock()
        self._counted = Counted(self._pulse, _Counts(0, 0))
        self._problems: dict[str, Remark] = {}
        if not self._pulse.look():
            self._check_tables()

    @property
    def version(self) -> int:
        """Grows when the version in the database does, and every minute."""
        return self._pulse.version

    @property
    def pulses(self) -> tuple[Pulse, ...]:
        """How the source answers."""
        return (self._pulse,)

    def find(self, domain: str) -> Entry | None:
        """The provider of a mail domain, of an alias of one, or of an MX domain. Raises StoreDown."""
        names = self._names.get(domain, self._ask_names)
        if names is None:
            return None
        return self._entry(names.domain) or self._entry(names.mx)

    def find_by_mx(self, mx_domain: str) -> Entry | None:
        """The provider with that MX domain; one that names none is found by its mail domains too."""
        names = self._names.get(mx_domain, self._ask_names)
        if names is None:
            return None
        if names.mx is not None:
            return self._entry(names.mx)
        entry = self._entry(names.domain)
        return entry if entry is not None and not entry.provider.mx_domains else None

    def entries(self) -> Iterable[Entry]:
        """Every provider by its id, its domains to be streamed. Raises StoreDown."""
        for provider_id in self._streamed(self._next_ids):
            entry = self._entry(provider_id)
            if entry is not None:
                yield entry

    def health(self) -> tuple[Health, ...]:
        """What is served and what is wrong, counted once a minute at most."""
        pulse = self._pulse
        counts = self._counted.get(self._ask_counts)
        return (
            Health(
                source=self.name,
                usable=pulse.failure is None or len(self._names) > 0,
                providers=counts.providers,
                domains=counts.domains,
                problems=(*down(pulse), *self._problems.values()),
                age=pulse.age,
                stale=pulse.stale,
                errors=pulse.errors,
                hits=pulse.hits,
                questions=pulse.questions,
                seconds=pulse.seconds,
            ),
        )

    def watch(self) -> None:
        """Look at the version every second from now on."""
        self._pulse.watch()

    def close(self) -> None:
        """Stop looking, and close the connections."""
        self._pulse.close()
        self._database.close()

    def _check_tables(self) -> None:
        """Tell a database without our tables from one that does not answer: that may come back."""
        try:
            missing = not self._database.has_table("autoconfig_version")
        except SourceFailed:
            return
        if missing:
            self.close()
            raise StoreError(
                f"The database {self.name} has no tables of ours; "
                "make them with: autoconfig providers import SOURCE --into URL."
            )

    def _entry(self, provider_id: str | None) -> Entry | None:
        return None if provider_id is None else self._entries.get(provider_id, self._ask_entry)

    def _ask_names(self, domain: str) -> _Names | None:
        found: dict[str, str] = dict(self._database.rows(self._find, {"domain": domain}))
        return _Names(found.get("domain") or found.get("alias"), found.get("mx")) if found else None

    def _ask_entry(self, provider_id: str) -> Entry | None:
        rows = self._database.rows(self._document, {"id": provider_id})
        if not rows:
            return None
        mx_rows = self._database.rows(self._mx_domains, {"id": provider_id})
        written = _Written(rows[0][0], tuple(row[0] for row in mx_rows))
        known = self._parsed.get(provider_id)
        if known is not None and known[0] == written:
            return known[1]
        try:
            provider = toml.parse(written.document.encode(), default_id=provider_id).provider
            # Whatever the document says of these, the tables say it better; the domains may be a million.
            provider = replace(provider, id=provider_id, domains=(), mx_domains=written.mx_domains)
        except (FormatError, ValueRefused) as error:
            return self._unreadable(provider_id, error)
        self._problems.pop(provider_id, None)
        entry = Entry(
            provider=provider,
            source=f"{self.name}#{provider_id}",
            domains=partial(self._streamed, self._next_domains, id=provider_id),
        )
        self._remember(provider_id, written, entry)
        return entry

    def _remember(self, provider_id: str, written: _Written, entry: Entry) -> None:
        with self._lock:
            self._parsed[provider_id] = (written, entry)
            self._parsed.move_to_end(provider_id)
            if len(self._parsed) > PARSED:
                self._parsed.popitem(last=False)

    def _unreadable(self, provider_id: str, error: FormatError | ValueRefused) -> Entry | None:
        """The last good version of a document that cannot be read, if there is one."""
        served = self._parsed.get(provider_id)
        consequence = "The last good version is served." if served else "It is left out."
        self._problems[provider_id] = Remark(
            message=f"{error} {consequence}",
            path=getattr(error, "path", ""),
            line=getattr(error, "line", None),
            source=f"{self.name}#{provider_id}",
        )
        return None if served is None else served[1]

    def _ask_counts(self) -> _Counts:
        ((providers, domains),) = self._database.rows(self._counts, {})
        return _Counts(int(providers), int(domains))

    def _streamed(self, question: Question, **values: str) -> Iterator[str]:
        """Every name of an answer, a page at a time, each from where the last one ended. Raises StoreDown."""
        last = ""
        while True:
            asked = partial(self._database.rows, question, {**values, "last": last}, PAGE)
            try:
                rows = self._pulse.ask(asked)
            except SourceFailed as error:
                raise StoreDown(f"The store {self.name} does not answer: {error}.") from None
            yield from (row[0] for row in rows)
            if len(rows) < PAGE:
                return
            last = rows[-1][0]
