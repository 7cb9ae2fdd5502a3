"""The grader from Python: the examples of its documentation hold, and so does what it says beside them."""

from __future__ import annotations

import doctest
import math
import re
import subprocess
import sys
from pathlib import Path

import pytest

from grader import api, catalog, records
from grader.api import classes, exercises, submission
from grader.batch import SessionEvent, events
from grader.domain import Exercise, Mode, Submission
from grader.errors import NothingToGrade, UnknownExercise, UsageError
from grader.grading.phases import Stopwatch

ANSWERS = 'REPONSES = {"parametres": "7850", "convexe": "oui", "minimum_global": "oui"}\n'
READ_ONLY = api.BatchOptions(mode=Mode.STATIC, sandbox="process")


class Collected(api.SessionListener):
    def __init__(self) -> None:
        self.kinds: list[str] = []

    def notify(self, event: SessionEvent) -> None:
        self.kinds.append(type(event).__name__)


def test_the_examples_hold() -> None:
    found = [doctest.testmod(module) for module in (api, classes, exercises, submission)]
    assert sum(one.failed for one in found) == 0 and sum(one.attempted for one in found) >= 12


@pytest.mark.parametrize("name", [name for name in api.__all__ if name.islower()])
def test_every_function_documents_its_arguments_and_errors(name: str) -> None:
    function = getattr(api, name)
    text = function.__doc__
    assert "Args:" in text and "Raises:" in text
    taken = set(function.__annotations__) - {"return"}
    assert [one for one in taken if f"        {one}: " not in text] == []


# ── One submission ──────────────────────────────────────────────────────────────────────────────


def test_the_listener_is_chosen_when_the_submission_is_found(tmp_path: Path) -> None:
    (tmp_path / "exo1.py").write_text(ANSWERS)
    found: list[str] = []

    class Phases(api.Listener):
        def on_phase(self, name: str) -> None:
            found.append(name)

    def listen(exercise: Exercise, submission: Submission) -> api.Listener:
        found.append(f"{exercise.id} {submission.program} {submission.student}")
        return Phases()

    record = api.grade(tmp_path, "EXO-1", mode=Mode.STATIC, sandbox="process", student="ana", listen=listen)
    assert found == ["exo1 exo1.py ana", "static", "checks"]
    assert record.student == "ana" and record.score == 5.0


def test_the_phases_of_a_record_add_up_from_where_the_watch_began(tmp_path: Path) -> None:
    (tmp_path / "exo1.py").write_text(ANSWERS)
    watch = Stopwatch()
    watch.lap("start")
    record = api.grade(tmp_path, "exo1", mode=Mode.STATIC, sandbox="process", watch=watch)
    assert record.phases == watch.seconds
    assert record.phases.keys() == {"start", "intake", "static", "checks"}


def test_what_cannot_be_graded_is_an_error_and_no_record(tmp_path: Path) -> None:
    with pytest.raises(UnknownExercise, match="exo1"):
        api.grade(tmp_path, "exo11", mode=Mode.STATIC)
    with pytest.raises(NothingToGrade):
        api.grade(tmp_path, "exo1", mode=Mode.STATIC, sandbox="process")


# ── A class ─────────────────────────────────────────────────────────────────────────────────────


def test_every_record_of_a_class_is_yielded_once_new_ones_first(tmp_path: Path) -> None:
    folder, out = tmp_path / "class", tmp_path / "out"
    for student in ("alice", "bob"):
        (folder / student).mkdir(parents=True)
        (folder / student / "exo1.py").write_text(ANSWERS + f"# {student}\n")
    told = Collected()
    assert [r.student for r in api.grade_batch(folder, out, READ_ONLY, listener=told)] == ["alice", "bob"]
    assert events.FilesWritten.__name__ == told.kinds[-1]
    assert [r.student for r in api.grade_batch(str(folder), str(out), READ_ONLY)] == ["alice", "bob"]
    (folder / "bob" / "exo1.py").write_text(ANSWERS + "# another\n")
    assert [r.student for r in api.grade_batch(folder, out, READ_ONLY)] == ["bob", "alice"]
    assert [(r.student, r.score) for r in api.rejudge(out)] == [("alice", 5.0), ("bob", 5.0)]
    assert list(api.rejudge(out, exercises=["exo2"])) == []


