"""REPONSES is found without running anything, however it is written."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from grader.reading.answers import MAX_ANSWER_CHARS, answers_in
from grader.reading.prose import answers_beside, answers_of_cells, answers_of_text
from grader.reading.source import read_source


def answers(tmp_path: Path, code: str) -> dict[str, str]:
    path = tmp_path / "exo1.py"
    path.write_text(dedent(code), encoding="utf-8")
    return answers_in(read_source(path))


@pytest.mark.parametrize(
    "code",
    [
        'REPONSES = {"convexe": "oui"}',
        'REPONSES: dict[str, str] = {"convexe": "oui"}',
        'REPONSES = dict(convexe="oui")',
        'REPONSES = dict([("convexe", "oui")])',
        'REPONSES = {}\nREPONSES["convexe"] = "oui"',
        'REPONSES = {}\nREPONSES.update({"convexe": "oui"})',
        'REPONSES = {}\nREPONSES.update(convexe="oui")',
        'REPONSES = {}\nREPONSES |= {"convexe": "oui"}',
        'REPONSE = {"Convexe": "oui"}',
        'Réponses = {"CONVEXE": "oui"}',
        'REPONSES = {"convexe": "non"}\nREPONSES = {"convexe": "oui"}',
        'def main():\n    REPONSES = {"convexe": "oui"}',
        'base = {"convexe": "oui"}\nREPONSES = {**base}',
        'OUI = "oui"\nREPONSES = {"convexe": OUI}',
        'REPONSES = {"convexe": "o" "ui"}',
        'REPONSES = {"convexe": "o" + "ui"}',
        'REPONSES = {"convexe": f"oui"}',
        'REPONSES = {"convexe": """oui"""}',
        'from textwrap import dedent\nREPONSES = {"convexe": dedent("""oui""").strip()}',
    ],
)
def test_every_spelling_of_the_dictionary_is_read(tmp_path: Path, code: str) -> None:
    assert answers(tmp_path, code) == {"convexe": "oui"}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("7850", "7850"),
        ("784*10 + 10", "784*10 + 10"),
        ("0.5", "0.5"),
        ("True", "True"),
        ("[62, 62, 32]", "[62, 62, 32]"),
        ("(62, 62)", "62, 62"),
        ("{'a': 1}", "{'a': 1}"),
        ("model.count_params()", "model.count_params()"),
        ("f'P = {784*10}'", "P = 784*10"),
        ("'été' + str(10)", "été10"),
        ("b'oui'", "oui"),
    ],
)
def test_a_value_that_is_no_string_is_given_as_it_is_written(tmp_path: Path, value: str, text: str) -> None:
    found = answers(tmp_path, f'é = 1\nREPONSES = {{"é": {value}}}')["e"]
    assert found.strip("()") == text.strip("()")


@pytest.mark.parametrize("value", ["None", '""', '"…"', '"..."', '"TODO"', '"À compléter"', "...", '"???"', '"  "'])
def test_an_answer_left_as_the_stub_had_it_is_not_answered(tmp_path: Path, value: str) -> None:
    assert answers(tmp_path, f'REPONSES = {{"convexe": {value}, "parametres": 1}}') == {"parametres": "1"}


def test_keys_are_compared_without_accents_capitals_or_spaces(tmp_path: Path) -> None:
    found = answers(tmp_path, 'REPONSES = {"Paramètres": 1, "Minimum global": "oui", "minimum-local": "non"}')
    assert found == {"parametres": "1", "minimum_global": "oui", "minimum_local": "non"}


def test_nothing_is_executed(tmp_path: Path) -> None:
    trap = tmp_path / "trap"
    answers(tmp_path, f'REPONSES = {{"a": open({str(trap)!r}, "w").write("x")}}')
    assert not trap.exists()


def test_a_long_answer_is_cut(tmp_path: Path) -> None:
    assert len(answers(tmp_path, f'REPONSES = {{"a": "{"x" * 100_000}"}}')["a"]) == MAX_ANSWER_CHARS


def test_answers_are_found_in_a_file_that_does_not_parse(tmp_path: Path) -> None:
    code = """
        REPONSES = {
            "parametres": 784*10 + 10,  # un } dans un commentaire
            "convexe": "oui } ou presque",
        }
        REPONSES["minimum_global"] = "oui"
        print "fini"
        """
    assert answers(tmp_path, code) == {
        "parametres": "784*10 + 10",
        "convexe": "oui } ou presque",
        "minimum_global": "oui",
    }


def test_a_missing_comma_in_the_dictionary_itself_loses_no_answer(tmp_path: Path) -> None:
    code = 'REPONSES = {\n  "parametres": 7850\n  "convexe": "oui, car : convexe"\n  "minimum_global": "oui",\n}\n'
    assert answers(tmp_path, code) == {
        "parametres": "7850",
        "convexe": "oui, car : convexe",
        "minimum_global": "oui",
    }


PROSE = """# Réponses

- paramètres : 784*10 + 10
**convexe** : oui, car
l'entropie croisée est convexe
1. `minimum global`: oui

## Interprétation
Les classes se séparent : oui.

Vraiment.
"""


def test_a_text_of_keyed_lines_and_headings_is_read() -> None:
    found = answers_of_text(PROSE, keys=("parametres", "convexe", "minimum_global", "interpretation"))
    assert found == {
        "parametres": "784*10 + 10",
        "convexe": "oui, car\nl'entropie croisée est convexe",
        "minimum_global": "oui",
        "interpretation": "Les classes se séparent : oui.\n\nVraiment.",
    }


def test_without_known_keys_every_short_label_is_one() -> None:
    assert answers_of_text("convexe : oui\nP = 7850") == {"convexe": "oui", "p": "7850"}


@pytest.mark.parametrize("name", ["reponses.md", "REPONSES.md", "réponses.txt", "re\u0301ponses.txt"])
def test_the_file_beside_the_script_is_found_by_its_name(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes("convexe : à peine".encode("latin-1"))
    (tmp_path / "notes.md").write_text("convexe : non")
    assert answers_beside(tmp_path, [Path(name), Path("notes.md")]) == {"convexe": "à peine"}


def test_a_link_to_answers_elsewhere_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("convexe : oui")
    (tmp_path / "reponses.md").symlink_to(tmp_path / "secret")
    assert answers_beside(tmp_path, [Path("reponses.md")]) == {}


def test_only_the_answers_cell_of_a_notebook_is_read_as_answers() -> None:
    handout = "## Paramètres\nCombien y en a-t-il ?"
    assert answers_of_cells([handout, "### Réponses\nconvexe : oui", "- parametres : 7850"]) == {
        "convexe": "oui",
        "parametres": "7850",
    }
