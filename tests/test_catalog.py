"""Finding exercises by name, and what a specification that breaks the rules is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader import catalog
from grader.catalog import Catalog
from grader.domain import Exercise
from grader.errors import BadSpecification, UnknownExercise

GOOD = """
from grader.checks import runs
from grader.domain import Exercise, Text
EXERCISE = Exercise(id={id!r}, title=Text("Titre", "Title"), dataset="mnist", checks=(runs.check(points=20),))
"""


@pytest.fixture
def known(tmp_path: Path) -> Catalog:
    for name in ("exo1", "exo2", "xor"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "exercise.py").write_text(GOOD.format(id=name))
    (tmp_path / "not-an-exercise").mkdir()
    return Catalog(tmp_path, None)


def test_exercises_are_the_folders_with_a_specification(known: Catalog) -> None:
    assert known.ids() == ("exo1", "exo2", "xor")
    exercise = known.find("exo1")
    assert exercise.max_score == 20 and exercise.folder == known.assignments / "exo1"


@pytest.mark.parametrize("name", ["exo1", "EXO1", "exo-1", "Exo_1", "exo 1"])
def test_capitals_and_separators_do_not_matter(name: str, known: Catalog) -> None:
    assert known.find(name).id == "exo1"


@pytest.mark.parametrize(("name", "meant"), [("exo11", "exo1"), ("eco2", "exo2"), ("xorr", "xor"), ("ex1", "exo1")])
def test_a_near_miss_is_answered_with_the_name_that_was_meant(name: str, meant: str, known: Catalog) -> None:
    with pytest.raises(UnknownExercise) as told:
        known.find(name)
    assert f"Vouliez-vous dire {meant}" in told.value.text.fr and f"Did you mean {meant}" in told.value.text.en


@pytest.mark.parametrize("name", ["zzzzzz", "", "../exo1/../../etc", "é", "x" * 5000])
def test_a_name_like_no_other_is_answered_with_the_list(name: str, known: Catalog) -> None:
    with pytest.raises(UnknownExercise) as told:
        known.find(name)
    assert "exo1, exo2, xor" in told.value.text.en


@pytest.mark.parametrize(
    "source",
    [
        "1 / 0",
        "EXERCISE = 3",
        "from grader.domain import *",
        "x = =",
        "import nothing_like_this",
        GOOD.format(id="other"),
        GOOD.format(id="bad").replace("(runs.check(points=20),)", "(runs.check(points=10), runs.check(points=10))"),
    ],
    ids=["crashes", "no exercise", "nothing", "no python", "missing module", "another id", "two checks of one id"],
)
def test_a_bad_specification_is_told_with_its_file(source: str, known: Catalog) -> None:
    folder = known.assignments / "bad"
    folder.mkdir()
    (folder / "exercise.py").write_text(source)
    with pytest.raises(BadSpecification) as told:
        known.find("bad")
    assert "exercise.py" in told.value.text.fr and "exercise.py" in told.value.text.en


def test_the_folder_of_the_environment_comes_first(known: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADE_EXERCISES", str(known.assignments))
    assert catalog.locate().ids() == ("exo1", "exo2", "xor")
    monkeypatch.setenv("GRADE_EXERCISES", str(known.assignments / "exo1"))
    with pytest.raises(BadSpecification, match="GRADE_EXERCISES"):
        catalog.locate()


def _all() -> list[Exercise]:
    known = catalog.locate()
    return [known.find(name) for name in known.ids()]


@pytest.mark.parametrize("exercise", _all(), ids=lambda exercise: exercise.id)
def test_every_exercise_of_ours_keeps_its_own_rules(exercise: Exercise) -> None:
    assert exercise.max_score == pytest.approx(20)
    assert exercise.title.fr and exercise.title.en
    asked = {question.key for question in exercise.questions}
    answered = {check.id.removeprefix("answer.") for check in exercise.checks if check.id.startswith("answer.")}
    assert asked == answered
    assert all(check.points > 0 and check.title.fr and check.title.en for check in exercise.checks)
