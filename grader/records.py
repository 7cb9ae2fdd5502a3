"""A Record as versioned JSON, and back."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from grader.domain import (
    RECORD_SCHEMA,
    DatasetInfo,
    Failure,
    Frame,
    Lateness,
    Mode,
    Notice,
    Outcome,
    OutcomeStatus,
    Override,
    Record,
    Status,
    Text,
    Verdict,
)
from grader.errors import UnreadableSubmission
from grader.files import write_whole

TO_BE_READ = "A teacher will read this answer."  # what the check of a free text says


def to_json(record: Record) -> dict[str, Any]:
    """Every text is {"fr": …, "en": …}; the scores are written for readers, and recomputed on reading."""
    dataset = record.dataset
    fields: dict[str, Any] = {
        "schema": record.schema,
        "grader_version": record.grader_version,
        "exercise": record.exercise,
        "title": asdict(record.title),
        "student": record.student,
        "file": record.file,
        "mode": record.mode.value,
        "score": record.score,
        "max_score": record.max_score,
        "dataset": dataset and {"name": dataset.name, "source": dataset.source, "sha256": dataset.sha256},
        "sandbox": dict(record.sandbox),
        "seed": record.seed,
        "outcome": record.outcome and asdict(record.outcome),
        "verdicts": [{**asdict(v), "status": v.status.value} for v in record.verdicts],
        "notices": [asdict(notice) for notice in record.notices],
        "failure": record.failure and asdict(record.failure),
        "stdout_tail": record.output_tail,
        "stdout_dropped": record.output_dropped,
        "versions": dict(record.versions),
        "curves": {name: list(values) for name, values in record.curves.items()},
        "details": record.details,
        "exhibits": record.exhibits,
        "phases": dict(record.phases),
        "received": record.received,
        "identity": dict(record.identity),
        "members": list(record.members),
        "attempt": record.attempt,
        "lateness": record.lateness and asdict(record.lateness),
        "final_score": record.final_score,
    }
    finite: dict[str, Any] = _finite(fields)
    return finite


def _finite(value: Any) -> Any:
    """JSON has no NaN: a loss that diverged is written by name."""
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, Mapping):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return value


def from_json(fields: Mapping[str, Any]) -> Record:
    """Raises `UnreadableSubmission` for a record of another schema."""
    schema = fields.get("schema")
    if isinstance(schema, int) and schema > RECORD_SCHEMA:
        raise UnreadableSubmission(
            f"Fiche au format {schema}, plus récent que cette version du correcteur, qui lit le format {RECORD_SCHEMA}.",
            f"A record of schema {schema}, newer than this version of the grader, which reads schema {RECORD_SCHEMA}.",
        )
    if schema != RECORD_SCHEMA:
        raise UnreadableSubmission(
            f"Fiche au format {schema} ; cette version lit le format {RECORD_SCHEMA}.",
            f"A record of schema {schema}; this version reads schema {RECORD_SCHEMA}.",
        )
    outcome, dataset, failure = fields["outcome"], fields["dataset"], fields["failure"]
    lateness = fields["lateness"]
    return Record(
        exercise=fields["exercise"],
        title=Text(**fields["title"]),
        student=fields["student"],
        file=fields["file"],
        mode=Mode(fields["mode"]),
        seed=fields["seed"],
        verdicts=tuple(_verdict(v) for v in fields["verdicts"]),
        dataset=dataset and DatasetInfo(**dataset, folder=Path()),
        sandbox=fields["sandbox"],
        outcome=outcome and Outcome(**{**outcome, "status": OutcomeStatus(outcome["status"])}),
        notices=tuple(Notice(Text(**n["text"]), n["where"], n["line"]) for n in fields["notices"]),
        failure=failure and _failure(failure),
        output_tail=fields["stdout_tail"],
        output_dropped=fields["stdout_dropped"],
        versions=fields["versions"],
        curves={name: tuple(map(float, values)) for name, values in fields["curves"].items()},
        details=fields["details"],
        exhibits=fields["exhibits"],
        phases=fields["phases"],
        received=fields["received"],
        identity=fields["identity"],
        members=tuple(fields["members"]),
        attempt=fields["attempt"],
        lateness=lateness and Lateness(lateness["seconds"], lateness["penalty"], Text(**lateness["policy"])),
        grader_version=fields["grader_version"],
    )


def _verdict(fields: Mapping[str, Any]) -> Verdict:
    texts = {name: Text(**fields[name]) for name in ("title", "measured", "expected", "message", "hint")}
    if "rubric" in fields:
        texts["rubric"] = Text(**fields["rubric"])
    elif fields["message"]["en"] == TO_BE_READ:  # before a rubric had a place of its own, it stood here
        texts |= {"rubric": texts["expected"], "expected": Text()}
    override = fields["override"]
    return Verdict(
        fields["id"],
        Status(fields["status"]),
        fields["points"],
        fields["max_points"],
        **texts,
        override=override and Override(**{**override, "was_status": Status(override["was_status"])}),
    )


def _failure(fields: Mapping[str, Any]) -> Failure:
    return Failure(
        fields["type"], fields["message"], tuple(Frame(**frame) for frame in fields["frames"]), fields["cell"]
    )


def write(record: Record, path: Path) -> None:
    """Whole or not at all: a reader never meets half a record."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, text_of(to_json(record)))


def text_of(fields: Mapping[str, Any]) -> str:
    """A record's fields as its file holds them."""
    return json.dumps(fields, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def read(path: Path) -> Record:
    return from_json(json.loads(path.read_text(encoding="utf-8")))
