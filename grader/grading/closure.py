"""The files that a module needs, followed along its imports, and one digest of what they say.

Followed are imports wherever they stand (in functions too, but for those that only a type checker sees), modules that
are named in a string, such as "grader.evaluator.predict" in a table of what is imported later, and data files that a
module which speaks of its `__file__` names beside itself. Of a gettext catalogue only the messages of these modules count.

A name that an `__init__` merely passes on leads to the module that defines it: that `__init__` and its other imports do
not count. Nor does an `__init__` from which nothing is taken: being imported, it does nothing that others could notice.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from grader.grading.source_notes import SourceNotes
from grader.grading.source_text import Source, digest_of_text

NO_DATA = (".py", ".pyc", ".po")  # programs count where they are imported, and catalogues as they were compiled


@dataclass(slots=True)
class Needed:
    """`digests` are those of files, by their paths, and of names that are passed on. `outside` are imports of the
    package by a module outside of it."""

    digests: dict[str, str] = field(default_factory=dict)
    outside: dict[str, None] = field(default_factory=dict)
    _texts: set[str] = field(default_factory=set)
    _catalogues: dict[str, dict[str, str]] = field(default_factory=dict)

    def add(self, label: str, source: Source) -> None:
        if source.translations is not None:
            self._catalogues[label] = source.translations
        else:
            self.digests[label] = source.digest
            self._texts.update(source.texts)

    def digest(self) -> str:
        said = [f"{label}\0{digest}" for label, digest in self.digests.items()]
        for label, translations in self._catalogues.items():
            said += [f"{label}\0{text}\0{translations[text]}" for text in self._texts & translations.keys()]
        return digest_of_text("\0\0".join(sorted(said)))


class ImportGraph:
    """The modules of the package in the folder `root`, whose name is the folder's. Its files are looked at once."""

    def __init__(self, root: Path, notes: SourceNotes) -> None:
        self._name = root.name
        self._folder = f"{root.parent}{os.sep}"
        self._notes = notes
        self._read: dict[str, Source | None] = {}
        self._listed: dict[str, frozenset[str]] = {}

    def digest(self, *entries: str) -> str:
        """Of everything that these entries need: "module", "module:name", or "package.*" for all modules of a package."""
        found = self.needed(*entries).digest()
        self._notes.save()
        return found

    def needed(self, *entries: str) -> Needed:
        found = Needed()
        waiting, seen = [*entries], set(entries)
        while waiting:
            for wanted in self._follow(waiting.pop(), found):
                if wanted not in seen:
                    seen.add(wanted)
                    waiting.append(wanted)
        return found

    def _follow(self, entry: str, found: Needed) -> Iterator[str]:
        """Note what the entry itself says in `found`, and yield what it needs."""
        module, _, name = entry.partition(":")
        if module.endswith(".*"):
            yield from (f"{module[:-1]}{file[:-3]}" for file in self._files(self._path(module)) if file.endswith(".py"))
            return
        if module.partition(".")[0] != self._name:
            return
        above = module.rpartition(".")[0]
        if not self._is_there(f"{module}.__init__"):
            if self._is_there(module):
                yield from self._take(module, above, found)
            elif above and not name:  # in a string: perhaps a function of a module
                yield f"{above}:{module.rpartition('.')[2]}"
            return
        passed_on = self._passed_on(module)
        if name in passed_on:
            found.digests[entry] = passed_on[name]
            yield passed_on[name]
        elif name and (self._is_there(f"{module}.{name}") or self._is_there(f"{module}.{name}.__init__")):
            yield f"{module}.{name}"
        else:
            yield from self._take(f"{module}.__init__", module, found)

    def _passed_on(self, package: str) -> dict[str, str]:
        source = self._source(f"{package}.__init__", package)
        return (source.passed_on or {}) if source is not None else {}

    def _take(self, module: str, package: str, found: Needed) -> tuple[str, ...]:
        source = self._source(module, package)
        if source is None or module in found.digests:
            return ()
        found.add(module, source)
        add_data(Path(self._path(module)), source, self._notes, found)
        return source.imports

    def _source(self, module: str, package: str) -> Source | None:
        if module not in self._read:
            self._read[module] = self._notes.source(self._path(module), package)
        return self._read[module]

    def _path(self, module: str) -> str:
        return f"{self._folder}{module.replace('.', os.sep)}.py"

    def _is_there(self, module: str) -> bool:
        path = self._path(module)
        return path.rpartition(os.sep)[2] in self._files(path)

    def _files(self, path: str) -> frozenset[str]:
        """The names in the folder that this path lies in."""
        folder = path.rpartition(os.sep)[0]
        if folder not in self._listed:
            try:
                self._listed[folder] = frozenset(os.listdir(folder))  # noqa: PTH208  # in a third of the time
            except OSError:
                self._listed[folder] = frozenset()
        return self._listed[folder]


def needed_beside(path: Path, package: str, notes: SourceNotes) -> Needed:
    """Of a module outside of `package`: what it needs of its own folder and of the one above, and its imports of the
    package."""
    found = Needed()
    waiting, above = [path], path.parent.parent
    while waiting:
        file = waiting.pop()
        label = os.path.relpath(file, above)
        source = notes.source(str(file)) if label not in found.digests else None
        if source is None:
            continue
        found.add(label, source)
        add_data(file, source, notes, found)
        for wanted in source.imports:
            module = wanted.partition(":")[0]
            if module.partition(".")[0] == package:
                found.outside[wanted] = None
            else:
                waiting += [folder / f"{module.replace('.', '/')}.py" for folder in (file.parent, above)]
    notes.save()
    return found


def add_data(file: Path, source: Source, notes: SourceNotes, found: Needed) -> None:
    """The data files that the module in `file` names, and all that are in folders which it names."""
    for name in source.beside:
        place = file.parent / name
        for path in sorted(place.rglob("*")) if place.is_dir() else [place]:
            data = notes.source(str(path)) if path.suffix not in NO_DATA and path.is_file() else None
            if data is not None:
                found.add(f"{file.stem}: {path.relative_to(file.parent)}", data)
