"""Why the evaluator does not measure something. `grader.analysis.refusal_texts` says it in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Why(StrEnum):
    """The closed set of reasons. In brackets: the values that go with them."""

    MEMORY = "memory"
    TIME = "time"
    INPUT_SHAPE = "input_shape"  # want, got
    OUTPUT_COUNT = "output_count"  # want, got
    SEVERAL_INPUTS = "several_inputs"
    SEVERAL_OUTPUTS = "several_outputs"
    BRANCHES = "branches"
    NOT_TWO_INPUTS = "not_two_inputs"
    NOT_ONE_OUTPUT = "not_one_output"
    LAYER = "layer"  # name
    ACTIVATION = "activation"  # name
    SETTING = "setting"  # name, value
    TOO_LARGE = "too_large"
    WEIGHTS_NOT_FINITE = "weights_not_finite"
    WEIGHTS_DO_NOT_FIT = "weights_do_not_fit"
    WEIGHTS_ALONE = "weights_alone"
    HANDED_IN_OTHER = "handed_in_other"
    SAVED_OTHER = "saved_other"
    UNLIKE_RECORDED = "unlike_recorded"
    ARCHITECTURE = "architecture"
    NO_INPUT_SHAPE = "no_input_shape"
    FILE = "file"
    NOT_FEATURES = "not_features"
    LABELS = "labels"
    FEATURES_NOT_FINITE = "features_not_finite"
    SCALER = "scaler"
    EVIDENCE = "evidence"  # reason: what is wrong with a file of the evidence


@dataclass(frozen=True, slots=True)
class Refused:
    """The answer where nothing was measured: a reason, and what its sentence needs."""

    code: Why
    values: Mapping[str, str | int] = field(default_factory=dict)

    @property
    def lasting(self) -> bool:
        """False where a limit prevented it: it may be answered another time."""
        return self.code not in (Why.MEMORY, Why.TIME)


class Unmeasurable(ValueError):
    """Raised inside the evaluator. `detail` says for a developer what exactly was met."""

    def __init__(self, code: Why, detail: str = "", **values: str | int) -> None:
        super().__init__(detail or code.value)
        self.refused = Refused(code, values)
