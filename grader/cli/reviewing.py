"""The walk through the answers that a teacher must read: one question over all students, then the next."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from rich.console import Console
from rich.padding import Padding
from rich.panel import Panel
from rich.text import Text as Styled

from grader import catalog
from grader.cli.pages import show_updated
from grader.cli.progress import console_for
from grader.domain import Lang, Record, Status, Text, Verdict
from grader.errors import UsageError
from grader.messages import plain, safe, say, say_n
from grader.reports.terminal import figure, shown
from grader.store import Gradebook
from grader.store.deciding import decide
from grader.store.decisions import ANSWER, answer_of

BACK, QUIT, SKIP = {"b", "r"}, {"q"}, {"", "s"}  # back or « revenir », quit, skip: the letters of both languages
ANSWER_CHARS = 20_000
LISTED_CHARS = 80


@dataclass(frozen=True, slots=True)
class Item:
    """One answer to be read."""

    student: str
    exercise: str
    check: str


def walk(book: Gradebook, only: list[str], anonymous: bool, again: bool, author: str, lang: Lang) -> None:
    """Ask until the last answer is decided, or until the teacher quits. Each decision is filed as soon as it is made."""
    console = console_for()
    items = to_read(book.records(exhibits=False), only, anonymous, again)
    if not items:
        console.print(shown(say("Nothing waits for a teacher."), lang))
        return
    keys = say(
        "Type the points; then a comment, or Enter for none. Enter or s: skip · b: back · q: quit. Decisions are kept as you go."
    )
    console.print(shown(keys, lang), style="bright_black")
    walker = _Walk(book, items, anonymous, author, lang, console)
    walker.go()
    left = len(to_read(book.records(exhibits=False), only, anonymous, False))
    decided = say_n("{count} answer decided", "{count} answers decided", len(walker.decided))
    console.print(f"{shown(decided, lang)} · {shown(say_n('{count} still waits', '{count} still wait', left), lang)}")
    show_updated(book, lang)


def show_waiting(book: Gradebook, only: list[str], anonymous: bool, again: bool, lang: Lang) -> None:
    """Print a line for each answer that waits; nothing is asked or decided."""
    console = console_for()
    records = book.records(exhibits=False)
    verdicts = {(r.student, r.exercise, v.id): (r, v) for r in records for v in r.verdicts}
    items = to_read(records, only, anonymous, again)
    for number, item in enumerate(items, 1):
        record, verdict = verdicts[item.student, item.exercise, item.check]
        who = shown(say("Copy {number}", number=number), lang) if anonymous else safe(item.student, 80)
        answer = answer_of(record, verdict.id) or verdict.measured.in_(lang)
        begins = " ".join(safe(answer, LISTED_CHARS, keep_lines=True).split())
        console.print(f"{item.exercise} · {shown(verdict.title, lang)} · {who} · {begins}", markup=False)
    if not items:
        console.print(shown(say("Nothing waits for a teacher."), lang))


def to_read(records: list[Record], only: list[str], anonymous: bool, again: bool) -> list[Item]:
    """Return the answers to read, in the order of exercises and questions; `again` brings up what was decided before."""
    places: dict[tuple[str, str], int] = {}
    found: list[Item] = []
    for record in records:
        for place, verdict in enumerate(record.verdicts):
            decided = verdict.override is not None and verdict.override.was_status is Status.REVIEW
            if (not only or record.exercise in only) and (verdict.status is Status.REVIEW or (again and decided)):
                places.setdefault((record.exercise, verdict.id), place)
                found.append(Item(record.student, record.exercise, verdict.id))

    def order(item: Item) -> tuple[str, int, str]:
        who = hashlib.sha256(f"{item.check}\0{item.student}".encode("utf-8", "replace")).hexdigest()
        return item.exercise, places[item.exercise, item.check], who if anonymous else item.student

    return sorted(found, key=order)


class _Walk:
    def __init__(
        self, book: Gradebook, items: list[Item], anonymous: bool, author: str, lang: Lang, console: Console
    ) -> None:
        self._book = book
        self._items = items
        self._anonymous = anonymous
        self._author = author
        self._lang = lang
        self._console = console
        self._questions = _questions()
        self.decided: set[Item] = set()

    def go(self) -> None:
        at = 0
        while at < len(self._items):
            item = self._items[at]
            record = self._book.record(item.student, item.exercise)
            verdict = next((v for v in record.verdicts if v.id == item.check), None) if record else None
            if record is None or verdict is None:  # another process took it away meanwhile
                at += 1
                continue
            self._show(at, record, verdict)
            given = self._points(verdict)
            if given is None:
                return
            if isinstance(given, str):
                at = max(0, at - 1) if given in BACK else at + 1
                continue
            comment = self._ask(say("Comment"))
            if comment is None:
                return
            decide(self._book, record, item.check, given, self._author, comment)
            self.decided.add(item)
            at += 1

    def _show(self, at: int, record: Record, verdict: Verdict) -> None:
        say_ = self._say
        who = say("Copy {number}", number=at + 1) if self._anonymous else plain(safe(record.student, 80))
        place = f"{at + 1}/{len(self._items)}"
        self._console.print()
        heading = Styled.assemble(
            (f"{place}  ", "bright_black"), (f"{record.exercise} · {say_(verdict.title)} · {say_(who)}", "bold")
        )
        self._console.print(heading)
        question = self._questions(record.exercise, verdict.id)
        if question:
            self._console.print(Padding(Styled(say_(question)), (0, 0, 0, 2)))
        for label, text in ((say("expected"), verdict.expected), (say("rubric"), verdict.rubric)):
            if text:
                line = Styled.assemble((f"{say_(label)}  ", "bright_black"), say_(text))
                self._console.print(Padding(line, (0, 0, 0, 2)))
        answer = safe(answer_of(record, verdict.id) or verdict.measured.in_(self._lang), ANSWER_CHARS, keep_lines=True)
        self._console.print(Panel(Styled(answer), expand=False))
        if verdict.override is not None:
            before = say(
                "Decided before: {points} by {author} on {date}. {comment}",
                points=figure(verdict.points, self._lang),
                author=verdict.override.author,
                date=verdict.override.date[:10],
                comment=verdict.override.reason,
            )
            self._console.print(Styled(say_(before), style="cyan"))

    def _points(self, verdict: Verdict) -> float | str | None:
        """Return the points, a command (skip or back), or None to quit. Ask until that is understood."""
        while True:
            most = figure(verdict.max_points, self._lang)
            answer = self._ask(say("Points (0 to {most}; s, b, q)", most=most))
            if answer is None or answer.casefold() in QUIT:
                return None
            if answer.casefold() in SKIP | BACK:
                return answer.casefold()
            try:
                points = float(answer.replace(",", "."))
            except ValueError:
                points = -1.0
            if 0 <= points <= verdict.max_points:
                return points
            self._console.print(self._say(say("“{answer}” is neither points nor a command.", answer=safe(answer, 40))))

    def _ask(self, question: Text) -> str | None:
        """Return one line of the keyboard or the pipe; None at its end."""
        try:
            return self._console.input(Styled(f"{self._say(question)} › ")).strip()
        except EOFError:
            self._console.print()
            return None

    def _say(self, text: Text) -> str:
        return shown(text, self._lang)


def _questions() -> Callable[[str, str], Text]:
    """Return how to find the wording of a check's question, as far as the exercises are at hand."""
    known: dict[str, dict[str, Text]] = {}

    def find(exercise: str, check: str) -> Text:
        if exercise not in known:
            try:
                asked = catalog.locate().find(exercise).questions
            except UsageError:
                asked = ()
            known[exercise] = {f"{ANSWER}{question.key}": question.text for question in asked}
        return known[exercise].get(check, Text())

    return find
