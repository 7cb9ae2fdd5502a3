"""A notebook for the page: the executed one that the sandbox left, else the one handed in, cell by cell, bounded.

Both are the student's to forge, so both are only text and PNG files that name their size: HTML, SVG and JavaScript
outputs are left out in favour of the plain text that Jupyter stores beside them. The JSON is read inside the sandbox.
"""

from __future__ import annotations

import base64
import binascii
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from grader.domain import JobFields, Json, Submission
from grader.errors import GraderError
from grader.evidence import Fields, InvalidEvidence, copy_regular, open_regular, png_size, read_json
from grader.messages import settled
from grader.parsing.request import Request

KIND = "cells"
FILE_BYTES = 8 << 20
CELLS = 400
CELL_CHARS = 20_000
OUTPUTS = 20
OUTPUT_CHARS = 4000
TEXT_CHARS = 200_000  # of all cells
PICTURE_BYTES = 260_000
PICTURES_BYTES = 400_000  # of all cells
EXECUTED, HANDED_IN = "executed.ipynb", "handed-in.ipynb"


@dataclass(frozen=True, slots=True)
class Cells(Request[Json]):
    """The cells of a notebook, in the form `notebook` of `grader.grading.exhibits`; None where there is no notebook.

    `left` is the folder of what the run left, if there was one.
    """

    submission: Submission
    left: Path | None = None

    kind = KIND

    def write_inputs(self, folder: Path) -> Mapping[str, Json]:
        """Write the executed notebook and the one handed in; leave out a file that is too large, or no plain file."""
        for source, name in (
            (self.left / EXECUTED if self.left is not None else None, EXECUTED),
            (self.submission.main, HANDED_IN),
        ):
            if source is not None:
                with suppress(InvalidEvidence, OSError):
                    copy_regular(source, folder / name, FILE_BYTES)
        return {}

    def parse_response(self, lines: Sequence[Fields]) -> Json:
        if not lines:
            return None
        cells: list[Json] = []
        outputs: list[Json] = []  # of the last cell
        for line in lines:
            cell, output = line.sub("cell", _reported_cell), line.sub("output", _reported_output)
            if cell is not None:
                outputs = []
                cells.append({**cell, "outputs": outputs})
            if output is not None and cells:
                outputs.append(output)
        executed, cut = (any(line.flag(name) for line in lines) for name in ("executed", "cut"))
        return {"file": self.submission.program, "executed": executed, "cut": cut, "cells": cells}

    def on_limit(self, limit: str) -> None:
        return None

    def on_failure(self, problem: GraderError) -> None:
        return None  # a courtesy: it must not cost the record


def _reported_cell(fields: Fields) -> dict[str, Json]:
    kind = "code" if fields.text("kind", 10) == "code" else "markdown"
    return {"kind": kind, "number": fields.whole("number", high=1 << 32), "text": fields.text("text", CELL_CHARS)}


def _reported_output(fields: Fields) -> dict[str, Json]:
    kind = fields.text("kind", 10)
    if kind == "png":
        data = fields.text("data", PICTURE_BYTES)
        width, height = _png_size(data)
        return {"kind": kind, "data": data, "width": width, "height": height}
    return {"kind": "error" if kind == "error" else "text", "text": fields.text("text", OUTPUTS * (OUTPUT_CHARS + 2))}


def _png_size(encoded: str) -> tuple[int, int]:
    try:
        return png_size(base64.b64decode(encoded, validate=True))
    except (binascii.Error, ValueError):
        raise InvalidEvidence("not a PNG") from None


# ── Inside the sandbox ──────────────────────────────────────────────────────────────────────────


def respond(folder: Path, fields: JobFields) -> Iterator[Mapping[str, Json]]:
    """Yield a line that says which notebook it is; then each cell, and below it its outputs. Nothing where there is none."""
    executed = _content(folder / EXECUTED)
    content = executed if executed is not None else _content(folder / HANDED_IN)
    if content is None:
        return
    yield {"executed": executed is not None}
    budget = _Budget()
    number = shown = 0
    for cell in _cells(content):
        if shown >= CELLS or budget.spent:
            yield {"cut": True}
            return
        code = cell.get("cell_type") == "code"
        number += code
        text = budget.cut(_joined(cell.get("source", cell.get("input"))), CELL_CHARS)
        outputs = _merged(_outputs(cell, budget)) if code and executed is not None else []
        if text.strip() or outputs:
            shown += 1
            yield {"cell": {"kind": "code" if code else "markdown", "number": number if code else 0, "text": text}}
            yield from ({"output": output} for output in outputs)


