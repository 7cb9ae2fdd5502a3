"""The programs of a class, compared with each other. Nothing is run, and no mark changes."""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Sequence
from pathlib import Path

from grader import catalog, intake
from grader.batch.events import ClassCompared, ExerciseCompared, Searching, SessionListener
from grader.batch.plan import latest_attempts
from grader.batch.weight_files import read_weights
from grader.catalog import Catalog
from grader.domain import Reading, Submission
from grader.errors import NothingToGrade
from grader.grading.exercise_detector import detect_exercises_with
from grader.messages import say
from grader.parsing import UNREADABLE, Parser, ReadIfPossible, unpacked_by
from grader.sandbox.lazy import LazySandbox
from grader.similarity import ComparedClass, ComparedExercise, compare, document, same_weights
from grader.similarity.documents import Background, ReadProgram, background


class CompareSession:
    """Compares the submissions in `folder`, or in an archive of them: the last attempt of each student.

    `exercises` are names, all where it is empty; `sandbox` isolates the reading of what was handed in.
    """

    def __init__(self, folder: Path, exercises: Collection[str] = (), sandbox: str = "auto") -> None:
        self._folder = folder
        self._sandbox = LazySandbox(sandbox)
        self._catalog = catalog.locate()
        self._only = tuple(self._catalog.find(name).id for name in exercises)

    def run(self, listener: SessionListener | None = None) -> ComparedClass:
        """Return what the submissions have in common, exercise by exercise.

        Raises:
            NothingToGrade: no submission is recognised.
            SandboxUnavailable: what was handed in cannot be read in isolation.
        """
        listener = listener or SessionListener()
        with tempfile.TemporaryDirectory(prefix="grade-") as copies, Parser(self._sandbox) as parser:
            submissions = self._receive(parser, Path(copies), listener)
            read = _reader(parser, submissions)
            exercises = []
            for id_ in sorted({s.exercise for s in submissions}):
                compared = _compared(self._catalog, id_, [s for s in submissions if s.exercise == id_], read)
                listener.notify(ExerciseCompared(compared))
                exercises.append(compared)
            found = ComparedClass(tuple(exercises), same_weights(read_weights(submissions, self._sandbox)))
        listener.notify(ClassCompared(found))
        return found

    def _receive(self, parser: Parser, copies: Path, listener: SessionListener) -> Sequence[Submission]:
        listener.notify(Searching())
        detect = detect_exercises_with(self._catalog, parser)
        unpack = unpacked_by(parser, lambda archive: listener.notify(Searching(archive)))
        found = intake.find_all(self._folder, self._catalog.ids(), self._only, detect, unpack, copies)
        submissions = latest_attempts(found.submissions)
        if not submissions:
            raise NothingToGrade(say("No submission was recognised in {folder}.", folder=self._folder))
        return submissions


def _compared(known: Catalog, id_: str, submissions: Sequence[Submission], read: ReadProgram) -> ComparedExercise:
    given, solution = _handed_out(known, id_), _solution(known, id_)
    found = [(s.student, document(s, read, given)) for s in submissions]
    documents = tuple(d for _, d in found if d is not None)
    return ComparedExercise(
        id_,
        known.find(id_).title,
        documents,
        compare(documents, given.hashes, solution.hashes),
        tuple(student for student, d in found if d is None),
    )


def _handed_out(known: Catalog, id_: str) -> Background:
    folder = known.assignments / id_
    paths = (folder / f"{id_}.py", folder / f"{id_}.ipynb", known.assignments / "outils.py")
    return background([path for path in paths if path.is_file()])


def _solution(known: Catalog, id_: str) -> Background:
    solution = (known.reference or known.assignments) / id_ / "solution.py"
    return background([solution] if known.reference and solution.is_file() else [])


def _reader(parser: Parser, submissions: Sequence[Submission]) -> ReadProgram:
    """Return how a program is read: those of the submissions all at once, modules beside them when they are asked for."""
    known = dict(zip((s.main for s in submissions), parser.all([ReadIfPossible(s) for s in submissions]), strict=True))

    def read(one: Submission) -> Reading | None:
        found = known[one.main] if one.main in known else parser.one(ReadIfPossible(one))
        return None if found.failure is not None and found.failure.type == UNREADABLE else found

    return read
