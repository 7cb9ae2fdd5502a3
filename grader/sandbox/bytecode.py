"""Bytecode, made once. pip compiles what it installs, other installers do not, and a worker may not write: in a read-only
sandbox each start would compile Keras and TensorFlow anew, 12 to 18 s instead of 5.
"""

from __future__ import annotations

import compileall
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

from grader.sandbox.python import PACKAGE

WRITES = "PYTHONDONTWRITEBYTECODE"
SECONDS = 300.0


def missing(modules: Iterable[str]) -> list[str]:
    """Return the libraries among these modules whose bytecode is not there and could be written."""
    libraries = dict.fromkeys(module.partition(".")[0] for module in modules)
    return [library for library in libraries if _lacks(library)]


def compile_once(modules: Iterable[str], environment: Mapping[str, str]) -> None:
    """Compile the grader's own files; and import `modules` in a process that may write bytecode, where that of a
    library is missing. Never raises: without it all works, only slower."""
    modules = tuple(modules)
    compileall.compile_dir(PACKAGE, quiet=2)  # a few milliseconds where nothing has changed
    if not missing(modules):
        return
    program = "import importlib, sys\nfor name in sys.argv[1:]:\n    importlib.import_module(name)\n"
    allowed = {key: value for key, value in environment.items() if key != WRITES}
    with suppress(OSError, subprocess.SubprocessError):
        subprocess.run(
            [sys.executable, "-s", "-P", "-c", program, *modules],
            env=allowed,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )


def _lacks(module: str) -> bool:
    try:
        spec = find_spec(module)
    except (ImportError, ValueError):
        return False
    if spec is None or spec.cached is None or Path(spec.cached).exists():
        return False
    folder = Path(spec.cached).parent
    return os.access(folder if folder.is_dir() else folder.parent, os.W_OK)
