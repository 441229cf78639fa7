"""The language of what learners read: sentences in the code are English, catalogues in locale/ translate them."""

import gettext
import os
from pathlib import Path

LOCALE = Path(__file__).with_name("locale")
_catalogue: gettext.NullTranslations = gettext.NullTranslations()


def speak(language: str | None = None, folder: Path = LOCALE) -> None:
    """Choose the language: a code such as "zh", or None for CHAINRULE_LANG and then the system's."""
    global _catalogue
    chosen = language or os.environ.get("CHAINRULE_LANG")
    _catalogue = gettext.translation("chainrule", folder, [chosen] if chosen else None, fallback=True)


def _(text: str) -> str:
    """The text in the chosen language."""
    return _catalogue.gettext(text) if text else text


speak()
