"""Hostile programs that did the work first: with the real recorder, the real exercise and the real marks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from grader.domain import DatasetInfo, Record
from grader.grading import Workbench, running_workbench
from grader.sandbox.landlock import Landlock
from tests.attacks.attack import Canaries, marks, said
from tests.conftest import notebook_of
from tests.grading.test_pipeline import PROGRAM

Grade = Callable[..., Record]
LAST_LINE = "\nmain()\n"
WORK = PROGRAM.removesuffix(LAST_LINE)
assert WORK != PROGRAM


@pytest.fixture(scope="module", params=["bubblewrap", pytest.param("landlock", marks=pytest.mark.slow)])
def isolated_workbench(request: pytest.FixtureRequest, data: DatasetInfo) -> Iterator[Workbench]:
    if request.param == "bubblewrap":
        yield request.getfixturevalue("sandboxed_workbench")
        return
    sandbox = Landlock()
    if not (test := sandbox.self_test()).works:
        pytest.skip(test.why.en)
    with running_workbench(sandbox, {"mnist": data}) as one:
        yield one


@pytest.fixture
def graded(grade_source: Grade, isolated_workbench: Workbench, tmp_path: Path) -> Grade:
    def grade(source: str, *cells: str, seconds: float = 40) -> Record:
        """A script, or with `cells` a notebook."""
        if not cells:
            return grade_source(source, on=isolated_workbench, time_limit=seconds)
        (tmp_path / "exo1.ipynb").write_bytes(notebook_of(source, *cells))
        return grade_source(
            notebook_of(source, *cells).decode(), on=isolated_workbench, name="exo1.ipynb", time_limit=seconds
        )

    return grade


def without_end(record: Record) -> dict[str, float]:
    return {name: points for name, points in marks(record).items() if name != "runs"}


ENDS = {
    "os._exit": ("import os; os._exit(0)", ("ok", "error")),
    "kill": ("import os; os.kill(0, 9)", ("killed",)),
    "kill the driver": ("import os; os.kill(os.getppid(), 9)", ("killed", "error")),  # a script has none to kill
    "a sparse file": ("open('f', 'w').truncate(1 << 40)", ("disk",)),
}
QUICK = {"os._exit", "a sparse file"}


@pytest.fixture(scope="module")
def honest(isolated_workbench: Workbench) -> dict[bool, Record]:
    """The records of the honest program, as a script and as a notebook, filled by whoever needs them first."""
    return {}


@pytest.mark.parametrize("notebook", [False, True], ids=["script", "notebook"])
def test_the_honest_program_ends_well_in_the_same_sandbox(notebook: bool, graded: Grade) -> None:
    record = graded(WORK, "main()") if notebook else graded(PROGRAM)
    assert record.outcome is not None and (record.outcome.status, record.outcome.exit) == ("ok", 0), said(record)


@pytest.mark.parametrize("notebook", [False, True], ids=["script", "notebook"])
@pytest.mark.parametrize("end", [pytest.param(end, marks=[] if end in QUICK else [pytest.mark.slow]) for end in ENDS])
def test_work_that_was_done_before_a_hostile_end_is_worth_what_it_is_worth(
    end: str, notebook: bool, graded: Grade, honest: dict[bool, Record], canaries: Canaries
) -> None:
    def grade(last: str) -> Record:
        return graded(WORK, "main()", *([last] if last else [])) if notebook else graded(f"{PROGRAM}\n{last}\n")

    if notebook not in honest:
        honest[notebook] = grade("")
        assert marks(honest[notebook])["runs"] == 1 and not honest[notebook].broken, said(honest[notebook])
    source, statuses = ENDS[end]
    record = grade(source)
    assert record.outcome is not None and record.outcome.status in statuses, said(record)
    assert marks(record)["runs"] == 0
    assert without_end(record) == without_end(honest[notebook]), said(record)
    canaries.assert_intact(record)
    if end == "a sparse file":
        again = grade("")
        assert marks(again) == marks(honest[notebook]), "the honest program that comes next has its normal mark"


@pytest.mark.slow
def test_endless_output_of_a_notebook_fills_neither_memory_nor_record(graded: Grade) -> None:
    for attack in (
        "while True: print('x' * 10000)",
        "from IPython.display import display, HTML\nwhile True: display(HTML('<b>x</b>' * 1000))",
    ):
        record = graded(WORK, "main()", attack, seconds=25)
        assert record.outcome is not None and record.outcome.status in ("output", "timeout"), said(record)
        assert record.outcome.peak_memory_mib < 3000 and len(said(record)) < 400_000
        assert marks(record)["training"] == 3


def test_what_parses_a_students_files_runs_in_the_same_sandbox(sandboxed_workbench: Workbench) -> None:
    """The evaluator is a worker of its own, whose jobs are kept apart as a student's are."""
    assert sandboxed_workbench.evaluator is not sandboxed_workbench.runner
    from grader.domain import Limits
    from grader.sandbox import Job

    folder = sandboxed_workbench.evaluator.new_folder()
    message = sandboxed_workbench.evaluator._message(Job("grader.evaluator.job", {}, Limits(), folder))
    reach = message.confinement
    assert reach is not None and reach.own_spaces and str(folder) in reach.write
    assert str(sandboxed_workbench.runner.folder) not in [*reach.read, *reach.write]
