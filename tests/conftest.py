"""Warm workers and data that the tests share. A worker costs seconds, a fork of it next to nothing."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from grader import catalog, datasets
from grader.domain import DatasetInfo, Evidence, Limits, Mode, Outcome, Printed, Record, Submission
from grader.evidence import Reader
from grader.grading import Options, Workbench, grade, running_workbench
from grader.parsing import Parser
from grader.sandbox import Job, Ran, Sandbox, WorkerHandle
from grader.sandbox.bubblewrap import Bubblewrap
from grader.sandbox.process import Process

collect_ignore = ["corpus"]  # programs of students, whatever their names: never imported here
OF_THE_READER = ("GRADE_DATA", "GRADE_LANG", "GRADE_EXERCISES", "NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE")


@pytest.fixture(autouse=True)
def nothing_of_the_readers(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test's result depends neither on who runs it nor on their terminal."""
    for name in OF_THE_READER:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "110")


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> DatasetInfo:
    """The MNIST stand-in, whatever real data lies about; made once in the user's cache (or GRADE_CACHE)."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("GRADE_DATA", raising=False)
        patch.setenv("KERAS_HOME", str(tmp_path_factory.mktemp("no-keras-cache")))
        return datasets.resolve("mnist")


@pytest.fixture(scope="session")
def workbench(data: DatasetInfo) -> Iterator[Workbench]:
    """Without a sandbox: the fastest way to a worker."""
    with running_workbench(Process(), {"mnist": data}) as one:
        yield one


@pytest.fixture(scope="session")
def parser() -> Iterator[Parser]:
    with Parser(Process) as one:
        yield one


@pytest.fixture(scope="session")
def bubblewrap_sandbox() -> Sandbox:
    """bubblewrap, where it can build its sandbox."""
    sandbox = Bubblewrap()
    test = sandbox.self_test()
    if not test.works:
        pytest.skip(test.why.en)
    return sandbox


@pytest.fixture(scope="session")
def sandboxed_workbench(bubblewrap_sandbox: Sandbox, data: DatasetInfo) -> Iterator[Workbench]:
    with running_workbench(bubblewrap_sandbox, {"mnist": data}) as one:
        yield one


# ── A whole grading ─────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def grade_source(tmp_path: Path, workbench: Workbench) -> Callable[..., Record]:
    """Grade a program given as text. `name` decides between a script and a notebook."""

    def graded(
        source: str,
        exercise: str = "exo1",
        mode: Mode = Mode.FULL,
        on: Workbench | None = None,
        name: str = "",
        **options: Any,
    ) -> Record:
        main = tmp_path / (name or f"{exercise}.py")
        main.write_text(textwrap.dedent(source), encoding="utf-8")
        submission = Submission("étudiant", exercise, tmp_path, main, (Path(main.name),))
        return grade(catalog.locate().find(exercise), submission, on or workbench, Options(mode, **options))

    return graded


# ── Only running and recording ──────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Recorded:
    """What came out of one run: `evidence.folder` holds its arrays, `work` what the program left."""

    outcome: Outcome
    printed: Printed
    evidence: Evidence
    work: Path

    @property
    def failure(self) -> str:
        """The type of the first failure, for a test's message; empty where there was none."""
        return next((f.type for f in self.evidence.failures), "")


def run_source(handle: WorkerHandle, source: str | bytes, **settings: Any) -> Recorded:
    """Run a student's program in a worker. Settings: `name`, `files`, `audit_steps`, `seed`, `values`, `data`, and limits."""
    folder = handle.new_folder()
    work, out = folder / "work", folder / "out"
    work.mkdir()
    out.mkdir()
    name = settings.pop("name", "exo1.py")
    for path, content in {name: source, **settings.pop("files", {})}.items():
        (work / path).write_bytes(content if isinstance(content, bytes) else textwrap.dedent(content).encode())
    fields = {"work": str(work), "out": str(out), "main": name, "threads": 1}
    for key, default in (("seed", 0), ("audit_steps", None), ("values", []), ("data", {}), ("speedups", True)):
        fields[key] = settings.pop(key, default)
    reader = Reader(out)
    job = Job("grader.worker.job", fields, Limits(**{"wall": 60, **settings}), folder)
    ran: Ran = handle.run(job, reader.feed)
    return Recorded(ran.outcome, ran.printed, reader.close(ran.printed), work)


@pytest.fixture
def record(workbench: Workbench) -> Callable[..., Recorded]:
    """Run a program under the recorder, without judging it."""
    return lambda source, **settings: run_source(workbench.runner, source, **settings)


def notebook_of(*cells: str, **first: Any) -> bytes:
    """A notebook of code cells; the fields in `first` go to the first one."""
    listed = [
        {
            "cell_type": "code",
            "id": f"c{number}",
            "metadata": {},
            "source": textwrap.dedent(cell).strip("\n").splitlines(keepends=True),
            "outputs": [],
            "execution_count": None,
            **(first if number == 1 else {}),
        }
        for number, cell in enumerate(cells, start=1)
    ]
    return json.dumps({"cells": listed, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()
