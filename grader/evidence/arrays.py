"""Outside: files that a run left, plain ones only, and the arrays in them."""

from __future__ import annotations

import math
import os
import re
import shutil
import stat
import zipfile
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Literal

from grader.evidence.forged import Forged

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

ARRAY_FILE_BYTES = 512 << 20
SERIES_BYTES = {"rows": 4 << 20, "figure": 256 << 20, "call": 256 << 20}  # a tighter bound for some array files
ARRAYS_PER_FILE = 1024
DIRECTORY_BYTES = 256 * ARRAYS_PER_FILE
ARRAY_DIMENSIONS = 8
HEADER_BYTES = 4096
ARRAY_NAME = re.compile(r"[a-z]{1,16}-[0-9]{1,6}\.npz")
# { descr, fortran_order, shape } of booleans, integers and floats of at most 8 bytes.
_HEADER = re.compile(
    rb"\{'descr': '([<>|](?:b1|[iu][1248]|f[248]))', 'fortran_order': (True|False), 'shape': \(([0-9]{0,12}(?:, ?[0-9]{1,12})*,?)\), \} *\n"
)


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
    if folder is None or name is None or not ARRAY_NAME.fullmatch(name):
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
                return {key[:100]: _array(archive, entry) for key, entry in entries.items()}
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
