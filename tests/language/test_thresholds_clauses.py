"""Where an answer is cut into clauses, and which words grow together, from both sides."""

from __future__ import annotations

import pytest

from grader.language.clauses import clauses_of, pattern_of, plain_words, without_questions


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("elle est non dans b", "elle est non dans b"),  # begins a sentence of its own
        ("elle est non car b", "elle est non car b"),  # gives a reason
        ("elle est non vers b", "elle est non vers b"),  # says little
        ("elle est non convexe", "elle est non convexe"),  # names the property
        ("elle est nonconvexe", "elle est non convexe"),
        ("elle est non linéaire", "elle est nonlineaire"),
        ("elle est non-linéaire", "elle est nonlineaire"),
        ("non linéaire", "non linéaire".replace("é", "e")),  # nothing before it
    ],
)
def test_non_and_its_word_are_one_unless_it_denies(text: str, plain: str) -> None:
    assert plain_words(text, ("convexe",)) == plain


@pytest.mark.parametrize(
    ("plain", "clauses"),
    [
        ("", []),
        ("a", [("a", "", "")]),
        ("a tandis que b, c", [("a", "", "tandis que"), ("c", ",", "")]),
        ("a, b alors que c. d", [("a", "", ","), ("b", ",", "alors que"), ("d", ".", "")]),
        ("a ; et b", [("a", "", ";"), ("b", "et", "")]),
        ("a, , b", [("a", "", ","), ("b", ",", "")]),
        ("a parce que b", [("a", "", "parce que"), ("b", "parce", "")]),
        ("a (b) ?", [("a", "", "("), ("b", "(", "?")]),
        ("? a", [("a", "", "")]),
    ],
)
def test_what_a_clause_begins_and_ends_with(plain: str, clauses: list[tuple[str, str, str]]) -> None:
    assert [(clause.text, clause.opener, clause.mark) for clause in clauses_of(plain)] == clauses


@pytest.mark.parametrize(
    ("plain", "kept", "is_question"),
    [
        ("a", ["a"], False),
        ("a ? b", ["b"], False),
        ("a, b ? c", ["c"], False),
        ("a ?", ["a"], True),
        ("a. b ? c", ["a", "b", "c"], True),
        ("a ! b ? c", ["a", "b", "c"], True),
        ("a\nb ? c", ["a", "b", "c"], True),
        ("a ? b ?", ["a", "b"], True),
        ("a ? b. c", ["b", "c"], False),
    ],
)
def test_a_question_in_front_of_its_answer_is_no_part_of_it(plain: str, kept: list[str], is_question: bool) -> None:
    clauses, found = without_questions(clauses_of(plain))
    assert ([clause.text for clause in clauses], found) == (kept, is_question)


@pytest.mark.parametrize(
    ("about", "text", "is_named"),
    [
        ((), "convexe", False),
        (("convexe",), "convexes", True),
        (("convexe",), "convexite", False),
        (("minimum-global",), "un minimum global", True),
        (("minimum", "minimum global"), "minimum globals", True),
    ],
)
def test_which_words_name_the_property(about: tuple[str, ...], text: str, is_named: bool) -> None:
    assert (pattern_of(about).search(text) is not None) is is_named
