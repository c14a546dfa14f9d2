"""Variables out of an LDAP directory: filters with ``{names}``, and attributes that become variables.

Whatever is put into a filter is escaped (RFC 4515 §3), so that no address can become a part of it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from autoconfig.errors import FormatError, StoreError
from autoconfig.model import EmailAddress
from autoconfig.stores.directory_server import SECONDS, Access, DirectoryServer
from autoconfig.stores.mapped import (
    DOMAIN_PARAMETERS,
    NO_DOMAIN,
    PARAMETERS,
    MappedStore,
    Rules,
    domain_parameters,
    parameters_of,
)
from autoconfig.stores.template import USUAL, VARIABLE, Template

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from autoconfig.formats.toml_table import Table
    from autoconfig.stores.directory_server import Found
    from autoconfig.stores.mapped import Values

SCOPES = {"base": 0, "one": 1, "sub": 2}

DOMAIN_FILTER = "(associatedDomain={domain})"
LOGIN_FILTER = "(|(mail={address})(mailLocalAddress={address}))"
"""What a URL alone asks for: RFC 4524 §2.2, RFC 2798 §9.1.3, and the attributes of sendmail's schema."""

_SPECIAL = re.compile(r"[\\*()\x00]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """Where to look, for what, and which attributes become which variables."""

    base: str
    filter: str
    attributes: Mapping[str, str]
    """Attribute by variable."""
    scope: int = 2

    def filled(self, values: Mapping[str, str]) -> str:
        """The filter with values in it, escaped."""
        return VARIABLE.sub(lambda found: escaped(values[found[1]]), self.filter)


def escaped(text: str) -> str:
    """A value as it may stand in a filter (RFC 4515 §3)."""
    return _SPECIAL.sub(lambda found: f"\\{ord(found[0]):02x}", text)


class LdapAnswers:
    """Asks a directory. Raises StoreError for a filter that wants what nobody can tell."""

    def __init__(
        self,
        server: DirectoryServer,
        name: str,
        *,
        domain: Search,
        logins: tuple[Search, ...] = (),
        mx: Search | None = None,
    ) -> None:
        self.name = name
        self.knows_mailboxes = bool(logins)
        self._server = server
        self._domain = domain
        self._logins = logins
        self._mx = mx
        for search in filter(None, (domain, mx)):
            _check(search, name, DOMAIN_PARAMETERS)
        for search in logins:
            _check(search, name, PARAMETERS)

    def domain(self, domain: str) -> Values | None:
        """The variables of the first entry of a mail domain."""
        found = self._found(self._domain, domain_parameters(domain))
        return _values(self._domain, found[0]) if found else None

    def mx(self, domain: str) -> Values | None:
        """The variables of the first entry of an MX domain."""
        found = [] if self._mx is None else self._found(self._mx, domain_parameters(domain))
        return _values(self._mx, found[0]) if found and self._mx is not None else None

    def mailbox(self, parameters: Mapping[str, str]) -> Values | None:
        """The variables of the one entry of the first filter that finds one; of several, none is meant.

        Every filter is asked in any case: how long it takes shall not tell which one found it.
        """
        answers = [(search, self._found(search, parameters)) for search in self._logins]
        for search, found in answers:
            if found:
                return _values(search, found[0]) if len(found) == 1 else None
        return None

    def variables(self) -> frozenset[str]:
        """The variables of all searches; asks for what is not there, so that a wrong filter is noticed."""
        self.domain(NO_DOMAIN)
        self.mailbox(parameters_of(EmailAddress("nobody", NO_DOMAIN), ""))
        searches = [self._domain, *self._logins, *([] if self._mx is None else [self._mx])]
        return frozenset(name for search in searches for name in search.attributes)

    def count(self) -> int:
        """Nobody counts a directory for this."""
        return 0

    def close(self) -> None:
        """Close the connections."""
        self._server.close()

    def _found(self, search: Search, values: Mapping[str, str]) -> list[Found]:
        if any("\0" in value for value in values.values()):
            return []  # slapd compares what stands before it: a longer name would be a shorter one
        attributes = list(search.attributes.values()) or ["1.1"]  # RFC 4511 §4.5.1.8: none at all
        return self._server.search(search.base, search.scope, search.filled(values), attributes, most=2)


def _check(search: Search, name: str, known: tuple[str, ...]) -> None:
    unknown = [variable for variable in VARIABLE.findall(search.filter) if variable not in known]
    if unknown:
        raise StoreError(
            f"A filter of {name} wants {{{unknown[0]}}}; it may want "
            f"{', '.join(f'{{{variable}}}' for variable in known)}."
        )


def _values(search: Search, found: Found) -> Values:
    """The first value of each attribute; an attribute that is absent or empty says nothing."""
    texts = {
        variable: found[attribute.lower()][0].decode("utf-8", "replace")
        for variable, attribute in search.attributes.items()
        if found.get(attribute.lower())
    }
    return tuple(sorted((variable, text) for variable, text in texts.items() if text))


def ldap_answers(table: Table, folder: Path) -> LdapAnswers:
    """Read the ``[ldap]`` table of a mapping file. Raises FormatError, StoreError or OSError."""
    from autoconfig.stores.mapping import password_of

    ca_file = table.string("ca_file")
    access = Access(
        url=_server_url(table.needed("url")),
        start_tls=bool(table.boolean("start_tls")),
        ca_file=None if ca_file is None else str(folder / ca_file),
        bind_dn=table.string("bind_dn") or "",
        password=password_of(table, folder),
        seconds=table.number("seconds", least=1, most=60) or SECONDS,
    )
    base = table.needed("base")
    logins = table.strings("login_filters") or [table.string("login_filter") or ""]
    login = _search(table, "login", base, "")
    mx_filter = table.string("mx_filter")
    domain = _search(table, "domain", base, table.string("domain_filter") or DOMAIN_FILTER)
    return LdapAnswers(
        DirectoryServer(access),
        _shown(access.url, base),
        domain=domain,
        logins=tuple(
            Search(base=login.base, filter=text, attributes=login.attributes, scope=login.scope)
            for text in logins
            if text
        ),
        mx=None if mx_filter is None else _search(table, "mx", base, mx_filter),
    )


def _search(table: Table, name: str, base: str, filter_: str) -> Search:
    scope = table.string(f"{name}_scope") or "sub"
    if scope not in SCOPES:
        raise table.error(f"{name}_scope", f"A scope is one of {', '.join(SCOPES)}.", scope)
    attributes = table.table(f"{name}_attributes")
    return Search(
        base=table.string(f"{name}_base") or base,
        filter=filter_,
        attributes={} if attributes is None else {key: attributes.needed(key) for key in attributes.keys()},  # noqa: SIM118
        scope=SCOPES[scope],
    )


def _server_url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("ldap", "ldaps", "ldapi") or parts.path.strip("/") or parts.query:
        raise FormatError("An LDAP url is a server only, such as ldaps://ldap.example.com.", path="ldap.url")
    return text.rstrip("/")


def _shown(url: str, base: str) -> str:
    return f"{url}/{base}"


def open_ldap(url: str) -> MappedStore:
    """Open ``ldap://host/base?host,login?scope?filter`` (RFC 4516). Raises StoreError.

    The attributes say which one holds the host and which the login name: ``mailHost`` and ``uid`` unless they
    are written. The filter finds a domain. Everything else is for a mapping file.
    """
    parts = urlsplit(url)
    attributes, scope, filter_, *_ = [*(unquote(part) for part in parts.query.split("?")), "", "", ""]
    base = unquote(parts.path.lstrip("/"))
    host, login, *_ = [*filter(None, attributes.split(",")), "", ""]
    if not base or (scope or "sub") not in SCOPES:
        scheme = parts.scheme
        raise StoreError(f"An LDAP store is written {scheme}://host/dc=example,dc=com, with a search base.")
    server = f"{parts.scheme}://{parts.netloc}"
    variables = {"host": host or "mailHost"}
    answers = LdapAnswers(
        DirectoryServer(Access(url=server)),
        _shown(server, base),
        domain=Search(
            base=base, filter=filter_ or DOMAIN_FILTER, attributes=variables, scope=SCOPES[scope or "sub"]
        ),
        logins=(Search(base=base, filter=LOGIN_FILTER, attributes={**variables, "login": login or "uid"}),),
    )
    template = Template(USUAL, "ldap")
    return MappedStore(answers, Rules(templates={template.id: template}, variables={}))
