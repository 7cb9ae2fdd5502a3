"""Pictures and notebook cells of exhibits, checked again: a record may come from anywhere."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from grader.domain import JsonObject
from grader.messages import safe
from grader.reports.charts import Panel
from grader.reports.code import Line, clean, numbered
from grader.reports.svg import element

_BASE64_PNG = re.compile(r"iVBORw0KGgo[A-Za-z0-9+/]*={0,2}")  # begins with a PNG's signature
Notes = Mapping[tuple[int, int], Sequence[Markup]]  # sentences by (cell, line); cell 0 is a script
MAX_CELLS = 500
MAX_OUTPUTS = 40
MAX_PICTURES = 40
SIDE = 4000


@dataclass(frozen=True, slots=True)
class Output:
    kind: str
    text: str = ""
    uri: str = ""
    width: int = 0
    height: int = 0


@dataclass(frozen=True, slots=True)
class Cell:
    """`number` counts the code cells; 0 for text."""

    number: int
    text: str
    lines: list[Line]
    outputs: list[Output]


def png_uri(data: object) -> str:
    """Return a `data:` address of a PNG in base64, empty for anything else."""
    return f"data:image/png;base64,{data}" if isinstance(data, str) and _BASE64_PNG.fullmatch(data) else ""


def _size(item: JsonObject) -> tuple[int, int]:
    sizes = [item.get(name) for name in ("width", "height")]
    width, height = (n if isinstance(n, int) and 0 < n <= SIDE else 0 for n in sizes)
    return width, height


def pictures(value: object, description: str) -> list[Panel]:
    """Return panels of the pictures in a list of exhibits."""
    found = []
    for item in value[:MAX_PICTURES] if isinstance(value, Sequence) and not isinstance(value, str) else ():
        uri = png_uri(item.get("png")) if isinstance(item, Mapping) else ""
        if uri:
            width, height = _size(item)
            found.append(Panel(description, Markup(_image(uri, description, width, height))))
    return found


def _image(uri: str, description: str, width: int, height: int) -> Markup:
    image = element("img", src=uri, alt=description, width=width or None, height=height or None)
    return Markup(image.removesuffix("/>") + ">")


def in_cell(notes: Notes, cell: int) -> dict[int, Sequence[Markup]]:
    return {line: said for (where, line), said in notes.items() if where == cell}


def notebook_cells(value: object, notes: Notes, stopped: tuple[int, int]) -> list[Cell]:
    """Return the cells in order, with what is said of their lines; `stopped` is the cell and line of the failure."""
    found: list[Cell] = []
    for item in value[:MAX_CELLS] if isinstance(value, Sequence) and not isinstance(value, str) else ():
        if not isinstance(item, Mapping) or not isinstance(item.get("text"), str):
            continue
        text = clean(item["text"], 20_000)
        number = item.get("number")
        if item.get("kind") == "code" and isinstance(number, int):
            lines = numbered(text, in_cell(notes, number), stopped[1] if stopped[0] == number else 0)
            found.append(Cell(number, text, lines, _outputs(item.get("outputs"))))
        else:
            found.append(Cell(0, text, [], []))
    return found


def _outputs(value: object) -> list[Output]:
    found = []
    for item in value[:MAX_OUTPUTS] if isinstance(value, Sequence) and not isinstance(value, str) else ():
        if not isinstance(item, Mapping):
            continue
        uri = png_uri(item.get("data")) if item.get("kind") == "png" else ""
        if uri:
            found.append(Output("png", "", uri, *_size(item)))
        elif isinstance(item.get("text"), str):
            kind = "error" if item.get("kind") == "error" else "text"
            found.append(Output(kind, safe(item["text"], 6000, keep_lines=True)))
    return found
