"""What a student's page shows, drawn from the student's records: views for the template, nothing left to decide there."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from markupsafe import Markup

from grader.domain import Lang, Record, Status, Verdict, cell_number
from grader.messages import safe, say, settled
from grader.reports.cells import Cell, Notes, in_cell, notebook_cells, pictures
from grader.reports.charts import Panel, curves, mark_bar
from grader.reports.code import Line, clean, numbered
from grader.reports.marks import as_markup, circumstances, figure, late, level, mark, moment, share, shown, waiting
from grader.reports.notices import remarks_of
from grader.reports.panels import Mistake, confusions, grid, mapping, mistakes, projections, text_of
from grader.reports.words import STATUS

MAX_NOTICES = 50
NO_POINTS = (Status.ERROR, Status.SKIPPED)


@dataclass(frozen=True, slots=True)
class VerdictView:
    """`open`: points were lost or something is left to do, so the details are worth reading."""

    id: str
    status: str
    sign: str
    word: str
    title: str
    points: str
    message: Markup
    measured: Markup
    expected: Markup
    hint: Markup
    answer: str
    override: str
    reason: str
    open: bool


@dataclass(frozen=True, slots=True)
class NoticeView:
    place: str
    text: Markup


@dataclass(frozen=True, slots=True)
class FrameView:
    place: str
    function: str
    text: str


@dataclass(frozen=True, slots=True)
class ExerciseView:
    anchor: str
    exercise: str
    title: str
    mark: str
    level: str
    bar: Markup
    remarks: list[str]
    file: str
    received: str
    verdicts: list[VerdictView]
    notices: list[NoticeView]
    failure: str
    frames: list[FrameView]
    curves: list[Panel]
    confusions: list[Panel]
    mistakes: list[Mistake]
    grid: Panel | None
    figures: list[Panel]
    projections: list[Panel]
    source: list[Line]
    source_cut: bool
    cells: list[Cell]
    executed: bool
    cells_cut: bool
    printed: str
    circumstances: list[str] = field(default_factory=list)


def exercise_view(record: Record, lang: Lang) -> ExerciseView:
    exhibits = record.exhibits
    source, notebook = mapping(exhibits.get("source")), mapping(exhibits.get("notebook"))
    failure = record.failure
    notes, stopped = _notes(record, lang), _stopped_at(record)
    return ExerciseView(
        anchor=anchor(record),
        exercise=safe(record.exercise, 60),
        title=shown(record.title, lang),
        mark=mark(record, lang),
        level="broken" if record.broken else level(share(record)),
        bar=mark_bar(share(record), level(share(record))),
        remarks=remarks(record, lang),
        file=safe(record.file, 200),
        received=moment(record.received, lang) if record.received else "",
        verdicts=[_verdict(v, record, lang) for v in record.verdicts],
        notices=[
            NoticeView(remark.place, as_markup(remark.text, lang, 1000))
            for remark in remarks_of(record.notices)[:MAX_NOTICES]
        ],
        failure=f"{safe(failure.type, 100).replace('Python2', 'Python 2')}: {safe(failure.message, 2000, keep_lines=True)}"
        if failure
        else "",
        frames=[
            FrameView(f"{safe(f.file, 120)}:{f.line}", safe(f.function, 80), safe(f.text, 300))
            for f in failure.frames[-8:]
        ]
        if failure
        else [],
        curves=curves(record.curves, lang),
        confusions=confusions(exhibits.get("confusion"), lang),
        mistakes=mistakes(exhibits.get("mistakes"), lang),
        grid=grid(mapping(exhibits.get("grid")), lang),
        figures=pictures(exhibits.get("figures"), say("A figure that the program drew").in_(lang)),
        projections=projections(exhibits.get("projections"), lang),
        source=numbered(clean(text_of(source.get("text"))), in_cell(notes, 0), stopped[1]) if source else [],
        source_cut=source.get("cut") is True,
        cells=notebook_cells(notebook.get("cells"), notes, stopped),
        executed=notebook.get("executed") is True,
        cells_cut=notebook.get("cut") is True,
        printed=safe(settled(record.output_tail), 4000, keep_lines=True).strip("\n"),
        circumstances=circumstances(record, lang),
    )


def anchor(record: Record) -> str:
    plain = re.sub(r"[^a-zA-Z0-9-]+", "-", record.exercise)[:40] or "exercice"
    return plain if record.attempt == 1 else f"{plain}-{record.attempt}"


def remarks(record: Record, lang: Lang) -> list[str]:
    """Return what stands beside the mark: points to come, points not judged, lateness, a second attempt."""
    found = []
    if record.broken:
        found.append(say("The grader itself failed: nothing is counted against you.").in_(lang))
    if points := waiting(record):
        found.append(say("up to {points} more from the teacher", points=figure(points, lang)).in_(lang))
    if points := sum(v.max_points for v in record.verdicts if v.status is Status.SKIPPED):
        found.append(say("{points} not judged", points=figure(points, lang)).in_(lang))
    if record.lateness is not None and record.lateness.seconds > 0:
        found.append(late(record.lateness, record.score, lang))
    if record.attempt > 1:
        found.append(say("attempt {number}", number=record.attempt).in_(lang))
    return found


def _verdict(verdict: Verdict, record: Record, lang: Lang) -> VerdictView:
    sign, word = STATUS[verdict.status]
    answers = mapping(record.exhibits.get("answers"))
    answer = text_of(answers.get(verdict.id.removeprefix("answer."))) if verdict.id.startswith("answer.") else ""
    decision = verdict.override
    return VerdictView(
        id=safe(verdict.id, 60),
        status=verdict.status.value,
        sign=sign,
        word=word.in_(lang),
        title=shown(verdict.title, lang, 200),
        points=f"{'—' if verdict.status in NO_POINTS else figure(verdict.points, lang)} / {figure(verdict.max_points, lang)}",
        message=as_markup(verdict.message, lang),
        measured=Markup("") if _says_the_answer(verdict, answer, lang) else as_markup(verdict.measured, lang),
        expected=as_markup(verdict.expected, lang),
        hint=as_markup(verdict.hint, lang),
        answer=clean(answer, 4000),
        override=say(
            "{author}, {date}; the grader had given {points} ({status})",
            author=safe(decision.author, 80),
            date=moment(decision.date, lang),
            points=figure(decision.was, lang),
            status=STATUS[decision.was_status][1],
        ).in_(lang)
        if decision
        else "",
        reason=safe(decision.reason, 2000, keep_lines=True) if decision else "",
        open=verdict.status is not Status.PASSED or verdict.points < verdict.max_points,
    )


def _says_the_answer(verdict: Verdict, answer: str, lang: Lang) -> bool:
    """Return whether what was measured of an answer is the answer itself, which stands above."""
    measured = verdict.measured.in_(lang).rstrip("…")
    return bool(answer) and " ".join(answer.split()).startswith(" ".join(measured.split()))


# ── Lines that somebody speaks of ───────────────────────────────────────────────────────────────


def _place(where: str, record: Record) -> int | None:
    """Return the number of the notebook's cell that `where` names, 0 for the program itself, None for anything else."""
    if (cell := cell_number(where)) is not None:
        return cell
    own = (record.file, record.file.rsplit("/", 1)[-1], "")
    return 0 if where in own and not record.file.endswith(".ipynb") else None


def _notes(record: Record, lang: Lang) -> Notes:
    """Return sentences by place: (cell, line)."""
    found: dict[tuple[int, int], list[Markup]] = {}
    for notice in record.notices[:MAX_NOTICES]:
        cell = _place(notice.where, record)
        if notice.line and cell is not None:
            found.setdefault((cell, notice.line), []).append(as_markup(notice.text, lang, 1000))
    return found


def _stopped_at(record: Record) -> tuple[int, int]:
    """Return (cell, line) of the innermost line of the program itself; (0, 0) where none is known."""
    for frame in reversed(record.failure.frames if record.failure else ()):
        cell = _place(frame.file, record)
        if cell is not None:
            return cell, frame.line
    return 0, 0
