"""Who decides, where a teacher decides from the command line."""

from __future__ import annotations

import os
import subprocess

from grader.errors import UsageError
from grader.messages import say


def author_name(given: str | None) -> str:
    """Return `--author`, else GRADE_AUTHOR, else git's user.name, else the login name. Raises UsageError without any."""
    for name in (given, os.environ.get("GRADE_AUTHOR"), _name_in_git(), os.environ.get("USER")):
        if name and name.strip():
            return name.strip()
    raise UsageError(say("Who decides? Say it with --author."))


def _name_in_git() -> str:
    """Return the name in the user's own settings: those of a repository, which may be a student's, are not asked."""
    command = ["git", "-C", "/", "config", "--global", "user.name"]
    environment = {**os.environ, "GIT_CONFIG_NOSYSTEM": "1"}
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_CONFIG", "GIT_CONFIG_COUNT", "GIT_CONFIG_PARAMETERS"):
        environment.pop(name, None)
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=5, check=False, env=environment)
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout
