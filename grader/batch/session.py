"""A class, graded as far as it has changed. A session may be stopped at any moment, and started again."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from grader import catalog, datasets, intake
from grader.batch.events import (
    ClassGraded,
    ClassReceived,
    FilesWritten,
    GradingBegan,
    GradingEnded,
    NothingRecognised,
    PagesBegan,
    RecordDamaged,
    RecordsUnchanged,
    Searching,
    SessionListener,
    SubmissionGraded,
)
from grader.batch.execution import Execution
from grader.batch.modes import usual_mode, with_threads
from grader.batch.options import BatchOptions
from grader.batch.plan import Plan, latest_attempts, plan
from grader.batch.pool import Task
from grader.batch.reception import reception_of
from grader.domain import Exercise, Mode, Record, Submission
from grader.errors import NothingToGrade
from grader.grading import Options
from grader.grading.exercise_detector import CachedDetector, detect_exercises_with
from grader.grading.run_cache import RunCache
from grader.intake import Intake
from grader.messages import say
from grader.parsing import Parser, unpacked_by
from grader.reports.gradebook_pages import update_pages
from grader.sandbox.cores import core_count
from grader.sandbox.lazy import LazySandbox
from grader.store import Gradebook
from grader.store.record_files import RecordFiles
from grader.store.restoring import require_no_orphans

RUNS = "evidence"  # below the results: what each run left behind
COPIES, DETECTED = ".copies", ".looks.json"  # hidden, so that a class folder around the results shows neither


class BatchSession:
    """Grades the submissions in `folder`, or in an archive of them, into the gradebook in the folder `out`.

    What is recorded as it is handed in now is left alone; what only has to be judged again is judged from its kept run;
    the rest runs. Each record is filed before it is yielded, and a session that is broken off in any way loses none of
    them: the next one goes on. Two sessions on one gradebook share the work.
    """

    def __init__(self, folder: Path, out: Path, options: BatchOptions | None = None) -> None:
        self._folder = folder
        self._out = out
        self._options = options or BatchOptions()
        self._sandbox = LazySandbox(self._options.sandbox)
        self._catalog = catalog.locate()
        self._only = tuple(self._catalog.find(name).id for name in self._options.exercises)

    def run(self, listener: SessionListener | None = None) -> Generator[Record, None, None]:
        """Yield each record that is new, as it counts for its student and exercise, as soon as it is filed.

        The event `ClassGraded` has all records of the class. Closing the iterator ends what runs.

        Raises:
            UsageError: a name, a table or a folder that cannot be used (`NothingToGrade`: it holds no submission).
            Breakdown: the grader or the machine cannot go on; what was graded is kept.
            OSError: the results cannot be written.
        """
        listener = listener or SessionListener()
        require_no_orphans(self._out)
        with Parser(self._sandbox) as parser:
            detected = CachedDetector(detect_exercises_with(self._catalog, parser), self._out / DETECTED, self._catalog)
            received = self._receive(detected, parser, listener)
            ids = sorted({s.exercise for s in received.submissions})
            exercises = {id_: self._catalog.find(id_) for id_ in ids}
            data = datasets.needed_by(exercises.values(), self._options.data)
            run_cache = RunCache(self._out / RUNS, everything=True)
            run_cache.sweep()
            with Gradebook.open(self._out, create=True) as book:
                detected.keep()
                counting = self._enter(book, received, listener)
                tasks = self._tasks(exercises, counting)
                todo = plan(tasks, book, run_cache, data, self._options.sandbox, self._options.fresh)
                _accept_unchanged(book, todo, listener)
                execution = Execution(self._options, data, book, run_cache, self._sandbox, parser, listener)
                yield from _graded(execution, todo)
                self._finish(book, received.submissions, listener)

    def _receive(self, detected: CachedDetector, parser: Parser, listener: SessionListener) -> Intake:
        """Look for submissions. Results that lie in the class folder are no part of it."""
        listener.notify(Searching())
        received = intake.find_all(
            self._folder,
            self._catalog.ids(),
            self._only,
            detected,
            unpacked_by(parser, lambda archive: listener.notify(Searching(archive))),
            self._out / COPIES,
            self._options.groups,
            self._out.resolve(),
        )
        if not received.submissions:
            listener.notify(NothingRecognised(received.skipped))
            raise NothingToGrade(
                say(
                    "No submission was recognised in {folder}. A submission is named after its exercise, e.g. `smith/exo1.py`.",
                    folder=self._folder,
                )
            )
        return received

    def _enter(self, book: Gradebook, received: Intake, listener: SessionListener) -> Sequence[Submission]:
        """Put into the gradebook what the options say of the class; return the submissions that are graded."""
        if self._options.attempts is not None:
            book.set("attempts", self._options.attempts)
        self._options.dates.write_to(book, self._only)
        submissions = received.submissions
        counting = submissions if book.setting("attempts", "last") == "best" else latest_attempts(submissions)
        reception = reception_of(received, counting, self._only, self._out)
        listener.notify(ClassReceived(reception))
        reception.write(self._options.lang)
        return counting

    def _tasks(self, exercises: Mapping[str, Exercise], submissions: Sequence[Submission]) -> Iterator[Task]:
        asked = self._options
        options = Options(Mode.FULL, asked.seed, time_limit=asked.time_limit, speedups=asked.speedups)
        options = with_threads(options, min(asked.jobs or core_count(), len(submissions)), core_count())
        for submission in submissions:
            exercise = exercises[submission.exercise]
            mode = asked.mode or usual_mode(exercise, submission)
            yield Task(exercise, submission, replace(options, mode=mode))

    def _finish(self, book: Gradebook, submissions: Sequence[Submission], listener: SessionListener) -> None:
        wanted = {(s.student, s.exercise) for s in submissions}
        filed, stale = book.records_and_stale()
        records = tuple(r for r in filed if (r.student, r.exercise) in wanted)
        names = {name for r in records for name in (r.student, *r.members, *map(str, r.identity.values()))}
        unknown = tuple(self._options.dates.unknown_students(names))
        listener.notify(ClassGraded(records, tuple(stale), unknown))
        page = update_pages(book, self._options.lang, lambda: listener.notify(PagesBegan()))
        listener.notify(FilesWritten(self._out, page))


def _accept_unchanged(book: Gradebook, todo: Plan, listener: SessionListener) -> None:
    book.seen((entry.task.submission, entry.fingerprint) for entry in todo.recorded)
    for entry in todo.damaged:
        listener.notify(RecordDamaged(entry.submission))
    if todo.recorded:
        listener.notify(RecordsUnchanged(len(todo.recorded)))


def _graded(execution: Execution, todo: Plan) -> Generator[Record, None, None]:
    """File what is graded, each at once, and yield what counts then. Without anything to do, nothing is started."""
    book, listener = execution.book, execution.listener
    files = RecordFiles(book)
    if todo.kept or todo.to_run:
        listener.notify(GradingBegan(len(todo.kept) + len(todo.to_run)))
        with closing(execution.records(todo)) as results:
            for entry, record in results:
                submission = entry.task.submission
                book.file(submission, entry.fingerprint, entry.run_key, entry.judgement_key, record)
                files.write(record.student, record.exercise)
                counting = book.record(record.student, record.exercise) or record
                listener.notify(SubmissionGraded(submission, record, counting))
                yield counting
        listener.notify(GradingEnded())
    files.refresh()
