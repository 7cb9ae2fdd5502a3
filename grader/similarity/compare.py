"""Every pair of a class, weighed by what is common in that class.

Everybody writes the same ten lines of a short exercise, so what two programs share counts by its rarity: a fingerprint
that only the two hold weighs 1, one that the whole class holds nearly 0, and what stands in the reference solution
counts as if `REFERENCE` more students had written it. The score from a to b is the weight that a shares with b, as
a share of all its weight plus `PRIOR`: a program with little of its own cannot score high.

A pair is shown when its score lies far out of the class's own distribution: above the median by `SPREADS` times the
distance from the lower quartile to the median. That half of the pairs is honest in any class, so that many copies do
not hide each other. It is never shown below `LEAST`. Above `SURE`, or where the whole
own text is equal, comments included, it is shown whatever the class looks like. A class of fewer than `FEW` programs
has no distribution to speak of; there `FEW_LEAST` holds.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import combinations

from grader.similarity.documents import Document
from grader.similarity.winnow import winnowed

REFERENCE = 4
PRIOR = 8.0  # fingerprints: about 24 tokens
LEAST, SURE = 0.5, 0.9
SPREADS = 8  # 75 variants of one short solution: median 0.09, lower quartile 0.02, so 0.65; their highest score is 0.64
FEW, FEW_LEAST = 6, 0.7
COMMON = 60  # students: what more of them hold is not followed from pair to pair
SAME_LINES = 8  # own lines that must be there before equal texts mean anything


@dataclass(frozen=True, slots=True)
class Pair:
    """Two documents by their numbers. `forth` is the score of the first against the second, `back` the other way;
    `same_text` where their own lines are equal, comments and names included."""

    first: int
    second: int
    forth: float
    back: float
    same_text: bool = False

    @property
    def score(self) -> float:
        """Return the higher of both scores, 0 to 1."""
        return max(self.forth, self.back)


@dataclass(frozen=True, slots=True)
class Comparison:
    """`pairs` are those above `threshold`, the most alike first; `median` and `compared` describe all pairs."""

    pairs: tuple[Pair, ...]
    threshold: float
    median: float
    compared: int
    documents: int


def compare(
    documents: Sequence[Document], given: Collection[int] = frozenset(), reference: Collection[int] = frozenset()
) -> Comparison:
    """Compare every pair of programs. `given` and `reference` are the k-grams of what was handed out, and of the
    teacher's solution."""
    skip = frozenset(given)
    prints = [winnowed(one.hashes, skip) for one in documents]
    weights = _weights(prints, documents, frozenset(reference))
    mass = [sum(weights[g] for g in own) for own in prints]
    shared = _shared(prints, weights)
    allowed = [(a, b) for a, b in combinations(range(len(documents)), 2) if not documents[a].who & documents[b].who]
    texts = _same_texts(documents)
    scores: list[float] = []
    found: list[Pair] = []
    for a, b in allowed:
        common = shared.get((a, b), 0.0)
        pair = Pair(a, b, common / (mass[a] + PRIOR), common / (mass[b] + PRIOR), (a, b) in texts)
        scores.append(pair.score)
        if pair.score >= LEAST or pair.same_text:
            found.append(pair)
    threshold = _threshold(scores, len(documents))
    kept = [pair for pair in found if pair.score >= threshold or pair.same_text]
    kept.sort(key=lambda p: (-p.score, p.first, p.second))
    middle = sorted(scores)[len(scores) // 2] if scores else 0.0
    return Comparison(tuple(kept), threshold, middle, len(allowed), len(documents))


def _weights(prints: Sequence[set[int]], documents: Sequence[Document], reference: frozenset[int]) -> dict[int, float]:
    holders = Counter(g for own in prints for g in own)
    size = len(documents) + (REFERENCE if reference else 0)
    weights: dict[int, float] = {}
    for g, students in holders.items():
        count = students + (REFERENCE if g in reference else 0)
        weights[g] = 1.0 if count <= 2 else max(0.0, 1 - math.log(count - 1) / math.log(size))
    return weights


def _shared(prints: Sequence[set[int]], weights: dict[int, float]) -> dict[tuple[int, int], float]:
    holders: dict[int, list[int]] = defaultdict(list)
    for number, own in enumerate(prints):
        for g in own:
            holders[g].append(number)
    shared: dict[tuple[int, int], float] = defaultdict(float)
    for g, those in holders.items():
        if 2 <= len(those) <= COMMON and weights[g]:
            for pair in combinations(those, 2):
                shared[pair] += weights[g]
    return shared


def _same_texts(documents: Sequence[Document]) -> set[tuple[int, int]]:
    by_text: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for number, one in enumerate(documents):
        if len(one.own_lines) >= SAME_LINES:
            by_text[one.own_lines].append(number)
    return {pair for those in by_text.values() if len(those) <= COMMON for pair in combinations(those, 2)}


def _threshold(scores: Sequence[float], documents: int) -> float:
    if documents < FEW:
        return FEW_LEAST
    ordered = sorted(scores)
    low, middle = ordered[len(ordered) // 4], ordered[len(ordered) // 2]
    return min(SURE, max(LEAST, middle + SPREADS * (middle - low)))
