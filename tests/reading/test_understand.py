"""What a speaker would understand: one table of answers as students write them, and their meaning."""

from __future__ import annotations

import pytest

from grader.reading.understand import Understood, yes_no

CONVEX = ("convexe", "convex", "convexité", "convexity")
GLOBAL = ("minimum global", "global minimum", "minima global", "global minima", "optimum global")
PERCEPTRON = ("perceptron", "neurone", "neuron")

YES, NO, UNCLEAR, EMPTY = Understood.YES, Understood.NO, Understood.UNCLEAR, Understood.EMPTY

ABOUT_CONVEXITY = [
    # one word, in all its clothes
    ("oui", YES),
    ("Oui", YES),
    ("OUI !!!", YES),
    ("**Oui**", YES),
    ("« oui »", YES),
    ("_oui_.", YES),
    ("`True`", YES),
    ("True", YES),
    ("vrai", YES),
    ("Vrai.", YES),
    ("yes", YES),
    ("Yes!", YES),
    ("yep", YES),
    ("o", YES),
    ("convexe", YES),
    ("Convexe.", YES),
    ("CONVEXE", YES),
    ("convèxe", YES),
    ("convex", YES),
    ("strictement convexe", YES),
    ("toujours convexe", YES),
    ("non", NO),
    ("NON", NO),
    ("Non.", NO),
    ("*non*", NO),
    ("no", NO),
    ("Nope", NO),
    ("n", NO),
    ("False", NO),
    ("faux", NO),
    ("jamais", NO),
    ("never", NO),
    ("non-convexe", NO),
    ("non convexe", NO),
    ("Non convexe", NO),
    ("nonconvex", NO),
    ("non‑convexe (couche cachée)", NO),
    ("pas convexe", NO),
    ("not convex", NO),
    # a few words
    ("it is", YES),
    ("It is.", YES),
    ("elle l'est", YES),
    ("c'est le cas", YES),
    ("tout à fait", YES),
    ("Tout a fait", YES),
    ("bien sûr", YES),
    ("bien sur que oui", YES),
    ("of course", YES),
    ("absolument", YES),
    ("sans aucun doute", YES),
    ("no doubt", YES),
    ("it isn't", NO),
    ("It isn’t.", NO),
    ("it is not", NO),
    ("elle ne l'est pas", NO),
    ("Elle ne l’est plus.", NO),
    ("ce n'est pas le cas", NO),
    ("pas toujours", NO),
    ("pas forcément", NO),
    ("pas forcement", NO),
    ("Pas nécessairement", NO),
    ("pas du tout", NO),
    ("not necessarily", NO),
    ("not always", NO),
    ("absolument pas", NO),
    ("certainement pas !", NO),
    ("bien sûr que non", NO),
    ("of course not", NO),
    ("aucune garantie", NO),
    ("en aucun cas", NO),
    # sentences without a yes or a no
    ("elle est convexe", YES),
    ("La fonction de coût est convexe.", YES),
    ("La fonction de coût est bien convexe en W et b", YES),
    ("the cost is convex", YES),
    ("It is a convex function of W and b", YES),
    ("C'est une fonction convexe", YES),
    ("c'est un problème d'optimisation convexe", YES),
    ("elle est convexe, pas concave", YES),
    ("Elle est convexe mais pas strictement.", YES),
    ("Il n'y a pas de minimum local car la fonction est convexe", YES),
    ("La fonction est convexe, elle n'a donc qu'un minimum", YES),
    ("non seulement elle est convexe, mais elle est dérivable", YES),
    ("En effet, la fonction est convexe", YES),
    ("elle n'est pas convexe", NO),
    ("Elle n’est pas convexe.", NO),
    ("elle n'est plus convexe à cause de la couche cachée", NO),
    ("la fonction de coût est non convexe", NO),
    ("La fonction n'est pas du tout convexe", NO),
    ("the loss isn't convex", NO),
    ("the cost is not a convex function", NO),
    ("It's not convex anymore", NO),
    ("elle n'est ni convexe ni concave", NO),
    ("elle est loin d'être convexe", NO),
    ("elle n'est jamais convexe", NO),
    ("elle est concave, pas convexe", NO),
    ("En effet, elle n'est pas convexe", NO),
    ("la convexité n'est pas garantie", NO),
    ("je ne pense pas que ce soit convexe", NO),
    ("I don't think it is convex", NO),
    ("Contrairement à l'exercice 1, elle n'est pas convexe", NO),
    ("Contrairement au MLP, qui n'est pas convexe, elle est convexe", YES),
    # a first word, and a reason
    ("Oui, car la fonction est convexe, donc pas de minimum local", YES),
    ("Oui, car l'entropie croisée composée avec une application affine est convexe", YES),
    ("oui : somme de fonctions convexes", YES),
    ("Oui, il n'y a pas de couche cachée", YES),
    ("Yes, because there is no hidden layer", YES),
    ("Yes: no local minimum", YES),
    ("True, the Hessian is never negative", YES),
    ("oui elle est convexe", YES),
    ("Oui, contrairement au MLP qui n'est pas convexe", YES),
    ("Non, car la fonction n'est pas convexe", NO),
    ("Non, car…", NO),
    ("Non, à cause de la couche cachée", NO),
    ("non elle n'est pas convexe", NO),
    ("Non : la composition de sigmoïdes n'est pas une fonction convexe.", NO),
    ("Non, une fonction convexe n'aurait pas plusieurs minima", NO),
    ("No, it is not convex: the hidden layer breaks it", NO),
    ("No because of the hidden units", NO),
    ("Non, ça dépend de l'initialisation", NO),
    ("Non, pas forcément", NO),
    ("Non. Elle ne l'est pas.", NO),
    ("La fonction est-elle convexe ? Non.", NO),
    ("Convexe ? Oui, car sans couche cachée", YES),
    ("Convexe : non", NO),
    ("convexité -> oui", YES),
    ("je pense que oui", YES),
    ("Je pense que non", NO),
    # what a teacher must read
    ("", EMPTY),
    ("   ", EMPTY),
    ("…", EMPTY),
    ("...", EMPTY),
    ("***", EMPTY),
    ("oui et non", UNCLEAR),
    ("yes and no", UNCLEAR),
    ("oui/non", UNCLEAR),
    ("oui, elle n'est pas convexe", UNCLEAR),
    ("oui, elle n'est pas convexe ?", UNCLEAR),
    ("Non, elle est convexe", UNCLEAR),
    ("non, convexe", UNCLEAR),
    ("oui ?", UNCLEAR),
    ("convexe ?", UNCLEAR),
    ("je ne sais pas", UNCLEAR),
    ("Je sais pas", UNCLEAR),
    ("I don't know", UNCLEAR),
    ("peut-être", UNCLEAR),
    ("peut etre convexe", UNCLEAR),
    ("maybe", UNCLEAR),
    ("sans doute", UNCLEAR),
    ("ça dépend", UNCLEAR),
    ("ca depend du pas", UNCLEAR),
    ("it depends", UNCLEAR),
    ("not sure", UNCLEAR),
    ("je ne suis pas sûr que ce soit convexe", UNCLEAR),
    ("Oui, mais pas toujours", UNCLEAR),
    ("Oui pour l'exo1, non pour l'exo2", UNCLEAR),
    ("convexe mais pas toujours", UNCLEAR),
    ("convexe en W mais pas en b", UNCLEAR),
    ("on ne peut pas dire que ce n'est pas convexe", UNCLEAR),
    ("ce n'est pas non convexe", UNCLEAR),
    ("quasi-convexe", UNCLEAR),
    ("elle n'est pas strictement convexe", UNCLEAR),
    ("la fonction de coût", UNCLEAR),
    ("si elle était convexe, on aurait un seul minimum", UNCLEAR),
    ("elle n'est pas lisse et convexe", UNCLEAR),
    ("7850", UNCLEAR),
    ("banane", UNCLEAR),
    ("concave", UNCLEAR),
]

