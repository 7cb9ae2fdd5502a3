"""What a batch has to do: what is recorded already, what is only to be judged again, what must run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from grader.batch.pool import Task
from grader.domain import DatasetInfo, Mode, Submission
from grader.grading import CachePolicy
from grader.grading.keys import Digests, fingerprint, judgement_key, run_key
from grader.grading.run_cache import RunCache
from grader.store import Current, Filed, Gradebook

ISOLATED = ("bubblewrap", "landlock")


@dataclass(frozen=True, slots=True)
class Entry:
    """A task with what it is filed under; `task.options` say where its run is kept."""

    task: Task
    fingerprint: str
    run_key: str
    judgement_key: str


@dataclass(frozen=True, slots=True)
class Plan:
    """`recorded` entries are in the gradebook as they stand, `kept` ones are in the run cache, the others must run; `damaged`
    are those that the gradebook cannot read any more."""

    recorded: tuple[Entry, ...]
    kept: tuple[Entry, ...]
    to_run: tuple[Entry, ...]
    damaged: tuple[Current, ...] = ()


def plan(
    tasks: Iterable[Task],
    book: Gradebook,
    run_cache: RunCache,
    data: Mapping[str, DatasetInfo],
    backend: str,
    fresh: bool = False,
) -> Plan:
    """Sort the tasks by what is to be done. `backend` is the sandbox that was asked for: a record made in a weaker sandbox is made again."""
    known = book.digests()
    damaged = tuple(book.damaged())
    unread = {(e.submission.student, e.submission.exercise, e.fingerprint) for e in damaged}
    digests: Digests = dict(known)
    recorded: list[Entry] = []
    kept: list[Entry] = []
    to_run: list[Entry] = []
    for task in tasks:
        entry = _entry(task, data, digests)
        filed = book.look_up(task.submission, entry.fingerprint)
        if (task.submission.student, task.submission.exercise, entry.fingerprint) in unread:
            filed = None
        broken = filed is not None and filed.broken
        # What may be judged from a kept run is found below; what runs, runs anew.
        policy = CachePolicy(run_cache.folder, True, False, entry.run_key)
        entry = replace(entry, task=replace(task, options=replace(task.options, cache=policy)))
        if not fresh and holds(filed, entry, backend):
            recorded.append(entry)
        elif not fresh and not broken and _in_cache(run_cache, entry.run_key, backend):
            kept.append(entry)
        else:
            to_run.append(entry)
    book.remember_digests({path: note for path, note in digests.items() if known.get(path) != note})
    return Plan(tuple(recorded), tuple(kept), tuple(to_run), damaged)


def holds(filed: Filed | None, entry: Entry, backend: str) -> bool:
    """Return whether the filed record is the one that grading would give: never one that failed through the grader's fault."""
    return (
        filed is not None
        and not filed.broken
        and filed.judgement_key == entry.judgement_key
        and trusted(filed.backend, entry.task.options.mode, backend)
    )


def trusted(backend: str, mode: Mode, asked: str) -> bool:
    """Return whether a run in this sandbox will do where `asked` are wanted. What only was read needed none."""
    if mode is Mode.STATIC or backend == "none" or asked == "process":
        return True
    return backend in ISOLATED if asked == "auto" else backend == asked


def _in_cache(run_cache: RunCache, key: str, backend: str) -> bool:
    about = run_cache.circumstances(key)
    return about is not None and trusted(str(about.sandbox.get("backend", "")), about.mode, backend)


def _entry(task: Task, data: Mapping[str, DatasetInfo], digests: Digests) -> Entry:
    exercise, submission = task.exercise, task.submission
    handed_in = fingerprint(submission, digests)
    run = run_key(handed_in, submission, exercise, data.get(exercise.dataset), task.options, digests)
    return Entry(task, handed_in, run, judgement_key(run, exercise))


def latest_attempts(submissions: Iterable[Submission]) -> list[Submission]:
    """Return the last of each student's attempts at an exercise."""
    last: dict[tuple[str, str], Submission] = {}
    for submission in submissions:
        key = (submission.student, submission.exercise)
        if key not in last or submission.attempt > last[key].attempt:
            last[key] = submission
    return list(last.values())
