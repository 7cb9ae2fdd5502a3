"""An answer in words, cut into clauses of one spelling: "C'est convexe ; mais pas en b" makes « ce est convexe » and
« pas en b », which begins with "mais"."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from grader.language import vocabulary as v
from grader.language.words import fold


@dataclass(frozen=True, slots=True)
class Clause:
    """A stretch of words with one statement at most; `opener` is the conjunction before it, `mark` what ends it."""

    text: str
    opener: str
    mark: str

    @property
    def words(self) -> list[str]:
        """Return the words of the clause."""
        return self.text.split()


# ── One spelling ────────────────────────────────────────────────────────────────────────────────

_APOSTROPHES = re.compile("[\u2018\u2019\u02bc\u00b4`]")
_SYMBOLS = re.compile(r"^[^\w\n([?]+", re.MULTILINE)  # bullets, quotes and pictures before the words
_HYPHEN = re.compile("[-\u2010\u2011]")
_BLANKS = re.compile(r"[ \t\xa0]+")
_REWRITES = (
    (re.compile(r'[*_~"«»“”]'), " "),  # emphasis and quotes
    (re.compile(r"\s*(?:[-=]+>|→|⇒|=)\s*"), " : "),  # arrows
    (re.compile(r"\s[-–—]+\s|[–—]"), " , "),  # dashes
    (_HYPHEN, " "),
)
_PREFIXED = re.compile(r"(?<=\w )non (\w+)")


def plain_words(text: str, about: Iterable[str]) -> str:
    """Return `text` in one spelling: folded, elisions undone, idioms said plainly. `about` as for `yes_no`."""
    named = tuple(fold(word) for word in about)
    text = _APOSTROPHES.sub("'", text).strip(" '\n\t")
    text = fold(_SYMBOLS.sub("", text))
    for pattern, replacement in _REWRITES:
        text = pattern.sub(replacement, text)
    for word in named:
        if " " not in word:
            text = re.sub(rf"\bnon({re.escape(word)})", r"non \1", text)
    text = _BLANKS.sub(" ", text)
    for pattern, replacement in v.IDIOMS:
        text = pattern.sub(replacement, text)
    text = v.RESTRICTION.sub(lambda m: m[0] if m["denied"] else f"{m['verb']}seulement ", text)
    text = _BLANKS.sub(" ", text)

    def joined(match: re.Match[str]) -> str:
        """« non linéaire » is one word, and denies nothing."""
        word = match[1]
        stays = word in v.OPENERS or word in v.CAUSES or word in v.LIGHT or word.startswith(named)
        return match[0] if stays else f"non{word}"

    return _PREFIXED.sub(joined, text)


def pattern_of(about: Iterable[str]) -> re.Pattern[str]:
    """Return what matches any of the words of `about`, plural or not, and never matches where there are none."""
    terms = sorted({_HYPHEN.sub(" ", fold(word)) for word in about}, key=len, reverse=True)
    if not terms:
        return re.compile(r"(?!)")
    return re.compile(rf"\b(?:{'|'.join(re.escape(term) for term in terms)})(?:e?s)?\b")


# ── Clauses ─────────────────────────────────────────────────────────────────────────────────────

_SPLIT = re.compile(
    r"(\.\.\.|[.;!?\n:,()/\[\]]|\b(?:car|parce que|because|since|puisque|donc|alors que|alors|so|mais|but|et|and|or"
    r"|therefore|thus|however|cependant|pourtant|tandis que|whereas|unlike|contrairement|though|although|meme si)\b)"
)
_CONTRAST = frozenset(("alors que", "tandis que", "whereas", "unlike", "contrairement"))


def clauses_of(plain: str) -> list[Clause]:
    """Return the clauses of a text that `plain_words` gave, without those that speak of something else ("tandis que")."""
    found: list[Clause] = []
    opener = ""
    pieces = [*_SPLIT.split(plain), ""]
    for words, separator in zip(pieces[::2], pieces[1::2], strict=True):
        if words.strip() and opener not in _CONTRAST:
            found.append(Clause(" ".join(words.split()), opener.partition(" ")[0], separator))
        elif found and separator == "?":
            found[-1] = Clause(found[-1].text, found[-1].opener, "?")
        if words.strip() or separator.isalpha() or " " in separator:
            opener = separator
    return found


def without_questions(clauses: list[Clause]) -> tuple[list[Clause], bool]:
    """Return the clauses without a question repeated in front of its answer; and True where the answer itself is one."""
    ends = [i for i, c in enumerate(clauses) if c.mark == "?"]
    if not ends:
        return clauses, False
    opened_with_one = not any(c.mark in (".", "!", "\n") for c in clauses[: ends[0]])
    if len(ends) == 1 and ends[0] + 1 < len(clauses) and opened_with_one:
        return clauses[ends[0] + 1 :], False
    return clauses, True
