"""The phases of a grading follow one another without a gap: they add up to its time on the clock."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from grader.cli.profile import LABELS
from grader.cli.progress import PHASES as SENTENCES
from grader.domain import Mode, Phase, Record
from grader.grading.phases import PHASES, Stopwatch


def test_laps_add_up_whatever_belongs_to_others() -> None:
    times = iter([10.0, 11.0, 15.0, 16.0])
    watch = Stopwatch(clock=lambda: next(times))
    watch.lap(Phase.READING)
    watch.lap(Phase.EVIDENCE, start=0.5, student=3.0)
    watch.lap(Phase.EVIDENCE, student=99.0)  # more than there was: a clock of another process may run differently
    assert watch.seconds == {"static": 1.0, "start": 0.5, "student": 4.0, "evidence": 0.5}
    assert sum(watch.seconds.values()) == 6.0


def test_every_phase_has_words_for_those_who_wait_for_it_or_measure_it() -> None:
    assert set(LABELS) == set(PHASES)
    assert set(SENTENCES) | set(PHASES) == set(Phase)


@pytest.mark.parametrize("mode", [Mode.FULL, Mode.STATIC])
def test_the_phases_of_a_record_add_up_to_the_time_it_took(grade_source: Callable[..., Record], mode: Mode) -> None:
    source = """
    import keras, time
    time.sleep(1)
    model = keras.Sequential([keras.Input((784,)), keras.layers.Dense(10)])
    """
    began = time.perf_counter()
    record = grade_source(source, mode=mode)
    took = time.perf_counter() - began
    assert set(record.phases) <= set(PHASES)
    assert took - 0.5 < sum(record.phases.values()) < took + 0.01  # the rest is how busy the machine is
    if mode is Mode.FULL:
        assert record.phases["student"] >= 1
        assert record.phases.keys() >= {"static", "start", "student", "evidence", "evaluation", "checks"}
