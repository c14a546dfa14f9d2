"""What the Caddyfile says beside its template."""

from __future__ import annotations

from string import ascii_uppercase
from typing import TYPE_CHECKING

from autoconfig.export.servers.nginx import alternatives

if TYPE_CHECKING:
    from collections.abc import Iterator

    from autoconfig.export.redirects import Redirects, Service

FILES = ("Caddyfile",)

_LONGEST_PATTERN = 100_000

_REDIRECT = """\
	@autoconfig_{name}_{number} {{
		path_regexp (?i)^/+\\.well-known/+{name}$
		{condition}
	}}
	handle @autoconfig_{name}_{number} {{
		import autoconfig_redirect "{url}"
	}}
"""


def texts(redirects: Redirects) -> dict[str, str]:
    """The texts for the marks of the Caddyfile."""
    folds = [(letter, letter.lower()) for letter in ascii_uppercase]
    # A percent sign of the query becomes %25 when it is put into the path.
    folds += [("%(?:25)?2[Dd]", "-"), ("%(?:25)?2[Ee]", ".")]
    return {
        "GROUP": "",
        "FOLD": "\n".join(f'\turi path_regexp "{pattern}" "{text}"' for pattern, text in folds),
        "REDIRECTS": "".join(
            rule for name, service in redirects.services.items() for rule in _rules(name, service)
        ),
    }


def _rules(name: str, service: Service) -> Iterator[str]:
    if service.everybody:
        condition = 'file {\n\t\t\troot "@TREE@"\n\t\t\ttry_files /v1.1/{autoconfig_host}\n\t\t}'
        yield _REDIRECT.format(name=name, number=1, condition=condition, url=service.everybody)
        return
    number = 0
    for url, domains in service.domains.items():
        for names in alternatives(domains, _LONGEST_PATTERN):
            number += 1
            pattern = f"(?i)^(?:(?:@PREFIXES@)\\.)?(?:{names})\\.?(?::[0-9]+)?$"
            yield _REDIRECT.format(
                name=name, number=number, condition=f'header_regexp Host "{pattern}"', url=url
            )
