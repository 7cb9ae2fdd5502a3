"""Deadlines: how late a work came and what the policy takes off. Shown beside the mark; no verdict changes."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Literal

from grader.domain import Lateness, Record, Text
from grader.errors import UsageError
from grader.messages import join, number, percent, plain, say, say_n

DAY = 86400.0
EARLIEST, LATEST = 1970, 2200  # years: what lies outside is a slip, and no clock's
UNITS = {"s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0, "d": DAY, "j": DAY}
_DURATION = re.compile(r"(?:(\d+(?:\.\d+)?)\s*(s|min|m|h|d|j))", re.I)
_FRENCH_DATE = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})(?:[ T,à]+(\d{1,2})[:h](\d{2})(?::(\d{2}))?)?")


@dataclass(frozen=True, slots=True)
class LatePolicy:
    """`per-day` takes `share` of the exercise's points for each day begun, at most `cap` of them; `cut-off` takes
    all; `none` takes nothing."""

    kind: Literal["none", "per-day", "cut-off"] = "none"
    share: float = 0.0
    cap: float = 1.0

    def __str__(self) -> str:
        return f"per-day:{100 * self.share:g}:{100 * self.cap:g}" if self.kind == "per-day" else self.kind


@dataclass(frozen=True, slots=True)
class Deadline:
    """`due` has its offset from UTC; nothing is late within `grace` seconds after it."""

    due: datetime
    policy: LatePolicy = LatePolicy()
    grace: float = 0.0


def parse_policy(text: str) -> LatePolicy:
    """Return the policy that is spelled `none`, `cut-off`, `per-day:10` or `per-day:10:50` (percent a day, at most).
    Raises UsageError."""
    words = text.strip().lower().split(":")
    try:
        if words in (["none"], ["cut-off"]):
            return LatePolicy("none" if words == ["none"] else "cut-off")
        if words[0] == "per-day" and len(words) in (2, 3):
            share, cap = (float(word.strip().rstrip("%")) / 100 for word in (*words[1:], "100")[:2])
            if 0 < share <= 1 and 0 < cap <= 1:
                return LatePolicy("per-day", share, cap)
    except ValueError:
        pass
    raise UsageError(
        say(
            "“{text}” is no policy for late work. Known: none, cut-off, per-day:10 (10% of the points each day), "
            "per-day:10:50 (at most half).",
            text=text,
        )
    )


def parse_duration(text: str) -> float:
    """Return « 15min », « 1h30m », « 2d » in seconds. Raises UsageError."""
    compact = text.replace(" ", "")
    found = _DURATION.findall(compact)
    if compact == "0":
        return 0.0
    if not found or "".join(value + unit for value, unit in found) != compact:
        raise UsageError(say("“{text}” is no duration: write 15min, 2h or 1d.", text=text))
    return sum(float(value) * UNITS[unit.lower()] for value, unit in found)


def parse_moment(text: str, end_of_day: bool = False) -> datetime:
    """Return the moment of an ISO 8601 date, or `dd/mm/yyyy` as French spreadsheets write it; without an offset, local
    time.

    A date alone is its midnight, or with `end_of_day` its last second. Raises UsageError.
    """
    given = text.strip()
    try:
        if french := _FRENCH_DATE.fullmatch(given):
            day, month, year, hour, minute, second = (int(part or 0) for part in french.groups())
            moment = datetime(year, month, day, hour, minute, second)  # made local below
            alone = french[4] is None
        else:
            moment = datetime.fromisoformat(given)
            alone = bool(re.fullmatch(r"\d{4}-?\d{2}-?\d{2}|\d{4}-?W\d{2}-?\d", given))
        if alone and end_of_day:
            moment = datetime.combine(moment.date(), time(23, 59, 59), moment.tzinfo)
        if not EARLIEST <= moment.year <= LATEST:
            raise ValueError
        return moment if moment.tzinfo is not None else moment.astimezone()
    except (ValueError, OverflowError, OSError):
        raise UsageError(say("“{text}” is no date: write 2026-03-01T23:59.", text=text)) from None


def lateness(record: Record, received: datetime, deadline: Deadline) -> Lateness | None:
    """Return how late a work is; None for work that came in time."""
    seconds = (received - deadline.due).total_seconds()
    if seconds <= deadline.grace:
        return None
    return Lateness(seconds, penalty(record, seconds, deadline.policy), in_words(deadline))


def penalty(record: Record, seconds: float, policy: LatePolicy) -> float:
    """Return the points that are lost by work which came so many seconds after it was due."""
    if policy.kind == "cut-off":
        return record.max_score
    if policy.kind == "per-day":
        return round(record.max_score * min(policy.cap, policy.share * math.ceil(seconds / DAY)), 2)
    return 0.0


def in_words(deadline: Deadline) -> Text:
    """Return in words when work was due, what lateness costs, and the grace."""
    policy = deadline.policy
    if policy.kind == "none":
        words = say("late work costs nothing")
    elif policy.kind == "cut-off":
        words = say("late work is not counted")
    else:
        words = say("{share} of the points for each day begun", share=percent(policy.share, 0))
        if policy.cap < 1:
            words = join([words, say("at most {share}", share=percent(policy.cap, 0))])
    due = say("due {moment}", moment=moment_in_words(deadline.due))
    return join([due, words, *([_grace(deadline.grace)] if deadline.grace else [])])


def _grace(seconds: float) -> Text:
    return say("{duration} of grace", duration=duration_in_words(seconds))


def moment_in_words(moment: datetime) -> Text:
    """Return a moment in local time, to the minute."""
    local = moment.astimezone()
    return Text(local.strftime("%d/%m/%Y %H:%M"), local.strftime("%Y-%m-%d %H:%M"))


def duration_in_words(seconds: float) -> Text:
    """Return the two largest units: « 1 jour 2 h », « 5 min »."""
    span = timedelta(seconds=round(max(seconds, 0)))
    hours, rest = divmod(span.seconds, 3600)
    minutes, left = divmod(rest, 60)
    parts = [say_n("{count} day", "{count} days", span.days)] if span.days else []
    parts += [plain(f"{value} {unit}") for value, unit in ((hours, "h"), (minutes, "min"), (left, "s")) if value]
    return join(parts[:2], " ") if parts else plain(f"{number(0).en} s")
