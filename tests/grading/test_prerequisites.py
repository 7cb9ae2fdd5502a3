"""Whose file of an earlier exercise a program is lent: the student's own, never a neighbour's."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from grader.catalog import locate
from grader.domain import Submission
from grader.grading.run_inputs import candidates

EXERCISE = replace(locate().find("exo6"), prerequisites={"exo2.keras": "exo2"})


def looked_at(root: Path, laid: Path) -> bool:
    laid.parent.mkdir(parents=True, exist_ok=True)
    laid.write_bytes(b"network")
    root.mkdir(parents=True, exist_ok=True)
    submission = Submission("alice", "exo6", root, root / "exo6.py", ())
    return any(path.exists() and path.samefile(laid) for path in candidates("exo2.keras", EXERCISE, submission)[:-1])


def test_the_students_own_file_is_found_beside_the_exercises_folder(tmp_path: Path) -> None:
    assert looked_at(tmp_path / "alice" / "exo6", tmp_path / "alice" / "exo2" / "exo2.keras")
    assert looked_at(tmp_path / "alice" / "exo6", tmp_path / "alice" / "exo2.keras")
    assert looked_at(tmp_path / "alice", tmp_path / "alice" / "exo2" / "exo2.keras")


def test_what_lies_beside_a_students_folder_is_a_neighbours(tmp_path: Path) -> None:
    assert not looked_at(tmp_path / "alice", tmp_path / "exo2" / "exo2.keras")
    assert not looked_at(tmp_path / "alice", tmp_path / "exo2.keras")
