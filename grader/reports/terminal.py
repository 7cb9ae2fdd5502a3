"""A record in the terminal: the table of verdicts, what was measured and expected where points were lost, the mark."""

from __future__ import annotations

from collections.abc import Sequence

from rich import box
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text as Styled

from grader.domain import Lang, Mode, Record, Status, Text, Verdict
from grader.messages import number, percent, safe, say
from grader.reports.marks import figure as figure  # noqa: PLC0414  # the commands take it from here
from grader.reports.marks import run_under
from grader.reports.notices import remarks_of

MARKS = {
    Status.PASSED: ("✔", "green"),
    Status.PARTIAL: ("◐", "yellow"),
    Status.FAILED: ("✘", "red"),
    Status.SKIPPED: ("–", "bright_black"),
    Status.REVIEW: ("?", "cyan"),
    Status.ERROR: ("!", "magenta"),
}
MAX_NOTICES = 12


def show_record(record: Record, console: Console, lang: Lang) -> None:
    """Print the whole report on one submission."""
    title = Styled.assemble((f"{record.exercise} ", "bold"), (shown(record.title, lang), ""))
    console.print()
    console.print(title)
    console.print(verdict_table(record.verdicts, lang))
    lost = [v for v in record.verdicts if v.points < v.max_points and v.status not in (Status.SKIPPED, Status.REVIEW)]
    advice = [v for v in lost if v.hint or v.expected]
    if advice:
        console.print(Styled(shown(say("Where points were lost"), lang), style="bold"))
        for verdict in advice:
            console.print(Padding(explained(verdict, lang), (0, 0, 1, 2)))
    _show_failure(record, console, lang)
    _show_notices(record, console, lang)
    _show_mode(record, console, lang)
    console.print(mark_panel(record, lang))


def _show_mode(record: Record, console: Console, lang: Lang) -> None:
    """Say what a run that was not whole leaves open, and how to have it whole; on the terminal where it was asked for
    only, because a page reaches somebody who cannot."""
    words = {
        Mode.STATIC: say("The program was only read. `grade {exercise}` runs it.", exercise=record.exercise),
        Mode.AUDIT: say(
            "Each training was stopped after a few steps. `grade {exercise}` trains to the end.",
            exercise=record.exercise,
        ),
    }.get(record.mode)
    if words is not None:
        console.print(Styled(shown(words, lang), style="bright_black"))


def shown(text: Text, lang: Lang, most: int = 2000) -> str:
    return safe(text.in_(lang), most)


def verdict_table(verdicts: Sequence[Verdict], lang: Lang) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    table.add_column("", width=1)
    table.add_column(shown(say("What is judged"), lang), ratio=2)
    table.add_column(shown(say("Points"), lang), justify="right", no_wrap=True)
    table.add_column(shown(say("Verdict"), lang), ratio=5)
    for verdict in verdicts:
        table.add_row(*verdict_row(verdict, lang))
    return table


def verdict_row(verdict: Verdict, lang: Lang) -> tuple[RenderableType, ...]:
    sign, colour = MARKS[verdict.status]
    return (
        Styled(sign, style=colour),
        Styled(shown(verdict.title, lang)),
        Styled(points_of(verdict, lang), style=colour),
        Styled(shown(verdict.message, lang, 600)),
    )


def points_of(verdict: Verdict, lang: Lang) -> str:
    return f"{figure(verdict.points, lang)} / {figure(verdict.max_points, lang)}"


def explained(verdict: Verdict, lang: Lang) -> Group:
    sign, colour = MARKS[verdict.status]
    details = Table.grid(padding=(0, 2))
    details.add_column(justify="right", style="bright_black", no_wrap=True)
    details.add_column()
    for label, text in (
        (say("measured"), verdict.measured),
        (say("expected"), verdict.expected),
        (say("hint"), verdict.hint),
    ):
        if text:
            details.add_row(shown(label, lang), Styled(shown(text, lang, 800)))
    heading = Styled.assemble((f"{sign} ", colour), (shown(verdict.title, lang), "bold"))
    return Group(heading, Padding(details, (0, 0, 0, 2)))


def _show_failure(record: Record, console: Console, lang: Lang) -> None:
    failure = record.failure
    if failure is None or not failure.frames:
        return
    console.print(Styled(shown(say("Where the program stopped"), lang), style="bold"))
    for frame in failure.frames[-5:]:
        place = safe(f"{frame.file}:{frame.line}", 200)
        console.print(Styled.assemble(("  ", ""), (place, "bright_black"), ("  ", ""), safe(frame.text, 200)))
    console.print()


def _show_notices(record: Record, console: Console, lang: Lang) -> None:
    if not record.notices and not record.output_dropped:
        return
    console.print(Styled(shown(say("Good to know (costs no marks)"), lang), style="bold"))
    remarks = remarks_of(record.notices)
    for remark in remarks[:MAX_NOTICES]:
        place = f"{remark.place}  " if remark.place else ""
        console.print(Styled.assemble("  • ", (place, "bright_black"), shown(remark.text, lang, 600)))
    if len(remarks) > MAX_NOTICES:
        console.print(f"  • … {len(remarks) - MAX_NOTICES}")
    if record.output_dropped:
        dropped = say(
            "The program printed too much: {kib} KiB were not kept.", kib=number(record.output_dropped / 1024)
        )
        console.print(f"  • {shown(dropped, lang)}")
    console.print()


