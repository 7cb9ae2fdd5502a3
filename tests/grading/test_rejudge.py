"""Judging a kept run again gives what grading gave, from the run cache alone; a real worker, a real evaluator."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

import pytest

from grader import catalog
from grader.checks import accuracy
from grader.domain import DatasetInfo, Mode, Record, Status, Submission
from grader.grading import CachePolicy, Options, Workbench, grade, reading_workbench, rejudge
from grader.grading.run_cache import RunCache
from grader.parsing import Parser
from tests.conftest import notebook_of

PROGRAM = """
import keras
from keras.datasets import mnist
import matplotlib.pyplot as plt

REPONSES = {"parametres": "7850", "convexe": "oui", "minimum_global": "oui"}
(x_train, y_train), _ = mnist.load_data()
x, y = x_train[:1000].reshape(1000, 784) / 255, keras.utils.to_categorical(y_train[:1000], 10)
model = keras.Sequential([keras.Input((784,)), keras.layers.Dense(10, activation="softmax")])
model.compile(optimizer=keras.optimizers.SGD(0.5), loss="categorical_crossentropy", metrics=["accuracy"])
model.fit(x, y, batch_size=100, epochs=2, verbose=0)
model.save("exo1.keras")
plt.imshow(x_train[0]); plt.show()
print("done")
"""
NOTEBOOK = notebook_of(*PROGRAM.strip().split("\n(", 1)[0].split("\n\n"), "(" + PROGRAM.strip().split("\n(", 1)[1])


class Kept:
    """One submission, graded with its run kept, whose files then are gone."""

    def __init__(self, place: Path, workbench: Workbench, data: DatasetInfo) -> None:
        self.place, self.workbench, self.data = place, workbench, data
        self.run_cache = RunCache(place / "run_cache", everything=True)

    def graded(self, content: bytes, name: str = "exo1.py", mode: Mode = Mode.FULL) -> tuple[Submission, Record]:
        root = self.place / "handed in"
        root.mkdir()
        (root / name).write_bytes(content)
        submission = Submission("alice", "exo1", root, root / name, (Path(name),))
        options = Options(mode, cache=CachePolicy(self.run_cache.folder, everything=True, key="key"))
        record = grade(catalog.locate().find("exo1"), submission, self.workbench, options)
        (root / name).unlink()
        return submission, record

    def without_workers(self, parser: Parser | None = None) -> Workbench:
        """Where no evaluator can be had, and without a parser nothing can be read: what is known must do."""

        def no_sandbox() -> NoReturn:
            raise AssertionError("a worker was asked")

        return reading_workbench({"mnist": self.data}, no_sandbox, parser)


@pytest.fixture
def kept(tmp_path: Path, workbench: Workbench, data: DatasetInfo) -> Kept:
    return Kept(tmp_path, workbench, data)


def comparable(record: Record) -> dict[str, Any]:
    """Without what tells how long this grading took."""
    return {name: getattr(record, name) for name in Record.__dataclass_fields__ if name != "phases"}


@pytest.mark.parametrize(
    ("content", "name", "mode"),
    [
        (PROGRAM.encode(), "exo1.py", Mode.FULL),
        (NOTEBOOK, "exo1.ipynb", Mode.FULL),
        (PROGRAM.encode(), "exo1.py", Mode.AUDIT),
        (PROGRAM.encode(), "exo1.py", Mode.STATIC),
        (b"print 'Python 2'\n", "exo1.py", Mode.FULL),
        (b"import nothing_of_that_name\n", "exo1.py", Mode.FULL),
    ],
    ids=["script", "notebook", "audit", "static", "not Python 3", "fails"],
)
def test_a_kept_run_gives_the_same_record(content: bytes, name: str, mode: Mode, kept: Kept) -> None:
    submission, record = kept.graded(content, name, mode)
    assert not record.broken
    with kept.without_workers(
        kept.workbench.parser if name.endswith(".ipynb") else None
    ) as workbench:  # its cells are read for the page
        again = rejudge(catalog.locate().find("exo1"), submission, kept.run_cache, "key", workbench)
    assert again is not None and comparable(again) == comparable(record)


def test_another_threshold_judges_the_same_measurement(kept: Kept) -> None:
    submission, record = kept.graded(PROGRAM.encode())
    exercise = catalog.locate().find("exo1")
    easier = replace(
        exercise,
        checks=tuple(
            accuracy.check(points=4, full=0.05, partial=0.01) if c.id == "accuracy" else c for c in exercise.checks
        ),
    )
    with kept.without_workers() as workbench:
        again = rejudge(easier, submission, kept.run_cache, "key", workbench)
    assert again is not None
    found = {v.id: v for v in again.verdicts}["accuracy"]
    before = {v.id: v for v in record.verdicts}["accuracy"]
    assert found.status is Status.PASSED and found.measured == before.measured
    assert before.status is not Status.PASSED


def test_what_was_not_measured_before_is_asked_of_the_evaluator_and_then_known(
    kept: Kept, workbench: Workbench
) -> None:
    submission, record = kept.graded(PROGRAM.encode())
    for path in (kept.run_cache.folder / "key").glob("measured-*"):
        path.unlink()
    exercise = catalog.locate().find("exo1")
    again = rejudge(exercise, submission, kept.run_cache, "key", workbench)
    assert again is not None and comparable(again) == comparable(record)
    with kept.without_workers() as reader:
        assert rejudge(exercise, submission, kept.run_cache, "key", reader) is not None


def test_what_another_reader_read_is_read_again_and_then_known(
    kept: Kept, workbench: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    submission, record = kept.graded(PROGRAM.encode())
    exercise = catalog.locate().find("exo1")
    (reading,) = (kept.run_cache.folder / "key").glob("reading-*")
    reading.rename(reading.with_name("reading-of-another.json"))
    with kept.without_workers() as reader, pytest.raises(AssertionError, match="a worker was asked"):
        rejudge(exercise, submission, kept.run_cache, "key", reader)
    again = rejudge(exercise, submission, kept.run_cache, "key", workbench)
    assert again is not None and comparable(again) == comparable(record) and reading.exists()
    reading.write_text("[7", encoding="utf-8")
    assert rejudge(exercise, submission, kept.run_cache, "key", workbench) is not None
    fewer = replace(exercise, questions=exercise.questions[1:])
    with kept.without_workers() as reader, pytest.raises(AssertionError, match="a worker was asked"):
        rejudge(fewer, submission, kept.run_cache, "key", reader)


def test_a_notebook_is_not_judged_again_where_its_cells_cannot_be_read(kept: Kept) -> None:
    """The record with its cells would be replaced by one without."""
    submission, _ = kept.graded(NOTEBOOK, "exo1.ipynb", Mode.STATIC)
    with kept.without_workers() as reader, pytest.raises(AssertionError, match="a worker was asked"):
        rejudge(catalog.locate().find("exo1"), submission, kept.run_cache, "key", reader)


def test_without_a_kept_run_nothing_is_said(kept: Kept) -> None:
    submission, _ = kept.graded(PROGRAM.encode(), mode=Mode.STATIC)
    with kept.without_workers() as workbench:
        assert rejudge(catalog.locate().find("exo1"), submission, kept.run_cache, "another key", workbench) is None
