"""Evidence that a program wrote itself, as far as the checks: no line and no file, however odd, makes a check fail of
its own, earns points for a mere claim, or costs the grader more time or memory than it may.

What the reader takes and what it drops is in tests/test_evidence.py. Here whole forged runs are judged.
"""

from __future__ import annotations

import copy
import io
import json
import random
import tracemalloc
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import pytest
from rich.console import Console

from grader import catalog, records
from grader.analysis import Analysis, provenance
from grader.domain import Exercise, Mode, Outcome, Reading, RowIndex, Status, Submission
from grader.evidence import KIND_EVENTS, TABLE_VALUES, InvalidEvidence, Reader, arrays_of, directory, load_arrays
from grader.grading.options import Options
from grader.grading.pipeline import judge_all, make_record
from grader.measurements import Refused, Why
from grader.reports.terminal import show_record
from tests.test_evidence import ODD, VALID, archive, good_npy

ROWS = RowIndex(
    {"train": np.arange(1, 101, dtype=np.uint64), "test": np.arange(201, 251, dtype=np.uint64)},
    {"train": np.arange(100) % 10, "test": np.arange(50) % 10},
)
ROUNDS = 20  # of each exercise; hundreds were tried
KNOWN = catalog.locate()
EXERCISES = KNOWN.ids()
EXTREME = (
    0, -1, 1, (1 << 53) - 1, 1e308, -1e308, 5e-324, "nan", "inf", "-inf", None, True, "", "\ud800", "\x1b[2J", "{x}", "%s",
    "a" * 5000, [], {}, [[]], [None], [1] * 16, [0], [1 << 40] * 8, {"class_name": "Dense"}, "weights-1.npz", "rows-1.npz",
)  # fmt: skip
WHATS = ("tsne", "hull", "gaussian", "scaler_fit", "svm_fit", "array", "odd")


# ── Whole forged runs ───────────────────────────────────────────────────────────────────────────


def keras_layers(exercise: Exercise) -> list[dict[str, Any]]:
    """The notes on the very model that is asked for."""
    layers = exercise.models[0].layers if exercise.models else ()
    return [
        {"kind": la.kind, "name": f"l{n}", "settings": dict(la.settings), "output_shape": [10], "parameters": 7}
        for n, la in enumerate(layers)
    ]


def a_run(exercise: Exercise, dice: random.Random) -> Iterator[dict[str, Any]]:
    """The events of a run of this exercise, as a forger would begin with."""
    parameters = exercise.models[0].parameters[0] if exercise.models else 0
    for event in VALID:
        forged = json.loads(json.dumps(event))
        if event["event"] == "snapshot":
            forged |= {"layers": keras_layers(exercise), "parameters": parameters}
        if event["event"] == "call":
            forged["what"] = dice.choice(WHATS)
        yield forged


def spoil(dice: random.Random, value: Any) -> None:
    """Put extremes in some places, deep or shallow."""
    for _ in range(dice.randint(0, 3)):
        place = value
        while True:
            keys = list(place) if isinstance(place, dict) else list(range(len(place)))
            if not keys:
                break
            key = dice.choice(keys)
            if isinstance(place[key], dict | list) and place[key] and dice.random() < 0.75:
                place = place[key]
                continue
            if key != "event":
                place[key] = copy.deepcopy(dice.choice(EXTREME + ODD))
            break


def odd_arrays(dice: random.Random) -> dict[str, np.ndarray]:
    """Arrays under the names that checks look for, of shapes and kinds that they do not expect."""
    shapes: tuple[tuple[int, ...], ...] = ((), (0,), (1,), (7,), (7, 2), (7, 0), (0, 2), (7, 784), (28, 28), (2, 2, 2))
    kinds = ("<f8", "<f4", "<f2", ">f8", "<i8", "|u1", "<u8", "|b1")
    names = "hashes low high labels input target points vertices means covariances mean scale min i0 i1 predicted w0 w1"
    made = {}
    for name in names.split():
        array = np.zeros(dice.choice(shapes), dice.choice(kinds)) + dice.choice([0, 1, 3])
        if array.dtype.kind == "f":
            array = array * dice.choice([1.0, np.nan, np.inf, -1e30])
        made[name] = array.astype(dice.choice(kinds)) if dice.random() < 0.3 else array
    return made


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("name", EXERCISES)
def test_no_forged_run_makes_a_check_fail_of_its_own(name: str, tmp_path: Path) -> None:
    """A check that fails is the grader's fault and leaves the submission unmarked: nobody may bring that about."""
    exercise, dice = KNOWN.find(name), random.Random(name)
    for round_ in range(ROUNDS):
        folder = tmp_path / str(round_)
        folder.mkdir()
        for series in ("weights", "rows", "figure", "call"):
            np.savez(folder / f"{series}-1.npz", **odd_arrays(dice))  # type: ignore[arg-type]  # names of arrays
        reader = Reader(folder)
        for event in a_run(exercise, dice):
            spoil(dice, event)
            reader.feed(json.dumps(event).encode())
        files = {f"{name}.keras": 10, "x\ud800.h5": 3, "a\nb.keras": 1}
        facts = Analysis(
            exercise,
            dice.choice([Mode.FULL, Mode.AUDIT]),
            Reading(answers={q.key: str(dice.choice(EXTREME)) for q in exercise.questions}),
            Outcome("ok", 1.0),
            reader.close(files=files),
            rows=ROWS if dice.random() < 0.8 else None,
            handed_in=(f"{name}.py", f"{name}.keras"),
        )
        refused = Refused(Why.FILE)
        facts = facts.with_answers({request: refused for check in exercise.checks for request in check.requests(facts)})
        verdicts = judge_all(facts)
        broken = [v.hint.en for v in verdicts if v.status is Status.ERROR]
        assert not broken, broken
        assert all(0 <= v.points <= v.max_points for v in verdicts)
        record = make_record(
            facts, Submission("s", name, tmp_path, tmp_path / f"{name}.py", ()), None, Options(), verdicts, {}
        )
        json.dumps(records.to_json(record), allow_nan=False).encode()
        shown = io.StringIO()
        show_record(record, Console(file=shown, width=100), "fr")
        assert "\x1b[2J" not in shown.getvalue()


