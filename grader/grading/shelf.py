"""Kept runs: the evidence of a long training, so that grading an unchanged program again takes seconds.

A run is kept under the fingerprint of everything that decides it: the files, the exercise's data and mode, the
seed and the versions. Thresholds and checks are not among them: they judge the evidence anew each time.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import sys
import tempfile
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path

from grader import __version__
from grader.checks.saved_model import model_files
from grader.domain import DatasetInfo, Exercise, Mode, Outcome, Printed, Submission
from grader.evidence import LINE_BYTES, Forged, Reader, copy_regular, open_regular
from grader.grading.bench import Options
from grader.grading.run import RanSubmission, list_files

WORTH_KEEPING_SECONDS = 20.0
MOST_RUNS = 40
MOST_FILE_BYTES = 64 << 20
FORM = 1


def fingerprint(submission: Submission, exercise: Exercise, data: DatasetInfo | None, options: Options) -> str:
    """SHA-256 of all that decides how a run goes."""
    digest = hashlib.sha256()
    steps = exercise.audit_steps if options.mode is Mode.AUDIT else None
    decisive = [FORM, __version__, exercise.id, data and data.sha256, options.mode.value, steps, options.seed]
    decisive += [options.time_limit, sys.version_info[:3], version("keras"), version("numpy"), version("scikit-learn")]
    digest.update(json.dumps(decisive, default=str).encode())
    for relative in sorted(submission.files):
        try:
            with os.fdopen(open_regular(submission.root / relative, 1 << 30), "rb") as file:
                digest.update(f"\0{relative}\0{hashlib.file_digest(file, 'sha256').hexdigest()}".encode())
        except Forged:
            digest.update(f"\0{relative}\0-".encode())
    return digest.hexdigest()


@dataclass(frozen=True, slots=True)
class Shelf:
    folder: Path

    def keep(self, key: str, ran: RanSubmission) -> None:
        """Keep a run's evidence whole or not at all; a full disk costs the shortcut, not the grading."""
        if ran.outcome.status not in ("ok", "error") or ran.outcome.seconds < WORTH_KEEPING_SECONDS:
            return
        with contextlib.suppress(OSError):
            self.folder.mkdir(parents=True, exist_ok=True)
            partial = Path(tempfile.mkdtemp(dir=self.folder, prefix=".partial-"))
            try:
                self._fill(partial, ran)
                shutil.rmtree(self.folder / key, ignore_errors=True)
                partial.rename(self.folder / key)
            finally:
                shutil.rmtree(partial, ignore_errors=True)
            self._prune()

    def _fill(self, target: Path, ran: RanSubmission) -> None:
        (target / "events.jsonl").write_bytes(b"\n".join(ran.lines))
        printed = ran.evidence.printed
        facts = {"outcome": asdict(ran.outcome), "text": printed.text, "dropped": printed.dropped}
        (target / "run.json").write_text(json.dumps(facts), encoding="utf-8")
        models = [(ran.folder / "work" / name, f"work/{name}") for name in model_files(tuple(ran.evidence.files))]
        arrays = [(ran.folder / "out" / name, f"out/{name}") for name in list_files(ran.folder / "out")]
        for source, name in (*models, *arrays):
            with contextlib.suppress(Forged):
                copy_regular(source, target / name, MOST_FILE_BYTES)

    def find(self, key: str) -> RanSubmission | None:
        """The kept run, its evidence read as distrustfully as when it was fresh; None where there is none."""
        folder = self.folder / key
        try:
            facts = json.loads((folder / "run.json").read_text(encoding="utf-8"))
            reader = Reader(folder / "out")
            with (folder / "events.jsonl").open("rb") as events:
                while line := events.readline(LINE_BYTES):
                    reader.feed(line.rstrip(b"\n"))
            evidence = reader.close(Printed(facts["text"], facts["dropped"]), list_files(folder / "work"))
            os.utime(folder)
            return RanSubmission(Outcome(**facts["outcome"]), evidence, folder)
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def _prune(self) -> None:
        """The runs that were used least recently make room."""
        runs = sorted((p for p in self.folder.iterdir() if p.is_dir()), key=lambda p: p.stat().st_mtime)
        for old in runs[:-MOST_RUNS]:
            shutil.rmtree(old, ignore_errors=True)
