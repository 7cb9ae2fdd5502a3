"""An autograder for deep-learning coursework: facts come out of a sandbox, verdicts are made outside."""

__version__ = "0.1.0"
