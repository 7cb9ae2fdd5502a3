"""Whatever the evaluator refuses is told in the reader's language."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.checks.refusals import known, refusal
from grader.domain import Text

EVALUATOR = Path(__file__).parents[2] / "grader" / "evaluator"
OTHERS = ("limit: memory", "limit: timeout", "Lambda", "my>Layer", "kernel=poly")


def reasons() -> Iterator[str]:
    """Every sentence with which something is refused in the evaluator, what is filled in written as Dense."""
    for path in sorted(EVALUATOR.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("Refused", "Forged") and node.args:
                (given,) = node.args
                if isinstance(given, ast.Constant):
                    yield str(given.value)
                elif isinstance(given, ast.JoinedStr):
                    yield "".join(str(p.value) if isinstance(p, ast.Constant) else "7" for p in given.values)


@pytest.mark.parametrize("reason", sorted({*reasons(), *OTHERS}))
def test_every_reason_has_a_sentence_in_both_languages(reason: str) -> None:
    assert known(reason), "write a sentence for it in grader/checks/refusals.py"
    told = refusal(reason)
    assert told.fr and told.en and told.fr != told.en


def test_there_are_reasons_to_be_told() -> None:
    assert len(set(reasons())) > 20


def test_numbers_and_names_are_kept() -> None:
    assert "(784,)" in refusal("an input of shape (784,) for images of shape (28, 28)").fr
    assert refusal("an output of 9 values for 10 classes").fr == "il donne 9 valeurs pour 10 classes"
    assert "Lambda" in refusal("Lambda").fr and "hard_shrink" in refusal("activation hard_shrink").fr


def test_what_nobody_foresaw_is_quoted_and_bounded() -> None:
    told = refusal("odd \x1b[31m reason! " + "x" * 5000)
    assert "\x1b" not in told.en and len(told.fr) < 500 and "odd" in told.fr
    assert refusal(None) != Text()
