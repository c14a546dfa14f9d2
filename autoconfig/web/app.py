"""The Flask application, made by a function so that tests and servers get one of their own."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException
from werkzeug.routing import PathConverter
from werkzeug.wsgi import get_path_info

from autoconfig.errors import StoreDown
from autoconfig.publish import Publisher
from autoconfig.settings import Settings
from autoconfig.signing import Signer, open_signer
from autoconfig.stores import open_stores, pulses_of
from autoconfig.web.answers import problem_answer, text_answer
from autoconfig.web.asking import STORE_DOWN, AnyBytesRequest
from autoconfig.web.autodiscover import autodiscovery
from autoconfig.web.certificates import certificates
from autoconfig.web.customers import Customers
from autoconfig.web.documents import documents
from autoconfig.web.front import Front
from autoconfig.web.metrics import Meter, counting
from autoconfig.web.metrics.exposition import metrics
from autoconfig.web.openapi import openapi
from autoconfig.web.operations import operations
from autoconfig.web.pages import pages
from autoconfig.web.profiles import profiles
from autoconfig.web.proxies import TrustedProxies
from autoconfig.web.quick import QuickWay
from autoconfig.web.wellknown import well_known

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Request
    from werkzeug.routing import MapAdapter

    from autoconfig.stores import Store
    from autoconfig.web.documents import Directory
    from autoconfig.web.front import AnswersPlainly
    from autoconfig.web.limits import Limited
    from autoconfig.web.network import Network
    from autoconfig.web.strangers.cache import MemoryCache
    from autoconfig.web.strangers.mx_rule import AsksMx
    from autoconfig.web.strangers.service import Resolving

logger = logging.getLogger(__name__)

_SENTENCES = {
    400: "The request cannot be understood.",
    404: "There is nothing here.",
    405: "This address does not know that method.",
    413: "The request is too large.",
}

_API = "/api/"

THREADS = 8
"""How many requests a process answers at once where nobody says."""


class _Anything(PathConverter):
    """The rest of a path, line breaks and slashes included: it is judged by who reads it."""

    regex = r"[^/][\s\S]*?"


class _Application(Flask):
    """Flask, forgiving about what no route depends on: the bytes of the query and the Host header."""

    request_class = AnyBytesRequest

    def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
        """Match routes by path and method alone; werkzeug refuses requests for an odd Host."""
        if request is None:
            return super().create_url_adapter(None)
        path = get_path_info(request.environ)
        return self.url_map.bind("localhost", path_info=path, default_method=request.method)


def create_app(
    settings: Settings | None = None,
    store: Store | None = None,
    *,
    memory: MemoryCache | None = None,
    resolver: Resolving | None = None,
    asks_mx: AsksMx | None = None,
    signer: Signer | None = None,
    meter: Meter | None = None,
    threads: int = THREADS,
    is_stopping: Callable[[], bool] = lambda: False,
) -> Flask:
    """Make the web service.

    ``settings`` come from the environment and the store from ``settings`` where they are not given; the
    store is followed for changes from now on. ``memory`` is what several processes share about strangers;
    ``resolver`` is asked about strangers, ``asks_mx`` for MX records, instead of the network; ``signer``
    signs Apple profiles instead of one made of the settings; ``meter`` counts for several processes;
    ``threads`` is how many requests this process answers at once; ``is_stopping`` tells ``/readyz`` that
    the service is about to end. Raises SettingsError or StoreError.
    """
    settings = Settings.from_environment() if settings is None else settings
    store = open_stores(settings.providers) if store is None else store
    publisher = Publisher(store, signer or open_signer(settings))
    meter = Meter() if meter is None else meter
    app = _Application(__name__, static_folder=None)
    # An automatic 2xx to OPTIONS would be a "yes" that nobody meant.
    app.config["PROVIDE_AUTOMATIC_OPTIONS"] = False
    app.url_map.converters["anything"] = _Anything
    app.url_map.merge_slashes = False
    app.url_map.strict_slashes = True
    network = _network(settings, store, memory, meter)
    limited = None if network is None else network.limited(resolver)
    customers = Customers(store) if network is None else network.customers(threads, asks_mx)
    directory = _register_api(app, settings, limited)
    app.register_blueprint(documents(publisher, customers, directory))
    app.register_blueprint(autodiscovery(publisher, customers, settings.base_url))
    app.register_blueprint(well_known(publisher))
    app.register_blueprint(profiles(publisher, customers))
    app.register_blueprint(operations(store, is_stopping))
    app.register_blueprint(metrics(meter, store))
    app.register_blueprint(certificates(publisher, customers, settings.base_url))
    app.register_blueprint(openapi(settings))
    app.register_blueprint(pages(publisher, settings, limited, customers if limited is None else None))
    app.before_request(_not_twice)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(StoreDown, _store_down)
    app.register_error_handler(Exception, _bug)
    count = counting(meter, pulses_of(store))
    wsgi: AnswersPlainly = Front(app.wsgi_app, QuickWay(publisher, settings.base_url), count)
    if settings.trusted_proxies:
        wsgi = TrustedProxies(wsgi, settings.trusted_proxies)
    app.wsgi_app = wsgi  # type: ignore[method-assign]
    store.watch()
    return app


def _network(settings: Settings, store: Store, memory: MemoryCache | None, meter: Meter) -> Network | None:
    """What asks the network, None where nothing may; then nothing of it is loaded."""
    if not settings.asks_network:
        return None
    from autoconfig.web.network import Network

    return Network(settings, store, memory, meter)


def _register_api(app: Flask, settings: Settings, limited: Limited | None) -> Directory | None:
    """Register the API; return what answers for strangers in the directory."""
    if limited is None:
        return None
    from autoconfig.web.api import api
    from autoconfig.web.directory import directory

    app.extensions["strangers"] = limited.strangers
    app.register_blueprint(api(limited.strangers, limited.limiter))
    return directory(limited.strangers, limited.limiter) if settings.resolve == "directory" else None


def _not_twice() -> None:
    """Where the short way has asked the store in vain: a source that is slow would take as long again."""
    down: StoreDown | None = request.environ.get(STORE_DOWN)
    if down is not None:
        raise down


def _error(status: int, sentence: str) -> Response:
    answer = problem_answer if request.path.startswith(_API) else text_answer
    return answer(status, sentence)


def _http_error(error: HTTPException) -> Response:
    """Never HTML: mail clients take any page for a document."""
    status = error.code or 500
    response = _error(status, _SENTENCES.get(status, f"{error.name}."))
    for name, value in error.get_headers():
        if name == "Allow":
            # Sorted: werkzeug has them in a set, and replicas shall answer alike.
            response.headers[name] = ", ".join(sorted(value.split(", ")))
    return response


def _store_down(_down: StoreDown) -> Response:
    """Not 404, which would be a "no": whoever stands before us may ask another replica, or later."""
    response = _error(503, "The settings cannot be looked up just now; try again in a moment.")
    response.headers["Retry-After"] = "5"
    return response


def _bug(error: Exception) -> Response:
    # The endpoint, not the path: a path may hold an address.
    logger.error("the view %s failed", request.endpoint, exc_info=error)
    return _error(500, "Something went wrong here; the operator can find it in the log.")
