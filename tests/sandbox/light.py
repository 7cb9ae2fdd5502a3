"""A job for the tests of the sandbox: the code in its fields, without TensorFlow's weight."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def run(fields: Mapping[str, Any], events: int) -> int:
    names = {"events": events, "folder": fields.get("folder", ""), "code": 0}
    exec(fields["code"], names)
    code = names["code"]
    assert isinstance(code, int)
    return code
