"""`grade rejudge`: every record made anew from its kept run, after a threshold or a check has changed."""

# Annotations are evaluated where they stand: their help texts are in the reader's language.
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from grader.cli import exits
from grader.cli.options import Common, LangChoice, SandboxChoice, data_for
from grader.domain import Exercise, Lang, Record
from grader.messages import translate

if TYPE_CHECKING:
    from grader.store import Current, Gradebook


def register(app: typer.Typer, lang: Lang) -> None:
    def _(message: str) -> str:
        return translate(message, lang)

    common = Common(_)

    @app.command(help=_("Judges every recorded submission again from its kept run, without running it."))
    def rejudge(
        folder: Annotated[Path, common.results],
        exercise: Annotated[list[str] | None, common.exercise] = None,
        data: Annotated[Path | None, common.data] = None,
        sandbox: Annotated[
            SandboxChoice,
            typer.Option(
                help=_("Isolation for what has to be read or measured anew; auto is the strongest that works.")
            ),
        ] = SandboxChoice.AUTO,
        lang_: Annotated[LangChoice, common.lang] = LangChoice(lang),
    ) -> int:
        return _rejudge(folder, exercise or [], data, sandbox.value, lang)


def _rejudge(folder: Path, only: list[str], data: Path | None, backend: str, lang: Lang) -> int:
    from grader import catalog
    from grader.cli.filing import RecordFiles, write_pages
    from grader.cli.progress import ManySubmissions
    from grader.messages import say
    from grader.reports.terminal import class_summary, shown
    from grader.store import Gradebook

    known = catalog.locate()
    wanted = {known.find(name).id for name in only}
    with Gradebook.open(folder) as book:
        entries = [e for e in book.current() if not wanted or e.submission.exercise in wanted]
        exercises = {id_: known.find(id_) for id_ in sorted({e.submission.exercise for e in entries})}
        judge = _Judge(exercises, data_for(list(exercises.values()), data), backend, book)
        changed: list[tuple[Record | None, Record]] = []
        files = RecordFiles(book)
        left: list[str] = []
        with ManySubmissions(len(entries), lang, shown(say("Judging again"), lang)) as display, judge:
            for entry in entries:
                name = f"{entry.submission.student} {entry.submission.exercise}"
                record = judge(entry)
                if record is not None:
                    files.write(record.student, record.exercise)
                if record is None:
                    left.append(name)
                elif _marks(record) != _marks(entry.record):
                    changed.append((entry.record, record))
                    display.finished(name, _changed_line(entry.record, record, lang))
                    continue
                display.passed()
        files.refresh()
        _tell(changed, left, display.console, lang)
        graded = [r for r in book.records(exhibits=False) if not wanted or r.exercise in wanted]
        display.console.print(class_summary(graded, lang))
        write_pages(book, lang)
    return exits.of_records(graded)


class _Judge:
    """Files the record that an entry's kept run gives today; workers are only started where they must be asked."""

    def __init__(self, exercises: dict[str, Exercise], data: Any, backend: str, book: "Gradebook") -> None:
        from grader.cli.batch import EVIDENCE
        from grader.cli.walls import Walls
        from grader.grading import reading_workbench
        from grader.grading.run_cache import RunCache

        self._exercises, self._data, self._book = exercises, data, book
        self._run_cache = RunCache(book.folder / EVIDENCE, everything=True)
        self._workbench = reading_workbench(data, Walls(backend))

    def __enter__(self) -> None:
        self._workbench.__enter__()

    def __exit__(self, *error: Any) -> None:
        self._workbench.__exit__(*error)

    def __call__(self, entry: "Current") -> Record | None:
        """None where no run is kept, or it was made on other data."""
        from grader.grading import rejudge
        from grader.grading.keys import judgement_key

        exercise = self._exercises[entry.submission.exercise]
        told = self._run_cache.circumstances(entry.run_key)
        info = self._data.get(exercise.dataset)
        if told is None or told.data != (info.sha256 if info and told.data else ""):
            return None
        try:
            record = rejudge(exercise, entry.submission, self._run_cache, entry.run_key, self._workbench)
        except Exception:  # whatever is wrong with what was kept: a new run will tell
            return None
        if record is None:
            return None
        if entry.record is not None:
            record = replace(record, phases=entry.record.phases)
        key = judgement_key(entry.run_key, exercise)
        self._book.file(entry.submission, entry.fingerprint, entry.run_key, key, record)
        return record


def _marks(record: Record | None) -> list[tuple[str, str, float]]:
    return [(v.id, v.status.value, v.points) for v in record.verdicts] if record else []


def _changed_line(before: Record | None, after: Record, lang: Lang) -> Any:
    from rich.text import Text as Styled

    from grader.messages import safe
    from grader.reports.terminal import figure

    old = f"{figure(before.score, lang)} → " if before else ""
    new = f"{figure(after.score, lang)} / {figure(after.max_score, lang)}"
    return Styled(f"{safe(after.student, 40):<28} {after.exercise:<12} {old}{new}")


def _tell(changed: list[Any], left: list[str], console: Any, lang: Lang) -> None:
    from grader.messages import safe, say
    from grader.reports.terminal import shown

    console.print(shown(say("Marks that changed: {count}.", count=len(changed)), lang))
    if left:
        words = say(
            "Not judged again, for want of a kept run on this data: {names}. `grade batch FOLDER --fresh` runs them.",
            names=safe(", ".join(left[:8]) + (" …" if len(left) > 8 else ""), 600),
        )
        console.print(shown(words, lang), style="yellow")
