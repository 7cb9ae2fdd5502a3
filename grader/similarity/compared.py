"""What came of comparing a class: the only thing that its page is made from."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from grader.domain import Text
from grader.similarity.compare import Comparison, Pair
from grader.similarity.documents import Document
from grader.similarity.passages import Passage, covered, passages
from grader.similarity.weights import SameWeights

MAX_PAIRS = 60  # of an exercise, that are shown; the summary counts them all


@dataclass(frozen=True, slots=True)
class Shown:
    """A pair with its passages and the shares of each program's own text that lie in them."""

    pair: Pair
    first: Document
    second: Document
    common: tuple[Passage, ...]
    shares: tuple[float, float]


@dataclass(frozen=True)
class ComparedExercise:
    """One exercise of a class: its documents, and what came of comparing them. `unreadable` are the students whose
    program could not be read."""

    exercise: str
    title: Text
    documents: tuple[Document, ...]
    comparison: Comparison
    unreadable: tuple[str, ...] = ()

    @cached_property
    def shown(self) -> tuple[Shown, ...]:
        """Return the pairs that a reader is shown, at most `MAX_PAIRS`, the most alike first."""
        return tuple(self._shown(pair) for pair in self.comparison.pairs[:MAX_PAIRS])

    def _shown(self, pair: Pair) -> Shown:
        a, b = self.documents[pair.first], self.documents[pair.second]
        common = passages(a, b)
        return Shown(pair, a, b, common, (covered(a, common), covered(b, common)))


@dataclass(frozen=True, slots=True)
class ComparedClass:
    """Every exercise of a class, in the order of their names, and the handed-in weights that two students share, the
    nearest first."""

    exercises: tuple[ComparedExercise, ...]
    weights: tuple[SameWeights, ...]
