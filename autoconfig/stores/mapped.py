"""A store on somebody else's schema: it answers with variables, and templates make providers of them.

Where the schema also knows the login name of an address, every document is about one mailbox. A mailbox that
is not there takes the same way with the usual login name, so that neither what is said nor how long it takes
tells whether there is such a mailbox.
"""

from __future__ import annotations

import hmac
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Protocol

from autoconfig.errors import FormatError, StoreError
from autoconfig.model import EmailAddress, Remark
from autoconfig.model.placeholders import EMAIL_ADDRESS, fill, values_for
from autoconfig.stores.kept import Counted, Kept
from autoconfig.stores.pulse import KEEP_SECONDS, Pulse, SourceFailed, down
from autoconfig.stores.store import Entry, Health

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from autoconfig.model import Provider
    from autoconfig.stores.template import Template

BUILT = 2000
"""How many providers are kept filled, each with other variables."""
PROBLEMS = 100
"""How many domains with unusable variables are told about."""

LEAST_SECONDS = 0.003
"""What a look-up of a mailbox takes at least: longer than a source takes for a row more or less."""

NO_DOMAIN = "invalid"
"""A domain that nobody has (RFC 2606 §2), asked for to see whether the source answers."""

PARAMETERS = ("address", "local_part", "domain", "user", "mailbox", "catch_all")
"""What a question about a mailbox may be told."""
DOMAIN_PARAMETERS = ("domain", "catch_all")
"""What a question about a domain may be told."""

Values = tuple[tuple[str, str], ...]
"""Variables by name, in one order, so that equal ones are equal."""


class Answers(Protocol):
    """What holds the variables: a database, or a directory. Every question may raise SourceFailed."""

    name: str
    knows_mailboxes: bool

    def domain(self, domain: str) -> Values | None:
        """The variables of a mail domain; None where it is not served."""

    def mx(self, domain: str) -> Values | None:
        """The variables of whoever takes mail at that MX domain; None where that is nobody of ours."""

    def mailbox(self, parameters: Mapping[str, str]) -> Values | None:
        """The variables of a mailbox; None where there is none."""

    def variables(self) -> frozenset[str]:
        """The names of all variables it may answer with."""

    def count(self) -> int:
        """How many domains are served; 0 where nobody says."""

    def close(self) -> None:
        """Let go of connections."""


def domain_parameters(domain: str) -> dict[str, str]:
    """What a question about a domain is told."""
    return {"domain": domain, "catch_all": f"@{domain}"}


def parameters_of(address: EmailAddress, delimiter: str) -> dict[str, str]:
    """What a question about a mailbox is told: the address, and what it may be filed under.

    ``user`` is the local part without what follows the delimiter (``ada+shop``), ``mailbox`` that at the
    domain, ``catch_all`` the ``@domain`` that postfix maps know.
    """
    local_part, domain = address.local_part.lower(), address.domain
    # A delimiter in front belongs to the name, as in postfix.
    cut = local_part.find(delimiter, 1) if delimiter else -1
    user = local_part if cut < 0 else local_part[:cut]
    return {
        "address": f"{local_part}@{domain}",
        "local_part": local_part,
        "user": user,
        "mailbox": f"{user}@{domain}",
        **domain_parameters(domain),
    }


@dataclass(frozen=True, slots=True)
class Unknown:
    """The login name of a mailbox that is not there; each ``#`` is a digit, by the key and the address."""

    login: str
    key: bytes = b""

    def login_of(self, address: str) -> str:
        """Always the same for the same address, and for nobody to tell from a real one of that shape."""
        number = int.from_bytes(hmac.digest(self.key, address.encode(), "sha256"), "big")
        digits = reversed(f"{number:077d}")  # the first of them are not even
        return "".join(next(digits, "0") if mark == "#" else mark for mark in self.login)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """How variables become providers."""

    templates: Mapping[str, Template]
    """By id; the first serves a domain whose variables name none (``provider``)."""
    variables: Mapping[str, str]
    """What holds where the source says nothing else; ``login`` is the usual login name."""
    unknown: Unknown | None = None
    """None where a mailbox that is not there gets the usual login name."""
    delimiter: str = "+"
    keep_seconds: float = KEEP_SECONDS


