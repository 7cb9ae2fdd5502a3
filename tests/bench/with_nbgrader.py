"""Run by the Python of the rivals' environment: grades notebooks with nbgrader's `autograde`, for the whole class at once.

python with_nbgrader.py FOLDER    holding submissions/*.ipynb; prints one JSON line
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import nbformat

CHECK = "assert exactitude > 0.8"
GRADED = {"grade": True, "grade_id": "q1", "locked": True, "points": 1, "schema_version": 3, "solution": False, "task": False}  # fmt: skip


def with_check(path: Path) -> nbformat.NotebookNode:
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.append(nbformat.v4.new_code_cell(CHECK, metadata={"nbgrader": GRADED}))
    return notebook


def main(folder: Path) -> None:
    from nbgrader.api import Gradebook

    os.chdir(folder)
    submissions = sorted((folder / "submissions").glob("*.ipynb"))
    source = folder / "course" / "source" / "exo1"
    source.mkdir(parents=True)
    nbformat.write(with_check(submissions[0]), source / "exo1.ipynb")
    for number, path in enumerate(submissions):
        target = folder / "course" / "submitted" / f"student{number:02d}" / "exo1"
        target.mkdir(parents=True)
        nbformat.write(with_check(path), target / "exo1.ipynb")
    course = folder / "course"
    command = [sys.executable, "-m", "nbgrader"]
    subprocess.run(
        [*command, "generate_assignment", "exo1", "--force", "--create"], cwd=course, check=True, stdout=sys.stderr
    )
    began = time.perf_counter()
    subprocess.run(
        [*command, "autograde", "exo1", "--create", "--ExecutePreprocessor.timeout=3600"],
        cwd=course,
        check=True,
        stdout=sys.stderr,
    )
    seconds = time.perf_counter() - began
    with Gradebook(f"sqlite:///{course}/gradebook.db") as book:
        passed = sum(submission.score == 1 for submission in book.assignment_submissions("exo1"))
    print(json.dumps({"seconds": seconds, "passed": passed}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
