"""Outside: files that a run left, plain ones only, and the arrays in them."""

from __future__ import annotations

import math
import os
import re
import shutil
import stat
import struct
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Literal  # Any: a private function of zipfile has no types

from grader.domain import Evidence, StoredArray
from grader.evidence.invalid_evidence import InvalidEvidence

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
LOCAL_HEADER = 30  # bytes in front of an entry's name, by the ZIP specification (APPNOTE 4.3.7)
CHUNK = 1 << 20
MAX_SIDE = 1 << 40
_KIND = re.compile(r"[<>|](?:b1|[iu][1248]|f[248])")
# { descr, fortran_order, shape } of such numbers.
_HEADER = re.compile(
    rb"\{'descr': '("
    + _KIND.pattern.encode()
    + rb")', 'fortran_order': (True|False), 'shape': \(([0-9]{0,12}(?:, ?[0-9]{1,12})*,?)\), \} *\n"
)


def open_regular(path: Path, most: int) -> int:
    """Return a descriptor of a plain file of at most `most` bytes: no link, FIFO or device. Raise `InvalidEvidence`."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as problem:
        raise InvalidEvidence(f"{path.name}: {problem.strerror}") from None
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode) or status.st_size > most:
        os.close(descriptor)
        raise InvalidEvidence(f"{path.name}: not a plain file of at most {most} bytes")
    return descriptor


def copy_regular(source: Path, target: Path, most: int) -> None:
    """Copy a plain file, as `open_regular` understands it; makes the target's folder. Raise `InvalidEvidence`."""
    with os.fdopen(open_regular(source, most), "rb") as file:
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("wb") as copy:
            shutil.copyfileobj(file, copy)


def directory(folder: Path | None, name: str | None, most: int = ARRAY_FILE_BYTES) -> tuple[StoredArray, ...]:
    """Return where the arrays of a kept file lie in it: numbers and booleans only, stored uncompressed, within bounds.

    This parses what a student's process wrote: it runs inside the sandbox.

    Raises:
        InvalidEvidence: the file is missing, is not what it should be, or is larger than allowed (`most` bytes, or less).
    """
    with _opened(folder, name, most) as file:
        try:
            _check_directory(file)
            with zipfile.ZipFile(file) as archive:
                entries = {entry.filename.removesuffix(".npy"): entry for entry in archive.infolist()}
                if len(entries) > ARRAYS_PER_FILE or len(entries) != len(archive.infolist()):
                    raise InvalidEvidence(f"{name}: too many arrays, or two of one name")
                if sum(entry.file_size for entry in entries.values()) > ARRAY_FILE_BYTES:
                    raise InvalidEvidence(f"{name}: larger than its own file")
                return tuple(_stored(key[:100], archive, entry, file) for key, entry in entries.items())
        except InvalidEvidence:
            raise
        except Exception as problem:  # `zipfile` raises whatever it meets on the way
            raise InvalidEvidence(f"{name}: {type(problem).__name__}: {problem}"[:300]) from None


def stored_array(value: object) -> StoredArray:
    """Return the place that a list as `dataclasses.astuple` makes it describes. Raise `InvalidEvidence`."""
    if not isinstance(value, list | tuple) or len(value) != 5:
        raise InvalidEvidence("not a place of an array")
    name, kind, fortran, shape, offset = value
    sizes = shape if isinstance(shape, list | tuple) else [-1]
    numbers = [offset, *sizes]
    if not isinstance(name, str) or not isinstance(kind, str) or not _KIND.fullmatch(kind):
        raise InvalidEvidence("not an array of plain numbers")
    if not all(isinstance(n, int) and not isinstance(n, bool) and 0 <= n <= MAX_SIDE for n in numbers):
        raise InvalidEvidence("not a size")
    if len(sizes) > ARRAY_DIMENSIONS or math.prod(n or 1 for n in sizes) > ARRAY_FILE_BYTES:
        raise InvalidEvidence(f"an array of {len(sizes)} dimensions, or of too many numbers")
    return StoredArray(name[:100], kind, fortran is True, tuple(sizes), offset)


def load_arrays(folder: Path | None, name: str | None, most: int = ARRAY_FILE_BYTES) -> dict[str, NDArray[np.generic]]:
    """Return the arrays of a kept file, parsed here: for what runs inside the sandbox itself. Raise `InvalidEvidence`."""
    return _loaded(folder, name, directory(folder, name, most), most)


