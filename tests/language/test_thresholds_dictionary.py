"""How deep, long and large an expression is read as answers, from both sides."""

from __future__ import annotations

import ast

import pytest

from grader.language.dict_literals import DictionaryReader, key_in
from tests.language.test_dictionary import expression, texts


def text(code: str, **values: str) -> str:
    """The text of one answer."""
    return texts(f"{{'a': {code}}}", **values)["a"]


def chain(count: int, end: str) -> dict[str, str]:
    """n0 is n1, n1 is n2…: so many names, of which the last one is `end`."""
    return {f"n{n}": f"n{n + 1}" if n + 1 < count else end for n in range(count)}


# ── Depth ───────────────────────────────────────────────────────────────────────────────────────

SPREAD = '{"a": "oui"}'


@pytest.mark.parametrize(("depth", "is_read"), [(19, True), (20, True), (21, False)])
def test_dictionaries_stand_twenty_deep_in_one_another(depth: int, is_read: bool) -> None:
    expected = {"a": "oui"} if is_read else {}
    assert texts("{**" * depth + SPREAD + "}" * depth) == expected
    assert texts("dict(" * depth + SPREAD + ")" * depth) == expected
    assert texts("dict(**" * depth + SPREAD + ")" * depth) == expected
    assert texts("(" * depth + SPREAD + "| {})" * depth) == expected
    assert texts("({} | " * depth + SPREAD + ")" * depth) == expected
    assert texts("n0", **chain(depth, SPREAD)) == expected


@pytest.mark.parametrize(("depth", "is_read"), [(19, True), (20, True), (21, False)])
def test_texts_stand_twenty_deep_in_one_another(depth: int, is_read: bool) -> None:
    assert text("str(" * depth + "'oui'" + ")" * depth) == ("oui" if is_read else "'oui'")
    assert text("'o'" + "+ 'i'" * depth) == ("o" + "i" * depth if is_read else "'o''i'" + "i" * (depth - 1))
    assert text("'i' + (" * depth + "'o'" + ")" * depth) == (
        "i" * depth + "o" if is_read else "i" * (depth - 1) + "'i''o'"
    )
    assert (text("n0", **chain(depth, "'oui'")) == "oui") is is_read
    assert (text("str(" * (depth - 1) + "f'{\"x\"}'" + ")" * (depth - 1)) == "x") is is_read


# ── Length and size ─────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("length", "kept"), [(79_999, 79_999), (80_000, 80_000), (80_001, 80_000)])
def test_an_expression_is_given_up_to_80_000_bytes(length: int, kept: int) -> None:
    assert len(text("[" + "1" + ", 1" * ((length - 3) // 3) + " " * ((length - 3) % 3) + "]")) == kept


@pytest.mark.parametrize(("length", "kept"), [(199, 199), (200, 200), (201, 200)])
def test_a_key_has_200_characters_at_most(length: int, kept: int) -> None:
    assert key_in(expression(f"'{'k' * length}'")) == "k" * kept


@pytest.mark.parametrize(("digits", "is_worked_out"), [("8" + "0" * 2499, True), ("1" + "0" * 2500, False)])
def test_a_whole_number_of_10_000_bits_is_written_out(digits: str, is_worked_out: bool) -> None:
    code = f"0x{digits}"
    assert int(code, 16).bit_length() == 10_000 + (not is_worked_out)
    assert text(code) == (str(int(code, 16)) if is_worked_out else code)
    assert key_in(expression(code)) == (str(int(code, 16))[:200] if is_worked_out else "")


# ── As it is written ────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("code", "written"),
    [
        ("f(1)", "f(1)"),
        ("é(à)", "é(à)"),
        ("f(1,\n  2)", "f(1,\n  2)"),
        ("f(1,\n  é,\n  2)", "f(1,\n  é,\n  2)"),
        ("f(\n\n\n)", "f(\n\n\n)"),
        ("1 - 2", "1 - 2"),
        ("1 + 2", "1 + 2"),
        ("x + y", "x + y"),
        ("'a' * 2", "'a' * 2"),
        ("1 + 2 + 'a'", "1 + 2a"),
        ("'a' + 1 + 2", "a12"),
        ("f'a' + 1", "a1"),
        ("('a' - 1) + 2", "('a' - 1) + 2"),
        ("1.5", "1.5"),
        ("True", "True"),
        ("b'\\xe9'", "é"),
        ("unknown", "unknown"),
    ],
)
def test_what_is_no_text_is_given_as_it_is_written(code: str, written: str) -> None:
    assert text(code) == written
    assert texts(f'{{"é": "é", "a": {code}, "b": 1}}') == {"e": "é", "a": written, "b": "1"}


def test_what_stands_nowhere_in_the_program_is_written_as_nothing() -> None:
    reader = DictionaryReader("f(x)", {})
    assert reader.text_of(expression("f(x)")) == "f(x)"
    assert reader.text_of(ast.parse("\n\nf(x)").body[0].value) == ""  # type: ignore[attr-defined]
    assert reader.text_of(ast.Name("x")) == ""
    for missing in ("end_lineno", "end_col_offset"):
        node = expression("f(x)")
        setattr(node, missing, None)
        assert reader.text_of(node) == ""


@pytest.mark.parametrize(
    ("code", "is_unwrapped"),
    [
        ("'oui'.strip()", True),
        ("'oui'.lower()", True),
        ("'oui'.center()", False),
        ("'non'.strip('oui')", False),
        ("str('oui')", True),
        ("print('oui')", True),
        ("textwrap.dedent('oui')", True),
        ("len('oui')", False),
        ("str('oui', 'utf8')", False),
        ("str('oui', errors='x')", False),
        ("str(object='oui')", False),
        ("str()", False),
    ],
)
def test_which_calls_leave_a_text_as_it_is(code: str, is_unwrapped: bool) -> None:
    assert text(code) == ("oui" if is_unwrapped else code)


@pytest.mark.parametrize(
    ("code", "is_one"),
    [("{}", True), ("dict()", True), ("d", True), ("list()", False), ("a.dict()", False), ("e", False), ("g", False)],
)
def test_what_is_written_as_a_dictionary(code: str, is_one: bool) -> None:
    reader = DictionaryReader("", {"d": expression("{}"), "e": expression("1")})
    assert reader.is_dictionary(expression(code)) is is_one


def test_pairs_are_two_things() -> None:
    assert texts("[('a', 1, 2), ('b',), ('c', 3), 'de', ['f', 4]]") == {"c": "3", "f": "4"}
    assert texts("a.dict(b=1)") == texts("set(b=1)") == texts("{'a': 1} & {'b': 2}") == {}
