"""What a batch has to do: nothing of what is recorded, no run of what is kept, all that has changed."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from grader import catalog
from grader.batch import Plan, Task, plan
from grader.batch.plan import latest_attempts, trusted
from grader.domain import Mode, Status, Submission
from grader.grading import Options
from grader.grading.run_cache import Circumstances, RunCache
from grader.store import Gradebook
from tests.store.build import record


@dataclass
class Class:
    """A class folder of two students, its gradebook and its run_cache."""

    root: Path
    book: Gradebook
    run_cache: RunCache

    def task(self, student: str, **options: object) -> Task:
        folder = self.root / "class" / student
        main = folder / "exo1.py"
        if not main.exists():
            folder.mkdir(parents=True)
            main.write_text(f"print('{student}')")
        submission = Submission(student, "exo1", folder, main, (Path("exo1.py"),))
        return Task(catalog.locate().find("exo1"), submission, Options(Mode.FULL, **options))  # type: ignore[arg-type]

    def plan(self, *tasks: Task, backend: str = "auto", fresh: bool = False) -> Plan:
        return plan(tasks, self.book, self.run_cache, {}, backend, fresh)

    def grade(self, task: Task, keep: bool = True, **changes: object) -> None:
        """As a batch would: on the run_cache, then in the book."""
        (entry,) = self.plan(task).to_run
        made = record(task.submission.student, **changes)
        if keep:
            told = Circumstances.of(task.submission, task.options, made.sandbox, None)
            self.run_cache.keep(entry.run_key, told, task.submission, None)
        self.book.file(task.submission, entry.fingerprint, entry.run_key, entry.judgement_key, made)


@pytest.fixture
def a_class(tmp_path: Path) -> Iterator[Class]:
    with Gradebook.open(tmp_path / "out", create=True) as book:
        yield Class(tmp_path, book, RunCache(tmp_path / "out" / "evidence", everything=True))


def shape(found: Plan) -> tuple[int, int, int]:
    return len(found.recorded), len(found.kept), len(found.to_run)


def test_what_is_new_must_run_and_what_is_recorded_need_not(a_class: Class) -> None:
    alice, bob = a_class.task("alice"), a_class.task("bob")
    assert shape(a_class.plan(alice, bob)) == (0, 0, 2)
    a_class.grade(alice)
    found = a_class.plan(alice, bob)
    assert shape(found) == (1, 0, 1) and found.to_run[0].task.submission.student == "bob"
    assert shape(a_class.plan(alice, bob, fresh=True)) == (0, 0, 2)


def test_a_changed_file_or_option_runs_again(a_class: Class) -> None:
    alice = a_class.task("alice")
    a_class.grade(alice)
    assert shape(a_class.plan(a_class.task("alice", seed=1))) == (0, 0, 1)
    alice.submission.main.write_text("print('changed')")
    assert shape(a_class.plan(alice)) == (0, 0, 1)


def test_a_changed_threshold_only_judges_again(a_class: Class, tmp_path: Path) -> None:
    alice = a_class.task("alice")
    a_class.grade(alice)
    (tmp_path / "exo1").mkdir()
    shutil.copy(catalog.locate().assignments / "outils.py", tmp_path)
    (tmp_path / "exo1" / "exercise.py").write_text("another threshold")
    changed = replace(alice, exercise=replace(alice.exercise, folder=tmp_path / "exo1"))
    assert shape(a_class.plan(changed)) == (0, 1, 0)


def test_another_students_identical_files_are_judged_from_the_run_that_is_kept(a_class: Class) -> None:
    alice, bob = a_class.task("alice"), a_class.task("bob")
    bob.submission.main.write_bytes(alice.submission.main.read_bytes())
    a_class.grade(alice)
    assert shape(a_class.plan(alice, bob)) == (1, 1, 0)


def test_what_failed_through_the_graders_fault_is_never_served(a_class: Class) -> None:
    alice = a_class.task("alice")
    broken = replace(record().verdicts[0], status=Status.ERROR)
    a_class.grade(alice, verdicts=(broken,))
    found = a_class.plan(alice)
    assert shape(found) == (0, 0, 1)
    policy = found.to_run[0].task.options.cache
    assert policy is not None and not policy.reuse, "nor is its run"


def test_a_record_made_in_a_weaker_sandbox_than_asked_for_is_made_again(a_class: Class) -> None:
    alice = a_class.task("alice")
    a_class.grade(alice, sandbox={"backend": "process", "level": "limits"})
    assert shape(a_class.plan(alice, backend="process")) == (1, 0, 0)
    assert shape(a_class.plan(alice, backend="auto")) == (0, 0, 1)


@pytest.mark.parametrize(
    ("backend", "mode", "asked", "enough"),
    [
        ("bubblewrap", Mode.FULL, "auto", True),
        ("landlock", Mode.FULL, "auto", True),
        ("process", Mode.FULL, "auto", False),
        ("process", Mode.STATIC, "auto", True),
        ("landlock", Mode.FULL, "bubblewrap", False),
        ("bubblewrap", Mode.FULL, "process", True),
        ("", Mode.FULL, "auto", False),
    ],
)
def test_a_sandbox_is_enough_or_not(backend: str, mode: Mode, asked: str, enough: bool) -> None:
    assert trusted(backend, mode, asked) is enough


def test_the_last_of_several_attempts_is_graded(a_class: Class) -> None:
    one = a_class.task("alice").submission
    two, other = replace(one, attempt=2), replace(one, exercise="exo2")
    assert latest_attempts([two, one, other]) == [two, other]
