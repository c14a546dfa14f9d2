"""Configuration for the web servers that serve a tree: nginx, Caddy, Apache."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from autoconfig.errors import ExportError
from autoconfig.export.layout import HOST_PREFIXES
from autoconfig.export.servers import apache, caddy, nginx
from autoconfig.formats import mozilla, pacc
from autoconfig.publish import MAX_AGE, PUBLIC, PUBLIC_AS_IT_IS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from autoconfig.export.redirects import Redirects

_SAFE_PATH = re.compile(r"/[\w./+,=:~ -]*")
"""What none of the three takes for anything but a path when it stands between quotation marks."""

_MARK = re.compile(r"@([A-Z_]+)@")

TEXTS = {
    "XML": mozilla.MEDIA_TYPE,
    "JSON": pacc.MEDIA_TYPE,
    "TEXT": "text/plain; charset=utf-8",
    "PUBLIC": PUBLIC,
    "PUBLIC_AS_IT_IS": PUBLIC_AS_IT_IS,
    "MAX_AGE": str(MAX_AGE),
    "PREFIXES": "|".join(prefix.removesuffix(".") for prefix in HOST_PREFIXES),
    "NOT_SERVED": "This domain is not served here.",
    "NOT_ALLOWED": "This address does not know that method.",
    "NOTHING": "There is nothing here.",
    # An address among the parameters, in any of the spellings that clients have; the domain is the group.
    "ADDRESS": r"(?:^|&)email(?:address)?=[^&]*?(?:@|%(?:25)*40)"
    r"(@GROUP@[a-z0-9](?:[a-z0-9.-]|%2[de])*)(?:&|$)",
}
"""What stands for the marks of every template."""


def checked_root(path: str) -> str:
    """The path of the tree as a web server's configuration may hold it. Raises ExportError."""
    if _SAFE_PATH.fullmatch(path) is None:
        raise ExportError(
            f"{path!r} cannot stand in the configuration of a web server: "
            "give a full path of letters, digits, spaces and /._+,=:~- as directory or --root."
        )
    return path.rstrip("/")


def configuration(root: str, redirects: Redirects) -> Iterator[tuple[str, bytes]]:
    """Every file for a web server, by its name; ``root`` is where the server finds the tree."""
    folder = Path(__file__).parent / "templates"
    for server in (nginx, caddy, apache):
        texts = TEXTS | {"TREE": root} | server.texts(redirects)
        for name in server.FILES:
            yield name, filled(folder.joinpath(name).read_text("utf-8"), texts).encode()


def filled(template: str, texts: dict[str, str]) -> str:
    """The template with a text in the place of each mark; texts may hold marks themselves."""
    while _MARK.search(template):
        template = _MARK.sub(lambda mark: texts[mark[1]], template)
    return template
