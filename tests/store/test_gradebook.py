"""What is filed stays, is found under what it was made from, and is read with what was decided since."""

from __future__ import annotations

import multiprocessing
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from grader.domain import RECORD_SCHEMA, Status
from grader.errors import Breakdown, NothingToGrade, UnreadableSubmission
from grader.store import FILE, Deadline, Decision, Gradebook, LatePolicy
from grader.store.decisions import anchor_of
from grader.store.schema import GRADEBOOK_SCHEMA
from tests.store.build import record, submission


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Gradebook]:
    with Gradebook.open(tmp_path / "out", create=True) as opened:
        yield opened


def file(book: Gradebook, student: str = "alice", fingerprint: str = "f1", **changes: object) -> None:
    made = record(student, **changes)
    book.file(
        submission(student, received=made.received, identity=made.identity, members=made.members, attempt=made.attempt),
        fingerprint,
        f"run {fingerprint}",
        f"judged {fingerprint}",
        made,
    )


def decision(points: float, check: str = "accuracy", fingerprint: str = "f1", **changes: object) -> Decision:
    kind, anchor = anchor_of(record(), check, fingerprint)
    whole = Decision(
        "alice", "exo1", check, kind, points, "Mme Curie", "2026-03-01T10:00:00+01:00", "Je l'ai vu.", anchor
    )
    return replace(whole, **changes)  # type: ignore[arg-type]


# ── Filing ──────────────────────────────────────────────────────────────────────────────────────


def test_a_record_comes_back_as_it_was_filed(book: Gradebook) -> None:
    made = record(
        received="2026-03-01T10:00:00+01:00", identity={"system": "moodle", "id": "7"}, members=("alice", "bob")
    )
    handed_in = submission(received=made.received, identity=made.identity, members=made.members)
    book.file(handed_in, "f", "r", "j", made)
    assert book.records() == [made] and book.record("alice", "exo1") == made
    light = book.records(exhibits=False)[0]
    assert light.exhibits == {"answers": made.exhibits["answers"]} and replace(light, exhibits=made.exhibits) == made


def test_records_come_in_the_order_of_students_and_exercises(book: Gradebook) -> None:
    for student, exercise in (("bob", "exo1"), ("alice", "exo2"), ("alice", "exo1")):
        book.file(submission(student, exercise), "f", "r", "j", record(student, exercise))
    assert [(r.student, r.exercise) for r in book.records()] == [("alice", "exo1"), ("alice", "exo2"), ("bob", "exo1")]


def test_what_was_handed_in_last_counts_and_what_came_before_is_still_found(book: Gradebook) -> None:
    file(book, fingerprint="f1", file="first.py")
    file(book, fingerprint="f2", file="second.py")
    assert [r.file for r in book.records()] == ["second.py"]
    found = book.look_up(submission(), "f1")
    assert found is not None and (found.run_key, found.judgement_key, found.backend) == (
        "run f1",
        "judged f1",
        "bubblewrap",
    )
    book.seen([(submission(), "f1")])
    assert [r.file for r in book.records()] == ["first.py"]


def test_nothing_is_found_for_other_files_another_attempt_or_another_student(book: Gradebook) -> None:
    file(book)
    assert book.look_up(submission(), "f2") is None
    assert book.look_up(submission(attempt=2), "f1") is None
    assert book.look_up(submission("bob"), "f1") is None


@pytest.mark.parametrize(("policy", "attempt"), [("last", 2), ("best", 1)])
def test_of_several_attempts_the_last_or_the_best_counts(policy: str, attempt: int, book: Gradebook) -> None:
    better = record().verdicts[0]
    file(book, fingerprint="f1", attempt=1, verdicts=(replace(better, points=4.0),))
    file(book, fingerprint="f2", attempt=2, verdicts=(better,))
    book.set("attempts", policy)
    assert [r.attempt for r in book.records()] == [attempt]


def test_an_attempt_that_the_grader_failed_on_is_not_the_best(book: Gradebook) -> None:
    broken = replace(record().verdicts[0], status=Status.ERROR)
    file(book, fingerprint="f1", attempt=1, verdicts=(replace(broken, status=Status.FAILED),))
    file(book, fingerprint="f2", attempt=2, verdicts=(broken,))
    book.set("attempts", "best")
    assert [r.attempt for r in book.records()] == [1]


@pytest.mark.parametrize("name", ["x" * 500, "é\u0301è", "'; DROP TABLE students; --", "a\nb\x00c", "\ud800"])
def test_any_name_is_filed(name: str, book: Gradebook) -> None:
    book.file(submission(name), "f", "r", "j", record(name))
    assert len(book.records()) == 1


