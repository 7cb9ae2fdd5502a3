"""`runs` and what is told besides the marks: at the line where a part begins, and where nothing is known."""

from __future__ import annotations

import pytest

from grader.analysis.error_hints import error_hint
from grader.analysis.notices import notices_of
from grader.checks import runs
from grader.domain import Failure, Frame, ModelUse, Parts, Reading, Status
from tests.checks.build import analysis, data, spoken
from tests.checks.build import training as trained


@pytest.mark.parametrize(
    ("line", "cells", "status"),
    [
        (9, (), Status.FAILED),  # before this exercise's part, which was never reached
        (10, (), Status.FAILED),  # as it begins
        (11, (), Status.PASSED),
        (9, (1,), Status.PASSED),  # the cells of a notebook all run
    ],
)
def test_a_failure_in_another_part_counts_until_one_s_own_has_begun(
    line: int, cells: tuple[int, ...], status: Status
) -> None:
    """The other exercise is a function around it all, in which this one's part begins at line 10."""
    parts = Parts(marks=((10, "exo1"),), inside=((1, 20, "exo2"),), cells=cells, file="exo1.py")
    failure = Failure("NameError", "x", (Frame("exo1.py", line, "exo2", "x"),))
    found = spoken(runs.check(1).judge(analysis(reading=Reading("x", parts=parts), failures=(failure,))))
    assert found.status is status


def test_without_the_images_nobody_is_told_on_which_ones_was_evaluated() -> None:
    use = ModelUse(1, "evaluate", 1, 40, (0.3, 0.92), "")
    assert notices_of(analysis(trainings=(trained(data=data(rows=40)),), uses=(use,), rows=None)) == ()


@pytest.mark.parametrize(("length", "kept"), [(80, 80), (81, 79)])
def test_a_module_s_name_is_told_up_to_80_characters(length: int, kept: int) -> None:
    told = error_hint(Failure("ModuleNotFoundError", f"No module named '{'q' * length}'", ())).en
    assert f"`{'q' * kept}" in told and "q" * (kept + 1) not in told
