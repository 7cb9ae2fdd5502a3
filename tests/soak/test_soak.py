"""A small soak for continuous integration; `python -m tests.bench soak --hours N` runs it long."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from grader.store.record_files import record_name
from tests.soak.soak import soaked, wrong_in


@pytest.mark.slow
def test_a_class_survives_random_kills(tmp_path: Path) -> None:
    seed = random.SystemRandom().randrange(1 << 32)
    made = soaked(tmp_path, students=60, seed=seed, kills=14)
    print(f"seed {seed}: {dict(made.kills)}, {made.starts} starts")
    assert made.wrong == [], f"seed {seed}"
    assert made.kills.total() > 3, "it was over before anything was killed"
    # The measure itself: what is spoilt is noticed.
    path = tmp_path / "out" / record_name("s000", "exo1")
    path.write_text(path.read_text(encoding="utf-8").replace('"s000"', '"s001"'), encoding="utf-8")
    (tmp_path / "out" / "index.html").write_text("", encoding="utf-8")
    names = {f"s{number:03}": "7850" for number in range(61)}
    told = " ".join(wrong_in(tmp_path / "out", names))
    assert path.name in told and "page" in told and "s060: 0 times" in told
