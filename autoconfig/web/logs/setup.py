"""How everything but the access log is written: to standard error, as text or as JSON."""

from __future__ import annotations

import datetime
import json
import logging
from typing import Any

from autoconfig.web.logs.private import without_addresses

_TEXT = {
    "format": "%(asctime)s [%(process)d] [%(levelname)s] %(message)s",
    "datefmt": "[%Y-%m-%d %H:%M:%S %z]",
}


class JsonFormatter(logging.Formatter):
    """One JSON object a line, addresses taken out."""

    def format(self, record: logging.LogRecord) -> str:
        """Write a record; a traceback becomes one text."""
        moment = datetime.datetime.fromtimestamp(record.created, datetime.UTC)
        content = {
            "time": moment.isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "process": record.process,
            "message": without_addresses(record.getMessage()),
        }
        if record.exc_info:
            lines = self.formatException(record.exc_info).splitlines()
            content["exception"] = "\n".join(map(without_addresses, lines))
        return json.dumps(content)


def logging_for(level: str, log_format: str, *others: str) -> dict[str, Any]:
    """A configuration for ``logging.config.dictConfig``: ours, and the loggers of the server, ``others``."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "log": {"()": JsonFormatter} if log_format == "json" else _TEXT,
        },
        "handlers": {
            "err": {"class": "logging.StreamHandler", "formatter": "log", "stream": "ext://sys.stderr"},
        },
        "loggers": {
            name: {"handlers": ["err"], "level": level.upper(), "propagate": False}
            for name in ("autoconfig", *others)
        },
    }
