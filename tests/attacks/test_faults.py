"""Faults in the grader itself: the one submission that they hit is not marked, which is never a zero, and the others of
the batch get their right marks."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from grader import records
from grader.analysis import Analysis
from grader.batch import Task, grade_all, pool
from grader.checks.findings import failed, passed
from grader.cli import exits, main
from grader.domain import Check, Exercise, Finding, Limits, Mode, Record, Submission, Text
from grader.grading import Options, running_workbench, workbench
from grader.grading import execute as grading_execute
from grader.grading import measure as grading_measure
from grader.measurements import ModelInputs, SavedDifference, SavedModelRequest
from grader.sandbox import Job, WorkerHandle, place
from grader.sandbox.process import Process
from tests.attacks import attack
from tests.attacks.attack import HONEST, marks, said
from tests.endings import waits_no_longer_than

KILLS_ITS_WORKER = "import os, signal, time\nos.kill(os.getppid(), signal.SIGKILL)\ntime.sleep(30)\n"


def light(entry: str, fields: Any, limits: Limits, folder: Path) -> Job:
    """The same jobs without Keras, so that a worker starts at once."""
    name = attack.ENTRY if entry == "grader.worker.job" else "tests.attacks.evaluating"
    return Job(name, fields, limits, folder)


@pytest.fixture(autouse=True)
def without_keras(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grading_execute, "Job", light)
    monkeypatch.setattr(grading_measure, "Job", light)
    monkeypatch.setattr(pool, "running_workbench", partial(running_workbench, preload=()))
    monkeypatch.setattr(workbench, "EVALUATOR", ())


def measured(who: str = "nobody", deaths: int = 0, mark: str = "") -> Check:
    """A point for what the evaluator measures, in which somebody is killed as often as `deaths` says."""
    asked = json.dumps({"who": who, "deaths": deaths, "mark": mark})
    wanted = SavedModelRequest(asked, 0, ModelInputs("none"))  # see tests/attacks/evaluating.py

    def judge(analysis: Analysis) -> Finding:
        right = isinstance(analysis.answers.get(wanted), SavedDifference)
        return passed(Text("vu", "seen")) if right else failed(Text("pas vu", "not seen"))

    return Check("measured", Text("measured"), 1, judge, requests=lambda analysis: (wanted,))


def task(folder: Path, source: str = HONEST, check: Check | None = None, **limits: float) -> Task:
    root = folder / f"copie{len(list(folder.iterdir()))}"
    root.mkdir()
    (root / "essai.py").write_text(source, encoding="utf-8")
    made = attack.exercise(**limits)
    exercise = Exercise(
        made.id, made.title, made.dataset, (*made.checks, *([check] if check else [])), limits=made.limits
    )
    submission = Submission(root.name, "essai", root, root / "essai.py", (Path("essai.py"),))
    return Task(exercise, submission, Options(Mode.FULL, threads=1))


def graded(tasks: list[Task], jobs: int = 1) -> list[Record]:
    """In the order of the tasks."""
    found = {id(one): record for one, record in grade_all(tasks, Process(), {}, jobs)}
    return [found[id(one)] for one in tasks]


def assert_only(broken: int, records: list[Record]) -> None:
    """Exactly that one is not marked; the others earned what they must."""
    assert [record.broken for record in records] == [n == broken for n in range(len(records))], [
        said(r) for r in records
    ]
    assert all(set(marks(record).values()) == {0} for record in records[broken : broken + 1])
    assert all(record.score == record.max_score for n, record in enumerate(records) if n != broken)
    assert exits.of_records(records) == exits.BROKEN
    hint = records[broken].verdicts[0].hint
    assert hint.fr and hint.en, "it is told why"


# ── Killed ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_worker_that_is_killed_every_time_costs_that_submission_only(jobs: int, tmp_path: Path) -> None:
    tasks = [task(tmp_path), task(tmp_path, KILLS_ITS_WORKER), task(tmp_path), task(tmp_path)]
    assert_only(1, graded(tasks, jobs))


def test_a_worker_that_is_killed_from_outside_is_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the kernel does when memory is short: once, in the middle of a job."""
    killed: list[int] = []
    start = WorkerHandle.wait_until_warm

    def warm(self: WorkerHandle) -> None:
        start(self)
        if not killed and self._worker is not None:
            killed.append(self._worker.pid)
            threading.Timer(0.4, os.kill, (self._worker.pid, signal.SIGKILL)).start()

    monkeypatch.setattr(WorkerHandle, "wait_until_warm", warm)
    records = graded([task(tmp_path, "import time\ntime.sleep(1)\n" + HONEST), task(tmp_path)])
    assert killed and [record.score for record in records] == [3, 3]


