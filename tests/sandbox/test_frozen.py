"""What is frozen (a stop signal, a stuck disk) is noticed long before its time is over, and replaced."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from grader.domain import Outcome
from grader.errors import WorkerDied
from grader.sandbox import WorkerHandle, job_monitor
from grader.sandbox.process import Process
from tests.sandbox.test_contract import HERE, LIGHT, job, run, worker_of

LONG = 300.0  # seconds that a job would take if nobody noticed


@pytest.fixture
def handle() -> Iterator[WorkerHandle]:
    with WorkerHandle(Process(), (HERE,), LIGHT) as one:
        one.wait_until_warm()
        yield one


def once_it_runs(started: Path, do: Callable[[], None]) -> threading.Thread:
    def wait() -> None:
        while not started.exists():
            time.sleep(0.02)
        do()

    thread = threading.Thread(target=wait, daemon=True)
    thread.start()
    return thread


def test_a_frozen_worker_is_replaced(handle: WorkerHandle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job_monitor, "SILENT_SECONDS", 4.0)
    worker = worker_of(handle)
    mark = tmp_path / "runs"
    once_it_runs(mark, lambda: worker.send_signal(signal.SIGSTOP))
    with pytest.raises(WorkerDied):
        run(handle, f"import time\nopen({str(mark)!r}, 'w')\ntime.sleep({LONG})", wall=LONG)
    assert not psutil.pid_exists(worker.pid) or worker.status() == psutil.STATUS_ZOMBIE
    assert run(handle, "")[0].outcome.status == "ok"  # by another one


def test_a_frozen_job_of_the_grader_s_own_is_given_up(handle: WorkerHandle) -> None:
    with pytest.raises(WorkerDied):
        run(handle, "import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)", wall=LONG, frozen=0.5)
    assert run(handle, "", frozen=5)[0].outcome.status == "ok"


def test_a_student_s_program_may_stop_itself_until_its_time_is_over(handle: WorkerHandle) -> None:
    outcome: Outcome = run(handle, "import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)", wall=1.5)[0].outcome
    assert outcome.status == "timeout"


def test_a_job_longer_than_the_silence_is_no_silence(handle: WorkerHandle, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job_monitor, "SILENT_SECONDS", 2.5)
    assert run(handle, "import time\ntime.sleep(4)")[0].outcome.status == "ok"


def test_the_parser_and_the_evaluator_ask_to_be_noticed() -> None:
    from grader.grading import measure
    from grader.parsing import parser

    assert measure.LIMITS.frozen and parser.LIMITS.frozen
    assert not job("", Path()).limits.frozen
