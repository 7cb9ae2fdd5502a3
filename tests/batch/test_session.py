"""Sessions: what they report, yield and file, and that one that is broken off loses nothing."""

from __future__ import annotations

import shutil
import sqlite3
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import pytest

from grader import catalog
from grader.batch import (
    BatchOptions,
    BatchSession,
    Dates,
    RejudgeSession,
    SessionEvent,
    SessionListener,
    Task,
    events,
)
from grader.domain import Mode, Record
from grader.errors import NothingToGrade, UnknownExercise, UsageError
from grader.grading import Listener
from grader.store import Decision, Gradebook
from grader.store.calendar import ALL
from grader.store.decisions import anchor_of
from tests.cli.classes import ANSWERS

T = TypeVar("T")
READ_ONLY = BatchOptions(mode=Mode.STATIC, sandbox="process", lang="en")  # quick, and everything around it is real


class Collected(SessionListener):
    """Remembers what it is told."""

    def __init__(self) -> None:
        self.events: list[SessionEvent] = []
        self.phases: Counter[str] = Counter()

    def notify(self, event: SessionEvent) -> None:
        self.events.append(event)

    def listen(self, task: Task) -> Listener:
        phases = self.phases

        class Phases(Listener):
            def on_phase(self, name: str) -> None:
                phases[f"{task.submission.student} {name}"] += 1

        return Phases()

    def kinds(self) -> list[str]:
        return [type(event).__name__ for event in self.events]

    def only(self, kind: type[T]) -> list[T]:
        return [event for event in self.events if isinstance(event, kind)]


def hand_in(place: Path, student: str, convexe: str = "oui", name: str = "exo1.py") -> Path:
    path = place / "class" / student / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(ANSWERS.format(convexe=convexe) + f"# {student}\n", encoding="utf-8")
    return path


@pytest.fixture
def graded(tmp_path: Path) -> Callable[..., tuple[list[Record], Collected]]:
    """A whole session over `tmp_path/class`: what it yielded, and what it reported."""

    def run(options: BatchOptions = READ_ONLY) -> tuple[list[Record], Collected]:
        told = Collected()
        return list(BatchSession(tmp_path / "class", tmp_path / "out", options).run(told)), told

    return run


Graded = Callable[..., tuple[list[Record], Collected]]


# ── What is reported ────────────────────────────────────────────────────────────────────────────


def test_events_come_in_the_order_in_which_things_happen(tmp_path: Path, graded: Graded) -> None:
    for student in ("alice", "bob"):
        hand_in(tmp_path, student)
    records, told = graded()
    assert [(r.student, r.score) for r in records] == [("alice", 5.0), ("bob", 5.0)]
    assert told.kinds() == [
        "Searching", "ClassReceived", "GradingBegan", "SandboxChosen", "SubmissionGraded", "SubmissionGraded",
        "GradingEnded", "ClassGraded", "PagesBegan", "FilesWritten",
    ]  # fmt: skip
    (began,), (written,) = told.only(events.GradingBegan), told.only(events.FilesWritten)
    assert began.total == 2
    assert written.folder == tmp_path / "out" and written.page == tmp_path / "out" / "index.html"
    assert told.phases["alice static"] == told.phases["bob checks"] == 1


def test_what_is_unchanged_is_neither_graded_nor_yielded_but_belongs_to_the_class(
    tmp_path: Path, graded: Graded
) -> None:
    hand_in(tmp_path, "alice")
    graded()
    hand_in(tmp_path, "bob")
    records, told = graded()
    assert [r.student for r in records] == ["bob"]
    assert told.only(events.RecordsUnchanged) == [events.RecordsUnchanged(1)]
    records, told = graded()
    assert records == []
    assert told.kinds() == ["Searching", "ClassReceived", "RecordsUnchanged", "ClassGraded", "FilesWritten"]
    assert [r.student for r in told.only(events.ClassGraded)[0].records] == ["alice", "bob"]
    assert len(graded(replace(READ_ONLY, fresh=True))[0]) == 2


