"""The README tells of everything there is: commands, options, checks, isolation backends, exit codes, rooms."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from grader.cli import exits
from grader.cli.main import build
from grader.reports.formats import FORMATS
from grader.sandbox import BACKENDS

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
# Shared by checks, no check themselves.
HELPERS = {"findings", "outlines", "embedding_findings"}


def commands() -> list[str]:
    app = build("en")
    names = [c.name or getattr(c.callback, "__name__", "") for c in app.registered_commands if not c.hidden]
    return [*names, *(str(group.name) for group in app.registered_groups)]


@pytest.mark.parametrize("name", commands())
def test_every_command_is_told(name: str) -> None:
    assert f"`grade {name}" in README


@pytest.mark.parametrize("path", sorted((ROOT / "grader" / "checks").glob("*.py")), ids=lambda p: p.stem)
def test_every_check_is_told(path: Path) -> None:
    if path.stem not in HELPERS | {"__init__"}:
        assert re.search(rf"^\| .*`{path.stem}`.* \|", README, re.MULTILINE), f"no row for {path.stem}"


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_is_told(name: str) -> None:
    assert re.search(rf"^\| .*`{name}`.* \|", README, re.MULTILINE)


@pytest.mark.parametrize("name", BACKENDS)
def test_every_backend_is_told(name: str) -> None:
    assert name in README


@pytest.mark.parametrize("code", [exits.FULL_MARKS, exits.MARKS_LOST, exits.USAGE, exits.BROKEN, exits.INTERRUPTED])
def test_every_exit_code_is_told(code: int) -> None:
    assert re.search(rf"^\| {code} \|", README, re.MULTILINE)


@pytest.mark.parametrize(
    "path", sorted(p for p in (ROOT / "grader").iterdir() if p.name[0] not in "_."), ids=lambda p: p.name
)
def test_every_room_is_told(path: Path) -> None:
    if path.suffix == ".py" or path.is_dir():
        assert path.name.removesuffix(".py") in README


@pytest.mark.parametrize("path", sorted((ROOT / "assignments").glob("*/exercise.py")), ids=lambda p: p.parent.name)
def test_every_exercise_is_told(path: Path) -> None:
    assert f"`{path.parent.name}`" in README
