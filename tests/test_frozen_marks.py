"""The file of frozen marks tells every change of a status or of points, by program and check."""

from __future__ import annotations

from tests.tools.marks import Marks, differences

BEFORE: Marks = {"a.py": {"runs": ["passed", 1.0], "accuracy": ["partial", 2.0]}, "b.py": {"runs": ["failed", 0.0]}}


def test_equal_marks_are_no_difference_and_programs_that_were_not_graded_are_passed_over() -> None:
    assert differences(BEFORE, {"a.py": BEFORE["a.py"]}) == []


def test_a_status_points_a_check_and_a_program_that_differ_are_told() -> None:
    assert differences(BEFORE, {"b.py": {"runs": ["error", 0.0]}}) == [
        "b.py: runs was ['failed', 0.0], is ['error', 0.0]"
    ]
    assert len(differences(BEFORE, {"a.py": {"runs": ["passed", 1.0], "accuracy": ["partial", 2.5]}})) == 1
    assert differences(BEFORE, {"a.py": {"runs": ["passed", 1.0]}}) == ["a.py: accuracy was ['partial', 2.0], is None"]
    assert differences(BEFORE, {"c.py": {"runs": ["passed", 1.0]}}) == ["c.py: runs was None, is ['passed', 1.0]"]
