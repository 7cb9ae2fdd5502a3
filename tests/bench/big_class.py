"""A class of many recorded submissions, and how long it takes to look at it again: `python -m tests.bench.big_class`.

One submission is really graded, then cloned: each clone differs in a comment, and has a run, an evidence and a record of
its own. `--students N` (300), `--exercise ID` (exo1), `--keep DIR`.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from grader import catalog
from grader.batch.session import RUNS
from grader.datasets import needed_by
from grader.domain import Submission
from grader.grading import Options
from grader.grading.keys import fingerprint, judgement_key, run_key
from grader.grading.run_cache import RunCache
from grader.store import Gradebook
from grader.store.record_files import write_record

ROOT = Path(__file__).parents[2]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--students", type=int, default=300)
    parser.add_argument("--exercise", default="exo1")
    parser.add_argument("--keep", type=Path)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        place = asked.keep or Path(temporary)
        place.mkdir(parents=True, exist_ok=True)
        if not (place / "out").exists():
            program = ROOT / "reference" / asked.exercise / "solution.py"
            grown(place, asked.exercise, program.read_text(encoding="utf-8"), asked.students)
        for words in (["batch", "class", "--out", "out"], ["batch", "class", "--out", "out"], ["rejudge", "out"]):
            started, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
            run = grade(place, *words)
            wall, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
            cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
            print(f"{wall:6.2f} s, processor {cpu:.2f} s  grade {' '.join(words)}  → exit code {run.returncode}")
            print("\n".join(f"          {line}" for line in run.stdout.splitlines()[-4:]))


def grade(place: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "grader", *words, "--lang", "en"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, cwd=place, env=environment, capture_output=True, text=True, check=False)


def grown(place: Path, exercise: str, program: str, students: int, *words: str) -> None:
    """`place/class` with so many submissions, and `place/out` with all of them recorded. `words` go to `grade batch`."""
    _hand_in(place, exercise, "student-000", program)
    first = grade(place, "batch", "class", "--out", "out", *words)
    if not list((place / "out").glob("*.json")):
        raise SystemExit(first.stdout + first.stderr)
    clone(place, exercise, program, students)


def clone(place: Path, exercise_id: str, program: str, students: int) -> None:
    exercise = catalog.locate().find(exercise_id)
    data = needed_by([exercise], None).get(exercise.dataset)
    run_cache = RunCache(place / "out" / RUNS, everything=True)
    with Gradebook.open(place / "out") as book:
        (model,) = book.current()
        assert model.record is not None and not model.record.broken, model.record
        kept = run_cache.circumstances(model.run_key)
        assert kept is not None
        options = Options(kept.mode, kept.seed, time_limit=kept.time_limit)
        for number in range(1, students):
            submission = _hand_in(place, exercise_id, f"student-{number:03}", program)
            handed_in = fingerprint(submission)
            key = run_key(handed_in, submission, exercise, data, options)
            shutil.copytree(run_cache.folder / model.run_key, run_cache.folder / key)
            shutil.copyfile(submission.main, run_cache.folder / key / "files" / submission.program)
            record = replace(model.record, student=submission.student)
            book.file(submission, handed_in, key, judgement_key(key, exercise), record)
            write_record(book, record)


def _hand_in(place: Path, exercise: str, student: str, program: str) -> Submission:
    folder = place / "class" / student
    folder.mkdir(parents=True, exist_ok=True)
    main = folder / f"{exercise}.py"
    main.write_text(f"# {student}\n{program}", encoding="utf-8")
    return Submission(student, exercise, folder, main, (Path(main.name),))


if __name__ == "__main__":
    main()