# ── What reading and judging may cost ───────────────────────────────────────────────────────────


def test_the_number_of_events_of_each_kind_is_bounded() -> None:
    reader = Reader(None)
    by_kind = {event["event"]: json.dumps(event).encode() for event in VALID}
    for kind in ("figure", "call", "notice", "value", "fit_begin"):
        for _ in range(KIND_EVENTS[kind] + 50):
            reader.feed(by_kind[kind])
    reader.feed(by_kind["finished"])
    evidence = reader.close()
    assert len(evidence.figures) == KIND_EVENTS["figure"] and len(evidence.calls) == KIND_EVENTS["call"]
    assert len(evidence.notices) == KIND_EVENTS["notice"] and evidence.rejected == 250 and evidence.finished


@pytest.mark.parametrize("deep", ["[[[],[],[]]],", '{"a":[{},{}]},', "[1,[2,[3]]],"])
def test_small_values_stay_few_however_they_are_nested(deep: str) -> None:
    """Tables of tables hold a hundred times the memory of the two characters that write them."""
    reader = Reader(None)
    table = ",".join(f'"k{n}": [{(deep * 60)[:-1]}]' for n in range(60))
    line = f'{{"event": "call", "id": 1, "what": "tsne", "facts": {{{table}}}}}'.encode()
    tracemalloc.start()
    for _ in range(8):
        assert reader.feed(line) is not None
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kept < 8 * TABLE_VALUES * 300
    assert len(str(reader.close().calls[0])) < 10 * TABLE_VALUES


def test_a_large_file_that_many_trainings_name_is_read_once(tmp_path: Path) -> None:
    rows = 90_000
    np.savez(tmp_path / "rows-1.npz", hashes=np.ones(rows, np.uint64), low=np.zeros(rows), high=np.ones(rows))
    reader, exercise = Reader(tmp_path), KNOWN.find("exo1")
    for event in a_run(exercise, random.Random(1)):
        for number in range(1500 if event["event"] == "fit_begin" else 1):
            reader.feed(json.dumps({**event, **({"id": number + 1} if event["event"] == "fit_begin" else {})}).encode())
    evidence = replace(reader.close(), arrays={"rows-1.npz": directory(tmp_path, "rows-1.npz")})
    facts = Analysis(exercise, Mode.FULL, Reading(), Outcome("ok", 1.0), evidence, rows=ROWS)
    found = facts.model()
    assert found is not None and len(found.trainings) == 1500
    with patch.object(provenance, "arrays_of", wraps=arrays_of) as opened:
        assert found.provenance.known == 1500 * rows
    opened.assert_called_once()


def test_arrays_of_a_series_are_no_larger_than_its_recorder_writes(tmp_path: Path) -> None:
    for name in ("rows-1.npz", "call-1.npz"):
        np.savez(tmp_path / name, hashes=np.zeros(1 << 20, np.uint64))
    with pytest.raises(InvalidEvidence):
        load_arrays(tmp_path, "rows-1.npz")
    assert load_arrays(tmp_path, "call-1.npz")["hashes"].shape == (1 << 20,)
    with pytest.raises(InvalidEvidence):
        load_arrays(tmp_path, "call-1.npz", 1 << 20)


def test_a_list_of_entries_that_is_too_long_is_not_even_read(tmp_path: Path) -> None:
    """An archive of a hundred bytes for each entry would become an object of a thousand."""
    (tmp_path / "weights-1.npz").write_bytes(archive(*((f"w{n}.npy", good_npy()) for n in range(6000))))
    tracemalloc.start()
    with pytest.raises(InvalidEvidence):
        load_arrays(tmp_path, "weights-1.npz")
    assert tracemalloc.get_traced_memory()[1] < 1 << 20
    tracemalloc.stop()
