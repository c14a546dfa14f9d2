"""The Flask application, made by a function so that tests and servers get one of their own."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException
from werkzeug.wsgi import get_path_info

from autoconfig.publish import Publisher
from autoconfig.settings import Settings
from autoconfig.stores import open_stores
from autoconfig.web.answers import text_answer
from autoconfig.web.asking import AnyBytesRequest
from autoconfig.web.autodiscover import autodiscovery
from autoconfig.web.documents import documents
from autoconfig.web.front import Front
from autoconfig.web.operations import operations
from autoconfig.web.pages import pages
from autoconfig.web.proxies import TrustedProxies
from autoconfig.web.wellknown import well_known

if TYPE_CHECKING:
    from flask import Request
    from werkzeug.routing import MapAdapter

    from autoconfig.stores import Store

logger = logging.getLogger(__name__)

_SENTENCES = {
    400: "The request cannot be understood.",
    404: "There is nothing here.",
    405: "This address does not know that method.",
    413: "The request is too large.",
}


class _Application(Flask):
    """Flask, forgiving about what no route depends on: the bytes of the query and the Host header."""

    request_class = AnyBytesRequest

    def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
        """Match routes by path and method alone; werkzeug refuses requests for an odd Host."""
        if request is None:
            return super().create_url_adapter(None)
        path = get_path_info(request.environ)
        return self.url_map.bind("localhost", path_info=path, default_method=request.method)


def create_app(settings: Settings | None = None, store: Store | None = None) -> Flask:
    """Make the web service.

    ``settings`` come from the environment and the store from ``settings`` where they are not given; the
    store is followed for changes from now on. Raises SettingsError or StoreError.
    """
    settings = Settings.from_environment() if settings is None else settings
    store = open_stores(settings.providers) if store is None else store
    publisher = Publisher(store)
    app = _Application(__name__, static_folder=None)
    # An automatic 2xx to OPTIONS would be a "yes" that nobody meant.
    app.config["PROVIDE_AUTOMATIC_OPTIONS"] = False
    app.url_map.merge_slashes = False
    app.url_map.strict_slashes = True
    app.register_blueprint(documents(publisher))
    app.register_blueprint(autodiscovery(publisher, settings.base_url))
    app.register_blueprint(well_known(publisher))
    app.register_blueprint(operations(store))
    app.register_blueprint(pages(store, settings.base_url))
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _bug)
    wsgi = Front(app.wsgi_app, publisher)
    app.wsgi_app = TrustedProxies(wsgi, settings.trusted_proxies) if settings.trusted_proxies else wsgi  # type: ignore[method-assign]
    store.watch()
    return app


def _http_error(error: HTTPException) -> Response:
    """Never HTML: mail clients take any page for a document."""
    status = error.code or 500
    response = text_answer(status, _SENTENCES.get(status, f"{error.name}."))
    for name, value in error.get_headers():
        if name == "Allow":
            response.headers[name] = value
    return response


def _bug(error: Exception) -> Response:
    # The endpoint, not the path: a path may hold an address.
    logger.error("the view %s failed", request.endpoint, exc_info=error)
    return text_answer(500, "Something went wrong here; the operator can find it in the log.")
