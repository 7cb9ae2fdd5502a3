"""An error of a student's program, in one sentence that says what it means."""

from __future__ import annotations

from grader.analysis.error_hints import error_hint
from grader.domain import Failure, Text
from grader.messages import plain, say

MEANINGS: dict[str, Text] = {
    "SyntaxError": say("Python cannot read this line"),
    "IndentationError": say("the indentation of this line does not fit the lines above it"),
    "TabError": say("tabs and spaces are mixed in the indentation"),
    "Python2": say("this is Python 2; the course uses Python 3"),
    "NameError": say("a name is used before it was given a value, or is misspelt"),
    "UnboundLocalError": say("a variable of the function is used before it was given a value"),
    "AttributeError": say(
        "an object does not have what is asked of it; the library may have changed since the handout"
    ),
    "ModuleNotFoundError": say("a module is imported that is not available here"),
    "ImportError": say("something is imported that the module does not contain"),
    "FileNotFoundError": say("a file is opened that is not there; paths must be relative to the script"),
    "TypeError": say("a function is called with arguments that it does not take"),
    "ValueError": say("a value has not the form that is expected; often a shape"),
    "KeyError": say("a dictionary is asked for a key that it does not hold"),
    "IndexError": say("an index lies beyond the end"),
    "ZeroDivisionError": say("something is divided by zero"),
    "RecursionError": say("a function calls itself without end"),
    "MemoryError": say("the memory is exhausted"),
    "EOFError": say("the program waits for input from a keyboard; there is none here"),
    "InvalidArgumentError": say("TensorFlow was given arrays whose shapes or types do not fit together"),
    "SystemExit": say("the program ended itself with an error code"),
    "KeyboardInterrupt": say("the program was interrupted"),
    "NotImplementedError": say("a part is still to be written"),
    "StdinNotImplementedError": say("the program waits for input from a keyboard; there is none here"),
    "FileTooLarge": say("the file is larger than a script needs to be"),
    "TooIntricate": say("reading this file takes more time or memory than is allowed"),
    "DeadKernel": say("the notebook's kernel died"),
}
FOLDED = 300


def explain(failure: Failure) -> Text:
    """Return the sentence: « exo1.py, ligne 12 : NameError: … — ce que cela veut dire »."""
    told = plain(f"{failure.type}: {fold(failure.message)}" if failure.message else failure.type)
    meaning = error_hint(failure) or MEANINGS.get(failure.type)
    place = _place(failure)
    if place and meaning:
        return say("{place}: {told} — {meaning}.", place=place, told=told, meaning=meaning)
    if place or meaning:
        return (
            say("{place}: {told}", place=place, told=told)
            if place
            else say("{told} — {meaning}.", told=told, meaning=meaning)
        )
    return told


def _place(failure: Failure) -> Text:
    if not failure.frames:
        return Text()
    last = failure.frames[-1]
    if failure.cell is not None:
        return say("cell {cell}, line {line}", cell=failure.cell, line=last.line)
    return say("{file}, line {line}", file=last.file, line=last.line)


def fold(message: str) -> str:
    """Return the lines of a message that say something, cut to 300 characters: the first two; of TensorFlow's long
    messages the last before the name of the node."""
    lines = [line.strip() for line in message.splitlines() if line.strip()]
    node = next((at for at, line in enumerate(lines) if line.startswith("[[{{node")), 0)
    if node and not lines[node - 1].startswith(("File ", "Detected at")):
        short = lines[node - 1]
        return short if len(short) <= FOLDED else f"{short[:FOLDED]} […]"
    short = " ".join(lines[:2])
    return short if len(short) <= FOLDED and len(lines) <= 2 else f"{short[:FOLDED]} […]"
