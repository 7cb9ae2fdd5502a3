"""The same remark at several lines is one remark."""

from __future__ import annotations

import io
from dataclasses import replace

from rich.console import Console

from grader.domain import Notice
from grader.reports.html import student_page
from grader.reports.notices import Remark, remarks_of
from grader.reports.plain import markdown
from grader.reports.terminal import show_record
from tests.reports import build
from tests.reports.build import both

OLD, OTHER = both("old spelling"), both("something else")


def test_lines_are_put_together_in_the_order_in_which_it_was_first_said() -> None:
    notices = [Notice(OLD, "a.py", 7), Notice(OTHER, "a.py"), Notice(OLD, "a.py", 3), Notice(OLD, "b.py", 1)]
    assert remarks_of(notices) == [Remark("a.py:3, 7", OLD), Remark("", OTHER), Remark("b.py:1", OLD)]


def test_many_lines_are_cut() -> None:
    (one,) = remarks_of([Notice(OLD, "a.py", n) for n in range(1, 30)])
    assert one.place == "a.py:1, 2, 3, 4, 5, 6, …"


def test_every_report_says_it_once() -> None:
    record = replace(build.record(), notices=tuple(Notice(OLD, "exo1.py", n) for n in (2, 5, 9)))
    out = io.StringIO()
    show_record(record, Console(file=out, width=200), "en")
    listed = student_page([record], "en").split('<ul class="notices">')[1].split("</ul>")[0]
    for told in (out.getvalue(), markdown([record], "en"), listed):
        assert told.count("old spelling") == 1
        assert "2, 5, 9" in told
