"""Keys: whatever decides a run makes it another run, and whatever decides a judgement another judgement."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from grader.catalog import locate
from grader.domain import DatasetInfo, Limits, Mode, Submission
from grader.grading import CachePolicy, Options
from grader.grading.keys import Digests, code, fingerprint, judgement_key, run_key


@pytest.fixture
def submission(tmp_path: Path) -> Submission:
    root = tmp_path / "alice" / "exo1"
    root.mkdir(parents=True)
    (root / "exo1.py").write_text("print(1)\n", encoding="utf-8")
    (root / "aide.py").write_text("x = 1\n", encoding="utf-8")
    return Submission("x", "exo1", root, root / "exo1.py", (Path("exo1.py"), Path("aide.py")))


def test_the_fingerprint_is_that_of_the_files_and_of_nothing_else(submission: Submission, tmp_path: Path) -> None:
    first = fingerprint(submission)
    assert fingerprint(replace(submission, student="y", attempt=2, files=submission.files[::-1])) == first
    (submission.root / "aide.py").write_text("x = 2\n", encoding="utf-8")
    assert fingerprint(submission) != first
    assert fingerprint(replace(submission, files=submission.files[:1])) not in (first, fingerprint(submission))
    (submission.root / "aide.py").unlink()
    (submission.root / "aide.py").symlink_to(submission.main)
    assert fingerprint(submission) != first


def test_whatever_decides_a_run_is_in_its_key(submission: Submission) -> None:
    exercise, options = locate().find("exo1"), Options()
    first = run_key("f", submission, exercise, None, options)
    data = DatasetInfo("mnist", "files", "abc", Path())
    different = [
        run_key("g", submission, exercise, None, options),
        run_key("f", submission, exercise, data, options),
        run_key("f", submission, exercise, None, replace(options, seed=1)),
        run_key("f", submission, exercise, None, replace(options, mode=Mode.AUDIT)),
        run_key("f", submission, exercise, None, replace(options, time_limit=7)),
        run_key("f", submission, exercise, None, replace(options, speedups=False)),
        run_key("f", submission, replace(exercise, limits=Limits(memory_mib=100)), None, options),
        run_key("f", submission, replace(exercise, id="exo9"), None, options),
    ]
    assert len({first, *different}) == 1 + len(different)


def test_what_decides_no_run_is_not_in_its_key(submission: Submission) -> None:
    exercise, options = locate().find("exo1"), Options()
    first = run_key("f", submission, exercise, None, options)
    assert first == run_key("f", submission, replace(exercise, checks=exercise.checks[:1]), None, options)
    assert first == run_key("f", submission, replace(exercise, audit_steps=99), None, options)
    assert first == run_key("f", submission, exercise, None, replace(options, threads=16))
    assert first == run_key("f", submission, exercise, None, replace(options, cache=CachePolicy(Path("x"))))
    audit = replace(options, mode=Mode.AUDIT)
    assert run_key("f", submission, exercise, None, audit) != run_key(
        "f", submission, replace(exercise, audit_steps=99), None, audit
    )


def test_a_file_that_is_borrowed_decides_the_run(submission: Submission) -> None:
    exercise = replace(locate().find("exo1"), prerequisites={"exo2.keras": "exo2"})
    first = run_key("f", submission, exercise, None, Options())
    beside = submission.root.parent / "exo2"
    beside.mkdir()
    (beside / "exo2.keras").write_bytes(b"my own network")
    assert run_key("f", submission, exercise, None, Options()) != first


def test_a_judgement_hangs_on_the_run_and_on_the_specification(tmp_path: Path) -> None:
    folder = tmp_path / "exo1"
    folder.mkdir()
    (folder / "exercise.py").write_text("full = 0.915\n")
    exercise = replace(locate().find("exo1"), folder=folder)
    first = judgement_key("run", exercise)
    assert judgement_key("run", exercise) == first
    assert judgement_key("another run", exercise) != first
    (folder / "exercise.py").write_text("full = 0.915  # measured over ten seeds\n")
    assert judgement_key("run", exercise) == first
    (folder / "exercise.py").write_text("full = 0.900\n")
    assert judgement_key("run", exercise) != first


def test_the_graders_own_code_has_a_fingerprint() -> None:
    checks, evaluator = "grader.checks.*", "grader.evaluator.job"
    assert len({code(checks), code(evaluator), code(checks, evaluator)}) == 3


def test_a_file_is_read_again_only_when_it_has_changed(submission: Submission) -> None:
    digests: Digests = {}
    first = fingerprint(submission, digests)
    assert len(digests) == 2
    main = str(submission.main)
    digests[main] = (digests[main][0], "noted")
    assert fingerprint(submission, digests) != first, "the note was taken at its word"
    os.utime(submission.main, ns=(1, 1))
    assert fingerprint(submission, digests) == first, "a changed time makes it read again"
