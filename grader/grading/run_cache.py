"""Kept runs: the evidence of a run under the key of everything that decides it (`grader.grading.keys`).

Thresholds and checks are not in that key: they judge the evidence anew each time, in seconds. A student's cache keeps
long runs for a while; a gradebook's keeps every run for good, with the files that were handed in, so that judging
again needs neither them nor a run.

    <key>/                      the run (`grader.grading.run_folder`)
    <key>/measured-*.json       the evaluator's answers
    <key>/reading-*.json        what the program says, read without running it
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from grader.analysis import Answers
from grader.domain import DatasetInfo, Exercise, Notice, OutcomeStatus, Reading, Submission
from grader.evidence import Fields
from grader.files import DAMAGED, write_whole
from grader.grading.execute import RanSubmission
from grader.grading.keys import fingerprint, measuring, reading_key, run_key
from grader.grading.run_folder import CachedRun, Circumstances, read_json_file, read_ran, settle, write_run
from grader.measurements import MeasurementRequest, Refused
from grader.measurements.codec import answer_from_json, answer_to_json, request_from_json, request_to_json
from grader.messages import number, say
from grader.parsing import OVER_LIMIT, Read, lines_of, reading_of

if TYPE_CHECKING:
    from grader.grading.options import Options
    from grader.grading.workbench import Workbench

WORTH_KEEPING_SECONDS = 20.0
MAX_RUNS = 40
LEFT_OVER_SECONDS = 86400.0
PARTIAL = ".partial-"


@dataclass(frozen=True, slots=True)
class RunCache:
    """The kept runs in `folder`. `everything`: each run is kept, and none makes room."""

    folder: Path
    everything: bool = False

    # ── CachePolicy ─────────────────────────────────────────────────────────────────────────────

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

        def fill(folder: Path) -> None:
            write_run(folder, circumstances, submission, ran)
            if self.everything:
                settle(folder)

        kept = self._put_whole(key, fill, instead)
        if not self.everything:
            self._prune()
        return kept

    def take(self, key: str, kept: Path) -> bool:
        """A run that was kept elsewhere, copied here whole or not at all, in place of one that is there."""
        if not (kept / "run.json").is_file():
            return False

        def fill(folder: Path) -> None:
            shutil.copytree(kept, folder, dirs_exist_ok=True, symlinks=True)
            settle(folder)

        return self._put_whole(key, fill, instead=True)

    def _put_whole(self, key: str, fill: Callable[[Path], None], instead: bool) -> bool:
        """Put in its place what `fill` has laid out beside it; False where the disk does not take it, or one stays."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            partial = Path(tempfile.mkdtemp(dir=self.folder, prefix=PARTIAL))
            try:
                fill(partial)
                return self._put(partial, self.folder / key, instead)
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
            for old in runs[:-MAX_RUNS]:
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
            return Circumstances.from_json(read_json_file(self.folder / key / "run.json")["circumstances"])
        except DAMAGED:
            return None

    def find(self, key: str) -> CachedRun | None:
        """The kept run, its evidence read as distrustfully as when it was fresh; None where there is none."""
        folder = self.folder / key
        try:
            facts = read_json_file(folder / "run.json")
            circumstances = Circumstances.from_json(facts["circumstances"])
            ran = None if facts["ran"] is None else read_ran(folder, facts["ran"])
            os.utime(folder)
        except DAMAGED:
            return None
        return CachedRun(circumstances, folder / "files", ran)

    # ── The evaluator's answers ─────────────────────────────────────────────────────────────

    def answers(self, key: str) -> Answers:
        """What this evaluator answered about the run before."""
        try:
            listed = read_json_file(self._measured(key))
            asked = [(request_from_json(kind, fields), answer) for kind, fields, answer in listed]
            return {request: answer_from_json(request, answer) for request, answer in asked}
        except Exception:  # damaged, or of a form that nobody writes any more: it is measured again
            return {}

    def remember(self, key: str, answers: Answers) -> None:
        """In place of what was known. What a limit prevented may be answered another time, and is left out."""
        lasting = [
            [*request_to_json(request), answer_to_json(answer)]
            for request, answer in answers.items()
            if isinstance(request, MeasurementRequest) and not (isinstance(answer, Refused) and not answer.lasting)
        ]
        if lasting:
            self._write(self._measured(key), lasting)

    def _write(self, path: Path, listed: Sequence[object]) -> None:
        """Whole or not at all; a full disk costs the shortcut, not the grading."""
        with contextlib.suppress(OSError):
            write_whole(path, json.dumps(listed, allow_nan=False))

    # ── The reading of the program ──────────────────────────────────────────────────────────

    def reading(self, key: str, asked: Read) -> Reading | None:
        """What the same reader, asked the same, read before."""
        try:
            listed = read_json_file(self._reading(key, asked))
            return reading_of([Fields(line) for line in listed], asked.submission.main.name)
        except DAMAGED:
            return None

    def remember_reading(self, key: str, asked: Read, reading: Reading) -> None:
        """In place of what was known. What a limit prevented may be read another time, and is left out."""
        if reading.failure is None or reading.failure.type != OVER_LIMIT:
            self._write(self._reading(key, asked), [*lines_of(reading)])

    def _reading(self, key: str, asked: Read) -> Path:
        return self.folder / key / f"reading-{reading_key(asked.keys, asked.ids)[:16]}.json"

    def _measured(self, key: str) -> Path:
        return self.folder / key / f"measured-{measuring()[:16]}.json"


