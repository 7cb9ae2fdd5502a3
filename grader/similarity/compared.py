"""What came of comparing a class: the only thing that its page is made from."""

from __future__ import annotations

from dataclasses import dataclass

from grader.domain import Text
from grader.similarity.compare import Comparison
from grader.similarity.documents import Document
from grader.similarity.weights import SameWeights


@dataclass(frozen=True, slots=True)
class ComparedExercise:
    """One exercise of a class: its documents, and what came of comparing them. `unreadable` are the students whose
    program could not be read."""

    exercise: str
    title: Text
    documents: tuple[Document, ...]
    comparison: Comparison
    unreadable: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ComparedClass:
    """Every exercise of a class, in the order of their names, and the handed-in weights that two students share, the
    nearest first."""

    exercises: tuple[ComparedExercise, ...]
    weights: tuple[SameWeights, ...]
