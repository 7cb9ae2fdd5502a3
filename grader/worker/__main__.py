"""The warm worker: imports once, then forks for each job.

    python -s -P -m grader.worker --control FD [--preload MODULE …]

It reads jobs from the control socket (JSON, with the pipes for events and output passed along as
descriptors), forks a child that calls the job's entry point, watches it, kills everything that the job
left behind, and answers with the outcome. It never runs a TensorFlow operation itself: a fork of a
process that has would hang.
"""

from __future__ import annotations

import argparse
import gc
import importlib
import json
import os
import socket
import sys
import time
from contextlib import suppress
from typing import Any

from grader.worker import child, watch

MESSAGE_BYTES = 1 << 18


def main() -> None:
    parser = argparse.ArgumentParser(prog="grader.worker")
    parser.add_argument("--control", type=int, required=True)
    parser.add_argument("--preload", action="append", default=[])
    options = parser.parse_args()
    control = socket.socket(fileno=options.control)
    watch.adopt_orphans()
    preload(options.preload)
    child.tasks_of_user()
    send(control, {"ready": True, "pid": os.getpid()})
    serve(control)


def preload(modules: list[str]) -> None:
    """The garbage collector looks neither on, which would take a fifth of the time, nor ever through these objects
    again: a job would copy every page that they lie on."""
    gc.disable()
    for name in modules:
        try:
            importlib.import_module(name)
        except ImportError as problem:  # an optional library that is not installed here
            print(f"not preloaded: {name}: {problem}", file=sys.stderr)
    gc.freeze()
    gc.enable()


def serve(control: socket.socket) -> None:
    while True:
        data, descriptors, _, _ = socket.recv_fds(control, MESSAGE_BYTES, 4)
        if not data:
            return
        message: dict[str, Any] = json.loads(data)
        if "job" in message:
            send(control, {"done": perform(control, message["job"], descriptors)})
        # A "kill" that arrives after its job has ended asks for nothing.


def perform(control: socket.socket, job: dict[str, Any], descriptors: list[int]) -> dict[str, Any]:
    events, output = descriptors
    started = time.monotonic()
    child.foresee(job)
    pid = os.fork()
    if pid == 0:
        control.close()
        child.become(job, events, output)  # never returns
    os.close(events)
    os.close(output)
    job_watch = watch.Watch(pid, job["limits"], job["folder"], job["sweep"], started)
    outcome = job_watch.until_end(control)
    with suppress(OSError):  # where nobody is there any more, all the more is to be cleared
        send(control, {"clearing": True})  # which may take long, and tells nothing meanwhile
    watch.kill_leftovers(bool(job["walls"] and job["walls"]["own_spaces"]))
    watch.sweep(job["sweep"])
    return outcome


def send(control: socket.socket, message: dict[str, Any]) -> None:
    control.sendall(json.dumps(message).encode())


if __name__ == "__main__":
    main()