def _worth_keeping(ran: RanSubmission | None) -> bool:
    return (
        ran is not None
        and ran.outcome.status in (OutcomeStatus.OK, OutcomeStatus.ERROR)
        and ran.outcome.seconds >= WORTH_KEEPING_SECONDS
    )


# ── One submission ──────────────────────────────────────────────────────────────────────────────


def sandbox_of(workbench: Workbench | None) -> dict[str, str]:
    """What ran the program: nothing does where programs are only read."""
    if workbench is None or workbench.runner is None:
        return {"backend": "none", "level": "none"}
    sandbox = workbench.runner.sandbox
    return {"backend": sandbox.name, "level": sandbox.level.value}


class CacheEntry:
    """One submission's place in the run cache, if there is one: what is found there, and what is put there."""

    def __init__(self, submission: Submission, exercise: Exercise, workbench: Workbench, options: Options) -> None:
        self._submission = submission
        self._exercise = exercise
        self._workbench = workbench
        self._options = options
        self._policy = options.cache
        self._runs = RunCache(options.cache.folder, options.cache.everything) if options.cache is not None else None
        self._found = False

    @property
    def _data(self) -> DatasetInfo | None:
        """What the program is run on."""
        return self._workbench.data.get(self._exercise.dataset) if self._workbench.runner is not None else None

    @cached_property
    def _key(self) -> str:
        if self._policy is not None and self._policy.key:
            return self._policy.key
        return run_key(fingerprint(self._submission), self._submission, self._exercise, self._data, self._options)

    def kept(self) -> RanSubmission | None:
        """The kept run of an unchanged program."""
        if self._runs is None or self._policy is None or not self._policy.reuse:
            return None
        found = self._runs.find(self._key)
        self._found = found is not None and found.ran is not None
        return found.ran if found is not None else None

    def notice(self, ran: RanSubmission) -> Notice:
        return Notice(
            say(
                "The program has not changed: its run of {seconds} s was kept and is judged again. `--fresh` runs it anew.",
                seconds=number(ran.outcome.seconds),
            )
        )

    def answers(self) -> Answers:
        """What the evaluator said before of the run that was found."""
        return self._runs.answers(self._key) if self._runs is not None and self._found else {}

    def keep(self, ran: RanSubmission | None, measured: Answers, asked: Read, reading: Reading) -> None:
        """The run, unless it came from here, what was measured on it, and what was read of the program."""
        if self._runs is None or self._policy is None:
            return
        if not self._found:
            about = Circumstances.of(self._submission, self._options, sandbox_of(self._workbench), self._data)
            if not self._runs.keep(self._key, about, self._submission, ran, instead=not self._policy.reuse):
                return
        self._runs.remember(self._key, measured)
        self._runs.remember_reading(self._key, asked, reading)
