"""What the class page shows: the distribution, the checks, the effort, and the table of students."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from markupsafe import Markup

from grader.domain import Lang, OutcomeStatus, Record, Status, Text
from grader.messages import number, percent, safe, say, say_n
from grader.reports.charts import Panel, histogram, mark_bar, stacked, strips
from grader.reports.marks import UNDECIDED, by_student, current, figure, level, lost, share, shown, waiting
from grader.reports.names import page_path
from grader.reports.student_page import anchor

MAX_LOST = 6


@dataclass(frozen=True, slots=True)
class MarkCell:
    """`value` is what the column is sorted by: -1 for what was not handed in, -0.5 for what is not marked."""

    text: str
    value: float
    link: str = ""
    level: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """`tags` are the words that the filter looks for."""

    name: str
    key: str
    link: str
    marks: list[MarkCell]
    total: MarkCell
    seconds: MarkCell
    memory: MarkCell
    remarks: list[str]
    tags: str


@dataclass(frozen=True, slots=True)
class CheckRow:
    title: str
    bar: Markup
    earned: str
    value: float
    full: int
    part: int
    none: int
    other: int


@dataclass(frozen=True, slots=True)
class ExerciseTable:
    exercise: str
    title: str
    count: str
    histogram: Panel | None
    checks: list[CheckRow]


@dataclass(frozen=True, slots=True)
class LostView:
    exercise: str
    title: str
    summary: str
    bar: Markup


@dataclass(frozen=True, slots=True)
class ClassView:
    facts: list[tuple[str, str]]
    exercises: list[ExerciseTable]
    lost: list[LostView]
    time: Panel | None
    memory: Panel | None
    columns: list[str]
    several: bool
    rows: list[Row]
    found: str


def class_view(records: Sequence[Record], lang: Lang) -> ClassView:
    students = {name: current(own) for name, own in by_student(records).items()}
    everything = [record for own in students.values() for record in own]
    exercises: dict[str, list[Record]] = {}
    for record in sorted(everything, key=lambda r: r.exercise):
        exercises.setdefault(record.exercise, []).append(record)
    columns = list(exercises)
    rows = [_row(name, own, exercises, lang) for name, own in students.items()]
    seconds = [(e, [r.outcome.seconds for r in own if r.outcome]) for e, own in exercises.items()]
    memory = [(e, [float(r.outcome.peak_memory_mib) for r in own if r.outcome]) for e, own in exercises.items()]
    return ClassView(
        facts=_facts(students, everything, lang),
        exercises=[_exercise(name, own, lang) for name, own in exercises.items()],
        lost=_lost(exercises, lang),
        time=_strips(seconds, "s", say("Time of each program"), lang),
        memory=_strips(memory, say("MiB").in_(lang), say("Memory of each program"), lang),
        columns=columns,
        several=len(columns) > 1,
        rows=rows,
        found=say_n("{count} student", "{count} students", len(rows)).in_(lang),
    )


def _facts(students: Mapping[str, Sequence[Record]], everything: Sequence[Record], lang: Lang) -> list[tuple[str, str]]:
    marked = [r for r in everything if not r.broken]
    mean = sum(map(share, marked)) / len(marked) if marked else 0.0

    def count(n: int) -> str:
        return number(n).in_(lang)

    facts = [
        (count(len(students)), say_n("student", "students", len(students)).in_(lang)),
        (count(len(everything)), say_n("submission", "submissions", len(everything)).in_(lang)),
        (percent(mean, 0).in_(lang), say("of the points earned, on average").in_(lang)),
    ]
    if to_review := sum(r.to_review for r in everything):
        facts.append((count(to_review), say("for the teacher").in_(lang)))
    if late := sum(_late(r) for r in everything):
        facts.append((count(late), say("handed in late").in_(lang)))
    if broken := len(everything) - len(marked):
        facts.append((count(broken), say("not marked").in_(lang)))
    return facts


def _late(record: Record) -> bool:
    return record.lateness is not None and record.lateness.seconds > 0


# ── The table ───────────────────────────────────────────────────────────────────────────────────


def page_of(student: str) -> str:
    """Return the address of a student's page from the class page."""
    return quote(page_path(student))


def _row(name: str, own: Sequence[Record], exercises: Mapping[str, Sequence[Record]], lang: Lang) -> Row:
    by_exercise = {record.exercise: record for record in own}
    link = page_of(name)
    most = sum(max(r.max_score for r in records) for records in exercises.values())
    marked = [r for r in own if not r.broken]
    total = sum(r.final_score for r in marked)
    whole = MarkCell(f"{figure(total, lang)} / {figure(most, lang)}", total, "", level(total / most if most else 0))
    seconds = max((r.outcome.seconds for r in own if r.outcome), default=-1.0)
    memory = max((r.outcome.peak_memory_mib for r in own if r.outcome), default=-1)
    shown_name = safe(name, 200) or "?"
    return Row(
        name=shown_name,
        key=shown_name.casefold(),
        link=link,
        marks=[_mark(by_exercise.get(exercise), link, lang) for exercise in exercises],
        total=whole if marked else MarkCell("—", -1),
        seconds=MarkCell(number(seconds, 1).in_(lang) if seconds >= 0 else "—", seconds),
        memory=MarkCell(number(memory).in_(lang) if memory > 0 else "—", memory),
        remarks=_remarks(own, lang),
        tags=" ".join(_tags(own, len(exercises))),
    )


