"""A library that was installed without bytecode is compiled once, outside of the sandbox."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from grader.sandbox.bytecode import compile_once, missing


def test_what_is_missing_is_compiled_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "bare_library.py").write_text(
        "import os\n(open(os.environ['TOLD'], 'a')).write('x')\n", encoding="utf-8"
    )
    monkeypatch.syspath_prepend(tmp_path)
    told = tmp_path / "told"
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(tmp_path),
        "PYTHONDONTWRITEBYTECODE": "1",
        "TOLD": str(told),
    }
    assert missing(["bare_library.part", "json", "no_such_library"]) == ["bare_library"]
    for _ in range(2):
        compile_once(["bare_library", "json"], environment)
    assert told.read_text() == "x"
    assert missing(["bare_library"]) == []
    assert list((tmp_path / "__pycache__").glob("bare_library.*.pyc"))


def test_a_library_that_cannot_be_imported_stops_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "broken_library.py").write_text("raise RuntimeError\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    compile_once(["broken_library"], {"PATH": os.environ["PATH"], "PYTHONPATH": str(tmp_path)})
