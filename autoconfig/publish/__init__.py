"""Address and format to document bytes: the one way, for web, commands and export alike."""

from autoconfig.publish.document import (
    MAX_AGE,
    PRIVATE,
    PUBLIC,
    PUBLIC_AS_IT_IS,
    Document,
    etag_of,
)
from autoconfig.publish.kept import KEPT_DOCUMENTS
from autoconfig.publish.publisher import Publisher
from autoconfig.publish.rollover import rollover

__all__ = [
    "KEPT_DOCUMENTS",
    "MAX_AGE",
    "PRIVATE",
    "PUBLIC",
    "PUBLIC_AS_IT_IS",
    "Document",
    "Publisher",
    "etag_of",
    "rollover",
]
