"""Pages as a test reads them: what stands where, not how it is marked up."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from lxml import html

from autoconfig.settings import Settings
from autoconfig.stores import open_stores
from autoconfig.web import create_app
from tests.web.resolving import FakeResolver

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from flask import Flask
    from werkzeug.test import TestResponse

HTML = "text/html; charset=utf-8"
ADA = "/setup?emailaddress=ada@example.com"

_MOZILLA = "Mozilla/5.0 ({}) {}"
_WEBKIT = "AppleWebKit/605.1.15 Version/18.5 Safari/605.1.15"
_BLINK = "AppleWebKit/537.36 Chrome/140.0 Safari/537.36"

AGENTS = {
    "iphone": _MOZILLA.format("iPhone; CPU iPhone OS 18_5 like Mac OS X", _WEBKIT),
    "ipad": _MOZILLA.format("Macintosh; Intel Mac OS X 10_15_7", _WEBKIT),
    "mac": _MOZILLA.format("Macintosh; Intel Mac OS X 10.15; rv:140.0", "Gecko/20100101 Firefox/140.0"),
    "android": _MOZILLA.format("Linux; Android 15; Pixel 9", _BLINK),
    "windows": _MOZILLA.format("Windows NT 10.0; Win64; x64", _BLINK),
    "linux": _MOZILLA.format("X11; Linux x86_64; rv:140.0", "Gecko/20100101 Firefox/140.0"),
    "curl": "curl/8.10",
}


class Page:
    """One answer, parsed."""

    def __init__(self, response: TestResponse) -> None:
        assert response.content_type == HTML
        self.status = response.status_code
        self.headers = response.headers
        self.source = response.text
        self.root = html.document_fromstring(response.text)

    def text(self, path: str = "//main") -> str:
        """The text of the first element of an XPath, white space folded."""
        found = self.root.xpath(path)
        assert found, f"no {path} in the page"
        return " ".join(found[0].text_content().split())

    def texts(self, path: str) -> list[str]:
        """The text of every element of an XPath."""
        return [" ".join(element.text_content().split()) for element in self.root.xpath(path)]

    def links(self, path: str = "//a") -> list[str]:
        """Where the links lead."""
        return [element.get("href") for element in self.root.xpath(path)]

    def servers(self) -> dict[str, dict[str, str]]:
        """The settings: heading of each server to its fields."""
        return {
            " ".join(article.xpath("string(h3)").split()): dict(rows(article))
            for article in self.root.xpath("//section[@id='settings']/article")
        }

    def fields(self) -> list[tuple[str, str]]:
        """What the guide says to type, in its order."""
        return [pair for box in self.root.xpath("//*[@class='fields']") for pair in rows(box)]

    @property
    def policy(self) -> dict[str, str]:
        """The Content-Security-Policy by directive."""
        header = self.headers["Content-Security-Policy"]
        return dict(part.split(" ", 1) for part in header.split("; "))


def rows(element: html.HtmlElement) -> list[tuple[str, str]]:
    """The terms of a list and what is said about each."""
    pairs = zip(element.iter("dt"), element.iter("dd"), strict=True)
    return [(" ".join(dt.text_content().split()), " ".join(dd.text_content().split())) for dt, dd in pairs]


class Shop(NamedTuple):
    """A service and the folder it serves."""

    app: Flask
    folder: Path

    def get(self, path: str, **headers: str) -> Page:
        """Ask for a page; ``accept_language="fr"`` is a header."""
        named = {name.replace("_", "-").title(): value for name, value in headers.items()}
        return Page(self.app.test_client(use_cookies=False).get(path, headers=named))

    def raw(self, path: str, **headers: str) -> TestResponse:
        """Ask for anything."""
        named = {name.replace("_", "-").title(): value for name, value in headers.items()}
        return self.app.test_client(use_cookies=False).get(path, headers=named)


def shop(
    folder: Path,
    providers: dict[str, str],
    resolver: FakeResolver | None = None,
    logos: Iterable[tuple[str, bytes]] = (),
    **settings: object,
) -> Shop:
    """A service with these provider files that asks nobody but the given resolver."""
    for name, text in providers.items():
        folder.joinpath(f"{name}.toml").write_text(text, encoding="utf-8")
    for name, content in logos:
        folder.joinpath(name).write_bytes(content)
    options = Settings(**({"providers": (), "rate_limit": None} | settings))  # type: ignore[arg-type]
    return Shop(create_app(options, open_stores([str(folder)]), resolver=resolver or FakeResolver()), folder)
