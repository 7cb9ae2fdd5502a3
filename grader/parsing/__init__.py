"""What a student made is parsed here: behind the sandbox's walls, in a worker without libraries, never in this process.

Scripts and notebooks, the arrays that a run left, executed notebooks, archives: each is a request, and each request's
file holds both sides of it: what runs behind the walls (`told`), and how its answer is read, distrustfully, outside.

A file that no limit lets through (`beyond`), or on which the parser breaks down, costs its own request alone.
"""

from __future__ import annotations

from grader.parsing.archives import unpacked_by
from grader.parsing.arrays import Arrays
from grader.parsing.cells import Cells
from grader.parsing.parser import Parser
from grader.parsing.readings import BEYOND, UNREADABLE, Read, ReadIfPossible, lines_of, reading_of
from grader.parsing.within import Within

__all__ = [
    "BEYOND",
    "UNREADABLE",
    "Arrays",
    "Cells",
    "Parser",
    "Read",
    "ReadIfPossible",
    "Within",
    "lines_of",
    "reading_of",
    "unpacked_by",
]
