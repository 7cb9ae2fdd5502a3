"""The numbers in handed-in model files, read in the sandbox by the job `grader.worker.weights_job`."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from grader.analysis.saved_files import model_files
from grader.domain import Limits, Submission
from grader.errors import WorkerDied
from grader.files import digest_of
from grader.sandbox import Job, WorkerHandle
from grader.sandbox.lazy import LazySandbox
from grader.sandbox.removing import remove_tree
from grader.similarity import Arrays

MAX_BYTES = 512 << 20
READ_SECONDS = 60.0
MEMORY_MIB = 2048
MAX_DIGEST_CHARS, MAX_SHAPES, MAX_SAMPLE = 64, 500, 4096


@dataclass(frozen=True, slots=True)
class _Numbers:
    """What one file holds; empty where it could not be read."""

    digest: str = ""
    shapes: tuple[tuple[int, ...], ...] = ()
    sample: tuple[float, ...] = ()


def read_weights(submissions: Iterable[Submission], sandbox: LazySandbox) -> list[Arrays]:
    """Return what the handed-in model files hold, the same bytes read once. Without two files to compare, no sandbox is
    started and nothing is returned.

    Raises:
        SandboxUnavailable: No sandbox is to be had.
    """
    # A folder's files belong to each exercise that was found in it; one look at each is enough.
    of_path = {s.root / name: (s, Path(name)) for s in submissions for name in model_files(tuple(map(str, s.files)))}
    handed_in = [one for path, one in of_path.items() if path.stat().st_size <= MAX_BYTES]
    if len(handed_in) < 2:
        return []
    with WorkerHandle(sandbox(), (), ("numpy", "h5py", "grader.worker.weights_job"), threads=1) as handle:
        known: dict[str, _Numbers] = {}
        return [_arrays(handle, submission, name, known) for submission, name in handed_in]


def _arrays(handle: WorkerHandle, submission: Submission, name: Path, known: dict[str, _Numbers]) -> Arrays:
    path = submission.root / name
    digest = digest_of(path)
    if digest not in known:
        known[digest] = _read(handle, path)
    numbers = known[digest]
    who = frozenset(submission.members or (submission.student,))
    return Arrays(submission.student, who, str(name), digest, numbers.digest, numbers.shapes, numbers.sample)


def _read(handle: WorkerHandle, path: Path) -> _Numbers:
    folder = handle.new_folder()
    lines: list[bytes] = []
    limits = Limits(wall=READ_SECONDS, cpu=READ_SECONDS, memory_mib=MEMORY_MIB, processes=4)
    try:
        shutil.copyfile(path, folder / "weights")
        fields = {"folder": str(folder), "files": ["weights"]}
        handle.run(Job("grader.worker.weights_job", fields, limits, folder), lines.append)
        return _parsed(lines[0])
    except (WorkerDied, ValueError, KeyError, IndexError, TypeError, RecursionError, OverflowError):
        return _Numbers()
    finally:
        remove_tree(folder)


def _parsed(line: bytes) -> _Numbers:
    """Return a line of the job, read distrustfully: whoever made the file may have written any."""
    event = json.loads(line)
    return _Numbers(
        str(event["digest"])[:MAX_DIGEST_CHARS],
        tuple(tuple(int(n) for n in shape) for shape in event["shapes"][:MAX_SHAPES]),
        tuple(float(value) for value in event["sample"][:MAX_SAMPLE]),
    )
