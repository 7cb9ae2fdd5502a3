"""What keeps many jobs as cheap as one: workers stay on their cores, and are replaced before they grow old."""

from __future__ import annotations

import json
import os
import textwrap
from pathlib import Path
from typing import Any

import pytest

from grader.domain import Limits
from grader.sandbox import Job, WorkerHandle, worker_handle
from grader.sandbox.cores import available, shares, starting_on
from grader.sandbox.process import Process

TELL = """
import json, os
told = {"worker": os.getppid(), "cores": sorted(os.sched_getaffinity(0))}
os.write(events, json.dumps(told).encode() + b"\\n")
"""


def tell(handle: WorkerHandle, code: str = TELL) -> dict[str, Any]:
    """What a job sees of its worker."""
    folder, lines = handle.new_folder(), list[bytes]()
    handle.run(Job("tests.sandbox.light", {"code": textwrap.dedent(code)}, Limits(wall=20), folder), lines.append)
    (folder / "kept").touch()
    told: dict[str, Any] = json.loads(lines[0])
    return told


def test_a_worker_is_replaced_after_a_number_of_jobs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker_handle, "RECYCLED_AFTER", 2)
    with WorkerHandle(Process(), (), ()) as handle:
        workers = [tell(handle)["worker"] for _ in range(5)]
        assert workers[0] == workers[1] != workers[2] == workers[3] != workers[4]
        kept = list(handle.folder.glob("*/kept"))
    assert len(kept) == 5  # what the grader has not read yet outlives the worker


def test_jobs_do_not_look_through_what_their_worker_holds() -> None:
    """Each full collection of a job would: half a second for the libraries, and a copy of every page they lie on."""
    code = """
    import gc, json, os
    told = {"set aside": gc.get_freeze_count(), "looked through": len(gc.get_objects())}
    os.write(events, json.dumps(told).encode() + b"\\n")
    """
    with WorkerHandle(Process(), (), ()) as handle:
        told = tell(handle, code)
    assert told["set aside"] > 5 * told["looked through"] > 0


def test_a_worker_and_its_jobs_stay_on_the_cores_of_their_share() -> None:
    before = os.sched_getaffinity(0)
    last = available()[-1:]
    with WorkerHandle(Process(), (), (), cores=last) as handle:
        assert tell(handle)["cores"] == list(last)
    assert os.sched_getaffinity(0) == before


def test_a_core_that_is_not_there_keeps_nothing_from_starting() -> None:
    before = os.sched_getaffinity(0)
    with starting_on((100_000,)):
        assert os.sched_getaffinity(0) == before


def test_cores_are_dealt_out_evenly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("grader.sandbox.cores.available", lambda: (0, 1, 2, 3, 4))
    assert shares(2) == [(0, 1), (2, 3, 4)]
    assert shares(5) == [(0,), (1,), (2,), (3,), (4,)]
    assert shares(1) == [(0, 1, 2, 3, 4)]
    assert shares(6) == [()] * 6


def test_folders_that_are_gone_are_forgotten(tmp_path: Path) -> None:
    with WorkerHandle(Process(), (), ()) as handle:
        for _ in range(3):
            handle.new_folder().rmdir()
        tell(handle)
        assert len(handle._folders) == 1
