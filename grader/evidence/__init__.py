"""The form of what leaves the sandbox: how it is written inside, and how it is read, distrustfully, outside.

Evidence is a stream of JSON lines on a pipe and a folder of uncompressed `.npz` files that the lines name.
A line is written whole as soon as its fact is known, so whatever happened before a crash, a time-out or a
kill comes out. The student's code shares its process with the writer and may write lines and files of its
own: the reader bounds every size, accepts plain arrays only, follows no link, and drops what has not the
form (counted in `Evidence.rejected`). No pickle, no class, no score crosses this line.

What this can prove, and what it cannot. Whatever the recorder can write, the program that it watches can write
too: no secret is safe from code in the same process. So nothing here is believed for what it claims:

* An accuracy is that of the recorded weights on the grader's own images; a neighbourhood hit, a hull or an SVM's
  score is computed anew from the recorded points. A history, a printed figure or a saved value earns nothing.
* The notes on a model's layers and the architecture that is rebuilt must agree (`evaluator.consistency`), and weights are
  those of one model at one moment: a good mark for accuracy and one for architecture speak of the same network.
* It cannot be proven that weights come from the training that was noted: a program may load, or compute elsewhere,
  weights that do as well. A forger who writes the events of a training that never ran gets the points of `training`;
  one who leaves early and writes `finished` gets those of `runs`. They need weights that really recognise the test
  images all the same.
* Nor can it be proven that the test images were not learnt: the coursework hands them to every student. A training
  that was fed with them is recognised by its rows; one whose rows are unknown, by doing too well on them.
"""

from __future__ import annotations

from grader.evidence.arrays import (
    ARRAY_FILE_BYTES,
    ARRAYS_PER_FILE,
    arrays_of,
    copy_regular,
    directory,
    load_arrays,
    most_bytes,
    numbered,
    open_regular,
    stored_array,
)
from grader.evidence.event_writer import ARRAY_BYTES, LINE_BYTES, EventWriter, finite_or_name, write_all
from grader.evidence.events import ARCHITECTURE_CHARS, read_failure, read_notice
from grader.evidence.fields import TABLE_VALUES, Fields, clean, read_json
from grader.evidence.invalid_evidence import InvalidEvidence
from grader.evidence.pictures import png_size
from grader.evidence.reader import EVENTS, KIND_EVENTS, STREAM_BYTES, Reader

__all__ = [
    "ARCHITECTURE_CHARS",
    "ARRAYS_PER_FILE",
    "ARRAY_BYTES",
    "ARRAY_FILE_BYTES",
    "EVENTS",
    "KIND_EVENTS",
    "LINE_BYTES",
    "STREAM_BYTES",
    "TABLE_VALUES",
    "EventWriter",
    "Fields",
    "InvalidEvidence",
    "Reader",
    "arrays_of",
    "clean",
    "copy_regular",
    "directory",
    "finite_or_name",
    "load_arrays",
    "most_bytes",
    "numbered",
    "open_regular",
    "png_size",
    "read_failure",
    "read_json",
    "read_notice",
    "stored_array",
    "write_all",
]
