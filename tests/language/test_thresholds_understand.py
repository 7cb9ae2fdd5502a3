"""Yes and no in words: how far a negation reaches, how many make a contradiction, how much is read."""

from __future__ import annotations

import pytest

from grader.language.understand import MAX_CHARS, Understood, yes_no

CONVEX = ("convexe", "convex")
YES, NO, UNCLEAR, EMPTY = Understood.YES, Understood.NO, Understood.UNCLEAR, Understood.EMPTY


@pytest.mark.parametrize(("between", "meaning"), [(0, NO), (1, NO), (5, NO), (6, UNCLEAR), (7, UNCLEAR)])
def test_ne_waits_seven_words_for_its_partner(between: int, meaning: Understood) -> None:
    """« elle ne … pas convexe » is one negation; a partner that comes later is a second one."""
    assert yes_no(f"elle ne {'bien ' * between}pas convexe", CONVEX) is meaning


@pytest.mark.parametrize(("between", "meaning"), [(0, NO), (5, NO), (6, UNCLEAR)])
def test_a_partner_alone_opens_a_negation_as_well(between: int, meaning: Understood) -> None:
    """« jamais … rien » make one where they stand together, two where they do not."""
    assert yes_no(f"elle jamais {'bien ' * between}rien convexe", CONVEX) is meaning


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("elle est convexe", YES),
        ("elle ne est pas convexe", NO),
        ("elle ne est plus convexe", NO),
        ("elle est plus convexe", YES),  # « plus » denies with « ne » only
        ("elle est pas convexe", NO),
        ("ce ne est pas faux que elle ne est pas convexe", UNCLEAR),
        ("elle ne est pas non convexe", UNCLEAR),
        ("elle ne l'est pas", NO),
        ("elle l'est", YES),
        ("elle ne l'est pas jamais non", UNCLEAR),
        ("rien ne est convexe", NO),
        ("aucune fonction ne est convexe", NO),
    ],
)
def test_one_negation_denies_and_two_are_read_by_a_teacher(text: str, meaning: Understood) -> None:
    assert yes_no(text, CONVEX) is meaning


@pytest.mark.parametrize(("text", "meaning"), [("oui et non", UNCLEAR), ("oui oui", YES), ("oui. oui.", YES)])
def test_an_answer_that_says_both_says_neither(text: str, meaning: Understood) -> None:
    assert yes_no(text, CONVEX) is meaning


@pytest.mark.parametrize(("beyond", "meaning"), [(False, UNCLEAR), (True, YES)])
def test_what_stands_beyond_4000_characters_is_not_read(beyond: bool, meaning: Understood) -> None:
    tail = ". faux"
    text = "oui, elle est convexe."
    filled = text + " " * (4000 - len(text) - len(tail) + beyond)
    assert MAX_CHARS == 4000 and len(filled) + len(tail) == 4000 + beyond
    assert yes_no(filled + tail, CONVEX) is meaning


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("elle n'est pas convexe, oui le réseau", NO),  # a yes to something else
        ("elle n'est pas convexe, oui si w", UNCLEAR),
        ("elle n'est pas convexe, oui", UNCLEAR),
        ("elle est convexe, mais pas en b", UNCLEAR),
        ("elle est convexe, mais pas strictement", YES),
        ("elle est convexe, et pas en b", YES),
        ("elle est convexe, l'entropie si", UNCLEAR),
        ("elle est convexe, si", YES),
        ("elle est convexe, pas toujours", UNCLEAR),
        ("pas toujours", NO),
        ("oui, elle l'est", YES),
        ("oui, elle ne l'est pas", UNCLEAR),
        ("si convexe alors oui", YES),
        ("que elle est convexe", YES),
        ("elle est convexe en fait non", UNCLEAR),
        ("elle est convexe seulement en w", UNCLEAR),
        ("elle peut être convexe", UNCLEAR),
        ("convexe", YES),
        ("strictement convexe", YES),
        ("elle n'est pas plus convexe", NO),
        ("elle n'est pas plus convexe que lui", UNCLEAR),
        ("elle n'est pas strictement convexe", UNCLEAR),
        ("la fonction n'est pas, dans ce cours, convexe", YES),
        ("le réseau ne voit pas la fonction convexe", NO),
        ("le réseau ne voit pas de chat convexe", UNCLEAR),
        ("est-elle convexe ? oui", YES),
        ("est-elle convexe ? oui ?", UNCLEAR),
        ("oui. est-elle convexe ?", UNCLEAR),
        ("convexe : non", NO),
        ("oui : non", UNCLEAR),
        ("en effet", YES),
        ("en effet, elle ne l'est pas", NO),
        ("en effet, non", NO),
        ("en effet, car x", YES),
        ("en effet, x", UNCLEAR),
        ("non, ça dépend", NO),
        ("oui, ça dépend", UNCLEAR),
        ("n", NO),
        ("o", YES),
        ("n importe", UNCLEAR),
        ("non elle", NO),
        ("non linéaire", UNCLEAR),
    ],
)
def test_what_a_clause_adds_to_an_answer(text: str, meaning: Understood) -> None:
    assert yes_no(text, CONVEX) is meaning


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("une couche suffit", YES),
        ("une couche ne suffit pas", NO),
        ("suffit une couche", UNCLEAR),
        ("cette autre couche suffit", UNCLEAR),
        ("le minimum est atteint", UNCLEAR),
        ("une seule couche peut apprendre xor", YES),
        ("une seule couche ne peut pas apprendre xor", NO),
    ],
)
def test_a_layer_that_suffices_is_a_yes(text: str, meaning: Understood) -> None:
    assert yes_no(text, ("couche",)) is meaning


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("le minimum global est atteint", YES),
        ("le minimum global n'est pas atteint", NO),
        ("le minimum global peut être atteint", UNCLEAR),
        ("le minimum global est toujours atteint", YES),
        ("on atteint le minimum global", YES),
        ("on n'atteint pas le minimum global", NO),
        ("et le minimum global", UNCLEAR),
        ("le minimum global", UNCLEAR),
    ],
)
def test_a_minimum_that_is_attained_is_a_yes(text: str, meaning: Understood) -> None:
    assert yes_no(text, ("minimum global",)) is meaning
