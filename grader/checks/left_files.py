"""Model files that a program left behind, and what they prove where its training never came to an end."""

from __future__ import annotations

from pathlib import PurePath

from grader.checks.meant import Meant
from grader.checks.scalers import fed_alike, inputs_of
from grader.domain import Facts, Measurement, ModelUse

MOST_FILES = 6
KINDS = (".keras", ".h5", ".hdf5")


def model_files(names: tuple[str, ...]) -> list[str]:
    """Model files among the names, whole models before weights alone."""
    files = [n for n in names if n.lower().endswith(KINDS) and n.isprintable() and len(n) < 200]
    return sorted(files, key=lambda n: (n.lower().endswith(".weights.h5"), n))[:MOST_FILES]


def written(facts: Facts) -> list[str]:
    """Files that the program left: those it found beside it do not prove that it saves."""
    return model_files(tuple(n for n in facts.evidence.files if facts.evidence.files[n]))


def checkpoints(facts: Facts, found: Meant) -> dict[str, Measurement]:
    """By file: the accuracy of its weights in the network that the program built, where training left none to record.

    Only files that this network was seen to be saved to: one that was handed in is no work of this run.
    """
    if not found.unfinished or found.shape.architecture is None:
        return {}
    settings = (*fed_alike(facts, found, found.shape), *inputs_of(facts, found))
    saved = saved_by(facts, found)
    names = [name for name in written(facts) if stem(name) in saved]
    return {name: Measurement("checkpoint", (("file", name), *settings)) for name in names}


def saved_by(facts: Facts, found: Meant) -> set[str]:
    """The stems of the files that this network was saved to."""
    return {stem(u.path) for u in saves_in(facts) if u.model == found.shape.model}


def saves_in(facts: Facts) -> list[ModelUse]:
    """Every save to a named file."""
    return [u for u in facts.evidence.uses if u.how in ("save", "save_weights", "export") and u.path]


def stem(path: str) -> str:
    """A name without its folder and endings: old ones were put right as the file was written."""
    name = PurePath(path).name
    return name.split(".", 1)[0] or name