ABOUT_THE_GLOBAL_MINIMUM = [
    ("Oui : il n'y a pas de minimum local", YES),
    ("Oui, puisque la fonction est convexe", YES),
    ("Oui, si le pas est bien choisi", YES),
    ("Oui, on atteint toujours le minimum global.", YES),
    ("Oui, car tout minimum local est un minimum global", YES),
    ("on converge vers le minimum global", YES),
    ("le minimum global est atteint", YES),
    ("Yes, the global minimum is reached as the cost is convex", YES),
    ("Yes, there are no local minima", YES),
    ("guaranteed", YES),
    ("c'est garanti", YES),
    ("Non, on peut rester bloqué dans un minimum local", NO),
    ("Non, car la fonction n'est pas convexe", NO),
    ("Non, rien ne garantit d'atteindre le minimum global", NO),
    ("Non : il y a plusieurs minima locaux, et le minimum global est difficile à atteindre", NO),
    ("on n'est pas sûr d'atteindre le minimum global", NO),
    ("le minimum global n'est pas assuré", NO),
    ("The global minimum is not guaranteed", NO),
    ("there is no guarantee of reaching the global minimum", NO),
    ("pas garanti", NO),
    ("not guaranteed", NO),
    ("rien ne le garantit", NO),
    ("it doesn't", NO),
    ("on n'atteint pas forcément le minimum global", NO),
    ("On ne peut pas garantir le minimum global", NO),
    ("on atteint un minimum local, pas le minimum global", NO),
    ("no local minimum exists", UNCLEAR),
    ("pas de minimum local", UNCLEAR),
    ("on peut tomber dans un minimum local", UNCLEAR),
    ("on peut atteindre le minimum global", UNCLEAR),
    ("parfois", UNCLEAR),
    ("Oui, mais ça dépend de l'initialisation", UNCLEAR),
    ("Oui, mais on n'atteint pas le minimum global", UNCLEAR),
]

