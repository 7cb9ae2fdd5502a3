"""Freezes what every known program is given: `python -m tests.tools.marks --kept DIR` grades the programs of
`grade verify` and of `tests/corpus` and compares each verdict's status and points with `tests/marks.json`.

    --write           writes that file instead (with --only: those programs of it)
    --kept DIR        keeps the runs in DIR
    --again           judges the runs kept in DIR, instead of running (after a change of what judges, not of what runs)
    --records DIR     writes each record there, to compare texts and figures too
    --only NAME       only programs whose name contains this

Whatever changes the structure must leave this file as it is.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from grader import catalog, datasets, records, sandbox, verify
from grader.batch import Task, grade_all, with_threads
from grader.domain import Record
from grader.grading import CachePolicy, Options, reading_workbench, rejudge
from grader.grading.run_cache import RunCache
from grader.parsing import Parser
from tests.test_corpus import CORPUS, hand_in, header_of

MARKS = Path(__file__).parents[1] / "marks.json"
Marks = dict[str, dict[str, list[str | float]]]


def every_case(scratch: Path) -> Iterator[tuple[str, Task]]:
    """Each known program under its name; programs of the corpus are laid out below `scratch`."""
    known = catalog.locate()
    options = with_threads(Options(), os.cpu_count() or 1, os.cpu_count() or 1)
    for name in known.ids():
        for case in verify.cases(known.find(name), known, options):
            yield f"verify/{case.name}", case.task
    for path in [*sorted(CORPUS.glob("*.py")), *sorted(CORPUS.glob("notebooks/*.py"))]:
        expected = header_of(path)
        folder = scratch / _safe(str(path.relative_to(CORPUS)))
        folder.mkdir()
        submission = hand_in(path, expected, folder)
        yield f"corpus/{path.relative_to(CORPUS)}", Task(known.find(expected.exercise), submission, options)


def marks_of(record: Record) -> dict[str, list[str | float]]:
    return {verdict.id: [verdict.status.value, verdict.points] for verdict in record.verdicts}


def graded(named: dict[str, Task], kept: Path | None, again: bool) -> Iterator[tuple[str, Record]]:
    """The records, in no order."""
    chosen, _ = sandbox.choose("auto")
    needed = {task.exercise.dataset for task in named.values()} & set(datasets.KNOWN)
    data = {name: datasets.resolve(name) for name in sorted(needed)}
    if kept is not None and again:
        with Parser(lambda: chosen) as parser, reading_workbench(data, lambda: chosen, parser) as workbench:
            for name, task in named.items():
                record = rejudge(task.exercise, task.submission, RunCache(kept, True), _safe(name), workbench)
                if record is None:
                    raise SystemExit(f"{name}: no such run is kept in {kept}")
                yield name, record
        return
    by_submission = {id(task.submission): name for name, task in named.items()}
    tasks = [
        replace(
            task,
            options=replace(task.options, cache=CachePolicy(kept, True, False, _safe(name))) if kept else task.options,
        )
        for name, task in named.items()
    ]
    with closing(grade_all(tasks, chosen, data, os.cpu_count() or 1)) as results:
        for task, record in results:
            yield by_submission[id(task.submission)], record


def differences(before: Marks, after: Marks) -> list[str]:
    return [
        f"{name}: {id} was {before.get(name, {}).get(id)}, is {after[name].get(id)}"
        for name in sorted(after)
        for id in sorted({*before.get(name, {}), *after[name]})
        if before.get(name, {}).get(id) != after[name].get(id)
    ]


def _safe(name: str) -> str:
    return re.sub(r"[^\w.-]", "__", name)


def main(arguments: list[str]) -> int:
    options = argparse.ArgumentParser(prog="python -m tests.tools.marks")
    options.add_argument("--write", action="store_true")
    options.add_argument("--kept", type=Path)
    options.add_argument("--again", action="store_true")
    options.add_argument("--records", type=Path)
    options.add_argument("--only", default="")
    chosen = options.parse_args(arguments)
    scratch = Path(tempfile.mkdtemp())
    found: Marks = {}
    try:
        named = {name: task for name, task in every_case(scratch) if chosen.only in name}
        for name, record in graded(named, chosen.kept, chosen.again):
            found[name] = marks_of(record)
            print(f"{len(found)}/{len(named)} {name} {record.score:g}", flush=True)
            if chosen.records is not None:
                records.write(record, chosen.records / f"{_safe(name)}.json")
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    before: Marks = json.loads(MARKS.read_text(encoding="utf-8")) if MARKS.exists() else {}
    if chosen.write:
        whole = {**before, **found} if chosen.only else found
        MARKS.write_text(json.dumps(whole, indent=1, sort_keys=True) + "\n", encoding="utf-8")
        return 0
    wrong = differences(before, found)
    print("\n".join(wrong) or f"{len(found)} programs, all as before")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
