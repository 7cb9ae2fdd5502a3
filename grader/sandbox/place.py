"""Where a worker keeps its jobs: a folder of its own, locked as long as its grader lives.

A grader that was killed leaves its folders behind; the next one finds them unlocked and removes them.
"""

from __future__ import annotations

import fcntl
import os
import stat
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from grader.errors import DiskFull
from grader.files import no_room
from grader.messages import say
from grader.sandbox.removing import remove_tree

PREFIX = "grade-worker-"
YOUNG_SECONDS = 60.0  # a folder that was made just now may not be locked yet


class Place:
    """A new folder for one worker, locked by this process until `remove`. `parent` is `apart()` by default."""

    def __init__(self, parent: Path | None = None) -> None:
        parent = parent or apart()
        remove_abandoned(parent)
        self.folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent))
        self._lock = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY)  # not passed on to any process
        fcntl.flock(self._lock, fcntl.LOCK_EX)

    def remove(self) -> None:
        remove_tree(self.folder)
        with suppress(OSError):
            os.close(self._lock)


def without_room(problem: OSError, folder: Path) -> OSError | DiskFull:
    """Return what to raise instead of `problem`, met in `folder`: itself, unless there was no room left."""
    return full_disk(folder) if no_room(problem) else problem


def full_disk(folder: Path) -> DiskFull:
    return DiskFull(say("There is no room left where programs run ({folder}).", folder=folder))


def remove_abandoned(parent: Path) -> None:
    """Remove the folders of this user's graders that are no more."""
    with suppress(OSError):
        for path in parent.glob(f"{PREFIX}*"):
            if _is_abandoned(path):
                remove_tree(path)


def _is_abandoned(path: Path) -> bool:
    try:
        status = path.lstat()
        if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.geteuid():
            return False
        if time.time() - status.st_ctime < YOUNG_SECONDS:
            return False
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False  # its grader is at work
    finally:
        os.close(descriptor)
    return True


def apart() -> Path:
    """Return where workers' folders lie: not under /tmp, which a job may write to as a whole: else it could reach the folders of other jobs."""
    kept = Path("/var/tmp")
    return kept if os.access(kept, os.W_OK | os.X_OK) else Path(tempfile.gettempdir())
