"""The pages: `index.html` for the class, `etudiants/<name>.html` for each student. Self-contained, nothing is loaded.

Every page carries a content security policy that allows its own style sheet and its own script by their hashes,
pictures in `data:` addresses, and nothing else. A page whose records, language and templates have not changed is
left alone; `.pages.json` beside the class page remembers what each was made from.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from grader.derived import DerivedFiles
from grader.domain import Lang, Record
from grader.messages import LOCALE, safe
from grader.reports.marks import by_student
from grader.reports.names import STUDENTS, page_path
from grader.reports.page import TEMPLATES, render

HERE = Path(__file__).parent
MANIFEST = ".pages.json"
INDEX = "index.html"


def write_pages(records: Sequence[Record], folder: Path, lang: Lang) -> Path:
    """Write what has changed, each page whole or not at all; remove pages of students who are gone. The class page."""
    students = by_student(records)
    makers = _makers_digest(lang)
    digests = {name: [_digest(record) for record in own] for name, own in students.items()}
    wanted = {page_path(name): _joined(makers, digests[name]) for name in students}
    whole = _joined(makers, [digest for own in digests.values() for digest in own])
    files = DerivedFiles(folder, MANIFEST)
    for name, own in students.items():
        path = page_path(name)
        if not files.holds(path, wanted[path]):
            files.write(path, student_page(own, lang), wanted[path])
    if not files.holds(INDEX, whole):
        files.write(INDEX, class_page(records, lang), whole)
    files.remove(path for path in files.names() - wanted.keys() if _is_student_page(path))
    files.keep()
    return folder / INDEX


def pages_hold(folder: Path) -> bool:
    """Return whether all pages are there as they were written."""
    return DerivedFiles(folder, MANIFEST).whole()


def _is_student_page(path: str) -> bool:
    return path.startswith(f"{STUDENTS}/") and path.endswith(".html") and "/" not in path.removeprefix(f"{STUDENTS}/")


def student_page(records: Sequence[Record], lang: Lang) -> str:
    """Return one student's page, all exercises on it."""
    from grader.reports.student_page import exercise_view

    first = records[0]
    return render(
        "student.html.j2",
        lang,
        name=safe(first.student, 200) or "?",
        members=[safe(member, 100) for member in first.members[:20]],
        views=[exercise_view(record, lang) for record in records],
    )


def class_page(records: Sequence[Record], lang: Lang) -> str:
    from grader.reports.class_page import class_view

    return render("class.html.j2", lang, script="class.js", view=class_view(records, lang))


# ── What has changed ────────────────────────────────────────────────────────────────────────────


def _makers_digest(lang: Lang) -> str:
    """Return what pages are made by: this room's files, the words, the language."""
    digest = hashlib.sha256(lang.encode())
    for path in (*sorted(HERE.glob("*.py")), *sorted(TEMPLATES.iterdir()), *sorted(LOCALE.rglob("*.mo"))):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _digest(record: Record) -> str:
    return hashlib.sha256(repr(record).encode("utf-8", "surrogatepass")).hexdigest()


def _joined(makers: str, digests: Sequence[str]) -> str:
    return hashlib.sha256(" ".join([makers, *digests]).encode()).hexdigest()
