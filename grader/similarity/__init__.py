"""Which submissions are unusually alike, and where. It shows passages and counts; it judges nobody and changes no mark.

tokens     a program without its names, comments, strings and layout
winnow     a few fingerprints of it (Schleimer, Wilkerson, Aiken, SIGMOD 2003)
compare    every pair of a class, against what the whole class has in common
passages   the equal passages of one pair, for two texts side by side
weights    handed-in weights that are equal, or nearly
compared   what came of it, as the page takes it
"""

from __future__ import annotations

from grader.similarity.compare import Comparison, Pair, compare
from grader.similarity.compared import MAX_PAIRS, ComparedClass, ComparedExercise, Shown
from grader.similarity.documents import Document, document
from grader.similarity.passages import Passage, passages
from grader.similarity.weights import Arrays, SameWeights, same_weights

__all__ = [
    "MAX_PAIRS",
    "Arrays",
    "ComparedClass",
    "ComparedExercise",
    "Comparison",
    "Document",
    "Pair",
    "Passage",
    "SameWeights",
    "Shown",
    "compare",
    "document",
    "passages",
    "same_weights",
]
