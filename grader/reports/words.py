"""The fixed words of the pages and of the exports, in both languages, under short names that templates use."""

from __future__ import annotations

from grader.domain import Lang, Status, Text
from grader.messages import say

STATUS = {
    Status.PASSED: ("✔", say("passed")),
    Status.PARTIAL: ("◐", say("in part")),
    Status.FAILED: ("✘", say("not passed")),
    Status.SKIPPED: ("–", say("not judged")),
    Status.REVIEW: ("✎", say("for the teacher")),
    Status.ERROR: ("!", say("not marked")),
}

WORDS: dict[str, Text] = {
    # Both pages
    "colon": say(": "),
    "skip": say("Skip to the content"),
    "mark": say("Mark"),
    "points": say("Points"),
    "file": say("File"),
    "exercise": say("Exercise"),
    "exercises": say("Exercises"),
    "not_marked": say("not marked"),
    "made_by": say("Made by the grader from the records alone; this page loads nothing from elsewhere."),
    # A student's page
    "back": say("The whole class"),
    "verdicts": say("What is judged"),
    "measured": say("measured"),
    "expected": say("expected"),
    "hint": say("hint"),
    "your_answer": say("answer given"),
    "decided_by": say("decided by a teacher"),
    "stopped": say("Where the program stopped"),
    "notices": say("Good to know (costs no marks)"),
    "curves": say("Learning curves"),
    "model": say("What the model does on the test images"),
    "mistakes": say("Images taken for another class"),
    "grid": say("The images that were drawn"),
    "figures": say("Figures of the program"),
    "projections": say("Projections"),
    "source": say("The program"),
    "notebook": say("The notebook, executed"),
    "notebook_as_is": say("The notebook, as it was handed in"),
    "printed": say("What the program printed, at its end"),
    "cut": say("The rest is too long to be shown."),
    "cell": say("Cell"),
    "output": say("Output"),
    "members": say("Group"),
    "received": say("Received"),
    "circumstances": say("How it was graded"),
    # The class page
    "class": say("The class"),
    "students": say("Students"),
    "student": say("Student"),
    "distribution": say("Distribution of marks"),
    "lost_most": say("Where most points are lost"),
    "checks": say("Success per check"),
    "effort": say("Time and memory"),
    "time": say("Time"),
    "memory": say("Memory"),
    "remarks": say("Remarks"),
    "total": say("Total"),
    "search": say("Search a name"),
    "show": say("Show"),
    "all": say("everybody"),
    "only_lost": say("marks lost"),
    "only_review": say("for the teacher"),
    "only_broken": say("not marked"),
    "only_late": say("handed in late"),
    "only_missing": say("an exercise is missing"),
    "nobody": say("Nobody matches."),
    "earned": say("Points earned"),
    "check": say("Check"),
    "full": say("full"),
    "part": say("in part"),
    "none": say("none"),
    "other": say("undecided"),
    "how": say("How it went"),
}


def words(lang: Lang) -> dict[str, str]:
    return {name: text.in_(lang) for name, text in WORDS.items()}
