"""Outside: builds the Evidence from the lines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from grader.domain import (
    Evidence,
    Failure,
    FigureInfo,
    Json,
    LibraryCall,
    ModelUse,
    Notice,
    Printed,
    Snapshot,
    Training,
)
from grader.evidence.event_writer import LINE_BYTES
from grader.evidence.events import KEPT
from grader.evidence.events import snapshot as read_snapshot
from grader.evidence.events import training as read_training
from grader.evidence.fields import Fields, read_json, real_number
from grader.evidence.invalid_evidence import InvalidEvidence

STREAM_BYTES = 64 << 20
EVENTS = 100_000
METRICS = 64  # of one training
KIND_EVENTS = {"snapshot": 10_000, "fit_begin": 2000, "use": 20_000, "figure": 100, "call": 400,
               "failure": 2000, "notice": 500, "value": 200}  # fmt: skip  # far above what programs do

FORMER = {"compile"}  # written by recorders of old, of which kept runs remain, and read by nobody


T = TypeVar("T")


class Reader:
    """Builds the Evidence from the lines, one by one, so that a front end may look over its shoulder."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._bytes = 0
        self._events = 0
        self._rejected = 0
        self._counts: dict[str, int] = {}
        self._found: list[object] = []
        self._snapshots: dict[int, Snapshot] = {}
        self._trainings: dict[int, Training] = {}
        self._histories: dict[int, dict[str, list[float]]] = {}
        self._versions: dict[str, str] = {}
        self._values: dict[str, Json] = {}
        self._finished = False

    def feed(self, line: bytes) -> tuple[str, object] | None:
        """Take one line; return its kind and what it holds, or None where it has not the form."""
        self._bytes += len(line)
        self._events += 1
        if len(line) > LINE_BYTES or self._bytes > STREAM_BYTES or self._events > EVENTS:
            self._rejected += 1
            return None
        try:
            fields = Fields(read_json(line))
            kind = fields.text("event", 20)
            self._count(kind)
            return kind, self._keep(kind, fields)
        except InvalidEvidence:
            self._rejected += 1
            return None

    def _count(self, kind: str) -> None:
        """Count an event. Raise `InvalidEvidence` beyond the bound of its kind: what follows looks at each of them."""
        most = KIND_EVENTS.get(kind)
        if most is not None:
            self._counts[kind] = self._counts.get(kind, 0) + 1
            if self._counts[kind] > most:
                raise InvalidEvidence(f"more than {most} events {kind}")

    def _keep(self, kind: str, fields: Fields) -> object:
        if kind in KEPT:
            item = KEPT[kind](fields)
            if item is not None:
                self._found.append(item)
            return item
        if kind == "snapshot":
            snapshot = read_snapshot(fields)
            self._snapshots[snapshot.id] = snapshot
            return snapshot
        if kind == "fit_begin":
            training = read_training(fields)
            self._trainings.setdefault(training.id, training)
            return training
        if kind in ("epoch", "fit_end"):
            return self._follow(kind, fields)
        if kind == "batch":
            return {name: fields.whole(name) for name in ("fit", "epoch", "done", "total")}
        if kind == "hello":
            self._versions = {key: str(value)[:40] for key, value in fields.small("versions").items()}
        elif kind == "value":
            self._values[fields.text("name", 60)] = fields.real("value")
        elif kind == "finished":
            self._finished = True
        elif kind not in FORMER:
            raise InvalidEvidence(f"unknown event {kind!r}")
        return None

    def _follow(self, kind: str, fields: Fields) -> Training:
        """Return the training as it stands. Its history is the last epoch's: the whole would be copied at every line."""
        training = self._trainings.get(fields.whole("fit"))
        if training is None:
            raise InvalidEvidence("a training that never began")
        if kind == "epoch":
            logs = {name: real_number(value) for name, value in fields.table("logs", 32).items()}
            history = self._histories.setdefault(training.id, {})
            if len(history) + len(logs.keys() - history.keys()) > METRICS:
                raise InvalidEvidence("too many metrics")
            for name, value in logs.items():
                history.setdefault(name, []).append(value)
            latest = {name: (value,) for name, value in logs.items()}
            training = replace(training, history=latest, epochs_run=training.epochs_run + 1)
        else:
            training = replace(training, steps=fields.whole("steps"), finished=fields.flag("finished"))
        self._trainings[training.id] = training
        return training

    def close(self, printed: Printed = Printed(), files: Mapping[str, int] | None = None) -> Evidence:
        """Return the Evidence as far as it came. `files` are the files the program left, as listed from outside."""
        return Evidence(
            folder=self._folder,
            snapshots=tuple(self._snapshots.values()),
            trainings=tuple(self._with_history(training) for training in self._trainings.values()),
            uses=self._all(ModelUse),
            figures=self._all(FigureInfo),
            calls=self._all(LibraryCall),
            files=dict(files or {}),
            values=self._values,
            failures=self._all(Failure),
            finished=self._finished,
            printed=printed,
            versions=self._versions,
            notices=self._all(Notice),
            rejected=self._rejected,
        )

    def _all(self, kind: type[T]) -> tuple[T, ...]:
        return tuple(item for item in self._found if isinstance(item, kind))

    def _with_history(self, training: Training) -> Training:
        history = self._histories.get(training.id, {})
        return replace(training, history={name: tuple(values) for name, values in history.items()})
