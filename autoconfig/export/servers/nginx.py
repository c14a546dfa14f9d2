"""What nginx's configuration says beside its templates."""

from __future__ import annotations

import re
from string import ascii_uppercase
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from autoconfig.export.redirects import Redirects, Service

FILES = (
    "nginx.conf",
    "nginx-documents.conf",
    "nginx-alone.conf",
    "nginx-redirects.conf",
    "nginx-nothing.conf",
)

_LONGEST_WORD = 3000
"""Characters of a pattern; nginx reads no word of 4096."""

_DOCUMENT = """\
    types {{ }}
    default_type "{media_type}";
    charset off;
    gzip off;
    # So small a file goes out with its headers at once; sendfile is one more system call and packet.
    sendfile off;
    expires off;
    log_not_found off;
    add_header Cache-Control "{cache_control}";
    add_header X-Content-Type-Options nosniff;
    recursive_error_pages on;
    error_page 405 = @autoconfig_not_allowed;"""

_TEXT = """\
    types { }
    default_type "@TEXT@";
    charset off;
    add_header Cache-Control no-store always;
    add_header X-Content-Type-Options nosniff always;"""

_REDIRECT = """
location ~* "^/\\.well-known/{name}$" {{
    set $autoconfig_url "";
{rules}
    add_header Cache-Control "@PUBLIC@";
    add_header X-Content-Type-Options nosniff;
    error_page 404 = @autoconfig_unknown;
    error_page 405 = @autoconfig_not_allowed;
    if ($autoconfig_url = "") {{ return 404; }}
    # 307 keeps the method: CalDAV clients ask with PROPFIND.
    if ($request_method ~ "^(?:PROPFIND|OPTIONS|POST)$") {{ return 307 "$autoconfig_url"; }}
    if ($request_method !~ "^(?:GET|HEAD)$") {{ return 405; }}
    return 301 "$autoconfig_url";
}}
"""

_EVERYBODY = """\
    set $autoconfig_asked $host;
    if ($host ~ "^(?:@PREFIXES@)\\.(?<autoconfig_site>.+)$") {{ set $autoconfig_asked $autoconfig_site; }}
    if (-f "@TREE@/v1.1/$autoconfig_asked") {{ set $autoconfig_url "{url}"; }}"""


def texts(redirects: Redirects) -> dict[str, str]:
    """The texts for the marks of nginx's templates."""
    return {
        "GROUP": "?<autoconfig_domain>",
        "AS_XML": _DOCUMENT.format(media_type="@XML@", cache_control="@PUBLIC@"),
        "AS_JSON": _DOCUMENT.format(media_type="@JSON@", cache_control="@PUBLIC_AS_IT_IS@"),
        "AS_TEXT": _TEXT,
        # Twice, since the location can be entered ten times at most.
        "FOLD": "\n".join(
            f'    rewrite "^(.*){letter}(.*)$" "$1{letter.lower()}$2";'
            for letter in ascii_uppercase
            for _ in range(2)
        ),
        "REDIRECTS": "".join(
            _REDIRECT.format(name=name, rules="\n".join(_rules(service)))
            for name, service in redirects.services.items()
            if service.everybody or service.domains
        ),
    }


def _rules(service: Service) -> Iterator[str]:
    if service.everybody:
        yield _EVERYBODY.format(url=service.everybody)
        return
    for url, domains in service.domains.items():
        for names in alternatives(domains, _LONGEST_WORD):
            pattern = f"^(?:(?:@PREFIXES@)\\.)?(?:{names})$"
            yield f'    if ($host ~ "{pattern}") {{ set $autoconfig_url "{url}"; }}'


def alternatives(domains: Sequence[str], longest: int) -> Iterator[str]:
    """Patterns that together match the domains, each no longer than so many characters."""
    pattern = ""
    for name in map(re.escape, domains):
        if pattern and len(pattern) + len(name) >= longest:
            yield pattern
            pattern = ""
        pattern = f"{pattern}|{name}" if pattern else name
    if pattern:
        yield pattern
