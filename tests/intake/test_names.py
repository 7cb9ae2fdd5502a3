"""Which exercise a file's name says."""

from __future__ import annotations

import unicodedata

import pytest

from grader.intake.names import clean, exercise_of, read_name

IDS = (*(f"exo{i}" for i in range(7)), "xor", "fashion", "signs", "autoencoder")


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
    assert exercise_of(name, IDS) == exercise


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
    named = read_name(name, IDS)
    assert named is not None
    assert named.owner == owner


def test_a_name_is_kept_as_it_is_without_control_characters() -> None:
    assert clean("Zoé <b>\x1b[31m\u202eO'Brien\n") == "Zoé <b>[31mO'Brien"
    assert clean("\x00") == "?"
