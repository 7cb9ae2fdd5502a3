"""What a report says of an error: the student's file and line, the message, and what it means; walls are folded."""

from __future__ import annotations

import io
from collections.abc import Callable

from rich.console import Console

from grader.domain import Record
from grader.reports.terminal import show_record

Grade = Callable[..., Record]

# Keras goes through TensorFlow's compiled graph, which answers with a wall of text.
WALL = """
import keras, numpy as np
x, y = np.zeros((10, 4)), np.full(10, 99)
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(10, activation="softmax")])
model.compile("sgd", "sparse_categorical_crossentropy")
def apprendre():
    model.fit(x, y, verbose=0)
apprendre()
"""


def shown(record: Record, lang: str = "fr") -> str:
    out = io.StringIO()
    show_record(record, Console(file=out, width=200, color_system=None), lang)  # type: ignore[arg-type]
    return out.getvalue()


def test_a_report_names_the_line_and_says_what_the_error_means(grade_source: Grade) -> None:
    record = grade_source("import numpy as np\nx = np.zeros((60000, 784))\nprint(x.reshape(10000, 784))\n")
    report = shown(record)
    assert "exo1.py, ligne 3" in report and "cannot reshape array" in report
    (verdict,) = [v for v in record.verdicts if v.id == "runs"]
    assert "la nouvelle forme" in verdict.message.fr and "la nouvelle forme" in report  # one sentence, in French
    assert "exo1.py:3" in report and "print(x.reshape(10000, 784))" in report


def test_a_wall_of_text_is_folded_and_the_student_s_own_lines_are_kept(grade_source: Grade) -> None:
    record = grade_source(WALL)
    assert record.failure is not None and record.failure.type == "InvalidArgumentError"
    assert len(record.failure.message) > 600, "TensorFlow writes no walls any more"
    (verdict,) = [v for v in record.verdicts if v.id == "runs"]
    assert "Received a label value of 99" in verdict.message.fr and len(verdict.message.fr) < 600
    assert "Detected at node" not in verdict.message.fr and "une étiquette vaut 99" in verdict.message.fr
    report = shown(record)
    assert "exo1.py:8" in report and "exo1.py:7" in report and "model.fit(x, y, verbose=0)" in report
    assert "site-packages" not in report and "Stack trace" not in report
