"""JUnit XML, as continuous integration reads it: a suite per submission, a test case per check.

The form is that of the schema `junit-10.xsd` of Jenkins' xUnit plugin, which takes what Surefire writes. A check that
lost points is a failure, one that waits for a teacher or could not be judged is skipped, a fault of the grader is an
error.
"""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree as ET

from grader.domain import Lang, Record, Status, Verdict
from grader.messages import safe
from grader.reports.lms import LABELS
from grader.reports.marks import by_student, lost
from grader.reports.words import STATUS

OUTPUT_CHARS = 4000


def junit(records: Sequence[Record], lang: Lang) -> str:
    root = ET.Element("testsuites", name="grade")
    suites = [_suite(root, record, lang) for own in by_student(records).values() for record in own]
    for name in ("tests", "failures", "errors"):
        root.set(name, str(sum(int(suite.attrib[name]) for suite in suites)))
    root.set("time", f"{sum(float(suite.attrib['time']) for suite in suites):.3f}")
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _suite(root: ET.Element, record: Record, lang: Lang) -> ET.Element:
    skipped = (Status.REVIEW, Status.SKIPPED)
    counts = {
        "tests": len(record.verdicts),
        "failures": sum(lost(v) for v in record.verdicts),
        "errors": sum(v.status is Status.ERROR for v in record.verdicts),
        "skipped": sum(v.status in skipped for v in record.verdicts),
    }
    seconds = max(0.0, record.outcome.seconds) if record.outcome else 0.0
    name = safe(f"{record.student} {record.exercise}", 300)
    suite = ET.SubElement(root, "testsuite", {"name": name, **{k: str(n) for k, n in counts.items()}})
    suite.set("time", f"{seconds:.3f}")
    suite.set("file", safe(record.file, 300))
    properties = ET.SubElement(suite, "properties")
    facts = {"score": record.final_score, "max_score": record.max_score, "mode": record.mode, "seed": record.seed}
    for key, value in facts.items():
        ET.SubElement(properties, "property", name=key, value=str(value))
    for verdict in record.verdicts:
        _case(suite, record, verdict, lang)
    if record.output_tail:
        ET.SubElement(suite, "system-out").text = safe(record.output_tail, OUTPUT_CHARS, keep_lines=True)
    return suite


def _case(suite: ET.Element, record: Record, verdict: Verdict, lang: Lang) -> None:
    classname = safe(f"{record.student}.{record.exercise}", 300)
    title = safe(verdict.title.in_(lang), 200)
    case = ET.SubElement(
        suite, "testcase", name=f"{safe(verdict.id, 100)} {title}".strip(), classname=classname, time="0"
    )
    kind = _kind(verdict)
    if kind is None:
        return
    points = f"{verdict.points:g} / {verdict.max_points:g}"
    message = safe(verdict.message.in_(lang), 1000) or STATUS[verdict.status][1].in_(lang)
    found = ET.SubElement(case, kind, type=verdict.status.value, message=f"{points} — {message}")
    texts = (verdict.measured, verdict.expected, verdict.hint)
    found.text = "\n".join(
        label + safe(text.in_(lang), 2000, keep_lines=True)
        for label, text in zip(LABELS[lang], texts, strict=True)
        if text
    )


def _kind(verdict: Verdict) -> str | None:
    if verdict.status is Status.ERROR:
        return "error"
    if verdict.status in (Status.REVIEW, Status.SKIPPED):
        return "skipped"
    return "failure" if lost(verdict) else None
