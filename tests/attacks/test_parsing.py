"""What students made is parsed in the sandbox, and a file that is too much for the parser costs its author alone."""

from __future__ import annotations

import io
import json
import shutil
import struct
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NoReturn

import numpy as np
import pytest

from grader import catalog
from grader.domain import Evidence, Limits, Mode, Record, Status, StoredArray, Submission
from grader.evidence import InvalidEvidence, arrays, arrays_of, directory, stored_array
from grader.grading import CachePolicy, Options, Workbench, grade, reading_workbench, rejudge
from grader.grading import execute as grading_execute
from grader.grading.run_cache import RunCache
from grader.intake import find_all
from grader.parsing import Parser, Read, unpacked_by
from grader.parsing import parser as parsing
from grader.reading import notebook, source, syntax
from grader.sandbox import Job, WorkerHandle
from tests.attacks.attack import HONEST, Arena, Canaries, marks, said, through
from tests.conftest import notebook_of
from tests.endings import waits_no_longer_than

NESTED = json.dumps({"cells": [], "nbformat": 4, "x": "@"}).replace('"@"', "[" + '{"":0},' * 900_000 + "{}]").encode()
LIGHT = Path(__file__).parents[1] / "sandbox"
PROGRAM = """
import keras
from keras.datasets import mnist
import matplotlib.pyplot as plt
REPONSES = {"parametres": "7850", "convexe": "oui"}
(x_train, y_train), _ = mnist.load_data()
x, y = x_train[:600].reshape(600, 784) / 255, keras.utils.to_categorical(y_train[:600], 10)
model = keras.Sequential([keras.Input((784,)), keras.layers.Dense(10, activation="softmax")])
model.compile(optimizer=keras.optimizers.SGD(0.5), loss="categorical_crossentropy", metrics=["accuracy"])
model.fit(x, y, batch_size=300, epochs=1, verbose=0)
plt.imshow(x_train[0]); plt.show()
print("fini")
"""


