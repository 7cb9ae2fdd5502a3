"""Parses what students made: in a worker without libraries, inside the sandbox, never in this process.

Scripts and notebooks, the arrays that a run left, executed notebooks, archives: each is a `Request`, whose file holds
both of its sides. Outside, `write_inputs` and `parse_response`, which trusts nothing; inside the sandbox, `respond`.

A file that passes a limit (`on_limit`), or on which the parser breaks down (`on_failure`), costs its own request alone.
"""

from __future__ import annotations

from grader.parsing.archives import unpacked_by
from grader.parsing.arrays import Arrays
from grader.parsing.cells import Cells
from grader.parsing.detect_exercises import DetectExercises
from grader.parsing.parser import Parser
from grader.parsing.readings import OVER_LIMIT, UNREADABLE, Read, ReadIfPossible, lines_of, reading_of

__all__ = [
    "OVER_LIMIT",
    "UNREADABLE",
    "Arrays",
    "Cells",
    "DetectExercises",
    "Parser",
    "Read",
    "ReadIfPossible",
    "lines_of",
    "reading_of",
    "unpacked_by",
]
