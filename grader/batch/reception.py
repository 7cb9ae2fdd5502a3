"""What a class was received as: how it is laid out, what needs a look, what was skipped. All of it goes into a file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.domain import Lang, Submission, Text
from grader.files import write_whole
from grader.intake import Intake, Skipped
from grader.messages import plain, safe, say, say_n

FILE = "reception.txt"
MAX_LINE = 2000  # characters


@dataclass(frozen=True, slots=True)
class Reception:
    """`replaced` has a line for each student and exercise of which earlier attempts do not count; `file` holds it all."""

    layout: Text
    warnings: tuple[Text, ...]
    replaced: tuple[Text, ...]
    skipped: tuple[Skipped, ...]
    file: Path

    def heading(self) -> Text:
        """Return the line that says how the class is laid out."""
        return say("Class: {layout}", layout=self.layout)

    def write(self, lang: Lang) -> None:
        """Write all of it to `file`, whose folder must exist. Raises OSError where that cannot be written."""
        skipped = [skipped_line(one) for one in self.skipped]
        lines = (self.heading(), *self.warnings, *self.replaced, *skipped)
        write_whole(self.file, "".join(f"{safe(line.in_(lang), MAX_LINE)}\n" for line in lines))


def reception_of(
    received: Intake, counting: Sequence[Submission], exercises: Collection[str], folder: Path
) -> Reception:
    """Return what is to be said of a class. `counting` are the submissions that are graded, `exercises` those that were asked for by name, if any."""
    return Reception(
        received.layout,
        (*received.warnings, *handed_in_by_one(received.submissions, exercises)),
        tuple(replaced_attempts(received.submissions, counting)),
        received.skipped,
        folder / FILE,
    )


def replaced_attempts(submissions: Iterable[Submission], counting: Sequence[Submission]) -> list[Text]:
    """Return a line for each student and exercise of which an earlier attempt does not count."""
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
    """Return a line for each student who alone handed in some exercise, in a class where others are many's.

    Such an exercise counts for everybody's maximum, unless the teacher says which ones are set (`asked`).
    """
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


def skipped_line(one: Skipped) -> Text:
    """Return the line on an entry that was skipped."""
    return say("Left out: {path} — {reason}", path=plain(one.path), reason=one.reason)
