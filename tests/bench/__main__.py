"""Benchmarks: `python -m tests.bench [startup] [rivals] [audit] [flat] [threads] [reading] [--quick]`;
all of these without a name. `python -m tests.bench soak --hours N` kills processes at random, so long.

Whatever is compared is measured in the same run. The table that is printed at the end can be pasted into the README.
On a machine that does other things besides, only the ratios mean something.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
import time

from tests.bench.table import Row, Settings, markdown

NAMES = ("startup", "rivals", "audit", "flat", "threads", "reading")
ALONE = ("soak",)  # only where it is named


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"which ones: {', '.join(NAMES)} (default: all)")
    parser.add_argument("--runs", type=int, default=9, help="of what is measured by its median")
    parser.add_argument("--quick", action="store_true", help="small cases, to see that it works")
    parser.add_argument("--hours", type=float, default=0.0, help="how long to soak; one class at least")
    asked = parser.parse_args()
    if unknown := set(asked.names) - {*NAMES, *ALONE}:
        parser.error(f"no benchmark named {', '.join(sorted(unknown))}")
    rows: list[Row] = []
    for name in asked.names or NAMES:
        began = time.perf_counter()
        rows += importlib.import_module(f"tests.bench.{name}").run(Settings(asked.runs, asked.quick, asked.hours))
        print(f"{name}: {time.perf_counter() - began:.0f} s", file=sys.stderr)
    print(markdown(rows))


if __name__ == "__main__":
    os.environ.pop("GRADE_DATA", None)
    main()