def arrays_of(evidence: Evidence, name: str | None) -> dict[str, NDArray[np.generic]]:
    """Return the arrays of a file whose directory was found inside the sandbox. Raise `InvalidEvidence`."""
    if name is None or name not in evidence.arrays:
        raise InvalidEvidence("no arrays were kept")
    return _loaded(evidence.folder, name, evidence.arrays[name], ARRAY_FILE_BYTES)


def numbered(arrays: Mapping[str, NDArray[np.generic]], letter: str) -> list[NDArray[np.generic]]:
    """Return the arrays `letter`0, `letter`1, … of a file, in this order."""
    return [arrays[f"{letter}{n}"] for n in range(len(arrays)) if f"{letter}{n}" in arrays]


def most_bytes(name: str) -> int:
    """Return how large an array file of this name may be: each series of them has its own bound."""
    return SERIES_BYTES.get(name.partition("-")[0], ARRAY_FILE_BYTES)


def _opened(folder: Path | None, name: str | None, most: int) -> IO[bytes]:
    if folder is None or name is None or not ARRAY_NAME.fullmatch(name):
        raise InvalidEvidence("no arrays were kept")
    return os.fdopen(open_regular(folder / name, min(most, most_bytes(name))), "rb")


def _loaded(
    folder: Path | None, name: str | None, stored: Sequence[StoredArray], most: int
) -> dict[str, NDArray[np.generic]]:
    """Numbers from where they are said to lie; nothing is parsed."""
    import numpy as np

    if sum(one.size for one in stored) > ARRAY_FILE_BYTES:
        raise InvalidEvidence(f"{name}: larger than its own file")
    found = {}
    with _opened(folder, name, most) as file:
        for one in stored:
            file.seek(one.offset)
            data = file.read(one.size)
            if len(data) != one.size:
                raise InvalidEvidence(f"{name}: {one.name} is shorter than its shape {one.shape}")
            order: Literal["C", "F"] = "F" if one.fortran else "C"
            found[one.name] = np.frombuffer(data, dtype=np.dtype(one.kind)).reshape(one.shape, order=order)
    return found


def _check_directory(file: IO[bytes]) -> None:
    """`zipfile` reads the whole list of entries at once, and makes an object of each."""
    end: Any = zipfile._EndRecData(file)  # type: ignore[attr-defined]  # found as ZipFile will find it
    if end is None or end[5] > DIRECTORY_BYTES:  # the size of the central directory
        raise InvalidEvidence("no list of entries, or one that is too long")


def _stored(name: str, archive: zipfile.ZipFile, entry: zipfile.ZipInfo, file: IO[bytes]) -> StoredArray:
    if entry.compress_type != zipfile.ZIP_STORED:
        raise InvalidEvidence(f"{entry.filename}: compressed")
    with archive.open(entry) as member:
        kind, fortran, shape, length = _header(member)
        array = stored_array((name, kind, fortran, shape, 0))
        if array.size > entry.file_size - length:
            raise InvalidEvidence(f"{entry.filename}: shorter than its shape {shape}")
        while member.read(CHUNK):  # to its end, where its checksum is compared
            pass
    return replace(array, offset=_data_at(file, entry) + length)


def _data_at(file: IO[bytes], entry: zipfile.ZipInfo) -> int:
    """Where an entry's bytes begin: behind its local header, which `zipfile` has seen to be one."""
    file.seek(entry.header_offset)
    name, extra = struct.unpack("<HH", file.read(LOCAL_HEADER)[-4:])
    return entry.header_offset + LOCAL_HEADER + int(name) + int(extra)


def _header(member: IO[bytes]) -> tuple[str, bool, tuple[int, ...], int]:
    """Type, order and shape from an `.npy` header, in the one form in which NumPy writes plain arrays; its length.

    NumPy's own reader evaluates the header as Python, warns, and raises whatever it meets on the way.
    """
    magic = member.read(10)
    if len(magic) != 10 or not magic.startswith(b"\x93NUMPY\x01\x00"):
        raise InvalidEvidence("not an array of version 1.0")
    length = int.from_bytes(magic[8:], "little")
    if length > HEADER_BYTES or (found := _HEADER.fullmatch(member.read(length))) is None:
        raise InvalidEvidence("not the header of a plain array")
    kind, fortran, sizes = (group.decode() for group in found.groups())
    return kind, fortran == "True", tuple(int(n) for n in sizes.split(",") if n.strip()), len(magic) + length
