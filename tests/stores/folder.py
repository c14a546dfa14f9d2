"""A folder of provider files for one test."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from autoconfig.model import Provider
    from autoconfig.stores import Store
    from autoconfig.stores.directory import DirectoryStore


def toml_text(*domains: str, name: str = "Example", mx: tuple[str, ...] = (), host: str = "") -> str:
    """A small provider file that is right."""
    return f"""
name = "{name}"
domains = [{", ".join(f'"{domain}"' for domain in domains)}]
mx = [{", ".join(f'"{domain}"' for domain in mx)}]

[[incoming]]
type = "imap"
hostname = "{host or "imap.example.com"}"

[[outgoing]]
type = "smtp"
hostname = "{host or "smtp.example.com"}"
"""


def xml_text(*domains: str, name: str = "Example", mx: tuple[str, ...] = ()) -> str:
    """A small document as the ISPDB writes them."""
    named = "".join(f"<domain>{domain}</domain>" for domain in domains)
    named += "".join(f'<domain purpose="mx">{domain}</domain>' for domain in mx)
    return f"""<clientConfig version="1.1"><emailProvider id="{(*domains, *mx)[0]}">{named}
<displayName>{name}</displayName>
<incomingServer type="imap"><hostname>imap.example.org</hostname><port>993</port>
<socketType>SSL</socketType><username>%EMAILADDRESS%</username>
<authentication>password-cleartext</authentication></incomingServer>
</emailProvider></clientConfig>"""


def replace(path: Path, text: str) -> None:
    """Put a whole new file in the place of an old one, as careful programs save."""
    beside = path.with_name(f".{path.name}.new")
    beside.write_text(text, encoding="utf-8")
    beside.replace(path)


def provider(store: Store, domain: str) -> Provider:
    """The provider that the store has for a domain; there must be one."""
    entry = store.find(domain)
    assert entry is not None, f"{domain} is not served"
    return entry.provider


def names(store: Store) -> list[str]:
    """The display names of all that is served, in order."""
    return [entry.provider.display_name for entry in store.entries()]


def problems(store: Store) -> list[str]:
    """What health says of bad files, as the log says it."""
    return [str(problem) for health in store.health() for problem in health.problems]


def settle(store: DirectoryStore) -> bool:
    """Look twice, as it takes for a change to count; tell what the second look says."""
    assert store.refresh() is False, "one look is not enough"
    return store.refresh()
