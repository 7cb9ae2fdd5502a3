"""Files that learning platforms import: Moodle's grading worksheet, Canvas's gradebook, Gradescope's results.

Who a student is there comes from `Record.identity`, which intake read from the platform's own names. A submission that
the grader failed on, or that was not handed in, gets no mark: an empty cell changes nothing on the platform.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from grader.domain import LANGS, Json, Lang, Record, Verdict
from grader.messages import safe, say
from grader.reports.feedback import feedback
from grader.reports.marks import UNDECIDED, by_student, current
from grader.reports.tables import table
from grader.reports.words import WORDS

# ── Moodle ──────────────────────────────────────────────────────────────────────────────────────

# The worksheet of "Download grading worksheet"; Moodle finds the columns by these words in the reader's language, and
# wants the date of the last modification to be there (mod/assign/feedback/offline/importgradeslib.php).
MOODLE = (
    say("Identifier"),
    say("Full name"),
    say("Email address"),
    say("Grade"),
    say("Maximum Grade"),
    say("Last modified (grade)"),
    say("Feedback comments"),
)
NEVER = "-"


def moodle(records: Sequence[Record], lang: Lang) -> str:
    """Write one row per student: the sum of the exercises that are there, and why points were lost."""
    most = _most(records)
    rows: list[Sequence[object]] = [[heading.in_(lang) for heading in MOODLE]]
    for name, own in _students(records):
        who = own[0].identity
        marked = not any(record.broken for record in own)
        rows.append(
            [
                f"Participant {who['id']}" if who.get("id") else "",
                who.get("name") or name,
                who.get("email", ""),
                round(sum(record.final_score for record in own), 2) if marked else "",
                sum(most.values()),
                NEVER,
                feedback(own, lang),
            ]
        )
    return table(rows)


def _students(records: Sequence[Record]) -> list[tuple[str, list[Record]]]:
    return [(name, current(own)) for name, own in by_student(records).items()]


def _most(records: Sequence[Record]) -> dict[str, float]:
    """Return the maximum of each exercise of the class."""
    found: dict[str, float] = {}
    for record in sorted(records, key=lambda r: r.exercise):
        found[record.exercise] = max(record.max_score, found.get(record.exercise, 0.0))
    return found


# ── Canvas ──────────────────────────────────────────────────────────────────────────────────────

CANVAS = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
POINTS = "    Points Possible"  # as Canvas's own export writes the second row


def canvas(records: Sequence[Record], lang: Lang) -> str:
    """Write the columns of Canvas's gradebook export, then one per exercise: "exo1 (12345)" where the assignment is
    known."""
    most = _most(records)
    titles = {exercise: _assignment(exercise, records) for exercise in most}
    rows: list[Sequence[object]] = [[*CANVAS, *titles.values()], [POINTS, "", "", "", "", *most.values()]]
    for name, own in _students(records):
        who = own[0].identity
        marks = {record.exercise: record.final_score for record in own if not record.broken}
        known = [who.get(key, "") for key in ("id", "sis_id", "login", "section")]
        rows.append([who.get("name") or name, *known, *(marks.get(exercise, "") for exercise in most)])
    return table(rows)


def _assignment(exercise: str, records: Sequence[Record]) -> str:
    ids = {r.identity.get("assignment", "") for r in records if r.exercise == exercise} - {""}
    return f"{exercise} ({ids.pop()})" if len(ids) == 1 else exercise


# ── Gradescope ──────────────────────────────────────────────────────────────────────────────────


def gradescope(records: Sequence[Record], lang: Lang) -> dict[str, Json]:
    """Write `results.json` for one student's records (https://gradescope-autograders.readthedocs.io/en/latest/specs/).

    Where the grader failed there is no score at all, so that Gradescope says so instead of a zero.
    """
    own = current(sorted(records, key=lambda r: (r.exercise, r.attempt)))
    several = len(own) > 1
    broken = any(record.broken for record in own)
    results: dict[str, Json] = {
        "output": feedback(own, lang, details=False),
        "output_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "execution_time": round(sum(record.outcome.seconds for record in own if record.outcome), 1),
        "tests": [
            _test(verdict, f"{record.exercise} — " if several else "", f"{n}.{m}" if several else str(m), broken, lang)
            for n, record in enumerate(own, 1)
            for m, verdict in enumerate(record.verdicts, 1)
        ],
        "extra_data": {"exercises": {record.exercise: record.mode.value for record in own}},
    }
    return results if broken else {"score": round(sum(record.final_score for record in own), 2), **results}


def _test(verdict: Verdict, before: str, number: str, broken: bool, lang: Lang) -> Mapping[str, Json]:
    texts = (verdict.message, verdict.measured, verdict.expected, verdict.hint)
    sentences = [safe(text.in_(lang), 4000, keep_lines=True) for text in texts]
    labels = ("", *LABELS[lang])
    full = verdict.points >= verdict.max_points
    shown = sentences[:1] if full else sentences
    test: dict[str, Json] = {
        "name": before + safe(verdict.title.in_(lang), 200),
        "name_format": "text",
        "number": number,
        "output": "\n".join(label + text for label, text in zip(labels, shown, strict=False) if text),
        "output_format": "text",
        "visibility": "visible",
    }
    if not broken:
        test |= {"score": verdict.points, "max_score": verdict.max_points}
    if verdict.status not in UNDECIDED:
        test["status"] = "passed" if full else "failed"
    return test


# What stands before a verdict's figures and its hint.
LABELS: Mapping[Lang, tuple[str, ...]] = {
    lang: tuple(WORDS[name].in_(lang) + WORDS["colon"].in_(lang) for name in ("measured", "expected", "hint"))
    for lang in LANGS
}
