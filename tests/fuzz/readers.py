"""Every reader of foreign bytes, with seeds that it takes, and the errors by which it may refuse."""

from __future__ import annotations

import io
import json
import tarfile
import warnings
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np

from grader import records
from grader.cli import reports
from grader.cli.deadlines import parse_dates
from grader.derived import DerivedFiles
from grader.errors import GraderError
from grader.evidence import InvalidEvidence, Reader, load_arrays
from grader.grading.run_cache import RunCache
from grader.intake import groups
from grader.intake.archive_members import STUDENT
from grader.intake.archives import unpack
from grader.intake.exercise_names import clean, read_names
from grader.intake.lms import export_name, received_from, usernames
from grader.intake.unpacking import Room
from grader.reading.source import read_source
from grader.store import parse_duration, parse_moment, parse_policy
from grader.store.restoring import require_no_orphans
from tests.conftest import notebook_of
from tests.reports import build

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class FuzzedReader:
    """`read` is given bytes and an empty folder; what it `refuses` with is its word for what is not of the form."""

    name: str
    seeds: tuple[bytes, ...]
    read: Callable[[bytes, Path], object]
    refuses: tuple[type[Exception], ...] = ()


def _file(name: str, read: Callable[[Path], object]) -> Callable[[bytes, Path], object]:
    def from_bytes(data: bytes, folder: Path) -> object:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return read(path)

    return from_bytes


def _program(path: Path) -> object:
    with warnings.catch_warnings():  # Python's parser warns of odd literals
        warnings.simplefilter("ignore")
        return read_source(path)


def _lines(data: bytes, folder: Path) -> object:
    reader = Reader(folder)
    for line in data.split(b"\n"):
        reader.feed(line)
    return reader.close()


def _unpacked(name: str) -> Callable[[bytes, Path], object]:
    def read(path: Path) -> object:
        refused = unpack(path, path.parent / "out", STUDENT)
        below = list((path.parent / "out").rglob("*"))
        assert all(p.resolve().is_relative_to(path.parent / "out") and not p.is_symlink() for p in below)
        return refused

    return _file(name, read)


def _names(data: bytes, folder: Path) -> object:
    text = data.decode("utf-8", "replace")
    lines = text.splitlines() or [""]
    ids = ("exo1", "exo2", "xor", "fashion")
    return [
        (export_name(t, ids), read_names(t, ids), clean(t), groups.members_in(t), groups.team_of(t)) for t in lines
    ], (
        usernames(lines),
        received_from(text),
    )


def _words(data: bytes, folder: Path) -> object:
    text = data.decode("utf-8", "replace")
    found = []
    for parse in (parse_moment, parse_duration, parse_policy):
        try:
            found.append(parse(text))
        except GraderError:
            continue
    assert all(not isinstance(one, datetime) or one.tzinfo for one in found)
    return found


def _kept_run(path: Path) -> object:
    run_cache = RunCache(path.parents[1], everything=True)
    return run_cache.circumstances(path.parent.name), run_cache.find(path.parent.name)


def _manifest(path: Path) -> object:
    files = DerivedFiles(path.parent, path.name)
    return files.whole(), files.names()


def _zip(*names: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, b"x = 1\n" * 20)
    return buffer.getvalue()


def _tar(mode: str) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode) as archive:  # type: ignore[call-overload]
        for name in ("tp/exo1.py", "tp/données.npy"):
            info = tarfile.TarInfo(name)
            info.size = 6
            archive.addfile(info, io.BytesIO(b"x = 1\n"))
    return buffer.getvalue()


def _npz() -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, w0=np.zeros((3, 2), np.float32), hashes=np.arange(4, dtype=np.uint64))
    return buffer.getvalue()


def _record() -> bytes:
    return json.dumps(records.to_json(build.full())).encode()


RUN = {
    "circumstances": {"mode": "full", "seed": 0, "time_limit": None, "data": "", "sandbox": {"backend": "process"}},
    "ran": None,
}  # fmt: skip
DATES = b'student,exercise,deadline\nalice,exo1,2026-03-01T23:59\n"bob, jr",,01/03/2026 12:00\n'
EVENTS = tuple(path.read_bytes() for path in sorted((ROOT / "tests/attacks/events").glob("exo[125].jsonl")))
SCRIPTS = tuple(path.read_bytes() for path in sorted((ROOT / "tests/corpus").glob("a*.py"))[:4])

READERS = (
    FuzzedReader("script", SCRIPTS, _file("exo1.py", _program), (GraderError,)),
    FuzzedReader(
        "notebook", (notebook_of("REPONSES = {'a': 'b'}", "%matplotlib inline\nx = 1"),), _file("exo1.ipynb", _program), (GraderError,)
    ),
    FuzzedReader("events", EVENTS, _lines),
    FuzzedReader("arrays", (_npz(),), _file("weights-1.npz", lambda p: load_arrays(p.parent, p.name)), (InvalidEvidence,)),
    FuzzedReader("zip", (_zip("exo1.py", "a/b/exo2.py"), _zip("é/à.txt")), _unpacked("r.zip")),
    FuzzedReader("tar", (_tar("w"), _tar("w:gz"), _tar("w:xz")), _unpacked("r.tar.gz")),
    FuzzedReader("record", (_record(),), _file("a.exo1.json", reports._read), (GraderError,)),
    FuzzedReader("kept run", (json.dumps(RUN).encode(),), _file("evidence/0123/run.json", _kept_run)),
    FuzzedReader("dates", (DATES,), _file("d.csv", lambda p: parse_dates(None, None, None, p, None)), (GraderError,)),
    FuzzedReader("groups", (b"groupe;nom\nG1;Ana\nG1;Bob\n",), _file("groupes.csv", groups.listed)),
    FuzzedReader("names", ("Léa Dupont_12_assignsubmission_file_exo1.py\ndupont_LATE_1_2_exo1-2.py\nexo1_lea+luc.ipynb".encode(),), _names),
    FuzzedReader("words", (b"2026-03-01T23:59", b"1/3/2026 12:30", b"per-day:10:50", b"1h30m", b"0/0/0"), _words),
    FuzzedReader("note of pages", (b'{"index.html": ["abc", 12, 34]}',), _file(".pages.json", _manifest)),
    FuzzedReader("note of refusals", (b'[["a", "link"]]',), _file("refused.json", lambda p: Room(folder=p.parent).folder)),
    FuzzedReader("decisions", (b'{"student": "a", "points": 1}\n',), _file("decisions.jsonl", lambda p: require_no_orphans(p.parent)), (GraderError,)),
)  # fmt: skip
