"""An evaluation for the faults, without Keras: it answers, or it is killed as often as the measurement says."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def run(fields: Mapping[str, Any], events: int) -> int:
    for index, (_, asked) in enumerate(fields["requests"]):
        settings = json.loads(asked["file"])
        if settings["who"] != "nobody":
            mark = Path(settings["mark"])
            times = len(mark.read_text()) if mark.exists() else 0
            mark.write_text("x" * (times + 1))
            if times < settings["deaths"]:
                os.kill(os.getppid() if settings["who"] == "worker" else os.getpid(), signal.SIGKILL)
                time.sleep(30)
        os.write(events, json.dumps({"index": index, "answer": {"difference": 0.0}}).encode() + b"\n")
    return 0
