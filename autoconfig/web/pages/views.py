"""The pages as HTTP answers: what each shows, and what a browser may do with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote, urlencode

from flask import Response, render_template, request

from autoconfig.formats import mobileconfig
from autoconfig.publish import PRIVATE
from autoconfig.web.asking import parameter
from autoconfig.web.pages import programs, words
from autoconfig.web.pages.finding import Finding
from autoconfig.web.pages.languages import LANGUAGES, Spoken, asked_language, chosen_language, spoken
from autoconfig.web.pages.presenting import host_of_page, look_of, own_url
from autoconfig.web.pages.qr import qr_code
from autoconfig.web.pages.snippets import snippets
from autoconfig.web.pages.waterfall import waterfall
from autoconfig.web.paths import PROFILE_PATH

if TYPE_CHECKING:
    from autoconfig.model import Documentation, EmailAddress, Enable
    from autoconfig.publish import Publisher
    from autoconfig.settings import Settings
    from autoconfig.web.asking import Asked
    from autoconfig.web.pages.finding import Problem
    from autoconfig.web.pages.presenting import Look

_MOST_TYPED = 320
"""How much of a wrong address is shown again, in characters."""

_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors {ancestors}"
)
_VARY = "Accept-Language, User-Agent, Sec-CH-UA-Platform"


class Link(NamedTuple):
    """A page of the provider, named in the reader's language where it can be."""

    url: str
    name: Spoken | None


class Views:
    """Makes the pages of one service."""

    def __init__(self, publisher: Publisher, settings: Settings, version: str) -> None:
        self._publisher = publisher
        self._base_url = settings.base_url
        self._embedding = " ".join(settings.embed_origins) or "'none'"
        self._version = version

    def home(self) -> Response:
        """One field."""
        return self._page("home.html", url=own_url(self._base_url))

    def no_address(self) -> Response:
        """One field again, for who asked for settings and did not say whose."""
        asked_for_nobody = any(key.lower() in ("emailaddress", "email") for key in request.args)
        if not asked_for_nobody:
            return self.home()
        return self._page("home.html", 400, url=own_url(self._base_url), missing=True)

    def wrong_address(self, sentence: str) -> Response:
        """The field with what was typed into it, and what is wrong with that."""
        typed = parameter(request.args, "emailaddress", "email") or ""
        return self._page(
            "home.html",
            400,
            url=own_url(self._base_url),
            typed=typed[:_MOST_TYPED],
            mistake=words.mistake(sentence),
        )

    def show(self, found: Finding | Problem, asked: Asked) -> Response:
        """The settings, or why there are none."""
        assert asked.address is not None
        if isinstance(found, Finding):
            return self._settings(found, asked.address)
        return self._problem(found, asked.address)

    def _settings(self, found: Finding, address: EmailAddress) -> Response:
        provider = found.account.provider
        look = look_of(provider, address.domain) if found.ours else host_of_page(self._publisher)
        choice = programs.choice(request)
        return self._page(
            "setup.html",
            look=look,
            address=address,
            account=found.account,
            finding=found,
            trust=words.trust(found),
            choice=choice,
            waterfall=waterfall(found.look_up),
            documentation=_links(provider.documentation),
            enable=_links(provider.enable),
            snippets=snippets(found.account) if choice.program == "command-line" else [],
            **self._profile(found, address),
        )

    def _profile(self, found: Finding, address: EmailAddress) -> dict[str, Any]:
        """Where the Apple profile is, and its QR code for who reads this on another device."""
        if not found.ours or mobileconfig.unsayable(found.account.provider, address):
            return {}
        path = f"{PROFILE_PATH}?emailaddress={quote(str(address), safe='@')}"
        on_the_device = programs.system_of(request) == "ios"
        host = "" if on_the_device else own_url(self._base_url)
        return {"profile": path.lstrip("/"), "qr": qr_code(host + path) if host else None}

    def _problem(self, problem: Problem, address: EmailAddress) -> Response:
        response = self._page(
            "problem.html",
            problem.status,
            address=address,
            typed=address.unicode,
            problem=problem,
            waterfall=waterfall(problem.look_up),
        )
        if problem.retry is not None:
            response.headers["Retry-After"] = str(problem.retry)
        return response

    def _page(self, template: str, status: int = 200, **content: Any) -> Response:
        embedded = parameter(request.args, "embed") == "1"
        language = chosen_language()
        look: Look = content.pop("look", None) or host_of_page(self._publisher)
        html = render_template(
            template,
            look=look,
            embedded=embedded,
            language=language,
            languages=LANGUAGES,
            link=_link,
            here="." if request.path == "/" else "setup",
            asked_language=asked_language(),
            page_files=f"page/{self._version}",
            program_name=programs.name,
            words=words,
            **content,
        )
        response = Response(html, status, content_type="text/html; charset=utf-8")
        ancestors = self._embedding if embedded else "'none'"
        response.headers["Content-Security-Policy"] = _POLICY.format(ancestors=ancestors)
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Cache-Control"] = PRIVATE if status == 200 else "no-store"
        response.headers["Content-Language"] = language
        response.headers["Vary"] = _VARY
        return response


def _link(path: str = "setup", **changes: str | None) -> str:
    """A link to this page with some parameters changed; relative, so that it holds below any prefix."""
    kept = {name: parameter(request.args, name) for name in ("emailaddress", "program", "embed")}
    kept["emailaddress"] = kept["emailaddress"] or parameter(request.args, "email")
    kept["lang"] = asked_language()
    chosen = {name: value for name, value in (kept | changes).items() if value}
    return f"{path}?{urlencode(chosen)}" if chosen else path


def _links(pages: tuple[Documentation, ...] | tuple[Enable, ...]) -> list[Link]:
    return [Link(page.url, spoken(page.texts)) for page in pages]
