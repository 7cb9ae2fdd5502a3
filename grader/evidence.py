"""The form of what leaves the sandbox: how it is written inside, and how it is read, distrustfully, outside.

Evidence is a stream of JSON lines on a pipe and a folder of uncompressed `.npz` files that the lines name.
A line is written whole as soon as its fact is known, so whatever happened before a crash, a time-out or a
kill comes out. The student's code shares its process with the writer and may write lines and files of its
own: the reader bounds every size, accepts plain arrays only, follows no link, and drops what has not the
form (counted in `Evidence.rejected`). No pickle, no class, no score crosses this line.

What this can prove, and what it cannot. Whatever the recorder can write, the program that it watches can write
too: no secret is safe from code in the same process. So nothing here is believed for what it claims:

* An accuracy is that of the recorded weights on the grader's own images; a neighbourhood hit, a hull or an SVM's
  score is computed anew from the recorded points. A history, a printed figure or a saved value earns nothing.
* The notes on a model's layers and the architecture that is rebuilt must agree (`evaluator.agree`), and weights are
  those of one model at one moment: a good mark for accuracy and one for architecture speak of the same network.
* It cannot be proven that weights come from the training that was noted: a program may load, or compute elsewhere,
  weights that do as well. A forger who writes the events of a training that never ran gets the points of `training`;
  one who leaves early and writes `finished` gets those of `runs`. They need weights that really recognise the test
  images all the same.
* Nor can it be proven that the test images were not learnt: the coursework hands them to every student. A training
  that was fed with them is recognised by its rows; one whose rows are unknown, by doing too well on them.
"""

from __future__ import annotations

import json
import math
import os
import re
import shutil
import stat
import threading
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Literal, TypeVar

