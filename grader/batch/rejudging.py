"""Every record of a gradebook made anew from its kept run, after a threshold or a check has changed."""

from __future__ import annotations

from collections.abc import Collection, Generator, Mapping
from dataclasses import replace
from pathlib import Path

from grader import catalog, datasets
from grader.batch.events import (
    ClassGraded,
    FilesWritten,
    GradingBegan,
    GradingEnded,
    PagesBegan,
    SessionListener,
    SubmissionJudged,
    SubmissionNotJudged,
)
from grader.batch.session import RUNS
from grader.domain import Exercise, Lang, Record
from grader.grading import Workbench, reading_workbench, rejudge
from grader.grading.keys import judgement_key
from grader.grading.run_cache import RunCache
from grader.reports.gradebook_pages import update_pages
from grader.sandbox.lazy import LazySandbox
from grader.store import Current, Gradebook
from grader.store.record_files import RecordFiles


class RejudgeSession:
    """Judges again what the gradebook in `folder` holds, without running anything and without the submissions.

    `exercises` are names, all where it is empty; `data` is a folder of the real datasets; `sandbox` isolates what has
    to be read or measured anew; `lang` is the language of the pages.
    """

    def __init__(
        self,
        folder: Path,
        exercises: Collection[str] = (),
        data: Path | None = None,
        sandbox: str = "auto",
        lang: Lang = "fr",
    ) -> None:
        self._folder = folder
        self._data = data
        self._sandbox = LazySandbox(sandbox)
        self._lang: Lang = lang
        self._catalog = catalog.locate()
        self._only = {self._catalog.find(name).id for name in exercises}

    def run(self, listener: SessionListener | None = None) -> Generator[Record, None, None]:
        """Yield each record that was made anew, as the grader made it, once it is filed.

        The event `ClassGraded` has the records as they count, with a teacher's decisions. A submission of which no run
        is kept, or one on other data, keeps its record.

        Raises:
            UsageError: there is no gradebook (`NothingToGrade`), or an exercise is not known.
            Breakdown: the gradebook cannot be written, or the data is not to be had.
        """
        listener = listener or SessionListener()
        with Gradebook.open(self._folder) as book:
            entries = [e for e in book.current() if not self._only or e.submission.exercise in self._only]
            ids = sorted({e.submission.exercise for e in entries})
            exercises = {id_: self._catalog.find(id_) for id_ in ids}
            data = datasets.needed_by(exercises.values(), self._data)
            files = RecordFiles(book)
            listener.notify(GradingBegan(len(entries)))
            with reading_workbench(data, self._sandbox) as workbench:
                judge = _Judge(exercises, book, workbench)
                for entry in entries:
                    record = judge(entry)
                    if record is None:
                        listener.notify(SubmissionNotJudged(entry.submission))
                        continue
                    files.write(record.student, record.exercise)
                    changed = _marks(record) != _marks(entry.record)
                    listener.notify(SubmissionJudged(entry.submission, entry.record, record, changed))
                    yield record
            listener.notify(GradingEnded())
            files.refresh()
            counting = [r for r in book.records(exhibits=False) if not self._only or r.exercise in self._only]
            listener.notify(ClassGraded(tuple(counting)))
            page = update_pages(book, self._lang, lambda: listener.notify(PagesBegan()))
            listener.notify(FilesWritten(self._folder, page))


class _Judge:
    """Files the record that an entry's kept run gives today; workers are only started where they must be asked."""

    def __init__(self, exercises: Mapping[str, Exercise], book: Gradebook, workbench: Workbench) -> None:
        self._exercises, self._book, self._workbench = exercises, book, workbench
        self._runs = RunCache(book.folder / RUNS, everything=True)

    def __call__(self, entry: Current) -> Record | None:
        """Return None where no run is kept, or it was made on other data."""
        exercise = self._exercises[entry.submission.exercise]
        try:
            record = rejudge(exercise, entry.submission, self._runs, entry.run_key, self._workbench)
        except Exception:  # whatever is wrong with what was kept: a new run will tell
            return None
        if record is None:
            return None
        if entry.record is not None:
            record = replace(record, phases=entry.record.phases)
        key = judgement_key(entry.run_key, exercise)
        self._book.file(entry.submission, entry.fingerprint, entry.run_key, key, record)
        return record


def _marks(record: Record | None) -> list[tuple[str, str, float]]:
    return [(v.id, v.status.value, v.points) for v in record.verdicts] if record else []
