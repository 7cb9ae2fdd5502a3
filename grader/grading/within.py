"""Looking into programs for the exercises that they hold, with what the catalog knows of them."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

from grader.catalog import Catalog
from grader.domain import ModelSpec
from grader.intake.names import Naming
from grader.reading.within import exercises_within


def looking_with(catalog: Catalog) -> Callable[[Path], tuple[str, ...]]:
    """The exercises that a program holds. The catalog is only read for the first one that is looked into."""
    naming = Naming(catalog.ids())

    @cache
    def models() -> dict[str, tuple[ModelSpec, ...]]:
        """Only networks that one exercise alone asks for: exo6 loads those of exo2 and exo3."""
        specs = {id_: catalog.find(id_).models for id_ in naming.ids}
        return {id_: models for id_, models in specs.items() if len(models) == 1}

    return lambda path: exercises_within(path, naming, models())
