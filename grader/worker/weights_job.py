"""The job that reads handed-in weights inside the sandbox: digests, shapes and a sample of the numbers; no model is built.

Fields: `folder`, where `files` lie. Events: one for each file, {"file", "digest", "shapes", "sample"}.
"""

from __future__ import annotations

import hashlib
import io
import json
import math
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any  # h5py ships no types

from grader.domain import JobFields, Json
from grader.evidence import write_all

SAMPLE = 2048
MAX_ENTRIES = 5000
MAX_VALUES = 64 << 20
MAX_BYTES = 512 << 20
OPTIMIZER = ("optimizer", "optimizer_weights")


@dataclass(frozen=True, slots=True)
class WeightsJob:
    """What the grader asks for: the files in a folder that are to be described."""

    folder: Path
    files: tuple[str, ...]

    @classmethod
    def from_fields(cls, fields: JobFields) -> WeightsJob:
        return cls(fields.path("folder"), fields.texts("files"))


def run(fields: Mapping[str, Json], events: int) -> int:
    """Entry point, called by name in the forked process; return the exit code."""
    job = WeightsJob.from_fields(JobFields(fields))
    for name in job.files:
        try:
            event = {"file": name, **described(job.folder / name)}
        except (
            Exception
        ) as problem:  # whatever a damaged or hostile file makes a parser say: it has no weights to compare
            event = {"file": name, "unreadable": type(problem).__name__}
        write_all(events, json.dumps(event).encode() + b"\n")
    return 0


def described(path: Path) -> dict[str, Json]:
    """Return the digest, the shapes and a sample of all arrays of numbers in a file. Raise what the parsers raise."""
    import numpy as np

    # By shape, then by name: layers of one network may bear other numbers in another session.
    arrays = sorted(_arrays(path), key=lambda item: (item[1].shape, item[0]))
    if not arrays:
        return {"unreadable": "no arrays"}
    flat = np.concatenate([values.ravel() for _, values in arrays])
    at = np.linspace(0, len(flat) - 1, min(SAMPLE, len(flat))).astype(int)
    sample = [float(value) if math.isfinite(value) else 0.0 for value in flat[at]]
    return {
        "digest": hashlib.sha256(flat.tobytes()).hexdigest(),
        "shapes": [list(values.shape) for _, values in arrays],
        "sample": sample,
    }


def _arrays(path: Path) -> Iterator[tuple[str, Any]]:
    import h5py
    import numpy as np

    source: Any = path
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            entry = archive.getinfo("model.weights.h5")
            if entry.file_size > MAX_BYTES:
                raise ValueError("too large")
            source = io.BytesIO(archive.read(entry))
    count = values = 0
    with h5py.File(source, "r") as file:
        waiting = [("", file)]
        while waiting:
            where, group = waiting.pop()
            for name in sorted(group):
                count += 1
                if count > MAX_ENTRIES:  # a group may hold itself
                    raise ValueError("too many entries")
                if not isinstance(group.get(name, getlink=True), h5py.HardLink) or (not where and name in OPTIMIZER):
                    continue
                item = group[name]
                if isinstance(item, h5py.Group):
                    waiting.append((f"{where}/{name}", item))
                elif item.dtype.kind == "f" and not item.external and item.size:
                    values += item.size
                    if values > MAX_VALUES:
                        raise ValueError("too many values")
                    yield f"{where}/{name}", np.asarray(item[()], np.float32)