def test_a_class_without_submissions_is_reported_with_what_there_was(tmp_path: Path) -> None:
    (tmp_path / "class").mkdir()
    (tmp_path / "class" / "notes.txt").write_text("x")
    told = Collected()
    with pytest.raises(NothingToGrade):
        list(BatchSession(tmp_path / "class", tmp_path / "out", READ_ONLY).run(told))
    assert told.kinds() == ["Searching", "NothingRecognised"]
    assert [one.path.name for one in told.only(events.NothingRecognised)[0].skipped] == ["notes.txt"]
    assert not (tmp_path / "out").exists()


def test_an_unknown_exercise_is_refused_before_anything_is_done(tmp_path: Path) -> None:
    with pytest.raises(UnknownExercise):
        BatchSession(tmp_path, tmp_path / "out", BatchOptions(exercises=("exo99",)))
    with pytest.raises(UnknownExercise):
        RejudgeSession(tmp_path, ("exo99",))


def test_replaced_attempts_are_reported_and_stand_in_the_file_of_the_reception(tmp_path: Path, graded: Graded) -> None:
    (tmp_path / "class").mkdir()
    for attempt, convexe in (("", "oui"), ("-1", "non")):
        path = tmp_path / "class" / f"curiemarie_12_34_exo1{attempt}.py"
        path.write_text(ANSWERS.format(convexe=convexe), encoding="utf-8")
    _, told = graded()
    (received,) = told.only(events.ClassReceived)
    (line,) = received.reception.replaced
    assert line.en == "curiemarie, exo1: attempt 2 (exo1.py) replaces 1 earlier one"
    assert line.en in (tmp_path / "out" / "reception.txt").read_text(encoding="utf-8")
    records, told = graded(replace(READ_ONLY, attempts="best"))
    assert told.only(events.ClassReceived)[0].reception.replaced == ()
    assert [r.score for r in records] == [5.0] and [r.score for r in told.only(events.ClassGraded)[0].records] == [5.0]


def test_a_damaged_record_is_reported_and_graded_again(tmp_path: Path, graded: Graded) -> None:
    for student in ("alice", "bob"):
        hand_in(tmp_path, student)
    graded()
    with sqlite3.connect(tmp_path / "out" / "gradebook.sqlite") as book:
        book.execute("UPDATE records SET json = '{' WHERE submission = 1")
    records, told = graded()
    assert [event.submission.student for event in told.only(events.RecordDamaged)] == ["alice"]
    assert [r.student for r in records] == ["alice"]


def test_lateness_is_applied_and_names_that_nobody_bears_are_reported(tmp_path: Path, graded: Graded) -> None:
    hand_in(tmp_path, "alice")
    moment = datetime(2026, 3, 2, tzinfo=UTC)
    from grader.store import Deadline, parse_policy

    dates = Dates(
        Deadline(datetime(2026, 3, 1, tzinfo=UTC), parse_policy("cut-off"), 0.0),
        receipts=(("alice", ALL, moment), ("zoe", ALL, moment)),
    )
    (record,), told = graded(replace(READ_ONLY, dates=dates))
    assert (record.score, record.final_score) == (5.0, 0.0)
    assert told.only(events.ClassGraded)[0].unknown_students == ("zoe",)


# ── What is yielded and filed ───────────────────────────────────────────────────────────────────


def test_what_is_yielded_is_filed_already_and_counts_with_what_was_decided(tmp_path: Path, graded: Graded) -> None:
    hand_in(tmp_path, "alice")
    graded()
    with Gradebook.open(tmp_path / "out") as book:
        (entry,) = book.current()
        assert entry.record is not None
        kind, anchor = anchor_of(entry.record, "accuracy", entry.fingerprint)
        book.decide(Decision("alice", "exo1", "accuracy", kind, 4.0, "m", "2026-03-01", "seen", anchor))
    told = Collected()
    with closing(
        BatchSession(tmp_path / "class", tmp_path / "out", replace(READ_ONLY, fresh=True)).run(told)
    ) as records:
        record = next(records)
        with Gradebook.open(tmp_path / "out") as book:
            assert book.record("alice", "exo1") == record
    assert record.score == 9.0
    (event,) = told.only(events.SubmissionGraded)
    assert event.made.score == 5.0 and event.counting == record


