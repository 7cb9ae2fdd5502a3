"""Compiles the French catalogue: `python -m tests.tools.catalogues` after changing a `.po` file or a message.
`--prune` first drops what is no longer said, and moves what is said in another room than before.

The translations lie in one file per room, `grader/locale/fr/<room>.po`; those of `worker/compat` in one of their own. They are compiled together into
`grader/locale/fr/LC_MESSAGES/grader.mo`, which is committed so that running the grader needs no tools.
English sentences are the keys; `grader/locale/en` holds only the catalogue's header.
"""

from __future__ import annotations

import ast
import io
import sys
from datetime import UTC, datetime
from pathlib import Path

from babel.messages import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

PACKAGE = Path(__file__).parents[2] / "grader"
LOCALE = PACKAGE / "locale"
KEYWORDS = {"say": 1, "say_n": 2, "translate": 1, "_": 1}  # how many of the arguments are messages


def spoken() -> dict[str | tuple[str, str], list[str]]:
    """Every message in the code, with the places where it is said; read from the syntax tree, f-strings included."""
    found: dict[str | tuple[str, str], list[str]] = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and (count := KEYWORDS.get(getattr(node.func, "id", ""))):
                words = [a.value for a in node.args[:count] if isinstance(a, ast.Constant) and isinstance(a.value, str)]
                if len(words) == count and all(words):
                    key = words[0] if count == 1 else (words[0], words[1])
                    found.setdefault(key, []).append(f"{path.relative_to(PACKAGE)}:{node.lineno}")
    return found


def french() -> Catalog:
    """All fragments in one catalogue. Two fragments that translate one message differently are an error."""
    whole = Catalog(locale="fr", project="tme-grader", fuzzy=False)
    for fragment in sorted((LOCALE / "fr").glob("*.po")):
        for message in read_po(io.BytesIO(fragment.read_bytes()), locale="fr"):
            if not message.id or not message.string:
                continue
            before = whole.get(message.id)
            if before is not None and before.string != message.string:
                raise SystemExit(f"{fragment.name}: « {message.id} » is already translated as « {before.string} »")
            whole.add(message.id, message.string)
    return whole


def compiled(catalogue: Catalog) -> bytes:
    # A date of its own would make every compilation differ.
    catalogue.creation_date = catalogue.revision_date = datetime(2026, 1, 1, tzinfo=UTC)
    buffer = io.BytesIO()
    write_mo(buffer, catalogue)
    return buffer.getvalue()


def prune() -> None:
    """Drop the entries of sentences that are no longer said, and put each into the file of a room that says it;
    `--prune` on the command line."""
    said = spoken()
    header, files = "", dict[str, list[str]]()
    for path in sorted((LOCALE / "fr").glob("*.po")):
        for block in path.read_text(encoding="utf-8").strip().split("\n\n"):
            ids = _ids(block)
            if not ids:
                header = block
            elif ids <= said.keys():
                rooms = rooms_of([place for id_ in ids for place in said[id_]])
                files.setdefault(path.stem if path.stem in rooms else min(rooms), []).append(block)
        path.unlink()
    for name, blocks in files.items():
        (LOCALE / "fr" / f"{name}.po").write_text("\n\n".join([header, *blocks]) + "\n", encoding="utf-8")


def rooms_of(places: list[str]) -> set[str]:
    """Return the names of the files in which what is said in these places may be translated."""
    paths = [place.partition(":")[0] for place in places]
    return {"compat" if p.startswith("worker/compat/") else p.partition("/")[0].removesuffix(".py") for p in paths}


def _ids(block: str) -> set[str | tuple[str, str]]:
    messages = [m for m in read_po(io.BytesIO(block.encode()), locale="fr") if m.id]
    return {m.id if isinstance(m.id, str) else (m.id[0], m.id[1]) for m in messages}


def main() -> None:
    if "--prune" in sys.argv:
        prune()
    for lang, catalogue in (("fr", french()), ("en", Catalog(locale="en", project="tme-grader"))):
        target = LOCALE / lang / "LC_MESSAGES" / "grader.mo"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(compiled(catalogue))
    known = {m.id if isinstance(m.id, str) else tuple(m.id) for m in french()}
    for message, places in spoken().items():
        if message not in known:
            print(f"not translated: {message!r} ({places[0]})")


if __name__ == "__main__":
    main()
