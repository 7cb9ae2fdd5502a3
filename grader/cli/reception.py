"""What a batch says of the class that it was given: how it is laid out, what needs a look, what was left aside.

On the terminal a few lines for each student, so that nobody's hide another's; all of it in a file beside the gradebook.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path

from rich.console import Console

from grader.domain import Lang, Submission, Text
from grader.files import write_whole
from grader.intake import Intake, Skipped
from grader.messages import number, plain, say, say_n
from grader.reports.terminal import shown

FILE = "reception.txt"
OF_ONE_STUDENT, OF_NOBODY = 3, 30
REPLACED = 20


def tell(
    found: Intake, replaced: Sequence[Text], only: Collection[str], out: Path, console: Console, lang: Lang
) -> None:
    """Print what matters, and write everything to `out`, which must exist. `only` are the exercises that were asked for.

    Raises:
        OSError: `out` cannot be written.
    """
    head = say("Class: {layout}", layout=found.layout)
    console.print(shown(head, lang), markup=False)
    warnings = [*found.warnings, *handed_in_by_one(found.submissions, only)]
    for warning in warnings:
        console.print(shown(say("Attention: {warning}", warning=warning), lang), style="yellow", markup=False)
    for line in replaced[:REPLACED]:
        console.print(shown(line, lang), style="yellow", markup=False)
    left = [_line(one) for one in found.skipped]
    for line in (*_rest(len(replaced) - REPLACED, out), *_some(found.skipped, out)):
        console.print(shown(line, lang), style="bright_black", markup=False)
    everything = [head, *warnings, *replaced, *left]
    write_whole(out / FILE, "".join(f"{shown(line, lang)}\n" for line in everything))


def tell_why_nothing(skipped: Sequence[Skipped], console: Console, lang: Lang) -> None:
    """Where no submission was recognised: what there was instead."""
    for one in skipped[:OF_NOBODY]:
        console.print(shown(_line(one), lang), style="bright_black", markup=False)


def replaced_attempts(submissions: Iterable[Submission], counting: Iterable[Submission]) -> list[Text]:
    """A line for each student and exercise of which an earlier attempt is set aside."""
    counts = {(s.student, s.exercise): s for s in counting}
    kept = {s.main for s in counting}
    earlier = Counter((s.student, s.exercise) for s in submissions if s.main not in kept)
    return [
        say_n(
            "{student}, {exercise}: attempt {number} ({file}) replaces {count} earlier one",
            "{student}, {exercise}: attempt {number} ({file}) replaces {count} earlier ones",
            count,
            student=student,
            exercise=exercise,
            number=counts[student, exercise].attempt,
            file=counts[student, exercise].program,
        )
        for (student, exercise), count in sorted(earlier.items())
    ]


def handed_in_by_one(submissions: Iterable[Submission], asked: Collection[str]) -> list[Text]:
    """Exercises of one student's alone in a class where others are many's: each counts for everybody's maximum, unless
    the teacher says which ones are set."""
    students: dict[str, set[str]] = {}
    for one in submissions:
        students.setdefault(one.exercise, set()).add(one.student)
    most = max(map(len, students.values()), default=0)
    alone: dict[str, list[str]] = {}
    for exercise, who in sorted(students.items()):
        if len(who) == 1 and most > 2 and not asked:
            alone.setdefault(next(iter(who)), []).append(exercise)
    return [
        say_n(
            "{exercises} was handed in by one student only ({student}) and counts among the exercises of all. "
            "`--exercise` names those that are set.",
            "{exercises} were handed in by one student only ({student}) and count among the exercises of all. "
            "`--exercise` names those that are set.",
            len(exercises),
            exercises=", ".join(exercises),
            student=student,
        )
        for student, exercises in alone.items()
    ]


def _some(skipped: Iterable[Skipped], out: Path) -> Iterator[Text]:
    """The first few of each student, and how many more there are; what is nobody's has a bound of its own."""
    often: Counter[str] = Counter()
    for one in skipped:
        often[one.student] += 1
        if often[one.student] <= (OF_ONE_STUDENT if one.student else OF_NOBODY):
            yield _line(one)
    for student, count in often.items():
        if student and count > OF_ONE_STUDENT:
            yield say(
                "Left out: {count} more of {student}, see {file}",
                count=number(count - OF_ONE_STUDENT),
                student=student,
                file=out / FILE,
            )
    yield from _rest(often[""] - OF_NOBODY, out)


def _rest(count: int, out: Path) -> Iterator[Text]:
    if count > 0:
        yield say("… and {count} more, see {file}", count=number(count), file=out / FILE)


def _line(one: Skipped) -> Text:
    return say("Left out: {path} — {reason}", path=plain(one.path), reason=one.reason)