@through("files")
def test_a_notebook_too_intricate_to_be_read_costs_its_author_alone(
    arena: Arena, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = marks(arena.grade(HONEST))
    with monkeypatch.context() as patch:
        patch.setattr(parsing, "LIMITS", replace(parsing.LIMITS, memory_mib=60))
        (tmp_path / "exo1.ipynb").write_bytes(NESTED)
        submission = Submission("mallory", "exo1", tmp_path, tmp_path / "exo1.ipynb", (Path("exo1.ipynb"),))
        record = grade(catalog.locate().find("exo1"), submission, arena.workbench, Options())
        assert marks(arena.grade(HONEST)) == honest, "the honest program that comes next has its normal mark"
    assert record.score == 0 and not record.broken and record.failure is not None
    assert "TooIntricate" in said(record) and record.outcome is None, "it was not run"
    runs = next(verdict for verdict in record.verdicts if verdict.id == "runs")
    assert runs.status is Status.FAILED and "demande plus de temps ou de mémoire" in runs.message.fr
    assert any("memory" in notice.text.en for notice in record.notices)


@pytest.mark.parametrize("backend", ["bubblewrap", "landlock"])
def test_the_parser_is_kept_apart_as_a_student_is(backend: str, arenas: Callable[[str], Arena]) -> None:
    """It sees one folder: not the reference, not another submission, not the grader's state."""
    workbench = arenas(backend).workbench
    with workbench.parser.held() as handle:
        folder = handle.new_folder()
        reach = handle._message(Job("grader.parsing.job", {}, Limits(), folder)).confinement
        assert reach is not None
        assert [path for path in reach.write if path.startswith(str(handle.folder))] == [str(folder)]
        assert str(workbench.runner.folder) not in [*reach.read, *reach.write]
        assert not any((catalog.locate().reference or folder).is_relative_to(path) for path in reach.read)


REACH = """
import json, os, socket
def reached(what):
    try:
        what()
        return "reached"
    except OSError:
        return "refused"
found = {
    "secret": reached(lambda: open(SECRET).read()),
    "reference": reached(lambda: os.listdir(REFERENCE)),
    "student": reached(lambda: os.listdir(STUDENT)),
    "beside": reached(lambda: open(SECRET + ".x", "w")),
    "network": reached(lambda: socket.create_connection(tuple(ADDRESS), 2)),
    "worker": reached(lambda: os.kill(os.getppid(), 9)),
    "own folder": reached(lambda: open(folder + "/0/x", "w")),
}
for line in ({"source": json.dumps(found)}, {"done": True}):
    os.write(events, json.dumps({"of": 0, **line}).encode() + b"\\n")
"""


@pytest.mark.parametrize("backend", ["bubblewrap", "landlock"])
def test_a_parser_that_was_taken_over_reaches_nothing(
    backend: str,
    arenas: Callable[[str], Arena],
    tmp_path: Path,
    canaries: Canaries,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As if a file had found a fault in Python's own parser: its code runs where the reader would."""
    arena, reference = arenas(backend), catalog.locate().reference
    known = {"SECRET": str(canaries.file), "STUDENT": str(arena.workbench.runner.folder), "REFERENCE": str(reference)}
    code = "".join(f"{name} = {value!r}\n" for name, value in {**known, "ADDRESS": canaries.listen("tcp")}.items())
    monkeypatch.setattr(
        parsing,
        "Job",
        lambda entry, fields, limits, folder: Job(
            "tests.sandbox.light", {"code": code + REACH, "folder": str(folder)}, limits, folder
        ),
    )
    (tmp_path / "exo1.py").write_text("x = 1\n", encoding="utf-8")
    with Parser(lambda: arena.sandbox) as parser:
        parser._handle = WorkerHandle(arena.sandbox, (LIGHT,), ("tests.sandbox.light",), threads=1)
        submission = Submission("mallory", "exo1", tmp_path, tmp_path / "exo1.py", (Path("exo1.py"),))
        found = json.loads(parser.one(Read(submission)).source)
    assert found.pop("own folder") == "reached" and set(found.values()) == {"refused"}, found
    assert not canaries.heard()


# ── Never in the grader's own process ───────────────────────────────────────────────────────────


@pytest.fixture
def no_parser_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever would parse a student's file in this process."""

    def parsed(*args: object, **kwargs: object) -> NoReturn:
        raise AssertionError("parsed in the grader's own process")

    monkeypatch.setattr(syntax, "ast", SimpleNamespace(parse=parsed))
    monkeypatch.setattr(notebook.json, "loads", _unlike_notebooks(json.loads))
    for module, name in ((source, "read_source"), (arrays, "_check_directory"), (zipfile.ZipFile, "__init__")):
        monkeypatch.setattr(module, name, parsed)


def _unlike_notebooks(loads: Callable[..., Any]) -> Callable[..., Any]:
    def guarded(data: Any, **options: Any) -> Any:
        told = data if isinstance(data, str) else bytes(data).decode("utf-8", "replace")
        assert '"nbformat":' not in told, "a notebook's JSON in the grader's own process"
        return loads(data, **options)

    return guarded


@pytest.mark.parametrize("kind", ["script", "notebook"])
@pytest.mark.parametrize("mode", [Mode.FULL, Mode.STATIC])
def test_nothing_that_a_student_made_is_parsed_in_the_grader_s_own_process(
    kind: str, mode: Mode, sandboxed_workbench: Workbench, tmp_path: Path, no_parser_here: None
) -> None:
    name = "exo1.ipynb" if kind == "notebook" else "exo1.py"
    (tmp_path / name).write_bytes(notebook_of(PROGRAM) if kind == "notebook" else PROGRAM.encode())
    (tmp_path / "reponses.md").write_text("minimum_global : oui\n", encoding="utf-8")
    files = (Path(name), Path("reponses.md"))
    submission = Submission("ana", "exo1", tmp_path, tmp_path / name, files)
    run_cache = CachePolicy(tmp_path / "run_cache", everything=True, key="key")
    exercise = catalog.locate().find("exo1")
    record = grade(exercise, submission, sandboxed_workbench, Options(mode, cache=run_cache))
    earned = marks(record)
    assert not record.broken, said(record)
    assert [earned[f"answer.{key}"] > 0 for key in ("parametres", "convexe", "minimum_global")] == [True] * 3
    if mode is Mode.FULL:
        assert earned["runs"] > 0 and earned["parameters"] > 0 and record.output_tail == "fini\n"
        assert "recognised" in said(record) and (kind == "script" or record.exhibits["notebook"])
    again = rejudge(exercise, submission, RunCache(run_cache.folder, everything=True), "key", sandboxed_workbench)
    assert again is not None and marks(again) == earned


def test_nothing_of_a_class_is_parsed_in_the_grader_s_own_process(
    sandboxed_workbench: Workbench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    from grader.grading.exercise_detector import detect_exercises_with

    known, place = catalog.locate(), tmp_path / "class"
    (place / "ana").mkdir(parents=True)
    (place / "ana" / "tp.ipynb").write_bytes(notebook_of("# Exercice 1\nx = 1", "# Exercice 2\nx = 2"))
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "exo1.py").write_text("x = 1\n", encoding="utf-8")
    shutil.make_archive(str(place / "luc"), "zip", tmp_path / "work")
    request.getfixturevalue("no_parser_here")
    detect, unpack = detect_exercises_with(known, sandboxed_workbench.parser), unpacked_by(sandboxed_workbench.parser)
    found = find_all(place, known.ids(), detect=detect, unpack=unpack, into=tmp_path / "copies")
    handed_in = {(s.student, s.exercise) for s in found.submissions}
    assert handed_in == {("ana", "exo1"), ("ana", "exo2"), ("luc", "exo1")}


# ── A parser that lies about arrays ─────────────────────────────────────────────────────────────


@pytest.fixture
def rows(tmp_path: Path) -> tuple[StoredArray, ...]:
    np.savez(tmp_path / "rows-1.npz", hashes=np.arange(6, dtype=np.uint64), low=np.asfortranarray(np.eye(3)[:2]))
    return directory(tmp_path, "rows-1.npz")


def taken(folder: Path, stored: tuple[StoredArray, ...]) -> dict[str, Any]:
    return dict(arrays_of(Evidence(folder=folder, arrays={"rows-1.npz": stored}), "rows-1.npz"))


def test_arrays_are_taken_from_where_they_lie(tmp_path: Path, rows: tuple[StoredArray, ...]) -> None:
    found = taken(tmp_path, rows)
    assert found["hashes"].tolist() == list(range(6)) and found["hashes"].dtype == np.uint64
    assert found["low"].tolist() == np.eye(3)[:2].tolist() and not found["low"].flags.writeable


@pytest.mark.parametrize(
    "lie",
    [
        {"offset": 1 << 30},
        {"shape": (1 << 20,)},
        {"shape": (1 << 34,)},
    ],
)
def test_a_place_beyond_the_file_holds_no_array(
    lie: dict[str, Any], tmp_path: Path, rows: tuple[StoredArray, ...]
) -> None:
    with pytest.raises(InvalidEvidence):
        taken(tmp_path, (replace(rows[0], **lie),))


def test_many_names_for_the_same_bytes_are_not_read(tmp_path: Path) -> None:
    np.savez(tmp_path / "rows-1.npz", hashes=np.zeros(1 << 18))
    (one,) = directory(tmp_path, "rows-1.npz")
    with pytest.raises(InvalidEvidence):
        taken(tmp_path, tuple(replace(one, name=f"a{n}") for n in range(1000)))


@pytest.mark.parametrize(
    "value",
    [
        7,
        ["a"],
        [7, "<f8", False, [1], 0],
        ["a", "O", False, [1], 0],
        ["a", "<f8); import os", False, [1], 0],
        ["a", "<U4", False, [1], 0],
        ["a", "<f8", False, "12", 0],
        ["a", "<f8", False, [-1], 0],
        ["a", "<f8", False, [1.5], 0],
        ["a", "<f8", False, [True], 0],
        ["a", "<f8", False, [1], -1],
        ["a", "<f8", False, [1], None],
        ["a", "<f8", False, [1 << 50], 0],
        ["a", "<f8", False, [1 << 20, 1 << 20], 0],
        ["a", "<f8", False, [1] * 9, 0],
        ["a", "<f8", False, [0, 1 << 40], 0],
    ],
)
def test_a_place_without_the_form_is_forged(value: Any) -> None:
    with pytest.raises(InvalidEvidence):
        stored_array(value)


def test_an_array_file_that_was_replaced_by_a_link_is_not_followed(
    tmp_path: Path, rows: tuple[StoredArray, ...]
) -> None:
    (tmp_path / "rows-1.npz").rename(tmp_path / "secret")
    (tmp_path / "rows-1.npz").symlink_to(tmp_path / "secret")
    with pytest.raises(InvalidEvidence):
        taken(tmp_path, rows)


def past_the_end(name: str = "hashes.npy") -> bytes:
    """A file of arrays whose entry, by its 64-bit offset, begins beyond what any file can reach."""
    plain = io.BytesIO()
    np.savez(plain, hashes=np.arange(3))
    data = plain.getvalue()
    start, end = data.rindex(b"PK\x01\x02"), data.rindex(b"PK\x05\x06")
    entry = bytearray(data[start:end])
    extra = struct.pack("<HHQ", 1, 8, (1 << 63) + 5)
    length = struct.unpack("<H", entry[28:30])[0]
    entry[30:32], entry[42:46] = struct.pack("<H", len(extra)), b"\xff" * 4
    entry[46 + length :] = extra
    tail = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, 1, 1, len(entry), start, 0)
    return data[:start] + bytes(entry) + tail


@through("files")
@pytest.mark.parametrize("kind", ["past the end", "sparse", "huge"])
def test_a_forged_array_file_costs_neither_the_marks_nor_the_grader_s_time(kind: str, arena: Arena) -> None:
    """Its author has the marks that the rest of the work is worth, and the next submission is graded as soon as ever."""
    made = {
        "past the end": f"open(out + name, 'wb').write({past_the_end()!r})",
        "sparse": "open(out + name, 'wb').truncate(512 << 20)",
        "huge": "open(out + name, 'wb').write(bytes(7 << 20))",
    }[kind]
    source = f"""
import gc, json, os
from grader.evidence import EventWriter
writer = next(one for one in gc.get_objects() if isinstance(one, EventWriter))
out = os.path.join(os.path.dirname(os.getcwd()), "out") + "/"
for number in range(1, {2 if kind == "past the end" else 30}):
    name = f"rows-{{number}}.npz"
    {made}
    writer.write("fit_begin", id=number, model=1, how="fit", epochs=1, data={{"rows": 3, "rows_file": name}})
travail()
"""
    honest = marks(arena.grade(HONEST))
    with waits_no_longer_than():
        record = arena.grade(source, file_mib=1024, total_mib=4096)
    assert marks(record) == honest and not record.broken, said(record)
    assert marks(arena.grade(HONEST)) == honest


def test_arrays_beyond_the_recorder_s_budget_are_not_opened(tmp_path: Path) -> None:
    for number in range(1, 100):
        with (tmp_path / f"rows-{number}.npz").open("wb") as file:
            file.truncate(4 << 20)
    names = [f"rows-{number}.npz" for number in range(1, 120)]
    assert grading_execute._within_budget(tmp_path, names) == names[:68]


# ── A parser that cannot be had ─────────────────────────────────────────────────────────────────


def test_a_parser_that_breaks_down_is_an_error_and_never_a_zero(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from grader.sandbox.process import Process

    monkeypatch.setattr(parsing, "Job", lambda entry, *more: Job("grader.nowhere", *more))
    (tmp_path / "exo1.py").write_text("x = 1\n", encoding="utf-8")
    submission = Submission("ana", "exo1", tmp_path, tmp_path / "exo1.py", (Path("exo1.py"),))
    with reading_workbench({}, Process) as workbench:
        record: Record = grade(catalog.locate().find("exo1"), submission, workbench, Options(Mode.STATIC))
    assert record.broken and all(verdict.status is Status.ERROR for verdict in record.verdicts)
    hint = record.verdicts[0].hint
    assert "ParsingFailed" in hint.en or ("failed" in hint.en and hint.fr != hint.en)
