"""A program that holds several exercises is handed in for each of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from grader import catalog
from grader.grading.exercise_detector import detect_exercises_with
from grader.intake.whole_class import Intake, find_all, find_one
from grader.parsing import Parser
from tests.conftest import notebook_of
from tests.intake.classes import EVERY_ID

TWO = "# --- Exercice 1\nx = 1\n# --- Exercice 2\nx = 2\n"
NETS = """
from keras import Sequential, layers
m1 = Sequential([layers.Dense(10, activation="softmax")])
m2 = Sequential()
m2.add(layers.Dense(100, input_dim=784, activation="sigmoid"))
m2.add(layers.Dense(units=10, activation="softmax"))
"""


@pytest.fixture
def detect(parser: Parser) -> Callable[..., Intake]:
    def looked(folder: Path, only: tuple[str, ...] = ()) -> Intake:
        return find_all(folder, EVERY_ID, only, detect_exercises_with(catalog.locate(), parser))

    return looked


def handed_in(found: Intake) -> set[tuple[str, str, str]]:
    return {(s.student, s.exercise, s.main.name) for s in found.submissions}


def write(folder: Path, name: str, text: str | bytes = "x = 1") -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())


@pytest.mark.parametrize("name", ["exo1_exo2.py", "exo1et2.py", "exo1-2.py"])
def test_a_name_with_several_exercises_is_one_submission_for_each(
    tmp_path: Path, name: str, detect: Callable[..., Intake]
) -> None:
    write(tmp_path, f"dupont/{name}")
    found = detect(tmp_path)
    assert handed_in(found) == {("dupont", "exo1", name), ("dupont", "exo2", name)}
    assert found.skipped == ()
    assert "exo1, exo2" in found.submissions[0].note.en and "plusieurs exercices" in found.submissions[0].note.fr


def test_a_number_that_may_be_a_version_s_asks_the_content(tmp_path: Path, detect: Callable[..., Intake]) -> None:
    write(tmp_path, "dupont/exo1-2.py", "# Exercice 1\nx = 1\n")
    assert handed_in(detect(tmp_path)) == {("dupont", "exo1", "exo1-2.py")}


@pytest.mark.parametrize("text", [TWO, NETS, "REPONSES_EXO1 = {'a': 1}\nREPONSES_EXO2 = {'a': 2}\n"])
def test_a_name_that_says_nothing_is_looked_into(tmp_path: Path, text: str, detect: Callable[..., Intake]) -> None:
    write(tmp_path, "dupont/tp_complet.py", text)
    assert handed_in(detect(tmp_path)) == {("dupont", e, "tp_complet.py") for e in ("exo1", "exo2")}


def test_a_whole_notebook_is_one_submission_for_each_heading(tmp_path: Path, detect: Callable[..., Intake]) -> None:
    write(tmp_path, "dupont/tp_complet.ipynb", notebook_of("# Exercice 1\nx = 1", "# Exercice 3\nx = 1"))
    assert handed_in(detect(tmp_path)) == {("dupont", e, "tp_complet.ipynb") for e in ("exo1", "exo3")}


def test_in_a_shared_folder_the_owner_is_still_found(tmp_path: Path, detect: Callable[..., Intake]) -> None:
    write(tmp_path, "dupont_exo1_exo2.py")
    write(tmp_path, "martin_tp_complet.py", TWO)
    assert {s for s, _, _ in handed_in(detect(tmp_path))} == {"dupont", "martin"}
    assert len(detect(tmp_path).submissions) == 4


def test_a_file_of_the_exercise_s_own_name_wins_over_a_shared_one(
    tmp_path: Path, detect: Callable[..., Intake]
) -> None:
    write(tmp_path, "dupont/exo1_exo2.py")
    write(tmp_path, "dupont/exo2.py")
    write(tmp_path, "dupont/essais.py", TWO)
    found = detect(tmp_path)
    assert handed_in(found) == {("dupont", "exo1", "exo1_exo2.py"), ("dupont", "exo2", "exo2.py")}
    assert [i.path.name for i in found.skipped] == ["essais.py"]


def test_a_module_that_another_program_imports_is_no_submission(tmp_path: Path, detect: Callable[..., Intake]) -> None:
    write(tmp_path, "dupont/modeles.py", NETS)
    write(tmp_path, "dupont/exo1.py", "import modeles")
    found = detect(tmp_path)
    assert handed_in(found) == {("dupont", "exo1", "exo1.py")} and found.skipped == ()


def test_a_part_that_nobody_would_grade_is_told(tmp_path: Path, detect: Callable[..., Intake]) -> None:
    write(tmp_path, "dupont/exo1.py", TWO)
    write(tmp_path, "martin/exo1.py", TWO)
    write(tmp_path, "martin/exo2.py")
    (left,) = detect(tmp_path).skipped
    assert left.path.parent.name == "dupont" and "exo1_exo2" in left.reason.en and left.reason.fr != left.reason.en


def test_only_the_exercise_asked_for_is_taken_from_a_shared_file(tmp_path: Path, detect: Callable[..., Intake]) -> None:
    write(tmp_path, "dupont/exo1_exo2.py")
    found = detect(tmp_path, only=("exo2",))
    assert handed_in(found) == {("dupont", "exo2", "exo1_exo2.py")} and found.skipped == ()


def test_a_student_s_own_exercise_is_found_in_a_shared_file(tmp_path: Path, parser: Parser) -> None:
    write(tmp_path, "tp.py", TWO)
    found = find_one("exo2", tmp_path, detect=detect_exercises_with(catalog.locate(), parser))
    assert found.main.name == "tp.py" and "here for exo2" in found.note.en
