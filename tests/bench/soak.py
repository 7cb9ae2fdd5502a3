"""Hours of random kills: `python -m tests.bench soak --hours N`. Not a time but a count is measured: nothing wrong."""

from __future__ import annotations

import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.bench.table import Row, Settings
from tests.soak.soak import soaked

CLASS, KILLS = 60, 20


def run(settings: Settings) -> list[Row]:
    until = time.monotonic() + 3600 * settings.hours
    kills: Counter[str] = Counter()
    rounds = 0
    while rounds == 0 or time.monotonic() < until:
        seed = random.SystemRandom().randrange(1 << 32)
        with tempfile.TemporaryDirectory(prefix="grade-soak-") as folder:
            made = soaked(Path(folder), 8 if settings.quick else CLASS, seed, 3 if settings.quick else KILLS)
        if made.wrong:
            raise SystemExit(f"seed {seed}: {made.wrong}")
        rounds, kills = rounds + 1, kills + made.kills
        print(f"soak: seed {seed}, {dict(made.kills)}, {made.starts} starts", file=sys.stderr)
    told = ", ".join(f"{count} {kind}" for kind, count in sorted(kills.items()))
    return [(f"soak: {rounds} classes of {CLASS}, kills: {told}", "nothing wrong", "nobody lost, doubled, mismarked")]
