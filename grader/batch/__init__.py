"""Many submissions to Records: a pool that grades, the gradebook that spares what was graded before."""

from __future__ import annotations

from dataclasses import replace

from grader.analysis.saved_files import model_files
from grader.batch.plan import Entry, Plan, plan
from grader.batch.pool import Pool, Readers, Task, all_by, grade_all, workbenches
from grader.batch.remote import Remote, grade_payload
from grader.domain import Exercise, Mode, Submission
from grader.grading import Options

__all__ = [
    "Entry",
    "Plan",
    "Pool",
    "Readers",
    "Remote",
    "Task",
    "all_by",
    "grade_all",
    "grade_payload",
    "plan",
    "threads_each",
    "usual_mode",
    "with_threads",
    "workbenches",
]


def usual_mode(exercise: Exercise, submission: Submission) -> Mode:
    """A costly training is audited where trained weights were handed in; anything else runs as it is."""
    handed_in = model_files(tuple(str(file) for file in submission.files))
    return Mode.AUDIT if exercise.costly and handed_in else Mode.FULL


def threads_each(jobs: int, cores: int) -> int:
    """The machine is full but not oversubscribed."""
    return max(1, cores // max(1, jobs))


def with_threads(options: Options, jobs: int, cores: int) -> Options:
    return replace(options, threads=threads_each(jobs, cores))
