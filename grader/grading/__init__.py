"""Grading one submission: `grade(exercise, submission, …) -> Record`."""

from __future__ import annotations

from grader.grading.options import CachePolicy, Listener, Options
from grader.grading.pipeline import grade, not_marked, rejudge, unreadable
from grader.grading.workbench import Workbench, reading_workbench, running_workbench

__all__ = [
    "CachePolicy",
    "Listener",
    "Options",
    "Workbench",
    "grade",
    "not_marked",
    "reading_workbench",
    "rejudge",
    "running_workbench",
    "unreadable",
]
