"""The messages between the grader and a worker: a job, and how it ended. Both travel as JSON over the control socket."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from grader.domain.spec import Limits
from grader.domain.text import Json

MESSAGE_BYTES = 1 << 18  # the largest message
BROKEN_EXIT = 120  # of a job that failed through the grader's own fault, before it ran anything of a student's
FROZEN = "frozen"  # the status of a job of the grader's own that was stopped by a signal: never a student's outcome


@dataclass(frozen=True, slots=True)
class Confinement:
    """Hold what a job may reach from inside the worker: the paths that it may read and write. `own_spaces` says whether it has
    processes, network, shared memory and temporary files of its own, as in `Sandbox`."""

    read: tuple[str, ...]
    write: tuple[str, ...]
    own_spaces: bool


@dataclass(frozen=True, slots=True)
class JobMessage:
    """Describe one job: the module `entry` runs it, given `fields`; `folder` is the one place that it may write to. A job without
    a `confinement` has limits only. `private` are the folders that are emptied once it has ended."""

    entry: str
    fields: Mapping[str, Json]
    limits: Limits
    folder: str
    confinement: Confinement | None
    private: tuple[str, ...]

    @property
    def own_spaces(self) -> bool:
        """Return whether the job has processes, network and temporary files of its own."""
        return self.confinement is not None and self.confinement.own_spaces

    def encoded(self) -> bytes:
        """Return the message as the worker takes it."""
        return json.dumps({"job": {**asdict(self), "fields": dict(self.fields)}}).encode()

    @classmethod
    def decoded(cls, data: bytes) -> JobMessage | None:
        """Return the job; None for any other message."""
        job = json.loads(data).get("job")
        if job is None:
            return None
        reach = job["confinement"]
        return cls(
            entry=job["entry"],
            fields=job["fields"],
            limits=Limits(**job["limits"]),
            folder=job["folder"],
            confinement=Confinement(tuple(reach["read"]), tuple(reach["write"]), reach["own_spaces"])
            if reach
            else None,
            private=tuple(job["private"]),
        )


@dataclass(frozen=True, slots=True)
class JobEnd:
    """Hold how a job ended, as its worker saw it: `status` is that of an outcome, or `FROZEN`; the other fields are those of
    `Outcome`, whose types and units they have."""

    status: str
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    peak_memory_mib: int = 0
    exit: int | None = None


@dataclass(frozen=True, slots=True)
class WorkerMessage:
    """Say how a worker fares: that it is `ready` for a first job; that it is `alive` while a job runs; that it is `clearing`
    up behind a job, during which it says nothing; how the job ended (`done`)."""

    ready: bool = False
    alive: bool = False
    clearing: bool = False
    done: JobEnd | None = None

    def encoded(self) -> bytes:
        """Return the message as the grader takes it."""
        return json.dumps(asdict(self)).encode()

    @classmethod
    def decoded(cls, data: bytes) -> WorkerMessage:
        """Return the message that a worker has sent."""
        message = json.loads(data)
        done = message.pop("done")
        return cls(**message, done=JobEnd(**done) if done is not None else None)


KILL = json.dumps({"kill": True}).encode()  # ends the job that runs; asks for nothing once it has ended


def asks_for_kill(data: bytes) -> bool:
    """Return whether a message to a worker asks for the end of the job that runs."""
    return "kill" in json.loads(data)
