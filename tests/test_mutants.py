"""The tool that changes the code in small steps: which places it knows, which tests it runs, and what it leaves behind."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.tools import mutants
from tests.tools.equivalent import EQUIVALENT
from tests.tools.mutations import mutations

SOURCE = '''
"""A docstring with 3 numbers and `and`."""
__all__ = ["limit", "x" + "y"]
LIMIT = 7
RATE: Literal[2] = 0.5
Row: TypeAlias = int | None

@dataclass(frozen=True)
class Rows:
    count: Annotated[int, 5]

def judge(value: Annotated[int, 4], least: int = 10) -> bool:
    """Two ends: 1 and 2."""
    if isinstance(value, int | float) and not value <= least:
        raise TooMany(f"{value + 1}", 3)
    told = say("more than 9", value=value + 1)
    return min(value, LIMIT) == 2

def ordered(rows):
    rows[first:last] += 1
    return sorted(rows, key=lambda r: (r.size, -r.id))
'''


def test_every_kind_of_place_is_found_and_nothing_that_is_no_code() -> None:
    assert [(one.before, one.after) for one in mutations(SOURCE)] == [
        ("LIMIT = 7", "LIMIT = 6"),
        ("LIMIT = 7", "LIMIT = 8"),
        ("RATE: Literal[2] = 0.5", "RATE: Literal[2] = 0.4"),
        ("RATE: Literal[2] = 0.5", "RATE: Literal[2] = 0.625"),
        *(
            (
                "def judge(value: Annotated[int, 4], least: int = 10) -> bool:",
                f"def judge(value: Annotated[int, 4], least: int = {other}) -> bool:",
            )
            for other in (11, 9)
        ),
        *(
            ("if isinstance(value, int | float) and not value <= least:", f"if isinstance(value, int | float) {rest}:")
            for rest in ("or not value <= least", "and value <= least", "and not value < least")
        ),
        *(
            ("return min(value, LIMIT) == 2", f"return {other}")
            for other in (
                "max(value, LIMIT) == 2",
                "not (min(value, LIMIT) == 2)",
                "min(value, LIMIT) != 2",
                "min(value, LIMIT) == 1",
                "min(value, LIMIT) == 3",
            )
        ),
        ("rows[first:last] += 1", "rows[(first) + 1:last] += 1"),
        ("rows[first:last] += 1", "rows[first:(last) + 1] += 1"),
        ("rows[first:last] += 1", "rows[first:last] -= 1"),
        ("rows[first:last] += 1", "rows[first:last] += 0"),
        ("rows[first:last] += 1", "rows[first:last] += 2"),
        (
            "return sorted(rows, key=lambda r: (r.size, -r.id))",
            "return sorted(rows, key=lambda r: (-r.id, r.size))",
        ),
        ("return sorted(rows, key=lambda r: (r.size, -r.id))", "return sorted(rows, key=lambda r: (r.size, r.id))"),
    ]


@pytest.mark.parametrize(
    ("code", "changed"),
    [
        ("(a) <= (b)", "(a) < (b)"),
        ("a is  not None", "a is None"),
        ("a not in b", "a in b"),
        ("0 < a < b", "0 <= a < b"),
        ("a or b", "a and b"),
        ("x = 'é', a > b", "x = 'é', a >= b"),
        ("a - b * c", "a + b * c"),
        ("any(a)", "all(a)"),
        ("x = True", "x = False"),
        ("x = 0", "x = (-1)"),
        ("x = 1000", "x = 1250"),
        ("x = 0.0", "x = 1"),
        ("if found(x): pass", "if not found(x): pass"),
        ("while x: pass", "while not x: pass"),
        ("a = b.c if x[1] else d", "a = b.c if not x[1] else d"),
        ("a = [b for b in c if b]", "a = [b for b in c if not b]"),
    ],
)
def test_an_operator_is_found_behind_brackets_and_letters_of_several_bytes(code: str, changed: str) -> None:
    assert changed in {one.applied(code.encode()).decode() for one in mutations(code)}


def test_what_joins_texts_and_lists_is_no_arithmetic() -> None:
    assert mutations("x = a + 'b' + f'{c}'\ny = a + [b]\nz: int | str = say('a', b=1)") == []


def test_every_mutation_of_real_code_is_python() -> None:
    for path in ("grader/checks/svm.py", "grader/checks/shapes.py"):
        source = (mutants.ROOT / path).read_bytes()
        for one in mutations(source.decode()):
            ast.parse(one.applied(source))


def test_a_seed_draws_the_same_places_again_and_another_seed_others() -> None:
    first, again, other = (mutants.sample(mutants.ROOT, 20, seed, "grader/checks/a") for seed in (1, 1, 2))
    assert first == again and first != other
    assert len({(m.path, m.mutation.start, m.mutation.end) for m in first}) == 20
    assert first == sorted(first, key=lambda m: (m.path, m.mutation.start, m.mutation.end))


# ── A small tree ────────────────────────────────────────────────────────────────────────────────

FILES = {
    "grader/__init__.py": "",
    "grader/checks/__init__.py": "",
    "grader/checks/pinned.py": "def enough(n):\n    return n >= 3\n",
    "grader/checks/loose.py": "from grader.checks.pinned import enough\n\n\ndef many(n):\n    return enough(n - 5)\n",
    "tests/__init__.py": "",
    "tests/checks/__init__.py": "",
    "tests/checks/test_pinned.py": "from grader.checks.pinned import enough\n\n\n"
    "def test_both_sides():\n    assert [enough(n) for n in (2, 3, 4)] == [False, True, True]\n",
    "tests/checks/test_loose.py": "from grader.checks import loose\n\n\ndef test_nothing():\n    assert loose.many(100)\n",
    "tests/cli/__init__.py": "",
    "tests/cli/test_far.py": "from grader.checks import loose\nfrom grader.cli import main\n",
    "pyproject.toml": "[tool.pytest.ini_options]\n",
}


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path


def test_the_tests_of_a_file_are_those_that_import_it_nearest_first(tree: Path) -> None:
    paths = [f"grader/checks/{name}.py" for name in ("pinned", "loose")]
    assert mutants.tests_of(tree, paths) == {
        paths[0]: ("tests/checks/test_pinned.py", "tests/checks/test_loose.py"),
        paths[1]: ("tests/checks/test_loose.py",),  # the one elsewhere runs whole programs
    }
    (tree / "tests/checks/test_pinned.py").write_text("NAME = 'grader.checks.loose'\n", encoding="utf-8")
    assert "tests/checks/test_pinned.py" in mutants.tests_of(tree, paths)[paths[1]]
    for name in ("loose", "pinned"):
        (tree / f"tests/checks/test_{name}.py").unlink()
    assert mutants.tests_of(tree, paths[1:]) == {paths[1]: ("tests/cli/test_far.py",)}


def test_survivors_are_named_killed_ones_are_not_and_the_tree_stays_as_it_is(
    tree: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(mutants, "ROOT", tree)
    assert mutants.main(["--sample", "2", "--seed", "1", "--jobs", "2"]) == 1  # a place in each of the two files
    assert capsys.readouterr().out.splitlines() == [
        "grader/checks/loose.py:5 | return enough(n - 5) -> return enough(n - 4)",
        "killed 1 of 2, and 0 change nothing",
    ]
    assert {name: (tree / name).read_text(encoding="utf-8") for name in FILES} == FILES


def test_what_changes_nothing_is_named_with_its_reason_and_not_run(
    tree: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    change = ("grader/checks/loose.py", "return enough(n - 5)", "return enough(n - 4)")
    monkeypatch.setattr(mutants, "ROOT", tree)
    monkeypatch.setattr(mutants, "EQUIVALENT", {change: "nobody asks"})
    assert mutants.main(["--sample", "2", "--seed", "1"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "equivalent: grader/checks/loose.py:5 | return enough(n - 5) -> return enough(n - 4): nobody asks",
        "killed 1 of 1, and 1 change nothing",
    ]


def test_changes_that_change_nothing_are_changes_of_the_code_as_it_is() -> None:
    paths = {path for path, *_ in EQUIVALENT}
    known = {m.key for p in paths for m in mutants.every(mutants.ROOT, p)}
    assert EQUIVALENT.keys() <= known


def test_the_seconds_of_each_test_file_are_told(tree: Path) -> None:
    tests = ["tests/checks/test_loose.py", "tests/checks/test_pinned.py"]
    with mutants.Copies(tree, 1) as copies:
        times = copies.times(tests)
    assert times.files.keys() == set(tests) and min(times.files.values()) >= 0 < times.start
    assert (times.one_test, times.all_of(tests)) == (30, 30)
    slow = mutants.Times(1.0, {"a": 10.0, "b": 5.0}, 9.0)
    assert (slow.one_test, slow.all_of(["a"]), slow.all_of(["a", "b"])) == (36, 44, 64)


@pytest.mark.parametrize("seconds", [0, 2])
def test_a_mutant_that_runs_in_a_circle_is_killed(seconds: float, tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the run's own limit, or one test's, whichever comes first."""
    source = "def down(n):\n    while n > 0:\n        n -= 1\n"
    module, test = tree / "grader/checks/circle.py", tree / "tests/checks/test_circle.py"
    module.write_text(source, encoding="utf-8")
    test.write_text("from grader.checks.circle import down\n\n\ndef test_it_ends():\n    down(3)\n", encoding="utf-8")
    (runaway,) = (mutants.Mutant("grader/checks/circle.py", m) for m in mutations(source) if m.after == "n += 1")
    monkeypatch.setattr(mutants, "MIN_SECONDS", seconds)
    with mutants.Copies(tree, 1) as copies:
        times = mutants.Times(0.5, {"tests/checks/test_circle.py": 0.1}, 0.5 * (seconds == 0))
        assert not copies.survives(runaway, ["tests/checks/test_circle.py"], times)
        with copies.one() as copy:
            assert (copy / runaway.path).read_text(encoding="utf-8") == source


def test_tests_that_fail_on_the_code_as_it_is_say_nothing(tree: Path) -> None:
    (tree / "tests/checks/test_circle.py").write_text("def test_it():\n    assert False\n", encoding="utf-8")
    with mutants.Copies(tree, 1) as copies, pytest.raises(SystemExit, match="test_circle"):
        copies.times(["tests/checks/test_circle.py"])
