"""Whatever the evaluator refuses is told in the reader's language."""

from __future__ import annotations

import pytest

from grader.analysis.refusal_texts import TEXTS, refusal
from grader.measurements import Refused, Why

VALUES = {"want": 784, "got": "(28, 28)", "name": "Lambda", "value": "poly", "reason": "why"}


@pytest.mark.parametrize("why", Why)
def test_every_reason_has_a_sentence_in_both_languages(why: Why) -> None:
    said = refusal(Refused(why, VALUES))
    assert said.fr and said.en and said.fr != said.en
    assert "{" not in said.fr + said.en


def test_only_a_limit_may_let_it_be_answered_another_time() -> None:
    assert [why for why in Why if not Refused(why).lasting] == [Why.MEMORY, Why.TIME]


def test_no_sentence_is_said_of_two_reasons() -> None:
    assert len({text.en for text in TEXTS.values()}) == len(Why)


def test_numbers_and_names_are_kept() -> None:
    assert "(784,)" in refusal(Refused(Why.INPUT_SHAPE, {"want": "(784,)", "got": "(28, 28)"})).fr
    assert refusal(Refused(Why.OUTPUT_COUNT, {"got": 9, "want": 10})).fr == "il donne 9 valeurs pour 10 classes"
    assert "Lambda" in refusal(Refused(Why.LAYER, {"name": "Lambda"})).fr
    assert "hard_shrink" in refusal(Refused(Why.ACTIVATION, {"name": "hard_shrink"})).fr


def test_somebody_else_s_words_are_bounded_and_obeyed_by_nobody() -> None:
    said = refusal(Refused(Why.EVIDENCE, {"reason": "odd \x1b[31m {reason!} " + "x" * 5000}))
    assert "\x1b" not in said.en and len(said.fr) < 500 and "odd" in said.fr
