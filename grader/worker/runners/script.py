"""Runs a script as `python script.py` would: as `__main__`, with its own argv and its folder first on the path."""

from __future__ import annotations

import io
import linecache
import sys
import threading
import tokenize
import types
from collections.abc import Callable

from grader.worker.recorder import Recorder
from grader.worker.runners.student_job import StudentJob

FAILED = 1


def run(job: StudentJob, make_recorder: Callable[[], Recorder]) -> int:
    """Run the script under a recorder, and return its exit code."""
    recorder = make_recorder()
    path = job.work / job.main
    module = types.ModuleType("__main__")
    module.__file__ = str(path)
    sys.modules["__main__"] = module
    sys.argv = [job.main]
    sys.path.insert(0, str(path.parent))
    recorder.install()
    try:
        source = decode(path.read_bytes())
        linecache.cache[str(path)] = (len(source), None, source.splitlines(keepends=True), str(path))
        exec(compile(source, str(path), "exec", dont_inherit=True), module.__dict__)
    except SystemExit as exit_:
        code = _exit_code(exit_)
        if code:
            recorder.failed(exit_)
    except BaseException as problem:
        recorder.failed(problem)
        code = FAILED
    else:
        code = 0
    if code == 0:
        _wait_for_threads()
    recorder.finish(module.__dict__, ended=code == 0)
    return code


def decode(source: bytes) -> str:
    """Return the text by UTF-8, the file's own declaration, or Latin-1, which never fails; NULs are left to the compiler."""
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(source).readline)
        return io.TextIOWrapper(io.BytesIO(source), encoding).read()
    except (SyntaxError, UnicodeDecodeError, LookupError):
        return io.TextIOWrapper(io.BytesIO(source), "latin-1").read()


def _exit_code(problem: SystemExit) -> int:
    if problem.code is None or problem.code == 0:
        return 0
    return problem.code & 0xFF or FAILED if isinstance(problem.code, int) else FAILED


def _wait_for_threads() -> None:
    """Wait as the interpreter does at its end; the time limit bounds it."""
    for thread in threading.enumerate():
        if thread is not threading.current_thread() and not thread.daemon:
            thread.join()
