"""Benchmarks: run by hand, never as timed assertions. `python -m tests.bench`."""