def _mark(record: Record | None, link: str, lang: Lang) -> MarkCell:
    if record is None:
        return MarkCell("—", -1)
    link = f"{link}#{anchor(record)}"
    if record.broken:
        return MarkCell(say("not marked").in_(lang), -0.5, link, "broken")
    return MarkCell(figure(record.final_score, lang), record.final_score, link, level(share(record)))


def _remarks(own: Sequence[Record], lang: Lang) -> list[str]:
    """Return, short and each once, what a teacher may have to see to."""
    found = []
    if any(r.broken for r in own):
        found.append(say("not marked").in_(lang))
    if any(r.to_review for r in own):
        points = sum(map(waiting, own))
        found.append(say("{points} for the teacher", points=figure(points, lang)).in_(lang))
    if any(map(_late, own)):
        found.append(say("late").in_(lang))
    ended = {r.outcome.status for r in own if r.outcome} - {OutcomeStatus.OK, OutcomeStatus.ERROR}
    if ended:
        found.append(say("stopped by a limit").in_(lang))
    if any(r.failure for r in own):
        found.append(say("stopped by an error").in_(lang))
    return found


def _tags(own: Sequence[Record], exercises: int) -> list[str]:
    tests = {
        "lost": any(lost(v) for r in own for v in r.verdicts),
        "review": any(r.to_review for r in own),
        "broken": any(r.broken for r in own),
        "late": any(map(_late, own)),
        "missing": len(own) < exercises,
    }
    return [tag for tag, true in tests.items() if true]


# ── Exercises ───────────────────────────────────────────────────────────────────────────────────


def _exercise(name: str, records: Sequence[Record], lang: Lang) -> ExerciseTable:
    marked = [r for r in records if not r.broken]
    drawing = None
    if marked and (most := max(r.max_score for r in marked)) > 0:
        drawing = Panel("", histogram([r.final_score for r in marked], most, lang))
    return ExerciseTable(
        exercise=safe(name, 60),
        title=shown(records[0].title, lang),
        count=say_n("{count} submission", "{count} submissions", len(records)).in_(lang),
        histogram=drawing,
        checks=[_check(title, found, lang) for title, found in _by_check(records).values()],
    )


def _by_check(records: Sequence[Record]) -> dict[str, tuple[Text, list[tuple[Status, float]]]]:
    """Return for each check its title, and (status, earned share) of every submission."""
    found: dict[str, tuple[Text, list[tuple[Status, float]]]] = {}
    for record in records:
        for verdict in record.verdicts:
            earned = verdict.points / verdict.max_points if verdict.max_points else 1.0
            found.setdefault(verdict.id, (verdict.title, []))[1].append((verdict.status, earned))
    return found


def _check(title: Text, found: Sequence[tuple[Status, float]], lang: Lang) -> CheckRow:
    decided = [earned for status, earned in found if status not in UNDECIDED]
    full = sum(earned >= 1 for earned in decided)
    none = sum(earned <= 0 for earned in decided)
    part, other = len(decided) - full - none, len(found) - len(decided)
    mean = sum(decided) / len(decided) if decided else 0.0
    summary = say(
        "{full} in full, {part} in part, {none} none, {other} undecided", full=full, part=part, none=none, other=other
    ).in_(lang)
    counts = (("good", full), ("middling", part), ("poor", none), ("open", other))
    return CheckRow(
        title=shown(title, lang, 200),
        bar=stacked([(kind, n / len(found)) for kind, n in counts], summary),
        earned=percent(mean, 0).in_(lang) if decided else "—",
        value=round(mean, 4) if decided else -1.0,
        full=full,
        part=part,
        none=none,
        other=other,
    )


def _lost(exercises: Mapping[str, Sequence[Record]], lang: Lang) -> list[LostView]:
    """Return the checks that cost a class most: points lost per submission."""
    found = []
    for exercise, records in exercises.items():
        for title, checked in _by_check(records).values():
            losses = [1 - e for s, e in checked if s in (Status.FAILED, Status.PARTIAL) and e < 1]
            if losses:
                found.append((sum(losses) / len(checked), len(losses), len(checked), exercise, title))
    found.sort(key=lambda item: (-item[0], -item[1], item[3]))
    return [
        LostView(
            safe(exercise, 60),
            shown(title, lang, 200),
            say("{count} of {all}", count=number(count), all=number(all_)).in_(lang),
            mark_bar(mean, "poor"),
        )
        for mean, count, all_, exercise, title in found[:MAX_LOST]
    ]


def _strips(rows: Sequence[tuple[str, Sequence[float]]], unit: str, title: Text, lang: Lang) -> Panel | None:
    if not any(v > 0 for _, values in rows for v in values):
        return None
    return Panel(title.in_(lang), strips(rows, unit, title.in_(lang), lang))
