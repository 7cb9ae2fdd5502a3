"""Kept runs: an unchanged program is judged again without running; anything that decides a run makes it another."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from grader.catalog import locate
from grader.domain import Mode, Outcome, Submission
from grader.evidence import load_arrays
from grader.grading import Options
from grader.grading.run import RanSubmission
from grader.grading.shelf import MOST_RUNS, Shelf, fingerprint

LINES = (
    b'{"event": "hello", "versions": {"python": "3.11"}}',
    b'{"event": "fit_begin", "id": 1, "model": 1, "how": "fit", "epochs": 2}',
    b'{"event": "epoch", "fit": 1, "epoch": 0, "logs": {"loss": 0.5}}',
    b'{"event": "finished"}',
)


@pytest.fixture
def submission(tmp_path: Path) -> Submission:
    root = tmp_path / "submission"
    root.mkdir()
    (root / "exo1.py").write_text("print(1)\n", encoding="utf-8")
    return Submission("x", "exo1", root, root / "exo1.py", (Path("exo1.py"),))


def long_run(folder: Path, seconds: float = 60.0) -> RanSubmission:
    from grader.evidence import Reader

    (folder / "out").mkdir(parents=True)
    (folder / "work").mkdir()
    np.savez(folder / "out" / "weights-1.npz", w0=np.arange(3.0))
    (folder / "work" / "exo1.keras").write_bytes(b"model")
    (folder / "work" / "large.bin").write_bytes(b"not a model")
    reader = Reader(folder / "out")
    for line in LINES:
        reader.feed(line)
    evidence = reader.close(files={"exo1.keras": 5, "large.bin": 11})
    return RanSubmission(Outcome("ok", seconds), evidence, folder, LINES)


def test_a_kept_run_gives_the_same_evidence_its_arrays_and_its_model_files(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "shelf")
    ran = long_run(tmp_path / "job")
    shelf.keep("key", ran)
    found = shelf.find("key")
    assert found is not None
    assert found.outcome == ran.outcome
    assert found.evidence.trainings == ran.evidence.trainings and found.evidence.finished
    assert load_arrays(found.evidence.folder, "weights-1.npz")["w0"].tolist() == [0, 1, 2]
    assert found.evidence.files == {"exo1.keras": 5}


def test_a_short_run_and_a_run_that_was_stopped_are_not_kept(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "shelf")
    shelf.keep("short", long_run(tmp_path / "a", seconds=1.0))
    stopped = long_run(tmp_path / "b")
    shelf.keep("stopped", replace(stopped, outcome=Outcome("timeout", 300.0)))
    assert shelf.find("short") is None and shelf.find("stopped") is None


@pytest.mark.parametrize("name", ["run.json", "events.jsonl"])
def test_a_damaged_run_is_as_good_as_none(tmp_path: Path, name: str) -> None:
    shelf = Shelf(tmp_path / "shelf")
    shelf.keep("key", long_run(tmp_path / "job"))
    (tmp_path / "shelf" / "key" / name).unlink()
    assert shelf.find("key") is None


def test_the_runs_used_least_recently_make_room(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "shelf")
    for number in range(MOST_RUNS + 2):
        shelf.keep(f"key{number}", long_run(tmp_path / f"job{number}"))
    assert len(list((tmp_path / "shelf").iterdir())) == MOST_RUNS


def test_whatever_decides_a_run_is_in_its_fingerprint(submission: Submission) -> None:
    exercise, options = locate().find("exo1"), Options()
    first = fingerprint(submission, exercise, None, options)
    assert fingerprint(submission, exercise, None, options) == first
    assert fingerprint(submission, exercise, None, replace(options, seed=1)) != first
    assert fingerprint(submission, exercise, None, replace(options, mode=Mode.AUDIT)) != first
    assert fingerprint(submission, replace(exercise, checks=exercise.checks[:1]), None, options) == first
    submission.main.write_text("print(2)\n", encoding="utf-8")
    assert fingerprint(submission, exercise, None, options) != first
