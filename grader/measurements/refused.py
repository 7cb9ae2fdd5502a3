"""Why the evaluator does not measure something. `grader.analysis.refusal_texts` says it in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Why(StrEnum):
    """List the reasons, a closed set. The comments name the values that go with a reason."""

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
    """Say that nothing was measured: the reason, and the values that its sentence needs."""

    code: Why
    values: Mapping[str, str | int] = field(default_factory=dict)

    @property
    def lasting(self) -> bool:
        """Return False where a limit prevented the measurement: it may be answered another time."""
        return self.code not in (Why.MEMORY, Why.TIME)


class Unmeasurable(ValueError):
    """Signal a refusal inside the evaluator. `detail` tells a developer what exactly was met."""

    def __init__(self, code: Why, detail: str = "", **values: str | int) -> None:
        super().__init__(detail or code.value)
        self.refused = Refused(code, values)
