"""A task, and what comes of it, as bytes: for a machine that shares no files with this one.

A parcel is a tar file. Of its members only plain files are taken, under names that lie inside their folder, up to
bounds; a fact that is missing or of another form makes the whole parcel `Spoilt`.
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
from typing import Any

from grader import catalog, datasets, records
from grader.domain import DatasetInfo, Exercise, Mode, Record, Submission, Text
from grader.errors import Breakdown, GraderError
from grader.evidence import Forged, open_regular
from grader.grading.bench import Keeping, Options
from grader.grading.keys import ALL, code, specification_digest
from grader.grading.run import candidates
from grader.grading.shelf import Shelf
from grader.messages import say

MOST_BYTES = 1 << 30
MOST_FILES = 5000
FACTS = "facts.json"
FILES, BESIDE, KEPT = "files", "beside", "kept"


class Spoilt(Breakdown):
    """A parcel that does not hold what it must."""


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be graded, as it was unpacked."""

    exercise: Exercise
    submission: Submission
    options: Options
    backend: str
    data: Mapping[str, DatasetInfo]


# ── The task ────────────────────────────────────────────────────────────────────────────────────


def pack_task(exercise: Exercise, submission: Submission, options: Options, backend: str, data: str = "") -> bytes:
    """`data` is the SHA-256 of the dataset that the other side must have."""
    facts = {
        "grader": code(*ALL),
        "exercise": exercise.id,
        "specification": specification_digest(exercise),
        "dataset": data,
        "backend": backend,
        "options": {f.name: getattr(options, f.name) for f in fields(options) if f.name != "shelf"},
        "key": options.shelf.key if options.shelf else "",
        "submission": {
            "student": submission.student,
            "program": submission.program,
            "files": list(map(str, submission.files)),
            "note": [submission.note.fr, submission.note.en],
            "received": submission.received,
            "identity": dict(submission.identity),
            "members": list(submission.members),
            "attempt": submission.attempt,
        },
    }
    lent = [(path, f"{BESIDE}/{exercise.borrows[name]}/{name}") for name, path in _lent(exercise, submission)]
    handed_in = [(submission.root / name, f"{FILES}/{name}") for name in submission.files]
    return _pack(facts, [*handed_in, *lent])


def _lent(exercise: Exercise, submission: Submission) -> Iterator[tuple[str, Path]]:
    for name in exercise.borrows:
        *own, _ = candidates(name, exercise, submission)  # the other side has the reference itself
        found = next((path for path in own if path.is_file() and not path.is_symlink()), None)
        if found is not None:
            yield name, found


def unpack_task(sent: bytes, folder: Path, shelf: Shelf) -> Order:
    """Raises `Spoilt`, also where this side has another grader, another specification or other data."""
    facts = _unpack(sent, folder)
    with _facts():
        if facts["grader"] != code(*ALL):
            raise _spoilt(say("the machine that grades has another version of the grader"))
        exercise = catalog.locate().find(str(facts["exercise"]))
        if facts["specification"] != specification_digest(exercise):
            raise _spoilt(say("the machine that grades has another specification of {exercise}", exercise=exercise.id))
        told, chosen = facts["submission"], facts["options"]
        keeping = Keeping(shelf.folder, True, False, str(facts["key"])) if facts["key"] else None
        options = Options(**{**chosen, "mode": Mode(chosen["mode"])}, shelf=keeping)
        root = (folder / FILES).replace(folder / exercise.id)  # whose name says what lies beside it
        submission = Submission(
            told["student"],
            exercise.id,
            root,
            root / told["program"],
            tuple(map(Path, told["files"])),
            Text(*told["note"]),
            told["received"],
            told["identity"],
            tuple(told["members"]),
            told["attempt"],
        )
        info = _data(exercise, str(facts["dataset"]))
        (folder / BESIDE).mkdir(exist_ok=True)
        for earlier in (folder / BESIDE).iterdir():  # where a borrower looks: beside the submission's own folder
            earlier.replace(folder / earlier.name)
        return Order(exercise, submission, options, str(facts["backend"]), info)


def _data(exercise: Exercise, wanted: str) -> dict[str, DatasetInfo]:
    if exercise.dataset not in datasets.KNOWN:
        return {}
    info = datasets.resolve(exercise.dataset)
    if wanted and info.sha256 != wanted:
        raise _spoilt(say("the machine that grades has other data for {dataset}", dataset=info.name))
    return {info.name: info}


# ── The result ──────────────────────────────────────────────────────────────────────────────────


def pack_result(record: Record, shelf: Path) -> bytes:
    """The record, and the one run on `shelf`, if any."""
    kept = next((path for path in shelf.iterdir() if path.is_dir()), None) if shelf.is_dir() else None
    files = [(p, f"{KEPT}/{p.relative_to(kept)}") for p in sorted(kept.rglob("*")) if p.is_file()] if kept else []
    return _pack({"record": records.to_json(record), "key": kept.name if kept else ""}, files)


def unpack_result(sent: bytes, shelf: Shelf | None) -> Record:
    """The record; the kept run goes on the shelf, whole or not at all. Raises `Spoilt`."""
    with tempfile.TemporaryDirectory(prefix="grade-parcel-") as place:
        facts = _unpack(sent, Path(place))
        with _facts():
            record = records.from_json(facts["record"])
            key = str(facts["key"])
        if shelf is not None and key and key.isalnum():
            shelf.take(key, Path(place) / KEPT)
        return record


# ── Tar ─────────────────────────────────────────────────────────────────────────────────────────


def _pack(facts: Mapping[str, Any], files: Iterable[tuple[Path, str]]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz", compresslevel=1) as tar:
        told = json.dumps(facts, allow_nan=False).encode()
        _add(tar, FACTS, io.BytesIO(told), len(told))
        for path, name in files:
            with contextlib.suppress(Forged), os.fdopen(open_regular(path, MOST_BYTES), "rb") as file:
                _add(tar, name, file, os.fstat(file.fileno()).st_size)
    return buffer.getvalue()


def _add(tar: tarfile.TarFile, name: str, file: Any, size: int) -> None:
    member = tarfile.TarInfo(name)
    member.size = size
    tar.addfile(member, file)


def _unpack(sent: bytes, folder: Path) -> Any:
    """The files under `folder`; returns the facts."""
    folder.mkdir(parents=True, exist_ok=True)
    room, facts = MOST_BYTES, None
    try:
        with tarfile.open(fileobj=io.BytesIO(sent), mode="r:gz") as tar:
            for count, member in enumerate(tar):
                room -= member.size
                parts = PurePosixPath(member.name).parts
                if (
                    not member.isreg()
                    or room < 0
                    or count > MOST_FILES
                    or not parts
                    or ".." in parts
                    or parts[0] == "/"
                ):
                    raise _spoilt(say("it holds what does not belong in it"))
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
        raise _spoilt(say("it cannot be read: {reason}", reason=str(problem)[:200])) from None
    if not isinstance(facts, dict):
        raise _spoilt(say("it says nothing about itself"))
    return facts


@contextlib.contextmanager
def _facts() -> Iterator[None]:
    try:
        yield
    except (KeyError, TypeError, ValueError, AttributeError) as problem:
        raise _spoilt(say("it cannot be read: {reason}", reason=f"{type(problem).__name__}: {problem}"[:200])) from None


def _spoilt(why: Text) -> GraderError:
    words = say("A parcel between machines is of no use: {why}.", why=why)
    return Spoilt(words.fr, words.en)
