"""Kept runs: the evidence of a run under the key of everything that decides it (`grader.grading.keys`).

Thresholds and checks are not in that key: they judge the evidence anew each time, in seconds. A student's shelf keeps
long runs for a while; a gradebook's keeps every run for good, with the files that were handed in, so that judging
again needs neither them nor a run.

    <key>/run.json · events.jsonl     how the run went; what the recorder noted
    <key>/out/ · work/ · files/       arrays and pictures; models that the program left; what was handed in
    <key>/measured-*.json             the evaluator's answers
    <key>/reading-*.json              what the program says, read without running it
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, astuple, dataclass, replace
from pathlib import Path
from typing import Any

from grader.checks.left_files import model_files
from grader.domain import DatasetInfo, Json, Measurement, Mode, Notice, Outcome, Printed, Reading, Submission, Text
from grader.evidence import LINE_BYTES, Fields, Forged, Reader, copy_regular, stored_array
from grader.files import DAMAGED, write_whole
from grader.grading.bench import Options
from grader.grading.keys import measuring, reading_key
from grader.grading.run import RanSubmission, list_files
from grader.parsing import BEYOND, Read, lines_of, reading_of

WORTH_KEEPING_SECONDS = 20.0
MOST_RUNS = 40
MOST_FILE_BYTES = 64 << 20
MOST_HANDED_IN_BYTES = 256 << 20
LEFT_OVER_SECONDS = 86400.0
PARTIAL = ".partial-"
Answers = Mapping[Measurement, Mapping[str, Json]]


@dataclass(frozen=True, slots=True)
class Circumstances:
    """How a run came about: what a record says of it. `data` is the SHA-256 of the dataset, "" without one."""

    exercise: str
    program: str
    files: tuple[str, ...]
    mode: Mode
    seed: int
    time_limit: float | None
    sandbox: Mapping[str, str]
    data: str

    @classmethod
    def of(
        cls, submission: Submission, options: Options, sandbox: Mapping[str, str], data: DatasetInfo | None
    ) -> Circumstances:
        return cls(
            submission.exercise,
            submission.program,
            tuple(map(str, submission.files)),
            options.mode,
            options.seed,
            options.time_limit,
            dict(sandbox),
            data.sha256 if data else "",
        )

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> Circumstances:
        return cls(**{**fields, "mode": Mode(fields["mode"]), "files": tuple(fields["files"])})


@dataclass(frozen=True, slots=True)
class Kept:
    """A run on the shelf; `ran` is None where the program was only read. `files` is the folder of what was handed in."""

    circumstances: Circumstances
    files: Path
    ran: RanSubmission | None

    def submission(self, of: Submission) -> Submission:
        """The kept files, handed in by whom and when `of` says."""
        told = self.circumstances
        return replace(of, root=self.files, main=self.files / told.program, files=tuple(map(Path, told.files)))


@dataclass(frozen=True, slots=True)
class Shelf:
    """`everything`: each run is kept, and none makes room."""

    folder: Path
    everything: bool = False

    # ── Keeping ─────────────────────────────────────────────────────────────────────────────

    def keep(
        self,
        key: str,
        circumstances: Circumstances,
        submission: Submission,
        ran: RanSubmission | None,
        instead: bool = False,
    ) -> bool:
        """Keep a run whole or not at all; a full disk costs the shortcut, not the grading.

        A run that is there already stays, unless this one is to stand `instead`. False where this one is not kept.
        """
        if not self.everything and not _worth_keeping(ran):
            return False
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            partial = Path(tempfile.mkdtemp(dir=self.folder, prefix=PARTIAL))
            try:
                _fill(partial, circumstances, submission, ran)
                if self.everything:
                    _settle(partial)
                return self._put(partial, self.folder / key, instead)
            finally:
                shutil.rmtree(partial, ignore_errors=True)
        except OSError:
            return False
        finally:
            if not self.everything:
                self._prune()

    def take(self, key: str, kept: Path) -> bool:
        """A run that was kept elsewhere, copied here whole or not at all, in place of one that is there."""
        if not (kept / "run.json").is_file():
            return False
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            partial = Path(tempfile.mkdtemp(dir=self.folder, prefix=PARTIAL))
            try:
                shutil.copytree(kept, partial, dirs_exist_ok=True, symlinks=True)
                _settle(partial)
                return self._put(partial, self.folder / key, instead=True)
            finally:
                shutil.rmtree(partial, ignore_errors=True)
        except OSError:
            return False

    def _put(self, partial: Path, place: Path, instead: bool) -> bool:
        if place.exists() and (instead or not (place / "run.json").is_file()):
            old = Path(tempfile.mkdtemp(dir=self.folder, prefix=PARTIAL))
            with contextlib.suppress(FileNotFoundError):  # another process may have been faster
                place.replace(old)
            shutil.rmtree(old, ignore_errors=True)
        if place.exists():
            return False
        partial.rename(place)
        return True

    def _prune(self) -> None:
        """The runs that were used least recently make room."""
        with contextlib.suppress(OSError):
            runs = sorted((p for p in self.folder.iterdir() if p.is_dir()), key=lambda p: p.stat().st_mtime)
            for old in runs[:-MOST_RUNS]:
                shutil.rmtree(old, ignore_errors=True)

    def sweep(self) -> None:
        """Remove what a process that was killed left half written."""
        with contextlib.suppress(OSError):
            for path in self.folder.glob(f"{PARTIAL}*"):
                if time.time() - path.stat().st_mtime > LEFT_OVER_SECONDS:
                    shutil.rmtree(path, ignore_errors=True)

    # ── Finding ─────────────────────────────────────────────────────────────────────────────

    def circumstances(self, key: str) -> Circumstances | None:
        """Of the kept run, None where there is none."""
        try:
            return Circumstances.from_json(_read_json(self.folder / key / "run.json")["circumstances"])
        except DAMAGED:
            return None

    def find(self, key: str) -> Kept | None:
        """The kept run, its evidence read as distrustfully as when it was fresh; None where there is none."""
        folder = self.folder / key
        try:
            facts = _read_json(folder / "run.json")
            circumstances = Circumstances.from_json(facts["circumstances"])
            ran = None if facts["ran"] is None else _ran(folder, facts["ran"])
            os.utime(folder)
        except DAMAGED:
            return None
        return Kept(circumstances, folder / "files", ran)

    # ── The evaluator's answers ─────────────────────────────────────────────────────────────

    def answers(self, key: str) -> Answers:
        """What this evaluator answered about the run before."""
        try:
            listed = _read_json(self._measured(key))
            return {Measurement(kind, tuple((k, v) for k, v in settings)): answer for kind, settings, answer in listed}
        except DAMAGED:
            return {}

    def remember(self, key: str, answers: Answers) -> None:
        """In place of what was known. What a limit prevented may be answered another time, and is left out."""
        lasting = {m: a for m, a in answers.items() if not str(a.get("refused", "")).startswith("limit:")}
        if not lasting:
            return
        self._write(self._measured(key), [[m.kind, m.settings, dict(answer)] for m, answer in lasting.items()])

    def _write(self, path: Path, listed: list[Any]) -> None:
        """Whole or not at all; a full disk costs the shortcut, not the grading."""
        with contextlib.suppress(OSError):
            write_whole(path, json.dumps(listed, allow_nan=False))

    # ── The reading of the program ──────────────────────────────────────────────────────────

    def reading(self, key: str, asked: Read) -> Reading | None:
        """What the same reader, asked the same, read before."""
        try:
            listed = _read_json(self._reading(key, asked))
            return reading_of([Fields(line) for line in listed], asked.submission.main.name)
        except DAMAGED:
            return None

    def remember_reading(self, key: str, asked: Read, reading: Reading) -> None:
        """In place of what was known. What a limit prevented may be read another time, and is left out."""
        if reading.failure is None or reading.failure.type != BEYOND:
            self._write(self._reading(key, asked), [*lines_of(reading)])

    def _reading(self, key: str, asked: Read) -> Path:
        return self.folder / key / f"reading-{reading_key(asked.keys, asked.ids)[:16]}.json"

    def _measured(self, key: str) -> Path:
        return self.folder / key / f"measured-{measuring()[:16]}.json"


def _worth_keeping(ran: RanSubmission | None) -> bool:
    return ran is not None and ran.outcome.status in ("ok", "error") and ran.outcome.seconds >= WORTH_KEEPING_SECONDS


def _fill(target: Path, circumstances: Circumstances, submission: Submission, ran: RanSubmission | None) -> None:
    about = None
    if ran is not None:
        (target / "events.jsonl").write_bytes(b"\n".join(ran.lines))
        printed = ran.evidence.printed
        about = {
            "outcome": asdict(ran.outcome),
            "text": printed.text,
            "dropped": printed.dropped,
            "files": dict(ran.evidence.files),
            "rejected": ran.evidence.rejected,
            "arrays": {name: [astuple(one) for one in stored] for name, stored in ran.evidence.arrays.items()},
            "lent": [asdict(notice.text) for notice in ran.lent],
        }
    facts = {"circumstances": asdict(circumstances), "ran": about}
    (target / "run.json").write_text(json.dumps(facts), encoding="utf-8")
    for source, name in (*_handed_in(submission), *(_left(ran) if ran is not None else ())):
        with contextlib.suppress(Forged):
            copy_regular(source, target / name, MOST_FILE_BYTES)


def _handed_in(submission: Submission) -> Iterator[tuple[Path, str]]:
    """The program first, then from the smallest to the largest, as long as there is room."""
    sizes = []
    for relative in submission.files:
        with contextlib.suppress(OSError):
            path = submission.root / relative
            sizes.append((str(relative) != submission.program, path.lstat().st_size, str(relative), path))
    room = MOST_HANDED_IN_BYTES
    for _, size, name, path in sorted(sizes):
        room -= size
        if room >= 0:
            yield path, f"files/{name}"


def _left(ran: RanSubmission) -> Iterable[tuple[Path, str]]:
    models = [(ran.folder / "work" / name, f"work/{name}") for name in model_files(tuple(ran.evidence.files))]
    return [*models, *((ran.folder / "out" / name, f"out/{name}") for name in list_files(ran.folder / "out"))]


def _settle(folder: Path) -> None:
    """On the disk before the folder gets its name: a power cut leaves no half of it."""
    for path in (*folder.rglob("*"), folder):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _ran(folder: Path, facts: Mapping[str, Any]) -> RanSubmission:
    reader = Reader(folder / "out")
    with (folder / "events.jsonl").open("rb") as events:
        while line := events.readline(LINE_BYTES):
            reader.feed(line.rstrip(b"\n"))
    files = {str(name): int(size) for name, size in facts["files"].items()}
    evidence = reader.close(Printed(facts["text"], facts["dropped"]), files)
    lent = tuple(Notice(Text(**text)) for text in facts["lent"])
    arrays = {str(name): tuple(map(stored_array, stored)) for name, stored in facts["arrays"].items()}
    notices = (*lent, *evidence.notices)
    evidence = replace(evidence, notices=notices, rejected=int(facts["rejected"]), arrays=arrays)
    return RanSubmission(Outcome(**facts["outcome"]), evidence, folder, lent=lent)


def _read_json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))
