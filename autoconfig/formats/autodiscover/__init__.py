"""Outlook Autodiscover, "plain old XML" (POX): MS-OXDSCLI 24.1."""

from autoconfig.formats.autodiscover.familiar import Requests
from autoconfig.formats.autodiscover.reading import (
    Answer,
    Redirect,
    Refused,
    parse,
)
from autoconfig.formats.autodiscover.request import MAX_REQUEST_BYTES, Request, parse_request, render_request
from autoconfig.formats.autodiscover.words import (
    INVALID_REQUEST,
    MEDIA_TYPE,
    MOBILESYNC_RESPONSE,
    OUTLOOK_RESPONSE,
    SCHEMA_NOT_OFFERED,
)
from autoconfig.formats.autodiscover.writing import fill_address, pieces, render, render_error, unsayable

__all__ = [
    "INVALID_REQUEST",
    "MAX_REQUEST_BYTES",
    "MEDIA_TYPE",
    "MOBILESYNC_RESPONSE",
    "OUTLOOK_RESPONSE",
    "SCHEMA_NOT_OFFERED",
    "Answer",
    "Redirect",
    "Refused",
    "Request",
    "Requests",
    "fill_address",
    "parse",
    "parse_request",
    "pieces",
    "render",
    "render_error",
    "render_request",
    "unsayable",
]
