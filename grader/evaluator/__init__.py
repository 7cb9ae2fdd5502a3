"""The trusted side's measurements: rebuilds recorded models from an allow-list, predicts, trains again, refits.

One file per kind of measurement; `job` runs them in a process that never ran a student's code, in the same
sandbox as any worker, because even plain arrays and JSON are somebody else's.
"""
