"""Run by the Python of the rivals' environment: grades notebooks with otter-grader, in one process, its fastest way.

python with_otter.py FOLDER    holding submissions/*.ipynb; prints one JSON line
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

TEST = {
    "name": "q1",
    "points": 1,
    "suites": [
        {
            "cases": [{"code": ">>> bool(exactitude > 0.8)\nTrue", "hidden": False, "locked": False}],
            "scored": True,
            "setup": "",
            "teardown": "",
            "type": "doctest",
        }
    ],
}


def main(folder: Path) -> None:
    import otter.api
    import otter.generate

    os.chdir(folder)
    tests = folder / "tests"
    tests.mkdir()
    (tests / "q1.py").write_text(f"OK_FORMAT = True\ntest = {TEST!r}\n", encoding="utf-8")
    otter.generate.main(tests_dir=str(tests), output_path="autograder.zip", no_environment=True, no_requirements=True)
    began = time.perf_counter()
    scores = [
        otter.api.grade_submission(str(path), "autograder.zip", quiet=True).total
        for path in sorted((folder / "submissions").glob("*.ipynb"))
    ]
    print(json.dumps({"seconds": time.perf_counter() - began, "passed": sum(score == 1 for score in scores)}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
