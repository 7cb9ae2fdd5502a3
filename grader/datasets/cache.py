"""Where prepared data, kept runs and notes lie."""

from __future__ import annotations

import os
from pathlib import Path


def cache_folder() -> Path:
    """Return the folder for prepared data: GRADE_CACHE of the environment, else the user's cache folder."""
    from platformdirs import user_cache_path

    named = os.environ.get("GRADE_CACHE")
    return Path(named).expanduser() if named else user_cache_path("tme-grader", appauthor=False)
