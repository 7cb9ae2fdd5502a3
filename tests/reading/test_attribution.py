"""Which exercise was at work when a program failed."""

from __future__ import annotations

import pytest

from grader.domain import Failure, Frame, Parts
from grader.reading.attribution import exercise_of_failure, first_line_of

# lines 1-9 for all, 10-19 exo1, from 20 on exo2; a function of exo1's at 30-35
PARTS = Parts(marks=((10, "exo1"), (20, "exo2")), inside=((30, 35, "exo1"),), file="tp.py")
CELLS = Parts(marks=((4, "exo1"), (7, "exo2")), cells=(1, 4, 7))


def failure(*frames: tuple[str, int]) -> Failure:
    return Failure("NameError", "x", tuple(Frame(file, line, "f", "") for file, line in frames))


@pytest.mark.parametrize(
    ("frames", "expected"),
    [
        ((("tp.py", 5),), ("", 5)),
        ((("tp.py", 12),), ("exo1", 12)),
        ((("tp.py", 25), ("tp.py", 12)), ("exo2", 25)),  # what calls a helper that stands elsewhere
        ((("tp.py", 40), ("tp.py", 31)), ("exo1", 31)),  # a function of the exercise's own
        ((("aide.py", 12),), ("", 0)),
        ((("tp.py", 12), ("aide.py", 25)), ("exo1", 12)),
        ((), ("", 0)),
    ],
)
def test_the_part_is_that_of_the_line_which_was_at_work(
    frames: tuple[tuple[str, int], ...], expected: tuple[str, int]
) -> None:
    assert exercise_of_failure(PARTS, failure(*frames)) == expected


def test_lines_of_cells_are_those_of_the_whole_text() -> None:
    assert exercise_of_failure(CELLS, failure(("<cell 3>", 2))) == ("exo2", 8)
    assert exercise_of_failure(CELLS, failure(("<cell 9>", 2), ("<cell x>", 1))) == ("", 0)


def test_a_part_begins_at_its_first_line() -> None:
    assert [first_line_of(PARTS, exercise) for exercise in ("exo1", "exo2", "exo3")] == [10, 20, None]
