"""Every error the grader raises on purpose.

    GraderError                    says what is wrong and what to do about it; never a student's mark
    ├── UsageError                 what was typed cannot be done (exit code 2)
    │   ├── UnknownExercise        no exercise of that name; knows the nearest names
    │   ├── NothingToGrade         no submission where one was looked for
    │   ├── UnreadableSubmission   a file that cannot be opened as what it claims to be
    │   └── BadSpecification       an exercise.py, or a header of a wrong solution, that breaks its own rules
    └── Breakdown                  the grader's or the machine's fault (exit code 3, status `error`)
        ├── SandboxUnavailable     the sandbox asked for cannot be built here; says which and why
        ├── WorkerDied             the warm worker went away while a job ran
        ├── DiskFull               the place where programs run, or where records go, has no room left
        ├── ClusterUnavailable     the cluster cannot be reached, has nobody who can grade, or went away
        ├── DataUnavailable        a dataset can be neither found nor generated
        ├── ParsingFailed          a student's file broke the parser, or the parser was not to be had
        └── EvaluationFailed       the trusted side could not measure what it was asked to

Each carries its sentence as a `Text`, made by `grader.messages.say` where it is raised: `raise UsageError(say("…"))`.
What a student's program does wrong is not an error here: it is an outcome and a verdict.
"""

from __future__ import annotations

from grader.domain import Text


class GraderError(Exception):
    """Carry one sentence for the reader, `text`, in every language; `str(error)` is the English one.

    It can be pickled, for errors travel between the machines of a cluster.
    """

    def __init__(self, text: Text) -> None:
        super().__init__(text.en)
        self.text = text

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self.text,)


class UsageError(GraderError):
    pass


class UnknownExercise(UsageError):
    pass


class NothingToGrade(UsageError):
    pass


class UnreadableSubmission(UsageError):
    pass


class BadSpecification(UsageError):
    pass


class Breakdown(GraderError):
    pass


class SandboxUnavailable(Breakdown):
    pass


class WorkerDied(Breakdown):
    pass


class DiskFull(Breakdown):
    pass


class ClusterUnavailable(Breakdown):
    pass


class DataUnavailable(Breakdown):
    pass


class ParsingFailed(Breakdown):
    pass


class EvaluationFailed(Breakdown):
    pass
