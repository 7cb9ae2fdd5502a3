"""How work arrives: one file for each form in which it is handed in (folders here; archives and exports beside)."""

from __future__ import annotations

from grader.intake.exercise_names import exercise_of
from grader.intake.several_exercises import ExerciseDetector
from grader.intake.skipped import Skipped
from grader.intake.whole_class import Intake, find_all, find_one

__all__ = ["ExerciseDetector", "Intake", "Skipped", "exercise_of", "find_all", "find_one"]