class MappedStore:
    """Providers made of what a schema says. Raises StoreError where question and template do not fit."""

    def __init__(self, answers: Answers, rules: Rules) -> None:
        self.name = answers.name
        self._answers = answers
        self._rules = rules
        self._usual = {"login": EMAIL_ADDRESS, **rules.variables}
        self._first = next(iter(rules.templates))
        self._pulse = Pulse(
            self.name, lambda: answers.domain(NO_DOMAIN) and None, keep_seconds=rules.keep_seconds
        )
        self._domains: Kept[str, Values] = Kept(self._pulse)
        self._mx: Kept[str, Values] = Kept(self._pulse)
        # Mailboxes that are there and that are not are kept alike: what is forgotten sooner is told apart.
        self._mailboxes: Kept[str, Values] = Kept(self._pulse, most_absent=None)
        self._counted = Counted(self._pulse, 0)
        self._built: OrderedDict[tuple[str, Values], Entry] = OrderedDict()
        self._problems: dict[str, Remark] = {}
        self._lock = threading.Lock()
        try:
            self._check()
        except StoreError:
            self.close()
            raise

    @property
    def version(self) -> int:
        """Grows as often as answers are asked anew."""
        return self._pulse.version

    @property
    def pulses(self) -> tuple[Pulse, ...]:
        """How the source answers."""
        return (self._pulse,)

    def find(self, domain: str) -> Entry | None:
        """The provider of a mail domain, or of an MX domain that a template names."""
        values = self._domains.get(domain, self._answers.domain)
        return self._entry(domain, values) if values is not None else self._by_mx_name(domain)

    def find_by_mx(self, mx_domain: str) -> Entry | None:
        """The provider whose template or database names that MX domain."""
        values = self._mx.get(mx_domain, self._answers.mx)
        return self._entry(mx_domain, values) if values is not None else self._by_mx_name(mx_domain)

    def entries(self) -> Iterable[Entry]:
        """One for each template; variables that only the source knows are names in ``.invalid``."""
        for template in self._rules.templates.values():
            open_ = {name: f"{name}.invalid" for name in template.variables}
            provider = template.filled(open_ | self._usual)
            # Which domains it serves is known one by one.
            yield Entry(provider=provider, source=f"{self.name}#{template.id}", domains=tuple)

    def health(self) -> tuple[Health, ...]:
        """How the source answers, and domains whose variables make no provider."""
        pulse = self._pulse
        domains = self._counted.get(self._answers.count)
        return (
            Health(
                source=self.name,
                usable=pulse.failure is None or len(self._domains) > 0,
                providers=len(self._rules.templates),
                domains=domains,
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
        """Look every second whether the source answers."""
        self._pulse.watch()

    def close(self) -> None:
        """Stop looking, and let go of connections."""
        self._pulse.close()
        self._answers.close()

    def _check(self) -> None:
        """Ask once: a question that is refused stops the start, a source that is away may come back."""
        try:
            given = self._answers.variables()
        except SourceFailed as error:
            if not error.unreachable:
                raise StoreError(f"The store {self.name} refuses a question: {error}.") from None
            self._pulse.look()
            return
        self._pulse.look()
        known = given | self._usual.keys() | {"domain"}
        for template in self._rules.templates.values():
            missing = sorted(template.variables - known)
            if missing:
                raise StoreError(
                    f"The template {template.id} of {self.name} wants {{{missing[0]}}}, "
                    "which neither a question nor [variables] gives."
                )

    def _by_mx_name(self, domain: str) -> Entry | None:
        for template in self._rules.templates.values():
            if domain in template.mx_domains:
                return self._entry(domain, (("provider", template.id),))
        return None

    def _entry(self, domain: str, values: Values) -> Entry | None:
        self._problems.pop(domain, None)
        given = {"domain": domain, **self._usual, **dict(values)}
        template = self._rules.templates.get(given.get("provider", self._first))
        if template is None:
            self._note(domain, f"There is no template {given['provider']!r}.")
            return None
        key = (template.id, tuple((name, given[name]) for name in sorted(template.variables & given.keys())))
        built = self._built.get(key)
        if built is not None:
            return built
        try:
            provider = template.filled(given)
        except FormatError as error:
            self._note(domain, str(error))
            return None
        mailbox = partial(self._mailbox, template, given, provider) if self._answers.knows_mailboxes else None
        entry = Entry(provider=provider, source=f"{self.name}#{template.id}", mailbox=mailbox)
        with self._lock:
            self._built[key] = entry
            if len(self._built) > BUILT:
                self._built.popitem(last=False)
        return entry

    def _mailbox(
        self, template: Template, given: Mapping[str, str], usual: Provider, address: EmailAddress
    ) -> Provider:
        """The provider of one mailbox. Whether there is such a mailbox changes nothing but a name in it."""
        parameters = parameters_of(address, self._rules.delimiter)
        values = self._looked_up(parameters)
        # Made in any case: what is done for one mailbox only takes time for one mailbox only.
        unknown = {"login": self._unknown_login(given["login"], parameters)}
        try:
            return template.filled({**given, **(unknown if values is None else dict(values))})
        except FormatError:
            return usual

    def _looked_up(self, parameters: Mapping[str, str]) -> Values | None:
        """What the source says of a mailbox. A row is more to read than none: neither is told at once."""
        started = time.perf_counter()
        asked = False

        def ask(_address: str) -> Values | None:
            nonlocal asked
            asked = True
            return self._answers.mailbox(parameters)

        try:
            return self._mailboxes.get(parameters["address"], ask)
        finally:
            if asked:
                time.sleep(max(0.0, LEAST_SECONDS - (time.perf_counter() - started)))

    def _unknown_login(self, usual: str, parameters: Mapping[str, str]) -> str:
        """The login name of a mailbox that is not there: spelled as schemas spell those that are."""
        rule = self._rules.unknown
        login = usual if rule is None else rule.login_of(parameters["mailbox"])
        return fill(login, values_for(EmailAddress(parameters["user"], parameters["domain"])))

    def _note(self, domain: str, sentence: str) -> None:
        if len(self._problems) < PROBLEMS or domain in self._problems:
            message = f"{sentence} The domain is not served."
            self._problems[domain] = Remark(message=message, path=domain, source=self.name)
