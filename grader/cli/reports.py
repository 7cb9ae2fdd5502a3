"""`grade report` and `grade export`: pages and files made again from what a batch has recorded."""

# Annotations are evaluated where they stand: their help texts are in the reader's language.
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from grader.cli.options import Common, LangChoice, existing, help_in, results_folder
from grader.domain import Lang, Record
from grader.errors import NothingToGrade, UnreadableSubmission, UsageError
from grader.files import DAMAGED
from grader.messages import say


class FormatChoice(StrEnum):
    MOODLE = "moodle"
    CANVAS = "canvas"
    CSV = "csv"
    GRADESCOPE = "gradescope"
    JUNIT = "junit"
    MARKDOWN = "markdown"
    JSON = "json"


def register(app: typer.Typer, lang: Lang) -> None:
    """Add `report` and `export` to the commands, the help in one language."""
    _, common = help_in(lang), Common(lang)

    @app.command(help=_("Makes the pages of a batch again: one for the class, one for each student."))
    def report(
        folder: Annotated[Path, common.results],
        out: Annotated[
            Path | None, typer.Option(help=_("Another folder for the pages, where FOLDER cannot be written."))
        ] = None,
        lang_: Annotated[LangChoice, common.lang] = LangChoice(lang),
    ) -> None:
        typer.echo(_report(existing(folder), out, lang))

    @app.command(help=_("Writes the marks of a batch for other programs: a learning platform, a spreadsheet, CI."))
    def export(
        folder: Annotated[Path, common.results],
        format: Annotated[FormatChoice, typer.Option(help=_("Who will read it."))],
        out: Annotated[
            Path | None,
            typer.Option(help=_("The file to write; for gradescope, a folder. Default: the standard output.")),
        ] = None,
        exercise: Annotated[list[str] | None, common.exercise] = None,
        bom: Annotated[
            bool, typer.Option("--bom", help=_("Begin with a byte order mark, by which Excel knows UTF-8."))
        ] = False,
        lang_: Annotated[LangChoice, common.lang] = LangChoice(lang),
    ) -> None:
        _export(existing(folder), format.value, out, exercise or [], bom, lang)


def _report(folder: Path, out: Path | None, lang: Lang) -> Path:
    from grader.cli.progress import busy
    from grader.reports.html import write_pages
    from grader.store import FILE, Gradebook
    from grader.store.record_files import refresh

    target = results_folder(out or folder)
    if out is None and (folder / FILE).is_file():
        with Gradebook.open(folder) as book:
            refresh(book)
    with busy(say("Making the pages"), lang):
        return write_pages(recorded(folder), target, lang)


def _export(folder: Path, name: str, out: Path | None, only: list[str], bom: bool, lang: Lang) -> None:
    from grader.reports.formats import FORMATS
    from grader.reports.marks import by_student
    from grader.reports.names import slug

    form = FORMATS[name]
    records = [r for r in recorded(folder, exhibits=False) if not only or r.exercise in only]
    if not records:
        raise NothingToGrade(say("No record of {exercises} in {folder}.", exercises=", ".join(only), folder=folder))
    mark = "\ufeff" if bom else ""
    if not form.single:
        _write(mark + form.write(records, lang), out)
        return
    students = by_student(records)
    if len(students) == 1 and (out is None or out.suffix == f".{form.suffix}"):
        _write(mark + form.write(records, lang), out)
        return
    if out is None:
        raise UsageError(say("One file per student: name a folder with `--out`."))
    for student, own in students.items():
        _write(mark + form.write(own, lang), out / f"{slug(student)}.{form.suffix}")


def _write(text: str, out: Path | None) -> None:
    data = text.encode("utf-8", "replace")
    if out is None:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        return
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_bytes(data)


def recorded(folder: Path, exhibits: bool = True) -> list[Record]:
    """Return the records of a batch: those of its gradebook, overrides and lateness applied, else those that lie as JSON.

    Raises:
        NothingToGrade: there is neither.
        UnreadableSubmission: a record of another version, or no record at all.
    """
    from grader.store import FILE, Gradebook

    if (folder / FILE).is_file():
        with Gradebook.open(folder) as book:
            found = book.records(exhibits=exhibits)
    else:
        found = [_read(path) for path in sorted(folder.glob("*.json")) if not path.name.startswith(".")]
    if not found:
        raise NothingToGrade(
            say("No record in {folder}. `grade batch FOLDER --out {folder}` makes them.", folder=folder)
        )
    return found


def _read(path: Path) -> Record:
    from grader import records

    try:
        return records.read(path)
    except UnreadableSubmission:  # of another version: said so
        raise
    except DAMAGED as problem:
        raise UnreadableSubmission(say("{file} is no record of the grader.", file=path.name)) from problem
