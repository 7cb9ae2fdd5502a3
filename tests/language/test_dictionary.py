"""Expressions are read as the keys and texts of answers, without being run."""

from __future__ import annotations

import ast

import pytest

from grader.language.dict_literals import DictionaryReader, key_in


def expression(code: str) -> ast.expr:
    return ast.parse(code, mode="eval").body


def texts(code: str, **values: str) -> dict[str, str]:
    """The answers of an expression; `values` are the names that the program gives one value."""
    reader = DictionaryReader(code, {name: expression(value) for name, value in values.items()})
    return {key: reader.text_of(value) for key, value in reader.pairs(expression(code))}


@pytest.mark.parametrize(
    "code",
    [
        '{"Convexe": "oui"}',
        'dict(convexe="oui")',
        'dict([("convexe", "oui")])',
        'dict({"convexe": "oui"})',
        '{"convexe": "non"} | {"convexe": "oui"}',
        '{**{"convexe": "oui"}}',
        '[("convexe", "oui"), ["trois", "choses", "ici"]]',
        '{"convexe": " ".join}|{"convexe": str("oui")}',
        '{"convexe": "o" + "ui"}',
        '{"convexe": f"o{\'ui\'}"}',
        '{"convexe": "oui".strip()}',
    ],
)
def test_a_dictionary_is_read_however_it_is_written(code: str) -> None:
    assert texts(code) == {"convexe": "oui"}


@pytest.mark.parametrize("code", ["7850", "lambda: {}", "reponses()", "a & b", "{1, 2}"])
def test_what_is_no_dictionary_has_no_pairs(code: str) -> None:
    assert texts(code) == {}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("None", ""),
        ("...", ""),
        ("784*10 + 10", "784*10 + 10"),
        ("b'oui'", "oui"),
        ("round(0.95)", "0.95"),
        ("f(x)", "f(x)"),
        ("'é' + 'à'", "éà"),
        ("é(1)", "é(1)"),
        ("1" + "0" * 4000, "1" + "0" * 4000),
    ],
)
def test_an_answer_is_what_its_string_says_or_its_expression_as_written(value: str, text: str) -> None:
    assert texts(f'{{"a": {value}}}') == {"a": text}


def test_a_name_with_one_value_is_that_value() -> None:
    reader = DictionaryReader("", {"OUI": expression('"oui"'), "base": expression('{"convexe": OUI}')})
    (pair,) = reader.pairs(expression("{**base}"))
    assert (pair[0], reader.text_of(pair[1])) == ("convexe", "oui")
    assert reader.is_dictionary(expression("base"))
    assert not reader.is_dictionary(expression("OUI"))


def test_expressions_in_one_another_end_at_a_bound() -> None:
    reader = DictionaryReader("", {"a": expression("{**b}"), "b": expression("{**a}")})
    assert list(reader.pairs(expression("a"))) == []


def test_names_that_are_each_others_values_are_no_dictionary_to_find() -> None:
    reader = DictionaryReader("", {"a": expression("b"), "b": expression("a")})
    with pytest.raises(RecursionError):
        reader.is_dictionary(expression("a"))


@pytest.mark.parametrize(("code", "key"), [('"Paramètres "', "parametres"), ("3", "3"), ("a", ""), ("f()", "")])
def test_a_key_is_a_constant_in_one_spelling(code: str, key: str) -> None:
    assert key_in(expression(code)) == key
