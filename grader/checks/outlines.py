"""What hulls and ellipses have in common: one outline per class, right or not, as the evaluator compared them."""

from __future__ import annotations

from grader.checks.embeddings import best, none_found
from grader.checks.findings import failed, partial, passed
from grader.domain import Facts, Finding, Text
from grader.messages import number, say

CLASSES = 10


def judge_outlines(facts: Facts, kind: str, expected: Text, hint: Text) -> Finding:
    """`kind` is `hulls` or `ellipses`; the evaluator gives the list of the classes whose outline is right."""
    found = best(facts)
    if found is None:
        return none_found(facts, expected)
    right = found.result.get(kind)
    made = found.real(f"{kind}_made") or 0
    count = len(right) if isinstance(right, list) else 0
    measured = say("{right} right of {made} computed", right=count, made=number(made))
    if count >= CLASSES:
        return passed(say("One for each of the ten classes, all right."), measured, expected)
    if made == 0:
        return failed(say("None was computed."), measured, expected, hint)
    message = say("{right} of the ten classes have the right one.", right=count)
    if count:
        return partial(round(count / CLASSES, 2), message, measured, expected, hint)
    return failed(message, measured, expected, hint)
