"""Which pairs stand out: copies however disguised; never honest work, a stub, or what everybody writes."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from pathlib import Path

import pytest

from grader.domain import Submission
from grader.reading import read
from grader.similarity import Comparison, Document, compare, document, passages
from grader.similarity.documents import Background, background, of_text
from grader.similarity.passages import covered
from grader.similarity.tokens import tokens
from grader.similarity.winnow import K
from tests.endings import computes_no_longer_than
from tests.similarity.disguise import disguised
from tests.tools.notebooks import notebook

ROOT = Path(__file__).parents[2]
CLASS = sorted((ROOT / "submissions").glob("*/exo1.py"))
SOLUTION = ROOT / "reference/exo1/solution.py"
GIVEN = background([ROOT / "assignments/exo1/exo1.py", ROOT / "assignments/outils.py"])
REFERENCE = background([SOLUTION]).hashes


def parses(path: Path) -> bool:
    try:
        compile(path.read_text(encoding="utf-8"), path.name, "exec")
    except SyntaxError:
        return False
    return True


def class_of(*more: tuple[str, str]) -> list[Document]:
    """The sample class, and other programs under their authors' names."""
    texts = [(path.parent.name, path.read_text(encoding="utf-8")) for path in CLASS]
    return [of_text(who, text, GIVEN) for who, text in (*texts, *more)]


def compared(documents: Sequence[Document]) -> Comparison:
    return compare(documents, GIVEN.hashes, REFERENCE)


def pairs(documents: Sequence[Document]) -> set[frozenset[str]]:
    return {frozenset((documents[p.first].label, documents[p.second].label)) for p in compared(documents).pairs}


def test_a_class_of_independent_work_has_no_pair_that_stands_out() -> None:
    assert len(CLASS) >= 7
    assert pairs(class_of()) == set()


@pytest.mark.parametrize("path", [p for p in CLASS if parses(p)], ids=lambda p: p.parent.name)
def test_a_copy_with_other_names_order_comments_and_texts_is_found(path: Path) -> None:
    documents = class_of(("copy", disguised(path.read_text(encoding="utf-8"))))
    assert pairs(documents) == {frozenset((path.parent.name, "copy"))}


def test_variants_of_what_everybody_writes_do_not_stand_out_nor_does_the_solution() -> None:
    """Seventy-odd programs of one short exercise, most of them the canonical one in another spelling."""
    corpus = sorted((ROOT / "tests/corpus").glob("*.py"))
    texts = [path.read_text(encoding="utf-8", errors="replace") for path in corpus]
    documents = [of_text(path.stem, text, GIVEN) for path, text in zip(corpus, texts, strict=True)]
    assert len(compared(documents).pairs) <= 2
    solution = SOLUTION.read_text(encoding="utf-8")
    assert pairs(class_of(("a", disguised(solution, 1)), ("b", disguised(solution, 2)))) == set()


def test_two_canonical_solutions_alone_do_not_stand_out() -> None:
    solution = SOLUTION.read_text(encoding="utf-8")
    assert pairs([of_text(who, disguised(solution, n), GIVEN) for n, who in enumerate("ab")]) == set()


@pytest.mark.parametrize("id_", sorted(p.parent.name for p in (ROOT / "assignments").glob("*/exercise.py")))
def test_the_stub_matches_nobody(id_: str) -> None:
    stub = ROOT / f"assignments/{id_}/{id_}.py"
    given = background([stub])
    text = stub.read_text(encoding="utf-8")
    documents = [of_text(who, text, given) for who in "abcdefg"]
    found = compare(documents, given.hashes)
    assert found.pairs == () and documents[0].own < K


def test_a_notebook_copy_of_a_script_is_found(tmp_path: Path) -> None:
    original = next(p for p in CLASS if p.parent.name == "etudiant06")
    text = disguised(original.read_text(encoding="utf-8"))
    path = tmp_path / "exo1.ipynb"
    path.write_text(json.dumps(notebook("# %%\n%matplotlib inline\n# %%\n" + text.replace("\n\n", "\n# %%\n", 2))))
    copy = document(Submission("copy", "exo1", tmp_path, path, (Path("exo1.ipynb"),)), read, GIVEN)
    assert copy is not None
    documents = [*class_of(), copy]
    assert pairs(documents) == {frozenset(("etudiant06", "copy"))}


def test_a_copy_in_a_module_beside_the_program_is_found(tmp_path: Path) -> None:
    original = next(p for p in CLASS if p.parent.name == "etudiant06").read_text(encoding="utf-8")
    (tmp_path / "work.py").write_text(original, encoding="utf-8")
    (tmp_path / "exo1.py").write_text("import work\n", encoding="utf-8")
    files = (Path("exo1.py"), Path("work.py"))
    copy = document(Submission("copy", "exo1", tmp_path, tmp_path / "exo1.py", files), read, GIVEN)
    assert copy is not None
    assert pairs([*class_of(), copy]) == {frozenset(("etudiant06", "copy"))}


