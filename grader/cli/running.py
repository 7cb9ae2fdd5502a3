"""The part of `grade batch` that grades: what is kept is judged again, the rest runs, here or on a cluster."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import AbstractContextManager, closing, nullcontext
from typing import TYPE_CHECKING, Any

from grader.cli.asked import Asked
from grader.domain import Lang, Mode, Record

if TYPE_CHECKING:
    from grader.batch import Entry, Plan, Pool, Task
    from grader.cli.progress import ManySubmissions
    from grader.grading.shelf import Shelf
    from grader.store import Gradebook


def graded_anew(
    asked: Asked, todo: Plan, book: Gradebook, shelf: Shelf, data: Any, console: Any
) -> Generator[tuple[Entry, Record], None, None]:
    """The records that are new, each as soon as it is there. Without anything to do, nothing is started."""
    from grader.cli.progress import ManySubmissions
    from grader.cli.telling import needs_attention
    from grader.messages import say
    from grader.reports.terminal import finished_line, shown

    if not todo.kept and not todo.to_run:
        return
    walls = Walls(asked.backend, asked.lang, console)
    total = len(todo.kept) + len(todo.to_run)
    with (
        ManySubmissions(total, asked.lang, shown(say("Grading"), asked.lang)) as display,
        closing(_each(asked, todo, book, shelf, data, walls, display)) as results,
    ):
        for entry, record in results:
            yield entry, record
            counts = book.record(record.student, record.exercise) or record
            display.finished(_name(entry.task), finished_line(counts, asked.lang), needs_attention(counts))


def _each(
    asked: Asked,
    todo: Plan,
    book: Gradebook,
    shelf: Shelf,
    data: Any,
    walls: Walls,
    display: ManySubmissions,
) -> Generator[tuple[Entry, Record], None, None]:
    """First what is only judged again, then what runs."""
    from grader.batch import all_by
    from grader.batch.plan import holds
    from grader.grading import Desk, rejudge

    to_run = list(todo.to_run)
    if not book.first_at_work():  # two batches at once meet in the middle
        to_run.reverse()
    with Desk(data, walls.chosen) as desk:
        for entry in todo.kept:
            try:
                record = rejudge(entry.task.exercise, entry.task.submission, shelf, entry.run_key, desk)
            except Exception:  # whatever is wrong with what was kept: a new run will tell
                record = None
            if record is not None:
                yield entry, record
            else:
                to_run.append(entry)
    if not to_run:
        return
    entries = {id(entry.task): entry for entry in to_run}

    def needed(task: Task) -> bool:
        """Another batch may have graded it meanwhile."""
        entry = entries[id(task)]
        filed = book.look_up(task.submission, entry.fingerprint)
        return asked.fresh or not holds(filed, entry, asked.backend)

    with _pool(asked, to_run, data, shelf, walls, display) as pool:
        tasks = [entry.task for entry in to_run]
        with closing(all_by(pool, tasks, lambda task: display.listener(_name(task)), needed)) as results:
            for task, record in results:
                if record is not None:
                    yield entries[id(task)], record
                else:
                    display.passed()


def _pool(
    asked: Asked,
    to_run: list[Entry],
    data: Any,
    shelf: Shelf,
    walls: Walls,
    display: ManySubmissions,
) -> AbstractContextManager[Pool]:
    """Who grades: this machine, or the cluster that was named."""
    from grader.batch import Readers, benches

    if asked.mode is Mode.STATIC and asked.scheduler is None:
        return nullcontext(Readers())
    if asked.scheduler is not None:
        from grader.batch.cluster import cluster
        from grader.reports.terminal import shown

        to_run.sort(key=lambda entry: entry.task.exercise.dataset)  # a worker that stays with its data stays warm
        return cluster(
            asked.scheduler,
            asked.backend,
            data,
            shelf,
            lambda words: display.console.print(shown(words, asked.lang), style="bright_black"),
        )
    threads = max(entry.task.options.threads for entry in to_run)
    return benches(walls.chosen(), data, min(asked.jobs, len(to_run)), threads)


class Walls:
    """The sandbox, chosen and proven when it is first asked for, and then told."""

    def __init__(self, backend: str, lang: Lang, console: Any) -> None:
        self._backend, self._lang, self._console = backend, lang, console
        self._found: Any = None

    def chosen(self) -> Any:
        if self._found is None:
            from grader import sandbox
            from grader.reports.terminal import sandbox_line, shown

            self._found, test = sandbox.choose(self._backend)
            line = sandbox_line(self._found.name, self._found.level.value, len(test.held), self._lang)
            self._console.print(line)
            if test.warning:  # what a stronger wall would have held, and the way to it
                self._console.print(shown(test.warning, self._lang), style="bold yellow")
        return self._found


def _name(task: Task) -> str:
    return f"{task.submission.student} {task.exercise.id}"
