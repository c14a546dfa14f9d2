"""What each format can carry of a provider: its document is read back and held against the provider.

Nothing here knows beforehand what a format leaves out. A renderer or reader that changes changes the answer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from autoconfig.advice.losses.comparison import lost
from autoconfig.advice.losses.said import FORMATS, Asking, said

if TYPE_CHECKING:
    from autoconfig.model import Provider, Remark

__all__ = ["FORMATS", "Asking", "losses", "lost", "said"]


def losses(provider: Provider, format_name: str, asking: Asking) -> list[Remark]:
    """Every fact of a provider that a format does not say, each with its path in the provider file.

    Raises NothingFound, in one sentence, where the format has no document of the provider at all, and
    ValueRefused where its document would hold something that cannot be written safely.
    """
    return list(lost(provider, said(provider, format_name, asking), asking))
