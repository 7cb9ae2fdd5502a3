"""What an archive is asked for, and what each of its entries says of itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from grader.intake.refusals import Why

MIB = 1 << 20
CHUNK = 1 << 18


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one archive may ask for. `ratio` bounds unpacked to packed bytes, from `ratio_from` bytes on.

    `share_entries` and `share_total` bound what each entry of the outermost level may ask for (0: no bound of its own):
    in a class's archive these are students, and nobody takes another's room.
    """

    archive: int = 4096 * MIB
    entries: int = 50_000
    total: int = 8192 * MIB
    file: int = 512 * MIB
    ratio: int = 200
    ratio_from: int = 16 * MIB
    share_entries: int = 0
    share_total: int = 0


CLASS = Bounds(entries=200_000, share_entries=10_000, share_total=1024 * MIB)
STUDENT = Bounds(archive=512 * MIB, total=1024 * MIB)


@dataclass(frozen=True, slots=True)
class Member:
    """One entry, as the archive tells of it: `packed` is 0 where the kind of archive does not say."""

    name: str
    folder: bool
    size: int
    packed: int
    modified: float
    refused: Why | None
    chunks: Callable[[], Iterator[bytes]]


class Stop(Exception):
    """The rest of the archive cannot be read, for this reason."""

    def __init__(self, why: Why) -> None:
        super().__init__(why)
        self.why = why
