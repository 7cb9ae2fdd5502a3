"""Readers of foreign bytes, on ten thousand mutated inputs each: no traceback, no hang over five seconds, no GiB.

`pytest -m slow tests/fuzz`; what fails is shrunk by Hypothesis, which prints how to repeat it. A smaller number runs with
the quick tests.
"""

from __future__ import annotations

import resource
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz.readers import READERS, FuzzedReader

GIB = 1 << 30
SECONDS = timedelta(seconds=5)
PIECES = (
    b"\x00", b"\xff", b"\n", b"\r", b'"', b"'", b"{", b"}", b"[", b"]", b",", b";", b"\\", b"../", b"/", b"0", b"-1", b"1e999",
    b"9" * 400, b"null", b"[" * 3000, b"{\"a\":" * 1500, b"\xef\xbb\xbf", b"\xff\xfe", "é".encode(), b"\\ud800", b"PK\x03\x04",
)  # fmt: skip


@st.composite
def mutated(draw: st.DrawFn, seeds: tuple[bytes, ...]) -> bytes:
    """A seed with some of its bytes changed, dropped, doubled, or cut off at the end."""
    data = bytearray(draw(st.sampled_from(seeds)))
    for _ in range(draw(st.integers(0, 6))):
        at = draw(st.integers(0, len(data)))
        length = draw(st.sampled_from([0, 1, 1, 2, 8, 64]))
        how = draw(st.sampled_from(["piece", "bytes", "drop", "double", "cut"]))
        if how == "piece":
            data[at : at + length] = draw(st.sampled_from(PIECES))
        elif how == "bytes":
            data[at : at + length] = draw(st.binary(max_size=8))
        elif how == "drop":
            del data[at : at + length]
        elif how == "double":
            data[at:at] = data[at : at + length]
        else:
            del data[at:]
    return bytes(data)


@pytest.fixture
def within_a_gib() -> Iterator[None]:
    """No more memory than a GiB beyond what is held already: a reader that asks for it fails."""
    before = resource.getrlimit(resource.RLIMIT_DATA)
    held = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[5]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_DATA, (held + GIB, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_DATA, before)


def never_breaks(reader: FuzzedReader, examples: int) -> None:
    folder = Path(tempfile.mkdtemp())

    @settings(max_examples=examples, deadline=SECONDS, database=None, suppress_health_check=list(HealthCheck))
    @given(data=mutated(reader.seeds))
    def holds(data: bytes) -> None:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        with suppress(*reader.refuses):
            reader.read(data, folder)

    try:
        holds()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.slow
@pytest.mark.usefixtures("within_a_gib")
@pytest.mark.parametrize("reader", READERS, ids=lambda r: r.name)
def test_ten_thousand_mutated_inputs_break_no_reader(reader: FuzzedReader) -> None:
    never_breaks(reader, 10_000)


@pytest.mark.parametrize("reader", READERS, ids=lambda r: r.name)
def test_some_mutated_inputs_break_no_reader(reader: FuzzedReader) -> None:
    never_breaks(reader, 100)


@pytest.mark.parametrize("reader", READERS, ids=lambda r: r.name)
def test_every_seed_is_taken(reader: FuzzedReader, tmp_path: Path) -> None:
    """Else the mutations begin with nothing."""
    for number, seed in enumerate(reader.seeds):
        folder = tmp_path / str(number)
        folder.mkdir()
        if reader.name != "decisions":  # a folder of decisions without a gradebook is refused, and named so
            reader.read(seed, folder)
