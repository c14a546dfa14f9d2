"""The languages of the page, and which of them a reader wants."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from flask import request
from flask_babel import Babel, gettext

from autoconfig.model.provider import best_text
from autoconfig.web.asking import parameter

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask import Flask

    from autoconfig.model import Texts

LANGUAGES: Mapping[str, str] = {
    "en": "English",
    "de": "Deutsch",
    "es": "Español",
    "fr": "Français",
    "it": "Italiano",
    "nl": "Nederlands",
    "pl": "Polski",
    "pt": "Português",
}
"""Each by its own name. English stands in the sources; the others have a catalogue."""

CATALOGUES = Path(__file__).with_name("translations")


class Spoken(NamedTuple):
    """A provider's own text, and its language where it is not the page's."""

    text: str
    language: str | None


def speak(app: Flask) -> None:
    """Let templates and views of an application speak the reader's language."""
    Babel(
        app,
        default_locale="en",
        default_translation_directories=str(CATALOGUES),
        locale_selector=chosen_language,
    )
    app.jinja_env.policies["ext.i18n.trimmed"] = True
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True


def asked_language() -> str | None:
    """The language of ``?lang=``; None where none of ours is named."""
    return _ours(parameter(request.args, "lang") or "")


def chosen_language() -> str:
    """The language asked for, else the first of the browser's that is one of ours, else English."""
    # Not werkzeug's best_match(): it prefers "en" that is named to "fr" that is meant by "fr-CA".
    wanted = (asked_language(), *map(_ours, request.accept_languages.values()))
    return next((language for language in wanted if language is not None), "en")


def _ours(tag: str) -> str | None:
    """The language of ours that a tag means (RFC 4647 §3.4)."""
    word = tag.strip().lower().replace("_", "-").partition("-")[0]
    return word if word in LANGUAGES else None


def readers_languages() -> tuple[str, ...]:
    """What the reader understands, best first, for texts that exist in other languages than ours."""
    return (chosen_language(), *request.accept_languages.values())


def spoken(texts: Texts) -> Spoken | None:
    """The text that the reader understands best; None where there is none."""
    text = best_text(texts, readers_languages())
    if text is None:
        return None
    language = next(entry.language for entry in texts if entry.text == text)
    return Spoken(text, None if (language or "").lower() == chosen_language() else language)


def _(message: str, **values: Any) -> str:
    """A text in the reader's language, with values put into its ``%(placeholders)s``."""
    return str(gettext(message, **values))
