"""Runs one student's job, in a fork of the warm worker: prepares the process, records, runs, takes a last look."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

from grader.domain import JobFields, Json
from grader.worker.runners.student_job import StudentJob


def run(fields: Mapping[str, Json], events: int) -> int:
    """Entry point, called by name in the forked process; return the exit code."""
    import keras

    from grader.evidence import EventWriter
    from grader.worker import datasets, speedups, system_calls
    from grader.worker.compat import CompatibleRecorder
    from grader.worker.recorder import Recorder, RecorderSettings
    from grader.worker.recorder.training_callback import TrainingCallback
    from grader.worker.runners import notebook, script

    job = StudentJob.from_fields(JobFields(fields))
    os.chdir(job.work)
    prepare_process(job.seed, job.threads)
    datasets.install(job.data)
    if job.speedups:
        speedups.Speedups((TrainingCallback,), fit=job.audit_steps is None).install()

    def recorder() -> Recorder:
        # Made in the process that runs the student's code: the kernel of a notebook is a fork of this one.
        system_calls.refuse_deferred()
        keras.utils.set_random_seed(job.seed)  # again: Python's own generator takes a new seed in every fork
        return CompatibleRecorder(EventWriter(events, job.out), job.work, RecorderSettings(job.audit_steps, job.values))

    runner = notebook.run if job.main.lower().endswith(".ipynb") else script.run
    return runner(job, recorder)


def prepare_process(seed: int, threads: int) -> None:
    """Bound the threads before TensorFlow makes its context, then set every seed: the same input earns the same mark."""
    import keras
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(max(1, threads))
    keras.utils.set_random_seed(seed)
    sys.setrecursionlimit(1000)
