"""Marks in words and figures, as every report writes them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from markupsafe import Markup, escape

from grader.domain import Lang, Lateness, Record, Status, Text, Verdict
from grader.messages import number, safe, say, say_n

UNDECIDED = (Status.REVIEW, Status.SKIPPED, Status.ERROR)  # neither earned nor lost, so far


def shown(text: Text, lang: Lang, most: int = 4000) -> str:
    """Return a text as plain characters, its lines kept."""
    return safe(text.in_(lang), most, keep_lines=True)


def as_markup(text: Text, lang: Lang, most: int = 4000) -> Markup:
    """Return a sentence as the HTML of a page; what stands between backticks is code."""
    pieces = shown(text, lang, most).split("`")
    if len(pieces) % 2 == 0:  # a lone one is itself
        pieces[-2:] = ["`".join(pieces[-2:])]
    return Markup("").join(
        Markup("<code>{}</code>").format(piece) if n % 2 else escape(piece) for n, piece in enumerate(pieces)
    )


def figure(value: float, lang: Lang) -> str:
    """Return points without needless zeros: 4, 1,5, 0,67."""
    text = number(value, 2).in_(lang)
    return text.rstrip("0").rstrip(",.") if "," in text or "." in text else text


def mark(record: Record, lang: Lang) -> str:
    """Return the final mark over the maximum, or that there is none."""
    if record.broken:
        return say("not marked").in_(lang)
    return f"{figure(record.final_score, lang)} / {figure(record.max_score, lang)}"


def level(share: float) -> str:
    """Return the class of a share, by which it is coloured."""
    return "good" if share >= 0.8 else "middling" if share >= 0.5 else "poor"


def share(record: Record) -> float:
    """Return the final mark as a share of the maximum, 0 where nothing can be earned."""
    return record.final_score / record.max_score if record.max_score else 0.0


def waiting(record: Record) -> float:
    """Return the points that a teacher has still to give or refuse."""
    return round(sum(v.max_points - v.points for v in record.verdicts if v.status is Status.REVIEW), 2)


def lost(verdict: Verdict) -> bool:
    """Return whether points are gone for good: not those that wait for somebody, nor those that could not be judged."""
    return verdict.points < verdict.max_points and verdict.status not in UNDECIDED


def by_student(records: Iterable[Record]) -> dict[str, list[Record]]:
    """Return the records of each student, students and exercises in order; of one exercise the latest attempt comes
    last."""
    found: dict[str, list[Record]] = {}
    for record in sorted(records, key=lambda r: (r.student.casefold(), r.student, r.exercise, r.attempt)):
        found.setdefault(record.student, []).append(record)
    return found


def current(records: Sequence[Record]) -> list[Record]:
    """Return one record per exercise: the one that counts is the last."""
    return list({record.exercise: record for record in records}.values())


def moment(iso: str, lang: Lang) -> str:
    """Return a date as people write it; what is no date, as it stands."""
    try:
        when = datetime.fromisoformat(iso)
    except ValueError:
        return safe(iso, 60)
    return when.strftime("%d/%m/%Y %H:%M" if lang == "fr" else "%Y-%m-%d %H:%M")


def duration(seconds: float, lang: Lang) -> str:
    """Return a time in its two greatest units: « 2 jours 3 h », "25 min"."""
    minutes = max(1, round(seconds / 60))
    days, hours, minutes = minutes // 1440, minutes // 60 % 24, minutes % 60
    parts = []
    if days:
        parts.append(say_n("{count} day", "{count} days", days).in_(lang))
    if hours:
        parts.append(f"{hours} h")
    if minutes and not days:
        parts.append(f"{minutes} min")
    return " ".join(parts)


def late(lateness: Lateness, score: float, lang: Lang) -> str:
    """Return the sentence that says how late a work came and what that takes off its score."""
    return say(
        "late by {time}: {penalty} taken off {score} ({policy})",
        time=duration(lateness.seconds, lang),
        penalty=figure(lateness.penalty, lang),
        score=figure(score, lang),
        policy=safe(lateness.policy.in_(lang), 200) or "—",
    ).in_(lang)


def run_under(record: Record, lang: Lang) -> list[str]:
    """Return which data, which mode and which sandbox the program ran with."""
    sources = {"files": say("real data"), "keras-cache": say("real data"), "stand-in": say("stand-in data")}
    parts = []
    if record.dataset is not None:
        parts.append(f"{record.dataset.name} ({sources.get(record.dataset.source, Text()).in_(lang)})")
    parts.append(f"{say('mode').in_(lang)} {record.mode.value}")
    if record.sandbox.get("backend") not in (None, "none"):
        parts.append(f"{record.sandbox['backend']} ({record.sandbox.get('level', '')})")
    return parts


def circumstances(record: Record, lang: Lang) -> list[str]:
    """Return what one needs to know to compare two marks: data, mode, sandbox, time, memory, seed, versions."""
    parts = run_under(record, lang)
    if record.outcome is not None:
        parts.append(f"{number(record.outcome.seconds, 1).in_(lang)} s")
        if record.outcome.peak_memory_mib:
            parts.append(say("{mib} MiB", mib=number(record.outcome.peak_memory_mib)).in_(lang))
    parts.append(say("seed {seed}", seed=record.seed).in_(lang))
    if versions := record.versions:
        parts.append(", ".join(f"{k} {versions[k]}" for k in ("python", "keras", "tensorflow") if k in versions))
    if record.grader_version:
        parts.append(say("grader {version}", version=record.grader_version).in_(lang))
    return [safe(part, 300) for part in parts]