ABOUT_ONE_PERCEPTRON = [
    ("Non, car XOR n'est pas linéairement séparable", NO),
    ("un seul perceptron ne peut pas apprendre XOR", NO),
    ("Un perceptron simple ne suffit pas", NO),
    ("a single perceptron cannot do it", NO),
    ("c'est impossible", NO),
    ("impossible", NO),
    ("No: one line cannot separate the classes", NO),
    ("un perceptron suffit", YES),
    ("oui, un perceptron suffit", YES),
    ("oui, un perceptron ne suffit pas", UNCLEAR),
    ("un perceptron n'a pas de couche cachée", UNCLEAR),
]

TABLE = [
    *((text, CONVEX, meaning) for text, meaning in ABOUT_CONVEXITY),
    *((text, GLOBAL, meaning) for text, meaning in ABOUT_THE_GLOBAL_MINIMUM),
    *((text, PERCEPTRON, meaning) for text, meaning in ABOUT_ONE_PERCEPTRON),
]


@pytest.mark.parametrize(("text", "about", "meaning"), TABLE, ids=[f"{a[0]}: {t[:60]!r}" for t, a, _ in TABLE])
def test_an_answer_is_understood_as_a_speaker_would(text: str, about: tuple[str, ...], meaning: Understood) -> None:
    assert yes_no(text, about=about) is meaning


def test_the_table_is_large_enough_to_mean_something() -> None:
    assert len({text for text, _, _ in TABLE}) >= 120


@pytest.mark.parametrize("text", [t for t, m in ABOUT_CONVEXITY if m in (YES, NO)])
def test_case_and_spaces_never_change_the_meaning(text: str) -> None:
    meaning = yes_no(text, about=CONVEX)
    assert yes_no(f"  {text.upper()}\n", about=CONVEX) is meaning
    assert yes_no(text.replace(" ", "\u00a0"), about=CONVEX) is meaning


def test_without_a_property_only_the_plain_answer_counts() -> None:
    assert yes_no("Oui, car elle est convexe") is YES
    assert yes_no("elle est convexe") is UNCLEAR


def test_a_very_long_answer_is_read_quickly() -> None:
    assert yes_no("oui, " + "ne pas convexe et " * 100_000, about=CONVEX) is UNCLEAR
