"""Write a Record as versioned JSON, and read what any version wrote.

`MIGRATIONS` holds one function per step of `RECORD_SCHEMA`: that of schema n makes its fields those of schema n + 1.
A step is only ever added at the end; `tests/records/` keeps a real file of every schema there was.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path

from grader import __version__
from grader.domain import (
    RECORD_SCHEMA,
    DatasetInfo,
    Failure,
    Frame,
    Json,
    JsonObject,
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
from grader.messages import safe, say

TO_BE_READ = "A teacher will read this answer."  # what the check of a free text says
NO_TEXT = {"fr": "", "en": ""}


def to_json(record: Record) -> dict[str, Json]:
    """Return the fields of a record. Every text is {"fr": …, "en": …}; the scores are written for readers, and recomputed on reading."""
    dataset = record.dataset
    fields: dict[str, Json] = {
        "schema": record.schema,
        "grader_version": record.grader_version,
        "exercise": record.exercise,
        "title": asdict(record.title),
        "student": record.student,
        "file": record.file,
        "mode": record.mode.value,
        "score": record.score,
        "max_score": record.max_score,
        "dataset": {"name": dataset.name, "source": dataset.source, "sha256": dataset.sha256} if dataset else None,
        "sandbox": dict(record.sandbox),
        "seed": record.seed,
        "outcome": asdict(record.outcome) if record.outcome else None,
        "verdicts": [{**asdict(v), "status": v.status.value} for v in record.verdicts],
        "notices": [asdict(notice) for notice in record.notices],
        "failure": asdict(record.failure) if record.failure else None,
        "stdout_tail": record.output_tail,
        "stdout_dropped": record.output_dropped,
        "versions": dict(record.versions),
        "curves": {name: list(values) for name, values in record.curves.items()},
        "exhibits": record.exhibits,
        "phases": dict(record.phases),
        "received": record.received,
        "identity": dict(record.identity),
        "members": list(record.members),
        "attempt": record.attempt,
        "lateness": asdict(record.lateness) if record.lateness else None,
        "final_score": record.final_score,
    }
    return {name: _finite(value) for name, value in fields.items()}


def _finite(value: Json) -> Json:
    """Return the value with numbers that are not finite written by name: JSON has no NaN, and a loss may diverge."""
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, Mapping):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return value


def from_json(fields: JsonObject) -> Record:
    """Return the record that these fields describe, whichever version of the grader wrote them.

    Raises:
        UnreadableSubmission: a newer version wrote them, or they are no record.
        DAMAGED (see `grader.files`): a field is missing or of another form.
    """
    fields = migrated(fields)
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
        exhibits=fields["exhibits"],
        phases=fields["phases"],
        received=fields["received"],
        identity=fields["identity"],
        members=tuple(fields["members"]),
        attempt=fields["attempt"],
        lateness=lateness and Lateness(lateness["seconds"], lateness["penalty"], Text(**lateness["policy"])),
        grader_version=fields["grader_version"],
    )


def _verdict(fields: JsonObject) -> Verdict:
    texts = {name: Text(**fields[name]) for name in ("title", "measured", "expected", "message", "hint", "rubric")}
    override = fields["override"]
    return Verdict(
        fields["id"],
        Status(fields["status"]),
        fields["points"],
        fields["max_points"],
        **texts,
        override=override and Override(**{**override, "was_status": Status(override["was_status"])}),
    )


def _failure(fields: JsonObject) -> Failure:
    return Failure(
        fields["type"], fields["message"], tuple(Frame(**frame) for frame in fields["frames"]), fields["cell"]
    )


def write(record: Record, path: Path) -> None:
    """Write a record's file, whole or not at all: a reader never meets half a record."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, text_of(to_json(record)))


def text_of(fields: JsonObject) -> str:
    """Return a record's fields as its file holds them."""
    return json.dumps(fields, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def read(path: Path) -> Record:
    """Return the record that a file holds. Raises what `from_json` does, and OSError."""
    return from_json(json.loads(path.read_text(encoding="utf-8")))


# ── Records of the schemas before ───────────────────────────────────────────────────────────────


def migrated(fields: JsonObject) -> JsonObject:
    """Return a record's fields as those of today's schema, one step after the other.

    Raises:
        UnreadableSubmission: a newer version of the grader wrote them, or they are no record.
    """
    schema = fields.get("schema")
    if type(schema) is not int or schema < min(MIGRATIONS):
        words = say(
            "A record of schema {schema}; this version of the grader reads schemas {first} to {last}. It is no record, or "
            "is damaged: grade the submission again.",
            schema=safe(str(schema), 40),
            first=min(MIGRATIONS),
            last=RECORD_SCHEMA,
        )
        raise UnreadableSubmission(words)
    if schema > RECORD_SCHEMA:
        words = say(
            "A record of schema {schema}, written by version {writer} of the grader, which is newer: this version ({own}) "
            "reads schemas up to {last}. Install version {writer} or a later one, or grade the submission again.",
            schema=schema,
            writer=safe(str(fields.get("grader_version") or "?"), 40),
            own=__version__,
            last=RECORD_SCHEMA,
        )
        raise UnreadableSubmission(words)
    for step in range(schema, RECORD_SCHEMA):
        fields = {**MIGRATIONS[step](fields), "schema": step + 1}
    return fields


def _add_gradebook_fields(fields: JsonObject) -> JsonObject:
    """Make schema 1 schema 2: a gradebook and its pages were unknown, so nothing was overridden, late, handed in by a
    group or shown."""
    unknown = {
        "exhibits": {},
        "phases": {},
        "received": "",
        "identity": {},
        "members": [],
        "attempt": 1,
        "lateness": None,
    }
    verdicts = [{**verdict, "override": None} for verdict in fields["verdicts"]]
    return {**unknown, **fields, "verdicts": verdicts}


def _give_rubrics_a_place(fields: JsonObject) -> JsonObject:
    """Make schema 2 schema 3: what had come into schema 2 without a number is in every record, and `details`, which
    nothing read, in none.

    Before a verdict's `rubric` had a place of its own, it stood where a student reads what is expected.
    """
    outcome = fields["outcome"] and {"memory_ran_out": False, **fields["outcome"]}
    kept = {name: value for name, value in fields.items() if name != "details"}
    return {**kept, "outcome": outcome, "verdicts": [_with_rubric(verdict) for verdict in fields["verdicts"]]}


def _with_rubric(verdict: JsonObject) -> JsonObject:
    if "rubric" in verdict:
        return verdict
    if verdict["message"]["en"] == TO_BE_READ:
        return {**verdict, "rubric": verdict["expected"], "expected": NO_TEXT}
    return {**verdict, "rubric": NO_TEXT}


MIGRATIONS: Mapping[int, Callable[[JsonObject], JsonObject]] = {1: _add_gradebook_fields, 2: _give_rubrics_a_place}
