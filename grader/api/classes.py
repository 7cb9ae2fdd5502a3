"""A class from Python: graded, judged again, decided by hand, compared."""

from __future__ import annotations

from collections.abc import Collection, Generator
from contextlib import closing
from pathlib import Path

from grader.batch import (
    BatchOptions,
    BatchSession,
    CompareSession,
    RejudgeSession,
    SessionEvent,
    SessionListener,
    Task,
)
from grader.batch.events import ClassGraded
from grader.domain import Lang, Record
from grader.grading import Listener
from grader.reports.gradebook_pages import update_pages
from grader.similarity import ComparedClass
from grader.store import Gradebook
from grader.store.deciding import decide, find_record


def grade_batch(
    folder: str | Path,
    out: str | Path,
    options: BatchOptions | None = None,
    *,
    listener: SessionListener | None = None,
) -> Generator[Record, None, None]:
    """Grade a class as far as it has changed: yield every record of it, the new ones first, as they are filed.

    A record is yielded as it counts for its student and exercise then, with a teacher's decisions and lateness; where
    the best of several attempts counts, a later one may take its place. Unchanged ones come last, without what pages
    draw (`exhibits`). `listener` is told of all that happens.

    >>> import tempfile
    >>> from grader.domain import Mode
    >>> options = BatchOptions(mode=Mode.STATIC, sandbox="process")
    >>> with tempfile.TemporaryDirectory() as place:
    ...     for student, answer in (("alice", "7850"), ("bob", "12")):
    ...         (Path(place) / "class" / student).mkdir(parents=True)
    ...         program = Path(place, "class", student, "exo1.py")
    ...         _ = program.write_text(f'REPONSES = {{"parametres": "{answer}"}}')
    ...     for record in grade_batch(Path(place, "class"), Path(place, "results"), options):
    ...         print(record.student, record.final_score)
    alice 2.0
    bob 0.0

    Args:
        folder: The class, as a folder or an archive (zip, tar.gz).
        out: Where the gradebook, the records and the pages are written.
        options: How the class is graded; None is as the command line does by itself.
        listener: Is told typed events, see `grader.batch.events`.

    Raises:
        UsageError: An exercise that is not known, a class without any submission (`NothingToGrade`), a gradebook that
            was lost and is to be restored first.
        Breakdown: No sandbox, no data, no cluster, a full disk. What was graded is kept: the same call goes on.
        OSError: The results cannot be written.
    """
    seen: set[tuple[str, str]] = set()
    witness = _Witness(listener or SessionListener())
    with closing(BatchSession(Path(folder), Path(out), options).run(witness)) as records:
        for record in records:
            seen.add((record.student, record.exercise))
            yield record
    yield from (record for record in witness.records if (record.student, record.exercise) not in seen)


def rejudge(
    folder: str | Path,
    *,
    exercises: Collection[str] = (),
    data: Path | None = None,
    sandbox: str = "auto",
    lang: Lang = "fr",
    listener: SessionListener | None = None,
) -> Generator[Record, None, None]:
    """Judge again what the gradebook in `folder` holds, from the kept runs: yield each record that was made anew.

    Records are yielded as the grader made them; the event `ClassGraded` has them with a teacher's decisions. A
    submission of which no run is kept keeps its record, and is reported to `listener` (`SubmissionNotJudged`).

    Args:
        folder: What `grade_batch` wrote.
        exercises: Names; all where it is empty.
        data: A folder of the real datasets.
        sandbox: The isolation of what has to be read or measured anew.
        lang: The language of the pages.
        listener: Is told typed events, see `grader.batch.events`.

    Raises:
        UsageError: An exercise that is not known, or no gradebook (`NothingToGrade`).
        Breakdown: The gradebook cannot be written, or no data is to be had.
    """
    with closing(RejudgeSession(Path(folder), exercises, data, sandbox, lang).run(listener)) as records:
        yield from records


def compare(
    folder: str | Path,
    *,
    exercises: Collection[str] = (),
    sandbox: str = "auto",
    listener: SessionListener | None = None,
) -> ComparedClass:
    """Compare the programs of a class, and the weights handed in with them. Nothing runs, and no mark changes.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as place:
    ...     for student in ("alice", "bob"):
    ...         (Path(place) / student).mkdir()
    ...         program = Path(place, student, "exo1.py")
    ...         _ = program.write_text("".join(f"height_{n} = width_{n} * {n} - offset\\n" for n in range(9)))
    ...     compared = compare(place, sandbox="process")
    >>> for exercise in compared.exercises:
    ...     print(exercise.exercise, [document.label for document in exercise.documents])
    ...     print([pair.same_text for pair in exercise.comparison.pairs], exercise.unreadable)
    exo1 ['alice', 'bob']
    [True] ()

    Args:
        folder: The class, as a folder or an archive (zip, tar.gz).
        exercises: Names; all where it is empty.
        sandbox: The isolation for reading what was handed in.
        listener: Is told typed events, see `grader.batch.events`.

    Raises:
        UsageError: An exercise that is not known, or a class without any submission (`NothingToGrade`).
        SandboxUnavailable: What was handed in cannot be read in isolation.
    """
    return CompareSession(Path(folder), exercises, sandbox).run(listener)


def override(
    folder: str | Path,
    student: str,
    exercise: str,
    check: str,
    points: float,
    *,
    author: str,
    reason: str = "",
    lang: Lang = "fr",
) -> Record:
    """Decide a verdict by hand, as a review does too: return the record as it counts from then on.

    The grader's verdict stays on file beside the decision, which holds as long as what it was about: an answer under
    review while its text is the same, any other verdict while the submission's files are.

    Args:
        folder: What `grade_batch` wrote.
        student: The name in the record, capitals apart.
        exercise: The name of the exercise, as in the record, capitals apart.
        check: The verdict's id, capitals apart: `accuracy`, `answer.convexe`.
        points: What it is worth instead, up to the verdict's own `max_points`.
        author: Who decides.
        reason: Why; the student reads it.
        lang: The language of the pages.

    Raises:
        UsageError: No gradebook (`NothingToGrade`), no such record or verdict, or more points than it is worth.
        Breakdown, OSError: The gradebook, or a file that follows it, cannot be written.
    """
    with Gradebook.open(Path(folder)) as book:
        decision = decide(book, find_record(book, student, exercise), check, points, author, reason)
        update_pages(book, lang)
        record = book.record(decision.student, decision.exercise)
    assert record is not None  # there was one to decide on
    return record


class _Witness(SessionListener):
    """Passes everything on, and remembers the records of the class."""

    def __init__(self, listener: SessionListener) -> None:
        self.records: tuple[Record, ...] = ()
        self._listener = listener

    def notify(self, event: SessionEvent) -> None:
        if isinstance(event, ClassGraded):
            self.records = event.records
        self._listener.notify(event)

    def listen(self, task: Task) -> Listener:
        return self._listener.listen(task)
