"""``mailconf=<URL>`` in a TXT record of the domain: where its autoconfig document is."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from autoconfig.doctor.look import Look, Search
    from autoconfig.doctor.ways.documents import Documents

_MARK = "mailconf="


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailconf:
    """The record, and the document read as the program reads its others."""

    documents: Documents
    family: str = "mailconf"

    async def look(self, search: Search) -> list[Look]:
        """One look, or none where there is no record."""
        answer = await search.visit.records(search.domain, "TXT")
        texts = (record for record in answer.records if isinstance(record, str))
        url = next((text[len(_MARK) :].strip() for text in texts if text.lower().startswith(_MARK)), "")
        if not url.startswith(("https://", "http://")):
            return []
        # Braces would be taken for a template.
        documents = replace(self.documents, urls=(url.replace("{", "%7B").replace("}", "%7D"),))
        return [replace(look, way="mailconf") for look in await documents.look(search)]
