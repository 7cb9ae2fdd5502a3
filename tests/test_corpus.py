"""Programs in the style of real students, each with what it must earn in its own header.

    # exercise: exo1
    # quick                                     graded in the quick suite too
    # beside: mes_fonctions.py                  handed in with it, from tests/corpus/beside
    # expect: training = partial 2              verdict, status, points
    # notice: `keras.layers.core`               part of a notice, in English
    # told: runs = line 14                      part of a verdict's message or hint, in English

Scripts lie in tests/corpus, notebooks in tests/corpus/notebooks, in the percent format. Add a file, get a test.
"""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from grader import catalog
from grader.domain import Record, Status, Submission, Verdict
from grader.grading import Options, Workbench, grade
from tests.tools.notebooks import notebook

CORPUS = Path(__file__).with_name("corpus")
_LINE = re.compile(r"^# (exercise|quick|beside|expect|notice|told)\b:? ?(.*?)\r?$", re.MULTILINE)


@dataclass(frozen=True)
class Expected:
    exercise: str
    quick: bool
    beside: tuple[str, ...]
    verdicts: tuple[tuple[str, Status, float], ...]
    notices: tuple[str, ...]
    told: tuple[tuple[str, str], ...]


def header_of(path: Path) -> Expected:
    found = _LINE.findall(path.read_bytes().decode("utf-8-sig", "replace"))
    every: dict[str, list[str]] = {key: [value for k, value in found if k == key] for key, _ in found}
    verdicts = [re.fullmatch(r"([\w.]+) = (\w+) ([\d.]+)", line) for line in every.get("expect", [])]
    assert "exercise" in every and all(verdicts), f"{path.name}: the header breaks its own rules"
    return Expected(
        every["exercise"][0],
        "quick" in every,
        tuple(every.get("beside", [])),
        tuple((v[1], Status(v[2]), float(v[3])) for v in verdicts if v),
        tuple(every.get("notice", [])),
        tuple((line.partition(" = ")[0], line.partition(" = ")[2]) for line in every.get("told", [])),
    )


def programs() -> list[object]:
    paths = [*sorted(CORPUS.glob("*.py")), *sorted(CORPUS.glob("notebooks/*.py"))]
    return [
        pytest.param(path, id=str(path.relative_to(CORPUS)), marks=() if header_of(path).quick else pytest.mark.slow)
        for path in paths
    ]


def hand_in(path: Path, expected: Expected, folder: Path) -> Submission:
    """As a student would: under the exercise's name, with what belongs to it."""
    main = folder / f"{expected.exercise}{'.ipynb' if path.parent.name == 'notebooks' else '.py'}"
    if main.suffix == ".ipynb":
        main.write_text(json.dumps(notebook(path.read_text(encoding="utf-8"))), encoding="utf-8")
    else:
        shutil.copyfile(path, main)
    for name in expected.beside:
        shutil.copyfile(CORPUS / "beside" / name, folder / name)
    files = tuple(Path(p.name) for p in sorted(folder.iterdir()))
    return Submission("étudiant", expected.exercise, folder, main, files)


@pytest.mark.parametrize("path", programs())
def test_a_program_earns_what_its_header_says(path: Path, workbench: Workbench, tmp_path: Path) -> None:
    expected = header_of(path)
    exercise = catalog.locate().find(expected.exercise)
    record = grade(exercise, hand_in(path, expected, tmp_path), workbench, Options())
    verdicts = {verdict.id: verdict for verdict in record.verdicts}
    assert not record.broken, [(v.id, v.hint.en) for v in record.verdicts if v.status is Status.ERROR]
    wrong = [
        f"{verdicts[id].status} {verdicts[id].points:g} instead of {status} {points:g}: {saying(verdicts[id])}"
        for id, status, points in expected.verdicts
        if (verdicts[id].status, verdicts[id].points) != (status, points)
    ]
    assert not wrong, "\n".join(wrong) + "\n" + record.output_tail[-1500:]
    silent = [part for id, part in expected.told if part not in saying(verdicts[id])]
    assert not silent, "\n".join(saying(verdicts[id]) for id, _ in expected.told)
    assert not missing_notices(expected, record), [notice.text.en for notice in record.notices]


def saying(verdict: Verdict) -> str:
    return f"{verdict.id}: {verdict.message.en} {verdict.hint.en}"


def missing_notices(expected: Expected, record: Record) -> list[str]:
    """Notices that were expected and not given, and troubles of the recorder's own."""
    given = [notice.text.en for notice in record.notices]
    missing = [part for part in expected.notices if not any(part in text for text in given)]
    return missing + [text for text in given if text.startswith("recorder:")]
