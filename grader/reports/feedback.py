"""A student's marks as plain text: what a comment on a learning platform says."""

from __future__ import annotations

from collections.abc import Sequence

from grader.domain import Lang, Record, Status, Verdict
from grader.messages import safe, say
from grader.reports.marks import figure, late, mark, waiting

CHARS = 8000


def feedback(records: Sequence[Record], lang: Lang, details: bool = True) -> str:
    """Return one paragraph per exercise: the mark, what changes it, and a line for each point lost."""
    return safe("\n\n".join(_exercise(record, lang, details) for record in records), CHARS, keep_lines=True)


def _exercise(record: Record, lang: Lang, details: bool) -> str:
    title = safe(record.title.in_(lang), 200)
    lines = [
        say("{exercise}, {title}: {mark}", exercise=record.exercise, title=title, mark=mark(record, lang)).in_(lang)
    ]
    if record.broken:
        lines.append(say("The grader itself failed: nothing is counted against you.").in_(lang))
    if points := waiting(record):
        lines.append(say("up to {points} more from the teacher", points=figure(points, lang)).in_(lang))
    if record.lateness is not None and record.lateness.penalty:
        lines.append(late(record.lateness, record.score, lang))
    if details and not record.broken:
        lines += [_line(v, lang) for v in record.verdicts if v.points < v.max_points and v.status is not Status.REVIEW]
    return "\n".join(lines)


def _line(verdict: Verdict, lang: Lang) -> str:
    points = f"{figure(verdict.points, lang)} / {figure(verdict.max_points, lang)}"
    sentences = [safe(text.in_(lang), 600) for text in (verdict.message, verdict.hint) if text]
    if verdict.override is not None and verdict.override.reason:
        sentences = [safe(verdict.override.reason, 600)]
    return f"• {safe(verdict.title.in_(lang), 120)} ({points}) {' '.join(sentences)}".rstrip()
