"""`runs`, and how an error is explained."""

from __future__ import annotations

from dataclasses import replace

import pytest

from grader.analysis.error_messages import MEANINGS, explain, fold
from grader.checks import runs
from grader.domain import ArrayInfo, Failure, HullFit, Mode, Outcome, Reading, Status
from tests.checks.build import analysis, failure, spoken

CHECK = runs.check(1)


def test_a_program_that_ends_by_itself_passes() -> None:
    found = spoken(CHECK.judge(analysis()))
    assert found.status is Status.PASSED and "3.0 s" in found.message.en and "3,0" in found.message.fr


@pytest.mark.parametrize(
    ("status", "told"),
    [
        ("timeout", "endless loop"),
        ("cpu", "processor time"),
        ("memory", "memory"),
        ("processes", "processes"),
        ("disk", "wrote too much"),
        ("output", "printed without end"),
        ("killed", "signal"),
    ],
)
def test_a_program_that_was_stopped_fails_and_says_which_limit(status: str, told: str) -> None:
    found = spoken(CHECK.judge(analysis(outcome=Outcome(status, seconds=20.0, exit=-9), finished=False)))
    assert found.status is Status.FAILED and told in found.message.en


def test_the_time_that_is_told_is_the_limit_that_held() -> None:
    found = spoken(CHECK.judge(analysis(outcome=Outcome("timeout", seconds=20.1, exit=-9), finished=False)))
    assert "after 20 s" in found.message.en


def test_an_error_is_told_with_its_line() -> None:
    found = spoken(CHECK.judge(analysis(outcome=Outcome("error", exit=1), failures=(failure(),), finished=False)))
    assert found.status is Status.FAILED and "exo1.py, line 12" in found.message.en and "NameError" in found.message.en


def test_a_file_that_python_cannot_read_fails_before_it_runs() -> None:
    about = analysis(reading=Reading("x = =", failure=failure("SyntaxError", "invalid syntax")), outcome=None)
    assert "Python cannot read this line" in spoken(CHECK.judge(about)).message.en


def test_a_program_that_is_cut_short_from_inside_fails() -> None:
    found = spoken(CHECK.judge(analysis(outcome=Outcome("ok", exit=0), finished=False)))
    assert found.status is Status.FAILED and "os._exit" in found.hint.en


def test_a_program_that_does_nothing_yet_fails() -> None:
    nothing = analysis(snapshots=(), trainings=())
    assert spoken(CHECK.judge(nothing)).status is Status.FAILED
    arrays_only = analysis(snapshots=(), trainings=(), calls=(ArrayInfo(1, None, (), 0, 0),))
    assert spoken(CHECK.judge(arrays_only)).status is Status.FAILED
    a_call = analysis(snapshots=(), trainings=(), calls=(HullFit(1, None),))
    assert spoken(CHECK.judge(a_call)).status is Status.PASSED


def test_reading_alone_does_not_judge_it() -> None:
    assert spoken(CHECK.judge(analysis(mode=Mode.STATIC))).status is Status.SKIPPED
    assert spoken(CHECK.judge(analysis(outcome=None))).status is Status.SKIPPED


# ── Explaining ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("kind", MEANINGS)
def test_the_common_errors_have_a_meaning_in_both_languages(kind: str) -> None:
    told = explain(failure(kind))
    assert told.fr.startswith("exo1.py") and kind in told.fr and told.fr != told.en
    assert MEANINGS[kind].en in told.en


def test_a_cell_of_a_notebook_is_named_by_its_number() -> None:
    assert "cell 3, line 12" in explain(failure(cell=3)).en


def test_an_error_without_a_place_or_a_meaning_is_still_told() -> None:
    assert explain(Failure("OddError", "so odd", ())).en == "OddError: so odd"
    assert explain(Failure("OddError", "", ())).en == "OddError"
    assert "misspelt" in explain(Failure("NameError", "", ())).en
    assert explain(replace(failure("OddError", "so odd"))).en == "exo1.py, line 12: OddError: so odd"


def test_braces_and_percent_signs_of_a_message_are_left_alone() -> None:
    assert "{x} %s {0}" in explain(failure("ValueError", "{x} %s {0}")).fr


def test_walls_of_text_are_folded() -> None:
    folded = fold("\n\n first  \n\n second \n third\n" + "x" * 5000)
    assert folded.startswith("first second") and len(folded) < 320 and folded.endswith("[…]")
    assert fold("one line") == "one line"


def test_of_tensorflows_wall_the_line_that_says_something_is_kept() -> None:
    wall = (
        "Graph execution error:\n\nDetected at node x defined at (most recent call last):\n"
        + 'File "a.py", line 1\n' * 90
    )
    assert fold(wall + "Labels out of range\n\t [[{{node x}}]] [Op:__inference_1]") == "Labels out of range"
    assert fold(wall + "[[{{node x}}]]").startswith("Graph execution error")
