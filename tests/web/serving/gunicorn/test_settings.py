"""gunicorn's settings, and logs that hold no addresses."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest
from gunicorn.config import Config

from autoconfig.web.serving.gunicorn import JsonLogger, PrivateLogger, options_for
from autoconfig.web.serving.gunicorn.worker import PatientWorker

if TYPE_CHECKING:
    from collections.abc import Iterator


def config(log_level: str = "info", log_format: str = "text") -> Config:
    """gunicorn's configuration as the service sets it."""
    found = Config()
    for name, value in options_for("127.0.0.1:0", 2, 8, log_level, log_format).items():
        found.set(name, value)
    return found


@pytest.fixture
def logger() -> Iterator[PrivateLogger]:
    """The service's logger; gunicorn's own loggers are as before when the test is over."""
    names = ("gunicorn.error", "gunicorn.access")
    before = {
        name: (logging.getLogger(name).propagate, logging.getLogger(name).handlers[:]) for name in names
    }
    yield PrivateLogger(config())
    for name, (propagate, handlers) in before.items():
        found = logging.getLogger(name)
        found.propagate, found.handlers = propagate, handlers
        found.filters = []


def test_gunicorn_takes_every_option() -> None:
    found = config()
    assert (found.address, found.workers, found.threads) == ([("127.0.0.1", 0)], 2, 8)
    assert found.worker_class is PatientWorker
    assert found.logger_class is PrivateLogger
    assert found.forwarded_allow_ips == []
    assert found.graceful_timeout >= 10
    assert 5 < found.keepalive < 120
    assert found.max_requests_jitter < found.max_requests
    assert found.preload_app is False
    assert found.accesslog is None  # the application writes it


def test_json_logs_have_a_logger_of_their_own() -> None:
    assert config(log_format="json").logger_class is JsonLogger


@pytest.mark.parametrize("level", ["debug", "info", "warning", "error"])
def test_the_log_level_is_the_one_of_the_settings(level: str) -> None:
    assert config(level).loglevel == level


def test_a_request_that_cannot_be_read_is_logged_without_its_address(logger: PrivateLogger) -> None:
    records: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: records.append(record.getMessage())  # type: ignore[method-assign]
    logger.error_log.addHandler(handler)
    logger.warning("Invalid request: %s", "GET /mail/config-v1.1.xml?emailaddress=ada@example.com BAD")
    assert records == ["Invalid request: GET /mail/<address> BAD"]


@pytest.mark.parametrize("peer", ["192.0.2.7", "2001:db8::7", "::ffff:192.0.2.7"])
def test_who_sent_what_cannot_be_read_is_not_logged(logger: PrivateLogger, peer: str) -> None:
    records: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: records.append(record.getMessage())  # type: ignore[method-assign]
    logger.error_log.addHandler(handler)
    logger.warning("Invalid request from ip={ip}: {error}".format(ip=peer, error="No more data"))
    assert records == ["Invalid request: No more data"]


def test_gunicorns_own_access_log_would_hold_no_address_either(logger: PrivateLogger) -> None:
    records: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: records.append(record.getMessage())  # type: ignore[method-assign]
    logger.access_log.addHandler(handler)
    logger.access_log.info("%(r)s", {"r": "GET /x?emailaddress=ada@example.com HTTP/1.1"})
    assert records == ["GET /<address> HTTP/1.1"]


def test_setting_up_twice_filters_once(logger: PrivateLogger) -> None:
    before = len(logger.error_log.filters)
    logger.setup(logger.cfg)
    assert len(logger.error_log.filters) == before
