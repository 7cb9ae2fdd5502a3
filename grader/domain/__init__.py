"""The words of the project, as frozen dataclasses. Nothing here runs, reads or writes anything.

An `Exercise` is what is asked; a `Submission` is one student's files for it. A sandbox runs the files and yields an
`Outcome` and `Evidence`; each `Check` judges what they mean and yields a `Finding`, and a finding with its points is a
`Verdict`. A `Record` holds everything about one graded submission and is the only thing a report reads.

    text      sentences in both languages, notices, plain values
    spec      exercises, models, questions, checks; submissions
    evidence  what the recorder saw; `calls`: of libraries that exercises are about
    failure   an exception of the student's program
    reading   what was read without running
    verdict   findings, verdicts, overrides
    data      which data was used
    job_fields  what the grader sends to a process of its own
    record    what is kept
"""

from __future__ import annotations

from grader.domain.calls import ArrayInfo, HullFit, LibraryCall, MixtureFit, Scalar, ScalerFit, SvmFit, TsneRun
from grader.domain.data import DatasetInfo, RowIndex
from grader.domain.evidence import (
    KERAS_BATCH,
    AxesInfo,
    CompileInfo,
    DataInfo,
    Evidence,
    FigureInfo,
    FigureMoment,
    LayerInfo,
    ModelMethod,
    ModelUse,
    Outcome,
    OutcomeStatus,
    Phase,
    Printed,
    Snapshot,
    SnapshotReason,
    StoredArray,
    Training,
    TrainingMethod,
)
from grader.domain.failure import Failure, Frame, cell_number
from grader.domain.job_fields import JobFields
from grader.domain.reading import Parts, Reading
from grader.domain.record import RECORD_SCHEMA, Lateness, Record
from grader.domain.spec import (
    Check,
    Exercise,
    LayerSpec,
    Limits,
    Mode,
    ModelSpec,
    Question,
    Request,
    Stage,
    Submission,
    layer,
)
from grader.domain.text import LANGS, Json, JsonObject, Lang, Notice, Text
from grader.domain.verdict import Finding, Override, Status, Verdict

__all__ = [
    "KERAS_BATCH",
    "LANGS",
    "RECORD_SCHEMA",
    "ArrayInfo",
    "AxesInfo",
    "Check",
    "CompileInfo",
    "DataInfo",
    "DatasetInfo",
    "Evidence",
    "Exercise",
    "Failure",
    "FigureInfo",
    "FigureMoment",
    "Finding",
    "Frame",
    "HullFit",
    "JobFields",
    "Json",
    "JsonObject",
    "Lang",
    "Lateness",
    "LayerInfo",
    "LayerSpec",
    "LibraryCall",
    "Limits",
    "MixtureFit",
    "Mode",
    "ModelMethod",
    "ModelSpec",
    "ModelUse",
    "Notice",
    "Outcome",
    "OutcomeStatus",
    "Override",
    "Parts",
    "Phase",
    "Printed",
    "Question",
    "Reading",
    "Record",
    "Request",
    "RowIndex",
    "Scalar",
    "ScalerFit",
    "Snapshot",
    "SnapshotReason",
    "Stage",
    "Status",
    "StoredArray",
    "Submission",
    "SvmFit",
    "Text",
    "Training",
    "TrainingMethod",
    "TsneRun",
    "Verdict",
    "cell_number",
    "layer",
]
