"""Measures how much an exercise's accuracies vary with luck: the reference solution, graded once for each seed.

    python -m tests.tools.measure_seeds OUT.jsonl signs autoencoder --seeds 5 [--epochs 100]

One line for each run: the seed, the points, and what the grader measured. Set GRADE_DATA for the real data, leave it
unset for the stand-ins. Goes on where it was stopped.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

REFERENCE = Path(__file__).parents[2] / "reference"
JUDGED_BY_LUCK = ("accuracy", "svm", "xor")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("out", type=Path)
    parser.add_argument("exercises", nargs="+")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--epochs", type=int)
    options = parser.parse_args()
    done = set()
    if options.out.exists():
        lines = map(json.loads, options.out.read_text(encoding="utf-8").splitlines())
        done = {(line["exercise"], line["seed"], line["epochs"], line["data"]) for line in lines}
    data = _data()
    for seed in range(options.seeds):
        for exercise in options.exercises:
            if (exercise, seed, options.epochs, data) not in done:
                line = {"exercise": exercise, "seed": seed, "epochs": options.epochs, "data": data}
                line |= measure(exercise, seed, options.epochs)
                with options.out.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(line, ensure_ascii=False) + "\n")
                print(line, flush=True)


def _data() -> str:
    from grader import datasets

    return datasets.resolve("signs").source


def measure(exercise: str, seed: int, epochs: int | None) -> dict[str, Any]:
    source = (REFERENCE / exercise / "solution.py").read_text(encoding="utf-8")
    source, seeded = re.subn(r"set_random_seed\(\d+\)", f"set_random_seed({seed})", source)
    assert seeded == 1
    if epochs is not None:
        source, changed = re.subn(r"(?m)^EPOQUES = \d+", f"EPOQUES = {epochs}", source)
        assert changed == 1
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder, f"{exercise}.py")
        program.write_text(source, encoding="utf-8")
        report = Path(folder, "record.json")
        command = [sys.executable, "-m", "grader", exercise, str(program), "--fresh", "--quiet", "--lang", "en"]
        subprocess.run(
            [*command, "--time-limit", "7200", "--json", str(report)], check=False, stdout=subprocess.DEVNULL
        )
        record = json.loads(report.read_text(encoding="utf-8"))
    judged = [v for v in record["verdicts"] if v["id"] in JUDGED_BY_LUCK]
    return {
        "seconds": round(record["outcome"]["seconds"], 1),
        "score": record["score"],
        "measured": {v["id"]: v["measured"]["en"] for v in judged},
        "last": {name: round(values[-1], 4) for name, values in record["curves"].items() if values},
    }


if __name__ == "__main__":
    main()
