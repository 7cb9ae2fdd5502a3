"""What decides a run, and what decides a judgement, each folded into one SHA-256.

    fingerprint    the submission's files
    run_key        … and everything that decides how they run: exercise, data, mode, seed, limits, recorder, libraries
    judgement_key  … and everything that decides what is said of the run: the specification, the checks, the evaluator

Equal run keys mean that the kept evidence still holds; equal judgement keys that the record does.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import threading
from collections.abc import MutableMapping, Sequence
from dataclasses import asdict, fields
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from grader import __version__
from grader.datasets import cache_folder
from grader.domain import DatasetInfo, Exercise, Submission
from grader.evidence import InvalidEvidence, open_regular
from grader.grading.closure import ImportGraph, needed_beside
from grader.grading.options import Options
from grader.grading.run_inputs import MAX_FILE_BYTES, audit_steps_of, candidates, helpers_of, limits_of
from grader.grading.source_notes import SourceNotes

FORM = 4  # grows when the keys are to change whatever else stays
PACKAGE = Path(__file__).parents[1]
LIBRARIES = ("keras", "tensorflow", "tensorflow-cpu", "numpy", "scikit-learn", "scipy", "h5py", "matplotlib")
# What decides is whatever these need (`grader.grading.closure`).
RUNS = ("grader.grading.execute", "grader.worker.__main__")
READS = ("grader.parsing.job",)
MEASURES = ("grader.evaluator.job",)
JUDGES = ("grader.grading.pipeline", "grader.records")  # the checks are those that the exercise's specification imports
ALL = (*RUNS, *JUDGES, "grader.checks.*", "grader.grading.wire")
NOT_DECISIVE = {"threads", "cache", "mode"}  # of the options; the mode has its own place
MISSING = "-"

_LOCK = threading.Lock()  # for the notes: workbenches are threads

Digests = MutableMapping[str, tuple[str, str]]
"""Path of a file → (its state, its SHA-256): spares reading a file that did not change. Filled as files are read."""


def fingerprint(submission: Submission, digests: Digests | None = None) -> str:
    """Of the files that were handed in, by name and content."""
    names = sorted(map(str, submission.files))
    listed = [(name, _file(submission.root / name, digests)) for name in names]
    return _folded([FORM, submission.program, listed])


def run_key(
    handed_in: str,
    submission: Submission,
    exercise: Exercise,
    data: DatasetInfo | None,
    options: Options,
    digests: Digests | None = None,
) -> str:
    """`handed_in` is the submission's fingerprint."""
    limits, steps = limits_of(exercise, options), audit_steps_of(exercise, options)
    provided = [(name, _provided(name, exercise, submission, digests)) for name in sorted(exercise.prerequisites)]
    helpers = helpers_of(exercise)
    chosen = {f.name: str(getattr(options, f.name)) for f in fields(options) if f.name not in NOT_DECISIVE}
    decisive = [FORM, handed_in, exercise.id, data and data.sha256, options.mode.value, steps, asdict(limits), chosen]
    return _folded([*decisive, provided, helpers and _file(helpers, digests), __version__, code(*RUNS), libraries()])


def judgement_key(run: str, exercise: Exercise) -> str:
    return _folded([FORM, run, specification_digest(exercise), code(*JUDGES)])


@cache
def measuring() -> str:
    """Of the evaluator: answers that another one gave are not taken."""
    return _folded([FORM, code(*MEASURES), libraries()])


def reading_key(keys: Sequence[str], ids: Sequence[str]) -> str:
    """Of the reader, and of what it was asked: a reading that another one made is not taken."""
    return _folded([FORM, code(*READS), list(keys), list(ids), libraries()[0]])


def looking_key(specifications: Sequence[Path]) -> str:
    """Of the reader, and of the exercises that it looks for in programs."""
    exercises = [[str(path), _specification(path)] for path in specifications]
    return _folded([FORM, code(*READS), exercises, libraries()[0]])


def _provided(name: str, exercise: Exercise, submission: Submission, digests: Digests | None) -> str:
    """The content that would be provided under this name: that of the first candidate that is there."""
    found = (_file(path, digests) for path in candidates(name, exercise, submission))
    return next((digest for digest in found if digest != MISSING), MISSING)


@cache
def code(*entries: str) -> str:
    """Of the grader's own files that these modules need, comments and layout apart."""
    with _LOCK:
        return ImportGraph(PACKAGE, _notes()).digest(*entries)


@cache
def _notes() -> SourceNotes:
    return SourceNotes(cache_folder() / "sources.json")


def specification_digest(exercise: Exercise) -> str:
    """Of the exercise's specification and what that needs, the checks above all; "" where it has no folder."""
    return _specification(exercise.folder / "exercise.py") if exercise.folder else ""


def _specification(path: Path) -> str:
    with _LOCK:
        own = needed_beside(path, PACKAGE.name, _notes())
    return _folded([own.digest(), code(*own.outside)])


@cache
def libraries() -> tuple[str, ...]:
    return (".".join(map(str, sys.version_info[:3])), *(f"{name} {_version(name)}" for name in LIBRARIES))


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return MISSING


def _file(path: Path, digests: Digests | None) -> str:
    """The SHA-256 of a plain file, `MISSING` where there is none. Reads it only if it changed since it was noted."""
    try:
        with os.fdopen(open_regular(path, MAX_FILE_BYTES), "rb") as file:
            state = _state(os.fstat(file.fileno()))
            known = digests.get(str(path)) if digests is not None else None
            if known is not None and known[0] == state:
                return known[1]
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except (InvalidEvidence, OSError):
        return MISSING
    if digests is not None:
        digests[str(path)] = (state, found)
    return found


def state_of(path: Path) -> str:
    """What changes whenever a file does, without reading it; `MISSING` where there is none."""
    try:
        return _state(path.lstat())
    except OSError:
        return MISSING


def _state(status: os.stat_result) -> str:
    parts = (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)
    return " ".join(map(str, parts))


def _folded(parts: object) -> str:
    return hashlib.sha256(json.dumps(parts, default=str, sort_keys=True).encode("utf-8", "replace")).hexdigest()
