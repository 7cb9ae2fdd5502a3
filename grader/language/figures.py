"""The number that an answer comes to: « 7 850 », "7,850", « 784×10 + 10 », "(784+1)x10 = 7850"."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from grader.language.terms import Term, plain_figures, terms_of
from grader.language.words import fold

TOLERANCE = 1e-9  # relative; absolute below 1

_RESULT = re.compile(
    r"(?:au total|total|en tout|somme|soit|donc|d ou|reponse|resultat|answer|result|hence|thus|p|n)"
    r"\s*(?:de|:|=|est|is|of)*\s*$"
)
_UNIT = re.compile(r"^\s*(?:parametres?|parameters?|params?)\b(?!\s*(?:pour|dans|par|for|in|per|de la|du|de l)\b)")


@dataclass(frozen=True, slots=True)
class Stated:
    """What an answer comes to.

    `value` is the result stated, None where it is unclear; `calculation` what the written-out calculation gives,
    None where there is none.
    """

    value: float | None
    calculation: float | None = None

    @property
    def consistent(self) -> bool:
        """Return False where the calculation does not give the result that is stated."""
        return self.value is None or self.calculation is None or _same(self.value, self.calculation)


def numbers(text: str) -> tuple[float, ...]:
    """Return every number in `text`, in order; a calculation counts once, by its value."""
    return tuple(term.value for term in terms_of(plain_figures(text)))


def final_number(text: str, labels: Sequence[str] = ()) -> Stated:
    """Return the number that `text` comes to: what follows the last "=" or a word such as « total », or the only one.

    `labels` are words that name the wanted number in this question ("itérations"); the number before or after one of
    them is taken. Several different candidates, and none marked as the result, give no value.
    """
    plain = plain_figures(text)
    terms = terms_of(plain)
    if not terms:
        return Stated(None)
    answer = _Answer(plain, terms, labels)
    value = next((value for rule in _RULES if (value := rule(answer)) is not None), None)
    if value is None:
        computed = [term.value for term in terms if term.computed]
        return Stated(None, computed[-1] if len(computed) == 1 else None)
    return Stated(value, _calculation(terms, value))


def _same(a: float, b: float) -> bool:
    return abs(a - b) <= TOLERANCE * max(1.0, abs(a), abs(b))


def _calculation(terms: Sequence[Term], value: float) -> float | None:
    """The calculation meant to give `value`: the one whose result is stated right after "=", or the only one."""
    for before, after in zip(reversed(terms[:-1]), reversed(terms[1:]), strict=True):
        if before.computed and after.after_equals and _same(after.value, value):
            return before.value
    computed = [t.value for t in terms if t.computed]
    if any(_same(c, value) for c in computed):
        return value
    return computed[0] if len(computed) == 1 and len(terms) == 2 else None


# ── Which of the numbers is the result ──────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class _Answer:
    """An answer in one spelling, its numbers (at least one), and the words that name the wanted one."""

    plain: str
    terms: Sequence[Term]
    labels: Sequence[str]

    def before(self, term: Term, reach: int) -> str:
        """The `reach` characters before a number, folded."""
        return fold(self.plain[max(0, term.start - reach) : term.start])

    def after(self, term: Term, reach: int = 40) -> str:
        """The `reach` characters after a number, folded."""
        return fold(self.plain[term.end : term.end + reach])

    @property
    def last_equal(self) -> int | None:
        """The place among the numbers of the last one right after "="; None where there is none."""
        return max((i for i, term in enumerate(self.terms) if term.after_equals), default=None)


def _the_only_one(answer: _Answer) -> float | None:
    """Every number is the same."""
    first = answer.terms[0].value
    return first if all(_same(term.value, first) for term in answer.terms) else None


def _before_its_calculation(answer: _Answer) -> float | None:
    """ "7850 = 784*10 + 10": the result stands first."""
    if len(answer.terms) != 2 or not answer.terms[1].computed:
        return None
    first, second = answer.terms
    if answer.plain[first.end : second.start].strip() != "=":
        return None
    return second.value if first.computed else first.value


def _last_after_equals(answer: _Answer) -> float | None:
    """ "784*10 + 10 = 7850": nothing follows."""
    return answer.terms[-1].value if answer.terms[-1].after_equals else None


def _labelled(answer: _Answer) -> float | None:
    """ "nombre d'itérations : 200": a word that names the wanted number stands beside it."""
    words = [rf"\b{re.escape(fold(label))}(?:e?s)?\b" for label in answer.labels]

    def is_named(term: Term) -> bool:
        before, after = answer.before(term, 40), answer.after(term)
        return any(
            re.search(word + r"\W*(?:est|sont|is|are|vaut|de)?\W*$", before) or re.match(rf"\W*{word}", after)
            for word in words
        )

    return _agreed([term for term in answer.terms if is_named(term)])


def _announced(answer: _Answer) -> float | None:
    """ "soit 7850 en tout": a word that announces a result stands before it."""
    return _agreed([term for term in answer.terms if _RESULT.search(answer.before(term, 30).replace("'", " "))])


def _with_its_unit(answer: _Answer) -> float | None:
    """ "7850 paramètres", but not "7840 paramètres pour la couche"."""
    return _agreed([term for term in answer.terms if _UNIT.match(answer.after(term))])


def _repeated(answer: _Answer) -> float | None:
    """What follows the last "=" has all been said before it: "784*10 + 10 = 7850 (10 biais)"."""
    last = answer.last_equal
    if last is None:
        return None
    said, rest = answer.terms[: last + 1], answer.terms[last + 1 :]
    return said[-1].value if all(any(_same(term.value, one.value) for one in said) for term in rest) else None


def _sum_of_the_others(answer: _Answer) -> float | None:
    """ "7850 (784*10 poids + 10 biais)": the one number that all the others add up to."""
    total = sum(term.value for term in answer.terms)
    sums = [term.value for term in answer.terms if len(answer.terms) > 2 and _same(2 * term.value, total)]
    return sums[0] if len(sums) == 1 else None


def _agreed(candidates: Sequence[Term]) -> float | None:
    """The value that all candidates have; None where they differ, or where there are none."""
    if candidates and all(_same(term.value, candidates[-1].value) for term in candidates):
        return candidates[-1].value
    return None


# What marks a number as the result, the surest mark first; the first rule that finds one decides.
_RULES: tuple[Callable[[_Answer], float | None], ...] = (
    _the_only_one,
    _before_its_calculation,
    _last_after_equals,
    _labelled,
    _announced,
    _with_its_unit,
    _repeated,
    _sum_of_the_others,
)
