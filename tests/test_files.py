"""Files are written whole or not at all, whoever else writes them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from grader.files import write_whole


def test_threads_that_write_the_same_file_leave_one_of_the_texts_and_no_draft(tmp_path: Path) -> None:
    path = tmp_path / "record.json"
    texts = [str(n) * 100_000 for n in range(8)]
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda text: write_whole(path, text), texts * 4))
    assert path.read_text() in texts
    assert [entry.name for entry in tmp_path.iterdir()] == ["record.json"]


def test_what_cannot_take_its_place_leaves_no_draft(tmp_path: Path) -> None:
    (tmp_path / "taken" / "by a folder").mkdir(parents=True)
    with pytest.raises(OSError, match="directory"):
        write_whole(tmp_path / "taken", "x")
    assert [entry.name for entry in tmp_path.iterdir()] == ["taken"]
