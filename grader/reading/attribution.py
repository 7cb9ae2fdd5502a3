"""Which exercise a line, a failure or an answer belongs to, in a program that holds several.

    REPONSES_EXO1 = {…}                          the variable says it
    REPONSES = {"exo1": {…}, "exo2_convexe": …}  the key says it
    # Exercice 2 / def exo2(): …                 the place says it: `Parts`

What nothing attributes is for every exercise; of several such dictionaries the one with the exercise's own keys wins.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import NamedTuple

from grader.domain import Failure, Frame, Parts, cell_number
from grader.language.words import is_blank
from grader.reading.raw_answers import RawAnswer, answered

# ── Lines and failures ──────────────────────────────────────────────────────────────────────────


def exercise_at(parts: Parts, line: int) -> str:
    """Return the exercise to which a line of the whole text belongs; "" where nothing says so."""
    return _around(parts, line) or _above(parts, line)


def exercises_in(parts: Parts) -> tuple[str, ...]:
    """Return every exercise that has a part of its own, in the order of the headings, then of the functions."""
    found = [exercise for _, exercise in parts.marks] + [exercise for *_, exercise in sorted(parts.inside)]
    return tuple(dict.fromkeys(exercise for exercise in found if exercise))


def first_line_of(parts: Parts, exercise: str) -> int | None:
    """Return the first line of an exercise's part; None where it has none."""
    lines = [line for line, own in parts.marks if own == exercise]
    lines += [first for first, _, own in parts.inside if own == exercise]
    return min(lines, default=None)


def exercise_of_failure(parts: Parts, failure: Failure) -> tuple[str, int]:
    """Return the exercise that was at work when something failed ("" where nothing says so), and the line.

    A function of an exercise's own name says it best; else the line at the top that called all others.
    """
    lines = [line for frame in failure.frames if (line := _line(parts, frame))]
    for line in reversed(lines):
        if exercise := _around(parts, line):
            return exercise, line
    return (_above(parts, lines[0]), lines[0]) if lines else ("", 0)


def _line(parts: Parts, frame: Frame) -> int:
    """The line in the whole text; 0 where the frame is of another file."""
    cell = cell_number(frame.file)
    if cell is not None and 0 < cell <= len(parts.cells):
        return parts.cells[cell - 1] + frame.line - 1
    return frame.line if PurePath(frame.file).name == parts.file else 0


def _around(parts: Parts, line: int) -> str:
    """The exercise of the smallest function or class around a line; "" where there is none."""
    around = [(last - first, exercise) for first, last, exercise in parts.inside if first <= line <= last]
    return min(around)[1] if around else ""


def _above(parts: Parts, line: int) -> str:
    """The exercise of the last heading above a line, or on it; "" where there is none."""
    before = bisect_right(parts.marks, line, key=lambda mark: mark[0])
    return parts.marks[before - 1][1] if before else ""


# ── Answers ─────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class AnswerQuery:
    """For which exercise answers are read. `keys` are its questions; `named` the exercises that the file's own name
    says; `parted` those that have a part of their own in it."""

    exercise: str = ""
    keys: frozenset[str] = frozenset()
    named: tuple[str, ...] = ()
    parted: tuple[str, ...] = ()


class OwnAnswers(NamedTuple):
    """The texts of an exercise's answers by key; `contested` where several dictionaries answer the same question
    otherwise, with nothing to tell them apart."""

    texts: dict[str, str]
    contested: bool


def own_answers(found: Iterable[RawAnswer], query: AnswerQuery) -> OwnAnswers:
    """Return the answers that are the asked exercise's. Of contested dictionaries the last one counts, as in Python."""
    raw = [answer for answer in found if answer.key and not is_blank(answer.text)]
    exercises = {answer.exercise for answer in raw}
    if query.exercise not in exercises and "" not in exercises and _is_alone(query, exercises):
        raw = [replace(answer, exercise="") for answer in raw]
    own = [answer for answer in raw if answer.exercise == query.exercise and query.exercise]
    common = [answer for answer in raw if not answer.exercise]
    chosen, is_guess = _chosen(common, query) if query.exercise else ([], False)
    own_keys = {answer.key for answer in own}
    contested = is_guess and any(answer.key not in own_keys for answer in common)
    return OwnAnswers(answered(_merged(common) | _merged(chosen) | _merged(own)), contested)


def _is_alone(query: AnswerQuery, exercises: Collection[str]) -> bool:
    """The file is this exercise's only, whatever a comment above the dictionary says of another."""
    if query.named:
        return query.named == (query.exercise,)
    return len(exercises) == 1 and query.exercise not in query.parted


def _merged(raw: Iterable[RawAnswer]) -> dict[str, str]:
    return {answer.key: answer.text for answer in raw}


def _chosen(common: Sequence[RawAnswer], query: AnswerQuery) -> tuple[list[RawAnswer], bool]:
    """Of several dictionaries that answer the same questions, the one meant; and whether that is a guess."""
    blocks = list(dict.fromkeys(answer.block for answer in common))
    if len(blocks) < 2 or not _collide(common):
        return [], False
    if query.named == (query.exercise,):
        return [], False
    if len(blocks) == len(query.named) and query.exercise in query.named:
        block = blocks[query.named.index(query.exercise)]
        return [answer for answer in common if answer.block == block], False
    fits = {block: _fit({answer.key for answer in common if answer.block == block}, query.keys) for block in blocks}
    best = [block for block in blocks if fits[block] == max(fits.values())]
    return [answer for answer in common if answer.block == best[-1]], len(best) > 1


def _collide(common: Iterable[RawAnswer]) -> bool:
    """Two answers to the same question differ in more than their spaces."""
    texts: dict[str, set[str]] = {}
    for answer in common:
        texts.setdefault(answer.key, set()).add(" ".join(answer.text.split()))
    return any(len(different) > 1 for different in texts.values())


def _fit(keys: Collection[str], wanted: Collection[str]) -> float:
    """The share of keys that both have, of all that one has."""
    both = set(keys) & set(wanted)
    return len(both) / max(1, len(set(keys) | set(wanted)))
