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
import os
import socket
import sys
import time
from contextlib import suppress

from grader.domain.job_messages import MESSAGE_BYTES, JobEnd, JobMessage, WorkerMessage
from grader.worker import child, watch


def main() -> None:
    parser = argparse.ArgumentParser(prog="grader.worker")
    parser.add_argument("--control", type=int, required=True)
    parser.add_argument("--preload", action="append", default=[])
    options = parser.parse_args()
    control = socket.socket(fileno=options.control)
    watch.adopt_orphans()
    preload(options.preload)
    child.tasks_of_user()
    send(control, WorkerMessage(ready=True))
    serve(control)


def preload(modules: list[str]) -> None:
    """Import the modules. The garbage collector is off meanwhile, which saves a fifth of the time, and never looks at
    these objects again: a job would copy every page that they lie on."""
    gc.disable()
    for name in modules:
        try:
            importlib.import_module(name)
        except ImportError as problem:  # an optional library that is not installed here
            print(f"not preloaded: {name}: {problem}", file=sys.stderr)
    gc.freeze()
    gc.enable()


def serve(control: socket.socket) -> None:
    """Run the jobs that come over the control socket, until it is closed."""
    while True:
        data, descriptors, _, _ = socket.recv_fds(control, MESSAGE_BYTES, 4)
        if not data:
            return
        job = JobMessage.decoded(data)
        if job is not None:
            send(control, WorkerMessage(done=perform(control, job, descriptors)))
        # A "kill" that arrives after its job has ended asks for nothing.


def perform(control: socket.socket, job: JobMessage, descriptors: list[int]) -> JobEnd:
    """Run one job in a fork, end what it left behind, and return how it ended. `descriptors` are the writing ends of the
    pipes for its events and its output."""
    events, output = descriptors
    started = time.monotonic()
    child.prepare_filter(job)
    pid = os.fork()
    if pid == 0:
        control.close()
        child.run_job(job, events, output)  # never returns
    os.close(events)
    os.close(output)
    job_watch = watch.Watch(pid, job.limits, job.folder, job.private, started)
    end = job_watch.until_end(control)
    with suppress(OSError):  # where nobody is there any more, all the more is to be cleared
        send(control, WorkerMessage(clearing=True))  # which may take long, and nothing is said meanwhile
    watch.kill_leftovers(job.own_spaces)
    watch.empty(job.private)
    return end


def send(control: socket.socket, message: WorkerMessage) -> None:
    control.sendall(message.encoded())


if __name__ == "__main__":
    main()