def test_a_session_that_is_closed_half_way_has_filed_what_it_yielded_and_the_next_goes_on(
    tmp_path: Path, graded: Graded
) -> None:
    for number in range(4):
        hand_in(tmp_path, f"s{number}")
    told = Collected()
    with closing(BatchSession(tmp_path / "class", tmp_path / "out", READ_ONLY).run(told)) as records:
        first = next(records)
    assert told.kinds()[-1] == "SubmissionGraded"
    with Gradebook.open(tmp_path / "out") as book:
        assert [r.student for r in book.records()] == [first.student]
    again, _ = graded()
    assert sorted([first.student, *(r.student for r in again)]) == ["s0", "s1", "s2", "s3"]


def test_what_another_session_graded_meanwhile_is_spared(tmp_path: Path, graded: Graded) -> None:
    for number in range(3):
        hand_in(tmp_path, f"s{number}")
    told = Collected()
    records = BatchSession(tmp_path / "class", tmp_path / "out", READ_ONLY).run(told)
    next(records)
    others, _ = graded()
    assert len(others) == 2 and list(records) == []
    assert len(told.only(events.SubmissionSpared)) == 2
    assert len(told.only(events.ClassGraded)[0].records) == 3


def test_decisions_without_their_gradebook_are_not_written_over(tmp_path: Path) -> None:
    hand_in(tmp_path, "alice")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "decisions.jsonl").write_text("{}\n")
    with pytest.raises(UsageError, match="grade restore"):
        list(BatchSession(tmp_path / "class", tmp_path / "out", READ_ONLY).run())


# ── Judging again ───────────────────────────────────────────────────────────────────────────────


def test_judging_again_reports_what_has_changed(
    tmp_path: Path, graded: Graded, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "exercises" / "exo1"
    folder.mkdir(parents=True)
    specification = (catalog.locate().assignments / "exo1" / "exercise.py").read_text(encoding="utf-8")
    (folder / "exercise.py").write_text(specification, encoding="utf-8")
    monkeypatch.setenv("GRADE_EXERCISES", str(folder.parent))
    for student in ("alice", "bob"):
        hand_in(tmp_path, student)
    graded()
    (folder / "exercise.py").write_text(specification.replace("expected=7850", "expected=7851"), encoding="utf-8")
    told = Collected()
    records = list(RejudgeSession(tmp_path / "out", lang="en").run(told))
    assert [(r.student, r.score) for r in records] == [("alice", 3.0), ("bob", 3.0)]
    assert told.kinds() == [
        "GradingBegan", "SubmissionJudged", "SubmissionJudged", "GradingEnded", "ClassGraded", "PagesBegan", "FilesWritten"
    ]  # fmt: skip
    judged = told.only(events.SubmissionJudged)
    assert all(event.changed and event.before and event.before.score == 5.0 for event in judged)
    told = Collected()
    list(RejudgeSession(tmp_path / "out", lang="en").run(told))
    assert not any(event.changed for event in told.only(events.SubmissionJudged))
    assert "PagesBegan" not in told.kinds()


def test_without_its_kept_run_a_submission_keeps_its_record(tmp_path: Path, graded: Graded) -> None:
    hand_in(tmp_path, "alice")
    graded()
    shutil.rmtree(tmp_path / "out" / "evidence")
    told = Collected()
    assert list(RejudgeSession(tmp_path / "out").run(told)) == []
    assert [event.submission.student for event in told.only(events.SubmissionNotJudged)] == ["alice"]
    assert [r.score for r in told.only(events.ClassGraded)[0].records] == [5.0]
