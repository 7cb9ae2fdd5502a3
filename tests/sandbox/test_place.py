"""A worker's folder goes with its grader, also with one that was killed."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from grader.sandbox import place
from grader.sandbox.place import Place, remove_abandoned

HOLDS_ONE = "import sys; from pathlib import Path; from grader.sandbox.place import Place; print(Place(Path(sys.argv[1])).folder, flush=True); input()"


@pytest.fixture(autouse=True)
def none_is_too_young(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(place, "YOUNG_SECONDS", -1.0)


def test_what_a_killed_grader_left_is_removed_and_what_a_living_one_has_is_not(tmp_path: Path) -> None:
    command = [sys.executable, "-c", HOLDS_ONE, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        folder = Path(other.stdout.readline().strip())
        (folder / "deep" / "er").mkdir(parents=True)
        remove_abandoned(tmp_path)
        assert folder.is_dir()
        other.kill()
        other.wait()
        remove_abandoned(tmp_path)
        assert not folder.exists()


def test_a_new_place_removes_the_abandoned_and_itself_at_the_end(tmp_path: Path) -> None:
    abandoned = tmp_path / f"{place.PREFIX}old"
    abandoned.mkdir()
    mine = Place(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [mine.folder.name]
    mine.remove()
    assert not list(tmp_path.iterdir())


def test_links_other_names_and_young_folders_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (tmp_path / f"{place.PREFIX}link").symlink_to(elsewhere)
    remove_abandoned(tmp_path)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["elsewhere", f"{place.PREFIX}link"]
    monkeypatch.setattr(place, "YOUNG_SECONDS", 60.0)
    young = tmp_path / f"{place.PREFIX}young"
    young.mkdir()
    remove_abandoned(tmp_path)
    assert young.is_dir()
    assert time.time() - young.stat().st_ctime < 60
