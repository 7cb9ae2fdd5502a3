"""The gradebook: what was handed in, what was judged, and what a teacher decided, in one SQLite file."""

from __future__ import annotations

from grader.store.decisions import Decision, Stale
from grader.store.filed import Current, Filed
from grader.store.gradebook import FILE, Gradebook
from grader.store.lateness import Deadline, LatePolicy, parse_duration, parse_moment, parse_policy

__all__ = [
    "FILE",
    "Current",
    "Deadline",
    "Decision",
    "Filed",
    "Gradebook",
    "LatePolicy",
    "Stale",
    "parse_duration",
    "parse_moment",
    "parse_policy",
]
