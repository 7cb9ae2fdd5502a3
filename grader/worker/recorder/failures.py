"""Describes an exception of the student's program, with the student's own lines only."""

from __future__ import annotations

import linecache
import re
import traceback
from pathlib import Path
from types import TracebackType

from grader.domain import Json

MAX_FRAMES = 50
MAX_MESSAGE_CHARS = 4000
CELL = re.compile(r"<cell (\d+)>")
TIMED = "<timed "  # what IPython calls the lines of a cell below `%%time`
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")


def failure_of(problem: BaseException, work: Path, trace: TracebackType | None = None) -> dict[str, Json]:
    """Return the fields of a `failure` event: type, message, frames inside `work` (paths relative to it)."""
    frames = [_frame(f, work) for f in _in_cells(_walk(trace or problem.__traceback__)) if _own(f.filename, work)]
    if isinstance(problem, SyntaxError) and problem.filename and _own(problem.filename, work):
        frames.append(
            {
                "file": _short(problem.filename, work),
                "line": problem.lineno or 0,
                "function": "",
                "text": (problem.text or "").strip()[:300],
            }
        )
    cells = [CELL.search(str(f["file"])) for f in frames]
    cell = next((int(c.group(1)) for c in cells if c), None)
    return {
        "type": type(problem).__name__[:200],
        "message": _shortened(_COLOURS.sub("", _message(problem))),
        "frames": frames[-MAX_FRAMES:],
        "cell": cell,
    }


def _message(problem: BaseException) -> str:
    try:
        return str(problem)
    except Exception:  # an exception class of the student's may not be printable
        return ""


def _shortened(message: str) -> str:
    """Return both ends of a long text: TensorFlow says what is wrong at the very end."""
    if len(message) <= MAX_MESSAGE_CHARS:
        return message
    return f"{message[: MAX_MESSAGE_CHARS // 2]}\n[…]\n{message[10 - MAX_MESSAGE_CHARS // 2 :]}"


def _walk(trace: TracebackType | None) -> list[traceback.FrameSummary]:
    # A deep recursion has thousands of frames: its two ends show what happened.
    frames: list[traceback.FrameSummary] = []
    while trace is not None and len(frames) < 5000:
        code = trace.tb_frame.f_code
        frames.append(traceback.FrameSummary(code.co_filename, trace.tb_lineno, code.co_name, lookup_line=False))
        trace = trace.tb_next
    return frames if len(frames) < MAX_FRAMES else frames[:10] + frames[11 - MAX_FRAMES :]


def _in_cells(frames: list[traceback.FrameSummary]) -> list[traceback.FrameSummary]:
    """Lines below `%%time` belong to the cell around them, one line further down."""
    found: list[traceback.FrameSummary] = []
    for frame in frames:
        cell = next((f.filename for f in reversed(found) if CELL.fullmatch(f.filename)), None)
        if cell is not None and frame.filename.startswith(TIMED):
            line = (frame.lineno or 0) + 1
            found.append(traceback.FrameSummary(cell, line, frame.name, lookup_line=False))
        else:
            found.append(frame)
    return found


def _own(filename: str, work: Path) -> bool:
    return bool(CELL.fullmatch(filename)) or (Path(filename).is_absolute() and Path(filename).is_relative_to(work))


def _short(filename: str, work: Path) -> str:
    return filename if CELL.fullmatch(filename) else str(Path(filename).relative_to(work))


def _frame(frame: traceback.FrameSummary, work: Path) -> dict[str, Json]:
    line = frame.lineno or 0
    return {
        "file": _short(frame.filename, work),
        "line": line,
        "function": frame.name[:200],
        "text": linecache.getline(frame.filename, line).strip()[:300],
    }
