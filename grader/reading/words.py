"""One way of writing a word, whatever its capitals, accents and typography."""

from __future__ import annotations

import re
import unicodedata

_NOT_WORD = re.compile(r"[\W_]+")
_EMPTY = frozenset(
    "todo|fixme|xxx|a completer|a remplir|a faire|a rediger|completer|votre reponse|votre reponse ici|reponse ici|"
    "ma reponse|to do|to be completed|fill in|fill me|your answer|your answer here|none|null|vide".split("|")
)


def fold(text: str) -> str:
    """`text` without accents or capitals; compatibility forms (…, ², full-width) in their plain spelling."""
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()


def key_of(text: str) -> str:
    """The form under which the key of an answer is compared: `Paramètres` and `parametres` are one key."""
    return _NOT_WORD.sub("_", fold(text)).strip("_")


def is_blank(text: str) -> bool:
    """True where nothing was answered: punctuation alone, or the stub's placeholder left as it was."""
    if len(text) > 60:
        return not text.strip()
    return _NOT_WORD.sub(" ", fold(text)).strip() in _EMPTY | {""}
