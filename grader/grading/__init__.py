"""Grading one submission: `grade(exercise, submission, …) -> Record`."""

from __future__ import annotations

from grader.grading.bench import Bench, Desk, Keeping, Listener, Options
from grader.grading.story import grade, not_marked, rejudge, unreadable

__all__ = ["Bench", "Desk", "Keeping", "Listener", "Options", "grade", "not_marked", "rejudge", "unreadable"]
