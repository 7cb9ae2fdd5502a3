"""Options that several commands take, and what they mean."""

from __future__ import annotations

import os
from collections.abc import Callable
from enum import StrEnum
from functools import partial
from pathlib import Path

import typer

from grader.domain import Lang
from grader.errors import UsageError
from grader.messages import say, translate


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


def help_in(lang: Lang) -> Callable[[str], str]:
    """Return how a command's help finds its words in the reader's language; called `_`, by which the catalogues know it."""
    return partial(translate, lang=lang)


class Common:
    """How options that mean the same wherever they stand are declared: `Annotated[Path | None, common.data]`.

    A command with many options declares its own in a class that inherits from this one.
    """

    def __init__(self, lang: Lang) -> None:
        _ = help_in(lang)
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
    """Return a folder that can be written to, or made. Raises UsageError with the reason, before any work is done."""
    there = next(above for above in (path.absolute(), *path.absolute().parents) if above.exists())
    if not there.is_dir():
        raise UsageError(say("{path} is a file; a folder for the results is expected.", path=there))
    if not os.access(there, os.W_OK | os.X_OK):
        raise UsageError(say("Nothing can be written in {folder}. Name another folder with --out.", folder=there))
    return path


def existing(path: Path) -> Path:
    """Return the path. Raises UsageError where there is nothing."""
    if not path.exists():
        raise UsageError(say("{path} does not exist.", path=path))
    return path
