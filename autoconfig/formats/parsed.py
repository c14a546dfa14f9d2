"""What reading a provider's document gives: the value, and what was odd about the document."""

from __future__ import annotations

from dataclasses import dataclass, replace

from autoconfig.model import Provider, Remark


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """A provider read from a document, with a remark for everything that was dropped or mended."""

    provider: Provider
    remarks: tuple[Remark, ...] = ()

    def from_source(self, source: str) -> Parsed:
        """The same, every remark naming the file or address it came from."""
        return replace(self, remarks=tuple(replace(remark, source=source) for remark in self.remarks))
