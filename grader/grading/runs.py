"""One submission's place on the shelf, if there is a shelf: what is found there, and what is put there."""

from __future__ import annotations

from functools import cached_property

from grader.analysis import Answers
from grader.domain import Exercise, Notice, Reading, Submission
from grader.grading.bench import Bench, Desk, Options
from grader.grading.keys import fingerprint, run_key
from grader.grading.run import RanSubmission
from grader.grading.shelf import Circumstances, Shelf
from grader.messages import number, say
from grader.parsing import Read


def sandbox_of(desk: Desk | None) -> dict[str, str]:
    """What ran the program: nothing does at a desk that is no bench."""
    if not isinstance(desk, Bench):
        return {"backend": "none", "level": "none"}
    return {"backend": desk.sandbox.name, "level": desk.sandbox.level.value}


class Runs:
    def __init__(self, submission: Submission, exercise: Exercise, bench: Bench | None, options: Options) -> None:
        self._submission = submission
        self._exercise = exercise
        self._bench = bench
        self._options = options
        self._shelf = Shelf(options.shelf.folder, options.shelf.everything) if options.shelf is not None else None
        self._found = False

    @cached_property
    def _key(self) -> str:
        if self._options.shelf is not None and self._options.shelf.key:
            return self._options.shelf.key
        data = self._bench.data.get(self._exercise.dataset) if self._bench is not None else None
        return run_key(fingerprint(self._submission), self._submission, self._exercise, data, self._options)

    def kept(self) -> RanSubmission | None:
        """The kept run of an unchanged program."""
        if self._shelf is None or self._options.shelf is None or not self._options.shelf.reuse:
            return None
        found = self._shelf.find(self._key)
        self._found = found is not None and found.ran is not None
        return found.ran if found is not None else None

    def notice(self, ran: RanSubmission) -> Notice:
        return Notice(
            say(
                "The program has not changed: its run of {seconds} s was kept and is judged again. `--fresh` runs it anew.",
                seconds=number(ran.outcome.seconds),
            )
        )

    def answers(self) -> Answers:
        """What the evaluator said before of the run that was found."""
        return self._shelf.answers(self._key) if self._shelf is not None and self._found else {}

    def keep(self, ran: RanSubmission | None, measured: Answers, asked: Read, reading: Reading) -> None:
        """The run, unless it came from here, what was measured on it, and what was read of the program."""
        if self._shelf is None or self._options.shelf is None:
            return
        if not self._found:
            data = self._bench.data.get(self._exercise.dataset) if self._bench is not None else None
            told = Circumstances.of(self._submission, self._options, sandbox_of(self._bench), data)
            if not self._shelf.keep(self._key, told, self._submission, ran, instead=not self._options.shelf.reuse):
                return
        self._shelf.remember(self._key, measured)
        self._shelf.remember_reading(self._key, asked, reading)
