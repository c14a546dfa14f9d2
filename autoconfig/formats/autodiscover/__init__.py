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
from autoconfig.formats.autodiscover.writing import (
    Form,
    fill_address,
    form_of,
    render,
    render_error,
    unsayable,
)

__all__ = [
    "INVALID_REQUEST",
    "MAX_REQUEST_BYTES",
    "MEDIA_TYPE",
    "MOBILESYNC_RESPONSE",
    "OUTLOOK_RESPONSE",
    "SCHEMA_NOT_OFFERED",
    "Answer",
    "Form",
    "Redirect",
    "Refused",
    "Request",
    "Requests",
    "fill_address",
    "form_of",
    "parse",
    "parse_request",
    "render",
    "render_error",
    "render_request",
    "unsayable",
]
