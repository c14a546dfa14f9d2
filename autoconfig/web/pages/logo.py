"""The logo of a provider as an answer that can do no harm."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from autoconfig.errors import StoreError
from autoconfig.publish import Document
from autoconfig.stores.logo import read_logo
from autoconfig.web.answers import document_answer

if TYPE_CHECKING:
    from flask import Response

    from autoconfig.stores import Entry

logger = logging.getLogger(__name__)

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
"""A picture opened by itself is a document of our origin: nothing in it may run."""


def logo_answer(entry: Entry | None) -> Response | None:
    """The logo of a provider; None where it has none that can be shown."""
    try:
        logo = None if entry is None else read_logo(entry)
    except StoreError as error:
        logger.warning("%s", error)
        return None
    if logo is None:
        return None
    response = document_answer(Document.of(logo.body, logo.media_type))
    response.headers["Content-Security-Policy"] = _POLICY
    return response
