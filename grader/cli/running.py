"""The part of `grade batch` that grades: what is kept is judged again, the rest runs, here or on a cluster."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import AbstractContextManager, closing, nullcontext
from typing import TYPE_CHECKING, Any

from grader.cli.asked import Asked
from grader.domain import Mode, Record

if TYPE_CHECKING:
    from grader.batch import Entry, Plan, Pool, Task
    from grader.cli.progress import ManySubmissions
    from grader.cli.walls import Walls
    from grader.grading.run_cache import RunCache
    from grader.parsing import Parser
    from grader.store import Gradebook


def graded_anew(
    asked: Asked, todo: Plan, book: Gradebook, run_cache: RunCache, data: Any, walls: Walls, parser: Parser
) -> Generator[tuple[Entry, Record], None, None]:
    """The records that are new, each as soon as it is there. Without anything to do, nothing is started."""
    from grader.cli.progress import ManySubmissions
    from grader.cli.telling import needs_attention
    from grader.messages import say
    from grader.reports.terminal import finished_line, shown

    if not todo.kept and not todo.to_run:
        return
    total = len(todo.kept) + len(todo.to_run)
    with (
        ManySubmissions(total, asked.lang, shown(say("Grading"), asked.lang)) as display,
        closing(_each(asked, todo, book, run_cache, data, walls, parser, display)) as results,
    ):
        for entry, record in results:
            yield entry, record
            counts = book.record(record.student, record.exercise) or record
            display.finished(_name(entry.task), finished_line(counts, asked.lang), needs_attention(counts))


def _each(
    asked: Asked,
    todo: Plan,
    book: Gradebook,
    run_cache: RunCache,
    data: Any,
    walls: Walls,
    parser: Parser,
    display: ManySubmissions,
) -> Generator[tuple[Entry, Record], None, None]:
    """First what is only judged again, then what runs."""
    from grader.batch import all_by
    from grader.batch.plan import holds
    from grader.grading import reading_workbench, rejudge

    to_run = list(todo.to_run)
    if not book.first_at_work():  # two batches at once meet in the middle
        to_run.reverse()
    with reading_workbench(data, walls, parser) as workbench:
        for entry in todo.kept:
            try:
                record = rejudge(entry.task.exercise, entry.task.submission, run_cache, entry.run_key, workbench)
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

    with _pool(asked, to_run, data, run_cache, walls, parser, display) as pool:
        tasks = [entry.task for entry in to_run]
        with closing(all_by(pool, tasks, lambda task: display.listener(_name(task)), needed, again=True)) as results:
            for task, record in results:
                if record is not None:
                    yield entries[id(task)], record
                else:
                    display.passed()


def _pool(
    asked: Asked,
    to_run: list[Entry],
    data: Any,
    run_cache: RunCache,
    walls: Walls,
    parser: Parser,
    display: ManySubmissions,
) -> AbstractContextManager[Pool]:
    """Who grades: this machine, or the cluster that was named."""
    from grader.batch import Readers, workbenches
    from grader.grading import reading_workbench

    if asked.mode is Mode.STATIC and asked.scheduler is None:
        walls.told(display.console, asked.lang)
        return nullcontext(Readers(reading_workbench(data, walls, parser)))
    if asked.scheduler is not None:
        from grader.batch.cluster import cluster
        from grader.reports.terminal import shown

        to_run.sort(key=lambda entry: entry.task.exercise.dataset)  # a worker that stays with its data stays warm
        return cluster(
            asked.scheduler,
            asked.backend,
            data,
            run_cache,
            lambda words: display.console.print(shown(words, asked.lang), style="bright_black"),
        )
    threads = max(entry.task.options.threads for entry in to_run)
    return workbenches(walls.told(display.console, asked.lang), data, min(asked.jobs, len(to_run)), threads, parser)


def _name(task: Task) -> str:
    return f"{task.submission.student} {task.exercise.id}"