class _Budget:
    """How much may still be kept of the whole notebook."""

    def __init__(self) -> None:
        self._chars = TEXT_CHARS
        self._bytes = PICTURES_BYTES

    @property
    def spent(self) -> bool:
        return self._chars <= 0

    def cut(self, text: str, most: int) -> str:
        """Return the text, cut to `most` characters and to what is left, which it lowers."""
        most = max(0, min(most, self._chars))
        kept = text if len(text) <= most else text[: max(0, most - 1)] + "…"
        self._chars -= len(kept)
        return kept

    def take_picture(self, size: int) -> bool:
        """Return whether a picture of so many bytes may be kept, and count it if so."""
        if size > min(PICTURE_BYTES, self._bytes):
            return False
        self._bytes -= size
        return True


def _content(path: Path) -> Mapping[str, Json] | None:
    try:
        with os.fdopen(open_regular(path, FILE_BYTES), "rb") as file:
            content = read_json(file.read(FILE_BYTES))
    except (InvalidEvidence, OSError):
        return None
    return content if isinstance(content, dict) else None


def _cells(content: Mapping[str, Json]) -> Iterator[Mapping[str, Json]]:
    """Yield the cells, of format 3 too, whose cells lie in worksheets."""
    sheets = content.get("worksheets")
    lists = [s.get("cells") for s in sheets if isinstance(s, dict)] if isinstance(sheets, list) else []
    for cells in (content.get("cells"), *lists):
        for cell in cells if isinstance(cells, list) else []:
            if isinstance(cell, dict):
                yield cell


def _joined(value: Json) -> str:
    if isinstance(value, list):
        value = "".join(line for line in value if isinstance(line, str))
    return _encodable(value) if isinstance(value, str) else ""


def _encodable(text: str) -> str:
    """Return the text without lone surrogates, which no file takes."""
    return text.encode("utf-8", "replace").decode("utf-8")


# ── Outputs ─────────────────────────────────────────────────────────────────────────────────────


def _outputs(cell: Mapping[str, Json], budget: _Budget) -> Iterator[dict[str, Json]]:
    outputs = cell.get("outputs")
    for output in (outputs if isinstance(outputs, list) else [])[:OUTPUTS]:
        made = _output(output, budget) if isinstance(output, dict) else None
        if made is not None:
            yield made


def _merged(outputs: Iterator[dict[str, Json]]) -> list[Json]:
    """Return the outputs with texts that follow each other as one text, as Jupyter shows them."""
    found: list[dict[str, Json]] = []
    for output in outputs:
        if found and found[-1]["kind"] == output["kind"] == "text":
            found[-1] = {"kind": "text", "text": f"{found[-1]['text']}\n{output['text']}"}
        else:
            found.append(output)
    return list(found)


def _output(output: Mapping[str, Json], budget: _Budget) -> dict[str, Json] | None:
    kind, data = output.get("output_type"), output.get("data")
    if kind == "stream":
        return _text("text", _joined(output.get("text")), budget)
    if kind == "error":
        traceback = output.get("traceback")
        lines = traceback if isinstance(traceback, list) else []
        text = _joined([f"{line}\n" for line in lines if isinstance(line, str)])
        return _text("error", text or f"{output.get('ename')}: {output.get('evalue')}", budget)
    if not isinstance(data, dict):
        return None
    return _picture(data.get("image/png"), budget) or _text("text", _joined(data.get("text/plain")), budget)


def _text(kind: str, text: str, budget: _Budget) -> dict[str, Json] | None:
    """Return an output of text: the end of a long one, for that is where a training says how it went."""
    text = settled(text).strip("\n")
    if len(text) > OUTPUT_CHARS:
        text = "…" + text[-OUTPUT_CHARS:]
    text = budget.cut(text, OUTPUT_CHARS + 1)
    return {"kind": kind, "text": text} if text.strip() else None


def _picture(value: Json, budget: _Budget) -> dict[str, Json] | None:
    encoded = "".join(_joined(value).split())
    if not encoded or not budget.take_picture(len(encoded)):
        return None
    try:
        _png_size(encoded)
    except InvalidEvidence:
        return None
    return {"kind": "png", "data": encoded}
