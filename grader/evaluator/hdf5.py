"""An HDF5 file of somebody else's, examined before anything reads its values.

The format can lead out of the file (external links, external storage, virtual datasets), unpack a few bytes to more
than any memory holds (filters, chunks larger than their dataset, values that were never stored), name one dataset
many times, and hold links in circles. What Keras writes needs none of that.
"""

from __future__ import annotations

import math
import mmap
from collections.abc import Iterable
from pathlib import Path
from typing import Any  # h5py ships no types

from grader.measurements import Unmeasurable, Why

MAX_BYTES = 512 << 20
MAX_RATIO = 200  # of all values to the file's bytes
FREE_BYTES = 8 << 20  # that any file may unpack to, however small it is: fresh biases are all zeros
MAX_OBJECTS = 5000
MAX_DEPTH = 20
MAX_NAMES = 1000  # in an attribute that lists layers or weights
MAX_TEXT_BYTES = 64 << 20  # of one attribute
HEAP = b"GCOL\x01\0\0\0"  # how a heap for texts begins (HDF5 File Format Specification, III.E)
FILTERS = frozenset((1, 2, 3, 32000))  # deflate, shuffle, checksum, LZF


def check_hdf5(path: Path) -> None:
    """Raise `Unmeasurable` for a file with more than plain, small arrays, and what h5py raises for a damaged one."""
    import h5py

    if path.stat().st_size > MAX_BYTES:
        raise Unmeasurable(Why.TOO_LARGE, "a file that large")
    with h5py.File(path, "r") as file:
        examiner = _Examiner(most_unpacked(path), longest_text(path))
        examiner.attributes(file)
        examiner.group(file, 0)


def most_unpacked(path: Path) -> int:
    """Return how many bytes a file may unpack to."""
    return max(FREE_BYTES, min(MAX_BYTES, MAX_RATIO * path.stat().st_size))


def longest_text(path: Path) -> int:
    """Return the bytes of the largest heap for texts of any length: none of them is longer, and many may be the same
    one."""
    longest, size = 0, path.stat().st_size
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        at = content.find(HEAP)
        while at >= 0:
            longest = max(longest, min(size, int.from_bytes(content[at + 8 : at + 16], "little")))
            at = content.find(HEAP, at + 1)
    return longest


class _Examiner:
    def __init__(self, left: int, longest_text: int) -> None:
        self._left = left  # bytes that may still be unpacked
        self._longest_text = longest_text
        self._seen = 0

    def group(self, group: Any, depth: int) -> None:
        import h5py

        for name in group:
            self._seen += 1
            link = group.get(name, getlink=True)
            if self._seen > MAX_OBJECTS or depth > MAX_DEPTH or not isinstance(link, h5py.HardLink):
                raise Unmeasurable(Why.FILE, "a file with links, or too deep")
            item = group[name]
            self.attributes(item)
            if isinstance(item, h5py.Group):
                self.group(item, depth + 1)
            elif isinstance(item, h5py.Dataset):
                self.dataset(item)
            else:
                raise Unmeasurable(Why.FILE, "a file with types of its own")

    def dataset(self, item: Any) -> None:
        if item.external or item.is_virtual or item.dtype.hasobject or item.dtype.kind not in "biufV":
            raise Unmeasurable(Why.FILE, "a file with foreign data")
        properties = item.id.get_create_plist()
        if any(properties.get_filter(n)[0] not in FILTERS for n in range(properties.get_nfilters())):
            raise Unmeasurable(Why.FILE, "a file that is packed in an unusual way")
        chunk = math.prod(item.chunks or ()) * item.dtype.itemsize  # is unpacked whole, whatever is read of it
        self._left -= max(item.nbytes, chunk)
        if self._left < 0:
            raise Unmeasurable(Why.TOO_LARGE, "a file that unpacks to too much")

    def attributes(self, item: Any) -> None:
        """Small, and without two mentions of one thing."""
        import h5py

        for name in item.attrs:
            self._seen += 1
            found = item.attrs.get_id(name)
            values = math.prod(found.shape)
            of_any_length = found.dtype.hasobject
            if self._seen > MAX_OBJECTS or values > MAX_NAMES:
                raise Unmeasurable(Why.FILE, "a file with too many names")
            if of_any_length and h5py.check_string_dtype(found.dtype) is None:
                raise Unmeasurable(Why.FILE, "a file with foreign data")
            if values * (self._longest_text if of_any_length else found.dtype.itemsize) > MAX_TEXT_BYTES:
                raise Unmeasurable(Why.FILE, "a file with a name that long")
            if name.startswith(("layer_names", "weight_names")) and values:
                _check_unique(item.attrs[name])


def _check_unique(names: Iterable[object]) -> None:
    plain = [n.decode("utf-8", "replace") if isinstance(n, bytes) else str(n) for n in names]
    parts = [part for name in plain for part in name.split("/")]
    if len(set(plain)) != len(plain) or any(part in ("", ".", "..") for part in parts):
        raise Unmeasurable(Why.FILE, "a file that names one thing twice")
