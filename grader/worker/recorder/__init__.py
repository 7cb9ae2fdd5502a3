"""Notes what a student's program does, while it does it.

`Recorder.install()` puts thin wrappers around the public calls of Keras and matplotlib (one file per
subject), each of which writes what it sees to the `EventWriter`. A wrapper never changes a result, and a
fault of a wrapper never reaches the program: it is written as a `trouble` value instead.
"""

from __future__ import annotations

from grader.worker.recorder.main import Recorder, RecorderSettings

__all__ = ["Recorder", "RecorderSettings"]
