"""A class of notebooks graded by us and by two other autograders: equal notebooks, equal training, one run.

Ours is `grade batch` in a sandbox, two submissions at a time, everything from the start of the command to its end;
otter-grader 7 grades in one process (`otter.api.grade_submission`, its fastest mode), nbgrader 0.9 with `autograde`. Neither has
sandbox; both only test that an accuracy that the notebook computed is high enough. Their environment is made in a
temporary folder, with the libraries of this one behind its own.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path
from typing import Any

import numpy as np

from tests.bench.table import Row, Settings, seconds

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
RIVALS = ("otter-grader==7.*", "nbgrader==0.9.*")
CLASS, SMALL_CLASS = 24, 3
EPOCHS, FEW_EPOCHS = 10, 2


def run(settings: Settings) -> list[Row]:
    count, epochs = (SMALL_CLASS, FEW_EPOCHS) if settings.quick else (CLASS, EPOCHS)
    with tempfile.TemporaryDirectory() as folder:
        python = environment(Path(folder) / "venv")
        ours = with_ours(Path(folder) / "ours", count, epochs)
        rows: list[Row] = [
            (f"{count} notebooks of exo1, {epochs} epochs: ours, sandboxed, 2 at a time", seconds(ours), "")
        ]
        for name, script in (("otter-grader 7", "with_otter.py"), ("nbgrader 0.9", "with_nbgrader.py")):
            theirs = with_rival(python, script, Path(folder) / script, count, epochs)
            rows.append((f"the same with {name}", f"{seconds(theirs)}, {theirs / ours:.1f} times as long", "≥ 4 times"))
    return rows


def with_ours(folder: Path, count: int, epochs: int) -> float:
    for number in range(count):
        notebook(folder / "class" / f"student{number:02d}" / "exo1.ipynb", number, epochs)
    command = [sys.executable, "-m", "grader", "batch", str(folder / "class"), "--out", str(folder / "out")]
    began = time.perf_counter()
    ran = subprocess.run([*command, "--jobs", "2"], cwd=ROOT, capture_output=True, text=True, check=False)
    took = time.perf_counter() - began
    records = [json.loads(path.read_text(encoding="utf-8")) for path in (folder / "out").rglob("*.exo1.json")]
    if len(records) != count or not all(record["outcome"]["status"] == "ok" for record in records):
        raise RuntimeError(f"ours: {ran.returncode}\n{ran.stdout[-2000:]}\n{ran.stderr[-2000:]}")
    return took


def with_rival(python: Path, script: str, folder: Path, count: int, epochs: int) -> float:
    for number in range(count):
        notebook(folder / "submissions" / f"student{number:02d}.ipynb", number, epochs)
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "OMP_", "TF_"))}
    ran = subprocess.run(
        [str(python), str(HERE / script), str(folder)],
        capture_output=True,
        text=True,
        check=False,
        env={**clean, "PATH": f"{python.parent}:{clean.get('PATH', '')}", "TF_CPP_MIN_LOG_LEVEL": "3"},
    )
    told: dict[str, Any] = json.loads(ran.stdout.splitlines()[-1]) if ran.returncode == 0 else {}
    if told.get("passed") != count:
        raise RuntimeError(f"{script}: {ran.returncode} {told}\n{ran.stderr[-2000:]}")
    return float(told["seconds"])


def environment(folder: Path) -> Path:
    """A virtual environment with both rivals; what they do not pin comes from this one."""
    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    own = next((folder / "lib").glob("python*/site-packages"))
    (own / "host.pth").write_text(str(Path(np.__file__).parents[1]) + "\n", encoding="utf-8")
    subprocess.run([str(python), "-m", "pip", "install", "-q", *RIVALS], check=True, stderr=subprocess.DEVNULL)
    return python


def notebook(path: Path, number: int, epochs: int) -> None:
    """The solution of exo1, its own seed and number of epochs, reading the data from a file that all can read."""
    from grader import datasets

    file = datasets.resolve("mnist").folder / "mnist.npz"
    source = json.loads((ROOT / "reference" / "exo1" / "solution.ipynb").read_text(encoding="utf-8"))
    for cell in source["cells"]:
        text = "".join(cell["source"])
        text = text.replace("set_random_seed(1)", f"set_random_seed({number + 1})")
        text = text.replace("epochs=10", f"epochs={epochs}")
        text = text.replace("(X_train, y_train), (X_test, y_test) = keras.datasets.mnist.load_data()", LOAD % str(file))
        cell["source"] = text
    told = json.dumps(source)
    assert f"set_random_seed({number + 1})" in told and f"epochs={epochs}" in told and "np.load" in told
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(told, encoding="utf-8")


LOAD = """import numpy as np

with np.load(%r) as donnees:
    X_train, y_train = donnees["x_train"], donnees["y_train"]
    X_test, y_test = donnees["x_test"], donnees["y_test"]"""
