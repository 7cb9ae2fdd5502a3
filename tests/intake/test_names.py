"""Which exercise a file's name says."""

from __future__ import annotations

import unicodedata

import pytest

from grader.intake.exercise_names import Naming, clean, exercise_of, exercises_of, read_name, read_names
from tests.intake.classes import EVERY_ID


@pytest.mark.parametrize(
    ("name", "exercise"),
    [
        ("exo1.py", "exo1"),
        ("exo1 (1).py", "exo1"),
        ("Exo1.PY", "exo1"),
        ("EXO_1.py", "exo1"),
        ("exo-1.ipynb", "exo1"),
        ("exo 01.py", "exo1"),
        ("tp1-exo1.ipynb", "exo1"),
        ("tp1exo2.py", "exo2"),
        ("exo_1_final.ipynb", "exo1"),
        ("mon exercice 1.py", "exo1"),
        ("Exercice n°3.ipynb", "exo3"),
        ("dupont_exo1.py", "exo1"),
        ("DupontExo1.py", "exo1"),
        ("exo1-marie.ipynb", "exo1"),
        ("Copie de exo2.ipynb", "exo2"),
        ("exo0.py", "exo0"),
        ("xor.ipynb", "xor"),
        ("XOR_v2.py", "xor"),
        ("autoencoder_final.py", "autoencoder"),
        ("Auto-encodeur.ipynb", "autoencoder"),
        ("fashion-mnist.ipynb", "fashion"),
        ("FashionMNIST.ipynb", "fashion"),
        ("hand_signs.py", "signs"),
        (unicodedata.normalize("NFD", "élève_exo1.py"), "exo1"),
        ("exo12.py", None),
        ("exo10.ipynb", None),
        ("exo7.py", None),
        ("exo.py", None),
        ("exo (2).py", None),
        ("exo1_exo2.py", None),
        ("designs.py", None),
        ("xorshift.py", None),
        ("lexo1.py", None),
        ("main.py", None),
        ("", None),
    ],
)
def test_a_name_says_its_exercise(name: str, exercise: str | None) -> None:
    assert exercise_of(name, EVERY_ID) == exercise


@pytest.mark.parametrize(
    ("name", "owner"),
    [
        ("dupont_exo1.py", "dupont"),
        ("exo1-Jean-Pierre.py", "Jean-Pierre"),
        ("exo1_final (2).py", ""),
        ("exo1.py", ""),
        ("Émile Zola_exo1.ipynb", "Émile Zola"),
    ],
)
def test_the_rest_of_a_name_says_whose_it_is(name: str, owner: str) -> None:
    named = read_name(name, EVERY_ID)
    assert named is not None
    assert named.owner == owner


def test_a_name_is_kept_as_it_is_without_control_characters() -> None:
    assert clean("Zoé <b>\x1b[31m\u202eO'Brien\n") == "Zoé <b>[31mO'Brien"
    assert clean("\x00") == "?"


@pytest.mark.parametrize(
    ("name", "exercises"),
    [
        ("exo1_exo2.py", "exo1 exo2"),
        ("dupont_exo2-exo1.py", "exo2 exo1"),
        ("exo1et2.py", "exo1 exo2"),
        ("exo1_et_2 (1).py", "exo1 exo2"),
        ("exos 1, 2 et 3.ipynb", "exo1 exo2 exo3"),
        ("exercices 1&3.py", "exo1 exo3"),
        ("tp1_exo1-2.ipynb", "exo1 exo2"),
        ("exo1-3.ipynb", "exo1 exo2 exo3"),
        ("exo4à6.py", "exo4 exo5 exo6"),
        ("exo1+xor.py", "exo1 xor"),
        ("exo1 2.py", "exo1"),
        ("exo1_2.py", "exo1"),
        ("exo1-12-2023.py", "exo1"),
        ("exo1-2024.py", "exo1"),
        ("exo2-exo2.py", "exo2"),
        ("tp_complet.ipynb", ""),
    ],
)
def test_a_name_may_say_several_exercises(name: str, exercises: str) -> None:
    assert exercises_of(name, EVERY_ID) == tuple(exercises.split())
    assert [one.exercise for one in read_names(name, EVERY_ID)] == exercises.split()


def test_a_number_that_may_be_a_version_s_is_not_sure() -> None:
    assert [one.sure for one in read_names("exo1-2.py", EVERY_ID)] == [True, False]
    assert [one.sure for one in read_names("exo1et2.py", EVERY_ID)] == [True, True]
    assert [one.owner for one in read_names("dupont_exo1_et_exo2.py", EVERY_ID)] == ["dupont", "dupont"]


@pytest.mark.parametrize(
    ("line", "exercises"),
    [
        ("# ---------- Exercice 2 : un perceptron", "exo2"),
        ("## TP 1 - exo 3", "exo3"),
        ("**EXERCICE 1**", "exo1"),
        ("# Partie 2 : exo4", "exo4"),
        ("# Exercices 1 et 2", "exo1 exo2"),
        ("# Fashion-MNIST", "fashion"),
        ("# XOR :", "xor"),
        ("# xor de deux entrées", ""),
        ("# comme à l'exercice 1", ""),
        ("# exercice", ""),
        ("# exo1 " + "x" * 200, ""),
        ("", ""),
    ],
)
def test_a_heading_begins_with_its_exercise(line: str, exercises: str) -> None:
    assert Naming(EVERY_ID).titles(line) == tuple(exercises.split())
