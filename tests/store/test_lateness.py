"""Deadlines: what may be written, and what it costs."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from grader.errors import UsageError
from grader.store import Deadline, LatePolicy, parse_duration, parse_moment, parse_policy
from grader.store.lateness import duration_in_words, in_words, lateness
from tests.store.build import record

DUE = datetime(2026, 3, 1, 23, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "policy"),
    [
        ("none", LatePolicy()),
        ("cut-off", LatePolicy("cut-off")),
        ("per-day:10", LatePolicy("per-day", 0.10, 1.0)),
        ("per-day:10%:50%", LatePolicy("per-day", 0.10, 0.5)),
        ("Per-Day:2.5:30", LatePolicy("per-day", 0.025, 0.3)),
    ],
)
def test_policies_are_understood_and_written_back(text: str, policy: LatePolicy) -> None:
    assert parse_policy(text) == policy
    assert parse_policy(str(policy)) == policy


@pytest.mark.parametrize(
    "text",
    ["", "never", "per-day", "per-day:", "per-day:0", "per-day:200", "per-day:x", "per-day:1:2:3", "per-day:nan"],
)
def test_what_is_no_policy_is_told_with_what_there_is(text: str) -> None:
    with pytest.raises(UsageError, match="per-day"):
        parse_policy(text)


@pytest.mark.parametrize(
    ("text", "seconds"), [("15min", 900), ("2h", 7200), ("1h 30m", 5400), ("1d", 86400), ("1j", 86400), ("0", 0)]
)
def test_durations_are_understood(text: str, seconds: float) -> None:
    assert parse_duration(text) == seconds


@pytest.mark.parametrize("text", ["", "15", "-1h", "1h30", "h", "1 week"])
def test_what_is_no_duration_is_told(text: str) -> None:
    with pytest.raises(UsageError):
        parse_duration(text)


@pytest.mark.parametrize(
    ("late", "kind", "penalty"),
    [
        (timedelta(seconds=1), "none", 0.0),
        (timedelta(seconds=1), "per-day", 0.9),
        (timedelta(days=1), "per-day", 0.9),
        (timedelta(days=1, seconds=1), "per-day", 1.8),
        (timedelta(days=40), "per-day", 4.5),
        (timedelta(seconds=1), "cut-off", 9.0),
    ],
)
def test_what_late_work_costs(late: timedelta, kind: Any, penalty: float) -> None:
    found = lateness(record(), DUE + late, Deadline(DUE, LatePolicy(kind, 0.10, 0.5)))
    assert found is not None and found.penalty == penalty and found.seconds == late.total_seconds()


def test_nothing_is_late_before_the_deadline_nor_within_the_grace_after_it() -> None:
    deadline = Deadline(DUE, LatePolicy("cut-off"), grace=900)
    assert lateness(record(), DUE, deadline) is None
    assert lateness(record(), DUE + timedelta(minutes=15), deadline) is None
    found = lateness(record(), DUE + timedelta(minutes=15, seconds=1), deadline)
    assert found is not None and found.seconds == 901


@pytest.fixture
def paris(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("TZ", "Europe/Paris")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    ("text", "in_utc"),
    [
        ("2026-03-01T23:59", "2026-03-01T22:59"),  # winter: one hour ahead
        ("2026-07-01T23:59", "2026-07-01T21:59"),  # summer: two
        ("2026-03-01 23:59:30", "2026-03-01T22:59:30"),
        ("2026-03-01T23:59+00:00", "2026-03-01T23:59"),
        ("2026-03-01T23:59Z", "2026-03-01T23:59"),
        ("2026-03-01", "2026-03-01T22:59:59"),
        ("01/03/2026 12:30", "2026-03-01T11:30"),
        ("1/3/2026 12h30", "2026-03-01T11:30"),
        ("01/03/2026", "2026-03-01T22:59:59"),
    ],
)
def test_a_date_without_an_offset_is_local_and_without_a_time_the_whole_day(text: str, in_utc: str, paris: Any) -> None:
    assert parse_moment(text, end_of_day=True).astimezone(UTC) == datetime.fromisoformat(in_utc).replace(tzinfo=UTC)


@pytest.mark.parametrize("text", ["", "tomorrow", "2026-13-01", "31/02/2026", "1/1/1", "99999999999999"])
def test_what_is_no_date_is_told(text: str) -> None:
    with pytest.raises(UsageError, match="2026"):
        parse_moment(text)


def test_the_policy_is_told_in_both_languages() -> None:
    told = in_words(Deadline(DUE, LatePolicy("per-day", 0.10, 0.5), 900))
    assert "10%" in told.en and "50%" in told.en and "15 min" in told.en and told.fr != told.en


@pytest.mark.parametrize(
    ("seconds", "english"), [(90061, "1 day 1 h"), (172800, "2 days"), (61, "1 min 1 s"), (0, "0 s")]
)
def test_durations_are_told_in_their_two_largest_units(seconds: float, english: str) -> None:
    assert duration_in_words(seconds).en == english
