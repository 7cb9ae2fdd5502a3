"""A real Dask scheduler and real workers: nothing is lost, nothing is filed twice, and nothing is left running."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest

from grader import catalog
from grader.batch import Task, all_by, cluster, cluster_joining, cluster_side, remote
from grader.cli import exits
from grader.cli.main import run
from grader.domain import DatasetInfo, Mode, Phase, Record, Submission, Training
from grader.errors import Breakdown, ClusterUnavailable, SandboxUnavailable
from grader.grading import Listener, Options
from grader.messages import plain
from grader.sandbox import Sandbox
from tests.endings import until, waits_no_longer_than
from tests.store.build import record

pytest.importorskip("distributed")
pytestmark = pytest.mark.filterwarnings("default")  # Dask's own are not ours to mend
NOBODY = "tcp://127.0.0.1:9"
# With Ctrl-C as on a terminal: it is ignored where the tests run in a shell's background.
GRADE = (
    "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); from grader.cli.main import main; main()"
)


# ── What cannot be done is told ─────────────────────────────────────────────────────────────────


@pytest.fixture
def one_class(tmp_path: Path) -> Path:
    for student in ("alice", "bob"):
        (tmp_path / "class" / student).mkdir(parents=True)
        (tmp_path / "class" / student / "exo1.py").write_text(f"print('{student}')")
    return tmp_path / "class"


@pytest.fixture
def typed(one_class: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str]]:
    """`grade batch … --scheduler ADDRESS`: the exit code, and what stands on stderr."""

    def type_(address: str, *more: str) -> tuple[int, str]:
        out = str(one_class.parent / "out")
        code = run(["batch", str(one_class), "--out", out, "--mode", "static", "--scheduler", address, *more])
        return code, capsys.readouterr().err

    return type_


def test_without_dask_the_remedy_is_told(typed: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    code, told = typed(NOBODY)
    assert code == exits.USAGE
    assert "pip install 'tme-grader[cluster]'" in told and "n’est pas installé" in told


@pytest.mark.parametrize("address", [NOBODY, "nonsense://x", "tls://127.0.0.1:9", "localhost"])
def test_a_scheduler_that_does_not_answer_is_told(address: str, typed: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster_joining, "CONNECT_SECONDS", 0.5)
    code, told = typed(address)
    assert code == exits.BROKEN
    assert f"L’ordonnanceur {address} ne répond pas" in told and "dask scheduler" in told
    assert len(told.splitlines()) == 1


@contextmanager
def in_this_process(workers: int, threads: int = 2) -> Iterator[str]:
    from distributed import LocalCluster

    with LocalCluster(
        n_workers=workers,
        threads_per_worker=threads,
        processes=False,
        protocol="tcp://",
        host="127.0.0.1",
        dashboard_address=None,
    ) as local:
        yield local.scheduler_address


def test_a_scheduler_without_workers_is_told(typed: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster_joining, "WORKER_SECONDS", 0.3)
    with in_this_process(workers=0) as address:
        code, told = typed(address)
    assert code == exits.BROKEN
    assert f"dask worker {address}" in told and "n’a aucun worker" in told


def test_a_worker_with_another_grader_is_told_and_gets_nothing(typed: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    versions = iter(["mine", "another"])
    monkeypatch.setattr(cluster_side, "version", lambda: next(versions))
    monkeypatch.setattr(cluster_side, "perform", lambda *_: pytest.fail("it was asked to grade"))
    with in_this_process(workers=1) as address:
        code, told = typed(address)
    assert code == exits.BROKEN
    assert "une autre version du correcteur" in told and "tcp://127.0.0.1" in told


def examine(
    version: str = "", backend: str = "process", data: dict[str, str] | None = None
) -> cluster_side.WorkerFacts:
    return asyncio.run(cluster_side.examined(version or cluster_side.version(), backend, data or {}))


def test_a_worker_is_examined_for_what_it_grades_with(data: DatasetInfo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster_side.datasets, "resolve", lambda name: data)
    assert examine(data={"mnist": data.sha256}).sandbox == "process"
    with pytest.raises(Breakdown, match="another version of the grader"):
        examine("another")
    with pytest.raises(Breakdown, match="other data for mnist"):
        examine(data={"mnist": "0" * 64})

    def no_sandbox(backend: str) -> None:
        raise SandboxUnavailable(plain("no sandbox"))

    monkeypatch.setattr(cluster_side.sandbox, "choose", no_sandbox)
    with pytest.raises(SandboxUnavailable):
        examine()


# ── The pool, with a scheduler in this process ──────────────────────────────────────────────────


def tasks_in(folder: Path, count: int) -> Iterator[Task]:
    exercise = catalog.locate().find("exo1")
    for number in range(count):
        root = folder / f"s{number}"
        root.mkdir()
        (root / "exo1.py").write_text(f"print({number})")
        submission = Submission(root.name, "exo1", root, root / "exo1.py", (Path("exo1.py"),))
        yield Task(exercise, submission, Options(Mode.STATIC))


@pytest.fixture
def grading(monkeypatch: pytest.MonkeyPatch) -> Callable[[Any], None]:
    """Sets what grading one submission does, on the other side too, which is this process."""

    @contextmanager
    def no_workbench(order: Any, batch: str) -> Iterator[None]:
        yield None

    monkeypatch.setattr(remote, "workbench_for", no_workbench)
    monkeypatch.setattr(remote.wire, "_data", lambda exercise, wanted: {})
    return lambda grade: monkeypatch.setattr(remote, "grade", grade)


def test_a_worker_grades_no_more_at_once_than_it_has_threads(grading: Any, tmp_path: Path) -> None:
    lock, now, most, begun = threading.Lock(), 0, 0, 0

    def grade(exercise: Any, submission: Submission, *rest: Any) -> Record:
        nonlocal now, most, begun
        with lock:
            now, begun = now + 1, begun + 1
            most = max(most, now)
        time.sleep(0.05)
        with lock:
            now -= 1
        return record(submission.student)

    grading(grade)
    with in_this_process(workers=1, threads=2) as address, cluster.cluster(address, "process", {}, None) as pool:
        assert pool.room == 4
        results = [r.student for _, r in all_by(pool, tasks_in(tmp_path, 12)) if r]
    assert sorted(results) == sorted(f"s{n}" for n in range(12))
    assert (most, begun) == (2, 12)


def test_how_a_submission_fares_is_heard_by_its_own_listener(grading: Any, tmp_path: Path) -> None:
    heard: list[tuple[str, str]] = []
    told = threading.Event()

    class Hearing(Listener):
        def __init__(self, name: str) -> None:
            self.name = name

        def on_phase(self, name: str) -> None:
            heard.append((self.name, name))

        def on_event(self, kind: str, item: Any) -> None:
            heard.append((self.name, f"{kind} {item.epochs_run}/{item.epochs_asked} {item.history['loss'][-1]}"))
            told.set()

    def grade(exercise: Any, submission: Submission, workbench: Any, options: Any, listener: Listener) -> Record:
        listener.on_phase(Phase.STUDENT)
        history = {"loss": (0.9, 0.5), "<script>": (1.0,)}
        training = Training(1, 1, "fit", 10, 2, 32, 9, False, False, history, None, None)
        listener.on_event("fit_begin", training)
        assert told.wait(10)
        return record(submission.student)

    grading(grade)
    with in_this_process(workers=1) as address, cluster.cluster(address, "process", {}, None) as pool:
        list(all_by(pool, tasks_in(tmp_path, 1), lambda task: Hearing(task.submission.student)))
    assert heard == [("s0", "sent"), ("s0", "student"), ("s0", "epoch 2/10 0.5")]


def test_a_submission_that_the_other_side_cannot_take_is_nobodys_zero(grading: Any, tmp_path: Path) -> None:
    tried: list[str] = []

    def grade(exercise: Any, submission: Submission, *rest: Any) -> Record:
        tried.append(submission.student)
        if submission.student == "s1":
            raise OSError("disk full")
        return record(submission.student)

    grading(grade)
    with in_this_process(workers=1) as address, cluster.cluster(address, "process", {}, None) as pool:
        results = {task.submission.student: r for task, r in all_by(pool, tasks_in(tmp_path, 3))}
    assert {name: r.broken for name, r in results.items() if r} == {"s0": False, "s1": True, "s2": False}
    assert sorted(tried) == ["s0", "s1", "s1", "s2"], "what fails is tried once more"


def test_when_the_scheduler_goes_away_the_batch_ends_with_a_word(grading: Any, tmp_path: Path) -> None:
    grading(lambda exercise, submission, *rest: record(submission.student))
    with in_this_process(workers=1) as address, cluster.cluster(address, "process", {}, None) as pool:
        pool._client.close()
        with pytest.raises(ClusterUnavailable, match="the same command goes on"):
            list(all_by(pool, tasks_in(tmp_path, 3)))


# ── Processes of their own, one of which is killed ──────────────────────────────────────────────


class Cluster:
    """A scheduler and its workers, each a process."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file = folder / "scheduler.json"
        self.scheduler = self._start("scheduler", "--host", "127.0.0.1", "--port", "0")
        self.address: str = json.loads(until(lambda: self._file.exists() and self._file.read_text()))["address"]
        self.workers: list[subprocess.Popen[bytes]] = []

    def _start(self, what: str, *words: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "dask", what, "--scheduler-file", str(self._file), "--no-dashboard", *words]
        own = {**os.environ, "TMPDIR": str(self._folder)}  # what a killed worker leaves goes with the test
        with (self._folder / "dask.log").open("ab") as log:
            return subprocess.Popen(command, stdout=log, stderr=log, cwd=self._folder, env=own)

    def add_worker(self, nanny: str = "--no-nanny") -> subprocess.Popen[bytes]:
        self.workers.append(self._start("worker", "--nthreads", "1", nanny))
        return self.workers[-1]

    def kill(self, worker: subprocess.Popen[bytes]) -> None:
        """As a machine goes down. What lay in its temporary folders would go with it."""
        folders = [Path(child.cwd()) for child in children(worker)]
        worker.kill()
        worker.wait()
        for folder in folders:
            shutil.rmtree(folder, ignore_errors=True)

    def close(self) -> None:
        for worker in self.workers:
            if worker.poll() is None:
                worker.terminate()
                try:
                    worker.wait(5)
                except subprocess.TimeoutExpired:  # without a nanny, a busy worker does not hear it
                    self.kill(worker)
        self.scheduler.kill()
        self.scheduler.wait()


