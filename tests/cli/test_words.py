"""The parser's own words, which it has in English only, in the reader's language."""

from __future__ import annotations

import re

import pytest

from grader.cli import exits
from grader.cli.main import build, run

COMMANDS = [(), ("exo1",), ("data",), ("data", "fetch")] + [
    (str(c.name or c.callback.__name__),) for c in build("fr").registered_commands if c.callback and not c.hidden
]
REFUSED = [
    (("exo1", "--mode", "fast"), "--mode ne peut pas valoir « fast », mais : static, audit, full."),
    (("exo1", "--seed", "-1"), "--seed doit valoir au moins 0."),
    (("exo1", "--seed", "abc"), "--seed doit être un nombre entier."),
    (("exo1", "--time-limit", "soon"), "--time-limit doit être un nombre."),
    (("exo1", "--quit"), "L’option --quit n’existe pas. Vouliez-vous dire --quiet ?"),
    (("exo1", "-z"), "L’option -z n’existe pas."),
    (("exo1", ".", "more"), "Il y a des mots de trop : more."),
    (("exo1", "--mode"), "--mode demande une valeur."),
    (("exo1", "--quiet=3"), "--quiet ne prend pas de valeur."),
    (("data", "nope"), "La commande nope n’existe pas."),
    (("batch",), "Il manque DOSSIER."),
    (("batch", "x", "--jobs", "0"), "--jobs doit valoir au moins 1."),
    (("override", "x"), "Il manque ÉTUDIANT."),
]


@pytest.mark.parametrize(("words", "told"), REFUSED)
def test_what_was_typed_wrong_is_told_in_french_with_where_help_is(
    words: tuple[str, ...], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(list(words)) == exits.USAGE
    *usage, sentence, help_ = capsys.readouterr().err.replace("\u00a0", " ").splitlines()
    assert sentence == f"grade : {told}"
    assert help_.startswith("Aide : grade ") and all(line.startswith("Usage : grade ") for line in usage)
    assert run(help_.removeprefix("Aide : grade ").split()) == exits.FULL_MARKS


def test_controls_in_what_was_typed_do_not_reach_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["exo1", ".", "\x1b[31mred\u202e"]) == exits.USAGE
    assert not {"\x1b", "\u202e"} & set(capsys.readouterr().err)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
@pytest.mark.parametrize("lang", ["fr", "en"])
def test_help_is_in_one_language(command: tuple[str, ...], lang: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*command, "-h", "--lang", lang]) == exits.FULL_MARKS
    told = capsys.readouterr().out.replace("\u00a0", " ")
    french = ("Usage : grade", "Options :", "Affiche cette aide.")
    english = ("Usage: grade", "Options:", "Shows this help.")
    assert all((words in told) is (lang == "fr") for words in french)
    assert all((words in told) is (lang == "en") for words in english)
    assert not re.search(r"<\w|\[required|\[default|x>=", told), "the parser's own"
    assert lang == "en" or not re.search(r"\b(Commands|Show|default|required|at least|range|PATH|TEXT|FOLDER)\b", told)


def test_commands_are_told_with_their_whole_sentences(capsys: pytest.CaptureFixture[str]) -> None:
    run(["-h", "--lang", "en"])
    told = " ".join(capsys.readouterr().out.split())
    assert "Grades a class folder" in told and "…" in told and "..." not in told
    for command in build("en").registered_commands:
        assert command.hidden or str(command.help) in told
