"""Apple profiles: one file that sets up mail, calendars and address books of one mailbox."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, request

from autoconfig.errors import ValueRefused
from autoconfig.formats import mobileconfig
from autoconfig.web.answers import document_answer, text_answer
from autoconfig.web.asking import asked, parameter
from autoconfig.web.documents import NOT_SERVED
from autoconfig.web.paths import PROFILE_PATH

if TYPE_CHECKING:
    from autoconfig.publish import Publisher
    from autoconfig.web.customers import Customers


def profiles(publisher: Publisher, customers: Customers) -> Blueprint:
    """The URL that a person with an Apple device opens."""
    blueprint = Blueprint("profiles", __name__)

    def profile() -> Response:
        try:
            wanted = customers.placed(asked(request.args, request.environ.get("HTTP_HOST", "")))
            name = _name()
        except ValueRefused as error:
            return text_answer(400, str(error))
        if wanted is None or wanted.address is None:
            return text_answer(400, "Say whose profile is wanted: ?emailaddress=you@example.com.")
        document = publisher.mobileconfig(wanted.address, name, wanted.mx_domain)
        if document is not None:
            response = document_answer(document)
            # The domain alone: the name of a file is seen by more people than what is in it.
            response.headers["Content-Disposition"] = f'attachment; filename="{wanted.domain}.mobileconfig"'
            return response
        provider = publisher.provider(wanted.domain, wanted.mx_domain, wanted.address)
        unsayable = "" if provider is None else mobileconfig.unsayable(provider, wanted.address)
        return text_answer(404, unsayable or NOT_SERVED)

    blueprint.add_url_rule(PROFILE_PATH, view_func=profile)
    return blueprint


def _name() -> str | None:
    """How the person is called, None where nothing is said. Raises ValueRefused."""
    text = parameter(request.args, "name")
    if text is not None and "\ufffd" in text:
        raise ValueRefused("The name is not UTF-8.")
    return None if text is None else mobileconfig.checked_name(text)
