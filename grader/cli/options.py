"""Options that several commands take, and what they mean."""

from __future__ import annotations

import os
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path

import typer

from grader.errors import UsageError
from grader.messages import say


class LangChoice(StrEnum):
    FR = "fr"
    EN = "en"


class SandboxChoice(StrEnum):
    AUTO = "auto"
    BUBBLEWRAP = "bubblewrap"
    LANDLOCK = "landlock"
    PROCESS = "process"


class ModeChoice(StrEnum):
    STATIC = "static"
    AUDIT = "audit"
    FULL = "full"


class Common:
    """How options that mean the same wherever they stand are declared: `Annotated[Path | None, common.data]`. `_` gives
    the words of help in the reader's language."""

    def __init__(self, _: Callable[[str], str]) -> None:
        self.lang = typer.Option("--lang", help=_("Language of the report."))
        self.data = typer.Option(help=_("Folder of the real datasets (or GRADE_DATA)."))
        self.mode = typer.Option(
            help=_(
                "static: read only; audit: a few training steps; full: everything. Default: audit for costly trainings handed in with weights, else full."
            )
        )
        self.no_speedups = typer.Option(
            "--no-speedups", help=_("Train exactly as it is written, without the help that changes no result.")
        )
        self.profile = typer.Option("--profile", help=_("Tell at the end where the time went."))
        self.exercise = typer.Option(help=_("Only this exercise; may be repeated."))
        self.results = typer.Argument(metavar=_("FOLDER"), help=_("The folder that `grade batch` wrote (`--out`)."))


def results_folder(path: Path) -> Path:
    """A folder that can be written to, or made. Raises UsageError with the reason, before any work is done."""
    there = next(above for above in (path.absolute(), *path.absolute().parents) if above.exists())
    if not there.is_dir():
        raise UsageError(say("{path} is a file; a folder for the results is expected.", path=there))
    if not os.access(there, os.W_OK | os.X_OK):
        raise UsageError(say("Nothing can be written in {folder}. Name another folder with --out.", folder=there))
    return path


def existing(path: Path) -> Path:
    if not path.exists():
        raise UsageError(say("{path} does not exist.", path=path))
    return path
