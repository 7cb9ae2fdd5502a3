"""What runs on a worker of a Dask cluster. Dask finds these functions by name: the grader is installed there too.

Grading happens in a thread of the worker, one submission in each, so that it grades no more at once than it has
threads; its isolated processes are started with `subprocess`, which a worker under a nanny may do as well.
"""

from __future__ import annotations

import asyncio
import os
import platform
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from grader import datasets, sandbox
from grader.batch import warm
from grader.batch.remote import grade_payload
from grader.domain import Phase, Text, Training
from grader.errors import Breakdown
from grader.grading import Listener
from grader.grading.keys import ALL, code, libraries
from grader.messages import say

NEWS = "grade"  # the topic under which workers report how submissions fare
EXAMINED_WITHIN_SECONDS = 300.0  # data may have to be made
BETWEEN_NEWS_SECONDS = 1.0
SHOWN = ("loss", "accuracy", "acc", "categorical_accuracy")

Dask: TypeAlias = Any
"""A thing of Dask's, which gives its clients, workers and executors no types."""


@dataclass(frozen=True, slots=True)
class WorkerFacts:
    """What a machine of the cluster says of itself: its `host`, how many `cores` it may use, the `libraries` it grades
    with, its `sandbox`, and the `warning` why none of the stronger ones is used."""

    host: str
    cores: int
    libraries: tuple[str, ...]
    sandbox: str
    warning: Text


def perform(batch: str, key: str, sent: bytes) -> bytes:
    """Grade one submission: the task that Dask is given. `key` is the task's own."""
    from distributed import get_worker

    return grade_payload(sent, batch, _NewsSender(get_worker(), key))


class _NewsSender(Listener):
    """Sends news to whoever asked for the grading, not too often."""

    def __init__(self, worker: Dask, key: str) -> None:
        self._worker = worker
        self._key = key
        self._sent_at = 0.0

    def on_phase(self, name: Phase) -> None:
        self._worker.log_event(NEWS, {"key": self._key, "phase": str(name)})

    def on_event(self, kind: str, item: object) -> None:
        if kind not in ("fit_begin", "epoch") or not isinstance(item, Training):
            return
        if time.monotonic() - self._sent_at < BETWEEN_NEWS_SECONDS:
            return
        self._sent_at = time.monotonic()
        last = {name: float(item.history[name][-1]) for name in SHOWN if item.history.get(name)}
        news = {"key": self._key, "asked": item.epochs_asked, "run": item.epochs_run, "history": last}
        self._worker.log_event(NEWS, news)


# ── Between the scheduler and this worker, whatever its threads are doing ───────────────────────


def version() -> str:
    """Return the version of the grader's own files: what grades, and what is said between machines."""
    return code(*ALL, __name__)


async def examined(asked: str, backend: str, data: Mapping[str, str]) -> WorkerFacts:
    """Return what the other side should know of this machine. `data` is the SHA-256 of each dataset.

    Raises a `Breakdown` where this machine cannot grade as it should.
    """
    return await asyncio.wait_for(asyncio.to_thread(_examined, asked, backend, data), EXAMINED_WITHIN_SECONDS)


def _examined(asked: str, backend: str, data: Mapping[str, str]) -> WorkerFacts:
    if asked != version():
        raise Breakdown(say("it has another version of the grader."))
    chosen, test = sandbox.choose(backend)
    for name, digest in data.items():
        if datasets.resolve(name).sha256 != digest:
            raise Breakdown(say("it has other data for {dataset}.", dataset=name))
    return WorkerFacts(platform.node(), len(os.sched_getaffinity(0)), libraries(), chosen.name, test.warning)


def halt(batch: str) -> None:
    """End what this machine grades for a batch."""
    warm.halt(batch)


async def tidy() -> None:
    """End the warm workers of this machine."""
    await asyncio.to_thread(warm.close_free)
