"""PACC: one JSON document for a mail domain, its SHA-256 in the DNS.

draft-ietf-mailmaint-pacc-03 is written. Read are also -02, which said ``smtp`` for ``submit``, and the
individual draft of 2025 (draft-bucksch-mailmaint-pacc-00), which has another shape.
"""

from autoconfig.formats.pacc.reading import parse
from autoconfig.formats.pacc.record import digest, digests_of, text_of, txt_record
from autoconfig.formats.pacc.rollover import STILL_SERVED, PastDigest, Rollover
from autoconfig.formats.pacc.words import MEDIA_TYPE
from autoconfig.formats.pacc.writing import render, unsayable

__all__ = [
    "MEDIA_TYPE",
    "STILL_SERVED",
    "PastDigest",
    "Rollover",
    "digest",
    "digests_of",
    "parse",
    "render",
    "text_of",
    "txt_record",
    "unsayable",
]
