"""Grading elsewhere: what travels is bytes, what comes back is filed, and what goes wrong is nobody's zero."""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from grader import catalog
from grader.batch import Remote, Task, all_by, remote
from grader.domain import Mode, Reading, Record, Status, Submission, Text
from grader.grading import CachePolicy, Options, reading_workbench, wire
from grader.grading.run_cache import CacheEntry, RunCache
from grader.grading.wire import CorruptPayload, pack_result, pack_task, unpack_result, unpack_task
from grader.parsing import Read
from grader.sandbox.process import Process
from tests.store.build import record


@pytest.fixture
def task(tmp_path: Path) -> Task:
    root = tmp_path / "class" / "alice" / "exo1"
    (root / "sub").mkdir(parents=True)
    (root / "exo1.py").write_text("print('é')", encoding="utf-8")
    (root / "sub" / "aide.py").write_text("x = 1")
    (root / "link.py").symlink_to("/etc/passwd")
    (root.parent / "exo2").mkdir()
    (root.parent / "exo2" / "exo2.keras").write_bytes(b"my own network")
    submission = Submission(
        "alice",
        "exo1",
        root,
        root / "exo1.py",
        tuple(map(Path, ("exo1.py", "sub/aide.py", "link.py"))),
        Text("n", "n"),
        "2026-03-01T10:00:00+01:00",
        {"id": "7"},
        ("alice", "bob"),
        2,
    )
    exercise = replace(catalog.locate().find("exo1"), dataset="", prerequisites={"exo2.keras": "exo2"})
    return Task(
        exercise, submission, Options(Mode.AUDIT, 3, time_limit=9.0, cache=CachePolicy(tmp_path, True, True, "abc"))
    )


def pack(task: Task, backend: str = "auto") -> bytes:
    return pack_task(task.exercise, task.submission, task.options, backend)


