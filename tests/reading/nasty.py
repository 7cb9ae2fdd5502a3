"""Files of about 5 MB, the most that is read, each hard on one part of reading."""

from __future__ import annotations

import json

NASTY = {
    "parentheses": "(" * 4_999_999,
    "one string": "x = '" + "a" * 4_999_000 + "'",
    "many lines": "x=1\n" * 1_250_000,
    "just below the bound": "x=1\n" * 19_900,
    "nested lists": "[" * 1_000_000 + "]" * 1_000_000,
    "a large dictionary": "REPONSES={" + ",".join(f"{i}:1" for i in range(550_000)) + "}",
    "many dictionaries": "REPONSES={'a':1}\n" * 290_000,
    "many open dictionaries": "REPONSES={" * 490_000,
    "many entries": "REPONSES['a']=1\n" * 290_000,
    "open strings": "REPONSES={" + "'''" * 1_600_000,
    "escapes": "REPONSES={'" + "\\" * 4_900_000,
    "minus": "-" * 4_000_000 + "1",
    "sum": "x=" + "1+" * 19_000 + "1",
    "attributes": "x" + ".a" * 19_000,
    "not": "not " * 40_000 + "x",
    "a dotted import": "import " + ".".join(["b" * 100] * 39_000),
    "a dotted import over lines": "import a" + " \\\n.b" * 12_000,
    "many dotted names": "import "
    + ".".join(["b" * 1000] * 99)
    + "\n"
    + ("from " + ".".join(["c" * 120] * 99) + " import d\n") * 390,
    "blank": "\n" * 4_999_999,
    "spaces": "REPONSES" + " " * 4_999_000,
    "one huge line": "x = [" + "'abc', " * 700_000 + "]",
    "many strings": '"" \'\' """""" f"" ' * 270_000,
    "nested strings": "f'{" * 1_200_000,
    "nested brackets of all kinds": "([{" * 1_600_000,
    "headings": "# Exercice 1 : titre\n" * 230_000,
    "almost headings": "# exo exo exo exo exo exo exo exo exo exo exo exo\n" * 98_000,
    "exercises of many names": "".join(f"REPONSES_EXO{n}={{'a':1}}\n" for n in range(170_000)),
    "functions of many names": "".join(f"def exo{n}(x): y\n" for n in range(5000)) + "\n" * 4_000_000,
    "keys of many names": "REPONSES={" + ",".join(f"'exo{n}_a':1" for n in range(5000)) + "}",
    "layers": "Dense(10)\n" * 490_000,
    "indents": "".join(" " * n + "if x:\n" for n in range(90)) + " " * 4_900_000,
    "old python": "print x\n" * 600_000,
    "magics": "%time x\n!ls\n" * 380_000,
    "tabs": "\t" * 4_900_000 + "x",
    "a lone backslash": "(\nREPONSES = {" + '"\\' * 2_400_000,
    "a lone backslash behind quotes": "(\nREPONSES = {" + "'\\" * 20_000,
    "a lone backslash behind long quotes": "(\nREPONSES = {" + "'''\\" * 90_000 + "x\\",
}


def large_notebook(kind: str) -> str:
    """About 5 MB of a notebook."""
    source, output = {
        "output": (["x = 1"], [{"output_type": "stream", "name": "stdout", "text": "a" * 4_900_000}]),
        "many outputs": (["x = 1"], [{"output_type": "stream", "name": "stdout", "text": "a"}] * 80_000),
        "source": (["x = 1\n"] * 400_000, []),
    }.get(kind, (["x = 1"], []))
    cells: list[dict[str, object]] = [{"cell_type": "code", "metadata": {}, "source": source, "outputs": output}]
    if kind == "headings":
        cells = [{"cell_type": "markdown", "metadata": {}, "source": "# Exercice 1\nparametres : 3"}] * 50_000
    if kind == "cells":
        cells *= 60_000
    if kind == "one markdown cell":
        cells = [{"cell_type": "markdown", "metadata": {}, "source": "# Exercice 1\na : b\n" * 240_000}]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


NOTEBOOKS = ("output", "many outputs", "source", "headings", "cells", "one markdown cell")
