"""Requests and readings that several files of these tests need."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, NamedTuple

from lxml import etree

from autoconfig.web.front import Front

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication
    from flask import Flask
    from werkzeug.test import TestResponse

CONFIG = "/mail/config-v1.1.xml"
WELL_KNOWN = "/.well-known/autoconfig/mail/config-v1.1.xml"
POX = "/autodiscover/autodiscover.xml"
JSON = "/autodiscover/autodiscover.json"

TEXT = "text/plain; charset=utf-8"
XML = "text/xml; charset=utf-8"


class Answer(NamedTuple):
    """What a WSGI application said, to the letter."""

    status: str
    headers: list[tuple[str, str]]
    body: bytes

    @property
    def code(self) -> int:
        """The status as a number."""
        return int(self.status[:3])

    @property
    def media_type(self) -> str:
        """The Content-Type, empty where there is none."""
        return next((value for name, value in self.headers if name.lower() == "content-type"), "")


def call(application: WSGIApplication, environ: dict[str, object]) -> Answer:
    """Hand a WSGI application exactly this environment; no client library tidies it first."""
    said: list[tuple[str, list[tuple[str, str]]]] = []

    def start_response(status: str, headers: list[tuple[str, str]], exc_info: object = None) -> None:
        said.append((status, headers))

    chunks = application(environ, start_response)  # type: ignore[arg-type]
    try:
        body = b"".join(chunks)
    finally:
        if hasattr(chunks, "close"):
            chunks.close()
    assert len(said) == 1
    return Answer(*said[0], body)


def front_of(app: Flask) -> Front:
    """The door of an application."""
    assert isinstance(app.wsgi_app, Front)
    return app.wsgi_app


def uncounted(_path: str, _agent: str, _status: str, _seconds: float) -> None:
    """Counts nothing."""


def environ_of(
    path: str,
    *,
    method: str = "GET",
    query: str = "",
    host: str | None = "localhost",
    headers: dict[str, str] | None = None,
    body: bytes = b"",
    chunked: bool = False,
) -> dict[str, object]:
    """A WSGI environment as gunicorn makes it; texts are bytes in latin-1, nothing is checked."""
    environ: dict[str, object] = {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8000",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "192.0.2.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        "wsgi.input_terminated": True,
    }
    if host is not None:
        environ["HTTP_HOST"] = host
    if chunked:
        environ["HTTP_TRANSFER_ENCODING"] = "chunked"
    elif body:
        environ["CONTENT_LENGTH"] = str(len(body))
    for name, value in (headers or {}).items():
        key = name.upper().replace("-", "_")
        environ[key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"] = value
    return environ


class Written(NamedTuple):
    """What a client configuration document says, as far as these tests look."""

    version: str | None
    domains: list[str | None]
    servers: list[tuple[str | None, str | None]]
    """Type and host name or URL, in the order of the document."""


def written(response: TestResponse) -> Written:
    """Read a client configuration document that was answered with 200 and the right type."""
    assert response.status_code == 200
    assert response.content_type == XML
    root = etree.fromstring(response.data)
    assert root.tag == "clientConfig"
    servers = [
        (element.get("type"), element.findtext("hostname") or element.findtext("url"))
        for element in root.iter("incomingServer", "outgoingServer", "calendar", "addressbook")
    ]
    return Written(root.get("version"), [element.text for element in root.iter("domain")], servers)


def assert_plain_no(response: TestResponse, status: int) -> None:
    """A "no" that no mail client takes for a document, and that nobody keeps."""
    assert response.status_code == status
    assert response.content_type == TEXT
    assert response.headers["Cache-Control"] == "no-store"
    assert "ETag" not in response.headers
    assert response.text.count("\n") == 1
    assert "<" not in response.text