@pytest.fixture
def dask(tmp_path: Path) -> Iterator[Cluster]:
    started = Cluster(tmp_path)
    yield started
    started.close()


class Batch:
    """`grade batch` of a class whose programs sleep, on a cluster, as a process of its own."""

    def __init__(self, folder: Path, address: str, count: int, seconds: float) -> None:
        self.students = [f"s{number}" for number in range(count)]
        for student in self.students:
            (folder / "class" / student).mkdir(parents=True, exist_ok=True)
            program = f"import time\ntime.sleep({seconds})\nprint('written by {student}')\n"
            (folder / "class" / student / "exo1.py").write_text(program)
        self.out = folder / "out"
        words = ["batch", str(folder / "class"), "--out", str(self.out), "--lang", "en", "--scheduler", address]
        self._process = subprocess.Popen(
            [sys.executable, "-c", GRADE, *words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )

    def interrupt(self) -> None:
        self._process.send_signal(signal.SIGINT)

    def close(self) -> None:
        """However the test went."""
        self._process.kill()
        self._process.communicate()

    def ended(self) -> tuple[int, str]:
        told, _ = self._process.communicate(timeout=150)
        return self._process.returncode, told

    def _ask(self, question: str) -> list[Any]:
        try:
            with sqlite3.connect(f"file:{self.out / 'gradebook.sqlite'}?mode=ro", uri=True) as book:
                return book.execute(question).fetchall()
        except sqlite3.OperationalError:
            return []

    def filed(self) -> list[tuple[str, str]]:
        """Student and what their program printed, one for each record there is, current or not."""
        rows = self._ask(
            "SELECT n.name, r.json FROM records r JOIN submissions s ON s.id = r.submission JOIN students n ON n.id = s.student"
        )
        return sorted((name, json.loads(told)["stdout_tail"].strip()) for name, told in rows)

    @property
    def each_once(self) -> list[tuple[str, str]]:
        return [(student, f"written by {student}") for student in self.students]


@pytest.fixture
def batch_of(dask: Cluster, bubblewrap_sandbox: Sandbox, tmp_path: Path) -> Iterator[Callable[..., Batch]]:
    with ExitStack() as stack:

        def started(count: int, seconds: float) -> Batch:
            batch = Batch(tmp_path, dask.address, count, seconds)
            stack.callback(batch.close)
            return batch

        yield started


def children(process: subprocess.Popen[bytes]) -> list[psutil.Process]:
    """The isolated processes that a worker started."""
    found = psutil.Process(process.pid).children(recursive=True)
    return [child for child in found if _grades(child)]


def _grades(process: psutil.Process) -> bool:
    try:
        return process.name() == "bwrap" or "grader.worker" in " ".join(process.cmdline())
    except psutil.Error:  # it ended while we looked
        return False


def graded_at(address: str) -> dict[str, Any]:
    """What each worker has in hand."""
    from distributed import Client

    with Client(address, set_as_default=False, timeout=10) as client:
        return dict(client.processing())


@pytest.mark.slow
def test_a_worker_killed_in_the_middle_loses_nothing_and_nothing_is_filed_twice(
    dask: Cluster, batch_of: Callable[..., Batch], tmp_path: Path
) -> None:
    doomed, _ = dask.add_worker(), dask.add_worker("--nanny")
    batch = batch_of(count=8, seconds=2.0)
    until(batch.filed)
    orphans = children(doomed)
    assert orphans and len(batch.filed()) < len(batch.students)
    in_hand = graded_at(dask.address)
    assert len(in_hand) == 2 and all(in_hand.values()), "both are in the middle of something"
    dask.kill(doomed)
    code, told = batch.ended()
    assert code == exits.MARKS_LOST, told
    assert "8 submissions graded" in told and "0 not marked" in told
    assert batch.filed() == batch.each_once
    assert len([run for run in (tmp_path / "out" / "evidence").iterdir() if (run / "run.json").is_file()]) == 8
    until(lambda: not any(psutil.pid_exists(orphan.pid) for orphan in orphans))

    again = batch_of(count=8, seconds=2.0)
    assert "Unchanged since they were graded: 8" in again.ended()[1]
    assert again.filed() == again.each_once


@pytest.mark.slow
def test_without_any_worker_left_the_batch_waits_for_one(dask: Cluster, batch_of: Callable[..., Batch]) -> None:
    first = dask.add_worker()
    batch = batch_of(count=3, seconds=2.0)
    until(batch.filed)
    dask.kill(first)
    time.sleep(2 * cluster.WATCH_SECONDS)
    dask.add_worker()
    code, told = batch.ended()
    assert code == exits.MARKS_LOST, told
    assert "No worker is left" in told
    assert batch.filed() == batch.each_once


@pytest.mark.slow
def test_ctrl_c_leaves_nothing_running_on_the_workers(dask: Cluster, batch_of: Callable[..., Batch]) -> None:
    workers = [dask.add_worker(), dask.add_worker()]
    batch = batch_of(count=6, seconds=300.0)
    until(lambda: all(children(worker) for worker in workers))
    time.sleep(3)
    batch.interrupt()
    with waits_no_longer_than(200):  # a program takes 300
        code, told = batch.ended()
    assert code == exits.INTERRUPTED and "Traceback" not in told
    until(lambda: not any(children(worker) for worker in workers))
    assert not any(graded_at(dask.address).values()) and not batch.filed()


@pytest.mark.slow
def test_a_scheduler_that_dies_ends_the_batch_and_keeps_what_was_graded(
    dask: Cluster, batch_of: Callable[..., Batch], tmp_path: Path
) -> None:
    dask.add_worker()
    batch = batch_of(count=4, seconds=2.0)
    until(batch.filed)
    dask.scheduler.kill()
    code, told = batch.ended()
    assert code == exits.BROKEN and "The scheduler went away" in told and "Traceback" not in told
    assert set(batch.filed()) <= set(batch.each_once), "nobody is filed as not marked"
