"""What a teacher decided, and whether it still speaks of what the student wrote.

A decision hangs on an anchor. A review of an answer hangs on the answer's text, so that a new training or a moved
comment does not undo it; the override of any other verdict hangs on the fingerprint of the submission's files.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from grader.domain import Override, Record, Status, Text, Verdict
from grader.messages import say

Kind = Literal["review", "override"]
ANSWER = "answer."
NEAR = 1e-6


@dataclass(frozen=True, slots=True)
class Decision:
    """`points` given to one verdict by `author` on `date` (ISO 8601), for `reason`; `anchor` is what it was about."""

    student: str
    exercise: str
    check: str
    kind: Kind
    points: float
    author: str
    date: str
    reason: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Stale:
    """A decision that no longer applies, and why."""

    decision: Decision
    why: Text


def anchor_of(record: Record, check: str, fingerprint: str) -> tuple[Kind, str]:
    """Return what a decision on this verdict hangs on: the answer's text where one is under review, else the files."""
    verdict = next((v for v in record.verdicts if v.id == check), None)
    answer = answer_of(record, check)
    if verdict is not None and verdict.status is Status.REVIEW and answer is not None:
        return "review", _digest(answer)
    return "override", fingerprint


def answer_of(record: Record, check: str) -> str | None:
    """Return the whole text that the student wrote, where the record holds it; else what its verdict quotes."""
    if not check.startswith(ANSWER):
        return None
    answers = record.exhibits.get("answers")
    if isinstance(answers, dict) and isinstance(found := answers.get(check.removeprefix(ANSWER)), str):
        return found
    return next((v.measured.en for v in record.verdicts if v.id == check), None)


def _digest(text: str) -> str:
    return hashlib.sha256(" ".join(text.split()).encode("utf-8", "replace")).hexdigest()


def apply(record: Record, fingerprint: str, decisions: Iterable[Decision]) -> tuple[Record, tuple[Stale, ...]]:
    """Return the record with the decisions that still hold, and those that do not."""
    verdicts = {verdict.id: verdict for verdict in record.verdicts}
    stale: list[Stale] = []
    for decision in decisions:
        verdict = verdicts.get(decision.check)
        if (why := _why_not(record, verdict, decision, fingerprint)) is not None:
            stale.append(Stale(decision, why))
        elif verdict is not None:
            verdicts[decision.check] = decided(verdict, decision)
    return replace(record, verdicts=tuple(verdicts.values())), tuple(stale)


def _why_not(record: Record, verdict: Verdict | None, decision: Decision, fingerprint: str) -> Text | None:
    if verdict is None:
        return say("this point is no longer judged")
    if decision.points > verdict.max_points + NEAR:
        return say("this point is now worth less")
    if decision.kind == "override":
        return None if decision.anchor == fingerprint else say("the submission has changed since")
    answer = answer_of(record, decision.check)
    if answer is None or _digest(answer) != decision.anchor:
        return say("the answer has changed since")
    return None


def decided(verdict: Verdict, decision: Decision) -> Verdict:
    """Return the verdict as the teacher wants it; what the grader had said stands in its `override`."""
    share = decision.points / verdict.max_points if verdict.max_points else 1.0
    status = Status.PASSED if share >= 1 - NEAR else Status.FAILED if share <= NEAR else Status.PARTIAL
    override = Override(decision.author, decision.date, decision.reason, verdict.points, verdict.status)
    return replace(verdict, status=status, points=decision.points, override=override)
