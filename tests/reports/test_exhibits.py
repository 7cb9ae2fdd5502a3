"""What a record keeps for pages: gathered from real gradings, bounded, and forged evidence costs nothing."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader import catalog
from grader import records as form
from grader.analysis import Analysis
from grader.domain import (
    AxesInfo,
    Evidence,
    FigureInfo,
    Mode,
    Reading,
    Record,
    Submission,
    TsneRun,
)
from grader.evaluator.outlines import outline
from grader.evidence import png_size
from grader.grading.exhibits import MAX_BYTES, exhibits_of
from grader.grading.pictures import grey, png
from grader.measurements import EmbeddingFigures, ModelInputs, Prediction, PredictRequest
from grader.messages import settled
from grader.parsing import Cells, Parser
from grader.parsing.cells import CELL_CHARS, OUTPUT_CHARS
from grader.reports.html import student_page
from tests.conftest import notebook_of
from tests.reports import build

SCRIPT = """
    import keras, numpy as np
    REPONSES = {"parametres": "7850", "convexe": "oui, <b>toujours</b>"}
    (x, y), _ = keras.datasets.mnist.load_data()
    x = x.reshape(60000, 784)[:600] / 255
    modele = keras.Sequential([keras.Input((784,)), keras.layers.Dense(10, activation="softmax")])
    modele.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
    modele.fit(x, y[:600], epochs=2, verbose=0)
    print("fini")
