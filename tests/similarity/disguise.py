"""What somebody does to a copied program: other names, another order, other comments and texts, another layout."""

from __future__ import annotations

import ast
import random


def disguised(text: str, seed: int = 0) -> str:
    """An equivalent program. `text` must parse."""
    tree = ast.parse(text)
    bound = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    bound |= {n.name for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)}
    bound |= {n.arg for n in ast.walk(tree) if isinstance(n, ast.arg)}
    bound -= {"REPONSES"}  # the grader looks for it
    chance = random.Random(seed)
    names = {name: f"{chance.choice('abcdefgh')}_{chance.randrange(1000)}" for name in sorted(bound)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            node.id = names.get(node.id, node.id)
        elif isinstance(node, ast.arg):
            node.arg = names[node.arg]
        elif isinstance(node, ast.FunctionDef):
            node.name = names[node.name]
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value:
            node.value = f"other words {chance.random()}"
    functions = [n for n in tree.body if isinstance(n, ast.FunctionDef)]
    chance.shuffle(functions)
    order = iter(functions)
    tree.body = [next(order) if isinstance(n, ast.FunctionDef) else n for n in tree.body]
    lines = ast.unparse(tree).splitlines()
    return "\n".join(f"{line}  # note {i}" if line.strip() and i % 4 == 0 else line for i, line in enumerate(lines))
