"""What one file says: a digest of a program's syntax tree, and what it needs, found without importing anything.

Comments, docstrings, strings that stand alone, and layout do not count.
"""

from __future__ import annotations

import ast
import hashlib
import re
import struct
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

_FILE_NAME = re.compile(r"[\w-][\w.-]{0,80}")
_MODULE_NAME = re.compile(r"\w+(\.\w+)+")
_UNSAID = frozenset(("ctx", "type_comment", "kind", "type_ignores"))  # of a syntax tree: says nothing of its own
MO_MAGIC = 0x950412DE


@dataclass(frozen=True, slots=True)
class Source:
    """What one file says.

    An import is "module" or "module:name", the module by its full name. `passed_on` are the names of an `__init__` that
    does nothing else but import them, with where they come from; it is None for any other module. `beside` are strings
    that may name data files in the same folder. `texts` are short digests of the strings of a module that imports from a
    module `messages`, and `translations`, of a catalogue, those of its messages with those of what it makes of them.
    """

    digest: str
    imports: tuple[str, ...] = ()
    passed_on: dict[str, str] | None = None
    beside: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    translations: dict[str, str] | None = None


def source_of(content: bytes, package: str = "", is_package: bool = False) -> Source:
    """Read the source of a module in `package`. What is no Python counts as it stands, byte by byte."""
    try:
        tree = ast.parse(content)
        _drop_docstrings(tree)
        said: list[str] = []
        _say(tree, said.append)
    except (SyntaxError, ValueError, RecursionError):
        return Source(hashlib.sha256(content).hexdigest())
    nodes = [*_run_time_nodes(tree)]
    imports = [
        target
        for node in nodes
        if isinstance(node, ast.Import | ast.ImportFrom)
        for _, target in _imported(node, package)
    ]
    strings = [node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    speaks = any(target.partition(":")[0].endswith(".messages") for target in imports)
    opens_files = any(isinstance(node, ast.Name) and node.id == "__file__" for node in nodes)
    named = [text for text in strings if package and _names_module(text, package)]
    return Source(
        digest_of_text("".join(said)),
        _once([*imports, *named]),
        _passed_on(tree, package) if is_package else None,
        _once(text for text in strings if _FILE_NAME.fullmatch(text)) if opens_files else (),
        _once(_short(text.encode("utf-8", "surrogatepass")) for text in strings) if speaks else (),
    )


def digest_of_text(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _once(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(texts))


def _short(text: bytes) -> str:
    return hashlib.sha256(text).hexdigest()[:16]


def data_of(content: bytes, is_catalogue: bool = False) -> Source:
    """Read a file that is no program; a catalogue is one that `msgfmt` or Babel compiled for gettext (`.mo`)."""
    return Source(hashlib.sha256(content).hexdigest(), translations=_translations(content) if is_catalogue else None)


def _translations(content: bytes) -> dict[str, str] | None:
    """None where the file is no little-endian catalogue (GNU gettext manual, "The Format of GNU MO Files")."""
    try:
        magic, _, count, originals, translated = struct.unpack_from("<5I", content)
        if magic != MO_MAGIC:
            return None
        found = {}
        for number in range(count):
            length, at = struct.unpack_from("<2I", content, originals + 8 * number)
            message = content[at : at + length].split(b"\0")[0]  # what follows is its plural
            length, at = struct.unpack_from("<2I", content, translated + 8 * number)
            if message:  # "" is the header, which tells dates
                found[_short(message)] = _short(content[at : at + length])
    except struct.error:
        return None
    return found


def _names_module(text: str, package: str) -> bool:
    return text.startswith(f"{package.partition('.')[0]}.") and _MODULE_NAME.fullmatch(text) is not None


def _drop_docstrings(tree: ast.AST) -> None:
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            node.body = [part for part in node.body if not _is_remark(part)]


def _is_remark(node: ast.stmt) -> bool:
    """A string that stands alone: a docstring, or that of a constant."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def _say(node: ast.AST, write: Callable[[str], None]) -> None:
    """Write the tree as text. `ast.dump` would do, were its text the same under every version of Python."""
    write(f"({type(node).__name__}")
    for name in node._fields:
        if name in _UNSAID:
            continue
        value = getattr(node, name, None)
        if isinstance(value, ast.AST):
            write(f" {name}=")
            _say(value, write)
        elif isinstance(value, list):
            if value:
                write(f" {name}=[")
                for part in value:
                    if isinstance(part, ast.AST):
                        _say(part, write)
                    else:
                        write(f"{part!r},")
                write("]")
        elif value is not None or isinstance(node, ast.Constant):
            write(f" {name}={value!r}")
    write(")")


def _run_time_nodes(tree: ast.AST) -> Iterator[ast.AST]:
    """All nodes but those that only a type checker sees."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            waiting += node.orelse
        else:
            waiting += ast.iter_child_nodes(node)


def _imported(node: ast.Import | ast.ImportFrom, package: str) -> Iterator[tuple[str, str]]:
    """Each name that the statement binds, with what it stands for."""
    if isinstance(node, ast.Import):
        for alias in node.names:
            yield alias.asname or alias.name.partition(".")[0], alias.name
        return
    parts = package.split(".")
    base = parts[: len(parts) - node.level + 1] if node.level else []
    module = ".".join([*base, *([node.module] if node.module else [])])
    for alias in node.names:
        yield alias.asname or alias.name, f"{module}:{alias.name}"


def _passed_on(tree: ast.Module, package: str) -> dict[str, str] | None:
    names: dict[str, str] = {}
    for node in tree.body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            names.update(_imported(node, package))
        elif not (isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"):
            return None
    return names
