"""Providers with their domains on standard output, written as they come: there may be a million of them."""

from __future__ import annotations

import itertools
import json
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from autoconfig.stores import Entry

_EMPTY = '"domains": []'
"""What stands in a rendered document where the domains are to be written."""


def write_json(entries: Iterable[Entry]) -> None:
    """A list of providers."""
    between = ""
    sys.stdout.write("[")
    for entry in entries:
        sys.stdout.write(f"{between}\n")
        _write_with_domains(_summary(entry), entry.all_domains(), "  ")
        between = ","
    sys.stdout.write("\n]\n" if between else "]\n")


def write_lines(entries: Iterable[Entry]) -> None:
    """A line for each provider: id, name, and every domain."""
    for entry in entries:
        sys.stdout.write(f"{entry.provider.id}\t{entry.provider.display_name}\t")
        for number, domain in enumerate(entry.all_domains()):
            sys.stdout.write(f" {domain}" if number else domain)
        sys.stdout.write("\n")


def show_table(entries: Iterable[Entry]) -> None:
    """A table for a person, with the first few domains of each."""
    from rich.console import Console
    from rich.table import Table

    rows = [(entry.provider.id, entry.provider.display_name, _first_of(entry)) for entry in entries]
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("ID", no_wrap=True, min_width=max((len(row[0]) for row in rows), default=2))
    table.add_column("NAME", no_wrap=True, overflow="ellipsis", max_width=28)
    table.add_column("DOMAINS", overflow="ellipsis", no_wrap=True)
    for row in rows:
        table.add_row(*row)
    Console(highlight=False).print(table)


def show_json(entry: Entry) -> None:
    """One provider, with the words of a provider file."""
    import tomllib

    from autoconfig.formats import toml

    content = tomllib.loads(toml.render(entry.provider).decode())
    _write_with_domains({**content, "domains": [], "source": entry.source}, entry.all_domains(), "")
    sys.stdout.write("\n")


def show_document(entry: Entry) -> None:
    """One provider as a provider file."""
    from autoconfig.formats import toml

    sys.stdout.write(f"# {entry.source}\n")
    if entry.domains is None:
        sys.stdout.write(toml.render(entry.provider).decode())
        return
    head, separator, rest = toml.render(entry.provider).decode().partition("\n\n")
    sys.stdout.write(f"{head.rstrip()}\ndomains = [\n")
    for domain in entry.all_domains():
        sys.stdout.write(f'    "{domain}",\n')
    sys.stdout.write("]\n")
    sys.stdout.write(separator[1:] + rest)


def _summary(entry: Entry) -> dict[str, Any]:
    provider = entry.provider
    return {
        "id": provider.id,
        "name": provider.display_name,
        "domains": [],
        "mx": list(provider.mx_domains),
        "source": entry.source,
    }


def _write_with_domains(content: dict[str, Any], domains: Iterable[str], indent: str) -> None:
    """Write an object whose ``domains`` are empty, with these in their place."""
    shows_all = (sys.stdout.encoding or "").lower().startswith("utf")
    text = json.dumps(content, ensure_ascii=not shows_all, indent=2)
    head, _, tail = text.replace("\n", f"\n{indent}").partition(_EMPTY)
    sys.stdout.write(f'{indent}{head}"domains": [')
    written = False
    for domain in domains:
        sys.stdout.write(f'{"," if written else ""}\n{indent}    "{domain}"')
        written = True
    sys.stdout.write(f"\n{indent}  ]{tail}" if written else f"]{tail}")


def _first_of(entry: Entry) -> str:
    provider = entry.provider
    first = list(itertools.islice(entry.all_domains(), 4)) or list(provider.mx_domains[:4])
    shown = ", ".join(first[:3])
    if len(first) < 4:
        return shown
    return f"{shown} and more" if entry.domains is not None else f"{shown} and {_count(entry) - 3} more"


def _count(entry: Entry) -> int:
    return len(entry.provider.domains or entry.provider.mx_domains)