def repacked(sent: bytes, change: Callable[[dict[str, Any]], object], *more: tuple[tarfile.TarInfo, bytes]) -> bytes:
    """The payload with other facts, and more members."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=io.BytesIO(sent)) as old, tarfile.open(fileobj=buffer, mode="w:gz") as new:
        for member in old:
            data = old.extractfile(member).read()  # type: ignore[union-attr]
            if member.name == wire.FACTS:
                facts = json.loads(data)
                change(facts)
                data = json.dumps(facts).encode()
                member.size = len(data)
            new.addfile(member, io.BytesIO(data))
        for member, data in more:
            member.size = len(data)
            new.addfile(member, io.BytesIO(data))
    return buffer.getvalue()


# ── Parcels ─────────────────────────────────────────────────────────────────────────────────────


def test_a_task_arrives_as_it_was_sent(task: Task, tmp_path: Path) -> None:
    run_cache = RunCache(tmp_path / "run_cache", everything=True)
    envelope = unpack_task(pack(task, "landlock"), tmp_path / "there", run_cache)
    assert envelope.backend == "landlock" and envelope.exercise.id == "exo1"
    assert envelope.submission == replace(task.submission, root=envelope.submission.root, main=envelope.submission.main)
    assert envelope.submission.main.read_text(encoding="utf-8") == "print('é')"
    assert (envelope.submission.root / "sub" / "aide.py").is_file()
    assert not (envelope.submission.root / "link.py").exists(), "a link is not followed, nor sent"
    assert envelope.options == replace(task.options, cache=CachePolicy(run_cache.folder, True, False, "abc"))
    assert (envelope.submission.root / ".." / "exo2" / "exo2.keras").read_bytes() == b"my own network"


@pytest.mark.parametrize(
    "change",
    [
        lambda facts: facts.update(grader="another"),
        lambda facts: facts.update(specification="another"),
        lambda facts: facts.pop("submission"),
        lambda facts: facts["options"].update(unheard_of=1),
        lambda facts: facts["options"].update(mode="never"),
    ],
)
def test_another_grader_another_specification_or_another_form_is_refused(
    change: Callable[[dict[str, Any]], object], task: Task, tmp_path: Path
) -> None:
    with pytest.raises(CorruptPayload):
        unpack_task(repacked(pack(task), change), tmp_path / "there", RunCache(tmp_path))


def test_other_data_is_refused(task: Task, tmp_path: Path) -> None:
    exercise = catalog.locate().find("exo1")
    sent = pack_task(exercise, task.submission, task.options, "auto", data="0" * 64)
    with pytest.raises(CorruptPayload, match="other data"):
        unpack_task(sent, tmp_path / "there", RunCache(tmp_path))


def _link() -> tarfile.TarInfo:
    member = tarfile.TarInfo("files/evil")
    member.type, member.linkname = tarfile.SYMTYPE, "/etc"
    return member


@pytest.mark.parametrize(
    "member", [tarfile.TarInfo("../evil"), tarfile.TarInfo("/tmp/evil"), tarfile.TarInfo("files/../../evil"), _link()]
)
def test_nothing_is_unpacked_outside_its_folder(member: tarfile.TarInfo, task: Task, tmp_path: Path) -> None:
    with pytest.raises(CorruptPayload):
        unpack_task(repacked(pack(task), lambda facts: None, (member, b"")), tmp_path / "there", RunCache(tmp_path))
    assert not list(tmp_path.rglob("*evil*"))


@pytest.mark.parametrize("sent", [b"", b"nonsense", b"\x1f\x8b\x08\x00"])
def test_what_is_no_payload_is_reported(sent: bytes, tmp_path: Path) -> None:
    with pytest.raises(CorruptPayload):
        unpack_result(sent, RunCache(tmp_path / "run_cache"))


def test_a_payload_larger_than_allowed_is_refused(task: Task, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sent = pack(task)
    monkeypatch.setattr(wire, "MAX_BYTES", 100)
    with pytest.raises(CorruptPayload):
        unpack_task(sent, tmp_path / "there", RunCache(tmp_path))


def test_a_result_brings_its_record_and_its_run(task: Task, tmp_path: Path) -> None:
    there, here = RunCache(tmp_path / "there", everything=True), RunCache(tmp_path / "here", everything=True)
    options = replace(task.options, cache=CachePolicy(there.folder, True, False, "abc"))
    CacheEntry(task.submission, task.exercise, reading_workbench({}, Process), options).keep(
        None, {}, Read(task.submission), Reading()
    )
    assert unpack_result(pack_result(record(), there.folder), here) == record()
    assert here.circumstances("abc") == there.circumstances("abc") is not None
    assert unpack_result(pack_result(record(), tmp_path / "nothing kept"), here) == record()


# ── The pool ────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def light(monkeypatch: pytest.MonkeyPatch) -> None:
    """Grading on the other side without a worker: the record says what was unpacked there."""

    @contextmanager
    def no_workbench(envelope: wire.TaskEnvelope, batch: str) -> Iterator[None]:
        yield None

    def grade(exercise: Any, submission: Submission, workbench: None, options: Options, listener: Any) -> Record:
        CacheEntry(submission, exercise, reading_workbench({}, Process), options).keep(
            None, {}, Read(submission), Reading()
        )
        return record(submission.student, output_tail=submission.main.read_text(encoding="utf-8"))

    monkeypatch.setattr(remote, "workbench_for", no_workbench)
    monkeypatch.setattr(remote, "grade", grade)


def test_tasks_go_through_any_executor_and_their_runs_come_back(task: Task, tmp_path: Path, light: None) -> None:
    run_cache = RunCache(tmp_path / "here", everything=True)
    with ThreadPoolExecutor(2) as executor:
        results = list(all_by(Remote(executor, "auto", {}, 2, run_cache), [task]))
    assert [(r.student, r.output_tail) for _, r in results if r] == [("alice", "print('é')")]
    assert run_cache.circumstances("abc") is not None


class Broken(Executor):
    """A cluster whose machines go away."""

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        promised: Future[Any] = Future()
        promised.set_exception(ConnectionError("the machine went away"))
        return promised


def test_a_machine_that_goes_away_is_nobodys_zero(task: Task) -> None:
    ((_, found),) = list(all_by(Remote(Broken(), "auto", {}, 2), [task]))
    assert found is not None and found.broken
    assert all(v.status is Status.ERROR for v in found.verdicts)
