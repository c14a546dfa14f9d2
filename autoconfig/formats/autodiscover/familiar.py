"""Requests of mail programs met before, read without a parser.

A program posts the same bytes for every user, around another address. What it means is read with the XML
parser once; then the bytes are enough. Parsing costs more than all the rest of an answer.
"""

from __future__ import annotations

import re

from autoconfig.errors import FormatError
from autoconfig.formats.autodiscover.request import Request, parse_request
from autoconfig.model import EmailAddress
from autoconfig.model.address import PLAIN_ADDRESS, SURELY_SHORT

MOST_FRAMES = 64
"""Outlook and its imitators have about a dozen; more are kept of nobody's."""
LONGEST_FRAME = 4096
"""Bytes."""

# Letters that are themselves wherever text may stand in XML, so that another address changes nothing else.
_MARK = b"EMailAddress>"
_ADDRESS = re.compile(PLAIN_ADDRESS.encode() + b"<")
_OTHER = EmailAddress("frame", "autodiscover.invalid")
_IN_FRAME = str(_OTHER).encode()
# In some encodings a hyphen or a letter begins something else.
_UTF_8 = re.compile(rb"\s*<(?:\?xml version=[\"']1\.0[\"'](?: encoding=[\"'](?i:utf-8)[\"'])? ?\?>|[A-Za-z])")


class Requests:
    """Reads requests, and remembers the frames of their addresses. Safe to use from many threads."""

    def __init__(self) -> None:
        self._schemas: dict[tuple[bytes, bytes], str] = {}
        """By the bytes before the address and after it."""

    def read(self, data: bytes) -> Request:
        """The same as :func:`parse_request`, and the same errors."""
        found = _ADDRESS.match(data, data.find(_MARK) + len(_MARK))
        if found is None:
            return parse_request(data)
        start, end = found.span()
        end -= 1
        if end - start > SURELY_SHORT:
            return parse_request(data)
        frame = data[:start], data[end:]
        schema = self._schemas.get(frame)
        if schema is not None:
            local_part, domain = found.groups()
            return Request(EmailAddress(local_part.decode(), domain.decode().lower()), schema)
        request = parse_request(data)
        if len(data) <= LONGEST_FRAME and str(request.address).encode() == data[start:end] != _IN_FRAME:
            self._remember(frame, request.schema)
        return request

    def _remember(self, frame: tuple[bytes, bytes], schema: str) -> None:
        """Remember a frame if it is one: around another address in the same place it means the same."""
        before, after = frame
        if _UTF_8.match(before) is None:
            return
        try:
            request = parse_request(before + _IN_FRAME + after)
        except FormatError:
            return
        if request == (_OTHER, schema):
            if len(self._schemas) >= MOST_FRAMES:
                self._schemas.clear()
            self._schemas[frame] = schema
