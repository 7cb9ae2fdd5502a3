"""What decides is what the entry points need: a constant anywhere in it counts, a comment nowhere."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from grader.grading import keys
from grader.grading.closure import ImportGraph, needed_beside
from grader.grading.source_notes import SourceNotes
from grader.grading.source_text import Source, source_of

PACKAGE = keys.PACKAGE
ENTRIES = {"run": keys.RUNS, "reading": keys.READS, "measurement": keys.MEASURES, "judgement": keys.JUDGES}


def graph(root: Path) -> ImportGraph:
    return ImportGraph(root, SourceNotes(root.parent / "notes.json"))


@pytest.fixture(scope="module")
def notes(tmp_path_factory: pytest.TempPathFactory) -> SourceNotes:
    return SourceNotes(tmp_path_factory.mktemp("notes") / "notes.json")


class Edited(SourceNotes):
    """As if a text were appended to some files."""

    def __init__(self, notes: SourceNotes, appended: dict[str, str]) -> None:
        self._notes, self._appended = notes, appended

    def source(self, name: str, package: str = "") -> Source | None:
        if name not in self._appended:
            return self._notes.source(name, package)
        text = Path(name).read_text(encoding="utf-8") + self._appended[name]
        return source_of(text.encode(), package, name.endswith("__init__.py"))

    def save(self) -> None: ...


def files_of(notes: SourceNotes, *entries: str) -> list[Path]:
    """Of the modules that these entries need."""
    modules = [label for label in ImportGraph(PACKAGE, notes).needed(*entries).digests if ":" not in label]
    return [PACKAGE.parent / f"{module.replace('.', '/')}.py" for module in modules]


@pytest.mark.parametrize("what", ENTRIES)
def test_a_constant_anywhere_counts_and_a_comment_nowhere(what: str, notes: SourceNotes) -> None:
    files = [str(file) for file in files_of(notes, *ENTRIES[what])]
    assert len(files) > 20

    def digest(appended: dict[str, str]) -> str:
        return ImportGraph(PACKAGE, Edited(notes, appended)).digest(*ENTRIES[what])

    first = digest({})
    assert digest(dict.fromkeys(files, "\n\n\n# new\n'A string that stands alone.'\n")) == first
    assert [file for file in files if digest({file: "\nLIMIT = 8\n"}) == first] == []
    others = {str(file) for file in PACKAGE.rglob("*.py") if file.name != "__init__.py"} - {*files}
    assert digest(dict.fromkeys(others, "\nLIMIT = 8\n")) == first
    assert f"{PACKAGE}/reports/charts.py" in others


@pytest.mark.parametrize(
    ("what", "inside", "outside"),
    [
        (
            "run",
            "domain/evidence messages fingerprints grading/execute worker/__main__ worker/job worker/runners/notebook worker/recorder/models "
            "worker/compat/names evidence/reader evidence/event_writer parsing/arrays sandbox/job_monitor intake/exercise_names",
            "reports cli store batch checks evaluator reading grading/pipeline parsing/parser",
        ),
        (
            "reading",
            "parsing/readings parsing/cells reading/answers reading/source intake/exercise_names evidence/fields messages",
            "reports cli store batch checks evaluator worker/recorder grading",
        ),
        (
            "measurement",
            "evaluator/predict evaluator/xor_measurement evaluator/many_nets evaluator/hdf5 measurements/svm evidence/arrays domain/calls files",
            "reports cli store batch checks reading worker grading messages",
        ),
        (
            "judgement",
            "grading/pipeline grading/exhibits grading/measure records analysis/notices reading/answers evaluator/predict domain/verdict",
            "reports cli store batch checks/svm similarity",
        ),
    ],
)
def test_what_decides_is_what_the_entry_points_need(what: str, inside: str, outside: str, notes: SourceNotes) -> None:
    files = [str(file.relative_to(PACKAGE)) for file in files_of(notes, *ENTRIES[what])]
    assert {f"{name}.py" for name in inside.split()} - {*files} == set()
    assert [file for file in files for name in outside.split() if file.startswith((f"{name}/", f"{name}."))] == []


def test_an_exercise_is_judged_by_the_checks_that_its_specification_imports(notes: SourceNotes) -> None:
    assignments = PACKAGE.parent / "assignments"
    for name, counts in {"exo1": False, "exo6": True}.items():
        entries = needed_beside(assignments / name / "exercise.py", "grader", notes).outside
        labels = ImportGraph(PACKAGE, notes).needed(*entries).digests
        assert ("grader.checks.neighbourhood_hit" in labels) is counts
        assert ("neighbourhood_hit: neighbourhood_hit.json" in labels) is counts, "the measured bands decide"


# ── Small packages ──────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def package(tmp_path: Path) -> Path:
    root = tmp_path / "made"
    for name, text in {
        "__init__": "VERSION = 1",
        "start": "from made.shop import one\nfrom .shop import two as second\nKINDS = {'a': ('made.later', 'f')}",
        "shop/__init__": '"""Passes on."""\nfrom made.shop.first import one\nfrom made.shop.other import two, three\n',
        "shop/first": "def one():\n    from made import inner",
        "shop/other": "two = three = 2",
        "shop/third": "three = 3",
        "inner": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from made import typed",
        "later": "from pathlib import Path\nBANDS = Path(__file__).with_name('bands.json')",
        "typed": "a = 1",
        "idle": "a = 1",
    }.items():
        path = root / f"{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (root / "bands.json").write_text("[1]", encoding="utf-8")
    return root


def test_imports_are_followed_wherever_they_stand(package: Path) -> None:
    labels = graph(package).needed("made.start").digests
    assert {label for label in labels if ":" not in label} == {
        "made.start", "made.shop.first", "made.shop.other", "made.inner", "made.later"
    }  # fmt: skip
    assert [label for label in labels if label.endswith(".json")] == ["later: bands.json"]


@pytest.mark.parametrize(
    ("file", "text", "counts"),
    [
        ("bands.json", "[2]", True),
        ("inner.py", "b = 2", True),
        ("shop/__init__.py", "from made.shop.first import one\nfrom made.shop.third import three as two", True),
        ("shop/__init__.py", "from made.shop.other import two\nfrom made.shop.first import one", False),
        ("start.py", "from made.shop import one # same\nfrom .shop import two as second\nKINDS = {'a':('made.later','f')}", False),
        ("typed.py", "a = 2", False),
        ("idle.py", "a = 2", False),
    ],
)  # fmt: skip
def test_what_is_needed_counts_and_nothing_else(file: str, text: str, counts: bool, package: Path) -> None:
    first = graph(package).digest("made.start")
    (package / file).write_text(text, encoding="utf-8")
    assert (graph(package).digest("made.start") != first) is counts


def test_a_helper_beside_a_specification_counts(tmp_path: Path) -> None:
    folder = tmp_path / "exo1"
    folder.mkdir()
    (folder / "exercise.py").write_text("from helpers import full\nfrom made.checks import runs\n", encoding="utf-8")
    notes = SourceNotes(tmp_path / "notes.json")

    def digest() -> str:
        return needed_beside(folder / "exercise.py", "made", notes).digest()

    assert list(needed_beside(folder / "exercise.py", "made", notes).outside) == ["made.checks:runs"]
    alone = digest()
    (folder / "helpers.py").write_text("full = 0.9  # measured\n", encoding="utf-8")
    beside = digest()
    (folder / "helpers.py").write_text("full = 0.9\n", encoding="utf-8")
    assert digest() == beside != alone
    (folder / "helpers.py").write_text("full = 0.8\n", encoding="utf-8")
    assert digest() not in (alone, beside)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("a = 1  # x", "a   =   1", True),
        ("def f():\n    'old'\n    return 1", "def f():\n    'new'\n    return 1", True),
        ("a = 1\n'''What a is.'''", "a = 1", True),
        ("f(a,\n  b)", "f(a, b,)", True),
        ("a = 1", "a = 1.0", False),
        ("a = 'x'", "a = b'x'", False),
        ("a = 'x'", "a = 'y'", False),
        ("a = None", "a = 'None'", False),
        ("a = []", "a = ()", False),
        ("a = {**b}", "a = {b: b}", False),
        ("a < b", "a <= b", False),
        ("def f(a, /): ...", "def f(a): ...", False),
        ("this is no Python", "this is no Python ", False),
    ],
)
def test_two_programs_are_the_same_when_they_say_the_same(one: str, other: str, same: bool) -> None:
    assert (source_of(one.encode()).digest == source_of(other.encode()).digest) is same


# ── Catalogues ──────────────────────────────────────────────────────────────────────────────────


def test_of_a_catalogue_only_the_messages_of_these_modules_count(package: Path) -> None:
    from babel.messages.catalog import Catalog
    from babel.messages.mofile import write_mo

    (package / "messages.py").write_text("from pathlib import Path\nLOCALE = Path(__file__).with_name('locale')\n")
    (package / "speaks.py").write_text("from made.messages import say\nsay('It is late.')\n")
    (package / "locale").mkdir()

    def digest(**french: str) -> str:
        catalogue = Catalog()
        for message, text in {"It is late.": french["late"], "It is early.": french["early"]}.items():
            catalogue.add(message, text)
        with (package / "locale" / "made.mo").open("wb") as file:
            write_mo(file, catalogue)
        return graph(package).digest("made.speaks")

    first = digest(late="Il est tard.", early="Il est tôt.")
    assert digest(late="Il est tard.", early="C'est tôt.") == first
    assert digest(late="C'est tard.", early="Il est tôt.") != first


# ── Notes ───────────────────────────────────────────────────────────────────────────────────────


def test_a_file_that_has_not_changed_is_not_read_again(package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for path in package.rglob("*.*"):
        os.utime(path, (1, 1))
    first = graph(package).digest("made.start")
    reads: list[Path] = []
    read = Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda path: reads.append(path) or read(path))
    assert graph(package).digest("made.start") == first
    assert [path.name for path in reads] == ["notes.json"]
    (package / "inner.py").write_text("a = 1", encoding="utf-8")
    assert graph(package).digest("made.start") != first
    assert [path.name for path in reads] == ["notes.json", "notes.json", "inner.py"]


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"form": 1}', '{"form": [1, 3, 11], "files": {"a": 1}}'])
def test_damaged_notes_are_made_again(damage: str, package: Path) -> None:
    first = graph(package).digest("made.start")
    (package.parent / "notes.json").write_text(damage, encoding="utf-8")
    assert graph(package).digest("made.start") == first
