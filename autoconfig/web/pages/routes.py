"""The pages and their files over HTTP."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from flask import Blueprint, Flask, Response, request, stream_with_context

from autoconfig.errors import AddressError
from autoconfig.formats import clients
from autoconfig.web.answers import text_answer
from autoconfig.web.asking import address_of, asked_by, parameter
from autoconfig.web.pages import colour
from autoconfig.web.pages.files import StaticFiles, sheet_answer
from autoconfig.web.pages.finding import Finder, Finding, Problem
from autoconfig.web.pages.languages import speak
from autoconfig.web.pages.logo import logo_answer
from autoconfig.web.pages.progress import MEDIA_TYPE, progress
from autoconfig.web.pages.snippets import snippet
from autoconfig.web.pages.trail import Trail
from autoconfig.web.pages.views import Views

if TYPE_CHECKING:
    from flask.blueprints import BlueprintSetupState

    from autoconfig.publish import Publisher
    from autoconfig.settings import Settings
    from autoconfig.web.asking import Asked
    from autoconfig.web.customers import Customers
    from autoconfig.web.limits import Limited

SETUP_PATH = "/setup"
FILES_PATH = "/page"

_NOTHING_HERE = "There is nothing here."
_HEX = frozenset("0123456789abcdef")


def pages(
    publisher: Publisher,
    settings: Settings,
    limited: Limited | None = None,
    customers: Customers | None = None,
) -> Blueprint:
    """The page for people, at ``/`` and ``/setup``.

    ``customers`` knows domains nobody lists where no resolver is asked, which knows them too.
    """
    # The path of the templates is that of the package "web", where all of them are.
    blueprint = Blueprint("pages", __name__, template_folder="../templates")
    blueprint.record_once(_set_up)
    files = StaticFiles()
    views = Views(publisher, settings, files.version)
    finder = Finder(publisher, limited)

    def home() -> Response:
        return views.home()

    def setup() -> Response:
        wanted = _asked(views, customers)
        if isinstance(wanted, Response):
            return wanted
        return views.show(_find(finder, wanted), wanted)

    def live() -> Response:
        wanted = _asked(views, customers)
        if isinstance(wanted, Response):
            return _in_one_line(wanted)
        return _told_live(finder, views, wanted)

    def configuration(program: str) -> Response:
        if program not in clients.PROGRAMS:
            return text_answer(404, _NOTHING_HERE)
        wanted = _asked(views, customers)
        if isinstance(wanted, Response):
            return text_answer(400, "Say whose settings are wanted: ?emailaddress=you@example.com.")
        return _attachment(_find(finder, wanted), program)

    def static_file(version: str, name: str) -> Response:
        return files.answer(version, name) or text_answer(404, _NOTHING_HERE)

    def colour_sheet(digits: str) -> Response:
        if len(digits) != 6 or not _HEX.issuperset(digits):
            return text_answer(404, _NOTHING_HERE)
        return sheet_answer(colour.style_sheet(f"#{digits}"))

    def logo(domain: str) -> Response:
        return logo_answer(publisher.store.find(domain)) or text_answer(404, _NOTHING_HERE)

    blueprint.add_url_rule("/", view_func=home)
    blueprint.add_url_rule(SETUP_PATH, view_func=setup)
    blueprint.add_url_rule(f"{SETUP_PATH}/progress", view_func=live)
    blueprint.add_url_rule(f"{SETUP_PATH}/configuration/<program>", view_func=configuration)
    blueprint.add_url_rule(f"{FILES_PATH}/<version>/<name>", view_func=static_file)
    blueprint.add_url_rule(f"{FILES_PATH}/colour/<digits>.css", view_func=colour_sheet)
    blueprint.add_url_rule(f"{FILES_PATH}/logo/<domain>", view_func=logo)
    return blueprint


def _set_up(state: BlueprintSetupState) -> None:
    assert isinstance(state.app, Flask)
    speak(state.app)


def _asked(views: Views, customers: Customers | None) -> Asked | Response:
    """Whose settings are wanted, or the page that says what is wrong with the address."""
    try:
        address = address_of(request.args)
    except AddressError as error:
        return views.wrong_address(str(error))
    if address is None:
        return views.no_address()
    wanted = asked_by(address, request.environ.get("HTTP_HOST", ""))
    assert wanted is not None  # with an address there is a domain
    return wanted if customers is None else customers.placed(wanted)


def _find(finder: Finder, wanted: Asked) -> Finding | Problem:
    return finder.find(wanted, request.remote_addr, Trail(), again=_again())


def _again() -> bool:
    return parameter(request.args, "again") == "1"


def _told_live(finder: Finder, views: Views, wanted: Asked) -> Response:
    client, again = request.remote_addr, _again()

    def find(trail: Trail) -> Finding | Problem:
        return finder.find(wanted, client, trail, again=again)

    def show(found: Finding | Problem) -> dict[str, Any]:
        return _page(views.show(found, wanted))

    response = Response(stream_with_context(progress(find, show)), content_type=MEDIA_TYPE)
    return _uncached(response)


def _in_one_line(page: Response) -> Response:
    return _uncached(Response(json.dumps(_page(page)) + "\n", content_type=MEDIA_TYPE))


def _page(response: Response) -> dict[str, Any]:
    """A page as the last line of a look-up, with the URL that leads to it."""
    query = urlencode([(key, value) for key, value in request.args.items(multi=True)])
    return {"page": response.get_data(as_text=True), "status": response.status_code, "url": f"setup?{query}"}


def _uncached(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    # nginx would keep the lines until the last one.
    response.headers["X-Accel-Buffering"] = "no"
    return response


def _attachment(found: Finding | Problem, program: str) -> Response:
    """The configuration of a program, to be saved; a page would be saved in its place."""
    if isinstance(found, Problem):
        return _no_attachment(found, program)
    written = snippet(found.account, program)
    if written is None:
        return text_answer(404, f"{program} cannot use these servers.")
    response = text_answer(200, "")
    response.set_data(written.text)
    response.headers["Content-Disposition"] = f'attachment; filename="{program}.conf"'
    return response


def _no_attachment(problem: Problem, program: str) -> Response:
    if problem.retry is None:
        return text_answer(problem.status, f"There are no settings for {program}.")
    response = text_answer(problem.status, f"There are no settings just now; try again in {problem.retry} s.")
    response.headers["Retry-After"] = str(problem.retry)
    return response
