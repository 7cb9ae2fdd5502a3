"""From a class folder to marks: names as students write them, and one file for several exercises."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader import catalog
from grader.domain import Record, Status
from grader.grading import Options, Workbench, grade
from grader.grading.exercise_detector import detect_exercises_with
from grader.intake import find_all
from tests.conftest import notebook_of

BOTH = """
import keras
from keras import layers
(x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
x_train = x_train[:3000].reshape(-1, 784) / 255.0
y_train = keras.utils.to_categorical(y_train[:3000])
# ---------- Exercice 1 : régression logistique
REPONSES = {"parametres": "784*10 + 10 = 7850", "convexe": "oui", "minimum_global": "oui"}
model = keras.Sequential([keras.Input((784,)), layers.Dense(10, activation='softmax')])
model.compile('sgd', 'categorical_crossentropy')
model.fit(x_train, y_train, batch_size=300, epochs=1, verbose=0)
# ---------- Exercice 2 : perceptron
REPONSES = {"parametres": "79510", "convexe": "non", "minimum_global": "non"}
model = keras.Sequential([keras.Input((784,)), layers.Dense(100, activation='sigmoid'), layers.Dense(10, activation='softmax')])
model.compile('sgd', 'categorical_crossentropy')
model.fit(x_train, y_train, batch_size=300, epochs=1, verbose=0)
"""


def graded(folder: Path, workbench: Workbench) -> dict[tuple[str, str], Record]:
    known = catalog.locate()
    found = find_all(folder, known.ids(), detect=detect_exercises_with(known, workbench.parser))
    assert not found.skipped
    return {(s.student, s.exercise): grade(known.find(s.exercise), s, workbench, Options()) for s in found.submissions}


@pytest.mark.parametrize("name", ["exo1_exo2.py", "tp_complet.ipynb"])
def test_a_file_of_two_exercises_is_graded_for_each_on_its_own_part(
    name: str, workbench: Workbench, tmp_path: Path
) -> None:
    hand_in(tmp_path / "ana" / name, BOTH)
    records = graded(tmp_path, workbench)
    assert set(records) == {("ana", "exo1"), ("ana", "exo2")}
    for (_, exercise), record in records.items():
        verdicts = {v.id: v.status for v in record.verdicts}
        for id_ in ("runs", "architecture", "parameters", "answer.parametres", "answer.convexe"):
            assert verdicts[id_] is Status.PASSED, (exercise, id_)
        told = [notice.text for notice in record.notices]
        assert any("exo1, exo2" in text.fr and "plusieurs exercices" in text.fr for text in told)
        assert any("1 autre modèle" in text.fr and "celui qui est jugé" in text.fr for text in told)


@pytest.mark.parametrize("name", ["exo1_exo2.py", pytest.param("tp_complet.ipynb", marks=pytest.mark.slow)])
@pytest.mark.parametrize("fails", ["exo1", "exo2", "both"])
def test_an_error_counts_against_the_exercise_in_whose_part_it_lies(
    name: str, fails: str, workbench: Workbench, tmp_path: Path
) -> None:
    content = BOTH
    if fails in ("exo1", "both"):
        content = content.replace("# ---------- Exercice 2", "print(inconnu)\n# ---------- Exercice 2")
    if fails in ("exo2", "both"):
        content += "\nautre_inconnu\n"
    hand_in(tmp_path / "ana" / name, content)
    ran = {
        exercise: next(v for v in record.verdicts if v.id == "runs")
        for (_, exercise), record in graded(tmp_path, workbench).items()
    }
    passed = {exercise for exercise, verdict in ran.items() if verdict.status is Status.PASSED}
    script = name.endswith(".py")  # a script ends at its first error, the cells of a notebook do not
    assert passed == {"exo1": set() if script else {"exo2"}, "exo2": {"exo1"}, "both": set()}[fails]
    if fails == "exo2":
        assert "exo2" in ran["exo1"].message.en and "autre_inconnu" in ran["exo1"].message.en


def hand_in(path: Path, source: str) -> None:
    """As a script, or as a notebook with a cell for each part."""
    before, *parts = source.split("\n# -")
    cells = [before, *("# -" + part for part in parts)]
    path.parent.mkdir()
    path.write_bytes(notebook_of(*cells) if path.suffix == ".ipynb" else source.encode())


NAMES = (
    "exo1 (1).py", "Exo1.PY", "EXO_1.py", "l'exo1 de Zoé.py", "exo 1 été.py", "tp1-exo1.ipynb", "exo_1_final.ipynb",
)  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_a_program_runs_under_the_name_that_it_was_given(name: str, workbench: Workbench, tmp_path: Path) -> None:
    folder = tmp_path / "Zoé d'Été (groupe 2)"
    folder.mkdir()
    code = "import aide, pathlib\nassert aide.UN == 1 and pathlib.Path('données.txt').read_text() == 'é'"
    (folder / name).write_bytes(notebook_of(code) if name.endswith("ipynb") else code.encode())
    (folder / "aide.py").write_text("UN = 1")
    (folder / "données.txt").write_text("é", encoding="utf-8")
    (record,) = graded(tmp_path, workbench).values()
    assert record.file == name and record.failure is None and record.outcome is not None
    assert record.outcome.status == "ok" and not record.broken
