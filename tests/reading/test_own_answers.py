"""In a file of several exercises, answers belong to the exercise of their name, key or place."""

from __future__ import annotations

import json
from pathlib import Path
from textwrap import dedent

import pytest

from grader import reading
from grader.domain import Reading, Submission
from grader.intake.exercise_names import Naming
from tests.intake.classes import EVERY_ID

NAMING = Naming(EVERY_ID)
KEYS = {"exo1": ("parametres", "convexe"), "exo2": ("parametres", "convexe"), "exo3": ("parametres",)}
ONE, TWO = {"parametres": "7850", "convexe": "oui"}, {"parametres": "79510", "convexe": "non"}


def read(folder: Path, exercise: str, text: str, name: str = "exo1_exo2.py", **beside: str) -> Reading:
    (folder / name).write_text(dedent(text), encoding="utf-8")
    for stem, content in beside.items():
        (folder / f"{stem}.md").write_text(content, encoding="utf-8")
    files = (Path(name), *(Path(f"{stem}.md") for stem in beside))
    return reading.read(Submission("ana", exercise, folder, folder / name, files), KEYS[exercise], NAMING)


@pytest.mark.parametrize(
    "text",
    [
        "# --- Exercice 1\nREPONSES = {one}\n# --- Exercice 2\nREPONSES = {two}",
        "# %% [markdown]\n# # Exercice 1 : régression\nREPONSES = {one}\n# # Exercice 2 : MLP\nREPONSES = {two}",
        "REPONSES = {one}\nprint('==== EXO 2 ====')\nREPONSES = {two}",
        "'''Exercice 1'''\nREPONSES = {one}\n'''Exercice 2'''\nREPONSES = {two}",
        "REPONSES_EXO1 = {one}\nREPONSES_EXO2 = {two}",
        "reponses1 = {one}\nreponses2 = {two}",
        "exo1_reponses = {one}\nexo2_reponses = {two}",
        "REPONSES = {{'exo1': {one}, 'exo2': {two}}}",
        "A = {one}\nREPONSES = {{}}\nREPONSES['Exo 1'] = A\nREPONSES['Exo 2'] = {two}",
        "REPONSES = {one}\nREPONSES['exo2_parametres'] = '79510'\nREPONSES['convexe_exo2'] = 'non'",
        "def exo1():\n    REPONSES = {one}\ndef exo2():\n    REPONSES = {two}",
        "REPONSES = {one}\nREPONSES = {two}",
        "# Exercice 1\nREPONSES = {one}\n# Exercice 2\nREPONSES = {two}\nprint 'fini'",
        "REPONSES_EXO1 = {one}\nREPONSES_EXO2 = {two}\nx = = 3",
    ],
)
def test_each_exercise_has_its_own_answers(tmp_path: Path, text: str) -> None:
    written = text.format(one=ONE, two=TWO)
    assert read(tmp_path, "exo1", written).answers == ONE
    assert read(tmp_path, "exo2", written).answers == TWO


def test_what_nothing_attributes_fills_in_what_is_missing(tmp_path: Path) -> None:
    text = "REPONSES = {'convexe': 'non'}\n# Exercice 2\nREPONSES = {'parametres': 79510}"
    assert read(tmp_path, "exo2", text).answers == TWO
    assert read(tmp_path, "exo1", text).answers == {"convexe": "non"}


def test_of_dictionaries_that_nothing_attributes_the_one_with_the_exercise_s_keys_is_meant(tmp_path: Path) -> None:
    text = f"REPONSES = {{'parametres': 366806}}\nREPONSES = {ONE}"
    assert read(tmp_path, "exo3", text, "tp.py").answers["parametres"] == "366806"
    found = read(tmp_path, "exo1", text, "tp.py")
    assert found.answers == ONE and found.notices == ()


def test_where_nothing_tells_them_apart_the_last_counts_and_it_is_said(tmp_path: Path) -> None:
    found = read(tmp_path, "exo1", f"REPONSES = {ONE}\nREPONSES = {TWO}", "tp.py")
    assert found.answers == TWO
    assert "REPONSES_EXO1" in found.notices[-1].text.en and "REPONSES_EXO1" in found.notices[-1].text.fr


def test_a_file_of_one_exercise_keeps_its_answers_whatever_its_comments_say(tmp_path: Path) -> None:
    text = f"# exo1 : on repart de là\nREPONSES = {TWO}"
    assert read(tmp_path, "exo2", text, "exo2.py").answers == TWO
    again = f"REPONSES = {ONE}\nREPONSES = {TWO}"
    found = read(tmp_path, "exo2", again, "exo2.py")
    assert found.answers == TWO and found.notices == ()


def test_an_exercise_without_answers_of_its_own_gets_no_other_s(tmp_path: Path) -> None:
    assert read(tmp_path, "exo2", f"# Exercice 1\nREPONSES = {ONE}\n# Exercice 2\n").answers == {}
    assert read(tmp_path, "exo2", f"REPONSES_EXO1 = {ONE}").answers == {}


def test_the_cells_of_a_notebook_belong_to_the_heading_above_them(tmp_path: Path) -> None:
    cells = [
        ("markdown", "# TP complet\n## Exercice 1"),
        ("code", "REPONSES = {'parametres': 7850}"),
        ("markdown", "convexe : oui"),
        ("markdown", "## Exercice 2\nUn perceptron."),
        ("code", "REPONSES = {'parametres': 79510}"),
        ("markdown", "### Réponses\nconvexe : non"),
    ]
    listed = [{"cell_type": kind, "metadata": {}, "source": text, "outputs": []} for kind, text in cells]
    book = json.dumps({"cells": listed, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
    assert read(tmp_path, "exo1", book, "tp_complet.ipynb").answers == ONE
    assert read(tmp_path, "exo2", book, "tp_complet.ipynb").answers == TWO


def test_a_file_of_answers_may_hold_several_exercises(tmp_path: Path) -> None:
    one, two = "parametres : 7850\nconvexe : oui\n", "parametres : 79510\nconvexe : non\n"
    text = f"# Réponses\n## Exercice 1\n{one}## Exercice 2\n{two}"
    assert read(tmp_path, "exo1", "x = 1", "exo1.py", reponses=text).answers == ONE
    assert read(tmp_path, "exo2", "x = 1", "exo2.py", reponses=text).answers == TWO
    (tmp_path / "reponses.md").unlink()
    assert read(tmp_path, "exo2", "x = 1", "exo2.py", reponses_exo1=one, reponses_exo2=two).answers == TWO
