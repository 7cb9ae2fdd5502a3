"""Grading one submission: `grade(exercise, submission, …) -> Record`."""

from __future__ import annotations

from grader.grading.bench import Bench, Listener, Options
from grader.grading.story import grade, not_marked

__all__ = ["Bench", "Listener", "Options", "grade", "not_marked"]
