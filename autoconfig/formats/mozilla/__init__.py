"""Mozilla autoconfig, the client configuration XML, versions 1.1 and 1.2.

draft-ietf-mailmaint-autoconfig-06; Thunderbird's ISPDB for what documents really hold.
"""

from autoconfig.formats.mozilla.reading import parse
from autoconfig.formats.mozilla.writing import MEDIA_TYPE, render

__all__ = ["MEDIA_TYPE", "parse", "render"]
