"""What an honest run of each exercise tells, forged and cut in every way: it is evidence, odd or none, and never a fault
of the grader's. The seeds are kept runs of the reference solutions (`python -m tests.tools.record_events`)."""

from __future__ import annotations

import copy
import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader import catalog
from grader.analysis import Analysis
from grader.domain import Mode, Outcome, Reading, Status
from grader.evidence import Reader
from grader.grading.pipeline import judge_all
from grader.measurements import (
    EmbeddingFigures,
    MeasurementRequest,
    Prediction,
    RecognisedRows,
    Refused,
    RestartFigures,
    SavedDifference,
    SvmFigures,
    Why,
)
from tests.attacks.test_forged_evidence import EXTREME, ROWS
from tests.test_evidence import ODD
from tests.tools.record_events import EVENTS

KNOWN = catalog.locate()
IDS = KNOWN.ids()
NO_ARRAYS = Path("/nonexistent")
# What the evaluator answers to each kind of question; it is trusted, so its answers have their form.
FIGURES = Prediction(
    0.93, 0.94, tuple(tuple(90 if a == b else 1 for a in range(10)) for b in range(10)), (), 7, RecognisedRows(50, 0, 0)
)
ANSWERS: dict[str, object] = {
    "predict": FIGURES,
    "handed_in": FIGURES,
    "checkpoint": FIGURES,
    "saved_model": SavedDifference(0.0),
    "embedding": EmbeddingFigures(True, "test", 1000, 0.8, {"k5": 0.7}, 0.95, (1, 2), 3, (4,), 5),
    "svm": SvmFigures((0, 1), 10_000, "train", 1.0, 0.0, 0.95),
    "restarts": RestartFigures(errors=2, representable=True, share=0.1, restarts=2000),
}
JUNK = st.sampled_from([*EXTREME, *ODD, [[1, 2]], {"identity": [1]}, ["list"], 3.5, -7, "identity", False])


@cache
def lines_of(exercise: str) -> tuple[dict[str, Any], ...]:
    written = (EVENTS / f"{exercise}.jsonl").read_text(encoding="utf-8")
    return tuple(json.loads(line) for line in written.splitlines())


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path to every value inside an event, the event's own kind excepted."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    found = []
    for key, item in items:
        if key != "event":
            found += [(*path, key), *places(item, (*path, key))]
    return found


def put(event: dict[str, Any], path: tuple[Any, ...], value: Any) -> None:
    for key in path[:-1]:
        event = event[key]
    event[path[-1]] = copy.deepcopy(value)


@st.composite
def forged(draw: st.DrawFn, exercise: str) -> list[bytes]:
    """Lines dropped, doubled and in another order, cut off at the end, with values that are not of the form."""
    events = [copy.deepcopy(event) for event in lines_of(exercise)]
    for _ in range(draw(st.integers(0, 4))):
        event = events[draw(st.integers(0, len(events) - 1))]
        where = places(event)
        if where:
            put(event, draw(st.sampled_from(where)), draw(JUNK))
    how = draw(st.sampled_from(["whole", "cut", "dropped", "doubled", "turned"]))
    if how == "cut":
        events = events[: draw(st.integers(0, len(events)))]
    elif how == "dropped":
        gone = draw(st.sets(st.integers(0, len(events) - 1), max_size=4))
        events = [event for n, event in enumerate(events) if n not in gone]
    elif how == "doubled":
        events += [copy.deepcopy(event) for event in events]
    elif how == "turned":
        events.reverse()
    lines = [json.dumps(event).encode() for event in events]
    if lines and draw(st.booleans()):
        lines[-1] = lines[-1][: draw(st.integers(0, len(lines[-1])))]
    return lines


def answer(request: MeasurementRequest[object], refused: bool) -> object:
    known = ANSWERS.get(request.kind)
    return Refused(Why.FILE) if refused or known is None else known