def test_the_state_changes_with_whatever_the_records_would_say(book: Gradebook) -> None:
    file(book)
    seen = [book.state()]
    assert book.state() == seen[0]
    for change in (
        lambda: file(book, fingerprint="f2"),
        lambda: book.decide(decision(4.0, fingerprint="f2")),
        lambda: book.withdraw("alice", "exo1", "accuracy"),
        lambda: book.set_deadlines([""], Deadline(datetime(2026, 3, 1, tzinfo=UTC))),
        lambda: book.extend([("alice", "", datetime(2026, 3, 2, tzinfo=UTC))]),
        lambda: book.receive([("alice", "", datetime(2026, 3, 2, tzinfo=UTC))]),
        lambda: book.set("attempts", "best"),
    ):
        change()
        assert book.state() not in seen
        seen.append(book.state())


# ── The file ────────────────────────────────────────────────────────────────────────────────────


def test_a_folder_without_a_gradebook_is_told(tmp_path: Path) -> None:
    with pytest.raises(NothingToGrade, match="grade batch"):
        Gradebook.open(tmp_path)


def test_what_is_no_gradebook_is_told_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"a letter to my aunt" * 100)
    with pytest.raises(UnreadableSubmission, match="not a gradebook"):
        Gradebook.open(tmp_path)
    assert (tmp_path / FILE).read_bytes().startswith(b"a letter")


def test_a_gradebook_of_a_newer_version_is_told(tmp_path: Path) -> None:
    Gradebook.open(tmp_path, create=True).close()
    with sqlite3.connect(tmp_path / FILE) as connection:
        connection.execute(f"PRAGMA user_version = {GRADEBOOK_SCHEMA + 1}")
    connection.close()
    with pytest.raises(UnreadableSubmission, match="newer"):
        Gradebook.open(tmp_path)


def test_the_file_writes_ahead_keeps_its_references_and_knows_its_version(book: Gradebook) -> None:
    with sqlite3.connect(book.folder / FILE) as other:
        assert other.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert other.execute("PRAGMA user_version").fetchone() == (GRADEBOOK_SCHEMA,)
    other.close()
    file(book)
    with pytest.raises(sqlite3.IntegrityError):
        book._connection.execute("UPDATE submissions SET student = 999")


def test_records_of_a_newer_version_are_told_and_not_served(book: Gradebook) -> None:
    file(book)
    book._connection.execute("UPDATE records SET schema = ?", (RECORD_SCHEMA + 1,))
    assert book.look_up(submission(), "f1") is None
    assert [(entry.record, entry.damaged) for entry in book.current()] == [(None, False)]
    with pytest.raises(UnreadableSubmission, match="newer version"):
        book.records()


def test_a_record_of_a_schema_that_never_was_is_damaged(book: Gradebook) -> None:
    file(book)
    book._connection.execute("""UPDATE records SET schema = 0, json = json_set(json, '$.schema', 0)""")
    assert [entry.record for entry in book.damaged()] == [None] and book.records() == []


def test_a_full_disk_is_told_and_costs_nothing_that_was_filed(book: Gradebook) -> None:
    file(book)
    pages = book._connection.execute("PRAGMA page_count").fetchone()[0]
    book._connection.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(Breakdown, match="free some space"):
        file(book, "bob", exhibits={"source": {"text": "x" * 100_000}})
    book._connection.execute("PRAGMA max_page_count = 1000000")
    assert [r.student for r in book.records()] == ["alice"]
    file(book, "bob")
    assert [r.student for r in book.records()] == ["alice", "bob"]


def _file_many(folder: Path, name: str, count: int) -> None:
    with Gradebook.open(folder, create=True) as book:
        for number in range(count):
            file(book, f"{name}{number}")


