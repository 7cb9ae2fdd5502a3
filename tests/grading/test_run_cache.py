"""Kept runs: an unchanged program is judged again without running, from all that its run left."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from grader.domain import Mode, Notice, Outcome, Submission, Text
from grader.evidence import Reader, load_arrays
from grader.grading import Options
from grader.grading.execute import RanSubmission
from grader.grading.run_cache import MAX_RUNS, PARTIAL, Circumstances, RunCache
from grader.measurements import Mistake, ModelInputs, Prediction, PredictRequest, Refused, Why

LINES = (
    b'{"event": "hello", "versions": {"python": "3.11"}}',
    b'{"event": "fit_begin", "id": 1, "model": 1, "how": "fit", "epochs": 2}',
    b'{"event": "epoch", "fit": 1, "epoch": 0, "logs": {"loss": 0.5}}',
    b'{"event": "finished"}',
)
ASKED = PredictRequest(3, ModelInputs("mnist", 0.5, rows="rows-1.npz"))
FOUND = Prediction(0.9, 0.91, ((1, 2), (0, 5)), (Mistake(3, 0, 1),), 7850)


@pytest.fixture
def submission(tmp_path: Path) -> Submission:
    root = tmp_path / "submission"
    root.mkdir()
    (root / "exo1.py").write_text("print(1)\n", encoding="utf-8")
    (root / "sub").mkdir()
    (root / "sub" / "reponses.md").write_text("convexe : oui", encoding="utf-8")
    (root / "link.py").symlink_to("/etc/passwd")
    files = tuple(map(Path, ("exo1.py", "sub/reponses.md", "link.py", "gone.py")))
    return Submission("x", "exo1", root, root / "exo1.py", files)


@pytest.fixture
def told(submission: Submission) -> Circumstances:
    return Circumstances.of(submission, Options(Mode.AUDIT, 3, time_limit=20), {"backend": "bubblewrap"}, None)


def long_run(folder: Path, seconds: float = 60.0) -> RanSubmission:
    (folder / "out").mkdir(parents=True)
    (folder / "work").mkdir()
    np.savez(folder / "out" / "weights-1.npz", w0=np.arange(3.0))
    (folder / "work" / "exo1.keras").write_bytes(b"model")
    (folder / "work" / "large.bin").write_bytes(b"not a model")
    reader = Reader(folder / "out")
    for line in (*LINES, b"not a line"):
        reader.feed(line)
    evidence = reader.close(files={"exo1.keras": 5, "large.bin": 11})
    lent = (Notice(Text("prêté", "lent")),)
    return RanSubmission(Outcome("ok", seconds), replace(evidence, notices=lent), folder, LINES, lent)


def test_a_kept_run_gives_the_same_evidence_its_arrays_and_its_model_files(
    tmp_path: Path, submission: Submission, told: Circumstances
) -> None:
    run_cache, ran = RunCache(tmp_path / "run_cache"), long_run(tmp_path / "job")
    assert run_cache.keep("key", told, submission, ran)
    found = run_cache.find("key")
    assert found is not None and found.ran is not None
    assert found.circumstances == told == run_cache.circumstances("key")
    assert found.ran.outcome == ran.outcome
    assert replace(found.ran.evidence, folder=ran.evidence.folder) == ran.evidence
    assert load_arrays(found.ran.evidence.folder, "weights-1.npz")["w0"].tolist() == [0, 1, 2]
    assert (found.ran.folder / "work" / "exo1.keras").read_bytes() == b"model"
    assert not (found.ran.folder / "work" / "large.bin").exists()


def test_what_was_handed_in_is_kept_but_no_link_of_it(
    tmp_path: Path, submission: Submission, told: Circumstances
) -> None:
    run_cache = RunCache(tmp_path / "run_cache", everything=True)
    run_cache.keep("key", told, submission, None)
    found = run_cache.find("key")
    assert found is not None and found.ran is None
    again = found.submission(replace(submission, root=Path("/nowhere"), main=Path("/nowhere/exo1.py"), files=()))
    assert again.main.read_text() == "print(1)\n" and again.files == submission.files
    assert (again.root / "sub" / "reponses.md").is_file() and not (again.root / "link.py").exists()


def test_a_short_run_and_a_run_that_was_stopped_are_only_kept_with_everything(
    tmp_path: Path, submission: Submission, told: Circumstances
) -> None:
    short = long_run(tmp_path / "a", seconds=1.0)
    stopped = replace(long_run(tmp_path / "b"), outcome=Outcome("timeout", 300.0))
    some, every = RunCache(tmp_path / "some"), RunCache(tmp_path / "every", everything=True)
    for key, ran in (("short", short), ("stopped", stopped)):
        assert not some.keep(key, told, submission, ran) and some.find(key) is None
        assert every.keep(key, told, submission, ran) and every.find(key) is not None


def test_the_first_run_stays_unless_another_is_to_stand_in_its_place(
    tmp_path: Path, submission: Submission, told: Circumstances
) -> None:
    run_cache, ran = RunCache(tmp_path / "run_cache"), long_run(tmp_path / "job")
    assert run_cache.keep("key", told, submission, ran)
    run_cache.remember("key", {ASKED: FOUND})
    other = replace(ran, outcome=Outcome("ok", 99.0))
    assert not run_cache.keep("key", told, submission, other)
    assert run_cache.answers("key") == {ASKED: FOUND}
    assert run_cache.keep("key", told, submission, other, instead=True)
    found = run_cache.find("key")
    assert found is not None and found.ran is not None and found.ran.outcome.seconds == 99.0
    assert run_cache.answers("key") == {}, "what was measured on the first run says nothing of the second"
    assert not list(run_cache.folder.glob(f"{PARTIAL}*"))


@pytest.mark.parametrize("name", ["run.json", "events.jsonl"])
def test_a_damaged_run_is_as_good_as_none_and_makes_room(
    tmp_path: Path, name: str, submission: Submission, told: Circumstances
) -> None:
    run_cache, ran = RunCache(tmp_path / "run_cache"), long_run(tmp_path / "job")
    run_cache.keep("key", told, submission, ran)
    (tmp_path / "run_cache" / "key" / name).unlink()
    assert run_cache.find("key") is None
    assert (
        run_cache.keep("key", told, submission, ran, instead=name != "run.json") and run_cache.find("key") is not None
    )


def test_a_shelf_that_cannot_be_written_costs_nothing_but_the_shortcut(
    tmp_path: Path, submission: Submission, told: Circumstances
) -> None:
    (tmp_path / "run_cache").write_text("a file where a folder must be")
    assert not RunCache(tmp_path / "run_cache").keep("key", told, submission, long_run(tmp_path / "job"))


def test_the_runs_used_least_recently_make_room(tmp_path: Path, submission: Submission, told: Circumstances) -> None:
    run_cache, every = RunCache(tmp_path / "run_cache"), RunCache(tmp_path / "every", everything=True)
    for number in range(MAX_RUNS + 2):
        ran = long_run(tmp_path / f"job{number}")
        run_cache.keep(f"key{number}", told, submission, ran)
        every.keep(f"key{number}", told, submission, ran)
    assert len(list(run_cache.folder.iterdir())) == MAX_RUNS
    assert len(list(every.folder.iterdir())) == MAX_RUNS + 2


def test_answers_are_found_again_but_for_those_that_a_limit_prevented(
    tmp_path: Path, submission: Submission, told: Circumstances, monkeypatch: pytest.MonkeyPatch
) -> None:
    from grader.grading import run_cache as module

    run_cache = RunCache(tmp_path / "run_cache", everything=True)
    run_cache.keep("key", told, submission, None)
    limited, refused = replace(ASKED, snapshot=4), replace(ASKED, snapshot=5)
    layer = Refused(Why.LAYER, {"name": "Lambda"})
    run_cache.remember("key", {ASKED: FOUND, limited: Refused(Why.TIME), refused: layer})
    assert run_cache.answers("key") == {ASKED: FOUND, refused: layer}
    monkeypatch.setattr(module, "measuring", lambda: "another evaluator")
    assert run_cache.answers("key") == {}


def test_only_what_was_left_half_written_long_ago_is_swept(tmp_path: Path) -> None:
    run_cache = RunCache(tmp_path, everything=True)
    old, new = tmp_path / f"{PARTIAL}old", tmp_path / f"{PARTIAL}new"
    for folder in (old, new, tmp_path / "key"):
        folder.mkdir()
    long_ago = time.time() - 200_000
    os.utime(old, (long_ago, long_ago))
    os.utime(tmp_path / "key", (long_ago, long_ago))
    run_cache.sweep()
    assert sorted(path.name for path in tmp_path.iterdir()) == [new.name, "key"]
