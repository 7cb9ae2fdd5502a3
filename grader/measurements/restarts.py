"""XOR without luck: the recorded net's own answers, and how often its training succeeds from other starts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from grader.measurements.refused import Refused
from grader.measurements.request import Files, MeasurementRequest


@dataclass(frozen=True, slots=True)
class RestartFigures:
    """Hold the `errors` of the recorded net on the four points, None where it could not be asked (`refused`: why).
    Where there are any: whether some weights at all solve it (`representable`), and the `share` (0 to 1) of `restarts`
    fresh starts that end without error, None where there were none (`untried`: why)."""

    errors: int | None = None
    refused: Refused | None = None
    representable: bool | None = None
    share: float | None = None
    restarts: int | None = None
    untried: str = ""


@dataclass(frozen=True, slots=True)
class RestartRequest(MeasurementRequest[RestartFigures]):
    """Ask how often the training of `snapshot` succeeds, from `restarts` starts at most; `low` and `high` stand for 0
    and 1 in its inputs. What is None was not recorded."""

    kind: ClassVar[str] = "restarts"
    snapshot: int
    restarts: int
    loss: str | None
    optimizer: str | None
    learning_rate: float | None
    epochs: int
    batch_size: int
    low: float = 0.0
    high: float = 1.0

    def files(self) -> Files:
        """Return the snapshot of the request."""
        return Files((self.snapshot,))
