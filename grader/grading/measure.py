"""Asking the evaluator: the measurements that the checks need, made in one job."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from grader.analysis import Answers
from grader.domain import Evidence, Json, Limits, Request, Snapshot
from grader.domain.job_fields import table_in, whole_in
from grader.errors import EvaluationFailed, WorkerDied
from grader.evidence import ARRAY_FILE_BYTES, InvalidEvidence, copy_regular, read_json
from grader.grading.execute import clear, surely
from grader.measurements import Files, MeasurementRequest, Refused, Why
from grader.measurements.codec import answer_from_json, request_to_json
from grader.measurements.request import HANDED_IN, LEFT
from grader.messages import say
from grader.sandbox import Job, Ran

if TYPE_CHECKING:  # what it needs does not decide a judgement (`grader.grading.keys`)
    from grader.grading.workbench import Workbench

LIMITS = Limits(wall=600, cpu=1800, memory_mib=6144, frozen=5)
Asked = MeasurementRequest[object]


@dataclass(frozen=True, slots=True)
class Sources:
    """Where files that measurements name lie: those the program left (`work`), those handed in (`root`)."""

    work: Path
    root: Path


def measure(
    wanted: Iterable[Request],
    evidence: Evidence,
    sources: Sources,
    workbench: Workbench,
    threads: int,
    known: Answers | None = None,
) -> dict[Request, object]:
    """Return the answers: those that are `known`, the others from one evaluation.

    One that a limit prevented is `Refused`. Raise `EvaluationFailed` where the evaluator failed on its own account.
    """
    asked = list(dict.fromkeys(request for request in wanted if isinstance(request, MeasurementRequest)))
    found: dict[Request, object] = {request: known[request] for request in asked if request in known} if known else {}
    missing = [request for request in asked if request not in found]
    return {**found, **_ask(missing, evidence, sources, workbench, threads)} if missing else found


def _ask(
    requests: list[Asked], evidence: Evidence, sources: Sources, workbench: Workbench, threads: int
) -> dict[Request, object]:
    with workbench.evaluator_lock:
        try:
            return surely(partial(_once, requests, evidence, sources, workbench, threads), workbench.evaluator)
        except WorkerDied as problem:
            raise EvaluationFailed(problem.text) from None


def _once(
    requests: list[Asked], evidence: Evidence, sources: Sources, workbench: Workbench, threads: int
) -> dict[Request, object]:
    worker = workbench.evaluator
    folder = worker.new_folder()
    try:
        _lay_out([request.files() for request in requests], evidence, sources, folder)
        fields: Mapping[str, Json] = {
            "folder": str(folder),
            "threads": threads,
            "datasets": {name: str(info.folder) for name, info in workbench.data.items()},
            "requests": [request_to_json(request) for request in requests],
        }
        lines: list[bytes] = []
        ran = worker.run(Job("grader.evaluator.job", fields, LIMITS, folder), lines.append)
        return _answers(requests, lines, ran)
    finally:
        clear(worker, folder)


def _lay_out(needed: Iterable[Files], evidence: Evidence, sources: Sources, folder: Path) -> None:
    """The files that the requests speak of, copied to where the evaluator can see them."""
    for files in needed:
        for number in files.snapshots:
            snapshot = evidence.snapshot(number)
            if snapshot is not None:
                facts = {
                    "architecture": snapshot.architecture,
                    "weights": snapshot.weights,
                    "layers": _noted(snapshot),
                }
                (folder / f"snapshot-{number}.json").write_text(json.dumps(facts), encoding="utf-8")
                _copy(evidence.folder, snapshot.weights, folder)
        for name in files.arrays:
            _copy(evidence.folder, name, folder)
        for name in files.left:
            _copy(sources.work, name, folder / LEFT)
        for name in files.handed_in:
            _copy(sources.root, name, folder / HANDED_IN)


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
    except InvalidEvidence:
        return  # the evaluator will say that it is missing


def _inside(folder: Path, name: str) -> bool:
    return (folder / name).resolve().is_relative_to(folder.resolve())


def _answers(requests: list[Asked], lines: list[bytes], ran: Ran) -> dict[Request, object]:
    answers: dict[Request, object] = {}
    for line in lines:
        said = table_in(read_json(line))
        request = requests[whole_in(said["index"])]
        answers[request] = answer_from_json(request, said["answer"])
    missing = [request for request in requests if request not in answers]
    if missing and ran.outcome.status in ("memory", "timeout", "cpu"):
        answers[missing[0]] = Refused(Why.MEMORY if ran.outcome.status == "memory" else Why.TIME)
        missing = missing[1:]
    if missing:
        told = ran.printed.text[-800:].strip()
        raise EvaluationFailed(say("The measurement “{kind}” failed: {reason}", kind=missing[0].kind, reason=told))
    return answers