def test_processes_that_make_and_fill_one_gradebook_at_once_wait_for_each_other(tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    writers = [context.Process(target=_file_many, args=(tmp_path, name, 25)) for name in ("a", "b", "c")]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
    assert [writer.exitcode for writer in writers] == [0, 0, 0]
    with Gradebook.open(tmp_path) as book:
        assert len(book.records()) == 75
        assert book._connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"


def test_one_process_is_first_at_work_until_it_ends(book: Gradebook) -> None:
    with Gradebook.open(book.folder) as other:
        assert book.first_at_work() and not other.first_at_work()
    book.close()
    with Gradebook.open(book.folder) as other:
        assert other.first_at_work()


# ── Decisions ───────────────────────────────────────────────────────────────────────────────────


def verdict_now(book: Gradebook, check: str = "accuracy") -> tuple[Status, float]:
    found = book.record("alice", "exo1")
    assert found is not None
    return next((v.status, v.points) for v in found.verdicts if v.id == check)


def test_an_override_gives_the_points_and_keeps_what_the_grader_said(book: Gradebook) -> None:
    file(book)
    book.decide(decision(3.0))
    found = book.record("alice", "exo1")
    assert found is not None and found.score == 6.0
    decided = found.verdicts[0]
    assert decided.status is Status.PARTIAL and decided.override is not None
    assert (decided.override.was, decided.override.was_status, decided.override.author) == (
        0.0,
        Status.FAILED,
        "Mme Curie",
    )


@pytest.mark.parametrize(("points", "status"), [(0.0, Status.FAILED), (2.0, Status.PARTIAL), (4.0, Status.PASSED)])
def test_the_status_follows_the_points_of_an_override(points: float, status: Status, book: Gradebook) -> None:
    file(book)
    book.decide(decision(points))
    assert verdict_now(book) == (status, points)


def test_a_later_decision_takes_the_place_of_an_earlier_one_and_may_be_withdrawn(book: Gradebook) -> None:
    file(book)
    book.decide(decision(1.0))
    book.decide(decision(2.0))
    assert verdict_now(book) == (Status.PARTIAL, 2.0)
    assert book.withdraw("alice", "exo1", "accuracy")
    assert verdict_now(book) == (Status.FAILED, 0.0)
    assert not book.withdraw("alice", "exo1", "accuracy")


def test_an_override_survives_a_new_grading_of_the_same_files(book: Gradebook) -> None:
    file(book)
    book.decide(decision(4.0))
    file(book, seed=1)
    assert verdict_now(book) == (Status.PASSED, 4.0) and book.stale() == []


def test_an_override_of_changed_files_is_told_and_not_applied(book: Gradebook) -> None:
    file(book)
    book.decide(decision(4.0))
    file(book, fingerprint="f2")
    assert verdict_now(book) == (Status.FAILED, 0.0)
    assert [(s.decision.check, bool(s.why)) for s in book.stale()] == [("accuracy", True)]


def test_a_review_survives_other_files_as_long_as_the_answer_is_the_same(book: Gradebook) -> None:
    file(book)
    book.decide(decision(1.5, "answer.convexe"))
    file(book, fingerprint="f2")
    assert verdict_now(book, "answer.convexe") == (Status.PARTIAL, 1.5)
    file(book, fingerprint="f3", answer="Parce que le prof l'a dit.")
    assert verdict_now(book, "answer.convexe") == (Status.REVIEW, 0.0) and len(book.stale()) == 1


def test_a_decision_on_what_is_no_longer_judged_or_worth_less_is_told(book: Gradebook) -> None:
    file(book)
    book.decide(decision(4.0))
    accuracy = record().verdicts[0]
    file(book, verdicts=(replace(accuracy, max_points=2.0),))
    assert verdict_now(book) == (Status.FAILED, 0.0) and len(book.stale()) == 1
    file(book, verdicts=record().verdicts[1:])
    assert len(book.stale()) == 1


# ── Deadlines ───────────────────────────────────────────────────────────────────────────────────

DUE = Deadline(datetime(2026, 3, 1, 12, tzinfo=UTC), LatePolicy("per-day", 0.10, 0.5))


def lateness_of(book: Gradebook) -> tuple[float, float] | None:
    found = book.record("alice", "exo1")
    assert found is not None
    return (found.lateness.seconds, found.lateness.penalty) if found.lateness else None


def test_late_work_is_told_beside_a_mark_that_does_not_change(book: Gradebook) -> None:
    file(book, received="2026-03-02T13:00:00+00:00")
    before = book.records()[0]
    book.set_deadlines([""], DUE)
    found = book.records()[0]
    assert found.verdicts == before.verdicts and found.score == before.score == 3.0
    assert found.lateness is not None and found.lateness.penalty == 1.8  # two days begun: 20 % of 9
    assert found.final_score == 1.2
    book.set_deadlines([""], None)
    assert lateness_of(book) is None


def test_an_exercises_own_deadline_goes_before_that_of_all(book: Gradebook) -> None:
    file(book, received="2026-03-02T11:00:00+00:00")
    book.set_deadlines([""], DUE)
    book.set_deadlines(["exo1"], replace(DUE, due=datetime(2026, 4, 1, tzinfo=UTC)))
    assert lateness_of(book) is None


def test_a_students_extension_is_found_by_name_or_by_what_the_lms_knows_them_by(book: Gradebook) -> None:
    file(book, received="2026-03-02T11:00:00+00:00", identity={"id": "12345"})
    book.set_deadlines([""], DUE)
    assert lateness_of(book) is not None
    for name in ("Alice", "12345"):
        book.extend([(name, "", datetime(2026, 3, 3, tzinfo=UTC))])
        assert lateness_of(book) is None
    book.extend([("bob", "", datetime(2026, 3, 3, tzinfo=UTC))])
    assert lateness_of(book) is not None


def test_the_table_of_receipts_goes_before_what_the_lms_said(book: Gradebook) -> None:
    file(book, received="2026-03-09T12:00:00+00:00")
    book.set_deadlines([""], DUE)
    book.receive([("alice", "exo1", datetime(2026, 3, 1, 11, tzinfo=UTC))])
    assert lateness_of(book) is None
    assert book.records()[0].received.startswith("2026-03-01")


@pytest.mark.parametrize("received", ["", "yesterday"])
def test_without_a_date_that_can_be_read_nobody_is_late(received: str, book: Gradebook) -> None:
    file(book, received=received)
    book.set_deadlines([""], DUE)
    assert lateness_of(book) is None
