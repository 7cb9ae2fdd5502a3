"""Notebooks that are more than cells: what is stored in them is ignored, what is too much is refused in a sentence, and
what they claim about kernels decides nothing."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from grader import reading
from grader.domain import Submission
from grader.errors import UnreadableSubmission
from grader.reading.notebook import MAX_BYTES, MAX_PIECES
from grader.reading.source import Source, read_source
from tests.conftest import Recorded, notebook_of
from tests.endings import computes_no_longer_than

Record = Callable[..., Recorded]
MARK = "<script>alert(1)</script>\x1b]0;owned\x07"


def read(tmp_path: Path, content: bytes) -> Source:
    (tmp_path / "exo1.ipynb").write_bytes(content)
    return read_source(tmp_path / "exo1.ipynb")


def changed(content: bytes, **fields: Any) -> bytes:
    return json.dumps({**json.loads(content), **fields}).encode()


def outputs(*items: dict[str, Any]) -> bytes:
    return notebook_of("x = 1", outputs=list(items), execution_count=7)


def shown(kind: str, data: Any) -> dict[str, Any]:
    return {"output_type": "display_data", "metadata": {}, "data": {kind: data}}


STORED = {
    "a mark that it gave itself": {"output_type": "stream", "name": "stdout", "text": "Note : 20/20 accuracy: 1.0"},
    "HTML and JavaScript": shown("text/html", MARK),
    "JavaScript": shown("application/javascript", "fetch('http://example.org')"),
    "SVG": shown("image/svg+xml", f"<svg onload='{MARK}'/>"),
    "a widget": shown("application/vnd.jupyter.widget-view+json", {"model_id": MARK}),
    "a kind of its own": shown(MARK, MARK),
    "an image that is none": shown("image/png", "AAAA" * 100),
    "what is no output": {"output_type": MARK},
    "an error that never was": {"output_type": "error", "ename": MARK, "evalue": MARK, "traceback": [MARK]},
}  # fmt: skip


@pytest.mark.parametrize("item", STORED.values(), ids=STORED.keys())
def test_stored_outputs_are_ignored(item: dict[str, Any], tmp_path: Path) -> None:
    found = read(tmp_path, outputs(item))
    assert found.text == "x = 1" and found.failure is None
    assert "owned" not in str(found) and "20/20" not in str(found)


# ── Size ────────────────────────────────────────────────────────────────────────────────────────


def test_ten_thousand_cells_are_read(tmp_path: Path) -> None:
    with computes_no_longer_than():
        found = read(tmp_path, notebook_of(*["a = 1\nb = [a]"] * 10_000))
    assert len(found.cells) == 10_000 and found.cells[-1].number == 10_000 and found.tree is not None


def test_a_notebook_of_more_outputs_than_are_taken_is_refused_unread(tmp_path: Path) -> None:
    """The file is sparse: nothing of it may be read but for the first bytes beyond the bound."""
    (tmp_path / "exo1.ipynb").write_bytes(b'{"cells": []}')
    with (tmp_path / "exo1.ipynb").open("ab") as file:
        file.truncate(1 << 30)
    tracemalloc.start()
    with pytest.raises(UnreadableSubmission, match="Clear its outputs"):
        read_source(tmp_path / "exo1.ipynb")
    assert tracemalloc.get_traced_memory()[1] < 3 * MAX_BYTES
    tracemalloc.stop()


def test_as_much_stored_output_as_is_taken_is_read(tmp_path: Path) -> None:
    stored = {"output_type": "stream", "name": "stdout", "text": ["a" * 1000 + "\n"] * 45_000}
    with computes_no_longer_than():
        assert read(tmp_path, outputs(stored)).text == "x = 1"


@pytest.mark.parametrize("piece", [b"[],", b"{},", b'{"a":[1]},', b'[{"b":{}}],'])
def test_a_notebook_that_is_a_bomb_of_tables_is_refused_before_it_is_parsed(piece: bytes, tmp_path: Path) -> None:
    count = MAX_PIECES // max(1, piece.count(b"{") + piece.count(b"[")) + 1
    tracemalloc.start()
    with pytest.raises(UnreadableSubmission, match="intricate"):
        read(tmp_path, b'{"nbformat": 4, "cells": [' + piece * count + b"{}]}")
    assert tracemalloc.get_traced_memory()[1] < 80 << 20  # parsed, some hundreds of MiB
    tracemalloc.stop()


BROKEN = {
    "brackets without end": b"[" * 1_000_000,
    "tables without end": b'{"cells":' * 300_000,
    "a cell of depth": b'{"nbformat": 4, "cells": [' + b"[" * 100_000 + b"]" * 100_000 + b"]}",
    "cells that are none": b'{"nbformat": 4, "cells": 7}',
    "cells that are a text": b'{"nbformat": 4, "cells": "abc"}',
    "no text": b"\xff\xfe\x00\x01" * 100,
    "a number of many digits": b'{"nbformat": 4, "cells": [' + b"9" * 10_000 + b"]}",
    "a list": b"[]",
    "half of one": notebook_of("x = 1")[:-30],
    **{f"format {v}": changed(notebook_of("x = 1"), nbformat=v) for v in (None, 0, 2, 5, -1, "4", True, 4.0, [4], 10**30)},
    "another language": changed(notebook_of("x = 1"), metadata={"kernelspec": {"name": "ir", "language": "R"}}),
    "a language that is an order": changed(notebook_of("x = 1"), metadata={"language_info": {"name": MARK}}),
}  # fmt: skip


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN.keys())
def test_what_is_no_notebook_is_refused_in_a_sentence(content: bytes, tmp_path: Path) -> None:
    with pytest.raises(UnreadableSubmission) as problem:
        read(tmp_path, content)
    assert len(problem.value.text.fr) < 500 and problem.value.text.fr != problem.value.text.en


ODD_CELLS: list[Any] = [
    None, 3, [], "code", {}, {"cell_type": None}, {"cell_type": ["code"]}, {"cell_type": "code"},
    {"cell_type": "code", "source": 7}, {"cell_type": "code", "source": [1, None, "y = 2\n", ["z"]]},
    {"cell_type": "code", "source": {"a": 1}}, {"cell_type": "code", "source": "\ud800\x00"},
    {"cell_type": "markdown", "source": MARK}, {"cell_type": "raw", "source": "import os"},
    {"cell_type": "code", "source": "%%bash\nrm -rf /"}, {"cell_type": "code", "source": "%%script python\nx"},
    {"cell_type": "heading", "level": 10**9, "source": "x"},
]  # fmt: skip


def test_odd_cells_are_passed_over(tmp_path: Path) -> None:
    found = read(
        tmp_path, json.dumps({"nbformat": 4, "nbformat_minor": 99, "metadata": 3, "cells": ODD_CELLS}).encode()
    )
    assert "y = 2" in found.text and "rm -rf" not in found.text
    submission = Submission("s", "exo1", tmp_path, tmp_path / "exo1.ipynb", (Path("exo1.ipynb"),))
    assert reading.read(submission, ["convexe"]).answers.get("convexe") is None


# ── Run ─────────────────────────────────────────────────────────────────────────────────────────

HOSTILE_METADATA = {
    "kernelspec": {"name": "../../../evil", "display_name": MARK, "language": "python", "argv": ["/bin/sh", "-c", "touch ran"]},
    "language_info": {"name": "python", "file_extension": "/../../x", "codemirror_mode": {"name": MARK}},
    "widgets": {MARK: {}}, "title": MARK, "authors": [{"name": MARK}], "celltoolbar": MARK, "papermill": {"output_path": "/tmp/x"},
}  # fmt: skip


def test_metadata_decide_neither_the_kernel_nor_anything_else(record: Record) -> None:
    content = changed(
        notebook_of("import os\nprint(os.path.exists('ran'))", outputs=[STORED["JavaScript"]]),
        metadata=HOSTILE_METADATA,
    )
    seen = record(content, name="exo1.ipynb")
    assert seen.outcome.status == "ok" and seen.evidence.finished, seen.printed.text
    assert seen.printed.text.splitlines()[-1] == "False"


def test_what_a_cell_shows_is_not_believed_and_not_obeyed(record: Record) -> None:
    cell = f"""
    from IPython.display import HTML, Javascript, SVG, display
    display(HTML({MARK!r})); display(Javascript("alert(1)"))
    display({{"text/html": {MARK!r}, "application/x-grade": "20"}}, raw=True)
    get_ipython().payload_manager.write_payload({{"source": "ask_exit"}})
    """
    seen = record(notebook_of(cell, "x = 1\nprint('after')"), name="exo1.ipynb")
    assert seen.evidence.finished and "after" in seen.printed.text
    assert seen.evidence.values == {} and seen.evidence.rejected == 0


@pytest.mark.slow
def test_output_without_end_stops_the_notebook(record: Record) -> None:
    seen = record(
        notebook_of("while True: print('x' * 10000)"),
        name="exo1.ipynb",
        output_flood_bytes=8 << 20,
        output_bytes=10_000,
    )
    assert seen.outcome.status == "output" and len(seen.printed.text) <= 10_000 and not seen.evidence.finished


@pytest.mark.slow
def test_displays_without_end_stop_at_the_time_limit(record: Record) -> None:
    """Rich outputs go another way than what is printed: the driver keeps a bounded amount of them."""
    endless = "from IPython.display import display\nwhile True: display({'text/plain': 'x' * 100000}, raw=True)"
    seen = record(notebook_of("x = 1", endless), name="exo1.ipynb", wall=12)
    assert seen.outcome.status == "timeout" and seen.outcome.peak_memory_mib < 1500
    assert len(seen.printed.text) < 2 << 20


@pytest.mark.slow
def test_many_cells_are_run_as_far_as_the_time_goes(record: Record) -> None:
    seen = record(notebook_of(*["n = globals().get('n', 0) + 1; print(n)"] * 10_000), name="exo1.ipynb", wall=20)
    assert seen.outcome.status in ("ok", "timeout")
    assert int(seen.printed.text.split()[-1]) > 200
