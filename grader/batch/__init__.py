"""Many submissions to Records: sessions that file them, the pool that grades, the plan that spares what is recorded."""

from __future__ import annotations

from grader.batch.comparing import CompareSession
from grader.batch.dates import Dates
from grader.batch.events import SessionEvent, SessionListener
from grader.batch.modes import threads_each, usual_mode, with_threads
from grader.batch.options import BatchOptions
from grader.batch.plan import Entry, Plan, plan
from grader.batch.pool import Pool, Readers, Task, all_by, grade_all, workbenches
from grader.batch.rejudging import RejudgeSession
from grader.batch.remote import Remote, grade_payload
from grader.batch.session import BatchSession

__all__ = [
    "BatchOptions",
    "BatchSession",
    "CompareSession",
    "Dates",
    "Entry",
    "Plan",
    "Pool",
    "Readers",
    "RejudgeSession",
    "Remote",
    "SessionEvent",
    "SessionListener",
    "Task",
    "all_by",
    "grade_all",
    "grade_payload",
    "plan",
    "threads_each",
    "usual_mode",
    "with_threads",
    "workbenches",
]
