"""A class graded while processes of every kind are killed at random, the batch itself included: `soaked(…)`.

Everything is real: workers, parser, evaluator, gradebook, pages. A program builds the network that is asked for, without
training it, so that a grading takes a second. When the batch is killed, the same command goes on. At the end each student
is there once with the right mark, the gradebook is whole, and every file beside it follows it.
"""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from grader import records
from grader.cli import exits
from grader.derived import DerivedFiles
from grader.reports.html import MANIFEST, write_pages
from grader.store import Gradebook
from grader.store.record_files import record_name

ROOT = Path(__file__).parents[2]
KINDS = ("job", "worker", "batch", "frozen")
APART = (
    2.5  # seconds between two kills: a job that is killed is tried again, and another kill of it would be its own doing
)
MAX_STARTS = 60
ANSWERS = ("7850", "7 850", "784*10+10 = 7850", "7840")  # the last one is wrong
PROGRAM = """REPONSES = {{"parametres": "{answer}", "convexe": "oui", "minimum_global": "oui"}}
import keras
model = keras.Sequential([keras.Input((784,)), keras.layers.Dense(10, activation="softmax")])
model.compile(optimizer="sgd", loss="categorical_crossentropy", metrics=["accuracy"])
# {student}
"""


@dataclass
class Soaked:
    """What happened: kills by kind, how often the batch was started, and what is wrong at the end."""

    seed: int
    kills: Counter[str] = field(default_factory=Counter)
    starts: int = 0
    wrong: list[str] = field(default_factory=list)


def soaked(place: Path, students: int, seed: int, kills: int, sandbox: str = "auto") -> Soaked:
    """Grade a class of so many below `place`, with at most so many kills."""
    dice = random.Random(seed)
    made = Soaked(seed)
    names = _class_of(place / "class", students)
    while True:
        made.starts += 1
        assert made.starts < MAX_STARTS, "the batch does not come to its end"
        batch = _started(place, sandbox)
        code = _until_end(batch, dice, made, kills)
        if code in (exits.MARKS_LOST, exits.FULL_MARKS):
            break
        if code not in (-signal.SIGKILL, exits.SIGNALLED + signal.SIGTERM, exits.BROKEN):
            made.wrong.append(f"exit code {code}: {batch_log(place)[-2000:]}")
            break
    made.wrong += wrong_in(place / "out", names)
    return made


def batch_log(place: Path) -> str:
    return (place / "batch.log").read_text(encoding="utf-8", errors="replace")


def _class_of(folder: Path, students: int) -> dict[str, str]:
    """Each student's answer to the first question."""
    names = {f"s{number:03}": ANSWERS[number % len(ANSWERS)] for number in range(students)}
    for name, answer in names.items():
        (folder / name).mkdir(parents=True)
        (folder / name / "exo1.py").write_text(PROGRAM.format(answer=answer, student=name), encoding="utf-8")
    return names


def _started(place: Path, sandbox: str) -> psutil.Popen:
    words = ["batch", "class", "--out", "out", "--sandbox", sandbox, "--jobs", "2", "--lang", "en"]
    environment = {name: value for name, value in os.environ.items() if name != "GRADE_DATA"}
    with (place / "batch.log").open("ab") as log:
        return psutil.Popen(
            [sys.executable, "-m", "grader", *words],
            cwd=place,
            env={**environment, "PYTHONPATH": str(ROOT)},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )


def _until_end(batch: psutil.Popen, dice: random.Random, made: Soaked, most: int) -> int:
    """Kill now and then; the exit code."""
    while made.kills.total() < most:
        with suppress(subprocess.TimeoutExpired, psutil.TimeoutExpired):
            return int(batch.wait(APART + dice.random() * 2))
        kind = dice.choice(KINDS)
        if _kill(batch, kind, dice):
            made.kills[kind] += 1
    return int(batch.wait(600))


def _kill(batch: psutil.Popen, kind: str, dice: random.Random) -> bool:
    """False where nothing of this kind is there just now."""
    with suppress(psutil.Error):
        if kind == "batch":
            batch.send_signal(dice.choice([signal.SIGKILL, signal.SIGTERM]))
            return True
        under_it = batch.children(recursive=True)  # what builds the sandbox bears the worker's words, too
        workers = [p for p in under_it if "grader.worker" in p.cmdline() and p.name().startswith("python")]
        outermost = [p for p in workers if p.parent() not in workers]
        jobs = [p for p in workers if p.parent() in workers]
        chosen = jobs if kind == "job" else outermost
        if chosen:
            dice.choice(chosen).send_signal(signal.SIGSTOP if kind == "frozen" else signal.SIGKILL)
            return True
    return False


# ── What must hold ──────────────────────────────────────────────────────────────────────────────


def wrong_in(out: Path, names: dict[str, str]) -> list[str]:
    with sqlite3.connect(out / "gradebook.sqlite") as connection:
        (whole,) = connection.execute("PRAGMA integrity_check").fetchone()
    with Gradebook.open(out) as book:
        found = book.records()
    wrong = [] if whole == "ok" else [f"integrity: {whole}"]
    often = Counter(record.student for record in found)
    wrong += [f"{name}: {often[name]} times" for name in names if often[name] != 1]
    wrong += [f"{name}: nobody handed it in" for name in often.keys() - names.keys()]
    for record in found:
        points = {v.id: v.points for v in record.verdicts}
        asked = 0.0 if names.get(record.student) == ANSWERS[-1] else 2.0
        if record.broken or points["runs"] != 1 or points["architecture"] != 4 or points["answer.parametres"] != asked:
            wrong.append(f"{record.student}: {points}")
        path = out / record_name(record.student, record.exercise)
        if not path.is_file() or records.read(path) != record:
            wrong.append(f"{path.name} is not what the gradebook says")
    return wrong + _stale_pages(out)


def _stale_pages(out: Path) -> list[str]:
    if not DerivedFiles(out, MANIFEST).whole():
        return ["a page is missing or not as it was written"]
    with Gradebook.open(out) as book:
        everything = book.records()
    anew = out.parent / f"anew-{time.monotonic_ns()}"
    write_pages(everything, anew, "en")
    pages = [path.relative_to(anew) for path in anew.rglob("*.html")]
    return [f"{page} is stale" for page in pages if (anew / page).read_bytes() != (out / page).read_bytes()]