"""


def submission(tmp_path: Path, name: str = "exo1.py", content: str | bytes = "x = 1\n") -> Submission:
    main = tmp_path / name
    main.write_bytes(content if isinstance(content, bytes) else content.encode())
    return Submission("s", "exo1", tmp_path, main, (Path(name),))


NOTHING = Evidence()


def facts(evidence: Evidence = NOTHING, exercise: str = "exo1", **fields: Any) -> Analysis:
    return Analysis(
        catalog.locate().find(exercise), Mode.FULL, fields.pop("reading", Reading()), evidence=evidence, **fields
    )


def opened(encoded: str) -> Any:
    from PIL import Image

    return np.asarray(Image.open(io.BytesIO(base64.b64decode(encoded))))


# ── Real gradings ───────────────────────────────────────────────────────────────────────────────


def test_a_script_shows_its_source_answers_confusion_and_mistakes(
    grade_source: Callable[..., Record], data: Any
) -> None:
    record = grade_source(SCRIPT)
    shown: Any = record.exhibits
    assert shown["source"]["text"].count("\n") == SCRIPT.count("\n")
    assert shown["answers"]["convexe"] == "oui, <b>toujours</b>"
    counts = np.array(shown["confusion"][0]["counts"])
    assert counts.shape == (10, 10)
    assert counts.sum() == 10_000
    assert shown["confusion"][0]["accuracy"] == pytest.approx(np.trace(counts) / 10_000)
    first = shown["mistakes"][0]
    images, labels = np.load(data.folder / "x_test.npy", mmap_mode="r"), np.load(data.folder / "y_test.npy").ravel()
    assert (opened(first["png"]) == images[first["index"]].reshape(28, 28)).all()
    assert first["true"] == labels[first["index"]] != first["predicted"]
    assert len(json.dumps(form.to_json(record))) < 1 << 20
    page = student_page([record], "fr")
    assert "oui, &lt;b&gt;toujours&lt;/b&gt;" in page
    assert page.count('<figure class="panel') == 4  # two curves, the matrix, the mistakes


def test_a_notebook_shows_its_cells_with_what_they_printed_and_drew(grade_source: Callable[..., Record]) -> None:
    cells = notebook_of(
        "print('un')\nprint('deux')",
        "import matplotlib.pyplot as plt\nplt.plot([1, 2]); plt.show()",
        "from IPython.display import HTML\nHTML('<script>1</script>')",
        "1 / 0",
    )
    record = grade_source(cells.decode(), name="exo1.ipynb")
    notebook: Any = record.exhibits["notebook"]
    assert notebook["executed"] is True
    outputs = [cell["outputs"] for cell in notebook["cells"]]
    assert outputs[0] == [{"kind": "text", "text": "un\ndeux"}]
    assert [o["kind"] for o in outputs[1]] == ["png"]
    assert opened(outputs[1][0]["data"]).shape[:2] == (outputs[1][0]["height"], outputs[1][0]["width"])
    assert outputs[2] == [{"kind": "text", "text": "<IPython.core.display.HTML object>"}]
    assert outputs[3][0]["kind"] == "error"
    assert "ZeroDivisionError" in outputs[3][0]["text"]
    assert "\x1b" not in outputs[3][0]["text"]


@pytest.mark.slow
def test_a_notebook_that_ran_out_of_time_shows_how_far_it_came(grade_source: Callable[..., Record]) -> None:
    cells = notebook_of("import time\ntime.sleep(1.2)\nprint('un')", "time.sleep(60)", "print('trois')")
    record = grade_source(cells.decode(), name="exo1.ipynb", time_limit=15)
    assert record.outcome is not None
    assert record.outcome.status == "timeout"
    notebook: Any = record.exhibits["notebook"]
    assert [len(cell["outputs"]) for cell in notebook["cells"]] == [1, 0, 0]


def test_a_grid_of_images_is_put_together_again(grade_source: Callable[..., Record], data: Any) -> None:
    record = grade_source(
        """
        import keras, matplotlib.pyplot as plt
        (x, y), _ = keras.datasets.mnist.load_data()
        for i in range(12):
            plt.subplot(3, 4, i + 1); plt.imshow(x[i], cmap="Greys")
        plt.show()
        """,
        exercise="exo0",
    )
    grid: Any = record.exhibits["grid"]
    assert (grid["rows"], grid["columns"], grid["shown"]) == (3, 4, 12)
    sheet = opened(grid["png"])
    image = np.load(data.folder / "x_train.npy", mmap_mode="r")[5]
    assert sheet.shape == (84, 112)
    assert (sheet[28:56, 28:56] == 255 - grey(image)).all()  # « Greys » draws ink on paper


# ── Projections ─────────────────────────────────────────────────────────────────────────────────


def embedded(points: np.ndarray, labels: np.ndarray) -> Analysis:
    call = TsneRun(1, "call-1.npz", 2, "pca", 30, None, points.shape, points.shape)
    one = facts(Evidence(calls=(call,)), "exo5")
    outlines = [made for c in np.unique(labels) if (made := outline(int(c), points[labels == c]))]
    (asked,) = one.embedding_requests()
    figures = EmbeddingFigures(
        True,
        "test",
        nh=0.9,
        points=tuple(map(tuple, points.tolist())),
        labels=tuple(labels.tolist()),
        outlines=tuple(outlines),
    )
    return one.with_answers({asked: figures})


def test_points_hulls_and_ellipses_keep_their_places(tmp_path: Path) -> None:
    draw = np.random.default_rng(0)
    labels = np.repeat([0, 1], 500)
    points = draw.normal(size=(1000, 2)) * [3, 1] + labels[:, None] * [20, 4]
    shown: Any = exhibits_of(embedded(points, labels), submission(tmp_path), None)["projections"]
    (one,) = shown
    kept = np.array(one["points"]).reshape(-1, 2)
    assert kept.min() >= 0
    assert kept.max() <= 1000
    left, bottom, right, top = one["box"]
    assert right - left == pytest.approx(top - bottom, abs=0.01)  # circles stay round
    assert (
        np.abs(kept / 1000 * (right - left) + [left, bottom] - points).max() < 0.025
    )  # half a step, and the rounding of the box
    cloud = kept[:500]
    first = one["classes"][0]
    hull = np.array(first["hull"]).reshape(-1, 2)
    assert (hull.min(axis=0) == cloud.min(axis=0)).all()
    assert (hull.max(axis=0) == cloud.max(axis=0)).all()
    x, y, half, other, degrees = first["ellipse"]
    assert [x, y] == pytest.approx(cloud.mean(axis=0), abs=2)
    assert half == pytest.approx(2 * cloud[:, 0].std(), rel=0.05)
    assert other == pytest.approx(2 * cloud[:, 1].std(), rel=0.05)
    assert min(abs(degrees), 180 - abs(degrees)) < 5
    page = student_page([build.record(exhibits={"projections": shown})], "fr")
    assert page.count('class="hull') == page.count('class="ellipse') == 2


@pytest.mark.parametrize(
    "points", [np.zeros((50, 2)), np.array([[0.0, 0], [1, 1], [2, 2]]), np.array([[1e300, 0], [0, 1.0]])]
)
def test_points_that_make_no_hull_cost_nothing(points: np.ndarray, tmp_path: Path) -> None:
    exhibits = exhibits_of(embedded(points, np.zeros(len(points), int)), submission(tmp_path), None)
    assert "Accuracy" in student_page([build.record(exhibits=exhibits)], "en")


# ── Bounds and forgeries ────────────────────────────────────────────────────────────────────────


@pytest.fixture
def executed(tmp_path: Path, parser: Parser) -> Callable[[Any], Any]:
    def shown(content: Any) -> Any:
        text = content if isinstance(content, bytes) else json.dumps(content).encode()
        (tmp_path / "executed.ipynb").write_bytes(text)
        return parser.one(Cells(submission(tmp_path, "exo1.ipynb", notebook_of("x = 1")), tmp_path))

    return shown


def code(outputs: Any, source: Any = "x") -> dict[str, Any]:
    return {"cells": [{"cell_type": "code", "source": source, "outputs": outputs}]}


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'"x"', b'{"cells": 1' + b"}", b"[" * 200_000])
def test_a_notebook_that_is_none_falls_back_on_what_was_handed_in(
    executed: Callable[[Any], Any], content: bytes
) -> None:
    found = executed(content)
    assert found["executed"] is (content == b'{"cells": 1}')


@pytest.mark.parametrize(
    "outputs",
    [
        7,
        [7],
        [{}],
        [{"output_type": "stream", "text": 7}],
        [{"output_type": "error", "traceback": [1]}],
        [{"output_type": "error", "traceback": 5}],
        [{"output_type": "error", "traceback": {"a": 1}}],
        [{"output_type": "display_data", "data": []}],
        [{"output_type": "display_data", "data": {"image/png": "%%%"}}],
        [{"output_type": "display_data", "data": {"image/png": base64.b64encode(b"GIF89a" + b"x" * 40).decode()}}],
        [{"output_type": "display_data", "data": {"image/svg+xml": "<svg onload=alert(1)>"}}],
        [{"output_type": "display_data", "data": {"text/html": "<script>1</script>"}}],
    ],
)
def test_an_output_of_another_form_is_left_out(executed: Callable[[Any], Any], outputs: Any) -> None:
    (cell,) = executed(code(outputs))["cells"]
    assert all(output["kind"] == "error" for output in cell["outputs"])
    assert "<" not in json.dumps(cell)


def test_a_picture_that_would_unfold_into_gigabytes_is_left_out() -> None:
    huge = bytearray(png(np.zeros((2, 2), np.uint8)))
    huge[16:20] = (100_000).to_bytes(4, "big")
    with pytest.raises(ValueError, match="too large"):
        png_size(bytes(huge))


def test_a_long_output_keeps_its_end(executed: Callable[[Any], Any]) -> None:
    text = "\n".join(f"epoch {n}" for n in range(5000))
    (cell,) = executed(code([{"output_type": "stream", "text": text}]))["cells"]
    shown = cell["outputs"][0]["text"]
    assert shown.endswith("epoch 4999")
    assert len(shown) <= OUTPUT_CHARS + 1


def test_what_was_printed_by_turns_keeps_each_end(executed: Callable[[Any], Any]) -> None:
    """stdout and stderr come as outputs of their own, and are shown as one."""
    outputs = [{"output_type": "stream", "text": f"{letter * 3500}END"} for letter in "abc"]
    (cell,) = executed(code(outputs))["cells"]
    (shown,) = cell["outputs"]
    assert shown["text"].count("END") == 3 and shown["text"].endswith("END")


def test_a_huge_notebook_is_cut_and_says_so(executed: Callable[[Any], Any]) -> None:
    cells = [{"cell_type": "code", "source": "x" * CELL_CHARS, "outputs": []} for _ in range(100)]
    found = executed({"cells": cells})
    assert found["cut"] is True
    assert len(json.dumps(found)) < MAX_BYTES


def test_a_link_in_the_place_of_the_executed_notebook_is_not_followed(tmp_path: Path, parser: Parser) -> None:
    secret = tmp_path / "secret.ipynb"
    secret.write_text(json.dumps(code([], "SECRET")))
    (tmp_path / "executed.ipynb").symlink_to(secret)
    found = parser.one(Cells(submission(tmp_path, "exo1.ipynb", notebook_of("x = 1")), tmp_path))
    assert "SECRET" not in json.dumps(found)


def test_a_progress_bar_shows_its_last_state() -> None:
    bar = "".join(f"\x1b[1m{n}/3\x1b[0m ━\b\b\b\b\r" for n in (1, 2)) + "3/3 ━ loss: 0.3\r\nfini"
    assert settled(bar) == "3/3 ━ loss: 0.3\nfini"


def test_a_fault_of_an_exhibit_costs_that_exhibit_alone(tmp_path: Path) -> None:
    figure = FigureInfo(1, "show", (AxesInfo("", 12, "gray", 0, 0),), "figure-1.npz", "picture-1.png")
    broken = facts(
        Evidence(folder=tmp_path, figures=(figure,)),
        answers={PredictRequest(1, ModelInputs("mnist")): Prediction(1.0, 1.0, ((1,),), ("x",), 1)},
        reading=Reading(source="x = 1"),
    )
    assert set(exhibits_of(broken, submission(tmp_path), None)) == {"source", "confusion"}


def test_all_exhibits_together_stay_within_their_budget(tmp_path: Path) -> None:
    long = Reading(source="é" * 400_000, answers={f"k{n}": "\u2028" * 9000 for n in range(60)})
    found = exhibits_of(facts(reading=long), submission(tmp_path), None)
    assert len(json.dumps(found)) <= MAX_BYTES
