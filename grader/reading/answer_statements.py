"""The statements of a program that give answers: what they assign to REPONSES, and for which exercise.

REPONSES = {"convexe": "oui"} · REPONSES["convexe"] = "oui" · REPONSES.update(convexe="oui") · REPONSES |= {…}
REPONSES_EXO1 = {…} · REPONSES = {"exo1": {…}}
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from grader.domain import Parts
from grader.language.dict_literals import DictionaryReader, key_in
from grader.language.words import key_of
from grader.reading.attribution import exercise_at
from grader.reading.naming import Naming
from grader.reading.raw_answers import RawAnswer, owner_of

Statement = ast.Assign | ast.AnnAssign | ast.AugAssign | ast.Expr


def raw_answers_in_tree(tree: ast.Module, text: str, naming: Naming, parts: Parts) -> Iterator[RawAnswer]:
    """Yield every answer, in the order in which the assignments are written. `tree` is that of `text`."""
    statements, values = _collected(tree, naming)
    reader = DictionaryReader(text, values)
    block = 0
    for statement, owner in statements:
        block += _begins(statement)
        try:
            answers = list(_answers(statement, reader, naming))
        except RecursionError:
            continue
        for key, answer, exercise in answers:
            yield RawAnswer(key, answer, exercise or owner or exercise_at(parts, statement.lineno), block)


def _collected(tree: ast.Module, naming: Naming) -> tuple[list[tuple[Statement, str]], dict[str, ast.expr]]:
    """The statements about answers in their order, each with the exercise that it says; and the names that are given
    one value, with that value."""
    found: list[tuple[Statement, str]] = []
    values: dict[str, list[ast.expr]] = {}
    for node in ast.walk(tree):
        if not isinstance(node, Statement):
            continue
        owner = _owner(node, naming)
        if owner is not None:
            found.append((node, owner))
        elif isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            values.setdefault(node.targets[0].id, []).append(node.value)
    found.sort(key=lambda item: item[0].lineno)
    return found, {name: given[0] for name, given in values.items() if len(given) == 1}


def _begins(statement: Statement) -> int:
    """1 where the statement begins a dictionary, 0 where it adds to one."""
    if isinstance(statement, ast.Assign):
        return int(not isinstance(statement.targets[0], ast.Subscript))
    return int(isinstance(statement, ast.AnnAssign))


def _target(statement: Statement) -> ast.expr | None:
    """What a statement gives a value to, or updates."""
    if isinstance(statement, ast.Expr):
        called = statement.value.func if isinstance(statement.value, ast.Call) else None
        return called.value if isinstance(called, ast.Attribute) and called.attr == "update" else None
    return statement.targets[0] if isinstance(statement, ast.Assign) else statement.target


def _owner(statement: Statement, naming: Naming) -> str | None:
    """The exercise that the variable says ("" none), None where the statement is not about answers."""
    target, inside = _target(statement), ""
    for _ in range(2):  # REPONSES["exo1"]["convexe"]
        if isinstance(target, ast.Subscript):
            inside = inside or _exercise(key_in(target.slice), naming)
            target = target.value
    owner = owner_of(target.id, naming) if isinstance(target, ast.Name) else None
    return owner if owner is None else owner or inside


def _exercise(key: str, naming: Naming) -> str:
    """The exercise that a key names; "" where it names none, or several."""
    named = naming.names(key)
    return named[0] if len(named) == 1 else ""


def _answers(statement: Statement, reader: DictionaryReader, naming: Naming) -> Iterator[tuple[str, str, str]]:
    """(key, text, exercise) of every answer that a statement gives."""
    for key, value in _assigned(statement, reader):
        exercise = _exercise(key, naming)
        inner = list(reader.pairs(value)) if exercise and reader.is_dictionary(value) else []
        if inner:
            yield from ((k, reader.text_of(v), exercise) for k, v in inner)
        elif exercise and (rest := key_of(naming.rest(key))):
            yield rest, reader.text_of(value), exercise
        else:
            yield key, reader.text_of(value), ""


def _assigned(statement: Statement, reader: DictionaryReader) -> Iterator[tuple[str, ast.expr]]:
    """The keys and values that a statement about answers writes."""
    if isinstance(statement, ast.Expr):
        if isinstance(statement.value, ast.Call):
            yield from reader.arguments(statement.value)
    elif isinstance(statement, ast.AugAssign):
        yield from reader.pairs(statement.value)
    elif statement.value is not None:
        target = _target(statement)
        if isinstance(target, ast.Subscript):
            yield key_in(target.slice), statement.value
        else:
            yield from reader.pairs(statement.value)
