"""The command line, typed in a folder of its own."""

from __future__ import annotations

import sys
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest

from grader.cli.main import run


@pytest.fixture
def typed(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., tuple[int, str]]:
    """`grade …` in a folder of its own: the exit code, and what was told in English."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GRADE_AUTHOR", "Mme Curie")

    def do(*words: str, keys: str = "") -> tuple[int, str]:
        capsys.readouterr()
        monkeypatch.setattr(sys, "stdin", StringIO(keys))
        code = run([*words, "--lang", "en"])
        told = capsys.readouterr()
        assert "Traceback" not in told.out + told.err
        return code, told.out + told.err

    return do
