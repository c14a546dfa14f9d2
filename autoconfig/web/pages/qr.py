"""A QR code as SVG that stands in the page itself."""

from __future__ import annotations

from markupsafe import Markup

MOST_CHARACTERS = 600
"""A phone still reads a code of this size from a screen."""


def qr_code(url: str) -> Markup | None:
    """The code of a URL; None for one too long to be read by a phone."""
    if len(url) > MOST_CHARACTERS:
        return None
    import segno  # here: most readers are not sent to another device

    code = segno.make(url, micro=False, error="l", boost_error=True)
    # Always dark on light, with the quiet zone of ISO/IEC 18004: few phones read it the other way round.
    return Markup(code.svg_inline(border=4, dark="#000", light="#fff", omitsize=True, svgclass="qr"))  # noqa: S704
