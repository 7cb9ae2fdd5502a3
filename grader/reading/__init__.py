"""What is read of a submission without running any of it: source, answers, imports, the first syntax error."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection

from grader.domain import Notice, Parts, Reading, Submission
from grader.language.words import key_of
from grader.messages import say
from grader.reading.answers import raw_answers
from grader.reading.attribution import AnswerQuery, exercises_in, own_answers
from grader.reading.naming import Nameless, Naming
from grader.reading.parts import parts_of
from grader.reading.prose import answer_files, raw_answers_beside, raw_answers_in_cells
from grader.reading.python2 import old_names, python2_failure
from grader.reading.raw_answers import MAX_ANSWER_CHARS
from grader.reading.source import Source, content, read_source

__all__ = ["MAX_ANSWER_CHARS", "Naming", "Source", "answer_files", "content", "read", "read_source"]

MAX_IMPORTS = 1000
_IMPORT = re.compile(r"^[ \t]*(?:import|from)[ \t]+([^\W\d]\w{0,80})", re.MULTILINE)
_DYNAMIC = frozenset(("__import__", "import_module"))


def read(submission: Submission, keys: Collection[str] = (), naming: Naming | None = None) -> Reading:
    """Return what `submission.main` and what stands beside it say. Raises UnreadableSubmission where there is nothing to read.

    `keys` are the exercise's questions: text beside the script is then searched for these alone. The dictionary in
    the file wins over the text beside it. `naming` knows the exercises' names: in a file that holds several, answers
    are then taken from this exercise's part.
    """
    source = read_source(submission.main)
    name = submission.main.name
    failure, notices = source.failure, source.notices
    if failure is not None and (old := python2_failure(failure)) is not None:
        failure, notice = old
        notices = (*notices, notice)
    naming = naming or Nameless()
    parts = parts_of(source, naming, name)
    answers, contested = _answers(submission, source, keys, naming, parts)
    if contested:
        notices = (*notices, Notice(_SEVERAL, name))
    return Reading(source.text, answers, failure, imports_of(source), (*notices, *old_names(source, name)), parts)


_SEVERAL = say(
    "Several dictionaries REPONSES answer the same questions, and nothing says which exercise each is for: the last one "
    "was read. Name them `REPONSES_EXO1`, `REPONSES_EXO2`…, or put a heading with the exercise's name above each."
)


def _answers(
    submission: Submission, source: Source, keys: Collection[str], naming: Naming, parts: Parts
) -> tuple[dict[str, str], bool]:
    """The answers of the submission's exercise, and whether those of its file are contested."""
    wanted = frozenset(key_of(key) for key in keys)
    query = AnswerQuery(submission.exercise, wanted, naming.names(submission.main.name), exercises_in(parts))
    cells = own_answers(raw_answers_in_cells(source.prose, parts.prose, keys, naming), query)
    beside = own_answers(raw_answers_beside(submission.root, submission.files, keys, naming), query)
    written = own_answers(raw_answers(source, naming, parts), query)
    return cells.texts | beside.texts | written.texts, written.contested


def imports_of(source: Source) -> frozenset[str]:
    """Return the top-level names imported anywhere in the file, in functions too; relative imports are the student's own."""
    if source.tree is None:
        return frozenset(m[1] for m, _ in zip(_IMPORT.finditer(source.text), range(MAX_IMPORTS), strict=False))
    found: set[str] = set()
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            found.update(alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.partition(".")[0])
        elif isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if called in _DYNAMIC and isinstance(node.args[0].value, str):
                found.add(node.args[0].value.partition(".")[0])
    return frozenset(found)
