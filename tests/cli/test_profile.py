"""`--profile` tells where the time went, and its parts add up to the time on the clock."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from grader.cli import profile

ROOT = Path(__file__).parents[2]


def figures(told: str) -> dict[str, float]:
    """The first word of each row, or "Total", with its seconds."""
    rows = (re.match(r"\s*(\w+).*?([\d,]+\.\d+)\u202fs", line) for line in told.splitlines())
    return {row[1]: float(row[2].replace(",", "")) for row in rows if row is not None}


def test_the_phases_of_a_command_add_up_to_the_time_on_the_clock() -> None:
    arguments = ["exo1", "submissions/etudiant01", "--mode", "static", "--profile", "--json", "-", "--lang", "en"]
    began = time.perf_counter()
    ran = subprocess.run(
        [sys.executable, "-m", "grader", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    took = time.perf_counter() - began
    assert ran.stdout.lstrip().startswith("{")  # what other programs read stays what it was
    told = figures(ran.stderr)
    total = told.pop("Total")
    assert told.keys() == {"start", "intake", "static", "checks", "report"}
    assert sum(told.values()) == pytest.approx(total, abs=0.03)
    assert took / 2 < total <= took + 0.05  # Python's own end comes after the table


def test_a_batch_tells_what_its_workers_did_besides(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = profile.BatchProfile()
    for _ in range(4):
        batch.add({"static": 0.5, "student": 1.0})
    batch.add({})  # judged again, not run
    monkeypatch.setattr("time.perf_counter", lambda: batch._began + 4.0)
    batch.show(jobs=2, lang="en")
    told = figures(capsys.readouterr().err)
    assert told["static"] == 2.0 and told["student"] == 4.0
    assert told["Between"] == 2.0  # 2 workers had 4 seconds each
    assert told["Total"] == 8.0
    assert told["On"] == 4.0
