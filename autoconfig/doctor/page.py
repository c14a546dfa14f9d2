"""The result as one page: no script, nothing from elsewhere, light and dark, and fit to be printed."""

from __future__ import annotations

import datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from autoconfig.doctor.predict import Outcome, shown
from autoconfig.doctor.words import in_short, login, name_of, place, said, security, summary
from autoconfig.model.address import to_unicode

if TYPE_CHECKING:
    from jinja2 import Template

    from autoconfig.doctor.checkup import Checkup

MARKS = {Outcome.CONFIGURES: "✓", Outcome.PARTLY: "~", Outcome.ASKS: "?", Outcome.FAILS: "✗"}
_MEANINGS = {
    Outcome.CONFIGURES: "sets up a working account by itself",
    Outcome.PARTLY: "sets up an account that lacks something",
    Outcome.ASKS: "finds nothing meant for it and asks for the servers",
    Outcome.FAILS: "finds something it cannot use",
}


def page(checkup: Checkup, now: datetime.datetime | None = None) -> bytes:
    """The page in UTF-8; ``now`` is when the domain was visited."""
    visited = datetime.datetime.now(datetime.UTC) if now is None else now
    text = _template().render(
        checkup=checkup,
        domain=to_unicode(checkup.domain),
        visited=visited.strftime("%Y-%m-%d %H:%M UTC"),
        summary=summary(checkup),
        marks=MARKS,
        meanings=_MEANINGS,
    )
    return text.encode()


@cache
def _template() -> Template:
    environment = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        loader=PackageLoader("autoconfig.doctor", "."),
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_finalized,
    )
    filters = (coded, shown, place, security, login, in_short, name_of, said)
    environment.filters |= {function.__name__: function for function in filters}
    return environment.get_template("page.html")


def coded(text: str) -> Markup:
    """A sentence of ours, with what stands between backticks as code."""
    parts = [escape(_finalized(part)) for part in text.split("`")]
    return Markup().join(
        Markup("<code>{}</code>").format(part) if place % 2 else part for place, part in enumerate(parts)
    )


def _finalized(value: Any) -> Any:
    """Texts of strangers without characters that are not for reading."""
    if type(value) is not str:
        return value
    return "".join(mark if mark.isprintable() else "\N{REPLACEMENT CHARACTER}" for mark in value)