@pytest.mark.parametrize(("who", "deaths"), [("worker", 9), ("job", 9)])
def test_an_evaluator_that_is_killed_costs_that_submission_only(who: str, deaths: int, tmp_path: Path) -> None:
    tasks = [
        task(tmp_path, check=measured()),
        task(tmp_path, check=measured(who, deaths, str(tmp_path / "mark"))),
        task(tmp_path, check=measured()),
    ]
    assert_only(1, graded(tasks))


def test_an_evaluator_that_is_killed_once_is_asked_again(tmp_path: Path) -> None:
    (record,) = graded([task(tmp_path, check=measured("worker", 1, str(tmp_path / "mark")))])
    assert not record.broken and record.score == record.max_score == 4


# ── No room ─────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Callable[[int], Path]]:
    """A file system of some MiB of its own."""
    mounted: list[Path] = []

    def mount(mib: int) -> Path:
        disk = tmp_path / f"disk{len(mounted)}"
        disk.mkdir()
        made = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={mib}m", "none", disk], capture_output=True, check=False
        )
        if made.returncode:
            pytest.skip("no file system can be mounted here")
        mounted.append(disk)
        return disk

    yield mount
    for mount_point in mounted:
        subprocess.run(["umount", "-l", mount_point], check=True)


FILLS = "import os\nfor n in range(3):\n    open(f'f{n}', 'wb').write(os.urandom(7 << 20))\n" + HONEST


def test_a_full_disk_is_not_the_program_s_fault(
    tiny_disk: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Within its limits, the program finds no room: what its recorder could not write is not held against it."""
    disk = tiny_disk(36)
    monkeypatch.setattr(place, "apart", lambda: disk)
    copies = tmp_path / "copies"
    copies.mkdir()
    assert_only(1, graded([task(copies), task(copies, FILLS, total_mib=200), task(copies)]))


def test_who_fills_the_disk_beyond_the_limits_answers_for_it(tmp_path: Path) -> None:
    (record,) = graded([task(tmp_path, FILLS.replace("range(3)", "range(30)"), total_mib=12)])
    assert not record.broken and record.outcome is not None and record.outcome.status == "disk"
    assert marks(record)["runs"] == 0


@pytest.mark.parametrize("where", ["copy_files", "list_files"])
def test_where_nothing_can_be_written_that_submission_is_not_marked(
    where: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest, calls = getattr(grading_execute, where), [0]

    def full(*arguments: Any) -> Any:
        calls[0] += 1
        if calls[0] == 2:
            raise OSError(errno.ENOSPC, "No space left on device")
        return honest(*arguments)

    monkeypatch.setattr(grading_execute, where, full)
    records = graded([task(tmp_path), task(tmp_path), task(tmp_path)])
    assert_only(1, records)
    assert "room" in records[1].verdicts[0].hint.en


def test_no_room_for_an_evaluation_is_not_the_student_s_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(grading_measure, "_lay_out", full)
    assert_only(1, graded([task(tmp_path), task(tmp_path, check=measured()), task(tmp_path)]))


# ── Damaged on the way ──────────────────────────────────────────────────────────────────────────


def test_evidence_that_breaks_the_reader_costs_that_submission_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = grading_execute.Reader.feed

    def feed(self: Any, line: bytes) -> Any:
        if b"FAULT" in line:
            raise RuntimeError("the reader has a fault")
        return honest(self, line)

    monkeypatch.setattr(grading_execute.Reader, "feed", feed)
    faulty = HONEST + "raise ValueError('FAULT')\n"
    with waits_no_longer_than():
        assert_only(1, graded([task(tmp_path), task(tmp_path, faulty), task(tmp_path)]))


# ── The folder of the results ───────────────────────────────────────────────────────────────────


def test_no_room_for_the_results_ends_in_a_sentence_and_keeps_what_was_written(
    tiny_disk: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Judged by reading alone, which needs no worker; the disk is full before the last page is written."""
    room = tiny_disk(1)
    (room / "filler").write_bytes(bytes(680 << 10))
    for student in "abcd":
        (tmp_path / "class" / student).mkdir(parents=True)
        (tmp_path / "class" / student / "exo1.py").write_text('REPONSES = {"convexe": "oui"}\n')
    words = ["batch", str(tmp_path / "class"), "--out", str(room / "out"), "--mode", "static", "--sandbox", "process"]
    assert main.run(words) == exits.BROKEN
    told = capsys.readouterr().err
    assert "disque est plein" in told and "Traceback" not in told
    (room / "filler").unlink()
    assert main.run(words) == exits.MARKS_LOST
    written = list((room / "out").glob("*.exo1.json"))
    assert len(written) == 4 and all(records.read(p).score > 0 for p in written)
