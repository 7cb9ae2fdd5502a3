"""Changes that change nothing: no test can notice them. `tests.tools.mutants` prints them apart, with the reason."""

from __future__ import annotations

EQUIVALENT: dict[tuple[str, str, str], str] = {}  # path, line before, line after -> why
