"""What people read, in both languages at once: gettext catalogues, French first.

A message is written in English in the code, `say("… {count} …", count=3)`, and found in French in
`locale/fr`. A parameter that is itself a `Text` is put in by language, so that numbers written with
`number()` or `percent()` follow each language's habits.
"""

from __future__ import annotations

import gettext
import re
import unicodedata
from functools import cache
from pathlib import Path

from grader.domain import Lang, Text

LOCALE = Path(__file__).with_name("locale")
NARROW_SPACE = "\u202f"


@cache
def _catalogue(lang: Lang) -> gettext.NullTranslations:
    return gettext.translation("grader", LOCALE, languages=[lang], fallback=lang == "en")


def translate(message: str, lang: Lang) -> str:
    return _catalogue(lang).gettext(message) if message else ""


def say(message: str, **parameters: object) -> Text:
    """The message in both languages. Parameters are filled in by `str.format`, never by the message's author."""
    return Text(*(_fill(translate(message, lang), lang, parameters) for lang in ("fr", "en")))


def say_n(singular: str, plural: str, count: int, **parameters: object) -> Text:
    """As `say`, choosing the form that fits `count`, which is available as `{count}`."""
    parameters = {"count": number(count), **parameters}
    return Text(*(_fill(_catalogue(lang).ngettext(singular, plural, count), lang, parameters) for lang in ("fr", "en")))


def _fill(sentence: str, lang: Lang, parameters: dict[str, object]) -> str:
    if not parameters:
        return sentence
    return sentence.format(
        **{key: value.in_(lang) if isinstance(value, Text) else value for key, value in parameters.items()}
    )


def plain(value: object) -> Text:
    """What needs no translation: a name, a shape, a piece of code."""
    return Text(str(value), str(value))


def number(value: float, decimals: int = 0) -> Text:
    """7850 → « 7 850 » and "7,850"; with decimals, a comma in French and a point in English."""
    english = f"{value:,.{decimals}f}"
    french = english.replace(",", NARROW_SPACE).replace(".", ",")
    return Text(french, english)


def percent(share: float, decimals: int = 1) -> Text:
    """0.921 → « 92,1 % » and "92.1%"."""
    figure = number(100 * share, decimals)
    return Text(f"{figure.fr}{NARROW_SPACE}%", f"{figure.en}%")


def join(parts: list[Text], separator: str = ", ") -> Text:
    """French sets a no-break space before a semicolon."""
    french = separator.replace(";", "\u00a0;")
    return Text(french.join(p.fr for p in parts), separator.join(p.en for p in parts))


_OBEYED = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"))  # controls, directions, half characters, line ends


def safe(text: str, most: int = 4000, keep_lines: bool = False) -> str:
    """Somebody else's text, fit to be shown: no control or direction characters that a terminal would obey."""
    kept = "".join(
        c for c in text[: 4 * most] if unicodedata.category(c) not in _OBEYED or (keep_lines and c in "\n\t")
    )
    return kept if len(kept) <= most else f"{kept[: most - 1]}…"


_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|[@-Z\\-_])")


def settled(text: str) -> str:
    """Printed text as a terminal would show it in the end: a progress bar's last state, no colours."""
    lines = _ESCAPES.sub("", text).replace("\b", "").replace("\r\n", "\n").split("\n")
    return "\n".join(line.rstrip("\r").rpartition("\r")[2] for line in lines)
