"""Entry point: builds the Typer application in the reader's language and turns errors into exit codes."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from typing import NoReturn

import typer

from grader.cli import exits
from grader.cli.words import STUDENT, App, Group, Part, refusal
from grader.domain import LANGS, Lang, Text
from grader.errors import GraderError
from grader.files import no_room, unwritable
from grader.messages import safe, say, translate

DEBUG = "--debug"  # wherever it stands: an error that nobody foresaw is shown with its traceback
REASON_CHARS = 300


class ExerciseOrCommand(Group):
    """`grade exo1` is `grade exercise exo1`: what is no command is the name of an exercise."""

    def resolve_command(self, ctx: Part, args: list[str]) -> Part:
        if args and args[0] not in self.commands:
            args = [STUDENT, *args]
        return super().resolve_command(ctx, args)

    def collect_usage_pieces(self, ctx: Part) -> list[str]:
        exercise, path = (translate(word, ctx.obj) for word in ("EXERCISE", "PATH"))
        return [exercise, f"[{path}]", "|", *super().collect_usage_pieces(ctx)]

    def list_commands(self, ctx: Part) -> list[str]:
        return [name for name in super().list_commands(ctx) if name != STUDENT]


def language(arguments: Sequence[str]) -> Lang:
    """Return the language: `--lang` wherever it stands, else GRADE_LANG; French is the fallback."""
    given = os.environ.get("GRADE_LANG", "fr")
    for index, word in enumerate(arguments):
        if word == "--lang" and index + 1 < len(arguments):
            given = arguments[index + 1]
        elif word.startswith("--lang="):
            given = word.removeprefix("--lang=")
    return "en" if given.lower().startswith("en") else "fr"


def without_language(arguments: Sequence[str]) -> list[str]:
    """Return the words without a `--lang` that was understood: it may stand before a command too, where no option is known."""
    kept: list[str] = []
    words = iter(arguments)
    for word in words:
        if word == "--lang":
            value = next(words, None)
            if value not in LANGS:
                kept += [word] if value is None else [word, value]
        elif word not in tuple(f"--lang={lang}" for lang in LANGS):
            kept.append(word)
    return kept


def build(lang: Lang) -> App:
    """Return the whole command line, its help in one language."""
    from grader.cli import reports, similar, student, teacher, verify

    app = App(
        lang,
        cls=ExerciseOrCommand,
        help=translate(
            "Grades deep-learning coursework. `grade exo1` grades the file exo1.py or exo1.ipynb of this folder.", lang
        ),
        epilog=translate(
            "Exit codes: 0 full marks, 1 marks were lost, 2 bad usage or nothing to grade, 3 the grader failed.", lang
        ),
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    student.register(app, lang)
    teacher.register(app, lang)
    reports.register(app, lang)
    similar.register(app, lang)
    verify.register(app, lang)
    return app


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line as a program: end this process with the exit code."""
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    ended_by: list[int] = []

    def interrupt(number: int, frame: object) -> NoReturn:
        """A terminal that is closed, or a polite kill, ends the grader as Ctrl-C does: workers in order, nothing lost."""
        ended_by.append(number)
        raise KeyboardInterrupt

    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is signal.SIG_DFL:  # else whoever started it wants otherwise, as `nohup` does
            signal.signal(number, interrupt)
    code = run(arguments)
    sys.exit(exits.SIGNALLED + ended_by[0] if ended_by and code == exits.INTERRUPTED else code)


def run(arguments: list[str]) -> int:
    """Return the exit code. Every error is one sentence on stderr; a traceback is for `--debug` alone."""
    lang = language(arguments)
    debug = DEBUG in arguments or bool(os.environ.get("GRADE_DEBUG"))
    arguments = [word for word in arguments if word != DEBUG]
    try:
        code = build(lang)(args=without_language(arguments), prog_name="grade", standalone_mode=False)
        if code == exits.INTERRUPTED:  # the parser turns Ctrl-C into this code
            raise KeyboardInterrupt
        return code if isinstance(code, int) else exits.FULL_MARKS
    except GraderError as error:
        print(f"grade : {safe(error.text.in_(lang), 3000)}", file=sys.stderr)  # noqa: T201
        return exits.of_error(error)
    except (KeyboardInterrupt, typer.Abort):
        print(translate("Interrupted. Nothing is left running.", lang), file=sys.stderr)  # noqa: T201
        return exits.INTERRUPTED
    except typer.Exit as exit_:
        return exit_.exit_code
    except Exception as problem:
        if not hasattr(problem, "format_message"):  # as what the parser refuses has
            if debug:
                raise
            code, words = unforeseen(problem)
            print(f"grade : {safe(words.in_(lang), 3000)}", file=sys.stderr)  # noqa: T201
            return code
        if type(problem).__name__ == "NoArgsIsHelpError":
            problem.show()  # type: ignore[attr-defined]
        else:
            print(refusal(problem, lang), file=sys.stderr)  # noqa: T201
        return exits.USAGE


def unforeseen(problem: Exception) -> tuple[int, Text]:
    """Return the exit code and a sentence for what no room has put into words. Exit code 1 would say that marks were lost."""
    reason = f"{type(problem).__name__}: {problem}"[:REASON_CHARS]
    if no_room(problem):
        return exits.BROKEN, say(
            "The disk is full ({reason}). Make room and run the command again: what was already written is kept.",
            reason=str(problem),
        )
    if isinstance(problem, OSError) and problem.filename is not None and unwritable(problem):
        return exits.USAGE, say(
            "{path} cannot be read or written: {reason}. What was done before is kept.",
            path=str(problem.filename),
            reason=problem.strerror or type(problem).__name__,
        )
    if isinstance(problem, BrokenPipeError):
        return exits.BROKEN, say("Whoever read the output has stopped reading.")
    return exits.BROKEN, say(
        "The grader itself failed ({reason}). No mark was changed by that. `--debug` tells where; please report it.",
        reason=reason,
    )
