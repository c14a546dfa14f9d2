"""What Apache's configuration says beside its templates."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from autoconfig.export.redirects import Redirects, Service

FILES = (
    "apache.conf",
    "apache-documents.conf",
    "apache-redirects.conf",
    "apache-redirects.txt",
    "apache-nothing.conf",
    "not-served.txt",
    "not-allowed.txt",
    "nothing.txt",
)


def texts(redirects: Redirects) -> dict[str, str]:
    """The texts for the marks of Apache's templates."""
    return {
        "GROUP": "",
        "HOST": r"^(?:(?:@PREFIXES@)\.)?([a-z0-9-]+(?:\.[a-z0-9-]+)*)\.?(?::[0-9]*)?$",
        "PATHS": r"^/(?:mail/config-v1\.1\.xml|v1\.1/[^/]*|\.well-known/user-agent-configuration\.json)$",
        "REDIRECTS": "".join(
            line for name, service in redirects.services.items() for line in _lines(name, service)
        ),
    }


def _lines(name: str, service: Service) -> Iterator[str]:
    if service.everybody:
        yield f"{name}/* {service.everybody}\n"
        return
    for url, domains in service.domains.items():
        yield from (f"{name}/{domain} {url}\n" for domain in domains)
