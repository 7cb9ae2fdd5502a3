"""Asking the evaluator: the measurements that the checks need, made in one job."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grader.domain import Evidence, Json, Limits, Measurement, Snapshot
from grader.errors import EvaluationFailed, WorkerDied
from grader.evidence import ARRAY_FILE_BYTES, Forged, copy_regular, read_json
from grader.grading.execute import ATTEMPTS, clear
from grader.sandbox import Job, Ran
from grader.sandbox.place import without_room

if TYPE_CHECKING:  # what it needs does not decide a judgement (`grader.grading.keys`)
    from grader.grading.workbench import Workbench

LIMITS = Limits(wall=600, cpu=1800, memory_mib=6144, frozen=5)
Measured = dict[Measurement, Mapping[str, Json]]


@dataclass(frozen=True, slots=True)
class Sources:
    """Where files that measurements name lie: those the program left (`work`), those handed in (`root`)."""

    work: Path
    root: Path


def measure(
    wanted: Iterable[Measurement],
    evidence: Evidence,
    sources: Sources,
    workbench: Workbench,
    threads: int,
    known: Mapping[Measurement, Mapping[str, Json]] | None = None,
) -> Measured:
    """The answers: those that are `known`, the others in one evaluation. One that a limit prevented is `refused`.

    Raises:
        EvaluationFailed: the evaluator failed on its own account.
    """
    asked = list(dict.fromkeys(wanted))
    found = {m: known[m] for m in asked if m in known} if known else {}
    missing = [m for m in asked if m not in found]
    return {**found, **_ask(missing, evidence, sources, workbench, threads)} if missing else found


def _ask(
    measurements: list[Measurement], evidence: Evidence, sources: Sources, workbench: Workbench, threads: int
) -> Measured:
    with workbench.evaluator_lock:
        for attempt in range(ATTEMPTS):
            try:
                return _once(measurements, evidence, sources, workbench, threads)
            except WorkerDied as problem:
                if attempt + 1 == ATTEMPTS:
                    raise EvaluationFailed(problem.fr, problem.en) from None
            except OSError as problem:
                raise without_room(problem, workbench.evaluator.folder) from None
    raise AssertionError("unreachable")


def _once(
    measurements: list[Measurement], evidence: Evidence, sources: Sources, workbench: Workbench, threads: int
) -> Measured:
    worker = workbench.evaluator
    folder = worker.new_folder()
    try:
        _lay_out(measurements, evidence, sources, folder)
        fields = {
            "folder": str(folder),
            "threads": threads,
            "datasets": {name: str(info.folder) for name, info in workbench.data.items()},
            "measurements": [(m.kind, dict(m.settings)) for m in measurements],
        }
        lines: list[bytes] = []
        ran = worker.run(Job("grader.evaluator.job", fields, LIMITS, folder), lines.append)
        return _answers(measurements, lines, ran)
    finally:
        clear(worker, folder)


def _lay_out(measurements: list[Measurement], evidence: Evidence, sources: Sources, folder: Path) -> None:
    """The evidence that the measurements speak of, copied to where the evaluator can see it."""
    for measurement in measurements:
        for name, value in measurement.settings:
            if name.startswith("snapshot") and isinstance(value, int):
                snapshot = evidence.snapshot(value)
                if snapshot is not None:
                    facts = {
                        "architecture": snapshot.architecture,
                        "weights": snapshot.weights,
                        "layers": _noted(snapshot),
                    }
                    (folder / f"snapshot-{value}.json").write_text(json.dumps(facts), encoding="utf-8")
                    _copy(evidence.folder, snapshot.weights, folder)
            elif name.startswith("arrays") and isinstance(value, str):
                _copy(evidence.folder, value, folder)
            elif name in ("file", "handed_in") and isinstance(value, str):
                _copy(sources.work if name == "file" else sources.root, value, folder / name)


def _noted(snapshot: Snapshot) -> list[dict[str, Json]]:
    """What the checks go by: the evaluator makes sure that the architecture tells the same."""
    return [
        {"kind": seen.kind, "name": seen.name, "settings": dict(seen.settings), "parameters": seen.parameters}
        for seen in snapshot.layers
    ]


def _copy(source: Path | None, name: str | None, folder: Path) -> None:
    """A plain file of the student's, under the same relative name; what is not one is left out."""
    if source is None or name is None or (folder / name).exists() or not _inside(folder, name):
        return
    try:
        copy_regular(source / name, folder / name, ARRAY_FILE_BYTES)
    except Forged:
        return  # the evaluator will say that it is missing


def _inside(folder: Path, name: str) -> bool:
    return (folder / name).resolve().is_relative_to(folder.resolve())


def _answers(measurements: list[Measurement], lines: list[bytes], ran: Ran) -> Measured:
    answers: Measured = {}
    for line in lines:
        answer: dict[str, Any] = read_json(line)
        answers[measurements[answer["index"]]] = answer["result"]
    missing = [m for m in measurements if m not in answers]
    if missing and ran.outcome.status in ("memory", "timeout", "cpu"):
        answers[missing[0]] = {"refused": f"limit: {ran.outcome.status}"}
        missing = missing[1:]
    if missing:
        told = ran.printed.text[-800:].strip()
        raise EvaluationFailed(
            f"La mesure « {missing[0].kind} » n'a pas abouti : {told}",
            f"The measurement “{missing[0].kind}” failed: {told}",
        )
    return answers
