"""Model files among what a program left or was handed in with."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePath

from grader.domain import Evidence, ModelUse

MAX_FILES = 6
KINDS = (".keras", ".h5", ".hdf5")


def model_files(names: Iterable[str]) -> list[str]:
    """Return at most 6 model files among the names, whole models before weights alone."""
    files = [n for n in names if n.lower().endswith(KINDS) and n.isprintable() and len(n) < 200]
    return sorted(files, key=lambda n: (n.lower().endswith(".weights.h5"), n))[:MAX_FILES]


def left_files(evidence: Evidence) -> list[str]:
    """Return the model files that the program wrote: those it found beside it do not prove that it saves."""
    return model_files(n for n in evidence.files if evidence.files[n])


def saved_by(evidence: Evidence, model: int) -> set[str]:
    """Return the stems of the files that this model was saved to."""
    return {stem(use.path) for use in saves_in(evidence) if use.model == model}


def saves_in(evidence: Evidence) -> list[ModelUse]:
    """Return every save to a named file."""
    return [use for use in evidence.uses if use.how in ("save", "save_weights", "export") and use.path]


def stem(path: str) -> str:
    """Return a name without its folder and endings: old ones were changed to today's as the file was written."""
    name = PurePath(path).name
    return name.split(".", 1)[0] or name