def test_python_2_and_programs_that_do_not_parse_are_compared_too() -> None:
    broken = next(p for p in CLASS if not parses(p)).read_text(encoding="utf-8")
    renamed = broken.replace("model", "reseau").replace("X_train", "images").replace("#", "# !") + "\nif (\n"
    assert any("copy" in pair for pair in pairs(class_of(("copy", renamed))))


def test_members_of_one_group_are_not_compared() -> None:
    text = CLASS[0].read_text(encoding="utf-8")
    documents = [of_text(label, text, GIVEN, who=("Léa", "Luc")) for label in ("first", "second")]
    assert compared([*documents, *class_of()[1:]]).pairs == ()


def test_a_ring_of_five_is_found_whole() -> None:
    text = next(p for p in CLASS if p.parent.name == "etudiant06").read_text(encoding="utf-8")
    ring = [(f"ring{n}", disguised(text, n)) for n in range(4)]
    found = pairs(class_of(*ring))
    assert len(found) == 10 and set().union(*found) == {"etudiant06", "ring0", "ring1", "ring2", "ring3"}


def test_who_copied_a_part_of_a_longer_program_scores_higher_than_the_other() -> None:
    text = next(p for p in CLASS if p.parent.name == "etudiant06").read_text(encoding="utf-8")
    longer = (
        text
        + "\n"
        + "\n".join(f"w{n} = [q{n} ** {n} for q{n} in range({n}) if q{n} % 3 or not w{n}]" for n in range(9))
    )
    longer += "\n" + (ROOT / "reference/autoencoder/solution.py").read_text(encoding="utf-8")
    documents = class_of(("longer", longer))
    (pair,) = compared(documents).pairs
    assert documents[pair.second].label == "longer" and pair.forth > 1.3 * pair.back


# ── Passages ──


def test_passages_are_equal_signs_of_the_students_own_and_never_overlap() -> None:
    text = next(p for p in CLASS if p.parent.name == "etudiant06").read_text(encoding="utf-8")
    a, b = of_text("a", text, GIVEN), of_text("b", disguised(text), GIVEN)
    found = passages(a, b)
    assert covered(a, found) > 0.8 and covered(b, found) > 0.8
    seen_a: set[int] = set()
    seen_b: set[int] = set()
    for one in found:
        places_a = range(one.first, one.first + one.length)
        places_b = range(one.second, one.second + one.length)
        assert [a.tokens[i].sign for i in places_a] == [b.tokens[j].sign for j in places_b]
        assert not seen_a & set(places_a) and not seen_b & set(places_b)
        assert not any(a.given[i] for i in places_a)
        seen_a |= set(places_a)
        seen_b |= set(places_b)


# ── Signs ──


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("total = price * 3  # euros", "s=p*4"),
        ("def f(a, b):\n    '''Doc.'''\n    return a + b", "def g(x,\n      y):\n    return x + y"),
        ("model.add(Dense(10, activation='relu'))", 'reseau.add( Dense(20,activation = "tanh") )'),
        ("self.weights = 1\nprint(self.weights)", "self.poids = 1\nprint(self.poids)"),
        ("a = 1; b = 2", "a = 1\nb = 2"),
        ("import numpy as np\nx = 1", "from numpy import *\nx = 1"),
    ],
)
def test_names_texts_and_layout_do_not_count(one: str, other: str) -> None:
    assert [t.sign for t in tokens(one)] == [t.sign for t in tokens(other)] != []


@pytest.mark.parametrize(
    ("one", "other"),
    [("model.fit(x)", "model.evaluate(x)"), ("Dense(1)", "Conv2D(1)"), ("f(units=1)", "f(name=1)"), ("a + b", "a - b")],
)
def test_what_a_library_calls_its_things_counts(one: str, other: str) -> None:
    assert [t.sign for t in tokens(one)] != [t.sign for t in tokens(other)]


@pytest.mark.parametrize(
    "text", ['"""' * 60_000, "(" * 200_000, "'" * 200_001, "\\\n" * 90_000, "é\0\ud800 = 1\n" * 9000]
)
def test_no_text_takes_long_to_read(text: str) -> None:
    with computes_no_longer_than():
        of_text("hostile", text)


@pytest.mark.parametrize("text", ['"\\' * 400_000, "(" + "'\\" * 400_000, "'''\\" * 400_000 + "x\\", "'" * 600_001])
def test_the_signs_of_a_nasty_text_are_found(text: str) -> None:
    with computes_no_longer_than():
        assert tokens(text) is not None


def test_a_class_of_300_is_compared() -> None:
    chance = random.Random(0)
    lines = [
        line for path in CLASS for line in path.read_text(encoding="utf-8").splitlines() if line and line[0] != " "
    ]
    texts = ["\n".join(chance.sample(lines, 60)) for _ in range(299)]
    with computes_no_longer_than():
        documents = [of_text(f"student{n}", text, GIVEN) for n, text in enumerate([*texts, texts[7]])]
        found = compare(documents, Background().hashes)
    assert [(p.first, p.second) for p in found.pairs if p.same_text] == [(7, 299)]