def judged(exercise: str, lines: list[bytes], mode: Mode, status: str, refused: bool, files: bool) -> list[str]:
    """What the checks say that failed by themselves."""
    asked = KNOWN.find(exercise)
    reader = Reader(NO_ARRAYS)
    for line in lines:
        reader.feed(line)
    left = {f"{exercise}.keras": 10, "x.weights.h5": 5} if files else {}
    facts = Analysis(
        asked,
        mode,
        Reading("x = 1"),
        Outcome(status, 1.0, exit=-9 if status == "killed" else 0),
        reader.close(files=left),
        rows=ROWS,
        handed_in=(f"{exercise}.py", f"{exercise}.keras"),
    )
    wanted = [request for check in asked.checks for request in check.requests(facts)]
    facts = facts.with_answers({request: answer(request, refused) for request in wanted})
    return [f"{v.id}: {v.hint.en}" for v in judge_all(facts) if v.status is Status.ERROR]


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("exercise", IDS)
def test_no_forged_or_cut_run_is_a_fault_of_the_grader_s(exercise: str) -> None:
    @settings(max_examples=60, deadline=None)
    @given(
        lines=forged(exercise),
        mode=st.sampled_from([Mode.FULL, Mode.AUDIT]),
        status=st.sampled_from(["ok", "error", "timeout", "killed"]),
        refused=st.booleans(),
        files=st.booleans(),
    )
    def holds(lines: list[bytes], mode: Mode, status: str, refused: bool, files: bool) -> None:
        with np.errstate(all="ignore"):
            assert judged(exercise, lines, mode, status, refused, files) == []

    holds()


@pytest.mark.parametrize("exercise", IDS)
@pytest.mark.parametrize("files", [True, False], ids=["with files", "without"])
def test_a_run_may_stop_after_any_line(exercise: str, files: bool) -> None:
    """A time-out, a kill, `os._exit`: the lines so far are what there is."""
    lines = [json.dumps(event).encode() for event in lines_of(exercise)]
    for end in range(len(lines) + 1):
        for refused in (True, False):
            assert judged(exercise, lines[:end], Mode.FULL, "timeout", refused, files) == []


@pytest.mark.parametrize("exercise", IDS)
def test_the_seeds_are_runs_that_the_reader_takes_whole(exercise: str) -> None:
    """Else the forger begins with nothing."""
    reader = Reader(NO_ARRAYS)
    taken = [reader.feed(json.dumps(event).encode()) for event in lines_of(exercise)]
    assert taken and all(one is not None for one in taken)


KINDS = (None, True, -3, "odd", [1], {"a": [1]}, 1 << 60, "nan")


def fields_of(events: tuple[dict[str, Any], ...]) -> dict[tuple[Any, ...], list[tuple[int, tuple[Any, ...]]]]:
    """Where each field stands: the kind of event and the path without the numbers in lists, with every such place."""
    found: dict[tuple[Any, ...], list[tuple[int, tuple[Any, ...]]]] = {}
    for number, event in enumerate(events):
        for path in places(event):
            form = (event["event"], *("*" if isinstance(key, int) else key for key in path))
            found.setdefault(form, []).append((number, path))
    return found


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("exercise", IDS)
@pytest.mark.parametrize(
    "everywhere", [pytest.param(False, id="one-line"), pytest.param(True, id="all-lines", marks=pytest.mark.slow)]
)
def test_no_field_of_another_kind_is_a_fault_of_the_grader_s(exercise: str, everywhere: bool) -> None:
    """Each field, wherever it stands, holds each kind of value once: in one line, and in all of them."""
    seeds = lines_of(exercise)
    wrong = set()
    for form, where in fields_of(seeds).items():
        for value in KINDS:
            events = [copy.deepcopy(event) for event in seeds]
            for number, path in where if everywhere else where[:1]:
                put(events[number], path, value)
            lines = [json.dumps(event).encode() for event in events]
            with np.errstate(all="ignore"):
                told = judged(exercise, lines, Mode.FULL, "ok", refused=False, files=True)
            wrong |= {(form, str(value), one) for one in told}
    assert not wrong