def test_a_verdict_is_decided_by_hand_and_the_files_follow(tmp_path: Path) -> None:
    folder, out = tmp_path / "class", tmp_path / "out"
    (folder / "alice").mkdir(parents=True)
    (folder / "alice" / "exo1.py").write_text(ANSWERS)
    list(api.grade_batch(folder, out, READ_ONLY))
    record = api.override(out, "Alice", "EXO1", "Accuracy", 3.5, author=" Ada\x1b ", reason="Seen in class.\n")
    decided = next(v for v in record.verdicts if v.id == "accuracy")
    assert decided.override is not None and (record.score, decided.points) == (8.5, 3.5)
    assert (decided.override.author, decided.override.reason) == ("Ada", "Seen in class.")
    assert records.read(out / "alice.exo1.json").score == 8.5
    assert "Seen in class." in (out / "decisions.jsonl").read_text(encoding="utf-8")
    for points in (4.5, -0.5, math.nan):
        with pytest.raises(UsageError, match="worth 4 points"):
            api.override(out, "alice", "exo1", "accuracy", points, author="Ada")
    assert next(iter(api.grade_batch(folder, out, READ_ONLY))).score == 8.5


def test_a_gradebook_that_is_not_there_cannot_be_judged_again(tmp_path: Path) -> None:
    with pytest.raises(NothingToGrade):
        list(api.rejudge(tmp_path))


def test_a_class_is_compared_exercise_by_exercise_and_each_is_reported(tmp_path: Path) -> None:
    for student, exercise in (("alice", "exo1"), ("bob", "exo1"), ("bob", "exo2")):
        (tmp_path / student).mkdir(exist_ok=True)
        (tmp_path / student / f"{exercise}.py").write_text(ANSWERS + f"# {student}\n")
    told = Collected()
    compared = api.compare(tmp_path, sandbox="process", listener=told)
    assert told.kinds == ["Searching", "ExerciseCompared", "ExerciseCompared", "ClassCompared"]
    assert [(one.exercise, len(one.documents)) for one in compared.exercises] == [("exo1", 2), ("exo2", 1)]
    assert [one.exercise for one in api.compare(tmp_path, exercises=["EXO-2"], sandbox="process").exercises] == ["exo2"]
    with pytest.raises(NothingToGrade):
        api.compare(tmp_path, exercises=["exo3"], sandbox="process")


# ── The exercises ───────────────────────────────────────────────────────────────────────────────


def test_each_program_of_the_references_is_yielded_with_what_disagrees() -> None:
    told = Collected()
    proofs = list(api.verify(["exo1"], mode=Mode.STATIC, sandbox="process", only="s", listener=told))
    assert told.kinds == ["GradingBegan", "SandboxChosen", "GradingEnded"]
    by_kind = {kind: [p for p in proofs if p.case.kind == kind] for kind in ("solution", "stub", "wrong")}
    assert all(not p.disagreements and p.record.score == 0 for p in by_kind["stub"])
    assert by_kind["solution"] and all(p.disagreements for p in by_kind["solution"]), "what is only read earns not all"


def test_nothing_to_verify_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(NothingToGrade):
        list(api.verify(["exo1"], only="no such program"))
    known = catalog.locate()
    (tmp_path / "assignments").symlink_to(known.assignments)
    monkeypatch.setattr(catalog, "locate", lambda: catalog.Catalog(tmp_path / "assignments", None))
    with pytest.raises(NothingToGrade, match="reference"):
        list(api.verify(["exo1"]))


def test_all_that_is_offered_is_there_and_nothing_else() -> None:
    assert {name for names in api._HOMES.values() for name in names} == set(api.__all__)
    assert all(getattr(api, name) is not None for name in api.__all__)
    with pytest.raises(AttributeError, match="nowhere"):
        _ = api.nowhere


def test_grading_one_program_imports_nothing_of_a_class() -> None:
    script = "import sys; from grader import api; api.grade; print(sorted(m for m in sys.modules if m.startswith('grader.')))"
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert "grader.grading" in loaded and not re.search(r"grader\.(batch|store|similarity|verify|reports)\b", loaded)
