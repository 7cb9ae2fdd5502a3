"""One way of writing a word, whatever its capitals, accents and typography."""

from __future__ import annotations

import re
import unicodedata

_NOT_WORD = re.compile(r"[\W_]+")
_PLACEHOLDER = re.compile(
    r"todo|to do|fixme|xxx|none|null|vide|a (?:completer|remplir|faire|rediger)|completer|(?:votre|ma) reponse(?: ici)?"
    r"|reponse ici|to be completed|fill (?:in|me)|your answer(?: here)?|"
)


def fold(text: str) -> str:
    """Return `text` without accents or capitals; compatibility forms (…, ², full-width) in their plain spelling."""
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()


def key_of(text: str) -> str:
    """Return the form under which the key of an answer is compared: `Paramètres` and `parametres` are one key."""
    return _NOT_WORD.sub("_", fold(text)).strip("_")


def is_blank(text: str) -> bool:
    """Return True where nothing was answered: punctuation alone, or the stub's placeholder left as it was."""
    if len(text) > 60:
        return not text.strip()
    return _PLACEHOLDER.fullmatch(_NOT_WORD.sub(" ", fold(text)).strip()) is not None
