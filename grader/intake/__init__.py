"""How work arrives: one file for each form in which it is handed in (folders here; archives and exports beside)."""

from __future__ import annotations

from grader.intake.folders import Intake, find_all, find_one
from grader.intake.names import exercise_of
from grader.intake.skipped import Skipped
from grader.intake.together import ExerciseDetector

__all__ = ["ExerciseDetector", "Intake", "Skipped", "exercise_of", "find_all", "find_one"]
