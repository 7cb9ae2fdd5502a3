"""A kill that the grader did not send is tried once more; after that it is the program's doing, and what is known is told."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.checks import runs
from grader.domain import Outcome, Record, Status
from tests.checks.build import analysis, spoken
from tests.conftest import notebook_of

KILLS = """
import os, pathlib
times = pathlib.Path({mark!r})
with times.open("a") as file:
    file.write("x")
if len(times.read_text()) <= {often}:
    os.kill(os.getpid(), 9)
print("here")
"""


def program(tmp_path: Path, often: int, notebook: bool) -> tuple[str, Path]:
    mark = tmp_path / "times"
    source = KILLS.format(mark=str(mark), often=often)
    return (notebook_of(source).decode() if notebook else source), mark


@pytest.mark.parametrize("notebook", [False, True], ids=["script", "notebook"])
def test_one_kill_costs_nothing(grade_source: Callable[..., Record], tmp_path: Path, notebook: bool) -> None:
    source, mark = program(tmp_path, 1, notebook)
    record = grade_source(source, name="exo1.ipynb" if notebook else "exo1.py")
    assert mark.read_text() == "xx"
    assert record.outcome is not None and record.outcome.status == "ok" and "here" in json.dumps(record.output_tail)


@pytest.mark.parametrize("notebook", [False, True], ids=["script", "notebook"])
def test_a_second_one_is_the_program_s(grade_source: Callable[..., Record], tmp_path: Path, notebook: bool) -> None:
    source, mark = program(tmp_path, 9, notebook)
    record = grade_source(source, name="exo1.ipynb" if notebook else "exo1.py")
    assert mark.read_text() == "xx"
    (verdict,) = (v for v in record.verdicts if v.id == "runs")
    assert verdict.status is Status.FAILED and "two runs out of two" in verdict.message.en
    assert not record.broken


def test_other_signals_and_limits_are_not_tried_again(grade_source: Callable[..., Record], tmp_path: Path) -> None:
    mark = tmp_path / "times"
    grade_source(f"import os\nopen({str(mark)!r}, 'a').write('x')\nos.abort()\n")
    assert mark.read_text() == "x"
    mark.unlink()
    grade_source(f"open({str(mark)!r}, 'a').write('x')\nwhile True: pass\n", time_limit=1)
    assert mark.read_text() == "x"


def test_what_is_known_is_told() -> None:
    def told(**fields: object) -> str:
        outcome = Outcome("killed", exit=-9, **fields)  # type: ignore[arg-type]
        return spoken(runs.check(1).judge(analysis(outcome=outcome, finished=False))).message.en

    assert "ran out of memory" in told(memory_ran_out=True)
    assert "did not send it" in told() and "not short of memory" in told()
