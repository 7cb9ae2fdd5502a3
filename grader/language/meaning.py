"""What an answer in words can mean."""

from __future__ import annotations

from enum import StrEnum


class Understood(StrEnum):
    """The meaning of an answer to a question that wants a yes or a no. `UNCLEAR`: a teacher must read it."""

    YES = "yes"
    NO = "no"
    UNCLEAR = "unclear"
    EMPTY = "empty"
