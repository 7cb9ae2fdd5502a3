"""How a program is run in a batch: in which mode, and with how many threads."""

from __future__ import annotations

from dataclasses import replace

from grader.analysis.saved_files import model_files
from grader.domain import Exercise, Mode, Submission
from grader.grading import Options


def usual_mode(exercise: Exercise, submission: Submission) -> Mode:
    """Return `audit` for a costly training with which trained weights were handed in, else `full`."""
    handed_in = model_files(tuple(str(file) for file in submission.files))
    return Mode.AUDIT if exercise.costly and handed_in else Mode.FULL


def threads_each(jobs: int, cores: int) -> int:
    """Return how many threads each of `jobs` may have so that the machine is full but not oversubscribed."""
    return max(1, cores // max(1, jobs))


def with_threads(options: Options, jobs: int, cores: int) -> Options:
    """Return the options with as many threads as each of `jobs` may have."""
    return replace(options, threads=threads_each(jobs, cores))