def mark_panel(record: Record, lang: Lang) -> Group:
    """Return the mark in a box, and under it what one needs to know to compare two marks."""
    return Group(
        Panel(_mark(record, lang), box=box.ROUNDED, expand=False),
        Styled(" · ".join(run_under(record, lang)), style="bright_black"),
    )


def _mark(record: Record, lang: Lang) -> Styled:
    if record.broken:
        message = say("Not marked: the grader itself failed. Nothing is counted against you.")
        return Styled(shown(message, lang), style="magenta")
    score = Styled(f"{figure(record.score, lang)} / {figure(record.max_score, lang)}", style="bold " + _colour(record))
    parts: list[Styled | str] = [f"{shown(say('Mark'), lang)}  ", score]
    if record.to_review:
        waiting = sum(v.max_points for v in record.verdicts if v.status is Status.REVIEW)
        parts.append(shown(say("   + up to {points} from a teacher", points=figure(waiting, lang)), lang))
    if unjudged := sum(v.max_points for v in record.verdicts if v.status is Status.SKIPPED):
        parts.append(shown(say("   {points} not judged", points=figure(unjudged, lang)), lang))
    return Styled.assemble(*parts)


def _colour(record: Record) -> str:
    share = record.score / record.max_score if record.max_score else 0
    return "green" if share >= 0.8 else "yellow" if share >= 0.5 else "red"


def class_table(records: Sequence[Record], lang: Lang) -> Table:
    """Return one line per record: student, exercise, mark, what went wrong."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for heading in (say("Student"), say("Exercise"), say("File")):
        table.add_column(shown(heading, lang), no_wrap=True)
    table.add_column(shown(say("Mark"), lang), justify="right", no_wrap=True)
    table.add_column(shown(say("Time"), lang), justify="right", no_wrap=True)
    table.add_column(shown(say("Remarks"), lang), ratio=1)
    for record in sorted(records, key=lambda r: (r.student, r.exercise)):
        table.add_row(*_class_row(record, lang))
    return table


def _class_row(record: Record, lang: Lang) -> tuple[Styled, ...]:
    seconds = record.outcome.seconds if record.outcome else 0.0
    mark = Styled(shown(say("not marked"), lang), style="magenta")
    if not record.broken:
        mark = Styled(f"{figure(record.score, lang)} / {figure(record.max_score, lang)}", style=_colour(record))
    lost = [v for v in record.verdicts if v.points < v.max_points]
    remarks = ", ".join(f"{MARKS[v.status][0]} {v.id}" for v in lost)
    return (
        Styled(safe(record.student, 40)),
        Styled(record.exercise),
        Styled(safe(record.file, 40)),
        mark,
        Styled(f"{number(seconds, 1).in_(lang)} s"),
        Styled(remarks, style="bright_black"),
    )


def class_summary(records: Sequence[Record], lang: Lang) -> str:
    marked = [r for r in records if not r.broken]
    shares = [r.score / r.max_score for r in marked if r.max_score]
    mean = sum(shares) / len(shares) if shares else 0.0
    return shown(
        say(
            "{count} submissions graded, mean {mean}; {review} to review by a teacher, {broken} not marked.",
            count=len(marked),
            mean=percent(mean, 0),
            review=sum(r.to_review for r in marked),
            broken=len(records) - len(marked),
        ),
        lang,
    )


def finished_line(record: Record, lang: Lang) -> Styled:
    """Return one line for a submission that has just been graded."""
    mark = (
        shown(say("not marked"), lang)
        if record.broken
        else f"{figure(record.score, lang)} / {figure(record.max_score, lang)}"
    )
    seconds = f"{number(record.outcome.seconds, 1).in_(lang)} s" if record.outcome else ""
    colour = "magenta" if record.broken else _colour(record)
    return Styled.assemble(
        f"{safe(record.student, 40):<28} {record.exercise:<12} ",
        (f"{mark:>10}", colour),
        (f"  {seconds}", "bright_black"),
    )


def sandbox_line(name: str, level: str, held: int, lang: Lang) -> Styled:
    tested = say("Isolation: {name} (level {level}, {held} walls tried and held).", name=name, level=level, held=held)
    untested = say("No isolation ({name}): student code runs with your rights.", name=name)
    return Styled(shown(tested if held else untested, lang), style="bright_black" if held else "bold yellow")


def verify_line(name: str, kind: str, record: Record, problems: Sequence[Text], lang: Lang) -> Styled:
    """Return one line for a program of the references, and one more for each point on which it disagrees."""
    sign, colour = ("✘", "red") if problems else ("✔", "green")
    mark = f"{figure(record.score, lang)} / {figure(record.max_score, lang)}"
    seconds = f"{number(record.outcome.seconds, 1).in_(lang)} s" if record.outcome else ""
    line = Styled.assemble(
        (sign, colour), f" {kind:<9} {name:<44} ", (f"{mark:>9}", ""), (f"  {seconds}", "bright_black")
    )
    for problem in problems:
        line.append(f"\n    {shown(problem, lang, 500)}", style="red")
    return line
