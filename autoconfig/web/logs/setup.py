"""Where logs go and how they look: the access log to standard output, everything else to standard error."""

from __future__ import annotations

import datetime
import json
import logging
from typing import Any

from autoconfig.web.logs.access import ACCESS
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
    handler = {"class": "logging.StreamHandler", "formatter": "log", "stream": "ext://sys.stderr"}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {"format": "%(message)s"},
            "log": {"()": JsonFormatter} if log_format == "json" else _TEXT,
        },
        "handlers": {
            "out": {"class": "logging.StreamHandler", "formatter": "line", "stream": "ext://sys.stdout"},
            "err": handler,
        },
        "loggers": {
            ACCESS: {"handlers": ["out"], "level": "INFO", "propagate": False},
            **{
                name: {"handlers": ["err"], "level": level.upper(), "propagate": False}
                for name in ("autoconfig", *others)
            },
        },
    }
