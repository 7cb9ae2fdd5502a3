"""Many submissions: what one of them does costs the others nothing, and nothing stays behind."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import closing
from pathlib import Path
from typing import Any, ClassVar

import pytest

from grader import catalog
from grader.batch import Task, all_by, grade_all, pool, threads_each, workbenches
from grader.domain import Mode, Phase, Record, Status, Submission
from grader.errors import UnreadableSubmission
from grader.grading import Listener, Options
from grader.messages import plain
from grader.sandbox import Stopped
from grader.sandbox.process import Process
from tests.endings import PATIENCE, waits_no_longer_than


class NoWorker:
    """Stands where a warm worker would: these tests are about the pool."""

    def __init__(self, sandbox: Any) -> None:
        self.sandbox, self.stopped = sandbox, threading.Event()

    def stop(self) -> None:
        self.stopped.set()


class NoWorkbench:
    made: ClassVar[list[NoWorkbench]] = []

    def __init__(self, sandbox: Any, data: Any, **_: Any) -> None:
        self.data, self.runner, self.closed = data, NoWorker(sandbox), False
        NoWorkbench.made.append(self)

    def __enter__(self) -> NoWorkbench:
        return self

    def __exit__(self, *_: object) -> None:
        self.closed = True

    def stop(self) -> None:
        self.runner.stop()


@pytest.fixture
def graded(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Any], None]]:
    """Sets what grading one submission does."""
    NoWorkbench.made = []
    monkeypatch.setattr(pool, "running_workbench", NoWorkbench)
    yield lambda grade: monkeypatch.setattr(pool, "grade", grade)
    assert all(workbench.closed for workbench in NoWorkbench.made)


def task(student: str) -> Task:
    main = Path(f"/nowhere/{student}/exo1.py")
    return Task(
        catalog.locate().find("exo1"),
        Submission(student, "exo1", main.parent, main, (Path("exo1.py"),)),
        Options(Mode.FULL),
    )


def record_of(exercise: Any, submission: Submission, workbench: Any, options: Any, listener: Any) -> Record:
    from grader.domain import Text

    return Record("exo1", Text(), submission.student, "exo1.py", Mode.FULL, 0, (), None, {}, None)


def test_every_submission_is_graded_once(graded: Any) -> None:
    graded(record_of)
    tasks = [task(f"s{n}") for n in range(25)]
    results = list(grade_all(tasks, Process(), {}, jobs=4))
    assert sorted(r.student for _, r in results) == sorted(t.submission.student for t in tasks)
    assert all(t.submission.student == r.student for t, r in results)
    assert len(NoWorkbench.made) == 4


def test_no_more_workers_than_submissions(graded: Any) -> None:
    graded(record_of)
    assert len(list(grade_all([task("a"), task("b")], Process(), {}, jobs=16))) == 2
    assert len(NoWorkbench.made) == 2


@pytest.mark.parametrize("problem", [OSError("disk full"), ZeroDivisionError(), RecursionError()])
def test_a_submission_that_the_grader_cannot_take_does_not_stop_the_others(problem: Exception, graded: Any) -> None:
    def grade(exercise: Any, submission: Submission, *rest: Any) -> Record:
        if submission.student == "s1":
            raise problem
        return record_of(exercise, submission, *rest)

    graded(grade)
    results = {r.student: r for _, r in grade_all([task(f"s{n}") for n in range(4)], Process(), {}, jobs=2)}
    assert len(results) == 4
    assert results["s1"].broken and all(v.status is Status.ERROR for v in results["s1"].verdicts)
    assert results["s1"].verdicts[0].hint.fr


def test_a_file_that_is_none_is_the_student_s_and_does_not_stop_the_others(graded: Any) -> None:
    def grade(exercise: Any, submission: Submission, *rest: Any) -> Record:
        if submission.student == "s1":
            raise UnreadableSubmission(plain("unreadable"))
        return record_of(exercise, submission, *rest)

    graded(grade)
    results = {r.student: r for _, r in grade_all([task(f"s{n}") for n in range(4)], Process(), {}, jobs=2)}
    assert len(results) == 4 and not results["s1"].broken
    assert {v.status for v in results["s1"].verdicts} == {Status.FAILED}
    assert results["s1"].verdicts[0].message.en == "unreadable"


@pytest.mark.parametrize(("often", "broken"), [(1, False), (9, True)])
def test_what_failed_through_the_grader_is_tried_again_at_the_end(often: int, broken: bool, graded: Any) -> None:
    order: list[str] = []

    def grade(exercise: Any, submission: Submission, *rest: Any) -> Record:
        order.append(submission.student)
        if submission.student == "s1" and order.count("s1") <= often:
            raise OSError("a stuck disk")
        return record_of(exercise, submission, *rest)

    graded(grade)
    with workbenches(Process(), {}, 1, 1) as pool:
        results = {
            r.student: r for _, r in all_by(pool, [task(f"s{n}") for n in range(4)], again=True) if r is not None
        }
    assert order == ["s0", "s1", "s2", "s3", "s1"]
    assert len(results) == 4 and results["s1"].broken is broken


def test_closing_ends_what_runs_and_starts_nothing_more(graded: Any) -> None:
    begun: list[str] = []

    def grade(exercise: Any, submission: Submission, workbench: NoWorkbench, *rest: Any) -> Record:
        begun.append(submission.student)
        if submission.student == "s0":
            return record_of(exercise, submission, workbench, *rest)
        if not workbench.runner.stopped.wait(2 * PATIENCE):
            raise AssertionError("nobody stopped it")
        raise Stopped

    graded(grade)
    with (
        waits_no_longer_than(PATIENCE),
        closing(grade_all([task(f"s{n}") for n in range(50)], Process(), {}, jobs=2)) as results,
    ):
        assert next(results)[1].student == "s0"
    assert len(begun) < 10


def test_each_submission_has_its_own_listener(graded: Any) -> None:
    heard: list[str] = []

    class Hearing(Listener):
        def __init__(self, name: str) -> None:
            self.name = name

        def on_phase(self, name: str) -> None:
            heard.append(f"{self.name} {name}")

    def grade(exercise: Any, submission: Submission, workbench: Any, options: Any, listener: Listener) -> Record:
        listener.on_phase(Phase.READING)
        return record_of(exercise, submission, workbench, options, listener)

    graded(grade)
    list(grade_all([task("a"), task("b")], Process(), {}, 2, lambda t: Hearing(t.submission.student)))
    assert sorted(heard) == ["a static", "b static"]


# ── The loop ────────────────────────────────────────────────────────────────────────────────────


class OneByOne:
    """A pool that keeps its promises when told to."""

    def __init__(self, room: int) -> None:
        self.room = room
        self.given: list[tuple[Task, Future[Record]]] = []
        self.stopped = False

    def submit(self, task: Task, listener: Listener) -> Future[Record]:
        promised: Future[Record] = Future()
        self.given.append((task, promised))
        if len(self.given) >= self.room:
            self.keep_one()
        return promised

    def keep_one(self) -> None:
        for task, promised in self.given:
            if not promised.done():
                promised.set_result(record_of(None, task.submission, None, None, None))
                return

    def stop(self) -> None:
        self.stopped = True


def test_a_pool_is_given_no_more_than_it_has_room_for() -> None:
    one = OneByOne(room=3)
    results = all_by(one, [task(f"s{n}") for n in range(10)])
    next(results)
    assert len(one.given) == 3
    results.close()
    assert one.stopped and all(p.done() for _, p in one.given), "what waits is called off"


def test_a_task_that_is_not_needed_any_more_when_its_turn_comes_is_passed_over() -> None:
    one = OneByOne(room=1)
    tasks = [task(f"s{n}") for n in range(4)]
    asked: list[str] = []

    def needed(one_task: Task) -> bool:
        asked.append(one_task.submission.student)
        assert len(asked) <= len(one.given) + 2, "asked long before its turn"
        return one_task.submission.student != "s2"

    results = list(all_by(one, tasks, needed=needed))
    assert [t.submission.student for t, r in results if r is None] == ["s2"]
    assert sorted(t.submission.student for t, r in results if r is not None) == ["s0", "s1", "s3"]


@pytest.mark.parametrize(("jobs", "cores", "each"), [(1, 8, 8), (2, 8, 4), (8, 8, 1), (16, 8, 1), (3, 8, 2), (0, 2, 2)])
def test_the_machine_is_full_but_not_oversubscribed(jobs: int, cores: int, each: int) -> None:
    assert threads_each(jobs, cores) == each
