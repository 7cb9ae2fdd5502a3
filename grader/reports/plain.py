"""Records as JSON, as CSV, and as Markdown."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from grader import records as form
from grader.domain import RECORD_SCHEMA, Lang, Record, Status, Text, Verdict
from grader.messages import safe, say
from grader.reports.marks import by_student, circumstances, lost, mark, moment
from grader.reports.notices import remarks_of
from grader.reports.student_page import remarks
from grader.reports.tables import table
from grader.reports.words import STATUS, WORDS

# ── JSON ────────────────────────────────────────────────────────────────────────────────────────


def json_of(records: Sequence[Record], lang: Lang) -> str:
    """Write all records without their exhibits, which are for pages."""
    kept = [{key: value for key, value in form.to_json(r).items() if key != "exhibits"} for r in _in_order(records)]
    return json.dumps({"schema": RECORD_SCHEMA, "records": kept}, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def _in_order(records: Sequence[Record]) -> list[Record]:
    return [record for own in by_student(records).values() for record in own]


# ── CSV ─────────────────────────────────────────────────────────────────────────────────────────


def csv_of(records: Sequence[Record], lang: Lang) -> str:
    """Write one row per record, one column per check at the end. A mark that there is not is an empty cell."""
    checks: dict[str, Text] = {v.id: v.title for r in _in_order(records) for v in r.verdicts}
    headings = (
        *(WORDS[name] for name in ("student", "exercise", "file", "mark")),
        say("Points before lateness"),
        say("Points off for lateness"),
        say("Out of"),
        say("State"),
        say("Mode"),
        WORDS["received"],
        say("Time (s)"),
    )
    rows: list[Sequence[object]] = [[*(h.in_(lang) for h in headings), *checks]]
    for record in _in_order(records):
        points = {v.id: v.points for v in record.verdicts if v.status is not Status.ERROR}
        rows.append(
            [
                record.student,
                record.exercise,
                record.file,
                "" if record.broken else record.final_score,
                "" if record.broken else record.score,
                record.lateness.penalty if record.lateness else 0,
                record.max_score,
                _state(record, lang),
                record.mode.value,
                moment(record.received, lang) if record.received else "",
                round(record.outcome.seconds, 1) if record.outcome else "",
                *(points.get(check, "") for check in checks),
            ]
        )
    return table(rows)


def _state(record: Record, lang: Lang) -> str:
    word = WORDS["not_marked"] if record.broken else WORDS["only_review"] if record.to_review else say("marked")
    return word.in_(lang)


# ── Markdown ────────────────────────────────────────────────────────────────────────────────────


def markdown(records: Sequence[Record], lang: Lang) -> str:
    """Write a section per student, a table per exercise; everything that somebody wrote is escaped."""
    parts = [f"# {WORDS['class'].in_(lang)}" if len(by_student(records)) > 1 else ""]
    for name, own in by_student(records).items():
        parts.append(f"## {escaped(name)}")
        parts += [_section(record, lang) for record in own]
    return "\n\n".join(part for part in parts if part) + "\n"


def _section(record: Record, lang: Lang) -> str:
    title = f"### {escaped(record.exercise)} — {escaped(record.title.in_(lang))} : {mark(record, lang)}"
    if lang == "en":
        title = title.replace(" : ", ": ", 1)
    headings = [WORDS[name].in_(lang) for name in ("check", "points")] + [say("Verdict").in_(lang)]
    lines = ["| " + " | ".join(headings) + " |", "| --- | --: | --- |"]
    lines += [_row(verdict, lang) for verdict in record.verdicts]
    details = [_details(verdict, lang) for verdict in record.verdicts if lost(verdict)]
    notes = [f"- {escaped(remark)}" for remark in remarks(record, lang)]
    for remark in remarks_of(record.notices):
        notes.append("- " + " ".join(filter(None, (escaped(remark.place), escaped(remark.text.in_(lang))))))
    how = " · ".join(escaped(part) for part in circumstances(record, lang))
    return "\n\n".join(filter(None, [title, "\n".join(lines), *details, "\n".join(notes), f"_{how}_"]))


def _row(verdict: Verdict, lang: Lang) -> str:
    sign, word = STATUS[verdict.status]
    points = f"{verdict.points:g} / {verdict.max_points:g}"
    outcome = " — ".join(filter(None, [word.in_(lang), escaped(verdict.message.in_(lang))]))
    return f"| {sign} {escaped(verdict.title.in_(lang))} | {points} | {outcome} |"


def _details(verdict: Verdict, lang: Lang) -> str:
    texts = {"measured": verdict.measured, "expected": verdict.expected, "hint": verdict.hint}
    facts = [
        f"- {WORDS[name].in_(lang)}{WORDS['colon'].in_(lang)}{escaped(t.in_(lang))}" for name, t in texts.items() if t
    ]
    return "\n".join([f"**{escaped(verdict.title.in_(lang))}**", "", *facts]) if facts else ""


def escaped(text: str) -> str:
    """Return one line in which nothing is Markdown or HTML."""
    flat = " ".join(safe(text, 2000, keep_lines=True).split())
    return re.sub(r"([\\`*_{}\[\]<>()#+!|~&$-])", r"\\\1", flat)
