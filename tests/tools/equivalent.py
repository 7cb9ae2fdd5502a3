"""Changes that change nothing: no test can notice them. `tests.tools.mutants` prints them apart, with the reason."""

from __future__ import annotations

_FIGURES = "grader/language/figures.py"
_EMBEDDING = "grader/evaluator/embedding.py"

SAME_NUMBER = "all the candidates are one number, up to rounding"
SAME_RANKS = "distances are only compared with each other: a scale common to all leaves their order"

# (path, line before, line after) -> why
EQUIVALENT: dict[tuple[str, str, str], str] = {
    (_FIGURES, "return candidates[-1].value", "return candidates[-0].value"): SAME_NUMBER,
    (
        _FIGURES,
        "if candidates and all(_same(term.value, candidates[-1].value) for term in candidates):",
        "if candidates and all(_same(term.value, candidates[-0].value) for term in candidates):",
    ): SAME_NUMBER,
    **{
        (
            _EMBEDDING,
            "rows = images[np.maximum(at, 0)].reshape(count, -1).astype(np.float32) / 255",
            f"rows = images[np.maximum(at, 0)].reshape(count, -1).astype(np.float32) {after}",
        ): SAME_RANKS
        for after in ("/ 254", "/ 256", "/ 318", "* 255")
    },
}
