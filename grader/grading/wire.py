"""A task, and what comes of it, as bytes: for a machine that shares no files with this one.

What travels is a tar file. Of its members only plain files are taken, under names that lie inside their folder, up to
bounds; a fact that is missing or of another form makes all of it a `CorruptPayload`.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
import tarfile
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path, PurePosixPath
from typing import IO

from grader import catalog, datasets, records
from grader.domain import DatasetInfo, Exercise, Json, JsonObject, Mode, Record, Submission, Text
from grader.errors import Breakdown, GraderError
from grader.evidence import InvalidEvidence, open_regular
from grader.grading.keys import ALL, code, specification_digest
from grader.grading.options import CachePolicy, Options
from grader.grading.run_cache import RunCache
from grader.grading.run_inputs import candidates
from grader.messages import say

MAX_BYTES = 1 << 30
MAX_FILES = 5000
FACTS = "facts.json"
FILES, BESIDE, KEPT = "files", "beside", "kept"


class CorruptPayload(Breakdown):
    """What came over the wire does not hold what it must."""


@dataclass(frozen=True, slots=True)
class TaskEnvelope:
    """What is to be graded, as it was unpacked."""

    exercise: Exercise
    submission: Submission
    options: Options
    backend: str
    data: Mapping[str, DatasetInfo]


# ── The task ────────────────────────────────────────────────────────────────────────────────────


def pack_task(exercise: Exercise, submission: Submission, options: Options, backend: str, data: str = "") -> bytes:
    """`data` is the SHA-256 of the dataset that the other side must have."""
    facts: dict[str, Json] = {
        "grader": code(*ALL),
        "exercise": exercise.id,
        "specification": specification_digest(exercise),
        "dataset": data,
        "backend": backend,
        "options": {f.name: getattr(options, f.name) for f in fields(options) if f.name != "cache"},
        "key": options.cache.key if options.cache else "",
        "submission": {
            "student": submission.student,
            "program": submission.program,
            "files": [str(name) for name in submission.files],
            "note": [submission.note.fr, submission.note.en],
            "received": submission.received,
            "identity": dict(submission.identity),
            "members": list(submission.members),
            "attempt": submission.attempt,
        },
    }
    provided = [
        (path, f"{BESIDE}/{exercise.prerequisites[name]}/{name}") for name, path in _provided(exercise, submission)
    ]
    handed_in = [(submission.root / name, f"{FILES}/{name}") for name in submission.files]
    return _pack(facts, [*handed_in, *provided])


def _provided(exercise: Exercise, submission: Submission) -> Iterator[tuple[str, Path]]:
    for name in exercise.prerequisites:
        *own, _ = candidates(name, exercise, submission)  # the other side has the reference itself
        found = next((path for path in own if path.is_file() and not path.is_symlink()), None)
        if found is not None:
            yield name, found


def unpack_task(sent: bytes, folder: Path, run_cache: RunCache) -> TaskEnvelope:
    """Raises `CorruptPayload`, also where this side has another grader, another specification or other data."""
    facts = _unpack(sent, folder)
    with _facts():
        if facts["grader"] != code(*ALL):
            raise _corrupt(say("the machine that grades has another version of the grader"))
        exercise = catalog.locate().find(str(facts["exercise"]))
        if facts["specification"] != specification_digest(exercise):
            raise _corrupt(say("the machine that grades has another specification of {exercise}", exercise=exercise.id))
        about, chosen = facts["submission"], facts["options"]
        policy = CachePolicy(run_cache.folder, True, False, str(facts["key"])) if facts["key"] else None
        options = Options(**{**chosen, "mode": Mode(chosen["mode"])}, cache=policy)
        root = (folder / FILES).replace(folder / exercise.id)  # whose name says what lies beside it
        submission = Submission(
            about["student"],
            exercise.id,
            root,
            root / about["program"],
            tuple(map(Path, about["files"])),
            Text(*about["note"]),
            about["received"],
            about["identity"],
            tuple(about["members"]),
            about["attempt"],
        )
        info = _data(exercise, str(facts["dataset"]))
        (folder / BESIDE).mkdir(exist_ok=True)
        for earlier in (folder / BESIDE).iterdir():  # where a borrower looks: beside the submission's own folder
            earlier.replace(folder / earlier.name)
        return TaskEnvelope(exercise, submission, options, str(facts["backend"]), info)


def _data(exercise: Exercise, wanted: str) -> dict[str, DatasetInfo]:
    if exercise.dataset not in datasets.KNOWN:
        return {}
    info = datasets.resolve(exercise.dataset)
    if wanted and info.sha256 != wanted:
        raise _corrupt(say("the machine that grades has other data for {dataset}", dataset=info.name))
    return {info.name: info}


# ── The result ──────────────────────────────────────────────────────────────────────────────────


def pack_result(record: Record, cache: Path) -> bytes:
    """The record, and the one run in the folder `cache`, if any."""
    kept = next((path for path in cache.iterdir() if path.is_dir()), None) if cache.is_dir() else None
    files = [(p, f"{KEPT}/{p.relative_to(kept)}") for p in sorted(kept.rglob("*")) if p.is_file()] if kept else []
    return _pack({"record": records.to_json(record), "key": kept.name if kept else ""}, files)


def unpack_result(sent: bytes, run_cache: RunCache | None) -> Record:
    """The record; the kept run goes on the run_cache, whole or not at all. Raises `CorruptPayload`."""
    with tempfile.TemporaryDirectory(prefix="grade-wire-") as place:
        facts = _unpack(sent, Path(place))
        with _facts():
            record = records.from_json(facts["record"])
            key = str(facts["key"])
        if run_cache is not None and key and key.isalnum():
            run_cache.take(key, Path(place) / KEPT)
        return record


# ── Tar ─────────────────────────────────────────────────────────────────────────────────────────


def _pack(facts: Mapping[str, Json], files: Iterable[tuple[Path, str]]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz", compresslevel=1) as tar:
        described = json.dumps(facts, allow_nan=False).encode()
        _add(tar, FACTS, io.BytesIO(described), len(described))
        for path, name in files:
            with contextlib.suppress(InvalidEvidence), os.fdopen(open_regular(path, MAX_BYTES), "rb") as file:
                _add(tar, name, file, os.fstat(file.fileno()).st_size)
    return buffer.getvalue()


def _add(tar: tarfile.TarFile, name: str, file: IO[bytes], size: int) -> None:
    member = tarfile.TarInfo(name)
    member.size = size
    tar.addfile(member, file)


def _unpack(sent: bytes, folder: Path) -> JsonObject:
    """The files under `folder`; returns the facts."""
    folder.mkdir(parents=True, exist_ok=True)
    room, facts = MAX_BYTES, None
    try:
        with tarfile.open(fileobj=io.BytesIO(sent), mode="r:gz") as tar:
            for count, member in enumerate(tar):
                room -= member.size
                parts = PurePosixPath(member.name).parts
                if not member.isreg() or room < 0 or count > MAX_FILES or not parts or ".." in parts or parts[0] == "/":
                    raise _corrupt(say("it holds what does not belong in it"))
                file = tar.extractfile(member)
                assert file is not None
                if member.name == FACTS:
                    facts = json.load(file)
                    continue
                target = folder.joinpath(*parts)
                target.parent.mkdir(parents=True, exist_ok=True)
                with target.open("xb") as copy:
                    shutil.copyfileobj(file, copy)
    except (tarfile.TarError, EOFError, OSError, ValueError) as problem:
        raise _corrupt(say("it cannot be read: {reason}", reason=str(problem)[:200])) from None
    if not isinstance(facts, dict):
        raise _corrupt(say("it says nothing about itself"))
    return facts


@contextlib.contextmanager
def _facts() -> Iterator[None]:
    try:
        yield
    except (KeyError, TypeError, ValueError, AttributeError) as problem:
        raise _corrupt(
            say("it cannot be read: {reason}", reason=f"{type(problem).__name__}: {problem}"[:200])
        ) from None


def _corrupt(why: Text) -> GraderError:
    return CorruptPayload(say("A parcel between machines is of no use: {why}.", why=why))