from grader.domain import (
    AxesSeen,
    Call,
    CompileSeen,
    DataSeen,
    Evidence,
    Failure,
    FigureSeen,
    Frame,
    Json,
    LayerSeen,
    ModelUse,
    Notice,
    Printed,
    Snapshot,
    Text,
    Training,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LINE_BYTES = 4 << 20
STREAM_BYTES = 64 << 20
EVENTS = 100_000
METRICS = 64  # of one training
KIND_EVENTS = {"snapshot": 10_000, "fit_begin": 2000, "compile": 2000, "use": 20_000, "figure": 100, "call": 400,
               "failure": 2000, "notice": 500, "value": 200}  # fmt: skip  # far above what programs do
TABLE_VALUES = 600  # in one table of small values, all levels together
ARCHITECTURE_CHARS = 1 << 20
ARRAY_FILE_BYTES = 512 << 20
SERIES_BYTES = {"rows": 4 << 20, "figure": 256 << 20, "call": 256 << 20}  # a tighter bound for some array files
ARRAYS_PER_FILE = 1024
DIRECTORY_BYTES = 256 * ARRAYS_PER_FILE
ARRAY_DIMENSIONS = 8
HEADER_BYTES = 4096
_ARRAY_NAME = re.compile(r"[a-z]{1,16}-[0-9]{1,6}\.npz")
# { descr, fortran_order, shape } of booleans, integers and floats of at most 8 bytes.
_HEADER = re.compile(
    rb"\{'descr': '([<>|](?:b1|[iu][1248]|f[248]))', 'fortran_order': (True|False), 'shape': \(([0-9]{0,12}(?:, ?[0-9]{1,12})*,?)\), \} *\n"
)
_PICTURE_NAME = re.compile(r"[a-z]{1,16}-[0-9]{1,6}\.png")
T = TypeVar("T")


class Forged(ValueError):
    """A line or an array file without the form of evidence."""


# ── Inside the sandbox ──────────────────────────────────────────────────────────────────────────


class Tape:
    """Writes events to a pipe and arrays to a folder, within a budget. Used by the recorder only.

    Events of forked children of the student's program are left out: their story is not the program's.
    """

    def __init__(self, pipe: int, folder: Path, array_budget: int = 256 << 20) -> None:
        self._pipe = pipe
        self._folder = folder
        self._left = array_budget
        self._lock = threading.Lock()
        self._pid = os.getpid()
        self._next: dict[str, int] = {}

    def number(self, series: str) -> int:
        """The next free number of a series of names: 1, 2, 3…"""
        with self._lock:
            self._next[series] = self._next.get(series, 0) + 1
            return self._next[series]

    def write(self, event: str, **fields: object) -> None:
        if os.getpid() != self._pid:
            return
        line = json.dumps({"event": event, **fields}, default=_plain, ensure_ascii=True, allow_nan=False).encode()
        if len(line) < LINE_BYTES:
            with self._lock:
                _write_all(self._pipe, line + b"\n")

    def arrays(self, series: str, arrays: Mapping[str, NDArray[Any]], name: str | None = None) -> str | None:
        """Keep arrays under a name that an event can mention; None where the budget is spent."""
        import numpy as np

        size = sum(array.nbytes for array in arrays.values())
        if os.getpid() != self._pid or size > self._left:
            return None
        self._left -= size
        name = name or f"{series}-{self.number(series)}.npz"
        partial = self._folder / f".{name}"
        with partial.open("wb") as file:
            np.savez(file, **dict(arrays))  # type: ignore[arg-type]  # names of arrays, not options
        partial.replace(self._folder / name)
        return name

    def picture(self, series: str, png: bytes) -> str | None:
        if len(png) > min(self._left, 4 << 20):
            return None
        self._left -= len(png)
        name = f"{series}-{self.number(series)}.png"
        (self._folder / name).write_bytes(png)
        return name


def _write_all(pipe: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(pipe, view) :]


def _plain(value: object) -> object:
    """JSON for what the recorder meets: NumPy scalars, tuples, paths; anything else by its name."""
    item = getattr(value, "item", None)
    if callable(item) and getattr(value, "ndim", 1) == 0:
        return finite_or_name(item())
    if isinstance(value, set | frozenset):
        return sorted(value)
    return str(value)[:200]


def finite_or_name(value: object) -> object:
    """A float as JSON can carry it: NaN and the infinities become their names."""
    if isinstance(value, float) and not math.isfinite(value):
        return "nan" if math.isnan(value) else ("inf" if value > 0 else "-inf")
    return value


# ── Outside: fields with a form ─────────────────────────────────────────────────────────────────


class Fields:
    """Typed, bounded access to a decoded JSON object."""

    def __init__(self, value: object) -> None:
        if not isinstance(value, dict):
            raise Forged("not an object")
        self._fields: dict[str, Any] = value

    def text(self, name: str, most: int = 200) -> str:
        value = self._fields.get(name, "")
        if not isinstance(value, str):
            raise Forged(f"{name}: not a text")
        return _clean(value, most)

    def maybe_text(self, name: str, most: int = 200) -> str | None:
        return None if self._fields.get(name) is None else self.text(name, most)

    def whole(self, name: str, low: int = 0, high: int = 1 << 53) -> int:
        value = self._fields.get(name, 0)
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise Forged(f"{name}: not a whole number from {low} to {high}")
        return value

    def maybe_whole(self, name: str) -> int | None:
        return None if self._fields.get(name) is None else self.whole(name)

    def real(self, name: str) -> float:
        return _real(self._fields.get(name, 0.0))

    def maybe_real(self, name: str) -> float | None:
        return None if self._fields.get(name) is None else self.real(name)

    def flag(self, name: str) -> bool:
        return self._fields.get(name) is True

    def many(self, name: str, most: int, read: Callable[[Any], T]) -> tuple[T, ...]:
        value = self._fields.get(name) or []
        if not isinstance(value, list) or len(value) > most:
            raise Forged(f"{name}: not a list of at most {most}")
        return tuple(read(item) for item in value)

    def shape(self, name: str) -> tuple[int | None, ...] | None:
        return None if self._fields.get(name) is None else self.many(name, 16, _dimension)

    def table(self, name: str, most: int = 64) -> dict[str, Any]:
        value = self._fields.get(name) or {}
        if not isinstance(value, dict) or len(value) > most:
            raise Forged(f"{name}: not a table of at most {most}")
        return {_clean(key, 200): item for key, item in value.items()}

    def small(self, name: str, most: int = 64) -> dict[str, Json]:
        """A table of small values; what is too large is left out."""
        room = [TABLE_VALUES]
        return {key: _small(item, room) for key, item in self.table(name, most).items()}

    def file(self, name: str, form: re.Pattern[str] = _ARRAY_NAME) -> str | None:
        value = self._fields.get(name)
        if value is None:
            return None
        if not isinstance(value, str) or not form.fullmatch(value):
            raise Forged(f"{name}: not the name of a kept file")
        return value

    def sub(self, name: str, read: Callable[[Fields], T]) -> T | None:
        value = self._fields.get(name)
        return None if value is None else read(Fields(value))


def _clean(text: str, most: int) -> str:
    """Cut, and without the half characters (lone surrogates) that no file or terminal takes."""
    return text[:most].encode("utf-8", "replace").decode("utf-8")


def _real(value: object) -> float:
    if isinstance(value, str) and value in ("nan", "inf", "-inf"):
        return float(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Forged("not a number")
    try:
        return float(value)
    except OverflowError:
        raise Forged("not a number") from None


def _dimension(value: object) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 1 << 40:
        raise Forged("not a dimension")
    return value


def _small(value: object, room: list[int], depth: int = 3) -> Json:
    """`room` holds how many values more may be kept."""
    room[0] -= 1
    if room[0] < 0:
        return None
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return value if abs(value) < 1 << 53 else None
    if isinstance(value, str):
        return _clean(value, 500)
    if depth and isinstance(value, list) and len(value) <= 64:
        return [_small(item, room, depth - 1) for item in value]
    if depth and isinstance(value, dict) and len(value) <= 64:
        return {_clean(key, 100): _small(item, room, depth - 1) for key, item in value.items()}
    return None


def read_json(data: bytes | str) -> Any:
    """Strict JSON: no NaN, no duplicate keys, no depth that exhausts the stack. Raises `Forged`."""
    try:
        return json.loads(data, parse_constant=_no_constant, object_pairs_hook=_no_duplicates)
    except (ValueError, RecursionError) as problem:
        raise Forged(f"not JSON: {type(problem).__name__}") from None


def _no_constant(name: str) -> float:
    raise Forged(name)


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Forged("duplicate keys")
    return found


# ── Outside: events ─────────────────────────────────────────────────────────────────────────────


def _layer(value: object) -> LayerSeen:
    fields = Fields(value)
    return LayerSeen(
        kind=fields.text("kind"),
        name=fields.text("name"),
        settings=fields.small("settings"),
        output_shape=fields.shape("output_shape"),
        parameters=fields.whole("parameters"),
    )


def _snapshot(fields: Fields) -> Snapshot:
    return Snapshot(
        id=fields.whole("id"),
        model=fields.whole("model"),
        name=fields.text("name"),
        reason=fields.text("reason", 20),
        architecture=fields.maybe_text("architecture", ARCHITECTURE_CHARS),
        layers=fields.many("layers", 512, _layer),
        parameters=fields.whole("parameters"),
        input_shape=fields.shape("input_shape"),
        output_shape=fields.shape("output_shape"),
        weights=fields.file("weights"),
        steps=fields.whole("steps"),
    )


def _compile(fields: Fields) -> CompileSeen:
    return CompileSeen(
        model=fields.whole("model"),
        loss=fields.text("loss"),
        optimizer=fields.text("optimizer"),
        learning_rate=fields.maybe_real("learning_rate"),
        metrics=fields.many("metrics", 32, _word),
    )


def _word(value: object) -> str:
    if not isinstance(value, str):
        raise Forged("not a text")
    return _clean(value, 100)


def _data(fields: Fields) -> DataSeen:
    return DataSeen(
        rows=fields.whole("rows"),
        shape=tuple(n or 0 for n in fields.shape("shape") or ()),
        dtype=fields.text("dtype", 40),
        low=fields.real("low"),
        high=fields.real("high"),
        label_shape=tuple(n or 0 for n in fields.shape("label_shape") or ()),
        rows_file=fields.file("rows_file"),
    )


def _training(fields: Fields) -> Training:
    return Training(
        id=fields.whole("id"),
        model=fields.whole("model"),
        how=fields.text("how", 20),
        epochs_asked=fields.whole("epochs"),
        epochs_run=0,
        batch_size=fields.maybe_whole("batch_size"),
        steps=0,
        capped=fields.flag("capped"),
        finished=False,
        history={},
        data=fields.sub("data", _data),
        validation=fields.sub("validation", _data),
        compiled=fields.sub("compiled", _compile),
    )


def _use(fields: Fields) -> ModelUse:
    return ModelUse(
        model=fields.whole("model"),
        how=fields.text("how", 20),
        snapshot=fields.maybe_whole("snapshot"),
        rows=fields.whole("rows"),
        values=fields.many("values", 64, _real),
        path=fields.text("path", 500),
    )


def _axes(value: object) -> AxesSeen:
    fields = Fields(value)
    return AxesSeen(
        title=fields.text("title"),
        images=fields.whole("images"),
        cmap=fields.text("cmap", 60),
        lines=fields.whole("lines"),
        points=fields.whole("points"),
        grid=_pair(fields.shape("grid")),
        place=fields.maybe_whole("place"),
    )


def _pair(shape: tuple[int | None, ...] | None) -> tuple[int, int] | None:
    return (shape[0] or 0, shape[1] or 0) if shape is not None and len(shape) == 2 else None


def _figure(fields: Fields) -> FigureSeen:
    return FigureSeen(
        id=fields.whole("id"),
        how=fields.text("how", 20),
        axes=fields.many("axes", 1024, _axes),
        arrays=fields.file("arrays"),
        picture=fields.file("picture", _PICTURE_NAME),
    )


def _call(fields: Fields) -> Call:
    return Call(fields.whole("id"), fields.text("what", 60), fields.small("facts"), fields.file("arrays"))


def _frame(value: object) -> Frame:
    fields = Fields(value)
    return Frame(fields.text("file"), fields.whole("line"), fields.text("function"), fields.text("text", 300))


def _failure(fields: Fields) -> Failure:
    return Failure(
        type=fields.text("type"),
        message=fields.text("message", 4000),
        frames=fields.many("frames", 50, _frame),
        cell=fields.maybe_whole("cell"),
    )


def _notice(fields: Fields) -> Notice:
    return Notice(
        Text(fields.text("fr", 600), fields.text("en", 600)), fields.text("where"), fields.whole("line", high=10**7)
    )


class Reader:
    """Builds the Evidence from the lines, one by one, so that a front end may look over its shoulder."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._bytes = 0
        self._events = 0
        self._rejected = 0
        self._counts: dict[str, int] = {}
        self._found: dict[str, list[Any]] = {kind: [] for kind in _KEPT}
        self._snapshots: dict[int, Snapshot] = {}
        self._trainings: dict[int, Training] = {}
        self._histories: dict[int, dict[str, list[float]]] = {}
        self._versions: dict[str, str] = {}
        self._values: dict[str, Json] = {}
        self._finished = False

    def feed(self, line: bytes) -> tuple[str, Any] | None:
        """Take one line; return its kind and what it holds, or None where it has not the form."""
        self._bytes += len(line)
        self._events += 1
        if len(line) > LINE_BYTES or self._bytes > STREAM_BYTES or self._events > EVENTS:
            self._rejected += 1
            return None
        try:
            fields = Fields(read_json(line))
            kind = fields.text("event", 20)
            self._count(kind)
            return kind, self._keep(kind, fields)
        except Forged:
            self._rejected += 1
            return None

    def _count(self, kind: str) -> None:
        """What comes later is judged from each of them: their number is bounded, too."""
        most = KIND_EVENTS.get(kind)
        if most is not None:
            self._counts[kind] = self._counts.get(kind, 0) + 1
            if self._counts[kind] > most:
                raise Forged(f"more than {most} events {kind}")

    def _keep(self, kind: str, fields: Fields) -> Any:
        if kind in _KEPT:
            item = _KEPT[kind](fields)
            self._found[kind].append(item)
            return item
        if kind == "snapshot":
            snapshot = _snapshot(fields)
            self._snapshots[snapshot.id] = snapshot
            return snapshot
        if kind == "fit_begin":
            training = _training(fields)
            self._trainings.setdefault(training.id, training)
            return training
        if kind in ("epoch", "fit_end"):
            return self._follow(kind, fields)
        if kind == "batch":
            return {name: fields.whole(name) for name in ("fit", "epoch", "done", "total")}
        if kind == "hello":
            self._versions = {key: str(value)[:40] for key, value in fields.small("versions").items()}
        elif kind == "value":
            self._values[fields.text("name", 60)] = fields.real("value")
        elif kind == "finished":
            self._finished = True
        else:
            raise Forged(f"unknown event {kind!r}")
        return None

    def _follow(self, kind: str, fields: Fields) -> Training:
        """The training as it stands. Its history is the last epoch's: the whole would be copied at every line."""
        training = self._trainings.get(fields.whole("fit"))
        if training is None:
            raise Forged("a training that never began")
        if kind == "epoch":
            logs = {name: _real(value) for name, value in fields.table("logs", 32).items()}
            history = self._histories.setdefault(training.id, {})
            if len(history) + len(logs.keys() - history.keys()) > METRICS:
                raise Forged("too many metrics")
            for name, value in logs.items():
                history.setdefault(name, []).append(value)
            latest = {name: (value,) for name, value in logs.items()}
            training = replace(training, history=latest, epochs_run=training.epochs_run + 1)
        else:
            training = replace(training, steps=fields.whole("steps"), finished=fields.flag("finished"))
        self._trainings[training.id] = training
        return training

    def close(self, printed: Printed = Printed(), files: Mapping[str, int] | None = None) -> Evidence:
        """The Evidence as far as it came. `files` are the files the program left, as listed from outside."""
        return Evidence(
            folder=self._folder,
            snapshots=tuple(self._snapshots.values()),
            compiles=tuple(self._found["compile"]),
            trainings=tuple(self._with_history(training) for training in self._trainings.values()),
            uses=tuple(self._found["use"]),
            figures=tuple(self._found["figure"]),
            calls=tuple(self._found["call"]),
            files=dict(files or {}),
            values=self._values,
            failures=tuple(self._found["failure"]),
            finished=self._finished,
            printed=printed,
            versions=self._versions,
            notices=tuple(self._found["notice"]),
            rejected=self._rejected,
        )

    def _with_history(self, training: Training) -> Training:
        history = self._histories.get(training.id, {})
        return replace(training, history={name: tuple(values) for name, values in history.items()})


_KEPT: dict[str, Callable[[Fields], Any]] = {
    "compile": _compile,
    "use": _use,
    "figure": _figure,
    "call": _call,
    "failure": _failure,
    "notice": _notice,
}


# ── Outside: arrays ─────────────────────────────────────────────────────────────────────────────


def open_regular(path: Path, most: int) -> int:
    """A descriptor of a plain file of at most `most` bytes: no link, FIFO or device. Raises `Forged`."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as problem:
        raise Forged(f"{path.name}: {problem.strerror}") from None
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode) or status.st_size > most:
        os.close(descriptor)
        raise Forged(f"{path.name}: not a plain file of at most {most} bytes")
    return descriptor


def copy_regular(source: Path, target: Path, most: int) -> None:
    """Copy a plain file, as `open_regular` understands it; makes the target's folder. Raises `Forged`."""
    with os.fdopen(open_regular(source, most), "rb") as file:
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("wb") as copy:
            shutil.copyfileobj(file, copy)


def load_arrays(folder: Path | None, name: str | None, most: int = ARRAY_FILE_BYTES) -> dict[str, NDArray[np.generic]]:
    """The arrays of a kept file: numbers and booleans only, stored uncompressed, sizes checked before reading.

    Raises:
        Forged: the file is missing, is not what it should be, or is larger than allowed (`most` bytes, or less).
    """
    if folder is None or name is None or not _ARRAY_NAME.fullmatch(name):
        raise Forged("no arrays were kept")
    most = min(most, SERIES_BYTES.get(name.partition("-")[0], ARRAY_FILE_BYTES))
    with os.fdopen(open_regular(folder / name, most), "rb") as file:
        try:
            _check_directory(file)
            with zipfile.ZipFile(file) as archive:
                entries = {entry.filename.removesuffix(".npy"): entry for entry in archive.infolist()}
                if len(entries) > ARRAYS_PER_FILE or len(entries) != len(archive.infolist()):
                    raise Forged(f"{name}: too many arrays, or two of one name")
                if sum(entry.file_size for entry in entries.values()) > ARRAY_FILE_BYTES:
                    raise Forged(f"{name}: larger than its own file")
                return {_clean(key, 100): _array(archive, entry) for key, entry in entries.items()}
        except (
            zipfile.BadZipFile,
            EOFError,
            OSError,
            NotImplementedError,
            RuntimeError,
            UnicodeDecodeError,
        ) as problem:
            raise Forged(f"{name}: {problem}") from None


def _check_directory(file: IO[bytes]) -> None:
    """`zipfile` reads the whole list of entries at once, and makes an object of each."""
    end: Any = zipfile._EndRecData(file)  # type: ignore[attr-defined]  # found as ZipFile will find it
    if end is None or end[5] > DIRECTORY_BYTES:  # the size of the central directory
        raise Forged("no list of entries, or one that is too long")


def _array(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> NDArray[np.generic]:
    import numpy as np

    if entry.compress_type != zipfile.ZIP_STORED:
        raise Forged(f"{entry.filename}: compressed")
    with archive.open(entry) as member:
        dtype, order, shape = _header(member)
        count = math.prod(shape)
        if math.prod(n or 1 for n in shape) > ARRAY_FILE_BYTES or count * dtype.itemsize > entry.file_size:
            raise Forged(f"{entry.filename}: shorter than its shape {shape}")
        data = member.read(count * dtype.itemsize)
        if len(data) != count * dtype.itemsize:
            raise Forged(f"{entry.filename}: shorter than its shape {shape}")
        return np.frombuffer(data, dtype=dtype, count=count).reshape(shape, order=order)


def _header(member: IO[bytes]) -> tuple[np.dtype[Any], Literal["C", "F"], tuple[int, ...]]:
    """Type, order and shape from an `.npy` header, in the one form in which NumPy writes plain arrays.

    NumPy's own reader evaluates the header as Python, warns, and raises whatever it meets on the way.
    """
    import numpy as np

    magic = member.read(10)
    if len(magic) != 10 or not magic.startswith(b"\x93NUMPY\x01\x00"):
        raise Forged("not an array of version 1.0")
    length = int.from_bytes(magic[8:], "little")
    if length > HEADER_BYTES or (found := _HEADER.fullmatch(member.read(length))) is None:
        raise Forged("not the header of a plain array")
    kind, fortran, sizes = (group.decode() for group in found.groups())
    shape = tuple(int(n) for n in sizes.split(",") if n.strip())
    if len(shape) > ARRAY_DIMENSIONS:
        raise Forged(f"{len(shape)} dimensions")
    return np.dtype(kind), "F" if fortran == "True" else "C", shape
