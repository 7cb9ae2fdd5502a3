"""What a program was seen to hold is remembered as long as neither it, nor the exercises, nor the reader has changed."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from grader import catalog
from grader.catalog import Catalog
from grader.grading import keys
from grader.grading.exercise_detector import CachedDetector


class Detecting:
    """Counts what it is asked, and sees the exercise that a file names."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, paths: Sequence[Path]) -> list[tuple[str, ...] | None]:
        self.asked += [path.name for path in paths]
        texts = [path.read_text(encoding="utf-8") for path in paths]
        return [None if text == "late" else tuple(text.split()) for text in texts]


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    for name, text in {"a.py": "exo1 exo2", "b.py": "", "c.py": "exo3"}.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return sorted(tmp_path.glob("*.py"))


def seen(files: list[Path], place: Path, known: Catalog | None = None) -> tuple[list[tuple[str, ...]], list[str]]:
    looking = Detecting()
    detector = CachedDetector(looking, place, known or catalog.locate())
    found = detector(files)
    detector.keep()
    return [("?",) if ids is None else tuple(ids) for ids in found], looking.asked


def test_an_unchanged_file_is_looked_into_once(files: list[Path], tmp_path: Path) -> None:
    place = tmp_path / ".looks.json"
    first, asked = seen(files, place)
    assert asked == ["a.py", "b.py", "c.py"] and first == [("exo1", "exo2"), (), ("exo3",)]
    assert seen(files, place) == (first, [])


def test_a_changed_file_is_looked_into_again_and_a_new_one_too(files: list[Path], tmp_path: Path) -> None:
    place = tmp_path / ".looks.json"
    seen(files, place)
    files[1].write_text("exo5", encoding="utf-8")
    new = tmp_path / "d.py"
    new.write_text("exo6", encoding="utf-8")
    assert seen([*files, new], place) == ([("exo1", "exo2"), ("exo5",), ("exo3",), ("exo6",)], ["b.py", "d.py"])


def test_what_could_not_be_looked_into_is_looked_into_again(files: list[Path], tmp_path: Path) -> None:
    """A limit, or a parser that broke down, may be the machine's mood."""
    place = tmp_path / ".looks.json"
    files[1].write_text("late", encoding="utf-8")
    for asked in (["a.py", "b.py", "c.py"], ["b.py"]):
        assert seen(files, place) == ([("exo1", "exo2"), ("?",), ("exo3",)], asked)


def test_other_exercises_or_another_reader_look_again(
    files: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place, known = tmp_path / ".looks.json", catalog.locate()
    seen(files, place)
    shutil.copytree(known.assignments, tmp_path / "assignments")
    other = Catalog(tmp_path / "assignments", None)
    assert len(seen(files, place, other)[1]) == 3 and seen(files, place, other)[1] == []
    specification = tmp_path / "assignments" / "exo1" / "exercise.py"
    text = specification.read_text(encoding="utf-8")
    specification.write_text(f"{text}\n# a comment\n", encoding="utf-8")
    assert seen(files, place, other)[1] == []
    specification.write_text(f"{text}\nCHANGED = True\n", encoding="utf-8")
    assert len(seen(files, place, other)[1]) == 3
    monkeypatch.setattr(keys, "code", lambda *entries: "another reader")
    assert len(seen(files, place, other)[1]) == 3


@pytest.mark.parametrize("spoilt", ["", "[]", "{", '{"key": 1}', '{"key": "KEY", "seen": [1]}', '{"seen": {}}'])
def test_a_spoilt_memory_is_none(spoilt: str, files: list[Path], tmp_path: Path) -> None:
    place = tmp_path / ".looks.json"
    key = CachedDetector(Detecting(), place, catalog.locate())._key
    place.write_text(spoilt.replace("KEY", key), encoding="utf-8")
    assert len(seen(files, place)[1]) == 3 and seen(files, place)[1] == []


def test_where_nothing_can_be_written_it_is_looked_again(files: list[Path], tmp_path: Path) -> None:
    place = tmp_path / "absent" / ".looks.json"
    assert len(seen(files, place)[1]) == len(seen(files, place)[1]) == 3
