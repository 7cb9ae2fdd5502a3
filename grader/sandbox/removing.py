"""Removing what a hostile program left: folders of any depth, closed ones, names of any length."""

from __future__ import annotations

import shutil
import subprocess
from contextlib import suppress
from pathlib import Path


def remove_tree(path: Path) -> None:
    """Remove a folder with all that is in it, following no link. Nothing is left but what the system itself refuses."""
    with suppress(RecursionError):  # shutil goes down by calling itself
        shutil.rmtree(path, ignore_errors=True)
    if path.is_dir() and not path.is_symlink():
        for command in (["chmod", "-R", "u+rwx", str(path)], ["rm", "-rf", str(path)]):
            subprocess.run(command, check=False, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
