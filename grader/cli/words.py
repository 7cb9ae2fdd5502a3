"""Help and refusals in the reader's language: the option parser itself speaks English only.

It is let say what it has to say, and that is turned piece by piece. A piece that nobody knows here is shown as it is; the
tests have each kind of refusal said. The language is the context's `obj`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

import typer
from typer.core import TyperCommand, TyperGroup

from grader.domain import Lang, Text
from grader.messages import plain, safe, say, translate

STUDENT = "exercise"  # the command behind `grade exo1`
COLUMNS = 110

Part: TypeAlias = Any
"""A context, a parameter, a setting or a formatter of the option parser: Typer keeps their types private."""

Sentence = Callable[..., Text]
TYPES = {"path": say("PATH"), "str": say("TEXT"), "list[str]": say("TEXT")}
TYPES |= {name: plain("N") for name in ("int", "float", "int range", "float range")}
OF_VALUE = r"Invalid value for '(?P<option>.+?)': "
REFUSALS: tuple[tuple[str, Sentence], ...] = (
    (
        r"No such option: (?P<option>\S+) \(Possible options: (?P<others>.+)\)",
        lambda **its: say("There is no option {option}. Did you mean {others}?", **its),
    ),
    (r"No such option: (?P<option>\S+)", lambda **its: say("There is no option {option}.", **its)),
    (r"No such command '(?P<name>.+?)'\..*", lambda **its: say("There is no command {name}.", **its)),
    (r"Missing argument '(?P<name>.+)'\.", lambda **its: say("{name} is missing.", **its)),
    (r"Option '(?P<option>.+)' requires an argument\.", lambda **its: say("{option} needs a value.", **its)),
    (r"Option '(?P<option>.+)' does not take a value\.", lambda **its: say("{option} takes no value.", **its)),
    (r"Got unexpected extra argument\(s\) \((?P<words>.+)\)", lambda **its: say("Too many words: {words}.", **its)),
    (
        OF_VALUE + r".*'(?P<value>.*)' is not one of '(?P<choices>.+)'\.",
        lambda option, value, choices: say(
            "{option} cannot be “{value}”, but: {choices}.",
            option=option,
            value=value,
            choices=choices.replace("'", ""),
        ),
    ),
    (
        OF_VALUE + r"Input should be greater than or equal to (?P<least>\S+)",
        lambda **its: say("{option} must be at least {least}.", **its),
    ),
    (OF_VALUE + r"Input should be a valid integer.*", lambda **its: say("{option} must be a whole number.", **its)),
    (OF_VALUE + r"Input should be a valid number.*", lambda **its: say("{option} must be a number.", **its)),
)
EXTRAS: tuple[tuple[str, Sentence], ...] = (
    (r"default: (?P<value>.+)", lambda **its: say("default: {value}", **its)),
    (r"x>=(?P<least>\S+)", lambda **its: say("at least {least}", **its)),
)


class App(typer.Typer):
    """Its commands, and those of the groups that are added to it, speak the language of `lang`."""

    def __init__(self, lang: Lang, **settings: Part) -> None:
        context = {"help_option_names": ["-h", "--help"], "obj": lang, "max_content_width": COLUMNS}
        super().__init__(
            **{"cls": Group, "no_args_is_help": True, "rich_markup_mode": None, "context_settings": context, **settings}
        )

    def command(self, name: str | None = None, **settings: Part) -> Callable[[Part], Part]:
        return super().command(name, **{"cls": Command, **settings})


class _Translated:
    """What commands and groups of them have in common."""

    def format_usage(self, ctx: Part, formatter: Part) -> None:
        path = ctx.command_path.removesuffix(f" {STUDENT}")
        formatter.write_usage(path, " ".join(self.collect_usage_pieces(ctx)), translate("Usage: ", ctx.obj))

    def collect_usage_pieces(self, ctx: Part) -> list[str]:
        arguments = [_in_usage(one) for one in self.get_params(ctx) if one.param_type_name == "argument"]  # type: ignore[attr-defined]
        return [*arguments, "[OPTIONS]"]

    def format_options(self, ctx: Part, formatter: Part) -> None:
        rows: dict[str, list[tuple[str, str]]] = {"argument": [], "option": []}
        for one in self.get_params(ctx):  # type: ignore[attr-defined]
            if record := one.get_help_record(ctx):
                rows[one.param_type_name].append(_row(one, record, ctx.obj))
        _write(formatter, translate("Arguments:", ctx.obj), rows["argument"])
        _write(formatter, translate("Options:", ctx.obj), rows["option"])

    def get_help_option(self, ctx: Part) -> Part:
        option = super().get_help_option(ctx)  # type: ignore[misc]
        if option is not None:
            option.help = translate("Shows this help.", ctx.obj)
        return option


class Command(_Translated, TyperCommand): ...


class Group(_Translated, TyperGroup):
    def collect_usage_pieces(self, ctx: Part) -> list[str]:
        return [translate("COMMAND", ctx.obj), "…"]

    def format_options(self, ctx: Part, formatter: Part) -> None:
        super().format_options(ctx, formatter)
        self.format_commands(ctx, formatter)

    def format_commands(self, ctx: Part, formatter: Part) -> None:
        """Write each command with its whole sentence, where the parser would cut it."""
        rows = [
            (name, self.commands[name].help or "") for name in self.list_commands(ctx) if not self.commands[name].hidden
        ]
        _write(formatter, translate("Commands:", ctx.obj), rows)


def refusal(problem: Part, lang: Lang) -> str:
    """Return what is wrong with the words that were typed, and where help is; `problem` is the parser's."""
    ctx = getattr(problem, "ctx", None)
    usage = f"{ctx.get_usage()}\n" if ctx else ""
    command = ctx.command_path.replace(f" {STUDENT}", " exo1") if ctx else "grade"
    reason = _turned(problem.format_message(), REFUSALS, lang)
    return (
        usage
        + safe(f"grade : {reason}\n", 2000, keep_lines=True)
        + say("Help: {command} -h", command=command).in_(lang)
    )


def _in_usage(argument: Part) -> str:
    word = _name(argument) + ("…" if argument.nargs != 1 else "")
    return word if argument.required else f"[{word}]"


def _name(argument: Part) -> str:
    return str(argument.metavar or argument.name.upper())


def _row(one: Part, record: tuple[str, str], lang: Lang) -> tuple[str, str]:
    """Turn the parser's row: `--jobs <int range>` with `…  [default: 0; x>=1]` is `--jobs N` with `…  (default: 0, at least 1)`."""
    of_option = re.sub(r"<(.+)>$", lambda m: _type(m[1], lang), record[0])
    name = _name(one) if one.param_type_name == "argument" else of_option
    found = re.fullmatch(r"(?P<help>.*?)(?: *\[(?P<extra>[^\[\]]*)\])?", record[1], re.DOTALL)
    assert found is not None  # anything matches
    extra = [_turned(part, EXTRAS, lang) for part in (found["extra"] or "").split("; ") if part not in ("", "required")]
    return name, f"{found['help']} ({', '.join(extra)})" if extra else found["help"]


def _type(name: str, lang: Lang) -> str:
    return TYPES[name].in_(lang) if name in TYPES else name


def _turned(words: str, table: Iterable[tuple[str, Sentence]], lang: Lang) -> str:
    for pattern, sentence in table:
        if found := re.fullmatch(pattern, words, re.DOTALL):
            return sentence(**found.groupdict()).in_(lang)
    return words


def _write(formatter: Part, title: str, rows: list[tuple[str, str]]) -> None:
    if rows:
        with formatter.section(title.removesuffix(":")):  # which puts one behind it
            formatter.write_dl(rows)
