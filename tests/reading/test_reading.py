"""`read`: a submission as it reads, with Python 2 recognised."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.domain import Reading, Submission
from grader.reading import read


def reading(tmp_path: Path, code: str, **beside: str) -> Reading:
    main = tmp_path / "exo1.py"
    main.write_text(code, encoding="utf-8")
    files = [Path("exo1.py")]
    for name, text in beside.items():
        files.append(Path(f"{name}.md"))
        (tmp_path / files[-1]).write_text(text, encoding="utf-8")
    return read(Submission("dupont", "exo1", tmp_path, main, tuple(files)))


def test_imports_are_found_wherever_they_stand(tmp_path: Path) -> None:
    code = "import keras.layers as kl\ndef f():\n    from sklearn.svm import SVC\n    __import__('os.path')\n"
    assert reading(tmp_path, code).imports == {"keras", "sklearn", "os"}


def test_imports_are_found_where_nothing_parses(tmp_path: Path) -> None:
    assert reading(tmp_path, "import keras\nfrom numpy import array\nprint 1").imports == {"keras", "numpy"}


def test_the_dictionary_wins_over_the_file_beside_it(tmp_path: Path) -> None:
    found = reading(
        tmp_path, 'REPONSES = {"convexe": "oui", "parametres": ""}', reponses="convexe : non\nparametres : 7850"
    )
    assert found.answers == {"convexe": "oui", "parametres": "7850"}


@pytest.mark.parametrize(
    ("line", "today"),
    [
        ("print x", "print(x)"),
        ("print 'a', b", "print('a', b)"),
        ('print"a"', 'print("a")'),
        ("print 'a' % b,", "print('a' % b, end=' ')"),
        ("if x: print x", "if x: print(x)"),
        ("x = `y`", "x = repr(y)"),
        ("if x <> y: pass", "if x != y: pass"),
        ("raise ValueError, 'non'", "raise ValueError('non')"),
        ("exec 'x = 1'", "exec('x = 1')"),
        ("n = 10L", "n = 10"),
        ("mode = 0755", "mode = 0o755"),
    ],
)
def test_python_2_is_named_and_told_in_the_spelling_of_today(tmp_path: Path, line: str, today: str) -> None:
    found = reading(tmp_path, f'REPONSES = {{"convexe": "oui"}}\n{line}\n')
    assert found.failure is not None
    assert found.failure.type == "Python2"
    assert found.failure.frames[0].line == 2
    assert any(today in notice.text.en and notice.line == 2 for notice in found.notices)
    assert found.answers == {"convexe": "oui"}


def test_an_old_except_is_named(tmp_path: Path) -> None:
    found = reading(tmp_path, "try:\n    pass\nexcept ValueError, e:\n    pass\n")
    assert found.failure is not None
    assert found.failure.type == "Python2"
    assert "except ValueError as e:" in found.notices[0].text.en


def test_names_that_python_3_dropped_are_notices_and_no_failure(tmp_path: Path) -> None:
    found = reading(tmp_path, "for i in xrange(3):\n    raw_input()\nd.iteritems()\n")
    assert found.failure is None
    assert [notice.line for notice in found.notices] == [1, 2, 3]


def test_a_name_that_the_file_defines_is_no_notice(tmp_path: Path) -> None:
    assert reading(tmp_path, "try:\n    xrange\nexcept NameError:\n    xrange = range\n").notices == ()


@pytest.mark.parametrize("code", ["print(x", "x = = 1", "print = 3 +", "def f(:\n  pass", "printx y"])
def test_an_ordinary_error_is_not_called_python_2(tmp_path: Path, code: str) -> None:
    failure = reading(tmp_path, code).failure
    assert failure is not None
    assert failure.type == "SyntaxError"
