"""What comes out of the sandbox is what was read in it, word for word."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from grader import catalog
from grader.domain import Submission
from grader.evidence import Fields, read_json
from grader.intake.exercise_names import Naming
from grader.parsing import DetectExercises, Parser, Read, lines_of, reading_of
from grader.parsing.parser import LINE_BYTES
from grader.reading import read
from grader.reading.attribution import exercises_in
from grader.reading.detection import detect_exercises, net_of
from tests.conftest import notebook_of
from tests.tools.notebooks import notebook

ROOT = Path(__file__).parents[2]
KNOWN = catalog.locate()
KEYS = ("parametres", "convexe", "minimum_global", "n")
PROGRAMS = [
    *sorted((ROOT / "tests/corpus").glob("*.py")),
    *sorted((ROOT / "tests/corpus").glob("notebooks/*.py")),
    *sorted((ROOT / "submissions").glob("*/*.py")),
    *sorted((ROOT / "submissions").glob("*/*.ipynb")),
]


def laid(path: Path, folder: Path) -> Submission:
    """The program alone in a folder, with texts beside it; a notebook of the corpus as a notebook."""
    content, name = path.read_bytes(), path.name
    if path.parent.name == "notebooks":
        content, name = json.dumps(notebook(content.decode("utf-8"))).encode(), path.with_suffix(".ipynb").name
    (folder / name).write_bytes(content)
    for beside in ("reponses.md", "reponses_exo1.txt", "sub/answers.md"):
        (folder / beside).parent.mkdir(exist_ok=True)
        (folder / beside).write_text(f"n : {beside} — é\n", encoding="utf-8")
    files = tuple(path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return Submission("ana", "exo1", folder, folder / name, files)


def test_every_program_of_the_corpus_reads_the_same_through_the_sandbox(parser: Parser, tmp_path: Path) -> None:
    submissions = []
    for number, path in enumerate(PROGRAMS):
        folder = tmp_path / str(number)
        folder.mkdir()
        submissions.append(laid(path, folder))
    ids = KNOWN.ids()
    found = parser.all([Read(submission, KEYS, ids) for submission in submissions])
    for submission, reading in zip(submissions, found, strict=True):
        assert reading == read(submission, KEYS, Naming(ids)), submission.main.name
    assert sum(bool(reading.answers) for reading in found) > 10
    assert sum(reading.failure is not None for reading in found) > 2
    assert sum(bool(reading.notices) for reading in found) >= 3
    assert sum(len(exercises_in(reading.parts)) > 1 for reading in found) >= 2


def test_every_program_of_the_corpus_shows_the_same_exercises(parser: Parser, tmp_path: Path) -> None:
    ids, models = KNOWN.ids(), {id_: KNOWN.find(id_).models for id_ in ("exo1", "exo2", "exo3")}
    networks = {id_: [net_of(spec) for spec in specs] for id_, specs in models.items()}
    found = parser.all([DetectExercises(path, ids, networks) for path in PROGRAMS])
    assert found == [detect_exercises(path, Naming(ids), networks) for path in PROGRAMS]
    assert {("exo1",), ("exo2",), ("exo1", "exo2")} <= set(found)


ODD = {
    "controls": "".join(map(chr, range(1, 32))) * 9000 + "x = 1\n",
    "wide": "# " + "\U0001f600" * 300_000,
    "imports": "".join(f"import {'a' * 190}{n}\n" for n in range(4000)),
    "a long import": f"import {'a' * 4000}\nimport os\n",
    "a surrogate": "REPONSES = {'n': '\\ud800é'}\n",
    "a long key": f"REPONSES = {{'{'k' * 5000}': 'x', 'n': 'y'}}\n",
    "a long answer": f"REPONSES = {{'n': '{'é' * 30_000}'}}\n",
    "separators": "x = '\u2028\u2029\x85'\nREPONSES = {'n': '\u2028'}\n",
    "parts": "".join(f"# Exercice {n % 7}\ndef exo{n % 7}(): pass\n" for n in range(2000)),
    "old python": "print 'x'\n" * 1000,
}


@pytest.mark.parametrize("kind", ODD)
def test_what_is_long_or_odd_comes_out_whole(kind: str, parser: Parser, tmp_path: Path) -> None:
    (tmp_path / "exo1.py").write_text(ODD[kind], encoding="utf-8")
    submission = Submission("ana", "exo1", tmp_path, tmp_path / "exo1.py", (Path("exo1.py"),))
    found, direct = parser.one(Read(submission, KEYS, KNOWN.ids())), read(submission, KEYS, Naming(KNOWN.ids()))
    assert found.source == direct.source and found.parts == direct.parts and found.notices == direct.notices
    assert found.imports == {name for name in direct.imports if len(name) <= 200}
    known = {key: text.encode("utf-8", "replace").decode() for key, text in direct.answers.items() if len(key) <= 200}
    assert found.answers == known


def test_a_notebook_of_many_cells_comes_out_whole(parser: Parser, tmp_path: Path) -> None:
    (tmp_path / "exo1.ipynb").write_bytes(notebook_of(*(f"x = {n}" for n in range(20_000))))
    submission = Submission("ana", "exo1", tmp_path, tmp_path / "exo1.ipynb", (Path("exo1.ipynb"),))
    assert parser.one(Read(submission)) == read(submission)


def test_no_file_makes_a_line_that_is_too_long(tmp_path: Path) -> None:
    chance = random.Random(3)
    path = tmp_path / "exo1.py"
    submission = Submission("ana", "exo1", tmp_path, path, (Path("exo1.py"),))
    pieces = ["import ", "é" * 199, "# Exercice 1\n", "REPONSES={'n':'", "\0", "\U0001f600" * 500, "'}\n", "\n", "x=1;"]
    for _ in range(60):
        path.write_text("".join(chance.choices(pieces, k=3000)), encoding="utf-8")
        reading = read(submission, KEYS, Naming(KNOWN.ids()))
        lines = [_json(line) for line in lines_of(reading)]
        assert all(len(line) < LINE_BYTES for line in lines)
        assert reading_of([Fields(read_json(line)) for line in lines], "exo1.py").source == reading.source


def _json(line: object) -> bytes:
    return json.dumps(line).encode()
